"""Limits on their boundary: day limits in working days, hour limits by the clock through holidays."""

from datetime import date, datetime, timedelta

import pytest

from contracts.hotline.terms import Duty, Matter, Satisfaction
from kernel.calendar import Notice, Rest
from kernel.clock import CST
from services.hotline.domain import clock, dispatching, ending, handling
from services.hotline.domain.facts import (
    AlarmRepeated,
    Contacted,
    DutyMissed,
    DutyWarned,
    FellOverdue,
    LimitRecomputed,
    Warned,
)
from services.hotline.domain.limit import PROFILE, limit_for, promised
from services.hotline.domain.record import figures, record
from services.hotline.domain.ticket import Case
from tests.hotline.tickets import CALENDAR, NOW, after, classified, dispatched, opened, signed

EVE = datetime(2026, 2, 13, 16, 0, tzinfo=CST)  # Friday; 15–23 February are days off, the 14th is worked


def test_every_limit_names_its_source_and_the_unread_ones_say_so() -> None:
    rows = PROFILE.matters
    assert set(rows) == set(Matter)
    assert all(row.source for row in rows.values())
    assert [name.value for name, row in rows.items() if not row.unverified] == ["simple", "ordinary"]


@pytest.mark.parametrize(
    ("matter", "start", "due"),
    [
        (Matter.SIMPLE, datetime(2026, 3, 4, 10, tzinfo=CST), datetime(2026, 3, 6, tzinfo=CST)),
        (Matter.ORDINARY, datetime(2026, 3, 4, 10, tzinfo=CST), datetime(2026, 3, 12, tzinfo=CST)),
        (Matter.ORDINARY, datetime(2026, 3, 7, 10, tzinfo=CST), datetime(2026, 3, 14, tzinfo=CST)),  # a Saturday
        (Matter.COMPLEX, datetime(2026, 3, 4, 10, tzinfo=CST), datetime(2026, 3, 26, tzinfo=CST)),
        (Matter.SIMPLE, EVE, datetime(2026, 2, 15, tzinfo=CST)),  # the worked Saturday
        (Matter.ORDINARY, EVE, datetime(2026, 2, 28, tzinfo=CST)),  # 14, 24, 25, 26, 27 February
        (Matter.URGENT, EVE, datetime(2026, 2, 13, 18, tzinfo=CST)),
        (Matter.UTILITY, datetime(2026, 2, 16, 20, tzinfo=CST), datetime(2026, 2, 17, 20, tzinfo=CST)),  # 春节
    ],
)
def test_day_limits_skip_days_off_and_hour_limits_run_through(matter: Matter, start: datetime, due: datetime) -> None:
    assert limit_for(matter, start, CALENDAR).due_at == due


def test_a_limit_beyond_the_last_notice_is_provisional() -> None:
    assert not limit_for(Matter.ORDINARY, NOW, CALENDAR).provisional
    assert limit_for(Matter.COMPLEX, datetime(2026, 12, 25, 9, tzinfo=CST), CALENDAR).provisional


def test_the_emitters_own_promise_shortens_but_never_lengthens() -> None:
    soon, late = NOW + timedelta(hours=5), NOW + timedelta(days=90)
    assert limit_for(Matter.ORDINARY, NOW, CALENDAR, soon).due_at == soon
    assert limit_for(Matter.ORDINARY, NOW, CALENDAR, late) == limit_for(Matter.ORDINARY, NOW, CALENDAR).model_copy(
        update={"cap": late}
    )


@pytest.mark.parametrize(
    ("matter", "warnings"),
    [
        (Matter.ORDINARY, (datetime(2026, 3, 9, 9, tzinfo=CST), datetime(2026, 3, 11, 9, tzinfo=CST))),
        (Matter.SIMPLE, (datetime(2026, 3, 5, 9, tzinfo=CST), datetime(2026, 3, 5, 9, tzinfo=CST))),
        (Matter.URGENT, (NOW + timedelta(hours=1), NOW + timedelta(minutes=96))),
    ],
)
def test_warnings_at_half_and_four_fifths(matter: Matter, warnings: tuple[datetime, ...]) -> None:
    assert limit_for(matter, NOW, CALENDAR).warn_at == warnings


def _woken(case: Case, until: datetime) -> list[tuple[datetime, type]]:
    """What time alone does to a case, woken exactly when it asks for it."""
    seen: list[tuple[datetime, type]] = []
    while (at := clock.alarm(case)) is not None and at <= until:
        facts = clock.tick(case, at, CALENDAR)
        case = after(case, facts)
        seen += [(at, type(fact)) for fact in facts]
        assert (following := clock.alarm(case)) is None or following > at
    return seen


def test_two_warnings_then_overdue_once() -> None:
    case = after(opened(received_at=NOW), [Contacted(at=NOW)])
    assert _woken(case, NOW + timedelta(days=60)) == [
        (datetime(2026, 3, 9, 9, tzinfo=CST), Warned),
        (datetime(2026, 3, 11, 9, tzinfo=CST), Warned),
        (datetime(2026, 3, 12, tzinfo=CST), FellOverdue),
    ]


def test_overdue_is_the_first_moment_after_the_last_day() -> None:
    case = after(opened(received_at=NOW), [Contacted(at=NOW)])
    assert clock.tick(case, datetime(2026, 3, 11, 23, 59, 59, tzinfo=CST), CALENDAR) == [
        Warned(at=datetime(2026, 3, 11, 23, 59, 59, tzinfo=CST))
    ]
    (overdue,) = clock.tick(case, datetime(2026, 3, 12, tzinfo=CST), CALENDAR)
    assert isinstance(overdue, FellOverdue)
    assert clock.tick(after(case, [overdue]), NOW + timedelta(days=90), CALENDAR) == []


def test_a_sleeper_wakes_once_for_all_that_passed() -> None:
    case = after(opened(received_at=NOW), [Contacted(at=NOW)])
    assert [type(fact) for fact in clock.tick(case, datetime(2026, 3, 11, 12, tzinfo=CST), CALENDAR)] == [Warned]
    assert [type(fact) for fact in clock.tick(case, NOW + timedelta(days=60), CALENDAR)] == [FellOverdue]


def test_a_reply_in_the_last_second_is_on_time_and_the_next_one_is_not() -> None:
    case = signed(received_at=NOW)
    last = case.limit.due_at - timedelta(seconds=1)
    assert after(case, handling.reply(case, "jtj", "u1", "w", None, False, last)).on_time is True
    late = after(case, handling.reply(case, "jtj", "u1", "w", None, False, case.limit.due_at))
    assert late.on_time is False
    assert clock.alarm(late) is None


def test_first_contact_has_a_clock_of_its_own() -> None:
    case = opened(received_at=NOW)
    due = datetime(2026, 3, 6, tzinfo=CST)  # one working day after the day of receipt has ended
    assert _woken(case, due) == [(datetime(2026, 3, 5, 9, tzinfo=CST), DutyWarned), (due, DutyMissed)]
    late = after(case, clock.tick(case, due, CALENDAR))
    assert (record(late).missed, figures(late)["responded"]) == ((Duty.CONTACT,), False)
    in_time = after(case, dispatching.contact(case, "", True, due - timedelta(seconds=1)))
    assert figures(in_time)["responded"] is True
    assert figures(after(case, dispatching.contact(case, "", True, due)))["responded"] is False


def test_signing_has_a_clock_that_begins_with_each_dispatch() -> None:
    case = after(dispatched(), [Contacted(at=NOW)])
    due = datetime(2026, 3, 6, tzinfo=CST)
    assert _woken(case, due) == [(datetime(2026, 3, 5, 9, tzinfo=CST), DutyWarned), (due, DutyMissed)]
    signed_in_time = after(case, dispatching.sign(case, "jtj", due - timedelta(seconds=1)))
    assert (due, DutyMissed) not in _woken(signed_in_time, due)


def test_the_visit_has_a_clock_from_the_reply_on() -> None:
    case = after(signed(), handling.reply(signed(), "jtj", "u1", "w", None, False, NOW))
    case = after(case, handling.review(case, True, "u2", None, NOW, CALENDAR))
    due = datetime(2026, 3, 6, tzinfo=CST)
    assert case.visit_due_at == due
    assert _woken(case, due) == [(datetime(2026, 3, 5, 9, tzinfo=CST), DutyWarned), (due, DutyMissed)]
    visited = after(case, ending.visit(case, True, True, Satisfaction.SATISFIED, NOW))
    assert clock.alarm(visited) is None


def test_the_duty_desk_is_called_again_until_a_person_confirms() -> None:
    case = opened(content="桥下有人落水。")
    moments = [at for at, kind in _woken(case, NOW + timedelta(hours=2)) if kind is AlarmRepeated]
    assert [(at - NOW).total_seconds() / 60 for at in moments] == [5, 15, 30, 60, 120]
    confirmed = after(case, dispatching.confirm_hand_over(case, "119", NOW))
    assert AlarmRepeated not in [kind for _, kind in _woken(confirmed, NOW + timedelta(hours=2))]


def test_a_promised_day_ends_with_that_day() -> None:
    assert promised(date(2026, 5, 1), NOW).due_at == datetime(2026, 5, 2, tzinfo=CST)


def test_a_new_notice_moves_day_limits_and_leaves_hour_limits() -> None:
    start = datetime(2027, 2, 3, 9, tzinfo=CST)
    festivals = [day for n in range(365) if not (day := CALENDAR.day(date(2027, 1, 1) + timedelta(days=n))).working]
    off = [Rest(name=day.reason, first=day.date, last=day.date) for day in festivals if day.reason != "周末"]
    before = Rest(name="春节", first=date(2027, 2, 4), last=date(2027, 2, 4))
    notice = Notice(year=2027, number="国办发明电〔2026〕0号", rest=(before, *off))
    later = CALENDAR.with_notice(notice)
    case = opened(now=start, received_at=start, occurred_at=start)
    (moved,) = clock.recompute(case, later)
    assert isinstance(moved, LimitRecomputed)
    assert moved.limit.due_at > case.limit.due_at
    assert not moved.limit.provisional
    assert clock.recompute(after(case, [moved]), later) == []
    urgent = classified(case, Matter.URGENT)
    assert [fact.limit for fact in clock.recompute(urgent, later)] == [urgent.limit]  # only the contact moves
    assert clock.recompute(case, CALENDAR) == []

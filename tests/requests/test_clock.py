"""The clock of a request: boundary days and the days after them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.requests.terms import Channel, Consulted, Stage, Stance
from kernel.calendar import Calendar, Notice, Rest
from kernel.refused import Refused
from services.requests.domain import answering, disputes, handling, intake
from services.requests.domain.deadline import recompute, timed
from services.requests.domain.explaining import explain
from services.requests.domain.facts import (
    ApplicantLapsed,
    BecameOverdue,
    ConfirmationMissed,
    ConsultationLapsed,
    DeadlinesSet,
    Warned,
)
from services.requests.domain.following import own_steps
from tests.requests.story import CALENDAR, Story, day_after

RECEIVED = [
    (date(2026, 2, 10), date(2026, 2, 26), date(2026, 3, 16), date(2026, 4, 14)),
    (date(2026, 4, 27), date(2026, 5, 9), date(2026, 5, 27), date(2026, 6, 25)),
    (date(2026, 9, 14), date(2026, 9, 22), date(2026, 10, 16), date(2026, 11, 13)),
    (date(2026, 9, 24), date(2026, 10, 12), date(2026, 10, 29), date(2026, 11, 26)),
    (date(2026, 11, 2), date(2026, 11, 11), date(2026, 11, 30), date(2026, 12, 28)),
]


@pytest.mark.parametrize(("received", "correct_by", "due", "extended"), RECEIVED)
def test_worked_table(received: date, correct_by: date, due: date, extended: date) -> None:
    story = Story(on=received)
    assert story.case.deadlines.correct_by == correct_by
    assert story.due == due
    story.accepted()
    story.do(handling.extend, 20, "head", story.today, "paper")
    assert story.due == extended


@pytest.mark.parametrize(
    ("channel", "stage"),
    [
        (Channel.COUNTER, Stage.RECEIVED),
        (Channel.POST, Stage.RECEIVED),
        (Channel.LETTER, Stage.ARRIVED),
        (Channel.INTERNET, Stage.ARRIVED),
        (Channel.FAX, Stage.ARRIVED),
    ],
)
def test_receipt_date_follows_the_channel(channel: Channel, stage: Stage) -> None:
    story = Story(channel)
    assert story.case.stage is stage
    assert (story.case.received_on is None) == (stage is Stage.ARRIVED)
    if stage is Stage.ARRIVED:
        assert story.due is None
        story.on(date(2026, 11, 4)).do(intake.confirm_receipt, date(2026, 11, 4))
        assert story.case.start == date(2026, 11, 4)
        assert story.due == date(2026, 12, 2)


def test_unconfirmed_arrival_is_noted_after_one_working_day() -> None:
    story = Story(Channel.INTERNET, date(2026, 11, 6))
    assert story.ring(date(2026, 11, 9)) == []
    (noted,) = story.ring(date(2026, 11, 10))
    assert isinstance(noted, ConfirmationMissed)
    assert story.ring(date(2026, 11, 20)) == []


def test_warnings_at_five_and_one_working_days_and_one_overdue() -> None:
    story = Story().accepted()
    assert story.due == date(2026, 11, 30)
    assert story.ring(date(2026, 11, 22)) == []
    (first,) = story.ring(date(2026, 11, 23))
    assert isinstance(first, Warned)
    assert first.days_left == 5
    assert story.ring(date(2026, 11, 26)) == []
    (second,) = story.ring(date(2026, 11, 27))
    assert isinstance(second, Warned)
    assert second.days_left == 1
    assert story.ring(date(2026, 11, 30)) == []
    assert not story.case.overdue
    (third,) = story.ring(date(2026, 12, 1))
    assert isinstance(third, BecameOverdue)
    assert story.case.overdue
    assert story.ring(date(2027, 3, 1)) == []


def test_reply_on_the_last_day_is_in_time_and_on_the_next_is_not() -> None:
    for on, in_time in ((date(2026, 11, 30), True), (date(2026, 12, 1), False)):
        story = Story().accepted().approved().on(on).replied()
        assert story.case.results[-1].on_time is in_time
        assert not story.case.overdue
        assert story.ring(date(2027, 1, 10)) == []


def test_extension_until_the_last_day_only() -> None:
    story = Story().accepted().on(date(2026, 11, 30))
    story.do(handling.extend, 20, "head", story.today, "paper")
    assert story.due == date(2026, 12, 28)
    with pytest.raises(Refused) as again:
        story.do(handling.extend, 1, "head", story.today, "paper")
    assert again.value.code == "extended_once"
    late = Story().accepted().on(date(2026, 12, 1))
    with pytest.raises(Refused) as refused:
        late.do(handling.extend, 1, "head", late.today, "paper")
    assert refused.value.code == "extension_late"


@pytest.mark.parametrize("days", [0, 21])
def test_extension_of_one_to_twenty_days(days: int) -> None:
    story = Story().accepted()
    with pytest.raises(Refused) as refused:
        story.do(handling.extend, days, "head", story.today, "paper")
    assert refused.value.code == "extension_days"


def test_correction_within_seven_working_days_and_once() -> None:
    story = Story().on(date(2026, 11, 11))
    story.do(intake.request_correction, 15, story.today, "paper")
    assert story.due is None
    assert story.case.deadlines.submit_by == date(2026, 12, 2)
    story.on(date(2026, 12, 2)).do(intake.submit_correction, story.today, "paper2", "", (), (), False, False)
    assert story.case.start == date(2026, 12, 2)
    assert story.due == date(2026, 12, 30)
    with pytest.raises(Refused) as again:
        story.do(intake.request_correction, 15, None, "paper")
    assert again.value.code == "corrected_once"
    late = Story().on(date(2026, 11, 12))
    with pytest.raises(Refused) as refused:
        late.do(intake.request_correction, 15, None, "paper")
    assert refused.value.code == "correction_late"


def test_late_correction_needs_a_reason_and_lapse_needs_an_officer() -> None:
    story = Story()
    story.do(intake.request_correction, 5, story.today, "paper")
    assert story.case.deadlines.submit_by == date(2026, 11, 9)
    with pytest.raises(Refused) as early:
        story.on(date(2026, 11, 9)).do(answering.close_lapsed)
    assert early.value.code == "not_lapsed"
    (noted,) = story.ring(date(2026, 11, 10))
    assert isinstance(noted, ApplicantLapsed)
    assert story.case.stage is Stage.CORRECTION_REQUESTED
    with pytest.raises(Refused) as refused:
        story.do(intake.submit_correction, story.today, "paper2", "", (), (), False, False)
    assert refused.value.code == "correction_lapsed"
    assert "correct" in own_steps(story.case, date(2026, 11, 9))
    assert "correct" not in own_steps(story.case, date(2026, 11, 10)), "it is not offered where it would be refused"
    with pytest.raises(Refused, match="不能再在网上补正") as own:
        story.do(intake.submit_correction, story.today, "paper2", "", (), (), False, True)
    assert "经办人" not in str(own.value.remedy)
    story.do(answering.close_lapsed)
    assert story.case.stage is Stage.CLOSED_ABANDONED_CORRECTION
    assert story.case.results[-1].row == "r21"


def test_correction_limit_begins_with_the_delivery() -> None:
    story = Story()
    story.do(intake.request_correction, 5, None, "paper")
    assert story.case.deadlines.submit_by is None
    with pytest.raises(Refused) as refused:
        story.do(answering.close_lapsed)
    assert refused.value.code == "not_delivered"
    story.on(date(2026, 11, 6)).do(handling.record_delivery, "correction", "", story.today, False)
    assert story.case.deadlines.submit_by == date(2026, 11, 13)


def test_consultation_stops_the_clock_after_the_sending_until_the_answer() -> None:
    story = Story().accepted().on(date(2026, 11, 5))
    story.do(handling.consult, Consulted.THIRD_PARTY, story.today, story.today, "paper")
    assert story.due is None
    story.on(date(2026, 11, 12)).do(handling.answer_consultation, "C1", Stance.AGREES, story.today, None)
    excluded = CALENDAR.workdays_between(date(2026, 11, 5), date(2026, 11, 12))
    assert excluded == 5
    assert story.due == CALENDAR.due(date(2026, 11, 2), 25)


def test_overlapping_consultations_are_excluded_once_in_any_order() -> None:
    spans = [(date(2026, 11, 5), date(2026, 11, 12)), (date(2026, 11, 9), date(2026, 11, 17))]
    dues = set()
    for order in (spans, spans[::-1]):
        story = Story().accepted().on(date(2026, 11, 20))
        for sent, _ in order:
            story.do(handling.consult, Consulted.OTHER_ORGAN, sent, sent, "paper")
        for n, (_, answered) in enumerate(order, 1):
            story.do(handling.answer_consultation, f"C{n}", Stance.AGREES, answered, None)
        dues.add(story.due)
    union = CALENDAR.workdays_between(date(2026, 11, 5), date(2026, 11, 17))
    assert dues == {CALENDAR.due(date(2026, 11, 2), 20 + union)}


def test_silence_ends_a_consultation_on_its_fifteenth_working_day() -> None:
    story = Story().accepted()
    story.do(handling.consult, Consulted.CO_ORGAN, story.today, story.today, "paper")
    last = CALENDAR.due(date(2026, 11, 2), 15)
    assert story.ring(last) == []
    noted = story.ring(day_after(last))
    assert isinstance(noted[0], ConsultationLapsed)
    assert story.case.consultations[0].ended_on == last
    assert story.case.stage is Stage.PROCESSING
    assert story.due == CALENDAR.due(date(2026, 11, 2), 35)


def test_consultation_after_the_end_moves_nothing() -> None:
    story = Story().accepted()
    story.ring(date(2026, 12, 1))
    story.do(handling.consult, Consulted.OTHER_ORGAN, story.today, story.today, "paper")
    assert story.due == date(2026, 11, 30)
    assert story.case.overdue


def test_fee_suspends_and_payment_restarts() -> None:
    story = Story().accepted().on(date(2026, 11, 4))
    story.do(handling.notice_fee, "按量", 72, 0, 0, story.today, "paper")
    assert story.case.fee is not None
    assert story.case.fee.amount == 420
    assert story.due is None
    assert story.case.deadlines.pay_by == date(2026, 12, 2)
    with pytest.raises(Refused) as late:
        story.on(date(2026, 12, 3)).do(handling.record_payment, story.today)
    assert late.value.code == "fee_lapsed"
    story.do(handling.record_payment, date(2026, 12, 2))
    assert story.due == date(2026, 12, 30)


def test_unpaid_fee_closes_after_the_last_day() -> None:
    story = Story().accepted().on(date(2026, 11, 4))
    story.do(handling.notice_fee, "按件", 1, 10, 0, story.today, "paper")
    with pytest.raises(Refused):
        story.on(date(2026, 12, 2)).do(answering.close_lapsed)
    story.on(date(2026, 12, 3)).do(answering.close_lapsed)
    assert story.case.stage is Stage.CLOSED_ABANDONED_FEE
    assert story.case.results[-1].row == "r22"


def test_fee_notice_within_the_limit_only() -> None:
    story = Story().accepted().on(date(2026, 12, 1))
    with pytest.raises(Refused) as refused:
        story.do(handling.notice_fee, "按量", 72, 0, 0, story.today, "paper")
    assert refused.value.code == "fee_late"


def test_accepted_reasons_may_fix_a_later_day() -> None:
    story = Story().accepted()
    story.do(handling.ask_reasons, "paper")
    assert story.due == date(2026, 11, 30)
    for day, code in ((date(2026, 11, 30), "not_later"), (date(2026, 12, 5), "not_a_workday")):
        with pytest.raises(Refused) as refused:
            story.do(handling.accept_reasons, day, "paper")
        assert refused.value.code == code
    story.do(handling.accept_reasons, date(2026, 12, 1), "paper")
    assert story.due == date(2026, 12, 1)
    with pytest.raises(Refused) as fixed:
        story.do(handling.extend, 5, "head", story.today, "paper")
    assert fixed.value.code == "limit_fixed"


def test_limits_to_answer_reviews_and_suits() -> None:
    story = Story().accepted().approved().replied()
    monday = date(2026, 11, 16)
    story.on(monday)
    story.do(disputes.bring, "reconsideration", monday, monday, False)
    story.do(disputes.bring, "reconsideration", monday, monday, True)
    story.do(disputes.bring, "suit_direct", monday, monday, False)
    answers = story.case.deadlines.answers
    assert answers == {"V1": date(2026, 11, 30), "V2": date(2026, 11, 23), "V3": date(2026, 12, 1)}
    assert story.case.stage is Stage.LITIGATION
    story.do(disputes.answer, "V2", monday)
    noted = story.ring(date(2026, 12, 2))
    assert len(noted) == 2
    assert story.ring(date(2026, 12, 20)) == []


def test_redo_by_the_decision_or_within_twenty_working_days() -> None:
    for until, due in ((None, CALENDAR.due(date(2026, 11, 20), 20)), (date(2026, 12, 5), date(2026, 12, 7))):
        story = Story().accepted().approved().replied().on(date(2026, 11, 20))
        story.do(disputes.bring, "reconsideration", story.today, story.today, False)
        with pytest.raises(Refused):
            story.do(disputes.redo, "V1", story.today, until)
        story.do(disputes.decide, "V1", "corrected", story.today)
        story.do(disputes.redo, "V1", story.today, until)
        assert story.case.stage is Stage.PROCESSING
        assert story.due == due
        story.approved().replied()
        assert len(story.case.results) == 2


def test_year_without_a_notice_is_provisional_and_a_notice_recomputes() -> None:
    last = CALENDAR.last_notice_year
    start = CALENDAR.due(date(last, 12, 1), 12)
    story = Story(on=start).accepted()
    limit = story.case.deadlines.reply
    assert limit is not None
    assert limit.provisional
    assert recompute(story.case, CALENDAR) == []
    moved = Notice(year=last + 1, number="国办发明电〔示例〕1号", rest=long_new_year(last + 1))
    calendar = CALENDAR.with_notice(moved)
    (fact,) = recompute(story.case, calendar)
    assert isinstance(fact, DeadlinesSet)
    assert fact.deadlines.reply is not None
    assert fact.deadlines.reply.due > limit.due
    assert not fact.deadlines.reply.provisional
    story.add([fact])
    assert recompute(story.case, calendar) == []


def long_new_year(year: int) -> tuple[Rest, ...]:
    """The statutory days of a year without a notice, with a New Year of eight days."""
    first = date(year, 1, 1)
    new_year = Rest(name="元旦", first=first, last=date(year, 1, 8))
    later = [first + timedelta(days=n) for n in range(8, 365)]
    named = [day for day in later if CALENDAR.day(day).reason not in ("工作日", "周末")]
    return (new_year, *(Rest(name=CALENDAR.day(day).reason, first=day, last=day) for day in named))


def test_explanation_counts_exactly_the_limit_and_gives_reasons() -> None:
    story = Story(on=date(2026, 9, 24)).accepted()
    story.do(handling.consult, Consulted.THIRD_PARTY, story.today, story.today, "paper")
    story.on(date(2026, 9, 29)).do(handling.answer_consultation, "C1", Stance.REFUSES, story.today, None)
    explained = explain(story.case, story.today, CALENDAR)
    assert sum(day.counted for day in explained.days) == 20
    assert explained.days[-1].date == explained.due_on
    reasons = {day.date: day.reason for day in explained.days if not day.counted}
    assert "第三方" in reasons[date(2026, 9, 28)]
    assert reasons[date(2026, 10, 1)] == "国庆节" or "国庆" in reasons[date(2026, 10, 1)]
    made_up = next(day for day in explained.days if day.date == date(2026, 10, 10))
    assert made_up.counted
    assert "调休" in made_up.reason


def test_explanation_while_the_clock_stands_still_goes_up_to_today() -> None:
    story = Story().accepted()
    story.do(handling.consult, Consulted.OTHER_ORGAN, story.today, story.today, "paper")
    explained = explain(story.case, date(2026, 11, 9), CALENDAR)
    assert explained.due_on is None
    assert explained.days[-1].date == date(2026, 11, 9)
    assert not any(day.counted for day in explained.days)


@given(
    start=st.dates(date(2024, 1, 1), date(2026, 11, 20)),
    spans=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 15)), max_size=4),
    more=st.tuples(st.integers(0, 12), st.integers(0, 15)),
)
def test_more_exclusion_never_shortens_and_never_ends_on_a_day_off(
    start: date, spans: list[tuple[int, int]], more: tuple[int, int]
) -> None:
    def due(pauses: list[tuple[int, int]]) -> date:
        story = Story(on=start).accepted()
        story.on(start + timedelta(days=40))
        for offset, _ in pauses:
            sent = start + timedelta(days=offset)
            story.do(handling.consult, Consulted.OTHER_ORGAN, sent, sent, "paper")
        for n, (offset, length) in enumerate(pauses, 1):
            answered = start + timedelta(days=offset + length)
            story.do(handling.answer_consultation, f"C{n}", Stance.AGREES, answered, None)
        assert story.due is not None
        return story.due

    fewer, longer = due(spans), due([*spans, more])
    assert fewer <= longer
    assert CALENDAR.is_workday(longer)
    assert due(spans[::-1]) == fewer


def test_nothing_to_recompute_for_a_closed_request() -> None:
    story = Story().accepted().approved().replied()
    other = Calendar([])
    assert recompute(story.case, other) == []
    assert timed(story.case, [], CALENDAR) == []

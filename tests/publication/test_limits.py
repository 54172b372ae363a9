"""The limits of publication: the boundary day and the day after."""

from datetime import date, timedelta

import pytest

from contracts.publication import record as c
from kernel.calendar import end_of_day
from services.publication.domain import clocks, drafting
from services.publication.domain.facts import Warned, WentOverdue
from services.publication.domain.telling import record
from tests.publication.documents import (
    CALENDAR,
    CLEAN,
    NOW,
    ZHANG,
    after,
    drafted,
    metadata,
    proposed,
    published,
    refused,
)


def test_limit_is_twenty_working_days_from_formation() -> None:
    case = proposed(drafted(formed_on=date(2026, 2, 10)))
    assert case.due_at == end_of_day(date(2026, 3, 16))
    warn = clocks.alarm(case)
    assert warn == end_of_day(date(2026, 3, 9))
    case = after(case, clocks.tick(case, warn, CALENDAR))
    assert case.warned
    last_second = case.due_at - timedelta(seconds=1)
    assert clocks.tick(case, last_second, CALENDAR) == []
    assert clocks.tick(case, case.due_at, CALENDAR) == [WentOverdue()]
    case = after(case, [WentOverdue()])
    assert (record(case).overdue, clocks.alarm(case)) == (True, None)


def test_after_a_long_absence_only_the_overdue_is_told() -> None:
    case = proposed(drafted(formed_on=date(2025, 2, 10)))
    assert clocks.tick(case, NOW, CALENDAR) == [WentOverdue()]
    assert Warned() not in clocks.tick(case, NOW, CALENDAR)


def test_limit_runs_only_for_what_is_to_be_public() -> None:
    assert drafted().due_at is None
    assert proposed(drafted(), c.Attribute.ON_REQUEST).due_at is None
    assert published().due_at is None


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("ENF.PERMIT_PENALTY", date(2026, 3, 11)),
        ("ENF.OTHER", date(2026, 3, 30)),
        ("BUD.GOV", date(2026, 3, 23)),  # the 20th day, 22 March, is a Sunday
        ("MEETING.RESULT", date(2026, 3, 9)),
        ("GUIDE.CHANGE", date(2026, 3, 3)),
    ],
)
def test_other_limits(clock: str, due: date) -> None:
    facts = drafting.draft("d-1", "cz", metadata(), CLEAN, clock, ZHANG, NOW)
    assert proposed(after(None, facts)).due_at == end_of_day(due)


def test_unknown_limit_is_refused() -> None:
    refused("unknown_clock", drafting.draft, "d-1", "cz", metadata(), CLEAN, "PUB.NEVER", ZHANG, NOW)


def test_recompute_says_nothing_when_the_calendar_changes_nothing() -> None:
    assert clocks.recompute(proposed(drafted()), CALENDAR) == []


def test_late_days_count_from_issue_then_formation() -> None:
    assert published(issued_on=date(2026, 3, 1), formed_on=date(2026, 2, 1)).days_late == 1
    assert published(formed_on=date(2026, 2, 28)).days_late == 2
    refused("published_before_formed", lambda: published(formed_on=date(2026, 3, 3)))

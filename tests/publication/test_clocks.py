"""Every limit that runs on a document: a warning before, nothing on the last day, overdue on the day after."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from contracts.publication import record as c
from contracts.publication.documents import DocumentOverdue
from kernel.clock import CST
from services.publication.catalogue.clocks import ACTS
from services.publication.catalogue.types import types
from services.publication.domain import clocks, drafting, publishing, showing
from services.publication.domain.law import CLOCKS, EVERY_CLOCK
from services.publication.domain.state import Case
from services.publication.domain.telling import record, tell
from tests.publication.documents import (
    CALENDAR,
    CLEAN,
    NOW,
    NUMBER,
    WANG,
    ZHANG,
    ZHAO,
    after,
    cleared,
    drafted,
    metadata,
    proposed,
    published,
)

SECOND = timedelta(seconds=1)


def of_kind(clock: str) -> Case:
    return proposed(after(None, drafting.draft("d-1", "cz", metadata(), CLEAN, clock, ZHANG, NOW)))


def issued() -> Case:
    return after(case := cleared(proposed(drafted())), drafting.number(case, NUMBER, None, ZHAO, NOW, CALENDAR))


def reissued() -> Case:
    case = proposed(drafted())
    source = c.Source(issuer="省政府办公厅", published_at=NOW)
    return after(case, showing.set_source(case, source, ZHANG, NOW, CALENDAR))


def unexplained() -> Case:
    case = proposed(drafted(), interpretation=True)
    plan = c.Interpretation(plan="同步解读", forms=("问答",), interpreter="财政局局长", material="d-2")
    case = cleared(after(case, drafting.plan_interpretation(case, plan, ZHANG)))
    return after(case, clocks.timed(case, publishing.publish(case, "x", (), ZHAO, NOW), CALENDAR))


def taken_down() -> Case:
    case = published()
    return after(case, publishing.withdraw(case, c.Leak.PERSONAL, "误公开", WANG, NOW))


STARTS: dict[str, tuple[Callable[[], Case], datetime]] = {
    **{
        name: (lambda name=name: of_kind(name), datetime(2026, month, day, tzinfo=CST))
        for name, month, day in (
            ("PUB.GENERAL", 3, 31),
            ("ENF.PERMIT_PENALTY", 3, 12),
            ("ENF.OTHER", 3, 31),
            ("BUD.GOV", 3, 24),
            ("BUD.DEPT", 3, 24),
            ("BUD.UNIT", 3, 24),
            ("MEETING.RESULT", 3, 10),
            ("GUIDE.CHANGE", 3, 4),
        )
    },
    "ISSUE.DAY": (issued, datetime(2026, 3, 3, tzinfo=CST)),
    "REISSUE": (reissued, NOW + timedelta(hours=24)),
    "INTERPRETATION": (unexplained, datetime(2026, 3, 6, tzinfo=CST)),
    "TAKEDOWN": (taken_down, NOW + timedelta(hours=24)),
}
"""By limit: a document on which it runs, and the first moment after it."""


def test_every_limit_is_walked_and_names_its_source() -> None:
    assert set(STARTS) == {clock.id for clock in EVERY_CLOCK}
    assert set(CLOCKS) <= set(STARTS)
    every = (*EVERY_CLOCK, *(limit for kind in types().values() for limit in kind.clocks))
    assert all(limit.warn > 0 and len(limit.source) >= 4 for limit in every)


@pytest.mark.parametrize("clock", [clock.id for clock in EVERY_CLOCK])
def test_warned_before_quiet_on_the_last_day_overdue_after(clock: str) -> None:
    begin, ends = STARTS[clock]
    case = begin()
    told = record(case)
    assert told.limit
    assert (told.limit.id, told.due_at, told.warned, told.overdue) == (clock, ends, False, False)
    warn = clocks.alarm(case)
    assert warn
    assert NOW < warn < ends
    assert clocks.tick(case, warn - SECOND, CALENDAR) == []
    near = after(case, clocks.tick(case, warn, CALENDAR))
    assert (record(near).warned, record(near).overdue) == (True, False)
    assert clocks.tick(near, ends - SECOND, CALENDAR) == []
    facts = clocks.tick(near, ends, CALENDAR)
    late = after(near, facts)
    assert record(late).overdue
    assert any(isinstance(event, DocumentOverdue) for event in tell(late, facts))
    assert not [fact for fact in clocks.tick(late, ends, CALENDAR) if fact in facts]


def test_a_day_of_formation_to_come_is_named_as_missing() -> None:
    case = proposed(drafted(formed_on=date(2026, 3, 3)))
    assert "已到的成文日期" in drafting.lacks(case, NOW.date())
    assert drafting.lacks(case, date(2026, 3, 3)) == ()


def limits() -> list[str]:
    """The rows of docs/limits.md, from the data."""
    units = {"workdays": "工作日", "days": "日", "hours": "小时"}
    rows = [
        f"| `{each.id}` | {each.title} | {each.days} {units[each.unit]} | {each.warn} {units[each.unit]} "
        f"| {each.source} | {each.grade} |"
        for each in EVERY_CLOCK
    ]
    return rows + [
        f"| `{each.id}` | {kind.title}：{ACTS[each.act]} | {each.days} {units[each.unit]} "
        f"| {each.warn} {units[each.unit]} | {each.source} | {each.grade} |"
        for kind in types().values()
        for each in kind.clocks
    ]


def test_the_page_of_limits_says_what_the_data_say() -> None:
    page = (Path(__file__).parents[2] / "docs" / "limits.md").read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("| `")] == limits()

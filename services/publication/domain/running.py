"""A limit that runs: set when what it depends on changes, counted anew under another calendar, warned of and overdue
once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from contracts.publication.record import RunningLimit
from kernel.calendar import Calendar, add_hours, end_of_day
from kernel.facts import Fact
from services.publication.domain.facts import DueSet, Warned, WentOverdue
from services.publication.domain.law import Clock

TIMING: tuple[type[Fact], ...] = (DueSet, Warned, WentOverdue)
NONE = DueSet(due_at=None, warn_at=None, provisional=False)
"""No limit runs."""


class Limited(BaseModel):
    """A case with one running limit, the nearest of what is due."""

    model_config = ConfigDict(frozen=True)

    due_at: datetime | None = None
    warn_at: datetime | None = None
    provisional: bool = False
    limit: RunningLimit | None = None
    warned: bool = False
    overdue: bool = False


S = TypeVar("S", bound=Limited)
Limit = Callable[[S, Calendar], DueSet]


def runs(clock: Clock, start: date, calendar: Calendar) -> DueSet:
    """The clock from `start` on, a day that is not counted; its warning comes with the end of a day, too."""
    return until(last_day(clock.unit, start, clock.days, calendar), clock.warn, clock.told, start, calendar, clock.unit)


def last_day(unit: Literal["workdays", "days", "hours"], start: date, length: int, calendar: Calendar) -> date:
    return calendar.due(start, length) if unit == "workdays" else calendar.add_days(start, length)


def until(
    last: date,
    warn: int,
    limit: RunningLimit,
    start: date,
    calendar: Calendar,
    unit: Literal["workdays", "days", "hours"] = "workdays",
) -> DueSet:
    """Until the end of `last`, warned of so many days of the unit before."""
    before = calendar.workdays_before(last, warn) if unit == "workdays" else last - timedelta(days=warn)
    return DueSet(
        due_at=end_of_day(last),
        warn_at=end_of_day(before) if warn else None,
        provisional=calendar.provisional(start, last),
        limit=limit,
    )


def runs_hours(clock: Clock, start: datetime) -> DueSet:
    """By the clock, through nights and holidays."""
    due = add_hours(start, clock.days)
    return DueSet(due_at=due, warn_at=add_hours(due, -clock.warn), provisional=False, limit=clock.told)


def recount(state: S, limit: Limit[S], calendar: Calendar) -> list[Fact]:
    """The limit as this calendar counts it, if that is another one."""
    wanted = limit(state, calendar)
    known = DueSet(due_at=state.due_at, warn_at=state.warn_at, provisional=state.provisional, limit=state.limit)
    return [] if wanted == known else [wanted]


def timed(
    state: S, facts: Sequence[Fact], evolve: Callable[[S | None, Fact], S], limit: Limit[S], calendar: Calendar
) -> list[Fact]:
    """The facts, and the new limit if they change it."""
    after = state
    for fact in facts:
        after = evolve(after, fact)
    return [*facts, *recount(after, limit, calendar)]


def changed(fact: DueSet | Warned | WentOverdue) -> dict[str, Any]:
    """What a fact of the limit changes; a new limit is warned of and missed anew."""
    match fact:
        case DueSet():
            given = {"due_at": fact.due_at, "warn_at": fact.warn_at, "provisional": fact.provisional}
            return given | {"limit": fact.limit, "warned": False, "overdue": False}
        case Warned():
            return {"warned": True}
        case WentOverdue():
            return {"overdue": True}


def waiting(state: Limited) -> list[tuple[datetime, Fact]]:
    """The moments to come with what they bring, in their order."""
    if state.due_at is None or state.overdue:
        return []
    warn: list[tuple[datetime, Fact]] = [(state.warn_at, Warned())] if state.warn_at and not state.warned else []
    return [*warn, (state.due_at, WentOverdue())]


def alarm(state: Limited) -> datetime | None:
    return next((moment for moment, _ in waiting(state)), None)


def tick(state: Limited, now: datetime, calendar: Calendar) -> Sequence[Fact]:
    """What has come; after a long absence the warning of what is overdue is passed over."""
    return [fact for moment, fact in waiting(state) if moment <= now][-1:]


def told(state: Limited) -> dict[str, Any]:
    """The limit in a record."""
    given = {"due_at": state.due_at, "overdue": state.overdue, "provisional": state.provisional}
    return given | {"limit": state.limit, "warned": state.warned}

"""A limit that runs: set when what it depends on changes, counted anew under another calendar, overdue once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from kernel.calendar import Calendar, end_of_day
from kernel.facts import Fact
from services.publication.domain.facts import DueSet

Period = tuple[date, date]
"""The day from which a limit runs, and its last day."""


class Timed(Protocol):
    """A case with one running limit."""

    @property
    def due_at(self) -> datetime | None: ...
    @property
    def provisional(self) -> bool: ...


S = TypeVar("S", bound=Timed)
Limit = Callable[[S, Calendar], Period | None]


def recount(state: S, limit: Limit[S], calendar: Calendar) -> list[Fact]:
    """The limit as this calendar counts it, if that is another one."""
    period = limit(state, calendar)
    wanted = (
        DueSet(due_at=end_of_day(period[1]), warn_at=None, provisional=calendar.provisional(*period))
        if period
        else DueSet(due_at=None, warn_at=None, provisional=False)
    )
    known = DueSet(due_at=state.due_at, warn_at=None, provisional=state.provisional)
    return [] if wanted == known else [wanted]


def timed(
    state: S, facts: Sequence[Fact], evolve: Callable[[S | None, Fact], S], limit: Limit[S], calendar: Calendar
) -> list[Fact]:
    """The facts, and the new limit if they change it."""
    after = state
    for fact in facts:
        after = evolve(after, fact)
    return [*facts, *recount(after, limit, calendar)]

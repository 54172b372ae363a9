"""When a ticket wants to be looked at, and what time alone decides."""

from collections.abc import Iterator
from datetime import datetime

from kernel.calendar import Calendar
from kernel.facts import Fact
from services.hotline.domain import facts as f
from services.hotline.domain.limit import PROFILE, recomputed, workdays_after
from services.hotline.domain.ticket import Case


def alarm(case: Case) -> datetime | None:
    """The next warning, or the end of the limit (the first moment after it).

    Nothing once the caller has a reply or the miss is known.
    """
    return min(_moments(case), default=None)


def _moments(case: Case) -> Iterator[datetime]:
    if not case.running or case.overdue:
        return
    yield from (moment for moment in case.limit.warn_at if case.warned_until is None or moment > case.warned_until)
    yield case.limit.due_at


def tick(case: Case, now: datetime, calendar: Calendar) -> list[Fact]:
    """One overdue, or one warning for however many shares have passed meanwhile."""
    if not case.running or case.overdue:
        return []
    if now >= case.limit.due_at:
        return [f.FellOverdue(at=now)]
    passed = [moment for moment in _moments(case) if moment <= now]
    return [f.Warned(at=now)] if passed else []


def recompute(case: Case, calendar: Calendar) -> list[Fact]:
    """The limit under a new holiday notice; nothing where it stays."""
    if not case.running:
        return []
    limit = recomputed(case.limit, calendar)
    contact = workdays_after(case.received_at, PROFILE.first_contact_workdays.value, calendar)
    if limit == case.limit and contact == case.contact_due_at:
        return []
    return [f.LimitRecomputed(limit=limit, contact_due_at=contact)]

"""When a ticket wants to be looked at, and what time alone decides."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from contracts.hotline.terms import Duty
from kernel.calendar import Calendar
from kernel.facts import Fact
from services.hotline.domain import facts as f
from services.hotline.domain.limit import PROFILE, morning_before, recomputed, workdays_after
from services.hotline.domain.ticket import Case, S


def alarm(case: Case) -> datetime | None:
    """The next warning, or the end of a limit (the first moment after it), or the next call of the duty desk.

    Nothing of the caller's limit once there is a reply or the miss is known.
    """
    return min((*_moments(case), *_duty_moments(case), *_rings(case)), default=None)


def _moments(case: Case) -> Iterator[datetime]:
    if not case.running or case.overdue:
        return
    yield from (moment for moment in case.limit.warn_at if case.warned_until is None or moment > case.warned_until)
    yield case.limit.due_at


def duties(case: Case) -> dict[Duty, datetime]:
    """The limits beside the caller's that run now: to sign, to contact the caller first, to visit the caller."""
    running = {
        Duty.SIGN: case.sign_due_at if case.state is S.DISPATCHED else None,
        Duty.CONTACT: case.contact_due_at if case.running and case.contacted_at is None else None,
        Duty.VISIT: case.visit_due_at if case.state is S.VISITING and case.visited_at is None else None,
    }
    return {duty: due for duty, due in running.items() if due is not None and duty not in case.missed}


def _duty_moments(case: Case) -> Iterator[datetime]:
    for duty, due in duties(case).items():
        yield due if duty in case.duties_warned else min(morning_before(due), due)


def _rings(case: Case) -> Iterator[datetime]:
    """When the duty desk is called again about an emergency that nobody has confirmed."""
    minutes = PROFILE.alarm_minutes.value
    if case.alarmed and case.rung_at is not None and case.rings < MAX_RINGS:
        yield case.rung_at + timedelta(minutes=minutes[min(case.rings, len(minutes) - 1)])


MAX_RINGS = 50
"""Two days of calls; a ticket that nobody has looked at then is on every list of what is overdue."""


def tick(case: Case, now: datetime, calendar: Calendar) -> list[Fact]:
    """What time has decided by now: of the caller's limit one overdue, or one warning for however many shares have
    passed; of each other limit a warning or the miss; the next call about an emergency."""
    return [*_limit_facts(case, now), *_duty_facts(case, now), *_ring_facts(case, now)]


def _limit_facts(case: Case, now: datetime) -> list[Fact]:
    if not case.running or case.overdue:
        return []
    if now >= case.limit.due_at:
        return [f.FellOverdue(at=now)]
    return [f.Warned(at=now)] if any(moment <= now for moment in _moments(case)) else []


def _duty_facts(case: Case, now: datetime) -> Iterator[Fact]:
    for duty, due in duties(case).items():
        if now >= due:
            yield f.DutyMissed(duty=duty, at=now)
        elif now >= morning_before(due) and duty not in case.duties_warned:
            yield f.DutyWarned(duty=duty, at=now)


def _ring_facts(case: Case, now: datetime) -> list[Fact]:
    return [f.AlarmRepeated(at=now)] if any(moment <= now for moment in _rings(case)) else []


def recompute(case: Case, calendar: Calendar) -> list[Fact]:
    """The limits under a new holiday notice; nothing where they stay."""
    if not case.running and case.state is not S.VISITING:
        return []
    after = f.LimitRecomputed(
        limit=recomputed(case.limit, calendar) if case.running else case.limit, **_dues(case, calendar)
    )
    changed = any(getattr(after, name) != getattr(case, name) for name in type(after).model_fields)
    return [after] if changed else []


def _dues(case: Case, calendar: Calendar) -> dict[str, Any]:
    def due(start: datetime | None, days: int) -> datetime | None:
        return workdays_after(start, days, calendar) if start else None

    sent = case.dispatched_at if case.sign_due_at else None
    return {
        "contact_due_at": workdays_after(case.received_at, PROFILE.first_contact_workdays.value, calendar),
        "sign_due_at": due(sent, PROFILE.sign_workdays.value),
        "return_due_at": due(sent, PROFILE.return_workdays.value) or case.return_due_at,
        "visit_due_at": due(case.approved_at, PROFILE.visit_workdays.value),
    }

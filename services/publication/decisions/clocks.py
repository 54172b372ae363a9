"""The limits of a matter of decision: which one runs, and when the case wants to be looked at."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from contracts.publication.decisions import DecisionStage, Minimum
from kernel.calendar import Calendar, end_of_day
from kernel.facts import Fact
from services.publication.decisions import facts as f
from services.publication.decisions.evolution import evolve
from services.publication.decisions.limits import Limits, Row
from services.publication.decisions.state import Decision
from services.publication.domain import running
from services.publication.domain.facts import WentOverdue

DONE = frozenset({DecisionStage.EXECUTING, DecisionStage.ARCHIVED, DecisionStage.STOPPED})


def end_of(row: Row | Minimum, start: date, calendar: Calendar) -> date:
    """The last day of a length that begins after `start`."""
    return calendar.due(start, row.days) if row.unit == "workdays" else calendar.add_days(start, row.days)


def limit(limits: Limits) -> Callable[[Decision, Calendar], running.Period | None]:
    """The nearest of the limits that run: answers after the consultation, legal review, publication after the meeting
    has passed it, and the day for which the decision is planned."""

    def nearest(state: Decision, calendar: Calendar) -> running.Period | None:
        if state.stage in DONE:
            return None
        periods: list[running.Period] = []
        if state.stage is DecisionStage.SORTING and state.consultation:
            start = state.consultation.until
            periods.append((start, end_of(limits.feedback, start, calendar)))
        if state.legal and state.legal.lawful is None:
            periods.append((state.legal.sent_on, state.legal.until))
        if state.agreed_on:
            periods.append((state.agreed_on, end_of(limits.publish, state.agreed_on, calendar)))
        if state.planned_on:
            periods.append((state.opened_at.date(), state.planned_on))
        return min(periods, key=lambda each: each[1], default=None)

    return nearest


def timed(state: Decision, facts: Sequence[Fact], limits: Limits, calendar: Calendar) -> list[Fact]:
    return running.timed(state, facts, evolve, limit(limits), calendar)


def recount(state: Decision, limits: Limits, calendar: Calendar) -> list[Fact]:
    return running.recount(state, limit(limits), calendar)


def alarm(state: Decision) -> datetime | None:
    """The end of the consultation, or of the limit that runs."""
    moments = [end_of_day(state.consultation.until)] if state.consulting and state.consultation else []
    if state.due_at and not state.overdue:
        moments.append(state.due_at)
    return min(moments, default=None)


def tick(limits: Limits) -> Callable[[Decision, datetime, Calendar], list[Fact]]:
    """What has become true by time alone: no more opinions, or overdue. Each once; the end of the consultation sets the
    next limit, which is looked at by itself."""

    def at(state: Decision, now: datetime, calendar: Calendar) -> list[Fact]:
        if state.consulting and state.consultation and end_of_day(state.consultation.until) <= now:
            return timed(state, [f.ConsultationEnded()], limits, calendar)
        return [WentOverdue()] if state.due_at and not state.overdue and state.due_at <= now else []

    return at

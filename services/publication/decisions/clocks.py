"""The limits of a matter of decision: which one runs, and when the case wants to be looked at."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from contracts.publication.decisions import DecisionStage, Minimum
from contracts.publication.record import RunningLimit
from kernel.calendar import Calendar, end_of_day
from kernel.facts import Fact
from services.publication.decisions import facts as f
from services.publication.decisions.evolution import evolve
from services.publication.decisions.limits import Limits, Row
from services.publication.decisions.state import Decision
from services.publication.domain import running
from services.publication.domain.facts import DueSet

DONE = frozenset({DecisionStage.EXECUTING, DecisionStage.ARCHIVED, DecisionStage.STOPPED})


def end_of(row: Row | Minimum, start: date, calendar: Calendar) -> date:
    """The last day of a length that begins after `start`."""
    return calendar.due(start, row.days) if row.unit == "workdays" else calendar.add_days(start, row.days)


def limit(limits: Limits) -> running.Limit[Decision]:
    """The nearest of the limits that run: answers after the consultation, legal review, publication after the meeting
    has passed it, and the day for which the decision is planned."""

    def nearest(state: Decision, calendar: Calendar) -> DueSet:
        if state.stage in DONE:
            return running.NONE
        due: list[DueSet] = []

        def add(row: Row, id: str, title: str, start: date, last: date | None = None) -> None:
            last = last or end_of(row, start, calendar)
            due.append(running.until(last, row.warn, row.running(id, title), start, calendar, row.unit))

        if state.stage is DecisionStage.SORTING and state.consultation:
            add(limits.feedback, "DECISION.FEEDBACK", "公布意见采纳情况", state.consultation.until)
        if state.legal and state.legal.lawful is None:
            add(limits.legal_review, "DECISION.LEGAL", "合法性审查", state.legal.sent_on, state.legal.until)
        if state.agreed_on:
            add(limits.publish, "DECISION.PUBLISH", "公布决策", state.agreed_on)
        if state.planned_on:
            due.append(_planned(state.planned_on, state.opened_at.date(), limits.planned_warn.value, calendar))
        return min(due, key=lambda each: (each.due_at is None, each.due_at), default=running.NONE)

    return nearest


def _planned(day: date, start: date, warn: int, calendar: Calendar) -> DueSet:
    """The day for which the yearly catalogue has it."""
    limit = RunningLimit(
        id="DECISION.PLANNED",
        title="作出决策",
        days=(day - start).days,
        unit="days",
        source="年度决策事项目录的计划时间",
        grade="D",
    )
    return running.until(day, warn, limit, start, calendar)


def timed(state: Decision, facts: Sequence[Fact], limits: Limits, calendar: Calendar) -> list[Fact]:
    return running.timed(state, facts, evolve, limit(limits), calendar)


def recount(state: Decision, limits: Limits, calendar: Calendar) -> list[Fact]:
    return running.recount(state, limit(limits), calendar)


def alarm(state: Decision) -> datetime | None:
    """The end of the consultation, or the next moment of the limit that runs."""
    ends = [end_of_day(state.consultation.until)] if state.consulting and state.consultation else []
    return min([*ends, *(moment for moment, _ in running.waiting(state))], default=None)


def tick(limits: Limits) -> Callable[[Decision, datetime, Calendar], Sequence[Fact]]:
    """What has become true by time alone: no more opinions, warned or overdue. Each once; the end of the consultation
    sets the next limit, which is looked at by itself."""

    def at(state: Decision, now: datetime, calendar: Calendar) -> Sequence[Fact]:
        if state.consulting and state.consultation and end_of_day(state.consultation.until) <= now:
            return timed(state, [f.ConsultationEnded()], limits, calendar)
        return running.tick(state, now, calendar)

    return at

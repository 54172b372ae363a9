"""Every limit of a request, computed from its state and a calendar and from nothing else.

So the order in which steps were recorded does not matter, and a new holiday notice is a mere recomputation.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from contracts.requests.terms import Consulted, Stage
from kernel.calendar import Calendar, Interval
from kernel.facts import Fact
from services.requests.domain.evolution import fold
from services.requests.domain.facts import DeadlinesSet
from services.requests.domain.limits import days
from services.requests.domain.state import Case, Consultation, Deadlines, Limit, Review

ANSWER_WITHIN: dict[Consulted, str] = {
    Consulted.THIRD_PARTY: "APP.THIRD_PARTY",
    Consulted.CO_ORGAN: "APP.CO_ORGAN",
    Consulted.OTHER_ORGAN: "APP.OTHER_ORGAN",
}
STOPPED = frozenset({Stage.CORRECTION_REQUESTED, Stage.FEE_PENDING})
"""Where no reply limit runs: it was discarded (条例30) or is suspended (国办函〔2020〕109号)."""


def timed(case: Case, facts: Sequence[Fact], calendar: Calendar) -> list[Fact]:
    """The facts of a decision, with the limits that follow from them where these differ."""
    after = fold(case, facts)
    limits = deadlines(after, calendar)
    if limits == after.deadlines:
        return list(facts)
    return [*facts, DeadlinesSet(deadlines=limits, calendar=calendar.version)]


def recompute(case: Case, calendar: Calendar) -> list[Fact]:
    """What another calendar changes: nothing for a request that is closed with no review or suit open."""
    return timed(case, [], calendar) if case.open or case.open_reviews else []


def deadlines(case: Case, calendar: Calendar) -> Deadlines:
    """All limits that run for a request."""
    answers = {
        review.id: answer_by(review, calendar)
        for review in case.open_reviews
        if review.notified_on and review.answered_on is None
    }
    if not case.open:
        return Deadlines(reply=case.deadlines.reply, answers=answers)
    correction, fee = case.correction, case.fee
    return Deadlines(
        confirm_by=_after(case.arrived_on, "APP.CONFIRM", calendar) if case.stage is Stage.ARRIVED else None,
        correct_by=correct_by(case, calendar) if case.stage is Stage.RECEIVED else None,
        reply=reply_limit(case, calendar),
        submit_by=calendar.due(correction.delivered_on, correction.within)
        if case.stage is Stage.CORRECTION_REQUESTED and correction and correction.delivered_on
        else None,
        pay_by=_after(fee.delivered_on, "FEE.PAY", calendar)
        if case.stage is Stage.FEE_PENDING and fee and fee.delivered_on
        else None,
        consultations={
            each.id: answer_limit(each, each.delivered_on, calendar)
            for each in case.open_consultations
            if each.delivered_on
        },
        answers=answers,
    )


def correct_by(case: Case, calendar: Calendar) -> date | None:
    """Last day for the notice of correction: 7 working days from receipt (条例30)."""
    return _after(case.received_on, "APP.CORRECT_NOTICE", calendar) if case.received_on else None


def answer_limit(consultation: Consultation, delivered_on: date, calendar: Calendar) -> date:
    """Last day for the opinion: 15 working days from the delivery of the letter (条例32, 34)."""
    return _after(delivered_on, ANSWER_WITHIN[consultation.whom], calendar)


def answer_by(review: Review, calendar: Calendar) -> date:
    """Last day for our answer: 10 or 5 working days (行政复议法48, 54), 15 days in court (行政诉讼法67)."""
    if review.notified_on is None:
        raise ValueError("not notified")
    if review.kind == "reconsideration":
        return _after(review.notified_on, "REV.REPLY_SIMPLE" if review.simplified else "REV.REPLY_NORMAL", calendar)
    return calendar.add_days(review.notified_on, days("SUIT.ANSWER"))


def reply_limit(case: Case, calendar: Calendar) -> Limit | None:
    """The reply limit: start + base + extension, excluded days skipped (条例30, 33). None while it does not run.

    A consultation sent within the limit stops it until the answer; one sent after its end moves nothing.
    """
    if case.start is None or case.stage in STOPPED:
        return None
    due = last_day(case, case.start, calendar)
    pauses = [each.sent_on for each in case.open_consultations]
    if pauses and case.fixed is None and min(pauses) < due:
        return None
    warn_on = _warnings(due, case, [] if case.fixed else excluded_days(case), calendar)
    provisional = calendar.provisional(case.start, due)
    return Limit(due=due, provisional=provisional, warn_on=warn_on, internal=_internal(case, due, calendar))


def _internal(case: Case, due: date, calendar: Calendar) -> date | None:
    """Last day of the office's own limit, which moves with the lawful one; none where that one is no longer."""
    own = case.policy.internal
    if own is None or own >= case.base or case.fixed or case.start is None:
        return None
    last = calendar.due(case.start, own + case.extension, excluded_days(case))
    return last if last < due else None


def last_day(case: Case, start: date, calendar: Calendar) -> date:
    """Last day of the reply limit. A day that was told or ordered stands, a day off moved on (条例35; 民法典203)."""
    if case.fixed:
        return calendar.add_days(case.fixed, 0)
    return calendar.due(start, case.base + case.extension, excluded_days(case))


def excluded_days(case: Case) -> list[Interval]:
    """Days of finished consultations: after the sending, up to and with the day of the answer (条例33(3))."""
    return [
        Interval(each.sent_on, each.ended_on, f"征求{each.whom.value}意见（条例第三十三条第三款）")
        for each in case.consultations
        if each.ended_on and each.ended_on > each.sent_on
    ]


def _after(start: date, id: str, calendar: Calendar) -> date:
    return calendar.due(start, days(id))


def _warnings(due: date, case: Case, excluded: Sequence[Interval], calendar: Calendar) -> tuple[date, ...]:
    """The counted days after which so many working days remain; none for a limit that is shorter."""
    wanted, found, left = set(case.policy.warn_left), [], 0
    day, start = due, case.start or due
    while day > start and left <= max(wanted, default=-1):
        if calendar.is_workday(day) and not any(pause.covers(day) for pause in excluded):
            if left in wanted:
                found.append(day)
            left += 1
        day -= timedelta(days=1)
    return tuple(sorted(found))

"""When a request wants to be looked at, and what is noted then: warnings, lapses, the one overdue fact."""

from collections.abc import Iterator
from datetime import date, datetime, time

from contracts.requests.terms import Stage
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from services.requests.domain import facts as f
from services.requests.domain.deadline import recompute, timed
from services.requests.domain.state import Case, Limit


def alarm(case: Case) -> datetime | None:
    """The next moment at which `tick` has something to note."""
    return min(_moments(case), default=None)


def _moments(case: Case) -> Iterator[datetime]:
    limits = case.deadlines
    for review in case.open_reviews:
        if review.id in limits.answers and not review.late:
            yield end_of_day(limits.answers[review.id])
    if not case.open:
        return
    if limits.confirm_by and not case.unconfirmed:
        yield end_of_day(limits.confirm_by)
    if not case.lapsed:
        yield from (end_of_day(day) for day in (limits.submit_by, limits.pay_by) if day)
    yield from (end_of_day(day) for day in limits.consultations.values())
    if limits.reply:
        yield from (_morning(day) for day in limits.reply.warn_on if _unwarned(case, day))
        if limits.reply.internal and _unnoted(case, limits.reply):
            yield _morning(limits.reply.internal)
        if case.overdue_for != limits.reply.due:
            yield end_of_day(limits.reply.due)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), CST)


def _unwarned(case: Case, day: date) -> bool:
    limit = case.deadlines.reply
    return case.overdue_for != (limit.due if limit else None) and (case.warned_on is None or case.warned_on < day)


def _unnoted(case: Case, limit: Limit) -> bool:
    return case.internal_for != limit.internal and case.overdue_for != limit.due


def tick(case: Case, now: datetime, calendar: Calendar) -> list[Fact]:
    """What has become true by `now`. Consultations lapse first: their end may set the reply limit going again."""
    today = now.date()
    lapsed = [
        f.ConsultationLapsed(consultation=id, ended_on=last)
        for id, last in sorted(case.deadlines.consultations.items())
        if last < today
    ]
    if lapsed:
        return timed(case, lapsed, calendar)
    return [*_unanswered(case, today), *_waited(case, today), *_reply(case, today, calendar)]


def _unanswered(case: Case, today: date) -> Iterator[Fact]:
    for review in case.open_reviews:
        last = case.deadlines.answers.get(review.id)
        if last and last < today and not review.late:
            yield f.AnswerMissed(review=review.id, answer_by=last)


def _waited(case: Case, today: date) -> Iterator[Fact]:
    limits = case.deadlines
    if not case.open:
        return
    if case.stage is Stage.ARRIVED and limits.confirm_by and limits.confirm_by < today and not case.unconfirmed:
        yield f.ConfirmationMissed(confirm_by=limits.confirm_by)
    if limits.submit_by and limits.submit_by < today and not case.lapsed:
        yield f.ApplicantLapsed(limit="correction", on=limits.submit_by)
    if limits.pay_by and limits.pay_by < today and not case.lapsed:
        yield f.ApplicantLapsed(limit="fee", on=limits.pay_by)


def _reply(case: Case, today: date, calendar: Calendar) -> Iterator[Fact]:
    limit = case.deadlines.reply
    if limit is None or not case.open or case.overdue_for == limit.due:
        return
    if limit.due < today:
        yield f.BecameOverdue(due=limit.due)
        return
    if limit.internal and limit.internal <= today and _unnoted(case, limit):
        yield f.InternalLimitReached(internal=limit.internal, due=limit.due)
    reached = [day for day in limit.warn_on if day <= today and _unwarned(case, day)]
    if reached:
        yield f.Warned(on=reached[-1], due=limit.due, days_left=calendar.workdays_between(today, limit.due))


__all__ = ["alarm", "recompute", "tick"]

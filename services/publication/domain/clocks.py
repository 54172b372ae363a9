"""When a document must be public, and when its case wants to be looked at."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.publication.record import Attribute, Validity
from kernel.calendar import Calendar, add_hours, end_of_day
from kernel.facts import Fact
from services.publication.domain.evolution import evolve
from services.publication.domain.facts import (
    DueSet,
    ExpiryWarned,
    IssueDayPassed,
    NoticeEnded,
    ReassessmentFellDue,
    ValidityMarked,
    Warned,
    WentOverdue,
)
from services.publication.domain.law import CLOCKS, EXPIRY_WARN_DAYS, MATERIAL, REASSESS_DAYS, REISSUE
from services.publication.domain.state import UNDECIDED, Case, Stage


def timed(case: Case, facts: Sequence[Fact], calendar: Calendar) -> list[Fact]:
    """The facts, and the new limit if they change it."""
    after = case
    for fact in facts:
        after = evolve(after, fact)
    return [*facts, *recompute(after, calendar)]


def recompute(case: Case, calendar: Calendar) -> list[Fact]:
    """The limit as this calendar counts it, from the day of formation on (条例26): for what is to be public."""
    limit = _limit(case, calendar)
    return [] if limit == DueSet(due_at=case.due_at, warn_at=case.warn_at, provisional=case.provisional) else [limit]


def _limit(case: Case, calendar: Calendar) -> DueSet:
    if case.lacks_material and case.published_at:
        out = case.published_at.date()
        due = calendar.due(out, MATERIAL.days)
        return DueSet(due_at=end_of_day(due), warn_at=None, provisional=calendar.provisional(out, due))
    start = case.metadata.formed_on or case.signed_off
    if case.stage not in UNDECIDED or case.attribute is not Attribute.PROACTIVE:
        return DueSet(due_at=None, warn_at=None, provisional=False)
    if case.source:
        return DueSet(due_at=add_hours(case.source.published_at, REISSUE.days), warn_at=None, provisional=False)
    if start is None:
        return DueSet(due_at=None, warn_at=None, provisional=False)
    clock = CLOCKS[case.clock]
    if clock.unit == "workdays":
        due = calendar.due(start, clock.days)
        warn = calendar.workdays_before(due, clock.warn)
    else:
        due = calendar.add_days(start, clock.days)
        warn = due - timedelta(days=clock.warn)
    return DueSet(
        due_at=end_of_day(due),
        warn_at=end_of_day(warn) if clock.warn else None,
        provisional=calendar.provisional(start, due),
    )


def reassess_at(now: datetime) -> datetime:
    """When what stays unpublished is to be looked at again (条例18)."""
    return now + timedelta(days=REASSESS_DAYS)


def alarm(case: Case) -> datetime | None:
    """The next moment at which time alone changes something."""
    return min((moment for moment, _ in _waiting(case)), default=None)


def tick(case: Case, now: datetime, calendar: Calendar) -> list[Fact]:
    """What has become true by time alone, each once; after a long absence the warnings of what has come are passed
    over."""
    passed = [fact for moment, fact in _waiting(case) if moment <= now]
    kinds = {type(fact) for fact in passed}
    moot: dict[type[Fact], type[Fact]] = {WentOverdue: Warned, ValidityMarked: ExpiryWarned}
    past = {warning for came, warning in moot.items() if came in kinds}
    return [fact for fact in passed if type(fact) not in past]


def _waiting(case: Case) -> list[tuple[datetime, Fact]]:
    """The moments to come with what they will bring, in their order."""
    waiting: list[tuple[datetime, Fact]] = []
    if (case.stage in UNDECIDED or case.lacks_material) and case.due_at and not case.overdue:
        if case.warn_at and not case.warned:
            waiting.append((case.warn_at, Warned()))
        waiting.append((case.due_at, WentOverdue()))
    if case.clear_until and not case.overdue:
        waiting.append((case.clear_until, WentOverdue()))
    if case.issue_day and not case.issue_day_passed:
        waiting.append((end_of_day(case.issue_day), IssueDayPassed()))
    if case.stage is Stage.FILED and case.reassess_at:
        waiting.append((case.reassess_at, ReassessmentFellDue()))
    if case.public and case.notice and not case.notice.ended:
        waiting.append((end_of_day(case.notice.until), NoticeEnded()))
    return sorted(waiting + _expiring(case), key=lambda each: each[0])


def _expiring(case: Case) -> list[tuple[datetime, Fact]]:
    last = case.metadata.valid_until
    if case.stage is not Stage.PUBLISHED or case.metadata.validity is not Validity.VALID or last is None:
        return []
    expired = ValidityMarked(validity=Validity.EXPIRED, on=last + timedelta(days=1), by_document=None)
    ended = (end_of_day(last), expired)
    if case.expiry_warned:
        return [ended]
    return [(end_of_day(last - timedelta(days=EXPIRY_WARN_DAYS)), ExpiryWarned()), ended]

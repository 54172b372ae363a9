"""When a document must be public, and when its case wants to be looked at."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.publication.record import Attribute, RunningLimit, Validity
from kernel.calendar import Calendar, end_of_day
from kernel.facts import Fact
from services.publication.domain import running
from services.publication.domain.evolution import evolve
from services.publication.domain.facts import (
    DueSet,
    ExpiryWarned,
    IssueDayNear,
    IssueDayPassed,
    NoticeEnded,
    ReassessmentFellDue,
    ValidityMarked,
    Warned,
    WentOverdue,
)
from services.publication.domain.law import (
    CLOCKS,
    EXPIRY_WARN_DAYS,
    ISSUE_DAY,
    MATERIAL,
    REASSESS_DAYS,
    REISSUE,
    TAKEDOWN,
)
from services.publication.domain.state import UNDECIDED, Case, Stage


def timed(case: Case, facts: Sequence[Fact], calendar: Calendar) -> list[Fact]:
    """The facts, and the new limit if they change it."""
    return running.timed(case, facts, evolve, _limit, calendar)


def recompute(case: Case, calendar: Calendar) -> list[Fact]:
    """The limit as this calendar counts it, from the day of formation on (条例26): for what is to be public."""
    return running.recount(case, _limit, calendar)


def _limit(case: Case, calendar: Calendar) -> DueSet:
    if case.lacks_material and case.published_at:
        return running.runs(MATERIAL, case.published_at.date(), calendar)
    start = case.converted_on or case.metadata.formed_on or case.signed_off
    if case.stage not in UNDECIDED or case.attribute is not Attribute.PROACTIVE:
        return running.NONE
    if case.source:
        return running.runs_hours(REISSUE, case.source.published_at)
    return running.runs(CLOCKS[case.clock], start, calendar) if start else running.NONE


class Shown(NamedTuple):
    """The limit that a desk shows: the nearest one, and what rests on law once that one has passed."""

    limit: RunningLimit | None
    due_at: datetime
    warned: bool
    overdue: bool


def shown(case: Case) -> Shown | None:
    """The limit that runs on a document, if one does."""
    if case.clear_until:
        return Shown(TAKEDOWN.told, case.clear_until, case.warned, case.overdue)
    if case.issue_day and not case.overdue:
        return Shown(ISSUE_DAY.told, end_of_day(case.issue_day), case.issue_day_near, case.issue_day_passed)
    if case.due_at is None:
        return None
    return Shown(case.limit, case.due_at, case.warned, case.overdue)


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
    moot: dict[type[Fact], type[Fact]] = {
        WentOverdue: Warned,
        IssueDayPassed: IssueDayNear,
        ValidityMarked: ExpiryWarned,
    }
    past = {warning for came, warning in moot.items() if came in kinds}
    return [fact for fact in passed if type(fact) not in past]


def _waiting(case: Case) -> list[tuple[datetime, Fact]]:
    """The moments to come with what they will bring, in their order."""
    waiting = running.waiting(case)
    if case.clear_until and not case.overdue:
        if not case.warned:
            waiting.append((case.clear_until - timedelta(hours=TAKEDOWN.warn), Warned()))
        waiting.append((case.clear_until, WentOverdue()))
    if case.issue_day and not case.issue_day_passed:
        ends = end_of_day(case.issue_day)
        if not case.issue_day_near:
            waiting.append((ends - timedelta(hours=ISSUE_DAY.warn), IssueDayNear()))
        waiting.append((ends, IssueDayPassed()))
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

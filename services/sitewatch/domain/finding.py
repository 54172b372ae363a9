"""A finding (问题): what failed, by when it must be put right, and how it ends."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, assert_never

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.sitewatch import Evidence, FindingState, Severity
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.sitewatch.domain.indicators import Indicator, Indicators
from services.sitewatch.domain.verdicts import Verdict

_AFTER = timedelta(milliseconds=1)
_OFFICE_OPENS = time(9, 0)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limit(Frozen):
    """By when it must be put right: working days from a day that does not count."""

    counted_from: date
    workdays: int
    warn_workdays: int
    due: date
    warn_on: date
    provisional: bool


class Found(Fact):
    id: str
    site: str
    site_name: str
    indicator: str
    indicator_title: str
    severity: Severity
    object: str
    assist: bool
    unverified: bool
    source: str
    owner: str
    evidence: Evidence
    times: int
    at: AwareDatetime
    limit: Limit | None
    """None until a person has confirmed what the platform only suspects."""


class Persisted(Fact):
    """Looked at again and still wrong: graver than before, or although it was reported as put right."""

    severity: Severity
    evidence: Evidence


class Confirmed(Fact):
    note: str
    limit: Limit


class Rejected(Fact):
    reason: str


class FixReported(Fact):
    note: str
    by: str
    """Id of the official; someone else verifies."""


class Verified(Fact):
    note: str
    by_person: bool
    evidence: Evidence | None


class DeadlineRecomputed(Fact):
    limit: Limit


class Warned(Fact):
    pass


class Overdue(Fact):
    pass


FindingFact = Found | Persisted | Confirmed | Rejected | FixReported | Verified | DeadlineRecomputed | Warned | Overdue
FACTS: tuple[type[Fact], ...] = (
    Found,
    Persisted,
    Confirmed,
    Rejected,
    FixReported,
    Verified,
    DeadlineRecomputed,
    Warned,
    Overdue,
)


class State(Frozen):
    """A finding as its facts leave it."""

    id: str
    site: str
    site_name: str
    indicator: str
    indicator_title: str
    severity: Severity
    object: str
    assist: bool
    unverified: bool
    source: str
    owner: str
    evidence: Evidence
    times: int
    opened_at: datetime
    status: FindingState
    limit: Limit | None
    reported_by: str = ""
    warned: bool = False
    overdue: bool = False

    @property
    def open(self) -> bool:
        return self.status not in (FindingState.VERIFIED, FindingState.REJECTED)

    @property
    def running(self) -> Limit | None:
        """The limit while it runs: not while a person must confirm, nor after it was reported as put right."""
        return self.limit if self.status is FindingState.CONFIRMED else None


def evolve(state: State | None, fact: Fact) -> State:
    """The state after a fact."""
    if isinstance(fact, Found):
        return _found(fact)
    if state is None:
        raise ValueError("a finding begins with being found")
    return state.model_copy(update=_change(fact))  # type: ignore[arg-type]


def _found(fact: Found) -> State:
    status = FindingState.OPEN if fact.assist else FindingState.CONFIRMED
    kept = {name: value for name, value in fact if name != "at"}
    return State(**kept, opened_at=fact.at, status=status)


def _change(fact: FindingFact) -> dict[str, Any]:
    match fact:
        case Found():
            raise ValueError("a finding is found once")
        case Persisted():
            return {"severity": fact.severity, "evidence": fact.evidence, "status": FindingState.CONFIRMED}
        case Confirmed():
            return {"status": FindingState.CONFIRMED, "limit": fact.limit}
        case Rejected():
            return {"status": FindingState.REJECTED}
        case FixReported():
            return {"status": FindingState.FIXED, "reported_by": fact.by}
        case Verified():
            return {"status": FindingState.VERIFIED, **({"evidence": fact.evidence} if fact.evidence else {})}
        case DeadlineRecomputed():
            return {"limit": fact.limit, "warned": False, "overdue": False}
        case Warned():
            return {"warned": True}
        case Overdue():
            return {"overdue": True}
        case _:
            assert_never(fact)


def limit(start: date, workdays: int, warn_workdays: int, calendar: Calendar) -> Limit:
    """Working days after `start`, and the day on which to warn."""
    deadline = calendar.add_workdays(start, workdays)
    return Limit(
        counted_from=start,
        workdays=workdays,
        warn_workdays=warn_workdays,
        due=deadline.due,
        warn_on=calendar.workdays_before(deadline.due, warn_workdays),
        provisional=deadline.provisional,
    )


def _limit(severity: Severity, now: datetime, calendar: Calendar, indicators: Indicators) -> Limit:
    name = "veto_workdays" if severity is Severity.VETO else "rectify_workdays"
    return limit(now.date(), indicators.count(name), indicators.count("warn_workdays"), calendar)


def evidence(verdict: Verdict, now: datetime) -> Evidence:
    """What of a verdict is kept: digests and measures, never the page."""
    return Evidence(
        url=verdict.url[:500],
        observed_at=now,
        sha256=verdict.sha256,
        measured=verdict.measured[:200],
        threshold=verdict.threshold[:200],
    )


def find(
    id: str,
    verdict: Verdict,
    *,
    site: str,
    site_name: str,
    owner: str,
    times: int,
    now: datetime,
    calendar: Calendar,
    indicators: Indicators,
) -> list[Fact]:
    """Open a finding for a failed check. What a program can judge alone must be put right from today on; what it only
    suspects waits for a person."""
    indicator: Indicator = indicators.indicators[verdict.indicator]
    return [
        Found(
            id=id,
            site=site,
            site_name=site_name,
            indicator=verdict.indicator,
            indicator_title=indicator.title,
            severity=verdict.severity,
            object=verdict.object[:500],
            assist=indicator.assist,
            unverified=indicator.unverified,
            source=indicator.source,
            owner=verdict.owner or owner,
            evidence=evidence(verdict, now),
            times=times,
            at=now,
            limit=None if indicator.assist else _limit(verdict.severity, now, calendar, indicators),
        )
    ]


def observe(state: State, verdict: Verdict, now: datetime) -> list[Fact]:
    """The same thing looked at again. Put right: verified, unless a person must say so. Still wrong: remembered when it
    is graver, or was reported as put right; a daily look at an open finding adds nothing."""
    if not state.open:
        return []
    if verdict.ok:
        return [] if state.assist else [Verified(note="复查通过", by_person=False, evidence=evidence(verdict, now))]
    if state.status is FindingState.OPEN or state.assist:
        return []
    if state.status is FindingState.FIXED or verdict.severity is not state.severity:
        return [Persisted(severity=verdict.severity, evidence=evidence(verdict, now))]
    return []


def _require_open(state: State) -> None:
    if not state.open:
        raise Refused("ended", "该问题已经办结。", remedy="如问题再次出现，平台会另立新件。")


def confirm(state: State, note: str, now: datetime, calendar: Calendar, indicators: Indicators) -> list[Fact]:
    """A person confirms what the platform suspects; the limit runs from then."""
    _require_open(state)
    if state.status is not FindingState.OPEN:
        return []
    return [Confirmed(note=note, limit=_limit(state.severity, now, calendar, indicators))]


def reject(state: State, reason: str) -> list[Fact]:
    """A person says that nothing is wrong."""
    _require_open(state)
    return [Rejected(reason=reason)]


def report_fixed(state: State, note: str, by: str, agency: str, keeps: bool) -> list[Fact]:
    """The agency in charge, or who keeps the sites, reports that it is put right."""
    _require_open(state)
    if not keeps and agency != state.owner:
        raise Refused("not_yours", "本单位不是该问题的责任单位。", remedy="请联系网站管理员核对责任单位。")
    if state.status is FindingState.OPEN:
        raise Refused("not_confirmed", "该问题尚待确认。", remedy="请先由网站管理员确认或驳回。")
    return [] if state.status is FindingState.FIXED else [FixReported(note=note, by=by)]


def verify(state: State, fixed: bool, note: str, by: str, now: datetime) -> list[Fact]:
    """A person verifies what was reported as put right; never the one who reported it."""
    _require_open(state)
    if state.status is not FindingState.FIXED:
        raise Refused("not_reported", "尚未报告整改完成。", remedy="请待责任单位报告后复核。")
    if by == state.reported_by:
        raise Refused("same_person", "复核人与报告人不能是同一人。", remedy="请由他人复核。")
    if fixed:
        return [Verified(note=note, by_person=True, evidence=None)]
    return [Persisted(severity=state.severity, evidence=state.evidence.model_copy(update={"observed_at": now}))]


def recompute(state: State, calendar: Calendar) -> list[Fact]:
    """The limit anew by a new holiday notice, if it has changed."""
    old = state.limit
    if not state.open or old is None:
        return []
    new = limit(old.counted_from, old.workdays, old.warn_workdays, calendar)
    return [] if new == old else [DeadlineRecomputed(limit=new)]


def alarm(state: State) -> datetime | None:
    """The morning of the warning day, or the moment after the last day."""
    running = state.running
    if running is None or state.overdue:
        return None
    after = end_of_day(running.due) + _AFTER
    return after if state.warned else min(_warn_at(running), after)


def _warn_at(running: Limit) -> datetime:
    return datetime.combine(running.warn_on, _OFFICE_OPENS, CST)


def tick(state: State, now: datetime, calendar: Calendar) -> Sequence[Fact]:
    """A warning before the last day, and once that it has passed."""
    running = state.running
    if running is None or state.overdue:
        return []
    if now > end_of_day(running.due):
        return [Overdue()]
    return [Warned()] if now >= _warn_at(running) and not state.warned else []

"""投诉举报 about a unit's open-government work: register, verify, order, reply, close (条例47, 51).

The regulation names no limit for it: ours is a default and marked as such (`limits.json`, COMPLAINT.ANSWER).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from contracts.base import Event
from contracts.requests import work as c
from contracts.requests.work import Complaint, Ending, Finding, Measure
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain.intake import between, not_after
from services.requests.domain.limits import days
from services.requests.domain.state import Value


class Filed(Fact):
    """A complaint was registered; its words are a paper."""

    number: str
    agency: str
    about: str
    request: str | None
    received_on: date
    opened_at: datetime
    due: date
    provisional: bool
    paper: str


class Verified(Fact):
    """What was found (条例47)."""

    finding: Finding
    paper: str


class RectificationOrdered(Fact):
    """督促整改 or 通报批评 (条例47)."""

    measure: Measure
    until: date | None
    paper: str


class Rectified(Fact):
    """The unit did what was ordered."""

    rectified_on: date
    paper: str


class Closed(Fact):
    """The complainant was answered, or it ended otherwise."""

    ending: Ending
    closed_on: date
    paper: str


class LimitMoved(Fact):
    """Another holiday notice moved our own limit."""

    due: date
    provisional: bool


class LimitPassed(Fact):
    """Our limit, or that of the rectification, has passed."""

    limit: Literal["answer", "rectification"]
    on: date


class State(Value):
    """A complaint as the rules see it."""

    number: str
    agency: str
    about: str
    request: str | None
    received_on: date
    opened_at: datetime
    due: date
    provisional: bool
    papers: tuple[str, ...]
    finding: Finding | None = None
    measure: Measure | None = None
    until: date | None = None
    rectified_on: date | None = None
    ending: Ending | None = None
    closed_on: date | None = None
    passed: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.ending is None

    @property
    def rectifying(self) -> bool:
        return self.until is not None and self.rectified_on is None


def evolve(state: State | None, fact: Fact) -> State:
    if state is None:
        if not isinstance(fact, Filed):
            raise TypeError(f"{fact.kind} does not begin a complaint")
        return State(papers=(fact.paper,), **fact.model_dump(exclude={"paper"}))
    return state.model_copy(update=_change(state, fact))


def _change(state: State, fact: Fact) -> dict[str, Any]:
    match fact:
        case LimitMoved():
            return fact.model_dump()
        case LimitPassed():
            return {"passed": (*state.passed, fact.limit)}
        case Verified() | RectificationOrdered() | Rectified() | Closed():
            return {**fact.model_dump(exclude={"paper"}), "papers": (*state.papers, fact.paper)}
        case _:
            raise TypeError(f"{fact.kind} does not continue a complaint")


def file(
    number: str,
    agency: str,
    about: str,
    request: str | None,
    received_on: date,
    paper: str,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """Register a complaint at the office that supervises; it is not for the unit complained about to judge itself."""
    if agency == about:
        raise Refused("own_matter", "被投诉举报的单位不能自行受理。", field="about", remedy="请由主管部门登记。")
    not_after(received_on, now, "received_on")
    limit = calendar.due(received_on, days("COMPLAINT.ANSWER"))
    filed = Filed(
        number=number,
        agency=agency,
        about=about,
        request=request,
        received_on=received_on,
        opened_at=now,
        due=limit,
        provisional=calendar.provisional(received_on, limit),
        paper=paper,
    )
    return [filed]


def verify(state: State, finding: Finding, paper: str) -> list[Fact]:
    """核实: once."""
    _require_open(state)
    if state.finding is not None:
        raise Refused("verified_already", "该投诉举报已经核实。", remedy="请依核实结果办理。")
    return [Verified(finding=finding, paper=paper)]


def order(state: State, measure: Measure, until: date | None, paper: str, now: datetime) -> list[Fact]:
    """条例47: a unit that does not do its duty is urged to set it right, or criticised."""
    _require_open(state)
    if state.finding is None or state.finding == "不属实":
        raise Refused("not_upheld", "核实属实的投诉举报才能督促整改或者通报批评。", remedy="请先核实。")
    if (measure == "督促整改") != (until is not None):
        raise Refused("until", "督促整改应当写明期限，通报批评没有期限。", field="until")
    if until is not None and until <= now.date():
        raise Refused("not_later", "整改期限应当晚于今天。", field="until", remedy="请核对日期。")
    if state.rectifying:
        raise Refused("ordered_already", "整改尚未完成。", remedy="请在整改完成后再办理。")
    return [RectificationOrdered(measure=measure, until=until, paper=paper)]


def rectify(state: State, on: date, paper: str, now: datetime) -> list[Fact]:
    """The unit reports what it has done."""
    _require_open(state)
    if not state.rectifying:
        raise Refused("no_order", "没有尚未完成的整改。")
    between(on, state.received_on, now, "rectified_on")
    return [Rectified(rectified_on=on, paper=paper)]


def close(state: State, ending: Ending, paper: str, now: datetime) -> list[Fact]:
    """答复: after the finding and, where it is upheld, after the measure has been taken and carried out."""
    _require_open(state)
    if ending == "答复":
        if state.finding is None:
            raise Refused("not_verified", "尚未核实，不能答复。", remedy="请先核实。")
        if state.finding != "不属实" and state.measure is None:
            raise Refused("no_measure", "属实的应当先督促整改或者通报批评（条例第四十七条）。", remedy="请先办理。")
        if state.rectifying:
            raise Refused("not_rectified", "整改尚未完成，不能答复。", remedy="请先登记整改结果。")
    return [Closed(ending=ending, closed_on=now.date(), paper=paper)]


def _require_open(state: State) -> None:
    if not state.open:
        raise Refused("closed", "该投诉举报已经办结。")


def recompute(state: State, calendar: Calendar) -> list[Fact]:
    """What another calendar changes of an open complaint."""
    limit = calendar.due(state.received_on, days("COMPLAINT.ANSWER"))
    provisional = calendar.provisional(state.received_on, limit)
    if not state.open or (limit, provisional) == (state.due, state.provisional):
        return []
    return [LimitMoved(due=limit, provisional=provisional)]


def _limits(state: State) -> Iterator[tuple[Literal["answer", "rectification"], date]]:
    if state.open and "answer" not in state.passed:
        yield "answer", state.due
    if state.open and state.until and state.rectifying and "rectification" not in state.passed:
        yield "rectification", state.until


def alarm(state: State) -> datetime | None:
    return min((end_of_day(day) for _, day in _limits(state)), default=None)


def tick(state: State, now: datetime, calendar: Calendar) -> list[Fact]:
    return [LimitPassed(limit=limit, on=day) for limit, day in _limits(state) if day < now.date()]


def record(state: State) -> Complaint:
    """The complaint as it is told: nothing of who complains."""
    stage, label = _stage(state)
    return Complaint(
        id=state.number,
        title="政府信息公开投诉举报",
        state=stage,
        state_label=label,
        open=state.open,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=end_of_day(state.due) if state.open else None,
        overdue=state.open and "answer" in state.passed,
        provisional=state.open and state.provisional,
        waits_for=("被投诉举报单位" if state.rectifying else "主管部门") if state.open else "",
        about=state.about,
        request=state.request,
        received_on=state.received_on,
        due_on=state.due,
        finding=state.finding,
        measure=state.measure,
        rectify_by=state.until,
        rectified_on=state.rectified_on,
        ending=state.ending,
        closed_on=state.closed_on,
    )


def _stage(state: State) -> tuple[str, str]:
    if state.ending:
        return "closed", f"已办结（{state.ending}）"
    if state.rectifying:
        return "rectifying", "整改逾期" if "rectification" in state.passed else "整改中"
    return ("verified", f"已核实（{state.finding}）") if state.finding else ("received", "待核实")


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    standing = record(state)
    if any(isinstance(fact, Filed) for fact in facts):
        return [c.ComplaintReceived(record=standing)]
    if any(isinstance(fact, LimitPassed) for fact in facts):
        return [c.ComplaintOverdue(record=standing)]
    return [c.ComplaintChanged(record=standing)]


def retell(state: State) -> list[Event]:
    return [c.ComplaintRestated(record=record(state))]


def index(state: State) -> Mapping[str, Any]:
    return {
        "agency": state.agency,
        "open": state.open,
        "about": state.about,
        "request": state.request or "",
        "due": f"{state.due if state.open else '9999-12-31'}/{state.number}",
    }


COMPLAINT: CaseKind[State] = CaseKind(
    name="complaint",
    title="投诉举报",
    facts=(Filed, Verified, RectificationOrdered, Rectified, Closed, LimitMoved, LimitPassed),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)

"""协查: units are asked for what they hold on a request, each by a day of its own."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from contracts.base import Event
from contracts.requests import work as c
from contracts.requests.work import Collection, Held
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain.state import Case, Value

MAX_OPEN = 30
"""Units asked at once about one request."""


class Asked(Fact):
    """A unit was asked; the question is a paper of the request."""

    number: str
    request: str
    asked_by: str
    unit: str
    due_on: date
    opened_at: datetime
    paper: str


class Answered(Fact):
    """The unit's answer."""

    held: Held
    answered_on: date
    paper: str


class Withdrawn(Fact):
    """The unit need not answer any more."""


class BecameOverdue(Fact):
    """The unit has not answered in time."""

    due_on: date


class State(Value):
    """A collection as the rules see it."""

    number: str
    request: str
    asked_by: str
    unit: str
    due_on: date
    opened_at: datetime
    question: str
    held: Held | None = None
    answered_on: date | None = None
    answer: str = ""
    withdrawn: bool = False
    overdue: bool = False

    @property
    def open(self) -> bool:
        return self.held is None and not self.withdrawn


def evolve(state: State | None, fact: Fact) -> State:
    match state, fact:
        case None, Asked():
            return State(question=fact.paper, **fact.model_dump(exclude={"paper"}))
        case State(), Answered():
            change: dict[str, Any] = {"held": fact.held, "answered_on": fact.answered_on, "answer": fact.paper}
            return state.model_copy(update=change)
        case State(), Withdrawn():
            return state.model_copy(update={"withdrawn": True})
        case State(), BecameOverdue():
            return state.model_copy(update={"overdue": True})
        case _:
            raise TypeError(f"{fact.kind} cannot stand here in a collection")


def ask(
    case: Case, number: str, unit: str, due_on: date, paper: str, open_already: int, now: datetime, calendar: Calendar
) -> list[Fact]:
    """Ask a unit, by a working day that leaves the request its own limit."""
    if not case.open or case.received_on is None:
        raise Refused("wrong_stage", "申请尚未收到或者已经办结，不能发起协查。")
    if open_already >= MAX_OPEN:
        raise Refused("too_many", "尚未答复的协查已达上限。", remedy="请先收回或者催办。")
    if due_on < now.date() or not calendar.is_workday(due_on):
        raise Refused("due_on", "协查期限应当是今天或者今后的工作日。", field="due_on", remedy="请核对日期。")
    limit = case.deadlines.reply
    if limit and due_on > limit.due:
        raise Refused("due_on", "协查期限不能晚于答复期限。", field="due_on", remedy="请提前协查期限。")
    asked = Asked(
        number=number,
        request=case.number,
        asked_by=case.agency,
        unit=unit,
        due_on=due_on,
        opened_at=now,
        paper=paper,
    )
    return [asked]


def answer(state: State, held: Held, paper: str, now: datetime) -> list[Fact]:
    """The unit answers, also when it is late."""
    _require_open(state)
    return [Answered(held=held, answered_on=now.date(), paper=paper)]


def withdraw(state: State) -> list[Fact]:
    """Nothing is needed from the unit any more; what it has answered stands."""
    return [Withdrawn()] if state.open else []


def _require_open(state: State) -> None:
    if not state.open:
        raise Refused("closed", "该协查已经答复或者收回。")


def alarm(state: State) -> datetime | None:
    return end_of_day(state.due_on) if state.open and not state.overdue else None


def tick(state: State, now: datetime, calendar: Calendar) -> list[Fact]:
    late = state.open and not state.overdue and state.due_on < now.date()
    return [BecameOverdue(due_on=state.due_on)] if late else []


def record(state: State) -> Collection:
    """On the desk of the unit that is asked."""
    stage, label = ("asked", "待答复") if state.open else ("withdrawn", "已收回")
    if state.held:
        stage, label = "answered", f"已答复（{state.held.value}）"
    return Collection(
        id=state.number,
        title="政府信息公开申请协查",
        state=stage,
        state_label=label,
        open=state.open,
        agency=state.unit,
        opened_at=state.opened_at,
        due_at=end_of_day(state.due_on) if state.open else None,
        overdue=state.open and state.overdue,
        waits_for="协查单位" if state.open else "",
        request=state.request,
        asked_by=state.asked_by,
        answer=state.held,
        answered_on=state.answered_on,
    )


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    late = any(isinstance(fact, BecameOverdue) for fact in facts)
    return [(c.CollectionOverdue if late else c.CollectionChanged)(record=record(state))]


def retell(state: State) -> list[Event]:
    return [c.CollectionRestated(record=record(state))]


def index(state: State) -> Mapping[str, Any]:
    return {
        "agency": state.unit,
        "open": state.open,
        "request": state.request,
        "due": f"{state.due_on if state.open else '9999-12-31'}/{state.number}",
    }


COLLECTION: CaseKind[State] = CaseKind(
    name="collection",
    title="协查",
    facts=(Asked, Answered, Withdrawn, BecameOverdue),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)

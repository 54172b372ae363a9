"""A rating of service (好差评): taken in, and for a bad one the closed loop until it is put right.

国办发〔2019〕51号: five levels, the last two bad; 谁办理、谁负责; mistaken and malicious ones are left out.
Limits are proposals of the profile (`limits.json`, `rating_*`), unverified.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.hotline.ratings import (
    RatedObject,
    Rating,
    RatingChanged,
    RatingClosed,
    RatingOverdue,
    RatingReceived,
    RatingRestated,
    RatingState,
    RatingWay,
    Remedy,
    Verdict,
)
from kernel.calendar import Calendar
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain.limit import PROFILE, morning_before, workdays_after

R = RatingState
BAD = 2
"""不满意 and 非常不满意 are bad."""
ATTEMPTS = 3
"""After so many vain calls the rater counts as out of reach."""
LABELS = {
    R.RECORDED: "已收录",
    R.CONTACTING: "待联系",
    R.VERIFYING: "待核实",
    R.RECTIFYING: "整改中",
    R.REVISITING: "待回访",
    R.CLOSED: "已办结",
}
WAITS_FOR = {
    R.CONTACTING: "承办单位：联系评价人",
    R.VERIFYING: "派单员、督查人员：核实差评",
    R.RECTIFYING: "承办单位：整改或解释说明",
    R.REVISITING: "派单员：回访评价人",
}


class Given(Fact):
    """A rating came in. `paper` holds comment and rater, where there are any."""

    number: str
    at: datetime
    emitter: str
    rating_no: str
    ticket: str | None
    given_at: datetime
    level: int
    way: RatingWay
    about: RatedObject
    agency: str
    guide: str | None
    channel: str
    named: bool
    content: str
    paper: str | None
    due_at: datetime | None


class RaterCalled(Fact):
    at: datetime
    reached: bool
    due_at: datetime


class Verified(Fact):
    at: datetime
    verdict: Verdict
    complex: bool
    paper: str
    due_at: datetime | None


class Appealed(Fact):
    at: datetime
    paper: str


class Remedied(Fact):
    at: datetime
    remedy: Remedy
    paper: str
    due_at: datetime | None


class RaterRevisited(Fact):
    """`due_at`: of another rectification, where one is needed; `end`: nothing more is to be done."""

    at: datetime
    reached: bool
    level: int | None
    end: bool
    due_at: datetime | None


class StepWarned(Fact):
    at: datetime


class StepMissed(Fact):
    at: datetime


class DueMoved(Fact):
    """A new holiday notice moved the limit."""

    due_at: datetime


class State(BaseModel):
    """A rating as its facts leave it. `due_at` is the limit of the step that it stands at."""

    model_config = ConfigDict(frozen=True)

    number: str
    state: RatingState
    at: datetime
    emitter: str
    rating_no: str
    ticket: str | None
    given_at: datetime
    level: int
    way: RatingWay
    about: RatedObject
    agency: str
    guide: str | None
    channel: str
    named: bool
    content: str
    paper: str | None
    due_at: datetime | None
    calls: int = 0
    contacted_at: datetime | None = None
    verdict: Verdict | None = None
    complex: bool = False
    appealed: bool = False
    remedy: Remedy | None = None
    remedied_at: datetime | None = None
    revisited_at: datetime | None = None
    new_level: int | None = None
    redone: bool = False
    warned: bool = False
    overdue: bool = False
    missed: bool = False
    closed_at: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.state not in (R.RECORDED, R.CLOSED)

    @property
    def bad(self) -> bool:
        return self.level <= BAD

    @property
    def excluded(self) -> bool:
        """Counts in no rate (误评、恶意差评)."""
        return self.verdict in (Verdict.MISTAKEN, Verdict.MALICIOUS)


def evolve(state: State | None, fact: Fact) -> State:
    """The state after one more fact. Raises `ValueError` for a history that does not begin with `Given`."""
    if isinstance(fact, Given):
        first = R.RECORDED if fact.level > BAD else R.CONTACTING if fact.named else R.VERIFYING
        return State(state=first, closed_at=fact.at if first is R.RECORDED else None, **dict(fact))
    if state is None:
        raise ValueError("a rating begins with being given")
    return state.model_copy(update=_changes(state, fact))


def _changes(state: State, fact: Fact) -> dict[str, Any]:
    match fact:
        case RaterCalled():
            calls = {"calls": state.calls + 1, "contacted_at": fact.at if fact.reached else None}
            done = fact.reached or state.calls + 1 >= ATTEMPTS
            return {**calls, **(_at(R.VERIFYING, fact.due_at) if done else {})}
        case Verified():
            found = {"verdict": fact.verdict, "complex": fact.complex, "notes": (*state.notes, fact.paper)}
            if fact.verdict is Verdict.VALID:
                return {**found, **_at(R.RECTIFYING, fact.due_at)}
            return {**found, **_at(R.CLOSED, None), "closed_at": fact.at}
        case Appealed():
            again = {"appealed": True, "verdict": None, "notes": (*state.notes, fact.paper)}
            return {**again, **_at(R.VERIFYING, state.due_at)}
        case Remedied():
            done_ = {"remedy": fact.remedy, "remedied_at": fact.at, "notes": (*state.notes, fact.paper), "calls": 0}
            if state.named:
                return {**done_, **_at(R.REVISITING, fact.due_at)}
            return {**done_, **_at(R.CLOSED, None), "closed_at": fact.at}
        case RaterRevisited():
            return _revisited(state, fact)
        case StepWarned():
            return {"warned": True}
        case StepMissed():
            return {"overdue": True, "missed": True}
        case DueMoved():
            return {"due_at": fact.due_at, "warned": False, "overdue": False}
        case _:
            raise ValueError(f"not a fact of a rating: {fact.kind}")


def _at(state: RatingState, due_at: datetime | None) -> dict[str, Any]:
    """A new step is warned about and missed anew."""
    return {"state": state, "due_at": due_at, "warned": False, "overdue": False}


def _revisited(state: State, fact: RaterRevisited) -> dict[str, Any]:
    said = {"revisited_at": fact.at, "new_level": fact.level} if fact.reached else {"calls": state.calls + 1}
    if fact.end:
        return {**said, **_at(R.CLOSED, None), "closed_at": fact.at}
    return {**said, "redone": True, **_at(R.RECTIFYING, fact.due_at)} if fact.reached else said


def give(given: Mapping[str, Any], number: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """The first fact of a rating. A bad one by name is to be contacted first, any other bad one verified."""
    due: datetime | None = None
    if given["level"] <= BAD:
        days = PROFILE.rating_contact_workdays.value if given["named"] else PROFILE.rating_rectify_workdays.value
        due = workdays_after(now, days, calendar)
    return [Given(number=number, at=now, due_at=due, **given)]


def same(state: State, content: str) -> None:
    """Raises `Refused` where a known number comes with other content."""
    if state.content != content:
        raise Refused(
            "other_content", "该评价编号此前已收到，内容不同。", field="rating_no", remedy="请以新的评价编号发送。"
        )


def call(state: State, agency: str, centre: bool, reached: bool, now: datetime, calendar: Calendar) -> list[Fact]:
    """The rater was called, by the unit or the centre."""
    _require(state, R.CONTACTING)
    if not centre:
        _require_unit(state, agency)
    return [RaterCalled(at=now, reached=reached, due_at=_from_arrival(state, False, calendar))]


def verify(
    state: State, verdict: Verdict, complex_: bool, paper: str, agency: str, now: datetime, calendar: Calendar
) -> list[Fact]:
    """A person outside the rated unit finds it valid, mistaken or malicious. The limit to put it right runs from its
    arrival: 5 working days, 15 for what is complex."""
    _require(state, R.VERIFYING)
    if agency and agency == state.agency:
        raise Refused("own_rating", "被评价单位不能核实对本单位的差评。", remedy="请由热线中心或督查人员核实。")
    due = _from_arrival(state, complex_, calendar) if verdict is Verdict.VALID else None
    return [Verified(at=now, verdict=verdict, complex=complex_, paper=paper, due_at=due)]


def _from_arrival(state: State, complex_: bool, calendar: Calendar) -> datetime:
    row = PROFILE.rating_complex_workdays if complex_ else PROFILE.rating_rectify_workdays
    return workdays_after(state.at, row.value, calendar)


def appeal(state: State, agency: str, paper: str, now: datetime) -> list[Fact]:
    """The rated unit asks once for another verification; its clock runs on."""
    _require_unit(state, agency)
    _require(state, R.RECTIFYING)
    if state.appealed or state.redone:
        raise Refused("appealed_already", "申诉复核只能提出一次。", remedy="请整改或解释说明。")
    return [Appealed(at=now, paper=paper)]


def remedy(state: State, agency: str, how: Remedy, paper: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """Put right, or explained where there is no ground for it. Who rated by name is visited afterwards, always."""
    _require_unit(state, agency)
    _require(state, R.RECTIFYING)
    due = workdays_after(now, PROFILE.visit_workdays.value, calendar) if state.named else None
    return [Remedied(at=now, remedy=how, paper=paper, due_at=due)]


def revisit(state: State, reached: bool, level: int | None, now: datetime, calendar: Calendar) -> list[Fact]:
    """Visit the rater. Still bad: put right once more; after that, or out of reach, it is closed."""
    _require(state, R.REVISITING)
    if reached and level is None:
        raise Refused("level_missing", "须登记评价人的新评价。", field="level", remedy="请填写1至5。")
    still = reached and level is not None and level <= BAD and not state.redone
    end = (reached and not still) or (not reached and state.calls + 1 >= ATTEMPTS)
    due = workdays_after(now, PROFILE.rating_rectify_workdays.value, calendar) if still else None
    return [RaterRevisited(at=now, reached=reached, level=level if reached else None, end=end, due_at=due)]


def recompute(state: State, calendar: Calendar) -> list[Fact]:
    """The limit of the step under a new holiday notice; nothing where it stays."""
    due = _due(state, calendar) if state.open else None
    return [DueMoved(due_at=due)] if due is not None and due != state.due_at else []


def _due(state: State, calendar: Calendar) -> datetime:
    if state.state is R.CONTACTING:
        return workdays_after(state.at, PROFILE.rating_contact_workdays.value, calendar)
    if state.state is R.REVISITING and state.remedied_at is not None:
        return workdays_after(state.remedied_at, PROFILE.visit_workdays.value, calendar)
    if state.state is R.RECTIFYING and state.redone and state.revisited_at is not None:
        return workdays_after(state.revisited_at, PROFILE.rating_rectify_workdays.value, calendar)
    return _from_arrival(state, state.complex, calendar)


def _require(state: State, *states: RatingState) -> None:
    if state.state not in states:
        raise Refused("wrong_state", f"该评价现为“{LABELS[state.state]}”，不能这样处理。", remedy="请核对评价的状态。")


def _require_unit(state: State, agency: str) -> None:
    if agency != state.agency:
        raise Refused("not_your_rating", "该评价不由本单位办理。", remedy="请由被评价单位的人员办理。")


def alarm(state: State) -> datetime | None:
    """The morning of the last day of the step's limit, then its end."""
    if not state.open or state.overdue or state.due_at is None:
        return None
    return state.due_at if state.warned else morning_before(state.due_at)


def tick(state: State, now: datetime, calendar: Calendar) -> list[Fact]:
    """A warning, or once that the limit has passed."""
    if not state.open or state.overdue or state.due_at is None:
        return []
    if now >= state.due_at:
        return [StepMissed(at=now)]
    return [StepWarned(at=now)] if now >= morning_before(state.due_at) and not state.warned else []


def record(state: State) -> Rating:
    """The rating as everybody inside may know it."""
    kept = {name: getattr(state, name) for name in Rating.model_fields if name in State.model_fields}
    return Rating(
        **{
            **kept,
            "id": state.number,
            "title": f"{'差评' if state.bad else '好评'} · {state.about.value} · {state.level}分",
            "state": state.state.value,
            "state_label": LABELS[state.state],
            "open": state.open,
            "opened_at": state.at,
            "due_at": state.due_at if state.open else None,
            "waits_for": WAITS_FOR.get(state.state, ""),
        }
    )


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    kinds: dict[type[Fact], type[Event]] = {Given: RatingReceived, StepMissed: RatingOverdue}
    changed: type[Event] = RatingChanged if state.open else RatingClosed
    return [kinds.get(type(facts[-1]), changed)(record=record(state))]


def index(state: State) -> Mapping[str, Any]:
    return {
        "agency": state.agency,
        "open": state.open,
        "bad": state.bad,
        "counted_at": state.given_at,
        "given": counted(state),
    }


def counted(state: State) -> dict[str, Any]:
    """What is counted of a rating."""
    outcome: Literal["", "excluded", "remedied"] = "excluded" if state.excluded else "remedied" if state.remedy else ""
    return {
        "agency": state.agency,
        "level": state.level,
        "outcome": outcome,
        "named": state.named,
        "revisited": state.revisited_at is not None,
    }


KIND: CaseKind[State] = CaseKind(
    name="rating",
    title="评价",
    facts=(Given, RaterCalled, Verified, Appealed, Remedied, RaterRevisited, StepWarned, StepMissed, DueMoved),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [RatingRestated(record=record(state))],
    index=index,
    alarm=alarm,
    tick=tick,
)

"""An event of public opinion (舆情事件): its state, and what may be decided about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, assert_never

from contracts.doubts import DoubtAnswer, RaisedDoubt, another, answered, news
from contracts.opinion import Duty, Emergency, Focus, Handling, Level, Reach
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.opinion.domain.facts import (
    Assessed,
    Assigned,
    Closed,
    Declared,
    Dismissed,
    DoubtAnswered,
    Doubted,
    EventFact,
    Frozen,
    Levelled,
    Opened,
    Overdue,
    PostsAdded,
    Responded,
    Term,
    Warned,
)
from services.opinion.domain.limits import Limits
from services.opinion.domain.responsible import Proposal

DOUBTING = frozenset({Handling.UNCLEAR, Handling.WRONG})
_AFTER = timedelta(milliseconds=1)
"""A duty done at the very end of its limit is in time."""


class Clock(Frozen):
    """A duty, its limit and what became of it."""

    duty: Duty
    warn_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    warned: bool = False
    overdue: bool = False

    @property
    def running(self) -> bool:
        return self.done_at is None


class State(Frozen):
    """An event as its facts leave it."""

    id: str
    title: str
    place: str
    subject: str
    matter: str
    opened_at: datetime
    detected_at: datetime
    happened_at: datetime | None
    clock_from: datetime
    emergency: Emergency | None
    clocks: tuple[Clock, ...]
    proposed_agency: str
    proposed_reason: str
    posts: int = 0
    texts: int = 0
    reach: Reach = Reach()
    heat: float = 0
    measured_at: datetime | None = None
    level: Level = Level.NONE
    level_by_person: bool = False
    handling: Handling | None = None
    focus: Focus | None = None
    lead: str = ""
    co_agencies: tuple[str, ...] = ()
    responses: int = 0
    documents: tuple[str, ...] = ()
    doubts: tuple[RaisedDoubt, ...] = ()
    ended: Literal["", "closed", "dismissed"] = ""

    @property
    def status(self) -> str:
        if self.ended:
            return self.ended
        if self.clocks and not any(clock.running for clock in self.clocks):
            return "responded"
        return "handling" if self.handling or self.lead else "detected"

    @property
    def running(self) -> tuple[Clock, ...]:
        """Clocks that run, the nearest limit first; none once the event has ended."""
        running = () if self.ended else tuple(clock for clock in self.clocks if clock.running)
        return tuple(sorted(running, key=lambda clock: clock.due_at))


def evolve(state: State | None, fact: Fact) -> State:
    """The state after a fact."""
    if isinstance(fact, Opened):
        return _opened(fact)
    if state is None:
        raise ValueError("an event begins with being opened")
    return state.model_copy(update=_change(state, fact))  # type: ignore[arg-type]


def _opened(fact: Opened) -> State:
    kept = fact.model_dump(exclude={"at", "terms", "clock_from"})
    clocks = tuple(Clock(**term.model_dump()) for term in fact.terms)
    return State(**kept, opened_at=fact.at, clock_from=fact.clock_from, clocks=clocks)


def _change(state: State, fact: EventFact) -> dict[str, Any]:
    match fact:
        case Opened():
            raise ValueError("an event is opened once")
        case PostsAdded():
            return {**_fields(fact), "measured_at": fact.at}
        case Levelled():
            return {"level": fact.level, "level_by_person": fact.by_person}
        case Assessed():
            return {"handling": fact.handling, "focus": fact.focus}
        case Declared():
            return _declared(state, fact)
        case Assigned():
            return {"lead": fact.lead, "co_agencies": fact.co_agencies}
        case Warned():
            return {"clocks": _marked(state, fact.duty, warned=True)}
        case Overdue():
            return {"clocks": _marked(state, fact.duty, overdue=True)}
        case Responded():
            return _responded(state, fact)
        case Doubted():
            return {"doubts": (*state.doubts, fact.doubt)}
        case DoubtAnswered():
            return {"doubts": answered(state.doubts, fact.answer)}
        case Dismissed():
            return {"ended": "dismissed"}
        case Closed():
            return {"ended": "closed"}
        case _:
            assert_never(fact)


def _fields(fact: PostsAdded) -> dict[str, Any]:
    return {"posts": fact.posts, "texts": fact.texts, "reach": fact.reach, "heat": fact.heat}


def _declared(state: State, fact: Declared) -> dict[str, Any]:
    done = tuple(clock for clock in state.clocks if not clock.running)
    begun = tuple(Clock(**term.model_dump()) for term in fact.terms)
    return {
        "emergency": fact.emergency,
        "happened_at": fact.happened_at,
        "clock_from": fact.clock_from,
        "clocks": (*done, *begun),
    }


def _responded(state: State, fact: Responded) -> dict[str, Any]:
    """The first response ends the duty's clock; later ones continue the information."""
    clocks = tuple(
        clock.model_copy(update={"done_at": fact.at, "overdue": fact.at > clock.due_at})
        if clock.duty is fact.duty and clock.running
        else clock
        for clock in state.clocks
    )
    documents = (*state.documents, fact.document) if fact.document else state.documents
    return {"clocks": clocks, "responses": state.responses + 1, "documents": documents}


def _marked(state: State, duty: Duty, **marks: bool) -> tuple[Clock, ...]:
    return tuple(c.model_copy(update=marks) if c.duty is duty else c for c in state.clocks)


def terms(emergency: Emergency | None, clock_from: datetime, limits: Limits) -> tuple[Term, ...]:
    """Duties and limits: 5 h for authoritative information and 24 h for the press conference of a grave or major
    emergency, 48 h to answer everything else (国办发〔2016〕80号, 〔2016〕61号; 七星关方案 (七)4)."""
    names = {Duty.INFORM: "inform", Duty.PRESS: "press"} if emergency else {Duty.ANSWER: "answer"}
    return tuple(_term(duty, name, clock_from, limits) for duty, name in names.items())


def _term(duty: Duty, name: str, clock_from: datetime, limits: Limits) -> Term:
    due = clock_from + limits.hours(name)
    return Term(duty=duty, warn_at=due - limits.hours(f"{name}_warn"), due_at=due)


def open_event(
    id: str,
    *,
    title: str,
    place: str,
    subject: str,
    detected_at: datetime,
    happened_at: datetime | None,
    emergency: Emergency | None,
    matter: str,
    proposal: Proposal,
    now: datetime,
    limits: Limits,
) -> list[Fact]:
    """Open an event. The texts do not say whether discovery or occurrence starts the clocks: the earlier does."""
    _not_to_come(happened_at, now)
    clock_from = min(happened_at or detected_at, detected_at)
    return [
        Opened(
            id=id,
            title=title,
            place=place,
            subject=subject,
            at=now,
            detected_at=detected_at,
            happened_at=happened_at,
            clock_from=clock_from,
            emergency=emergency,
            terms=terms(emergency, clock_from, limits),
            matter=matter,
            proposed_agency=proposal.agency,
            proposed_reason=proposal.reason,
        )
    ]


def _not_to_come(happened_at: datetime | None, now: datetime) -> None:
    if happened_at is not None and happened_at > now:
        raise Refused("in_future", "发生时间不能晚于现在。", field="happened_at", remedy="请核对发生时间。")


def _require_open(state: State) -> None:
    if state.ended:
        raise Refused("ended", "该舆情事件已办结或已作不予处置。", remedy="如有新情况，请另立事件。")


def _require_unit(state: State, agency: str, coordinates: bool) -> None:
    if not coordinates and agency not in (state.lead, *state.co_agencies):
        raise Refused("not_yours", "本单位不是该舆情的回应主体。", remedy="请联系政务公开工作机构明确回应主体。")


def add_posts(state: State, added: PostsAdded, limits: Limits) -> list[Fact]:
    """Remember how the posts have grown: the first time, and whenever they have grown by a quarter. The course in
    between is kept as samples, so that a loud event does not outgrow its case."""
    grown = added.posts > state.posts and added.posts >= state.posts * limits["measure_growth"]
    return [added] if grown and not state.ended else []


def follow_heat(state: State, level: Level, heat: float) -> list[Fact]:
    """Take the level that the heat proposes, unless a person has set one."""
    if state.ended or state.level_by_person or level is state.level:
        return []
    return [Levelled(level=level, by_person=False, heat=heat, reason="按热度界线")]


def set_level(state: State, level: Level, reason: str) -> list[Fact]:
    """A person's level stands until a person changes it."""
    _require_open(state)
    if state.level is level and state.level_by_person:
        return []
    return [Levelled(level=level, by_person=True, heat=state.heat, reason=reason)]


def assess(state: State, handling: Handling, focus: Focus | None, reason: str) -> list[Fact]:
    """研判 by a person, into one of the six ways of handling (七星关方案 (七)3). It may be corrected."""
    _require_open(state)
    if (state.handling, state.focus) == (handling, focus):
        return []
    return [Assessed(handling=handling, focus=focus, reason=reason)]


def declare(
    state: State, emergency: Emergency, happened_at: datetime | None, reason: str, now: datetime, limits: Limits
) -> list[Fact]:
    """Declare a grave or major emergency. Its clocks run from the earlier of occurrence and detection."""
    _require_open(state)
    _not_to_come(happened_at, now)
    happened = happened_at or state.happened_at
    if state.emergency is emergency and happened == state.happened_at:
        return []
    clock_from = min(happened or state.detected_at, state.detected_at)
    done = {clock.duty for clock in state.clocks if not clock.running}
    begun = tuple(term for term in terms(emergency, clock_from, limits) if term.duty not in done)
    return [
        Declared(emergency=emergency, happened_at=happened, clock_from=clock_from, terms=begun, reason=reason),
    ]


def assign(state: State, lead: str, co_agencies: Sequence[str], reason: str) -> list[Fact]:
    """Name who must answer; recorded and changeable (七星关方案 (七)1)."""
    _require_open(state)
    others = tuple(dict.fromkeys(code for code in co_agencies if code != lead))
    if (state.lead, state.co_agencies) == (lead, others):
        return []
    return [Assigned(lead=lead, co_agencies=others, reason=reason)]


def respond(state: State, responded: Responded, agency: str, coordinates: bool) -> list[Fact]:
    """Record a published response of the agency that must answer, or of the office that co-ordinates.

    It states 成因, 解决方案, 制约因素 (翁源分工方案 21) and who spoke (七星关方案 (七)4).
    """
    _require_open(state)
    _require_unit(state, agency, coordinates)
    if responded.duty not in {clock.duty for clock in state.clocks}:
        raise Refused("no_such_duty", "该舆情没有这项回应任务。", field="duty", remedy="请按事件的回应任务填写。")
    if not (responded.document or responded.url):
        raise Refused("not_published", "回应须已公开发布。", field="document", remedy="请填写发布的信息编号或网址。")
    return [responded]


def doubt(
    state: State, document: str, point: str, by: tuple[str, str, str], coordinates: bool, now: datetime
) -> list[Fact]:
    """What is judged 不了解或认识模糊 or 错误看法 is answered by explaining the document again (七星关方案 (七)3)."""
    _require_open(state)
    _require_unit(state, by[2], coordinates)
    if state.handling not in DOUBTING:
        raise Refused(
            "not_judged_unclear",
            "该舆情没有研判为“不了解或认识模糊”或“错误看法”。",
            remedy="请先研判，再提出政策疑问。",
        )
    raised = another(state.doubts, document, point, by, now)
    return [Doubted(doubt=raised)] if raised else []


def hear(state: State, answer: DoubtAnswer) -> list[Fact]:
    """What publication says; answers may come twice, out of order, and after the end."""
    return [DoubtAnswered(answer=answer)] if news(state.doubts, answer) else []


def dismiss(state: State, reason: str) -> list[Fact]:
    """A person decides that this is no event. What has been answered is closed, not dismissed."""
    _require_open(state)
    if state.responses:
        raise Refused("responded", "该舆情已有回应，不能作不予处置。", remedy="请办结。")
    return [Dismissed(reason=reason)]


def close(state: State, result: str) -> list[Fact]:
    """Close what has been assessed, assigned and answered."""
    _require_open(state)
    if state.handling is None:
        raise Refused("not_assessed", "尚未研判，不能办结。", remedy="请先研判并选择处置类别。")
    if not state.lead:
        raise Refused("not_assigned", "尚未明确回应主体，不能办结。", remedy="请先明确回应主体。")
    if state.running:
        raise Refused("duties_open", "尚有回应任务未完成，不能办结。", remedy="请先完成全部回应任务。")
    return [Closed(result=result)]


def alarm(state: State) -> datetime | None:
    """The next warning or the moment after the next limit."""
    moments = [m for clock in state.running if (m := _next(clock)) is not None]
    return min(moments, default=None)


def _next(clock: Clock) -> datetime | None:
    if clock.overdue:
        return None
    return clock.due_at + _AFTER if clock.warned else min(clock.warn_at, clock.due_at + _AFTER)


def tick(state: State, now: datetime, calendar: Calendar) -> list[Fact]:
    """A warning before a limit, and once that it has passed. The limits are hours: no calendar counts."""
    facts: list[Fact] = []
    for clock in state.running:
        if now > clock.due_at and not clock.overdue:
            facts.append(Overdue(duty=clock.duty))
        elif clock.warn_at <= now <= clock.due_at and not clock.warned:
            facts.append(Warned(duty=clock.duty))
    return facts

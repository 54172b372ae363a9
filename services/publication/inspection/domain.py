"""A draw: lists and seed fixed, drawn once, results published."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from contracts.base import Event
from contracts.publication.inspection import (
    Draw,
    DrawCarriedOut,
    DrawCommitted,
    DrawnSubject,
    DrawRestated,
    DrawState,
    DrawVoided,
    DrawWork,
    DrawWorkChanged,
    DrawWorkOverdue,
    DrawWorkRestated,
    InspectionResult,
    ResultsPublished,
)
from contracts.publication.takedown import DrawWorkWithdrawn, PublicDrawWithdrawn
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind, once
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official, Part
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable
from services.publication.inspection.drawing import Drawn, Lists, commit
from services.publication.inspection.law import RESULT_WORKDAYS


class DrawFixed(Fact):
    """The lists by their digest; the seed itself lies in the papers until the draw."""

    id: str
    title: str
    matter: str
    agency: str
    agencies: tuple[str, ...]
    subjects: int
    inspectors: int
    wanted: int
    per_subject: int
    lists_sha256: str
    commitment: str
    inspect_by: date
    results_by: date
    by: Official
    at: datetime


class Pick(Part):
    """A drawn subject with its inspectors."""

    subject: str
    name: str
    inspectors: tuple[str, ...]


class CarriedOut(Fact):
    seed: str
    public_value: str
    public_source: str
    picks: tuple[Pick, ...]
    by: Official
    at: datetime


class Voided(Fact):
    reason: str
    seed: str
    by: Official
    at: datetime


class Found(Part):
    """A result with the day on which it became public."""

    result: InspectionResult
    on: date
    days_late: int


class ResultsGiven(Fact):
    found: tuple[Found, ...]
    by: Official
    at: datetime


class ResultsWentOverdue(Fact):
    pass


class RandomDraw(Sealable):
    """A draw as its facts make it."""

    fixed: DrawFixed
    drawn: CarriedOut | None = None
    voided: Voided | None = None
    found: dict[str, Found] = Field(default_factory=dict)
    overdue: bool = False

    @property
    def state(self) -> DrawState:
        return "voided" if self.voided else "drawn" if self.drawn else "committed"

    @property
    def left(self) -> int:
        """Drawn subjects without a result."""
        return len(self.drawn.picks) - len(self.found) if self.drawn else 0

    @property
    def open(self) -> bool:
        return self.voided is None and (self.drawn is None or self.left > 0)


def fix(fixed: DrawFixed, now: datetime) -> list[Fact]:
    """Lists and seed are fixed and their digests told before anybody draws."""
    if fixed.inspect_by < now.date():
        raise Refused("in_past", "检查完成日期已经过去。", field="inspect_by", remedy="请核对日期。")
    if not fixed.subjects:
        raise Refused("no_subjects", "名录库中没有符合条件的检查对象。", field="categories", remedy="请核对名录库。")
    if fixed.inspectors < fixed.per_subject:
        raise Refused("few_inspectors", "名录库中的检查人员不足。", field="per_subject", remedy="请先补充名录库。")
    return [fixed]


def carry_out(
    state: RandomDraw,
    lists: Lists,
    picks: Sequence[Drawn],
    seed: str,
    public_value: str,
    public_source: str,
    by: Official,
    now: datetime,
) -> list[Fact]:
    """Once, by another person than who fixed the lists; with what comes out nobody can ask for another draw."""
    if state.drawn:
        return []
    if state.voided:
        raise Refused("voided", "本次抽取已经作废。", remedy="请核对编号。")
    if by.id == state.fixed.by.id:
        raise Refused("same_person", "抽取须由确定名单以外的人员执行。", remedy="请由另一人执行。")
    if bool(public_value) != bool(public_source):
        raise Refused("source_missing", "公共数值须同时写明出处。", field="public_source", remedy="请补充后重新提交。")
    if commit(seed) != state.fixed.commitment:
        raise Refused("seed_differs", "种子与承诺值不符。", remedy="请作废本次抽取并查明原因。")
    named = tuple(
        Pick(subject=each.subject, name=lists.subjects[each.subject], inspectors=each.inspectors) for each in picks
    )
    return [CarriedOut(seed=seed, public_value=public_value, public_source=public_source, picks=named, by=by, at=now)]


def void(state: RandomDraw, reason: str, seed: str, by: Official, now: datetime) -> list[Fact]:
    """The seed is public here too: nobody can throw away draws that they do not like."""
    if state.drawn:
        raise Refused("drawn", "已经抽取，不能作废。", remedy="有错误的，请说明理由后另行抽取。")
    return [] if state.voided else [Voided(reason=reason, seed=seed, by=by, at=now)]


def give_results(
    state: RandomDraw, results: Sequence[InspectionResult], by: Official, now: datetime, calendar: Calendar
) -> list[Fact]:
    """抽查情况、查处结果及时公布 (七星关区2017年方案 (二)3)."""
    known = {pick.subject for pick in state.drawn.picks} if state.drawn else set()
    found: list[Found] = []
    for each in results:
        if each.subject not in known:
            raise Refused("not_drawn", "有对象不在抽取结果中。", field="subject", remedy="请核对对象编号。")
        if each.inspected_on > now.date():
            raise Refused("in_future", "检查日期还没有到。", field="inspected_on", remedy="请核对日期。")
        if state.drawn and each.inspected_on < state.drawn.at.date():
            raise Refused("before_draw", "检查日期早于抽取日期。", field="inspected_on", remedy="请核对日期。")
        if each.outcome != "未发现问题" and not each.found:
            raise Refused("found_missing", "须写明发现的问题或未能检查的原因。", field="found", remedy="请补充后提交。")
        before = state.found.get(each.subject)
        if before and before.result == each:
            continue
        due = calendar.due(each.inspected_on, RESULT_WORKDAYS)
        late = before.days_late if before else max((now.date() - due).days, 0)
        found.append(Found(result=each, on=now.date(), days_late=late))
    return [ResultsGiven(found=tuple(found), by=by, at=now)] if found else []


def evolve(state: RandomDraw | None, fact: Fact) -> RandomDraw:
    if isinstance(fact, DrawFixed):
        return RandomDraw(id=fact.id, agency=fact.agency, opened_at=fact.at, fixed=fact)
    if state is None:
        raise ValueError("the first fact fixes a draw")
    match fact:
        case CarriedOut():
            return state.model_copy(update={"drawn": fact})
        case Voided():
            return state.model_copy(update={"voided": fact})
        case ResultsGiven():
            after = state.found | {each.result.subject: each for each in fact.found}
            return state.model_copy(update={"found": after})
        case ResultsWentOverdue():
            return state.model_copy(update={"overdue": True})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: RandomDraw) -> Draw:
    fixed, drawn, voided = state.fixed, state.drawn, state.voided
    ended = drawn or voided
    return Draw(
        **fixed.model_dump(exclude={"by", "at", "results_by"}),
        state=state.state,
        committed_at=fixed.at,
        seed=ended.seed if ended else None,
        public_value=drawn.public_value if drawn else "",
        public_source=drawn.public_source if drawn else "",
        drawn_at=drawn.at if drawn else None,
        drawn=tuple(_subject(state, pick) for pick in drawn.picks) if drawn else (),
        voided_for=voided.reason if voided else "",
    )


def _subject(state: RandomDraw, pick: Pick) -> DrawnSubject:
    found = state.found.get(pick.subject)
    return DrawnSubject(
        **pick.model_dump(),
        short=len(pick.inspectors) < state.fixed.per_subject,
        result=found.result if found else None,
        published_on=found.on if found else None,
        days_late=found.days_late if found else None,
    )


def work(state: RandomDraw) -> DrawWork:
    fixed = state.fixed
    label = {"committed": "待抽取", "drawn": "待公布结果" if state.left else "已公布结果", "voided": "已作废"}
    return DrawWork(
        id=state.id,
        title=f"随机抽查：{fixed.title}",
        state=state.state if state.left or state.state != "drawn" else "published",
        state_label=label[state.state],
        open=state.open,
        agency=fixed.agency,
        opened_at=fixed.at,
        due_at=end_of_day(fixed.results_by) if state.open else None,
        overdue=state.overdue and state.open,
        waits_for=("公布检查结果" if state.drawn else "另一人执行抽取") if state.open else "",
        inspect_by=fixed.inspect_by,
        drawn=len(state.drawn.picks) if state.drawn else 0,
        results=len(state.found),
    )


def tell(state: RandomDraw, facts: Sequence[Fact]) -> list[Event]:
    told: list[Event] = []
    for fact in facts:
        match fact:
            case DrawFixed():
                told.append(DrawCommitted(record=record(state)))
            case CarriedOut():
                told.append(DrawCarriedOut(record=record(state)))
            case Voided():
                told.append(DrawVoided(record=record(state)))
            case ResultsGiven():
                told.append(ResultsPublished(record=record(state)))
    overdue = any(isinstance(fact, ResultsWentOverdue) for fact in facts)
    return [*told, DrawWorkOverdue(record=work(state)) if overdue else DrawWorkChanged(record=work(state))]


def index(state: RandomDraw) -> Mapping[str, Any]:
    return {"agency": state.fixed.agency, "open": state.open}


def alarm(state: RandomDraw) -> datetime | None:
    return end_of_day(state.fixed.results_by) if state.open and not state.overdue else None


_KIND: CaseKind[RandomDraw] = CaseKind(
    name="draw",
    title="随机抽取",
    facts=(DrawFixed, CarriedOut, Voided, ResultsGiven, ResultsWentOverdue),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [DrawRestated(record=record(state)), DrawWorkRestated(record=work(state))],
    index=index,
    alarm=alarm,
    tick=once(alarm, ResultsWentOverdue),
)
KIND = sealable(_KIND, Tombstones(DrawWorkWithdrawn, PublicDrawWithdrawn))

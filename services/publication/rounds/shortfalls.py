"""A year that ended with too few meetings in which invited people sat in (`meetings/rules.json`: two of each, C), or
too few explanations by the leader in person (`domain/law.py`: two, C)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from contracts.base import Event
from contracts.publication import shortfalls as c
from contracts.publication.shortfalls import YearDuty
from contracts.publication.takedown import ShortfallWithdrawn
from kernel.calendar import end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.law import LEAD_OWES, LEAD_SOURCE
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable
from services.publication.meetings.rules import RULES


class Rule(NamedTuple):
    """How often a year, and where that stands."""

    required: int
    source: str
    grade: str


class Tally(NamedTuple):
    """What an agency did of a duty in a year, and what of it counts."""

    all: int = 0
    counted: int = 0


_INVITED = Rule(RULES.invited_a_year.value, RULES.invited_a_year.source, RULES.invited_a_year.grade)
RULE = {
    YearDuty.STANDING: _INVITED,
    YearDuty.UNIT: _INVITED,
    YearDuty.LEAD: Rule(LEAD_OWES, LEAD_SOURCE, "C"),
}
NAMES = {
    YearDuty.STANDING: "政府常务会议邀请列席",
    YearDuty.UNIT: "部门办公会议邀请列席",
    YearDuty.LEAD: "主要负责人带头解读",
}
LABELS = {"short": "次数不足", "explained": "已说明", "met": "补登后达到"}


class YearFellShort(Fact):
    id: str
    agency: str
    year: int
    duty: YearDuty
    held: int
    counted: int
    required: int
    at: datetime


class YearRecounted(Fact):
    """What was done in the year was entered after its end."""

    held: int
    counted: int


class ShortfallAccounted(Fact):
    reason: str
    by: Official
    at: datetime


class Shortfall(Sealable):
    """A year that fell short, as its facts make it."""

    year: int
    duty: YearDuty
    held: int
    counted: int
    required: int
    explanation: str = ""

    @property
    def met(self) -> bool:
        return self.counted >= self.required

    @property
    def open(self) -> bool:
        return not self.met and not self.explanation


def over(now: datetime) -> int:
    """The last year that is over: on 1 January it is the one before."""
    return now.year - 1


def recount(state: Shortfall, tally: Tally) -> list[Fact]:
    same = (state.held, state.counted) == tally
    return [] if same else [YearRecounted(held=tally.all, counted=tally.counted)]


def explain(state: Shortfall, reason: str, office: bool, by: Official, now: datetime) -> list[Fact]:
    if by.agency != state.agency and not office:
        raise Refused("other_agency", "只能由本单位或政务公开工作机构说明。", remedy="请用本单位的身份办理。")
    if state.met:
        raise Refused("shortfall_met", "补登后次数已经达到，无须说明。", remedy="请核对编号。")
    return [] if reason == state.explanation else [ShortfallAccounted(reason=reason, by=by, at=now)]


def evolve(state: Shortfall | None, fact: Fact) -> Shortfall:
    if isinstance(fact, YearFellShort):
        return Shortfall(**fact.model_dump(exclude={"at"}), opened_at=fact.at)
    if state is None:
        raise ValueError("the first fact finds a shortfall")
    match fact:
        case YearRecounted():
            return state.model_copy(update=fact.model_dump())
        case ShortfallAccounted():
            return state.model_copy(update={"explanation": fact.reason})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: Shortfall) -> c.YearShortfall:
    rule = RULE[state.duty]
    stage = "met" if state.met else "explained" if state.explanation else "short"
    return c.YearShortfall(
        id=state.id,
        title=f"{state.year}年{NAMES[state.duty]}不足{state.required}次",
        state=stage,
        state_label=LABELS[stage],
        open=state.open,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=end_of_day(date(state.year, 12, 31)),
        overdue=state.open,
        waits_for="补登或说明原因" if state.open else "",
        year=state.year,
        duty=state.duty,
        held=state.held,
        counted=state.counted,
        required=state.required,
        source=rule.source,
        grade=rule.grade,
        explanation=state.explanation,
    )


def tell(state: Shortfall, facts: Sequence[Fact]) -> list[Event]:
    found = any(isinstance(fact, YearFellShort) for fact in facts)
    return [c.ShortfallFound(record=record(state)) if found else c.ShortfallChanged(record=record(state))]


def index(state: Shortfall) -> Mapping[str, Any]:
    return {"agency": state.agency, "year": state.year, "stage": record(state).state}


_KIND: CaseKind[Shortfall] = CaseKind(
    name="year_shortfall",
    title="年度次数核查",
    facts=(YearFellShort, YearRecounted, ShortfallAccounted),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [c.ShortfallRestated(record=record(state))],
    index=index,
)
KIND = sealable(_KIND, Tombstones(ShortfallWithdrawn))

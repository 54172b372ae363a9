"""A year that ended with too few meetings in which invited people sat in (`rules.json`: two of each type, C)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from contracts.base import Event
from contracts.publication import meeting_years as c
from contracts.publication.meetings import MeetingType
from contracts.publication.takedown import ShortfallWithdrawn
from kernel.calendar import end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable
from services.publication.meetings.rules import RULES

RULE = RULES.invited_a_year
LABELS = {"short": "次数不足", "explained": "已说明", "met": "补登后达到"}


class YearFellShort(Fact):
    id: str
    agency: str
    year: int
    type: MeetingType
    held: int
    with_invitees: int
    required: int
    at: datetime


class MeetingsCounted(Fact):
    """A meeting of the year was entered after its end."""

    held: int
    with_invitees: int


class ShortfallAccounted(Fact):
    reason: str
    by: Official
    at: datetime


class Shortfall(Sealable):
    """A year that fell short, as its facts make it."""

    year: int
    type: MeetingType
    held: int
    with_invitees: int
    required: int
    explanation: str = ""

    @property
    def met(self) -> bool:
        return self.with_invitees >= self.required

    @property
    def open(self) -> bool:
        return not self.met and not self.explanation


def over(now: datetime) -> int:
    """The last year that is over: on 1 January it is the one before."""
    return now.year - 1


def recount(state: Shortfall, held: int, with_invitees: int) -> list[Fact]:
    same = (state.held, state.with_invitees) == (held, with_invitees)
    return [] if same else [MeetingsCounted(held=held, with_invitees=with_invitees)]


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
        case MeetingsCounted():
            return state.model_copy(update=fact.model_dump())
        case ShortfallAccounted():
            return state.model_copy(update={"explanation": fact.reason})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: Shortfall) -> c.MeetingShortfall:
    stage = "met" if state.met else "explained" if state.explanation else "short"
    return c.MeetingShortfall(
        id=state.id,
        title=f"{state.year}年{state.type.value}邀请列席不足{state.required}次",
        state=stage,
        state_label=LABELS[stage],
        open=state.open,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=end_of_day(date(state.year, 12, 31)),
        overdue=state.open,
        waits_for="补登会议或说明原因" if state.open else "",
        year=state.year,
        type=state.type,
        held=state.held,
        with_invitees=state.with_invitees,
        required=state.required,
        source=RULE.source,
        grade=RULE.grade,
        explanation=state.explanation,
    )


def tell(state: Shortfall, facts: Sequence[Fact]) -> list[Event]:
    found = any(isinstance(fact, YearFellShort) for fact in facts)
    return [c.ShortfallFound(record=record(state)) if found else c.ShortfallChanged(record=record(state))]


def index(state: Shortfall) -> Mapping[str, Any]:
    return {"agency": state.agency, "year": state.year, "stage": record(state).state}


_KIND: CaseKind[Shortfall] = CaseKind(
    name="meeting_shortfall",
    title="列席会议次数核查",
    facts=(YearFellShort, MeetingsCounted, ShortfallAccounted),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [c.ShortfallRestated(record=record(state))],
    index=index,
)
KIND = sealable(_KIND, Tombstones(ShortfallWithdrawn))

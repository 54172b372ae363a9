"""紧急撤下 (P26) of any kind of case that is no document: its facts keep no word, and it tells tombstones only.

A kind becomes sealable by `sealable(kind, tombstones)`. A case that was taken down takes no other fact any more.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, Protocol, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from contracts.base import Event
from contracts.publication.record import Leak
from contracts.publication.takedown import Tombstone, WithdrawnCase
from kernel.calendar import Calendar, add_hours
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.law import TAKEDOWN
from services.publication.domain.sealing import TOMBSTONE, labelled, reasoned, waits_for
from services.publication.domain.telling import WITHDRAWN_FOR

CODES = frozenset(
    {
        *("id", "agency", "co_agencies", "agencies", "units", "unit", "type", "act", "catalogue", "document"),
        *("draft", "matter", "meeting", "ledger", "item", "rests_on", "ground"),
        *("penalty", "credit", "requests"),
    }
)
"""Fields that hold numbers of records or codes of agencies and types, never words."""
CODE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class TakenDown(Fact):
    """`public`: everyone knew of it. `channels`: where else it was shown; each confirms by a person."""

    leak: Leak
    note: str
    public: bool
    channels: tuple[str, ...]
    by: Official
    at: datetime


class TakedownApproved(Fact):
    """Another person has judged it; `improper`: it should not have been taken down."""

    note: str
    improper: bool = False
    by: Official
    at: datetime


class ChannelGone(Fact):
    channel: str
    by: Official
    at: datetime


class CopiesGone(Fact):
    at: datetime


class ClearingWentOverdue(Fact):
    """Approval or a channel is missing after its time."""


class OriginalsDestroyed(Fact):
    """The sealed originals, and the words of opinions on it, were destroyed after hand-over to the archive."""

    handed_over_on: date
    papers: int
    by: Official
    at: datetime


STEPS = (TakenDown, TakedownApproved, ChannelGone, CopiesGone, ClearingWentOverdue, OriginalsDestroyed)


class Seal(BaseModel):
    """How far a take-down has come."""

    model_config = ConfigDict(frozen=True)

    leak: Leak
    by: Official
    at: datetime
    public: bool
    to_clear: tuple[str, ...]
    cleared: tuple[str, ...] = ()
    approved: bool = False
    erased: bool = False
    improper: bool = False
    late: bool = False
    originals_destroyed: bool = False

    @property
    def until(self) -> datetime | None:
        """Until when it is approved and confirmed by each channel, as long as that is missing."""
        return add_hours(self.at, TAKEDOWN.days) if self.to_clear or not self.approved else None

    @property
    def alarm(self) -> datetime | None:
        return None if self.late else self.until

    @property
    def closed(self) -> bool:
        return self.approved and self.erased and not self.to_clear


class Sealable(BaseModel):
    """A case that can be taken down."""

    model_config = ConfigDict(frozen=True)

    id: str
    agency: str
    opened_at: datetime
    seal: Seal | None = None


S = TypeVar("S", bound=Sealable)


class Told(Protocol):
    """A type of event of a tombstone."""

    def __call__(self, *, record: Any) -> Event: ...


@dataclass(frozen=True)
class Tombstones:
    """What tells a take-down to the offices, and to the public where there is a public record."""

    inside: Told
    outside: Told | None = None


def withdraw(
    state: Sealable, leak: Leak, note: str, public: bool, channels: Sequence[str], by: Official, now: datetime
) -> list[Fact]:
    """One reviewer takes it down at once; another person approves afterwards."""
    if state.seal:
        return []
    return [TakenDown(leak=leak, note=note, public=public, channels=tuple(dict.fromkeys(channels)), by=by, at=now)]


def approve(state: Sealable, note: str, by: Official, now: datetime, *, improper: bool = False) -> list[Fact]:
    seal = _standing(state)
    if seal.approved:
        raise Refused("already_approved", "撤下已经补批。", remedy="请确认各渠道已撤下。")
    if seal.by.id == by.id:
        raise Refused("own_withdrawal", "撤下的人不能自己补批。", remedy="请由另一名负责人补批。")
    return [TakedownApproved(note=reasoned(note, improper), improper=improper, by=by, at=now)]


def confirm(state: Sealable, channel: str, by: Official, now: datetime) -> list[Fact]:
    """A named person confirms that one channel no longer shows it."""
    seal = _standing(state)
    if channel in seal.to_clear:
        return [ChannelGone(channel=channel, by=by, at=now)]
    if channel in seal.cleared:
        return []
    raise Refused("unknown_channel", "没有在这个渠道公开。", field="channel", remedy="请核对公开渠道。")


def erased(state: Sealable, now: datetime) -> list[Fact]:
    """Every store was looked through, and nothing of it is left."""
    return [CopiesGone(at=now)] if state.seal and not state.seal.erased else []


def originals_destroyed(state: Sealable, handed_over_on: date, papers: int, by: Official, now: datetime) -> list[Fact]:
    gone = OriginalsDestroyed(handed_over_on=handed_over_on, papers=papers, by=by, at=now)
    return [] if _standing(state).originals_destroyed else [gone]


def _standing(state: Sealable) -> Seal:
    if state.seal is None:
        raise Refused("wrong_stage", "没有撤下，不能这样办理。", remedy="请先紧急撤下。")
    return state.seal


def forget(fact: Fact) -> Fact:
    """The fact without words. The steps of a take-down say none that they need not."""
    return fact if isinstance(fact, STEPS) else _wordless(fact)


def _wordless(said: Any, name: str = "") -> Any:
    match said:
        case Official() | Enum():
            return said
        case BaseModel():
            fields = type(said).model_fields
            left = {name: _wordless(getattr(said, name), name) for name, field in fields.items() if not _chosen(field)}
            return said.model_copy(update=left)
        case str():
            return said if name in CODES and CODE.fullmatch(said) else TOMBSTONE if said else ""
        case tuple():
            return tuple(_wordless(each, name) for each in said)
        case Mapping():
            return {}
    return said


def _chosen(field: FieldInfo) -> bool:
    """One of a few words that the field allows says nothing of its own."""
    kind = field.annotation
    return Literal in (get_origin(kind), *(get_origin(each) for each in get_args(kind)))


def sealable(kind: CaseKind[S], stones: Tombstones) -> CaseKind[S]:
    """The kind with take-downs."""

    def evolve(state: S | None, fact: Fact) -> S:
        if state is not None and isinstance(fact, STEPS):
            return state.model_copy(update={"seal": _sealed(state.seal, fact)})
        if state is not None and state.seal:
            raise Refused("withdrawn", f"{kind.title}已撤下。", remedy="不能再办理；需要重新公开的，请另行登记。")
        return kind.evolve(state, fact)

    def tell(state: S, facts: Sequence[Fact]) -> Sequence[BaseModel]:
        return _tombstones(kind.title, state, state.seal, stones) if state.seal else kind.tell(state, facts)

    def retell(state: S) -> Sequence[BaseModel]:
        return _tombstones(kind.title, state, state.seal, stones) if state.seal else kind.retell(state)

    def index(state: S) -> Mapping[str, Any]:
        if state.seal is None:
            return kind.index(state)
        return {"agency": state.agency} | ({} if state.seal.erased else {"marks": ["erasing"]})

    def alarm(state: S) -> datetime | None:
        return state.seal.alarm if state.seal else kind.alarm(state)

    def tick(state: S, now: datetime, calendar: Calendar) -> Sequence[Fact]:
        return _late(state.seal, now) if state.seal else kind.tick(state, now, calendar)

    return replace(
        kind,
        facts=(*kind.facts, *STEPS),
        evolve=evolve,
        tell=tell,
        retell=retell,
        index=index,
        alarm=alarm,
        tick=tick,
    )


def _late(seal: Seal, now: datetime) -> list[Fact]:
    return [ClearingWentOverdue()] if seal.alarm and seal.alarm <= now else []


def _sealed(seal: Seal | None, fact: Fact) -> Seal:
    if isinstance(fact, TakenDown):
        return Seal(leak=fact.leak, by=fact.by, at=fact.at, public=fact.public, to_clear=fact.channels)
    if seal is None:
        raise ValueError("the first step of a take-down takes down")
    match fact:
        case TakedownApproved():
            return seal.model_copy(update={"approved": True, "improper": fact.improper})
        case ClearingWentOverdue():
            return seal.model_copy(update={"late": True})
        case ChannelGone():
            left = tuple(each for each in seal.to_clear if each != fact.channel)
            return seal.model_copy(update={"to_clear": left, "cleared": (*seal.cleared, fact.channel)})
        case CopiesGone():
            return seal.model_copy(update={"erased": True})
        case OriginalsDestroyed():
            return seal.model_copy(update={"originals_destroyed": True})
    raise TypeError(f"unknown fact {fact.kind}")


def _tombstones(noun: str, state: Sealable, seal: Seal, stones: Tombstones) -> list[Event]:
    told = [stones.inside(record=_inside(state, seal, noun))]
    if stones.outside and seal.public:
        stone = Tombstone(id=state.id, withdrawn_for=WITHDRAWN_FOR[seal.leak], withdrawn_at=seal.at)
        told.append(stones.outside(record=stone))
    return told


def _inside(state: Sealable, seal: Seal, noun: str) -> WithdrawnCase:
    return WithdrawnCase(
        id=state.id,
        title=f"{noun}{TOMBSTONE}",
        state="sealed" if seal.closed else "withdrawn",
        state_label=labelled("已封存" if seal.closed else "已撤下", seal.improper),
        open=not seal.closed,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=seal.until,
        overdue=seal.late and seal.until is not None,
        waits_for=waits_for(seal.approved, seal.to_clear, seal.erased),
        to_clear=seal.to_clear,
        erased=seal.erased,
    )

"""重大行政决策事项目录 of a year and level: what is published, and a change that waits to be (第三条)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.base import Event
from contracts.publication import decision_catalogue as c
from contracts.publication.decision_catalogue import CatalogueEdition, DecisionEntry, DecisionLevel, DecisionNeeds
from contracts.publication.takedown import DecisionCatalogueWithdrawn, PublicDecisionCatalogueWithdrawn
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.signing import sign
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable

FIRST = "首次公布"


class YearPut(Fact):
    """The matters of the year as somebody wants them."""

    id: str
    year: int
    level: DecisionLevel
    agency: str
    entries: tuple[DecisionEntry, ...]
    reason: str
    by: Official
    at: datetime


class YearPublished(Fact):
    agreed: str
    by: Official
    at: datetime


class EntryStarted(Fact):
    """The procedure of a matter began."""

    no: int
    matter: str


class Year(Sealable):
    """A catalogue as its facts make it. `shown` is what the public sees."""

    year: int
    level: DecisionLevel
    entries: tuple[DecisionEntry, ...]
    reason: str = ""
    workers: frozenset[str] = frozenset()
    shown: tuple[DecisionEntry, ...] = ()
    editions: tuple[CatalogueEdition, ...] = ()
    agreed: str = ""

    @property
    def pending(self) -> bool:
        return self.entries != self.shown


def put(state: Year | None, given: YearPut) -> list[Fact]:
    """A catalogue, or a change of it. What is published is changed for a stated reason only, and a matter whose
    procedure has begun stays in it."""
    numbers = [entry.no for entry in given.entries]
    if len(set(numbers)) < len(numbers):
        raise Refused("numbers_repeat", "目录中的序号有重复。", field="entries", remedy="请更正序号。")
    for entry in given.entries:
        if not entry.needs.participation and len(entry.needs.exempt_reason.strip()) < 4:
            raise Refused(
                "exempt_reason", "不公开征求意见的事项须说明理由。", field="entries", remedy="请补写依据和理由。"
            )
    if state is None:
        return [given.model_copy(update={"entries": _with_matters((), given.entries)})]
    entries = _with_matters(state.shown, given.entries)
    if entries == state.entries:
        return []
    if state.shown and len(given.reason.strip()) < 4:
        raise Refused("reason_missing", "调整已公布的目录，必须说明理由。", field="reason", remedy="请写明调整理由。")
    kept = {entry.matter for entry in entries if entry.matter}
    if any(entry.matter and entry.matter not in kept for entry in state.shown):
        raise Refused(
            "entry_started",
            "已启动的事项不能移出目录。",
            field="entries",
            remedy="请保留该事项；不再决策的，请在事项中登记终止。",
        )
    return [given.model_copy(update={"id": state.id, "entries": entries})]


def _with_matters(shown: Sequence[DecisionEntry], given: Sequence[DecisionEntry]) -> tuple[DecisionEntry, ...]:
    """Entries in the order of their numbers, with the matters that were started from them."""
    started = {entry.no: entry.matter for entry in shown}
    return tuple(
        entry.model_copy(update={"matter": started.get(entry.no)}) for entry in sorted(given, key=lambda each: each.no)
    )


def publish(state: Year, agreed: str, secrecy: bool, by: Official, now: datetime) -> list[Fact]:
    """同级党委同意后公布."""
    if not state.pending:
        return []
    sign(secrecy, by, state.workers)
    return [YearPublished(agreed=agreed, by=by, at=now)]


def entry_of(state: Year, no: int | None) -> DecisionEntry:
    """A matter as the public reads it in the catalogue."""
    entry = next((each for each in state.shown if each.no == no), None)
    if entry is None:
        raise Refused(
            "unknown_entry", "已公布的目录中没有这个序号。", field="entry", remedy="请核对序号，或先公布目录。"
        )
    return entry


def promised(entry: DecisionEntry, given: DecisionNeeds) -> DecisionNeeds:
    """What the published entry says of the procedure holds for the matter (D); more than it says is always possible."""
    if entry.needs.participation and not given.participation:
        raise Refused(
            "participation_promised",
            "已公布的目录规定本事项公开征求意见。",
            field="needs",
            remedy="请公开征求意见；依法不能公开的，先调整年度目录并说明理由。",
        )
    more = {"experts": given.experts or entry.needs.experts, "risk": given.risk or entry.needs.risk}
    return given.model_copy(update=more)


def begin(state: Year, no: int | None, matter: str, agency: str) -> list[Fact]:
    """The procedure of a published matter begins, by the agency that the catalogue names, once."""
    entry = entry_of(state, no)
    if entry.matter == matter:
        return []
    if entry.matter:
        raise Refused("entry_started", "这个事项已经启动。", field="entry", remedy="请在已启动的事项中办理。")
    if entry.agency != agency:
        raise Refused("other_agency", "目录规定由另一单位承办。", field="entry", remedy="请由承办单位启动。")
    return [EntryStarted(no=entry.no, matter=matter)]


def evolve(state: Year | None, fact: Fact) -> Year:
    if isinstance(fact, YearPut):
        if state is None:
            first = fact.model_dump(include={"id", "year", "level", "agency"})
            state = Year(**first, opened_at=fact.at, entries=())
        put_now = {"entries": fact.entries, "reason": fact.reason, "workers": state.workers | {fact.by.id}}
        return state.model_copy(update=put_now)
    if state is None:
        raise ValueError("the first fact puts a catalogue")
    match fact:
        case YearPublished():
            edition = CatalogueEdition(
                edition=len(state.editions) + 1, reason=state.reason or FIRST, published_at=fact.at
            )
            shown = {"shown": state.entries, "agreed": fact.agreed, "reason": "", "workers": frozenset()}
            return state.model_copy(update=shown | {"editions": (*state.editions, edition)[-60:]})
        case EntryStarted():
            lists = {name: _begun(getattr(state, name), fact) for name in ("entries", "shown")}
            return state.model_copy(update=lists)
    raise TypeError(f"unknown fact {fact.kind}")


def _begun(entries: Sequence[DecisionEntry], fact: EntryStarted) -> tuple[DecisionEntry, ...]:
    return tuple(
        entry.model_copy(update={"matter": fact.matter}) if entry.no == fact.no else entry for entry in entries
    )


def _title(state: Year) -> str:
    return f"{state.year}年度重大行政决策事项目录（{state.level.value}）"


def record(state: Year) -> c.DecisionCatalogue:
    label = "待公布" if not state.shown else "调整待公布" if state.pending else "已公布"
    return c.DecisionCatalogue(
        id=state.id,
        title=_title(state),
        state="pending" if state.pending else "standing",
        state_label=label,
        open=state.pending,
        agency=state.agency,
        opened_at=state.opened_at,
        waits_for="报同级党委同意后公布" if state.pending else "",
        year=state.year,
        level=state.level,
        entries=state.entries,
        reason=state.reason,
    )


def public_record(state: Year) -> c.PublicDecisionCatalogue:
    return c.PublicDecisionCatalogue(
        id=state.id,
        title=_title(state),
        year=state.year,
        level=state.level,
        agency=state.agency,
        agreed=state.agreed,
        entries=state.shown,
        editions=state.editions,
    )


def tell(state: Year, facts: Sequence[Fact]) -> list[Event]:
    told: list[Event] = [c.DecisionCatalogueChanged(record=record(state))]
    for fact in facts:
        match fact:
            case YearPublished():
                told.append(c.DecisionCataloguePublished(record=public_record(state)))
            case EntryStarted():
                told.append(c.PublicDecisionCatalogueChanged(record=public_record(state)))
    return told


def retell(state: Year) -> list[Event]:
    told: list[Event] = [c.DecisionCatalogueRestated(record=record(state))]
    return [*told, c.PublicDecisionCatalogueRestated(record=public_record(state))] if state.shown else told


def index(state: Year) -> Mapping[str, Any]:
    return {"agency": state.agency, "year": state.year}


_KIND: CaseKind[Year] = CaseKind(
    name="decision_catalogue",
    title="年度决策目录",
    facts=(YearPut, YearPublished, EntryStarted),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
)
KIND = sealable(_KIND, Tombstones(DecisionCatalogueWithdrawn, PublicDecisionCatalogueWithdrawn))

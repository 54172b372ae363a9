"""认领核对 as a case: what a list lacks, has too much or has otherwise than the one from above, until each is mended or
explained (不漏领、不多领、不错领: 纳溪区2017年年度报告 一)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from contracts.base import Event
from contracts.publication.lists import Difference, Reconciliation, ReconciliationChanged, ReconciliationRestated
from contracts.publication.takedown import ReconciliationWithdrawn
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue.reconciling import Reconciled
from services.publication.catalogue.types import type_of
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable

KEPT, TOLD = 200, 50
"""So many differences are kept and told; all are counted."""
Place = tuple[str, str, str]


class Compared(Fact):
    """What a comparison found. `differences`: kind, key, column."""

    id: str
    type: str
    agency: str
    upper: str
    items: int
    missing: int
    extra: int
    different: int
    differences: tuple[Place, ...]
    by: Official
    at: datetime


class DifferenceExplained(Fact):
    place: tuple[str, str]
    """Kind and key."""
    reason: str
    by: Official
    at: datetime


class Comparison(Sealable):
    """A list against the one from above, as last compared."""

    type: str
    compared_on: date
    upper: str
    items: int
    missing: int
    extra: int
    different: int
    differences: tuple[Place, ...]
    reasons: dict[str, str] = Field(default_factory=dict)

    @property
    def list_(self) -> str:
        """The rows from above that it was compared with."""
        return list_of(self.type, self.agency)

    @property
    def unexplained(self) -> int:
        total = self.missing + self.extra + self.different
        return total - sum(_key(kind, key) in self.reasons for kind, key, _ in self.differences)


def list_of(type: str, agency: str) -> str:
    """By what the rows from above are kept for a catalogue of an agency."""
    return f"{type}:{agency}"


def _key(kind: str, key: str) -> str:
    return f"{kind}\n{key}"


def compared(
    state: Comparison | None,
    id: str,
    type: str,
    agency: str,
    upper: str,
    items: int,
    found: Reconciled,
    by: Official,
    now: datetime,
) -> list[Fact]:
    places: list[Place] = [
        *(("missing", key, "") for key in found.missing),
        *(("extra", key, "") for key in found.extra),
        *(("different", key, column) for key, column in found.different),
    ]
    kept = tuple(places[:KEPT])
    if state and (state.upper, state.items, state.differences) == (upper, items, kept):
        return []
    return [
        Compared(
            id=id,
            type=type,
            agency=agency,
            upper=upper,
            items=items,
            missing=len(found.missing),
            extra=len(found.extra),
            different=len(found.different),
            differences=kept,
            by=by,
            at=now,
        )
    ]


def explain(state: Comparison, kind: str, key: str, reason: str, by: Official, now: datetime) -> list[Fact]:
    if not any((kind, key) == place[:2] for place in state.differences):
        raise Refused("no_difference", "没有这一处差异。", field="key", remedy="请查看核对结果。")
    if state.reasons.get(_key(kind, key)) == reason:
        return []
    return [DifferenceExplained(place=(kind, key), reason=reason, by=by, at=now)]


def evolve(state: Comparison | None, fact: Fact) -> Comparison:
    if isinstance(fact, Compared):
        return _compared(state, fact)
    if state is None:
        raise ValueError("the first fact is a comparison")
    match fact:
        case DifferenceExplained():
            return state.model_copy(update={"reasons": state.reasons | {_key(*fact.place): fact.reason}})
    raise TypeError(f"unknown fact {fact.kind}")


def _compared(state: Comparison | None, fact: Compared) -> Comparison:
    """A reason holds as long as its difference does."""
    known = {_key(kind, key) for kind, key, _ in fact.differences}
    reasons = {place: reason for place, reason in (state.reasons if state else {}).items() if place in known}
    return Comparison(
        **fact.model_dump(exclude={"by", "at"}),
        opened_at=state.opened_at if state else fact.at,
        compared_on=fact.at.date(),
        reasons=reasons,
    )


def differences(state: Comparison) -> tuple[Difference, ...]:
    return tuple(
        Difference.model_validate(
            {"kind": kind, "key": key, "column": column, "reason": state.reasons.get(_key(kind, key), "")}
        )
        for kind, key, column in state.differences
    )


def record(state: Comparison) -> Reconciliation:
    left = state.unexplained
    return Reconciliation(
        id=state.id,
        title=f"{type_of(state.type).title}认领核对：{state.upper}"[:300],
        state="open" if left else "agreed",
        state_label=f"{left} 处待处理" if left else "一致或已说明",
        open=left > 0,
        agency=state.agency,
        opened_at=state.opened_at,
        waits_for="补领、更正或说明" if left else "",
        type=state.type,
        upper=state.upper,
        reconciled_on=state.compared_on,
        items=state.items,
        missing=state.missing,
        extra=state.extra,
        different=state.different,
        differences=differences(state)[:TOLD],
    )


def tell(state: Comparison, facts: Sequence[Fact]) -> list[Event]:
    return [ReconciliationChanged(record=record(state))]


def index(state: Comparison) -> Mapping[str, Any]:
    return {"type": state.type, "agency": state.agency, "open": state.unexplained > 0}


_KIND: CaseKind[Comparison] = CaseKind(
    name="reconciliation",
    title="认领核对",
    facts=(Compared, DifferenceExplained),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [ReconciliationRestated(record=record(state))],
    index=index,
)
KIND = sealable(_KIND, Tombstones(ReconciliationWithdrawn))

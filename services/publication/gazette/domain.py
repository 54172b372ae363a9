"""An issue of the gazette: numbered, never changed; a document that is taken down leaves a printed gap (P09, P26)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.publication import (
    Edition,
    GazetteGapped,
    GazetteIssue,
    GazetteIssued,
    GazetteIssueRestated,
    GazetteItem,
)
from kernel.cases import CaseKind
from kernel.facts import Fact
from services.publication.domain.facts import Official
from services.publication.domain.sealing import TOMBSTONE


class Issued(Fact):
    id: str
    title: str
    year: int
    no: int
    items: tuple[GazetteItem, ...]
    editions: tuple[Edition, ...]
    by: Official
    at: datetime


class Gapped(Fact):
    """A document was taken down; the issue was made anew without it."""

    document: str
    editions: tuple[Edition, ...]
    at: datetime


class Issue(BaseModel):
    """An issue as its facts make it."""

    model_config = ConfigDict(frozen=True)

    id: str
    title: str
    year: int
    no: int
    items: tuple[GazetteItem, ...]
    editions: tuple[Edition, ...]
    issued_at: datetime


def issue(fact: Issued) -> list[Fact]:
    return [fact]


def gap(state: Issue, document: str, editions: tuple[Edition, ...], now: datetime) -> list[Fact]:
    """Take one document out, once."""
    held = any(item.document == document and not item.withdrawn for item in state.items)
    return [Gapped(document=document, editions=editions, at=now)] if held else []


def without(items: Sequence[GazetteItem], document: str) -> tuple[GazetteItem, ...]:
    """The contents with a gap in the place of a document."""
    return tuple(
        GazetteItem(no=item.no, document=document, title=TOMBSTONE, withdrawn=True)
        if item.document == document
        else item
        for item in items
    )


def forget(fact: Fact, document: str) -> Fact:
    """What is left of a fact once a document is taken down."""
    return fact.model_copy(update={"items": without(fact.items, document)}) if isinstance(fact, Issued) else fact


def evolve(state: Issue | None, fact: Fact) -> Issue:
    match fact:
        case Issued():
            return Issue(
                id=fact.id,
                title=fact.title,
                year=fact.year,
                no=fact.no,
                items=fact.items,
                editions=fact.editions,
                issued_at=fact.at,
            )
        case Gapped() if state is not None:
            return state.model_copy(update={"items": without(state.items, fact.document), "editions": fact.editions})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: Issue) -> GazetteIssue:
    return GazetteIssue.model_validate(state.model_dump())


def tell(state: Issue, facts: Sequence[Fact]) -> list[Event]:
    gapped = any(isinstance(fact, Gapped) for fact in facts)
    return [GazetteGapped(record=record(state)) if gapped else GazetteIssued(record=record(state))]


def retell(state: Issue) -> list[Event]:
    return [GazetteIssueRestated(record=record(state))]


def index(state: Issue) -> Mapping[str, Any]:
    return {"documents": [item.document for item in state.items], "year": state.year}


KIND: CaseKind[Issue] = CaseKind(
    name="gazette_issue",
    title="公报",
    facts=(Issued, Gapped),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
)

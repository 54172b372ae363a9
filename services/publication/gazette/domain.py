"""An issue of the gazette: numbered, never changed; a document that is taken down leaves a printed gap (P09, P26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.publication.gazette import (
    Compilation,
    CompilationGapped,
    CompilationIssued,
    CompilationRestated,
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


@dataclass(frozen=True)
class Series:
    """What is printed issue by issue: its own numbers, records and events."""

    name: str
    title: str
    letters: str
    numbers: str
    record: type[GazetteIssue]
    issued: type[Event]
    gapped: type[Event]
    restated: type[Event]

    @property
    def told(self) -> tuple[type[Event], ...]:
        return self.issued, self.gapped, self.restated

    def record_of(self, state: Issue) -> GazetteIssue:
        return self.record.model_validate(state.model_dump())

    def tell(self, state: Issue, facts: Sequence[Fact]) -> list[Event]:
        kind = self.gapped if any(isinstance(fact, Gapped) for fact in facts) else self.issued
        return [kind.model_validate({"record": self.record_of(state)})]

    def retell(self, state: Issue) -> list[Event]:
        return [self.restated.model_validate({"record": self.record_of(state)})]

    @property
    def kind(self) -> CaseKind[Issue]:
        return CaseKind(
            name=self.name,
            title=self.title,
            facts=(Issued, Gapped),
            evolve=evolve,
            tell=self.tell,
            retell=self.retell,
            index=index,
        )


def index(state: Issue) -> Mapping[str, Any]:
    return {"marks": [f"prints:{item.document}" for item in state.items], "year": state.year}


GAZETTE = Series(
    "gazette_issue", "公报", "GB", "gazette", GazetteIssue, GazetteIssued, GazetteGapped, GazetteIssueRestated
)
COMPILATION = Series(
    "compilation", "汇编", "HB", "compilation", Compilation, CompilationIssued, CompilationGapped, CompilationRestated
)
ISSUES, COMPILATIONS = GAZETTE.kind, COMPILATION.kind
"""As `zwgk contracts` finds them."""

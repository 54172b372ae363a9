"""Figures of a period as a person has published them: what was issued never changes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.hotline.public import Bulletin, BulletinIssued, SuggestionRow
from contracts.hotline.ratings import RatingRow
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused


class Issued(Fact):
    number: str
    at: datetime
    about: Literal["ratings", "suggestions"]
    first: date
    last: date
    ratings: tuple[RatingRow, ...]
    suggestions: tuple[SuggestionRow, ...]
    results: tuple[str, ...]


class State(BaseModel):
    """A bulletin."""

    model_config = ConfigDict(frozen=True)

    issued: Issued


def evolve(state: State | None, fact: Fact) -> State:
    """Raises `ValueError` for any history but its issue."""
    if state is not None or not isinstance(fact, Issued):
        raise ValueError("a bulletin is issued once")
    return State(issued=fact)


def issue(fact: Issued, today: date) -> list[Fact]:
    """Only a period that is over is published."""
    if fact.last >= today:
        raise Refused("not_over", "该期间尚未结束。", field="last", remedy="请在期间结束后发布。")
    return [fact]


def record(state: State) -> Bulletin:
    kept = dict(state.issued)
    return Bulletin(id=kept.pop("number"), issued_at=kept.pop("at"), **kept)


def tell(state: State, facts: Sequence[Fact] = ()) -> list[Event]:
    return [BulletinIssued(record=record(state))]


def index(state: State) -> Mapping[str, Any]:
    return {"about": state.issued.about, "first": state.issued.first.isoformat()}


KIND: CaseKind[State] = CaseKind(
    name="bulletin", title="公示", facts=(Issued,), evolve=evolve, tell=tell, retell=tell, index=index
)

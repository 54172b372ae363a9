"""What a domain is, for the store that keeps its cases: facts, how they fold, what they tell, when it wants waking."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from kernel.calendar import Calendar
from kernel.facts import Fact

S = TypeVar("S")
Upcast = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


def _never(state: Any) -> None:
    return None


def once(alarm: Callable[[S], datetime | None], fact: type[Fact]) -> Callable[[S, datetime, Calendar], Sequence[Fact]]:
    """What a case does when it is woken that waits for one moment: it remembers that the moment has passed."""

    def tick(state: S, now: datetime, calendar: Calendar) -> Sequence[Fact]:
        moment = alarm(state)
        return [fact()] if moment and moment <= now else []

    return tick


def _nothing_due(state: Any, now: datetime, calendar: Calendar) -> Sequence[Fact]:
    return []


@dataclass(frozen=True)
class CaseKind(Generic[S]):
    """What the store must know of a domain: its facts, how they fold, what they tell, and when it wants to be woken."""

    name: str
    title: str
    """Chinese noun for refusals."""
    facts: tuple[type[Fact], ...]
    evolve: Callable[[S | None, Fact], S]
    tell: Callable[[S, Sequence[Fact]], Sequence[BaseModel]]
    """Events (`contracts.base.Event`) of one commit, from the state after it and the facts that it added."""
    retell: Callable[[S], Sequence[BaseModel]]
    """Events that tell the record as it stands, for a republication."""
    index: Callable[[S], Mapping[str, Any]]
    """Plain values by which cases are found."""
    alarm: Callable[[S], datetime | None] = _never
    tick: Callable[[S, datetime, Calendar], Sequence[Fact]] = _nothing_due
    upcasts: Mapping[str, Upcast] = field(default_factory=dict)

    def read(self, texts: Iterable[str]) -> tuple[S, list[tuple[str, Fact]]]:
        """Fold stored facts (JSON); also each fact with its cause."""
        state: S | None = None
        told: list[tuple[str, Fact]] = []
        for text in texts:
            stored = json.loads(text)
            fact = self.revive(stored["kind"], stored["data"])
            state = self.evolve(state, fact)
            told.append((stored["cause"], fact))
        if state is None:
            raise ValueError("a case without facts")
        return state, told

    def revive(self, kind: str, data: dict[str, Any]) -> Fact:
        """A stored fact as its class, through the upcasts of older versions."""
        while kind in self.upcasts:
            kind, data = self.upcasts[kind](data)
        return self._classes()[kind].model_validate(data)

    def _classes(self) -> dict[str, type[Fact]]:
        cached: dict[str, type[Fact]] | None = self.__dict__.get("_by_kind")
        if cached is None:
            cached = {fact.kind: fact for fact in self.facts}
            object.__setattr__(self, "_by_kind", cached)
        return cached

    def fold(self, state: S | None, facts: Sequence[Fact]) -> S:
        for fact in facts:
            state = self.evolve(state, fact)
        if state is None:
            raise ValueError("nothing to fold")
        return state

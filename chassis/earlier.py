"""Cases as they stood at an earlier moment: their facts folded up to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from chassis.cases import Cases
from chassis.store import Document
from kernel.cases import CaseKind

S = TypeVar("S")
TOGETHER = 200
"""So many cases are folded at a time, beside what else the process does."""


@dataclass(frozen=True)
class Stood(Generic[S]):
    """A case at a moment; where nothing was known of it yet, as its first fact says."""

    state: S
    known: bool


async def stood(cases: Cases[S], where: Mapping[str, Any], end: datetime) -> AsyncIterator[Stood[S]]:
    """Cases by their index values of now, as they stood before a moment."""
    waiting: list[Document] = []
    async for document in cases.stored(where):
        waiting.append(document)
        if len(waiting) == TOGETHER:
            for each in await asyncio.to_thread(_folded, cases.kind, waiting, end):
                yield each
            waiting = []
    for each in await asyncio.to_thread(_folded, cases.kind, waiting, end):
        yield each


def _folded(kind: CaseKind[S], documents: Sequence[Document], end: datetime) -> list[Stood[S]]:
    found = []
    for document in documents:
        texts = [entry["text"] for entry in document["facts"]]
        told = [text for text in texts if datetime.fromisoformat(json.loads(text)["at"]) < end]
        found.append(Stood(kind.read(told or texts[:1])[0], known=bool(told)))
    return found

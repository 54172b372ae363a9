"""The work that the views hold, in memory: each replica reads it once and then what has changed, by change numbers.

What is open is held piece by piece; what is done is counted, so that years of it take little room.
"""

import asyncio
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from chassis.store import Document
from services.readmodel import past
from services.readmodel.following import TOGETHER, Follower
from services.readmodel.storage import Generation
from services.readmodel.work import FIELDS, LISTED_TO_THE_END, TYPES, Counted, Piece, piece


class Board(Follower):
    """Pieces of work of the generation that serves."""

    types = TYPES
    fields = FIELDS

    @classmethod
    def of(cls, views: Iterable[Document]) -> "Board":
        """Work as these views have it."""
        board = cls()
        board._take(views)
        return board

    def _forget(self) -> None:
        self._pieces: dict[str, dict[str, Piece]] = {}
        """By type and number: what is open, and what is listed to the end."""
        self._done: dict[str, dict[str, Piece]] = {}
        """By type and number: as what it is counted."""
        self._counts: dict[str, Counter[Piece]] = {}
        self._same: dict[Piece, Piece] = {}

    async def _stands(self, generation: Generation) -> None:
        for name in TYPES:
            views = await past.standing(generation, name)
            for first in range(0, len(views), TOGETHER):
                self._take(views[first : first + TOGETHER])
                await asyncio.sleep(0)

    def _take(self, views: Iterable[Document]) -> None:
        for view in views:
            name, id = view["type"], view["id"]
            self._drop(name, id)
            if view["removed"] or "work" not in view:
                continue
            taken = piece(view)
            if taken.open or name in LISTED_TO_THE_END:
                self._pieces.setdefault(name, {})[id] = taken
            else:
                alike = taken.alike()
                alike = self._same.setdefault(alike, alike)
                self._done.setdefault(name, {})[id] = alike
                self._counts.setdefault(name, Counter())[alike] += 1

    def _drop(self, name: str, id: str) -> None:
        if self._pieces.get(name, {}).pop(id, None) is None and (done := self._done.get(name, {}).pop(id, None)):
            self._counts[name][done] -= 1

    def open(self) -> list[Piece]:
        """All that is open."""
        return [each for each in self._all() if each.open]

    def done(self, type_name: str, unit: str, most: int) -> list[str]:
        """Numbers of what is done and only counted, the highest first: one unit's, or of all."""
        done = self._done.get(type_name, {}).items()
        return heapq.nlargest(most, (id for id, each in done if not unit or unit in each.units))

    def counted(self, type_name: str = "") -> Counted:
        """All work there is, or all of a type."""
        names = [type_name] if type_name else sorted({*self._pieces, *self._counts})
        return [pair for name in names for pair in self._of(name)]

    def _all(self) -> Iterator[Piece]:
        return chain.from_iterable(pieces.values() for pieces in self._pieces.values())

    def _of(self, name: str) -> Iterator[tuple[Piece, int]]:
        yield from ((each, 1) for each in self._pieces.get(name, {}).values())
        yield from ((each, count) for each, count in self._counts.get(name, Counter()).items() if count)

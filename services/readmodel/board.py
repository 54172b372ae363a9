"""The work that the views hold, in memory: each replica reads it once and then what has changed, by change numbers.

What is open is held piece by piece; what is done is counted, so that years of it take little room.
"""

import asyncio
import heapq
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from chassis.store import Document, Unreachable
from services.readmodel import past
from services.readmodel.storage import Generation, Generations
from services.readmodel.work import FIELDS, LISTED_TO_THE_END, TYPES, Counted, Piece, piece

log = logging.getLogger(__name__)
LOOK_BACK = 500
"""Writers number their changes before they write them: so many numbers before the last one are read again."""
LOOK_FAR_BACK = 5000
FAR_BACK_SECONDS = 15.0
PAUSE_SECONDS = 3.0
SETTLED_SECONDS = 30.0
"""A writer that took a number has written by then."""
TOGETHER = 500


class Board:
    """Pieces of work of the generation that serves."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        self._number = 0
        self._position = 0
        self._moved = float("-inf")
        self._far_back = 0.0
        self._forget()

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

    async def run(self, generations: Generations) -> None:
        """For ever: keep up, so that who asks finds all there."""
        while True:
            try:
                await self.read(await generations.current(), far=True)
            except Unreachable:
                log.info("the work in the views cannot be read now")
            await asyncio.sleep(PAUSE_SECONDS)

    async def read(self, generation: Generation, *, far: bool = False) -> "Board":
        """Take over what was written since the last time."""
        async with self._reading:
            last = await generation.last_change()
            if generation.number != self._number or last < self._position:
                await self._fill(generation, last)
                return self
            now = time.monotonic()
            if last != self._position:
                self._moved = now
            if now - self._moved < SETTLED_SECONDS:
                far = far and now - self._far_back > FAR_BACK_SECONDS
                self._far_back = now if far else self._far_back
                await self._follow(generation, last, LOOK_FAR_BACK if far else LOOK_BACK)
        return self

    async def _fill(self, generation: Generation, last: int) -> None:
        self._number = 0
        self._forget()
        for name in TYPES:
            views = await past.standing(generation, name)
            for first in range(0, len(views), TOGETHER):
                self._take(views[first : first + TOGETHER])
                await asyncio.sleep(0)
        self._number, self._position, self._moved = generation.number, last, time.monotonic()

    async def _follow(self, generation: Generation, last: int, back: int) -> None:
        """Each type is asked for alone: it has an index by its changes."""
        where = {"change": {"$gt": self._position - back}}
        found = await asyncio.gather(*(generation.views.find({"type": name} | where, FIELDS) for name in TYPES))
        for views in found:
            self._take(views)
        self._position = last

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

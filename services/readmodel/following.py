"""What a replica holds of the views in memory: it reads them once, and then what has changed, by change numbers."""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from chassis.store import Document, Unreachable
from services.readmodel.storage import Generation, Generations

log = logging.getLogger(__name__)
LOOK_BACK = 500
"""Writers number their changes before they write them: so many numbers before the last one are read again."""
LOOK_FAR_BACK = 5000
FAR_BACK_SECONDS = 60.0
PAUSE_SECONDS = 5.0
SETTLED_SECONDS = 30.0
"""A writer that took a number has written by then: so long after the last number it is read again, far back once."""
TOGETHER = 500


class Follower(ABC):
    """Holds views of some types of the generation that serves."""

    types: ClassVar[Sequence[str]]
    fields: ClassVar[dict[str, Any]]
    """What is read of a view."""

    def __init__(self) -> None:
        self._reading = asyncio.Lock()
        self._number = 0
        self._position = 0
        self._moved = float("-inf")
        self._far_back = float("-inf")
        """When it was last looked far back; what came since then is owed such a look."""
        self._forget()

    @abstractmethod
    def _forget(self) -> None:
        """Hold nothing."""

    @abstractmethod
    async def _stands(self, generation: Generation) -> None:
        """Take over all that stands."""

    @abstractmethod
    def _take(self, views: Iterable[Document]) -> None:
        """Take over views as they stand now; some may be known already."""

    async def run(self, generations: Generations) -> None:
        """For ever: keep up, so that who asks finds all there."""
        while True:
            try:
                await self.read(await generations.current(), far=True)
            except Unreachable:
                log.info("the views cannot be read now")
            await asyncio.sleep(PAUSE_SECONDS)

    async def read(self, generation: Generation, *, far: bool = False) -> Self:
        """Take over what was written since the last time."""
        async with self._reading:
            last = await generation.last_change()
            if generation.number != self._number or last < self._position:
                self._number = 0
                self._forget()
                await self._stands(generation)
                self._number, self._position = generation.number, last
                self._moved = self._far_back = time.monotonic()
                return self
            now = time.monotonic()
            if last != self._position:
                self._moved = now
            settled, owed = now - self._moved > SETTLED_SECONDS, self._moved >= self._far_back
            if far and owed and (settled or now - self._far_back > FAR_BACK_SECONDS):
                self._far_back = now
                await self._follow(generation, last, LOOK_FAR_BACK)
            elif not settled:
                await self._follow(generation, last, LOOK_BACK)
        return self

    async def _follow(self, generation: Generation, last: int, back: int) -> None:
        """Each type is asked for alone: it has an index by its changes."""
        where = {"change": {"$gt": self._position - back}}
        asked = (generation.views.find({"type": name} | where, self.fields) for name in self.types)
        for views in await asyncio.gather(*asked):
            self._take(views)
        self._position = last

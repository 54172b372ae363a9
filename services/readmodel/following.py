"""What a replica holds of the views in memory: it reads them once, and then what has changed, by change numbers."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from chassis.store import Document, Unreachable
from services.readmodel.storage import Generation, Generations

log = logging.getLogger(__name__)
PAUSE_SECONDS = 5.0
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
        """All changes up to this one have been seen."""
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
                await self.read(await generations.current())
            except Unreachable:
                log.info("the views cannot be read now")
            await asyncio.sleep(PAUSE_SECONDS)

    async def read(self, generation: Generation) -> Self:
        """Take over what was written since the last time. What somebody was still writing then is looked at again."""
        async with self._reading:
            last, settled = await generation.changes()
            if generation.number != self._number or last < self._position:
                self._number = 0
                self._forget()
                await self._stands(generation)
                self._number, self._position = generation.number, settled
            elif last != self._position:
                await self._follow(generation)
                self._position = settled
        return self

    async def _follow(self, generation: Generation) -> None:
        """Each type is asked for alone: it has an index by its changes."""
        where = {"change": {"$gt": self._position}}
        asked = (generation.views.find({"type": name} | where, self.fields) for name in self.types)
        for views in await asyncio.gather(*asked):
            self._take(views)

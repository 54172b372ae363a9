"""Editions: how each counted record stood at the end of each day on which it changed. They are kept in sheets beside
the views of a generation, so a rebuild makes them again from the log, and are held in memory for the reports."""

import asyncio
import gc
import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from chassis.store import DeleteOne, Document, Unreachable
from kernel.clock import CST
from services.readmodel import past
from services.readmodel.reports.counted import (
    DOCUMENT,
    REQUEST,
    Count,
    DocumentCount,
    Edition,
    RequestCount,
    count_of,
    revived,
)
from services.readmodel.storage import Generation, Generations
from services.readmodel.views import VERSION_BITS, Removal

BOUND_SIZE = 4000
"""Editions of a bound sheet."""
BOUND_SHEETS = 500
"""Small sheets that are bound at a time."""
PAUSE_SECONDS = 5.0


def edition(view: Document) -> Edition | None:
    """The edition that a view brings, or `None` where no report counts the record."""
    if view["type"] not in (REQUEST, DOCUMENT):
        return None
    count = count_of(view["type"], view["record"])
    if count is None:
        return None
    day = datetime.fromisoformat(view["told_at"]).astimezone(CST).date().isoformat()
    return Edition(view["type"], view["id"], day, view["stamp"], view["told_at"], count)


async def keep(generation: Generation, views: Sequence[Document]) -> None:
    """Write the editions of views as they were told, before the newest of each record is chosen: one sheet for all.

    A sheet may repeat what another one says: of one record and day the highest stamp counts, in whatever order they
    come.
    """
    found = list(filter(None, map(edition, views)))
    if found:
        async with generation.numbers(1) as number:
            await generation.editions.insert_many([_sheet(str(number), number, found)])


def _sheet(id: str, change: int, found: Sequence[Edition]) -> Document:
    newest: dict[tuple[str, str, str], Edition] = {}
    for each in sorted(found, key=lambda each: each.stamp):
        newest[each.type, each.id, each.day] = each
    return {"_id": id, "change": change, "size": len(newest), "packed": json.dumps(list(newest.values()))}


def _opened(sheet: Document) -> Iterator[Edition]:
    for type_name, id, day, stamp, told_at, values in json.loads(sheet["packed"]):
        yield Edition(type_name, id, day, stamp, told_at, revived(type_name, values))


async def bind(generation: Generation) -> int:
    """Bind small sheets together, so that a reader finds few large ones; the number of sheets bound.

    The bound sheet bears the highest change number of its parts and is there before they go: whoever reads by change
    numbers finds each edition in one or the other. A second replica that binds the same only repeats it.
    """
    settled = (await generation.changes()).settled
    where = {"change": {"$lte": settled}, "size": {"$lt": BOUND_SIZE // 2}}
    small = await generation.editions.find(where, sort=[("change", 1)], limit=BOUND_SHEETS)
    if len(small) < BOUND_SHEETS // 2:
        return 0
    parts: list[Document] = []
    size = 0
    for sheet in small:
        parts.append(sheet)
        size += sheet["size"]
        if size >= BOUND_SIZE:
            break
    last = parts[-1]["change"]
    id = hashlib.sha256(" ".join(sheet["_id"] for sheet in parts).encode()).hexdigest()
    bound = _sheet(id, last, [each for sheet in parts for each in _opened(sheet)])
    await generation.editions.insert_many([bound])
    await generation.editions.bulk([DeleteOne({"_id": sheet["_id"]}) for sheet in parts])
    return len(parts)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collection: it would look through all editions again and again while more are made, for more
    time than the making takes."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Shelf:
    """The editions of the generation that serves, in memory: read from the start on, then only what was added."""

    def __init__(self) -> None:
        self._number = 0
        self._position = 0
        self._held: dict[str, dict[str, dict[str, Edition]]] = {}
        self._removals: tuple[Removal, ...] = ()
        self._reading = asyncio.Lock()

    async def run(self, generations: Generations) -> None:
        """For ever: keep up, so that the first report after a start finds all there, and bind what lies loose."""
        while True:
            try:
                generation = await generations.current()
                async with self._reading:
                    await self._read(generation)
                if await bind(generation) or await past.bind(generation.past):
                    continue
            except Unreachable:
                pass
            await asyncio.sleep(PAUSE_SECONDS)

    async def standing(
        self, generation: Generation, day: str
    ) -> tuple[list[tuple[str, RequestCount]], list[DocumentCount]]:
        """Requests by number, and documents, as they stood at the end of a day (ISO text)."""
        async with self._reading:
            await self._read(generation)
            with uncollected():
                return await asyncio.to_thread(self._standing, day)

    def _standing(self, day: str) -> tuple[list[tuple[str, RequestCount]], list[DocumentCount]]:
        cases = [(id, count) for id, count in self._at(REQUEST, day) if isinstance(count, RequestCount)]
        documents = [count for _, count in self._at(DOCUMENT, day) if isinstance(count, DocumentCount)]
        return cases, documents

    async def _read(self, generation: Generation) -> None:
        """Take over what was written since the last time."""
        if generation.number != self._number:
            self._number, self._position, self._held = generation.number, 0, {}
        last, settled = await generation.changes()
        if last != self._position:
            where = {"change": {"$gt": self._position}} if self._position else {}
            with uncollected():
                async for found in generation.editions.each(where, sort=[("change", 1)]):
                    await asyncio.to_thread(self._take, found)
            self._position = settled
        self._removals = tuple(await generation.removals())

    def _take(self, sheet: dict[str, Any]) -> None:
        for each in _opened(sheet):
            days = self._held.setdefault(each.type, {}).setdefault(each.id, {})
            if each.day not in days or days[each.day].stamp <= each.stamp:
                days[each.day] = each

    def _at(self, type_name: str, day: str) -> Iterator[tuple[str, Count]]:
        """Id and count of each record as it stood at the end of a day (ISO text).

        What comes from an old ledger or was public before the platform heard of it was known to its office: on an
        earlier day its own dates alone say how it stood.
        """
        for id, days in self._held.get(type_name, {}).items():
            told = max((each for each in days if each <= day), default=None)
            if told is None:
                told = min(days)
                if not _known_before(days[told].counted, day):
                    continue
            if not self._gone(days):
                yield id, days[told].counted

    def _gone(self, days: dict[str, Edition]) -> bool:
        """A restored owner has told all its records again, and this one was not among them."""
        if not self._removals:
            return False
        last = max(days.values(), key=lambda each: each.stamp)
        return any(
            removal.removes(
                {"service": last.type.split(".")[0], "epoch": last.stamp >> VERSION_BITS, "told_at": last.told_at}
            )
            for removal in self._removals
        )


def _known_before(count: Count, day: str) -> bool:
    """Whether a record stood on a day on which the platform had not heard of it."""
    return count.ledger if isinstance(count, RequestCount) else bool(count.agency) and count.published <= day

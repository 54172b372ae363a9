"""Editions: how each counted record stood at the end of each day on which it changed. They are kept beside the views
of a generation, so a rebuild makes them again from the log, and read into memory when a report asks for them."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from chassis.store import Document, UpdateOne
from kernel.clock import CST
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
from services.readmodel.storage import Generation
from services.readmodel.views import VERSION_BITS, Removal

LOOK_BACK = 3000
"""Writers number their changes before they write them: so many numbers before the last one are read again."""


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
    """Write the editions of views as they were told, before the newest of each record is chosen.

    Of one record and day the highest stamp stays, in whatever order they come.
    """
    newest: dict[str, Edition] = {}
    for each in filter(None, map(edition, views)):
        key = f"{each.type}:{each.id}@{each.day}"
        if key not in newest or newest[key].stamp < each.stamp:
            newest[key] = each
    if not newest:
        return
    last = await generation.take(len(newest))
    documents = [
        {"_id": key, "change": number, "stamp": each.stamp, "packed": json.dumps([each.told_at, each.count])}
        for number, (key, each) in enumerate(newest.items(), last - len(newest) + 1)
    ]
    taken = await generation.editions.insert_many(documents)
    await generation.editions.bulk([_upsert(documents[place]) for place in sorted(taken)])


def _upsert(document: Document) -> UpdateOne:
    rest = {key: value for key, value in document.items() if key != "_id"}
    return UpdateOne({"_id": document["_id"], "stamp": {"$lt": document["stamp"]}}, {"$set": rest}, upsert=True)


class Shelf:
    """The editions of the generation that serves, in memory: read once, then only what was added."""

    def __init__(self) -> None:
        self._number = 0
        self._position = 0
        self._held: dict[str, dict[str, dict[str, Edition]]] = {}
        self._removals: tuple[Removal, ...] = ()
        self._reading = asyncio.Lock()

    async def standing(
        self, generation: Generation, day: str
    ) -> tuple[list[tuple[str, RequestCount]], list[DocumentCount]]:
        """Requests by number, and documents, as they stood at the end of a day (ISO text)."""
        async with self._reading:
            await self._read(generation)
            return await asyncio.to_thread(self._standing, day)

    def _standing(self, day: str) -> tuple[list[tuple[str, RequestCount]], list[DocumentCount]]:
        cases = [(id, count) for id, count in self._at(REQUEST, day) if isinstance(count, RequestCount)]
        documents = [count for _, count in self._at(DOCUMENT, day) if isinstance(count, DocumentCount)]
        return cases, documents

    async def _read(self, generation: Generation) -> None:
        """Take over what was written since the last time."""
        if generation.number != self._number:
            self._number, self._position, self._held = generation.number, 0, {}
        last = await generation.last_change()
        since = max(self._position - LOOK_BACK, 0)
        async for found in generation.editions.each({"change": {"$gt": since}} if since else {}):
            self._take(found)
        self._position = last
        self._removals = tuple(await generation.removals())

    def _take(self, found: dict[str, Any]) -> None:
        type_name, _, rest = found["_id"].partition(":")
        id, _, day = rest.rpartition("@")
        told_at, values = json.loads(found["packed"])
        each = Edition(type_name, id, day, found["stamp"], told_at, revived(type_name, values))
        days = self._held.setdefault(each.type, {}).setdefault(each.id, {})
        if each.day not in days or days[each.day].stamp <= each.stamp:
            days[each.day] = each

    def _at(self, type_name: str, day: str) -> Iterator[tuple[str, Count]]:
        """Id and count of each record as it stood at the end of a day (ISO text).

        A request from an old ledger was known to its office before the platform heard of it: on an earlier day the
        dates of its case alone say how it stood.
        """
        for id, days in self._held.get(type_name, {}).items():
            told = max((each for each in days if each <= day), default=None)
            if told is None:
                told = min(days)
                count = days[told].count
                if not (isinstance(count, RequestCount) and count.ledger):
                    continue
            if not self._gone(days):
                yield id, days[told].count

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

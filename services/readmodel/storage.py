"""Views in the database, in generations: a rebuild fills the next one while the present one serves."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import uuid4

from chassis.store import Collection, Document, Index, ReplaceOne, Store, UpdateOne
from kernel.refused import Refused
from services.readmodel.views import Removal

POINTER_SECONDS = 1.0
COUNTER = "changes"
VIEWS = "views_"
EDITIONS = "editions_"
PAST = "past_"
POINTER = "generation"
TRIMMED = "trimmed"
TOGETHER = 500
DEAD_SECONDS = 120.0
"""Who has not written by then what it numbered is dead."""
KNOWN_SECONDS = 1.0
LAYOUT = 2
"""How a generation is laid out: views, editions, dated states. Raise it where one that was filled before no longer says
all that is asked of it: the next start fills a new one from the log."""


class Changes(NamedTuple):
    """Numbers of changes: the last one given, and the one up to which all are written."""

    last: int
    settled: int


class Generation:
    """The views of one generation."""

    def __init__(
        self, number: int, views: Collection, counters: Collection, editions: Collection, past: Collection
    ) -> None:
        self.number = number
        self.views = views
        self.editions = editions
        self.past = past
        self._counters = counters
        self._known = 0
        self._known_at = float("-inf")
        """The last number that this process knows of."""

    async def create_indexes(self) -> None:
        await asyncio.gather(
            self.views.create_indexes(Index([("type", 1), ("change", -1)])),
            self.editions.create_indexes(Index([("change", 1)])),
            self.past.create_indexes(Index([("type", 1), ("first", 1)])),
        )

    async def drop(self) -> None:
        """Forget all that this generation holds."""
        await asyncio.gather(self.views.drop(), self.editions.drop(), self.past.drop())

    async def apply(self, documents: Sequence[Document], now: datetime) -> None:
        """Write views, the newest wins. New records go in by one insertion."""
        if not documents:
            return
        async with self._numbering(documents, now):
            new = [document for document in documents if document["version"] == 1]
            old = [document for document in documents if document["version"] != 1]
            taken = await self.views.insert_many(new)
            old += [new[position] for position in sorted(taken)]
            await self.views.bulk([_upsert(document) for document in old])
        await self._remove_again(documents, now)

    async def insert_new(self, documents: Sequence[Document], now: datetime) -> None:
        """Write views that the caller knows to be new in this generation."""
        async with self._numbering(documents, now):
            taken = await self.views.insert_many(documents)
            await self.views.bulk([_upsert(documents[position]) for position in sorted(taken)])
        await self._remove_again(documents, now)

    async def replace(self, documents: Sequence[Document], now: datetime) -> None:
        """Write newer states of views that are there, by a writer who is the only one."""
        async with self._numbering(documents, now):
            await self.views.bulk([ReplaceOne({"_id": document["_id"]}, document) for document in documents])
        await self._remove_again(documents, now)

    @asynccontextmanager
    async def _numbering(self, documents: Sequence[Document], now: datetime) -> AsyncIterator[None]:
        """Give documents the numbers of their changes, to be written within."""
        async with self.numbers(len(documents)) as first:
            for number, document in enumerate(documents, first):
                document["change"] = number
                document["changed_at"] = now
            yield

    async def remove(self, removal: Removal, now: datetime) -> None:
        """Take out of sight what a retelling has left behind, now and when it is told late."""
        kept = {"generation": self.number, "removal": asdict(removal)}
        id = f"removal_{self.number}_{removal.service}_{removal.before_epoch}"
        await self._counters.update_one({"_id": id}, {"$set": kept}, upsert=True)
        await self._take_out(removal, now)

    async def _remove_again(self, written: Sequence[Document], now: datetime) -> None:
        """Looks after the write: of a write and a removal at the same time at least one sees the other."""
        for removal in await self.removals():
            if any(removal.removes(document) for document in written):
                await self._take_out(removal, now)

    async def removals(self) -> list[Removal]:
        """What retellings have removed in this generation."""
        where = {"generation": self.number, "removal": {"$exists": True}}
        return [Removal(**found["removal"]) for found in await self._counters.find(where)]

    async def _take_out(self, removal: Removal, now: datetime) -> None:
        """Each view gets a change number of its own, for the index and the lists page by them."""
        where = {
            "service": removal.service,
            "epoch": {"$lt": removal.before_epoch},
            "told_at": {"$lt": removal.since},
            "removed": False,
        }
        gone = await self.views.find(where, {"_id": 1})
        for at in range(0, len(gone), TOGETHER):
            found = gone[at : at + TOGETHER]
            async with self.numbers(len(found)) as first:
                await self.views.bulk(
                    [
                        UpdateOne(
                            {**where, "_id": document["_id"]},
                            {"$set": {"removed": True, "change": number, "changed_at": now}},
                        )
                        for number, document in enumerate(found, first)
                    ]
                )

    async def trimmed(self) -> str:
        """The day (ISO text) before which nothing dated is kept any more; empty while all is."""
        found = await self._counters.find_one({"_id": f"{TRIMMED}_{self.number}"})
        return str(found["day"]) if found else ""

    async def trimming(self, day: str) -> None:
        """Note it, before anything is forgotten."""
        kept = {"generation": self.number, "day": day}
        await self._counters.update_one({"_id": f"{TRIMMED}_{self.number}"}, {"$set": kept}, upsert=True)

    async def last_change(self) -> int:
        return (await self.changes()).last

    async def changes(self) -> Changes:
        """How far changes are numbered, and how far all that have a number are written."""
        return self._seen_in(await self._counters.find_one({"_id": self._counter}) or {})

    def _seen_in(self, found: Document) -> Changes:
        last, now = int(found.get("next", 0)), time.time()
        below = [each["above"] for each in found.get("open", {}).values() if now - each["at"] < DEAD_SECONDS]
        self._known, self._known_at = last, time.monotonic()
        return Changes(last, min((last, *below)))

    @asynccontextmanager
    async def numbers(self, size: int) -> AsyncIterator[int]:
        """Take so many numbers of changes, the first of them given, for what is written within.

        Until that is done the counter says above which number somebody writes: a reader looks there again. Who fails
        may still be writing for all it knows; who died is forgotten after a while, for its events come again.
        """
        if time.monotonic() - self._known_at > KNOWN_SECONDS:
            await self.changes()
        token = uuid4().hex
        mark = {"above": self._known, "at": time.time()}
        after = await self._counters.find_one_and_update(
            {"_id": self._counter}, {"$inc": {"next": size}, "$set": {f"open.{token}": mark}}, upsert=True
        )
        self._seen_in(after or {})
        yield self._known - size + 1
        dead = [each for each, held in (after or {})["open"].items() if time.time() - held["at"] > 2 * DEAD_SECONDS]
        await self._counters.update_one(
            {"_id": self._counter}, {"$unset": {f"open.{each}": "" for each in (token, *dead)}}
        )

    @property
    def _counter(self) -> str:
        return f"{COUNTER}_{self.number}"


def _upsert(document: Document) -> UpdateOne:
    """Replace an older state. For a stale one the upsert meets the unique id and is refused, which is meant."""
    rest = {key: value for key, value in document.items() if key != "_id"}
    return UpdateOne({"_id": document["_id"], "stamp": {"$lt": document["stamp"]}}, {"$set": rest}, upsert=True)


def _pointer(number: int, layout: int) -> Document:
    return {"number": number, "layout": layout}


class Generations:
    """Which generation serves. Every replica looks at the pointer again each second."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._meta = store.collection("meta")
        self._current: Generation | None = None
        self._layout = LAYOUT
        self._looked = 0.0

    async def begin(self) -> None:
        """Note the layout with the first generation. One without a note, if anything is in it, is from before there
        were notes."""
        if not await self._meta.find_one({"_id": POINTER}):
            layout = 0 if await self.open(1).last_change() else LAYOUT
            await self._meta.update_one({"_id": POINTER}, {"$setOnInsert": _pointer(1, layout)}, upsert=True)

    async def current(self) -> Generation:
        """The generation that serves now."""
        if self._current is None or time.monotonic() - self._looked > POINTER_SECONDS:
            pointer = await self._meta.find_one({"_id": POINTER})
            number = int(pointer["number"]) if pointer else 1
            self._layout = int(pointer.get("layout", 0)) if pointer else LAYOUT
            self._looked = time.monotonic()
            if self._current is None or self._current.number != number:
                self._current = self.open(number)
        return self._current

    async def outdated(self) -> bool:
        """Whether the generation that serves was filled by an earlier version of this program, in another layout."""
        await self.current()
        return self._layout < LAYOUT

    async def answering(self) -> Generation:
        """The generation that serves, for who asks. Raises `Refused` for one of another layout: its answers would lack
        what it does not hold, and nobody could see it."""
        generation = await self.current()
        if self._layout < LAYOUT:
            raise Refused(
                "views_outdated",
                "平台刚刚升级，目录和台账正在按新版本重建，暂时不能查询。",
                remedy="重建完成后会自动恢复，请稍后重试。",
            )
        if self._layout > LAYOUT:
            raise Refused(
                "views_newer",
                "目录和台账由较新版本的平台生成，本版本不能查询。",
                remedy="请改用较新的版本，或者用 zwgk readmodel rebuild 按本版本重建。",
            )
        return generation

    def open(self, number: int) -> Generation:
        return Generation(
            number,
            self._store.collection(f"{VIEWS}{number}"),
            self._store.collection("counters"),
            self._store.collection(f"{EDITIONS}{number}"),
            self._store.collection(f"{PAST}{number}"),
        )

    async def switch(self, number: int) -> None:
        """Let another generation serve."""
        await self._meta.update_one({"_id": POINTER}, {"$set": _pointer(number, LAYOUT)}, upsert=True)
        self._looked = 0.0

    async def drop_others(self, number: int) -> None:
        """Remove the views of all other generations, also of rebuilds that died."""
        for name in await self._store.collections():
            if name.startswith((VIEWS, EDITIONS, PAST)) and name.rpartition("_")[2] != str(number):
                await self._store.collection(name).drop()
        await self._store.collection("counters").delete_many({"generation": {"$ne": number, "$exists": True}})

    async def save(self, key: str, value: dict[str, Any]) -> None:
        await self._meta.update_one({"_id": key}, {"$set": value}, upsert=True)

    async def claim(self, key: str, beat: float | None, value: dict[str, Any]) -> bool:
        """Save where the heart still beats as it was seen, or where nothing was saved; whether this one was first."""
        if beat is None:
            return not await self._meta.insert_many([{"_id": key} | value])
        return bool(await self._meta.update_one({"_id": key, "beat": beat}, {"$set": value}))

    async def saved(self, key: str) -> dict[str, Any]:
        return await self._meta.find_one({"_id": key}) or {}

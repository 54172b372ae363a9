"""The full-text index of this replica: it tails the views by their change counter."""

import asyncio
import logging
import shutil
import time
from collections import deque
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from chassis.clock import Clock
from chassis.store import Document, Unreachable
from services.readmodel.search import Entry, SearchIndex
from services.readmodel.storage import Generation, Generations
from services.readmodel.views import PUBLIC_DOCUMENT

log = logging.getLogger(__name__)
BATCH = 500
PAUSE_SECONDS = 0.2
LOOK_BACK = timedelta(seconds=30)
"""Replicas number their changes before they write them, so a lower number may appear after a higher one:
whatever was changed within this time is looked at again."""
LOOK_BACK_EVERY = 10
MISSING = 1000
"""So many numbers of changes that were not seen are asked for one by one; of more, all that was changed lately."""
STILL_SECONDS = 1.0
"""A change that has its number is written within this time, or found by looking back."""
TAKEN_DOWN = ("withdrawn", "sealed")
SEARCHED = (PUBLIC_DOCUMENT, "publication.document")


NEAR = 2000
"""So many changes ahead are looked at first: the embedded database reads all that a query may match, by its first
clause that has an index, before it sorts them."""


async def _changed(generation: Generation, where: dict[str, Any]) -> list[Document]:
    """The next batch of changes of what is searched, in their order. Each type is asked for alone: it has an index by
    its changes. What stands behind the last one of a full batch comes later."""
    asked = (generation.views.find({"type": name} | where, sort=[("change", 1)], limit=BATCH) for name in SEARCHED)
    each = await asyncio.gather(*asked)
    end = min((found[-1]["change"] for found in each if len(found) == BATCH), default=None)
    found = sorted((document for found in each for document in found), key=lambda document: document["change"])
    return found if end is None else [document for document in found if document["change"] <= end]


class Tail:
    """Keeps a search index up to date with the generation that serves."""

    def __init__(
        self, generations: Generations, folder: Path | None, clock: Clock, name_of: Callable[[str], str]
    ) -> None:
        self._generations = generations
        self._folder = folder
        self._clock = clock
        self._name_of = name_of
        self._generation = 0
        self._rounds = 0
        self._numbered = 0
        self._numbered_at = 0.0
        self._forgetting = False
        self._trail: deque[tuple[float, int]] = deque()
        """Where the index stood at the looks back of the last while."""
        self._seen: set[int] = set()
        """Numbers of the changes of this while that the index has taken over."""
        self.index = SearchIndex.open(None)

    async def run(self) -> None:
        """For ever: take over what has changed."""
        try:
            await self._run()
        finally:
            self.index.close()

    async def _run(self) -> None:
        while True:
            try:
                generation = await self._generations.current()
                if generation.number != self._generation:
                    await self._open(generation)
                elif self._forgetting:
                    await self._renew(generation)
                elif await self._still(generation) or not await self._advance(self.index, generation):
                    await asyncio.sleep(PAUSE_SECONDS)
            except Unreachable:
                await asyncio.sleep(1)

    async def _still(self, generation: Generation) -> bool:
        """Whether nothing has been given a number for a while, so that the views need not be asked in this round."""
        numbered, now = await generation.last_change(), time.monotonic()
        if numbered != self._numbered:
            self._numbered, self._numbered_at = numbered, now
        still = now - self._numbered_at > STILL_SECONDS and self._rounds < LOOK_BACK_EVERY
        self._rounds += still
        return still

    async def _open(self, generation: Generation) -> None:
        """Fill the index of another generation before it takes the place of the present one."""
        fresh = await self._fresh(generation)
        while await self._advance(fresh, generation):
            pass
        self._trail.clear()
        self._seen.clear()
        stale, self.index, before = self.index, fresh, self._generation
        self._generation = generation.number
        await asyncio.to_thread(stale.close)
        if before and (path := self._path(before)):
            await asyncio.to_thread(shutil.rmtree, path, True)

    async def _fresh(self, generation: Generation) -> SearchIndex:
        """The index of a generation; an empty one when the one on the disk knows of changes that the database, restored
        to an earlier state, does not."""
        path = self._path(generation.number)
        if path and _mark(path).exists():
            await asyncio.to_thread(shutil.rmtree, path, True)
            _mark(path).unlink()
        index = await asyncio.to_thread(SearchIndex.open, path)
        if path is None or index.position <= await generation.last_change():
            return index
        await asyncio.to_thread(index.close)
        await asyncio.to_thread(shutil.rmtree, path)
        return await asyncio.to_thread(SearchIndex.open, path)

    async def _renew(self, generation: Generation) -> None:
        """Write the index anew: a deleted entry stays in the files of an index until they are merged one day, but what
        was taken down must be gone. Searches go on; they do not find it since it was deleted."""
        path = self._path(generation.number)
        beside = path.with_name(f"{path.name}-new") if path else None
        if beside:
            await asyncio.to_thread(shutil.rmtree, beside, True)
        fresh = await asyncio.to_thread(SearchIndex.open, beside)
        self._forgetting = False
        while await self._advance(fresh, generation):
            pass
        await asyncio.to_thread(self.index.close)
        self.index = fresh
        if path and beside:
            await asyncio.to_thread(fresh.close)
            await asyncio.to_thread(shutil.rmtree, path)
            await asyncio.to_thread(beside.rename, path)
            self.index = await asyncio.to_thread(SearchIndex.open, path)
            _mark(path).unlink(missing_ok=True)

    def _forget(self, index: SearchIndex, found: list[Document]) -> None:
        """Remember to write the index anew, also over a restart, when it holds what was taken down."""
        if any(_taken_down(document) and index.holds(document["_id"]) for document in found):
            self._forgetting = True
            if path := self._path(self._generation):
                _mark(path).touch()

    def _path(self, number: int) -> Path | None:
        return self._folder / f"generation-{number}" if self._folder else None

    async def behind(self, generation: Generation) -> int:
        """How many changes of what is searched the index lacks."""
        since = {"change": {"$gt": self.index.position}}
        counted = await asyncio.gather(*(generation.views.count({"type": name} | since) for name in SEARCHED))
        return sum(counted)

    async def _advance(self, index: SearchIndex, generation: Generation) -> bool:
        """Take over one batch; `False` when there was nothing to do."""
        self._rounds += 1
        near = {"change": {"$gt": index.position, "$lte": index.position + NEAR}}
        found = await _changed(generation, near)
        if not found and await generation.last_change() > index.position + NEAR:
            found = await _changed(generation, {"change": {"$gt": index.position + NEAR}})
        await self._take(index, found)
        if not found and self._rounds >= LOOK_BACK_EVERY:
            self._rounds = 0
            await self._look_back(index, generation)
        return bool(found)

    async def _look_back(self, index: SearchIndex, generation: Generation) -> None:
        """For what was not taken over yet: numbers between that are missing, most of them changes of other records."""
        change = self._looked_back_to(index.position)
        self._seen = {seen for seen in self._seen if seen > change}
        if index.position - change - len(self._seen) <= MISSING:
            missing = [number for number in range(change + 1, index.position + 1) if number not in self._seen]
            await self._take(index, await _changed(generation, {"change": {"$in": missing}}) if missing else [])
            return
        lately = {"changed_at": {"$gt": self._clock.now() - LOOK_BACK}}
        while found := await _changed(generation, {"change": {"$gt": change, "$lte": index.position}} | lately):
            await self._take(index, found)
            change = found[-1]["change"]

    def _looked_back_to(self, position: int) -> int:
        """Where the index stood `LOOK_BACK` ago: what was written since then may lie above it only. From the beginning
        as long as this process does not know."""
        now = time.monotonic()
        if not self._trail:
            self._trail.append((now, 0))
        self._trail.append((now, position))
        while len(self._trail) > 1 and now - self._trail[1][0] > LOOK_BACK.total_seconds():
            self._trail.popleft()
        return self._trail[0][1]

    async def _take(self, index: SearchIndex, found: list[Document]) -> None:
        if not found:
            return
        entries = [self._entry(document) for document in found]
        self._seen.update(document["change"] for document in found)
        position = max(document["change"] for document in found)
        await asyncio.to_thread(self._forget, index, found)
        await asyncio.to_thread(_apply, index, entries, position)

    def _entry(self, document: Document) -> Entry:
        record = document["record"]
        metadata = record["metadata"]
        published = (record.get("published_at") or "")[:10]
        text = record.get("text") or {}
        return Entry(
            id=document["_id"],
            audience="public" if document["audience"] == "public" else "internal",
            kind=document["type"],
            title=metadata["title"],
            body=text.get("inline") or text.get("excerpt") or "",
            attachments_text="\n".join(_attached(record)),
            doc_no=metadata.get("doc_no") or "",
            index_no=metadata.get("index_no") or "",
            issuer="、".join(self._name_of(code) for code in metadata.get("issuers") or ()),
            agency=(metadata.get("issuers") or [""])[0],
            theme=metadata.get("theme") or "",
            genre=metadata.get("genre") or "",
            field=metadata.get("group") or "",
            category=metadata.get("category") or "",
            year=int(published[:4]) if published else None,
            validity=metadata.get("validity") or "",
            openness=metadata.get("openness") or "",
            formed_on=date.fromisoformat(metadata["formed_on"]) if metadata.get("formed_on") else None,
            published_on=date.fromisoformat(published) if published else None,
            removed=document["removed"] or _taken_down(document),
        )


def _attached(record: dict[str, Any]) -> list[str]:
    """Names and texts of the attachments of a public record."""
    return [f"{each['name']}\n{each['text'].get('inline') or ''}" for each in record.get("attachments") or ()]


def _taken_down(document: Document) -> bool:
    record = document["record"]
    return bool(record.get("withdrawn")) or (
        document["type"] == "publication.document" and record["state"] in TAKEN_DOWN
    )


def _mark(path: Path) -> Path:
    """Says that the index of a folder must be written anew."""
    return path.with_name(f"{path.name}-forget")


def _apply(index: SearchIndex, entries: list[Entry], position: int) -> None:
    index.apply(entries, position)
    index.commit()

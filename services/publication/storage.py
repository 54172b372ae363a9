"""Where the texts lie, and the store of documents that has them at hand when it tells a public record."""

from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Collection as Several
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from chassis.cases import Cases, Held, Loaded
from chassis.papers import Paper, Papers
from chassis.runtime import Runtime
from chassis.store import Collection, Index
from services.publication import domain
from services.publication.domain.state import Case
from services.publication.domain.telling import retell, tell

PAGE = 500
AT_HAND = 32_000_000
"""So many characters of texts are kept in memory."""


WITHDRAWN_TEXT = "withdrawn_text"


class SealedText(BaseModel):
    """A text that was taken down, or what a fact said of it, as it lies sealed in the papers."""

    text: str


class Texts:
    """The texts of documents, each once by its digest: `{_id: sha256, text, cases: [ids]}`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._at_hand: OrderedDict[str, str] = OrderedDict()
        self._characters = 0
        self._reading: Counter[str] = Counter()
        self._stale: set[str] = set()
        """Texts that were removed while somebody read them: they are not kept in memory."""

    async def create_indexes(self) -> None:
        await self._collection.create_index([("cases", 1)])

    async def keep(self, texts: Sequence[tuple[str, str, str]]) -> None:
        """Keep texts, given as (case, sha256, text), before the case that names them is committed."""
        rows = [{"_id": sha256, "text": text, "cases": [case]} for case, sha256, text in texts]
        known = await self._collection.insert_many(rows)
        for case, sha256, text in (texts[position] for position in known):
            await self._collection.update_one(
                {"_id": sha256}, {"$setOnInsert": {"text": text}, "$addToSet": {"cases": case}}, upsert=True
            )
        for _, sha256, text in texts:
            self._remember(sha256, text)

    async def bring(self, sha256: str) -> str | None:
        """The text, which then is at hand; `None` when it is not there (any more)."""
        if sha256 in self._at_hand:
            self._at_hand.move_to_end(sha256)
            return self._at_hand[sha256]
        return (await self._read([sha256])).get(sha256)

    async def bring_many(self, digests: Sequence[str]) -> None:
        """The same for many, in one query."""
        missing = [sha256 for sha256 in dict.fromkeys(digests) if sha256 not in self._at_hand]
        if missing:
            await self._read(missing)

    async def _read(self, digests: Sequence[str]) -> dict[str, str]:
        """What there is of them; what is removed meanwhile is not kept in memory."""
        self._reading.update(digests)
        try:
            found = {each["_id"]: str(each["text"]) for each in await self._collection.find({"_id": {"$in": digests}})}
            for sha256, text in found.items():
                if sha256 not in self._stale:
                    self._remember(sha256, text)
        finally:
            self._reading.subtract(digests)
            for sha256 in digests:
                if not self._reading[sha256]:
                    del self._reading[sha256]
                    self._stale.discard(sha256)
        return found

    def at_hand(self, sha256: str) -> str | None:
        return self._at_hand.get(sha256)

    async def release(self, case: str, used: Several[str]) -> None:
        """Remove the texts that a case names no more, unless another case has the same one."""
        for held in await self._collection.find({"cases": case}, {"cases": 1}):
            if held["_id"] in used:
                continue
            await self._collection.update_one({"_id": held["_id"]}, {"$pull": {"cases": case}})
            await self._collection.delete_many({"_id": held["_id"], "cases": []})
            self._forget(held["_id"])

    async def disown(self, digests: Several[str], cases: Collection) -> None:
        """Remove those texts that are kept for no case but such as were never opened: an import that was killed keeps
        the text first."""
        for held in await self._collection.find({"_id": {"$in": [*digests]}}, {"cases": 1}):
            there = {found["_id"] for found in await cases.find({"_id": {"$in": held["cases"]}}, {"_id": 1})}
            for case in held["cases"]:
                if case not in there:
                    await self.release(case, ())

    async def seal(self, case: str, papers: Papers, now: datetime) -> None:
        """Move all texts of a case into the encrypted papers. Another document with the very same text keeps it."""
        held = await self._collection.find({"cases": case})
        await papers.put(
            [
                Paper(f"{case}-{found['_id'][:24]}", case, WITHDRAWN_TEXT, SealedText(text=found["text"]))
                for found in held
            ],
            now,
        )
        await self.release(case, ())

    def _forget(self, sha256: str) -> None:
        self._characters -= len(self._at_hand.pop(sha256, ""))
        if sha256 in self._reading:
            self._stale.add(sha256)

    def _remember(self, sha256: str, text: str) -> None:
        if sha256 not in self._at_hand:
            self._characters += len(text)
        self._at_hand[sha256] = text
        self._at_hand.move_to_end(sha256)
        while self._characters > AT_HAND:
            self._characters -= len(self._at_hand.popitem(last=False)[1])


class Documents(Cases[Case]):
    """The case store of documents. A text is brought to hand whenever its case is read, so that whatever is
    told next, a correction, an expiry or a retelling, carries it."""

    def __init__(self, runtime: Runtime, texts: Texts) -> None:
        kind = replace(
            domain.KIND,
            tell=lambda case, facts: tell(case, facts, texts.at_hand),
            retell=lambda case: retell(case, texts.at_hand),
        )
        super().__init__(kind, runtime.collection("cases"), runtime.region, runtime.relay.told)
        runtime.kinds[kind.name] = self
        self._texts = texts

    async def _load(self, id: str) -> Loaded[Case]:
        loaded = await super()._load(id)
        for sha256 in _digests(loaded[0].state):
            await self._texts.bring(sha256)
        return loaded

    async def _load_many(self, ids: Sequence[str]) -> dict[str, Loaded[Case]]:
        loaded = await super()._load_many(ids)
        await self._texts.bring_many([sha256 for held, _ in loaded.values() for sha256 in _digests(held.state)])
        return loaded

    async def create_indexes(self) -> None:
        """Few: each costs at every write. What is looked for by one value (a text, a claim, a condition) of any kind
        of case is one of its `marks`."""
        await self.collection.create_indexes(
            Index([("index.marks", 1)], sparse=True),
            Index([("index.look_at", 1)], sparse=True),
            Index([("kind", 1), ("index.type", 1), ("_id", 1)]),
            Index([("kind", 1), ("index.state", 1), ("_id", 1)]),
        )

    async def with_text(self, sha256: str) -> list[Held[Case]]:
        """Documents that name this text, now or before a correction."""
        return await self.find({"marks": f"text:{sha256}"}, limit=20)

    async def imported(self, after: str | None, limit: int) -> list[Held[Case]]:
        """Documents that wait for confirmation, by number."""
        where: dict[str, object] = {"state": "imported"}
        if after:
            where["_id"] = {"$gt": after}
        return await self.find(where, sort=[("_id", 1)], limit=limit)

    async def every(self, where: Mapping[str, Any]) -> AsyncIterator[Held[Case]]:
        """All that match, page by page."""
        after = ""
        while held := await self.find({**where, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
            for each in held:
                yield each
            after = held[-1].id

    async def not_in_gazette(
        self, limit: int, *, submitted: bool = False, unit: str | None = None
    ) -> tuple[int, list[Held[Case]]]:
        """Normative documents that no issue of the gazette has printed, of all units or one: how many, and the first
        by number."""
        marks = ["submitted" if submitted else "to_gazette", *([f"to_gazette:{unit}"] if unit else [])]
        where = {"marks": {"$all": marks}}
        return await self.count(where), await self.find(where, sort=[("_id", 1)], limit=limit)

    def normative(self) -> AsyncIterator[Held[Case]]:
        """Published normative documents that have not ended, by number."""
        return self.every({"marks": "normative"})

    async def erasing_kinds(self) -> set[str]:
        """Kinds of cases that were taken down and of which copies may be left, mostly none; they share a collection."""
        return {found["kind"] for found in await self.collection.find({"index.marks": "erasing"}, {"kind": 1})}

    async def erasing(self, limit: int = 50) -> list[Held[Case]]:
        """Documents that were taken down and of which copies may be left."""
        return await self.find({"marks": "erasing"}, limit=limit)

    async def timed(self, after: str, limit: int = 200) -> list[Held[Case]]:
        """Documents with a running limit, by number."""
        return await self.find({"timed": True, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=limit)


def _digests(case: Case) -> tuple[str, ...]:
    return case.text.sha256, *(file.attachment.text.sha256 for file in case.files)

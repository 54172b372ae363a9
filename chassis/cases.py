"""The case store: load, decide, append. One document is state history, lock, audit trail, alarm and outbox of a case.

`{_id, kind, epoch, version, head, facts: [{text, hash}], outbox: [...], untold_at?, alarm_at?, origin?, index: {...}}`
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar, cast

from pydantic import BaseModel

from chassis import chain
from chassis.actors import Cause
from chassis.outbox import Outgoing, outgoing
from chassis.store import Collection, Document, Duplicate, Index, UpdateOne
from chassis.together import Together
from contracts.base import Event
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused

S = TypeVar("S")
Decision = Callable[[S], Sequence[Fact]]
Forget = Callable[[Fact], Fact]
"""What is left of a fact when a case must forget what it says."""
MAX_FACTS = 200
MAX_COMMIT_BYTES = 64 * 1024
"""Facts of one commit; with the limit on their number this bounds a case."""
MAX_CONFLICTS = 50


@dataclass(frozen=True)
class Held(Generic[S]):
    """A case as it was read or has just been written."""

    id: str
    state: S
    version: int
    epoch: int
    head: str
    facts: Sequence[Fact] = ()
    """The facts that this cause added, now or when it was first decided."""
    origin: str = ""
    """What opened the case, where it was read from the store."""
    repeated: bool = False
    """The cause had been decided before; nothing was added now."""


Loaded = tuple[Held[S], list[tuple[str, Fact]]]
"""A case with its facts, each with its cause."""


@dataclass(frozen=True)
class Opening:
    """A case to be opened. `origin` is what makes it the same case however often it is opened."""

    id: str
    facts: Sequence[Fact]
    cause: Cause
    origin: str


@dataclass(frozen=True)
class Step(Generic[S]):
    """A decision on one of many cases."""

    id: str
    decide: Decision[S]
    cause: Cause


class Cases(Generic[S]):
    """All cases of one kind of one service."""

    def __init__(
        self, kind: CaseKind[S], collection: Collection, region: str, told: Callable[[str, int, list[Outgoing]], None]
    ) -> None:
        self.kind = kind
        self.collection = collection
        self._region = region
        self._told = told
        self._insert = Together(self._insert_all)

    async def load(self, id: str) -> Held[S]:
        """Raises `Refused` when there is no such case."""
        return (await self._load(id))[0]

    async def get(self, id: str) -> Held[S] | None:
        document = await self._find_one(id)
        return self._held(document)[0] if document else None

    async def load_many(self, ids: Sequence[str]) -> dict[str, Held[S]]:
        """Those of the cases that there are, in one query."""
        return {id: held for id, (held, _) in (await self._load_many(ids)).items()}

    async def by_origin(self, origins: Sequence[str]) -> dict[str, Held[S]]:
        """Cases by what opened them, in one query."""
        found = await self.collection.find({"origin": {"$in": [self._origin(origin) for origin in origins]}})
        prefix = len(self.kind.name) + 1
        return {document["origin"][prefix:]: self._held(document)[0] for document in found}

    async def find(
        self, where: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), skip: int = 0, limit: int = 100
    ) -> list[Held[S]]:
        """Cases by their index values, e.g. `{"agency": "fgj"}`."""
        found = await self.collection.find(
            self._where(where), sort=[(_path(key), order) for key, order in sort], skip=skip, limit=limit
        )
        return [self._held(document)[0] for document in found]

    def stored(self, where: Mapping[str, Any]) -> AsyncIterator[Document]:
        """Stored facts of cases, by their index values."""
        return self.collection.each(self._where(where), {"facts": 1})

    async def count(self, where: Mapping[str, Any]) -> int:
        return await self.collection.count(self._where(where))

    async def entries(self, id: str) -> list[chain.Entry]:
        """The chain of facts as stored."""
        document = await self._find_one(id)
        if document is None:
            raise self._unknown()
        return list(document["facts"])

    async def execute(
        self, id: str, decide: Decision[S], cause: Cause, *, forget: Forget | None = None, origin: str | None = None
    ) -> Held[S]:
        """Load, decide, append. A cause that was decided before is answered with what it decided then.

        With `forget` the same write seals the facts before it and drops what they had not told yet; with `origin` the
        case is found by that one only, which is told by no word.
        Raises `Refused` from the decision, for an unknown case, or for one that has grown too large.
        """
        for _ in range(MAX_CONFLICTS):
            held, after, write = self._decided(await self._load(id), decide, cause)
            if write is None:
                return after
            change, outbox = write
            if forget is not None:
                change = self._forgetting(await self.entries(id), change, forget)
            if origin is not None:
                change["$set"] = change["$set"] | {"origin": self._origin(origin)}
            if await self.collection.update_one({"_id": id, "version": held.version}, change):
                if cause.expects is not None and cause.expects.id == id:
                    cause.expects.met = True  # what the same command does next to this case it does to its own version
                self._told(id, after.version, outbox)
                return after
        raise Refused("busy", f"{self.kind.title}正在被频繁修改。", remedy="请稍后重试。")

    async def execute_many(self, steps: Sequence[Step[S]]) -> list[Held[S] | Refused]:
        """Decide on many cases, read in one query and appended to in one write; each is refused by itself."""
        loaded = await self._load_many(list(dict.fromkeys(step.id for step in steps)))
        results: dict[int, Held[S] | Refused] = {}
        written: dict[int, list[Outgoing]] = {}
        updates: list[UpdateOne] = []
        for position, step in enumerate(steps):
            if step.id not in loaded:  # unknown, or decided on earlier in this batch
                continue
            try:
                held, results[position], write = self._decided(loaded.pop(step.id), step.decide, step.cause)
            except Refused as refused:
                results[position] = refused
                continue
            if write is not None:
                written[position] = write[1]
                updates.append(UpdateOne({"_id": step.id, "version": held.version}, write[0]))
        await self.collection.bulk(updates)
        await self._written(steps, written, results)
        for position, step in enumerate(steps):
            if position not in results:
                results[position] = await self._alone(step)
        return [results[position] for position in range(len(steps))]

    async def open(self, id: str, facts: Sequence[Fact], cause: Cause, origin: str | None = None) -> Held[S]:
        """Open one case; opening it again by the same origin (by default the cause) returns the first."""
        opening = Opening(id, facts, cause, origin or cause.id)
        held, document, outbox = self._new(opening)
        if await self._insert(document):
            self._told(held.id, held.version, outbox)
            return held
        existing = (await self.by_origin([opening.origin])).get(opening.origin)
        if existing is None:
            raise Refused("number_taken", f"{self.kind.title}编号已被占用。", remedy="请重试。")
        return replace(existing, repeated=True)

    async def open_many(self, openings: Sequence[Opening]) -> list[Held[S] | None]:
        """Open many cases in one write; `None` where the origin (or the number) exists already."""
        prepared = [self._new(opening) for opening in openings]
        taken = await self.collection.insert_many([document for _, document, _ in prepared])
        results: list[Held[S] | None] = []
        for position, (held, _, outbox) in enumerate(prepared):
            if position in taken:
                results.append(None)
                continue
            self._told(held.id, held.version, outbox)
            results.append(held)
        return results

    def _decided(
        self, loaded: Loaded[S], decide: Decision[S], cause: Cause
    ) -> tuple[Held[S], Held[S], tuple[Document, list[Outgoing]] | None]:
        """The case before and after a decision, and what must be written and told for it, if anything."""
        held, told = loaded
        if before := [fact for stored, fact in told if stored == cause.id]:
            return held, replace(held, facts=before, repeated=True), None
        self._unchanged(held, cause)
        facts = decide(held.state)
        if not facts:
            return held, held, None
        after, change, outbox = self._step(held, facts, cause)
        self._check_size(len(told) + len(facts), change)
        return held, after, (change, outbox)

    def _unchanged(self, held: Held[S], cause: Cause) -> None:
        """Refuse what its sender decided on another version of the case than the present one."""
        expects = cause.expects
        if expects and expects.id == held.id and expects.version != held.version and not expects.met:
            raise Refused(
                "version_changed", f"{self.kind.title}在您打开之后已有变动。", remedy="请重新打开，看过变动再办理。"
            )

    async def _written(
        self, steps: Sequence[Step[S]], written: Mapping[int, list[Outgoing]], results: dict[int, Held[S] | Refused]
    ) -> None:
        """Tell what the batch wrote; the result of a step that came too late is dropped."""
        if not written:
            return
        ids = [steps[position].id for position in written]
        found = await self.collection.find({"_id": {"$in": ids}}, {"head": 1})
        heads = {document["_id"]: document["head"] for document in found}
        for position, outbox in written.items():
            after = results[position]
            if isinstance(after, Held) and heads.get(after.id) == after.head:
                self._told(after.id, after.version, outbox)
            else:
                del results[position]

    async def _alone(self, step: Step[S]) -> Held[S] | Refused:
        """A step whose case was changed meanwhile. If its own write was what changed it, it is not a repetition."""
        try:
            return replace(await self.execute(step.id, step.decide, step.cause), repeated=False)
        except Refused as refused:
            return refused

    async def _insert_all(self, documents: Sequence[Document]) -> list[bool]:
        """Of each whether it was new."""
        taken = await self.collection.insert_many(documents)
        return [position not in taken for position in range(len(documents))]

    async def retell(self, id: str, epoch: int, now: datetime) -> int:
        """Tell the record again under a new epoch, through the outbox; the number of events."""
        for _ in range(MAX_CONFLICTS):
            held = (await self._load(id))[0]
            after = replace(held, epoch=max(epoch, held.epoch), version=held.version + 1)
            events = self.kind.retell(held.state)
            outbox = self._outgoing(after, events, now)
            change = {
                "$push": {"outbox": {"$each": [entry.stored() for entry in outbox]}},
                "$set": {"epoch": after.epoch, "version": after.version, "untold_at": datetime.now(UTC)},
            }
            if await self.collection.update_one({"_id": id, "version": held.version}, change):
                self._told(id, after.version, outbox)
                return len(outbox)
        raise Refused("busy", f"{self.kind.title}正在被频繁修改。", remedy="请稍后重试。")

    def _forgetting(self, entries: Sequence[chain.Entry], change: Document, forget: Forget) -> Document:
        """The change with the earlier facts sealed; if the entries are newer than the decision, its condition fails."""
        sealed = []
        for entry in entries:
            stored = json.loads(entry["text"])
            sealed.append(chain.seal(entry, forget(self.kind.revive(stored["kind"], stored["data"]))))
        added = {name: each["$each"] for name, each in change["$push"].items()}
        whole = {"facts": [*sealed, *added["facts"]], "outbox": added["outbox"]}
        rest = {name: part for name, part in change.items() if name != "$push"}
        return rest | {"$set": change["$set"] | whole}

    def _check_size(self, facts: int, change: Document) -> None:
        """Refuse what would make a case too large to be read at every step."""
        if facts > MAX_FACTS:
            raise Refused("case_full", f"{self.kind.title}的记录已达上限。", remedy="请另立新件并注明原编号。")
        if sum(len(entry["text"].encode()) for entry in change["$push"]["facts"]["$each"]) > MAX_COMMIT_BYTES:
            raise Refused("too_large", "本次提交的内容过大。", remedy="请将长文作为附件提交。")

    def _new(self, opening: Opening) -> tuple[Held[S], Document, list[Outgoing]]:
        state = self.kind.fold(None, opening.facts)
        entries = chain.append("", opening.facts, opening.cause)
        held = Held(opening.id, state, 1, present_epoch(), entries[-1]["hash"], tuple(opening.facts))
        outbox = self._outbox(held, opening.facts, opening.cause)
        document: Document = {
            "_id": opening.id,
            "kind": self.kind.name,
            "epoch": held.epoch,
            "version": held.version,
            "head": held.head,
            "facts": entries,
            "outbox": [entry.stored() for entry in outbox],
            "origin": self._origin(opening.origin),
            "index": dict(self.kind.index(state)),
        }
        if outbox:
            document["untold_at"] = datetime.now(UTC)
        if alarm := self.kind.alarm(state):
            document["alarm_at"] = alarm
        return held, document, outbox

    def _step(self, held: Held[S], facts: Sequence[Fact], cause: Cause) -> tuple[Held[S], Document, list[Outgoing]]:
        state = self.kind.fold(held.state, facts)
        entries = chain.append(held.head, facts, cause)
        after = Held(held.id, state, held.version + 1, held.epoch, entries[-1]["hash"], tuple(facts))
        outbox = self._outbox(after, facts, cause)
        change: Document = {
            "$push": {"facts": {"$each": entries}, "outbox": {"$each": [entry.stored() for entry in outbox]}},
            "$set": {"version": after.version, "head": after.head, "index": dict(self.kind.index(state))},
        }
        if outbox:
            change["$set"]["untold_at"] = datetime.now(UTC)
        if alarm := self.kind.alarm(state):
            change["$set"]["alarm_at"] = alarm
        else:
            change["$unset"] = {"alarm_at": ""}
        return after, change, outbox

    def _outbox(self, held: Held[S], facts: Sequence[Fact], cause: Cause) -> list[Outgoing]:
        return self._outgoing(held, self.kind.tell(held.state, facts), cause.now)

    def _outgoing(self, held: Held[S], events: Sequence[BaseModel], at: datetime) -> list[Outgoing]:
        return outgoing(
            cast(Sequence[Event], events),
            region=self._region,
            case=held.id,
            epoch=held.epoch,
            version=held.version,
            head=held.head,
            at=at,
        )

    async def _load(self, id: str) -> Loaded[S]:
        document = await self._find_one(id)
        if document is None:
            raise self._unknown()
        return self._held(document)

    async def _find_one(self, id: str) -> Document | None:
        """By number alone, which is unique over all kinds: with a second clause a database looks at every index."""
        document = await self.collection.find_one({"_id": id})
        return document if document and document["kind"] == self.kind.name else None

    async def _load_many(self, ids: Sequence[str]) -> dict[str, Loaded[S]]:
        if not ids:
            return {}
        found = await self.collection.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: self._held(document) for document in found if document["kind"] == self.kind.name}

    def _held(self, document: Document) -> Loaded[S]:
        state, told = self.kind.read(entry["text"] for entry in document["facts"])
        at = (document["version"], document["epoch"], document["head"])
        return Held(document["_id"], state, *at, origin=document["origin"].removeprefix(f"{self.kind.name}:")), told

    def _unknown(self) -> Refused:
        return Refused("not_found", f"没有这个编号的{self.kind.title}。", field="id", remedy="请核对编号。")

    def _origin(self, origin: str) -> str:
        return f"{self.kind.name}:{origin}"

    def _where(self, where: Mapping[str, Any]) -> dict[str, Any]:
        """The kind comes last: the embedded database takes the first clause that has an index."""
        return {**{_path(key): value for key, value in where.items()}, "kind": self.kind.name}


def present_epoch() -> int:
    """The epoch of what is told for the first time now: seconds of the machine's clock. A number that is given again
    after a restore then neither repeats message ids of the case that is gone nor loses against its views."""
    return int(time.time())


def _path(key: str) -> str:
    return key if key.startswith(("_", "$")) else f"index.{key}"


async def create_indexes(collection: Collection) -> None:
    """Indexes that every case store needs; sparse ones for what few documents have."""
    await collection.create_indexes(
        Index([("untold_at", 1)], sparse=True),
        Index([("alarm_at", 1)], sparse=True),
        Index([("origin", 1)], unique=True, sparse=True),
    )


__all__ = ["CaseKind", "Cases", "Decision", "Duplicate", "Held", "Loaded", "Opening", "Step", "create_indexes"]

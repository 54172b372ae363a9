"""Tells what the case store committed: at once after the commit, and by a sweep for what a crash left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.outbox import Outgoing
from chassis.store import Collection, Unreachable, UpdateMany
from chassis.tasks import end

log = logging.getLogger(__name__)
Commit = tuple[str, int, list[Outgoing]]
"""Number of a case, its version, and what the commit of this version tells."""
Publish = Callable[[Sequence[Outgoing]], Awaitable[list[BaseException | None]]]
BATCH = 500
CLEARED_TOGETHER = 50
"""Cases in one update: many enough to share its cost, few enough for the list of their ids to be searched quickly."""
STALE = timedelta(seconds=5)
CLEAR_SECONDS = 0.5
"""What is told within this time is cleared together: clearing costs as much as a commit and competes with those of
commands, and what is written several times in a row is cleared once."""
MAX_UNCLEARED = 5_000
STALE_WHEN_BUSY = timedelta(seconds=30)
"""While commits wait in memory, what is untold in the database is mostly theirs: the sweep must not tell it twice and
add to the load."""
MAX_WAITING = 50_000
"""Commits waiting in memory to be told; beyond it they are left to the sweep, which finds them in the database."""


class Relay:
    """Publishes outboxes in order per case and clears them in bulk. Telling twice is harmless: the message id holds."""

    def __init__(self, collection: Collection, publish: Publish, sweep_seconds: float) -> None:
        self._collection = collection
        self._publish = publish
        self._sweep_seconds = sweep_seconds
        self._waiting: list[Commit] = []
        self._done: list[Commit] = []
        self._clearing: asyncio.Task[None] | None = None
        self._telling: list[Commit] = []
        self._wake = asyncio.Event()
        self._stopping = False
        self._running: asyncio.Task[None] | None = None
        self._sweeping: asyncio.Task[None] | None = None

    def told(self, case: str, version: int, outbox: list[Outgoing]) -> None:
        """Called by the case store after each commit."""
        if outbox and len(self._waiting) < MAX_WAITING:
            self._waiting.append((case, version, outbox))
            self._wake.set()

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())
        self._sweeping = asyncio.create_task(self._sweep())

    async def stop(self) -> None:
        """Tell what still waits in memory, then end. What cannot be told stays in the outboxes."""
        self._stopping = True
        self._wake.set()
        if self._sweeping:
            await end(self._sweeping)
        await (self._running or self._run())

    async def _run(self) -> None:
        """Tell what was committed, a batch after the other, until stopped with nothing left."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._telling, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                try:
                    await self._clear_soon(await self._tell(self._telling))
                except Exception:
                    log.exception("telling failed, the sweep will try again")
                finally:
                    self._telling = []
            if self._stopping:
                if self._clearing:
                    await self._clearing
                return

    async def _clear_soon(self, told: Sequence[Commit]) -> None:
        """Returns at once, unless clearing falls far behind telling."""
        self._done += told
        if self._done and (self._clearing is None or self._clearing.done()):
            self._clearing = asyncio.create_task(self._clear_together())
        if self._clearing and len(self._done) > MAX_UNCLEARED:
            await self._clearing

    async def _clear_together(self) -> None:
        while self._done:
            await asyncio.sleep(0 if self._stopping else CLEAR_SECONDS)
            done = list(self._done)
            try:
                await self._clear(done)
            except Exception:
                log.exception("clearing failed, the sweep will tell again")
            del self._done[: len(done)]

    async def _sweep(self) -> None:
        while True:
            try:
                while await self.sweep():
                    pass
            except Unreachable:
                log.warning("outbox sweep failed, the database does not answer")
            except Exception:
                log.exception("outbox sweep failed")
            await asyncio.sleep(self._sweep_seconds)

    async def sweep(self) -> int:
        """Tell what was committed some seconds ago and not told; the number of cases found."""
        stale = STALE_WHEN_BUSY if self._waiting or self._telling or self._done else STALE
        found = await self._collection.find(
            {"untold_at": {"$lt": datetime.now(UTC) - stale}}, {"outbox": 1, "version": 1}, limit=BATCH
        )
        mine = {case for case, _, _ in (*self._waiting, *self._telling, *self._done)}
        batch = [
            (document["_id"], document["version"], [Outgoing.from_stored(stored) for stored in document["outbox"]])
            for document in found
            if document["_id"] not in mine
        ]
        told = await self._tell(batch) if batch else []
        await self._clear(told)
        return len(told)

    async def _tell(self, batch: Sequence[Commit]) -> list[Commit]:
        """Publish all at once; what the stream has acknowledged, to be cleared."""
        flat = [(case, message) for case, _, outbox in batch for message in outbox]
        results = await self._publish([message for _, message in flat])
        failures = {case: error for (case, _), error in zip(flat, results, strict=True) if error is not None}
        if failures:
            reason = type(next(iter(failures.values()))).__name__
            log.warning("telling failed, the sweep will try again", extra={"reason": reason, "cases": len(failures)})
        return [entry for entry in batch if entry[0] not in failures]

    async def _clear(self, done: Sequence[Commit]) -> None:
        """Cases of which the same numbers were told, such as new ones, are cleared together."""
        alike: dict[tuple[int, ...], list[str]] = {}
        for case, _, outbox in done:
            alike.setdefault(tuple(message.seq for message in outbox), []).append(case)
        writes = [
            UpdateMany({"_id": {"$in": cases[first : first + CLEARED_TOGETHER]}}, _without(told))
            for told, cases in alike.items()
            for first in range(0, len(cases), CLEARED_TOGETHER)
        ]
        try:
            await self._collection.bulk(writes)
        except Unreachable:
            log.warning("clearing outboxes failed, the sweep will tell them again")


def _without(told: Sequence[int]) -> list[dict[str, Any]]:
    """A change that removes exactly what was told; a case with nothing left to tell no longer waits."""
    left = {"$filter": {"input": "$outbox", "as": "each", "cond": {"$not": [{"$in": ["$$each.seq", list(told)]}]}}}
    waiting = {"$cond": [{"$eq": [{"$size": "$outbox"}, 0]}, "$$REMOVE", "$untold_at"]}
    return [{"$set": {"outbox": left}}, {"$set": {"untold_at": waiting}}]

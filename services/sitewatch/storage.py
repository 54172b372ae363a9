"""Watches, samples, suspicions and turns: records of the service's own beside the cases.

`watches`: when each site is due; `samples`: probes, with an age limit; `suspects`: links that failed once;
`hosts`: whose turn it is at a host; `accounts_seen`: when an account last posted; `checks`: what was checked
in each quarter.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import uuid4
from weakref import WeakValueDictionary

from chassis.store import Collection, Document, Duplicate, Index
from contracts.sitewatch import Outcome
from kernel.clock import CST
from services.sitewatch.domain.availability import Sample
from services.sitewatch.domain.indicators import Indicators
from services.sitewatch.fetch import Fetched

Task = Literal["probe_at", "inspect_at"]
_TURN_SECONDS = 30
_PATIENCE_SECONDS = 45


class Watches:
    """When each site is to be probed and inspected. A claim is one write, so replicas never do the same one."""

    def __init__(self, watches: Collection) -> None:
        self._watches = watches

    async def begin(self, site: str, now: datetime) -> None:
        """Watch a site from now on; nothing changes for one that is watched already."""
        first = {"probe_at": now, "inspect_at": now}
        await self._watches.update_one({"_id": site}, {"$setOnInsert": first}, upsert=True)

    async def end(self, site: str) -> None:
        await self._watches.delete_many({"_id": site})

    async def claim(self, task: Task, now: datetime, again: datetime) -> str | None:
        """A site that is due for a task; it is due again at `again`."""
        claimed = await self._watches.find_one_and_update({task: {"$lte": now}}, {"$set": {task: again}})
        return str(claimed["_id"]) if claimed else None

    async def hurry(self, site: str, task: Task, at: datetime) -> None:
        """Do a task not later than `at`."""
        await self._watches.update_one({"_id": site}, {"$min": {task: at}})


class Samples:
    """Probes of home pages."""

    def __init__(self, samples: Collection, indicators: Indicators) -> None:
        self._samples = samples
        self._keep = indicators.days("retain")

    async def add(self, site: str, fetched: Fetched, now: datetime) -> None:
        sample = {
            "site": site,
            "at": now,
            "outcome": fetched.outcome.value,
            "status": fetched.status,
            "milliseconds": fetched.milliseconds,
            "expires_at": now + self._keep,
        }
        await self._samples.insert_many([{"_id": f"{site}:{now.isoformat()}", **sample}])

    async def since(self, site: str, moment: datetime) -> list[Sample]:
        """Probes since a moment, oldest first."""
        found = await self._samples.find(
            {"site": site, "at": {"$gte": moment}}, {"at": 1, "outcome": 1}, sort=[("at", 1)], limit=5000
        )
        return [Sample(one["at"].astimezone(CST), Outcome(one["outcome"])) for one in found]

    async def forget(self, now: datetime) -> int:
        return await self._samples.delete_many({"expires_at": {"$lte": now}})


class Suspects:
    """Links that failed once: they are dead only when they fail again at another time."""

    def __init__(self, suspects: Collection, again: timedelta) -> None:
        self._suspects = suspects
        self._again = again

    async def failed(self, site: str, url: str, now: datetime) -> bool:
        """Note a failure; whether it confirms an earlier one."""
        fields = {"site": site, "url": url, "first_at": now}
        await self._suspects.update_one({"_id": _key(site, url)}, {"$setOnInsert": fields}, upsert=True)
        noted = await self._suspects.find_one({"_id": _key(site, url)})
        return noted is not None and now - noted["first_at"] >= self._again

    async def cleared(self, site: str, urls: Sequence[str]) -> None:
        await self._suspects.delete_many({"_id": {"$in": [_key(site, url) for url in urls]}})

    async def forget(self, now: datetime) -> None:
        await self._suspects.delete_many({"first_at": {"$lte": now - timedelta(days=30)}})


def _key(site: str, url: str) -> str:
    return f"{site}|{url[:500]}"


class Hosts:
    """Turns at hosts: over all replicas, one request at a time for each host, and a pause between two."""

    def __init__(self, hosts: Collection, gap: timedelta) -> None:
        self._hosts = hosts
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.gap = gap

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[bool]:
        """Wait for a turn at a host; gives `False` when there was none in time. Turns are about processes, so they
        go by the machine's clock, not by the platform's."""
        holder = uuid4().hex
        async with AsyncExitStack() as queued:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await queued.enter_async_context(self._queues.setdefault(host, asyncio.Lock()))
                    await self._take(host, holder)
            except TimeoutError:
                yield False
                return
            try:
                yield True
            finally:
                after = {"$set": {"free_at": datetime.now(UTC) + self.gap}}
                await self._hosts.update_one({"_id": host, "holder": holder}, after)

    async def _take(self, host: str, holder: str) -> None:
        """Wait until no other process has its turn. Of this process only the first in the queue asks the database."""
        while True:
            now = datetime.now(UTC)
            turn = {"holder": holder, "free_at": now + timedelta(seconds=_TURN_SECONDS)}
            if await self._hosts.update_one({"_id": host, "free_at": {"$lte": now}}, {"$set": turn}):
                return
            held = await self._hosts.find_one({"_id": host}, {"free_at": 1})
            if held is None:
                with suppress(Duplicate):  # else another process was first
                    await self._hosts.insert_one({"_id": host, **turn})
                    return
                continue
            left = held["free_at"] - now  # whoever has the turn may be done long before its time is up
            await asyncio.sleep(max(min(left, self.gap).total_seconds(), 0.005))

    async def forget(self) -> None:
        await self._hosts.delete_many({"free_at": {"$lte": datetime.now(UTC) - timedelta(days=1)}})


class AccountsSeen:
    """When each account last posted."""

    def __init__(self, seen: Collection) -> None:
        self._seen = seen

    async def note(self, account: str, last_post_on: date, followers: int, now: datetime) -> None:
        fields = {"last_post_on": last_post_on.isoformat(), "followers": followers, "at": now}
        await self._seen.update_one({"_id": account}, {"$set": fields}, upsert=True)

    async def last_post_on(self, account: str) -> date | None:
        found = await self._seen.find_one({"_id": account})
        return date.fromisoformat(found["last_post_on"]) if found else None


class Checks:
    """How often each site was inspected and each account read, by quarter; kept for ever, one document each."""

    def __init__(self, checks: Collection) -> None:
        self._checks = checks

    async def note(self, subject: str, now: datetime) -> None:
        day = now.astimezone(CST).date()
        where = {"_id": f"{subject}:{_quarter(day.year, (day.month + 2) // 3)}"}
        first = {"subject": subject, "quarter": _quarter(day.year, (day.month + 2) // 3), "first_on": day.isoformat()}
        change = {"$setOnInsert": first, "$set": {"last_on": day.isoformat()}, "$inc": {"times": 1}}
        await self._checks.update_one(where, change, upsert=True)

    async def of_quarter(self, year: int, quarter: int) -> list[Document]:
        return await self._checks.find({"quarter": _quarter(year, quarter)}, sort=[("_id", 1)], limit=20_000)


def _quarter(year: int, quarter: int) -> str:
    return f"{year}-{quarter}"


async def create_indexes(watches: Collection, samples: Collection, cases: Collection, checks: Collection) -> None:
    """Indexes of the service's own collections."""
    await watches.create_indexes(Index([("probe_at", 1)]), Index([("inspect_at", 1)]))
    await samples.create_indexes(Index([("site", 1), ("at", 1)]), Index([("expires_at", 1)]))
    await checks.create_indexes(Index([("quarter", 1)]))
    await cases.create_indexes(Index([("index.key", 1)], sparse=True), Index([("index.site", 1)], sparse=True))

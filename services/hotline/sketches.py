"""Sketches of tickets: by them duplicates are proposed and bursts found. Digests and sketches only, for 90 days.

`{_id: number, area, spot: keyed digest, category, at, day, seen_at, sketch}`
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.papers import Keys
from chassis.store import Collection, Document, Index, ReplaceOne
from kernel.clock import CST
from services.hotline.domain import Case
from services.hotline.domain.signal import LINES, MAX_TICKETS, Seen
from services.hotline.likeness import likeness, sketch, spot

CANDIDATES = 2000
CHANGED = 5000
OVERLAP = timedelta(minutes=1)
"""The clocks of two replicas may differ a little."""


@dataclass(frozen=True)
class Like:
    """Another ticket and how like it is."""

    number: str
    likeness: float
    same_place: bool


@dataclass(frozen=True)
class Cluster:
    """Tickets of one place and class."""

    spot: str
    category: str
    area: str
    seen: Seen


class Sketches:
    """The sketches of a region's tickets."""

    def __init__(self, sketches: Collection, marks: Collection, keys: Keys) -> None:
        self._sketches = sketches
        self._marks = marks
        self._keys = keys
        self._salt = keys.digest("likeness")

    def of(self, case: Case, text: str, place: str | None, now: datetime) -> Document:
        """What is kept of a ticket."""
        where = spot(place, case.area)
        return {
            "_id": case.number,
            "area": case.area or "",
            "spot": self._keys.digest(f"spot\0{where}")[:24] if where else "",
            "category": case.category or "",
            "at": case.received_at,
            "day": case.received_at.astimezone(CST).date().isoformat(),
            "seen_at": now,
            "sketch": sketch(text, self._salt),
        }

    async def add(self, documents: Sequence[Document]) -> None:
        """Keep the sketches of new tickets."""
        await self._sketches.insert_many(documents)

    async def replace(self, document: Document) -> None:
        """A new revision's sketch takes the place of the one before."""
        await self._sketches.bulk([ReplaceOne({"_id": document["_id"]}, document, upsert=True)])

    async def categorise(self, number: str, category: str, now: datetime) -> None:
        """A person has decided the class."""
        await self._sketches.update_one({"_id": number}, {"$set": {"category": category, "seen_at": now}})

    async def like(self, number: str) -> list[Like]:
        """Tickets of the same town and time that may be about the same matter, the most like first."""
        mine = await self._sketches.find_one({"_id": number})
        if mine is None:
            return []
        span = timedelta(days=LINES.similar_days.value)
        found = await self._sketches.find(
            {"area": mine["area"], "at": {"$gte": mine["at"] - span, "$lte": mine["at"] + span}},
            {"spot": 1, "sketch": 1},
            sort=[("at", -1)],
            limit=CANDIDATES,
        )
        likes = [_compared(mine, other) for other in found if other["_id"] != number]
        return sorted((each for each in likes if _proposed(each)), key=lambda each: (-each.likeness, each.number))

    async def clusters(self, now: datetime) -> list[Cluster]:
        """Places and classes with so many tickets within the window that they are a burst, where one came since the
        last look."""
        since = await self._since(now)
        if not await self._sketches.find_one({"seen_at": {"$gte": since}}):
            return []
        window = now - timedelta(days=LINES.burst_days.value)
        sums = {"count": {"$sum": 1}, "first_at": {"$min": "$at"}, "last_at": {"$max": "$at"}}
        found = await self._sketches.aggregate(
            [
                {"$match": {"at": {"$gte": window, "$lte": now}, "spot": {"$ne": ""}, "category": {"$ne": ""}}},
                {
                    "$group": {
                        "_id": {"spot": "$spot", "category": "$category", "area": "$area"},
                        "seen_at": {"$max": "$seen_at"},
                        **sums,
                    }
                },
                {"$match": {"count": {"$gte": LINES.burst_count.value}, "seen_at": {"$gte": since}}},
                {"$limit": CHANGED},
            ]
        )
        return [await self._cluster(each, window) for each in found]

    async def _cluster(self, found: Document, window: datetime) -> Cluster:
        key = {name: found["_id"][name] for name in ("spot", "category", "area")}
        tickets = await self._sketches.find(
            {**key, "at": {"$gte": window}}, {"_id": 1}, sort=[("at", 1)], limit=MAX_TICKETS
        )
        seen = Seen(
            count=found["count"],
            first_at=found["first_at"].astimezone(CST),
            last_at=found["last_at"].astimezone(CST),
            tickets=tuple(each["_id"] for each in tickets),
        )
        return Cluster(**key, seen=seen)

    async def per_day(self, now: datetime) -> dict[str, dict[str, int]]:
        """Tickets by class and day over the days that are compared, today included."""
        since = now - timedelta(days=LINES.history_days.value + 1)
        found = await self._sketches.aggregate(
            [
                {"$match": {"at": {"$gte": since, "$lte": now}, "category": {"$ne": ""}}},
                {"$group": {"_id": {"category": "$category", "day": "$day"}, "count": {"$sum": 1}}},
                {"$limit": 100_000},
            ]
        )
        days: dict[str, dict[str, int]] = {}
        for each in found:
            days.setdefault(each["_id"]["category"], {})[each["_id"]["day"]] = each["count"]
        return days

    async def of_day(self, category: str, day: str) -> Seen:
        """The tickets of a class on a day on which there are some."""
        where = {"category": category, "day": day}
        found = await self._sketches.find(where, {"at": 1}, sort=[("at", 1)], limit=CHANGED)
        moments = [each["at"].astimezone(CST) for each in found]
        tickets = tuple(each["_id"] for each in found[:MAX_TICKETS])
        return Seen(count=len(found), first_at=moments[0], last_at=moments[-1], tickets=tickets)

    async def looked(self, now: datetime) -> None:
        """Bursts up to now are known."""
        await self._marks.update_one({"_id": "bursts"}, {"$set": {"at": now}}, upsert=True)

    async def _since(self, now: datetime) -> datetime:
        mark = await self._marks.find_one({"_id": "bursts"})
        since: datetime = mark["at"] - OVERLAP if mark else now - timedelta(days=LINES.burst_days.value)
        return since

    async def forget(self, now: datetime) -> int:
        """Remove what is past its age limit; the number removed."""
        return await self._sketches.delete_many({"at": {"$lt": now - timedelta(days=LINES.retain_days.value)}})


def _compared(mine: Document, other: Document) -> Like:
    same = bool(mine["spot"]) and mine["spot"] == other["spot"]
    return Like(other["_id"], likeness(mine["sketch"], other["sketch"]), same)


def _proposed(like: Like) -> bool:
    line = LINES.similar_text_same_place if like.same_place else LINES.similar_text
    return like.likeness >= line.value


async def create_indexes(sketches: Collection) -> None:
    await sketches.create_indexes(Index([("area", 1), ("at", -1)]), Index([("seen_at", 1)]))

"""Posts and matters: records of the service's own, with an age limit. Their words never leave them but by an audited
reading.

`posts`: `{_id: keyed digest of source and address, author: keyed digest, sealed text and address, signature, bands,
posted_at, seen_at, expires_at, place, subject, tier, reach, waiting? | cluster, matter}`;
`matters`: `{_id, places, subject, first_at, last_at, measure_at?, event?}`; `heat`: samples by matter and window.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel

from chassis.actors import Actor
from chassis.papers import Keys
from chassis.store import Collection, Document, Duplicate, Index, UpdateOne
from chassis.together import Together
from contracts.opinion import Post, Reach, Tier
from kernel.clock import CST
from services.opinion import likeness
from services.opinion.domain.heat import Echo, Point
from services.opinion.domain.limits import Limits
from services.opinion.domain.subjects import subject_of

MAX_ECHOES = 5000
MAX_CANDIDATES = 50
MAX_MATTERS = 2000
_LEASE = timedelta(seconds=60)
_TIERS = {"媒体": Tier.CITY, "市级媒体": Tier.CITY, "省级媒体": Tier.PROVINCIAL, "中央媒体": Tier.CENTRAL}


class Words(BaseModel):
    """What of a post is sealed."""

    text: str
    url: str


@dataclass(frozen=True)
class Totals:
    """The posts of one matter, counted."""

    posts: int
    texts: int
    reach: Reach
    echoes: tuple[Echo, ...]
    seen_at: datetime


class Posts:
    """The posts of the service's region."""

    def __init__(self, posts: Collection, audit: Collection, keys: Keys, limits: Limits) -> None:
        self._posts = posts
        self._audit = audit
        self._keys = keys
        self._limits = limits

    def document(self, post: Post, now: datetime) -> Document:
        """A post as it is kept."""
        id = self._keys.digest(f"{post.source}\n{post.url}")[:32]
        signed = likeness.signature(post.text)
        words = Words(text=post.text, url=post.url).model_dump_json()
        return {
            "_id": id,
            "source": post.source,
            "author": self._keys.digest(post.author),
            "posted_at": post.posted_at,
            "seen_at": now,
            "expires_at": now + timedelta(days=self._limits["retain_days"]),
            "place": post.place or "",
            "subject": subject_of(post.text),
            "tier": (post.tier or _TIERS.get(post.source, Tier.SELF)).value,
            "reach": post.reach.model_dump(),
            "signature": signed,
            "bands": likeness.bands(signed),
            "waiting": 1,
            **self._keys.seal(words.encode(), id),
        }

    async def add(self, documents: Sequence[Document]) -> int:
        """Keep new posts; bring the reach of known ones up to date. The number of known ones."""
        known = [documents[position] for position in await self._posts.insert_many(documents)]
        await self._posts.bulk([UpdateOne({"_id": one["_id"]}, {"$max": _dotted(one["reach"])}) for one in known])
        return len(known)

    async def matters_of(self, ids: Iterable[str]) -> set[str]:
        found = await self._posts.find({"_id": {"$in": list(ids)}}, {"matter": 1})
        return {post["matter"] for post in found if "matter" in post}

    async def waiting(self) -> list[Document]:
        """Posts that have not been grouped, the earliest first."""
        return await self._posts.find({"waiting": 1}, sort=[("posted_at", 1)], limit=200)

    async def candidates(self, post: Document) -> list[Document]:
        """Grouped posts that may be copies of this one."""
        since = post["posted_at"] - timedelta(days=self._limits["copy_days"])
        found = await self._posts.find(
            {"bands": {"$in": post["bands"]}, "posted_at": {"$gte": since}},
            {"signature": 1, "place": 1, "cluster": 1, "matter": 1},
            limit=MAX_CANDIDATES * 4,
        )
        return [one for one in found if "cluster" in one and one["_id"] != post["_id"]]

    async def signatures(self, matter: str) -> list[tuple[int, ...]]:
        """Signatures of a matter's latest posts."""
        found = await self._posts.find(
            {"matter": matter}, {"signature": 1}, sort=[("posted_at", -1)], limit=MAX_CANDIDATES
        )
        return [likeness.rows(one["signature"]) for one in found]

    async def group(self, id: str, cluster: str, matter: str) -> None:
        await self._posts.update_one(
            {"_id": id}, {"$set": {"cluster": cluster, "matter": matter}, "$unset": {"waiting": ""}}
        )

    async def totals(self, matter: str) -> Totals:
        """The latest posts of a matter, up to 5,000, counted."""
        fields = {"posted_at": 1, "seen_at": 1, "reach": 1, "tier": 1, "cluster": 1}
        found = await self._posts.find({"matter": matter}, fields, sort=[("posted_at", -1)], limit=MAX_ECHOES)
        return Totals(
            posts=len(found),
            texts=len({one["cluster"] for one in found}),
            reach=_sum(one["reach"] for one in found),
            echoes=tuple(Echo(one["posted_at"], Reach(**one["reach"]), Tier(one["tier"])) for one in found),
            seen_at=min((one["seen_at"] for one in found), default=datetime.max.replace(tzinfo=UTC)),
        )

    async def texts(self, matter: str) -> list[tuple[Document, int, Reach]]:
        """One post of each text of a matter, with its copies and their reach, the widest reach first."""
        fields = {"signature": 0, "bands": 0}
        found = await self._posts.find({"matter": matter}, fields, sort=[("posted_at", 1)], limit=MAX_ECHOES)
        grouped: dict[str, list[Document]] = {}
        for post in found:
            grouped.setdefault(post["cluster"], []).append(post)
        texts = [(copies[0], len(copies), _sum(one["reach"] for one in copies)) for copies in grouped.values()]
        return sorted(texts, key=lambda text: text[2].views, reverse=True)

    def words(self, post: Document) -> Words:
        return Words.model_validate_json(self._keys.unseal(post, post["_id"]))

    async def audit(self, event: str, actor: Actor, purpose: str, now: datetime) -> None:
        """Keep who is about to read the posts of an event, and why."""
        await self._audit.insert_one({"event": event, "by": actor.as_fact(), "purpose": purpose, "at": now})

    async def forget(self, now: datetime) -> int:
        """Remove posts past their age limit; the number removed."""
        return await self._posts.delete_many({"expires_at": {"$lte": now}})


def _sum(reaches: Iterable[dict[str, int]]) -> Reach:
    sums = dict.fromkeys(Reach.model_fields, 0)
    for reach in reaches:
        for name in sums:
            sums[name] += reach[name]
    return Reach(**sums)


def _dotted(reach: dict[str, int]) -> dict[str, int]:
    return {f"reach.{name}": value for name, value in reach.items()}


class Matters:
    """Posts on one matter, whether or not it has become an event; and the course of their heat."""

    def __init__(self, matters: Collection, heat: Collection, leases: Collection, limits: Limits) -> None:
        self._matters = matters
        self._heat = heat
        self._leases = leases
        self._limits = limits
        self._begin = Together(self._begin_all)

    async def between(self, first: datetime, last: datetime) -> list[Document]:
        """Matters with a post within the sliding window around these moments, the latest first."""
        window = self._limits.hours("matter")
        return await self._matters.find(
            {"last_at": {"$gte": first - window}, "first_at": {"$lte": last + window}},
            sort=[("last_at", -1)],
            limit=MAX_MATTERS,
        )

    async def join(self, id: str, post: Document, now: datetime) -> None:
        """A post joins a matter, and begins it where there is none."""
        await self._matters.update_one(
            {"_id": id},
            {
                "$min": {"first_at": post["posted_at"], "measure_at": now},
                "$max": {"last_at": post["posted_at"]},
                "$addToSet": {"places": post["place"]},
                "$setOnInsert": {"subject": post["subject"]},
            },
            upsert=True,
        )

    async def begin(self, event: str, place: str, subject: str, at: datetime) -> None:
        """The matter of an event that a person opened: later posts find it by its place and subject."""
        fields: dict[str, Any] = {"places": [place], "subject": subject, "first_at": at, "last_at": at, "event": event}
        await self._begin(UpdateOne({"_id": event}, {"$setOnInsert": fields}, upsert=True))

    async def _begin_all(self, writes: Sequence[UpdateOne]) -> list[None]:
        await self._matters.bulk(writes)
        return [None for _ in writes]

    async def measure_soon(self, ids: Iterable[str], now: datetime) -> None:
        await self._matters.update_many({"_id": {"$in": list(ids)}}, {"$set": {"measure_at": now}})

    async def to_measure(self, now: datetime) -> list[Document]:
        return await self._matters.find({"measure_at": {"$lte": now}}, sort=[("measure_at", 1)], limit=200)

    async def measured(self, matter: Document, heat: float, now: datetime, event: str | None) -> None:
        """Keep a sample of the heat, the first of its window, and say when to look again: never once it is cold."""
        window = timedelta(minutes=self._limits["window_minutes"])
        start = now - (now - datetime(2000, 1, 1, tzinfo=CST)) % window
        expires_at = now + timedelta(days=self._limits["retain_days"])
        sample = {"_id": f"{matter['_id']}:{start:%Y%m%dT%H%M}", "matter": matter["_id"], "at": now, "heat": heat}
        await self._heat.insert_many([{**sample, "expires_at": expires_at}])
        cold = heat < 1 and now - matter["last_at"] > self._limits.hours("matter")
        change: Document = {"$unset": {"measure_at": ""}} if cold else {"$set": {"measure_at": start + window}}
        if event:
            change.setdefault("$set", {})["event"] = event
        # A post that came meanwhile has set an earlier moment, which must stand.
        await self._matters.update_one({"_id": matter["_id"], "measure_at": matter["measure_at"]}, change)

    async def points(self, matter: str, since: datetime) -> list[Point]:
        """Heat samples since a moment, oldest first."""
        found = await self._heat.find({"matter": matter, "at": {"$gte": since}}, sort=[("at", 1)], limit=500)
        return [Point(one["at"], one["heat"]) for one in found]

    async def forget(self, now: datetime) -> None:
        """Remove old samples, and matters whose posts are gone."""
        await self._heat.delete_many({"expires_at": {"$lte": now}})
        gone = now - timedelta(days=self._limits["retain_days"])
        await self._matters.delete_many({"last_at": {"$lte": gone}, "event": {"$exists": False}})

    async def lease(self, holder: str) -> bool:
        """Take or keep the right to group: posts must be grouped one after the other, by one replica at a time.
        A lease is about processes, not about the platform's simulated time."""
        now = datetime.now(UTC)
        free = {"_id": "grouping", "$or": [{"until": {"$lte": now}}, {"holder": holder}]}
        change = {"$set": {"holder": holder, "until": now + _LEASE}}
        try:
            return await self._leases.find_one_and_update(free, change, upsert=True) is not None
        except Duplicate:
            return False

    async def release(self, holder: str) -> None:
        await self._leases.delete_many({"_id": "grouping", "holder": holder})


async def create_indexes(posts: Collection, matters: Collection, heat: Collection) -> None:
    """Indexes of the service's own collections."""
    await posts.create_indexes(
        Index([("bands", 1)]),
        Index([("matter", 1), ("posted_at", -1)]),
        Index([("waiting", 1)], sparse=True),
        Index([("expires_at", 1)]),
    )
    await matters.create_indexes(Index([("last_at", -1)]), Index([("measure_at", 1)], sparse=True))
    await heat.create_indexes(Index([("matter", 1), ("at", 1)]))

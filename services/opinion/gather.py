"""Grouping: copies of one text are one, posts on one matter are one matter, and a loud matter is an event.

One replica groups at a time, under a lease; every step can be repeated without harm.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import uuid4

from chassis.actors import CLOCK, Cause
from chassis.cases import Cases
from chassis.numbers import Numbers
from chassis.store import Document
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.refused import Refused
from services.opinion import likeness
from services.opinion.domain import event, heat, units
from services.opinion.domain.event import State
from services.opinion.domain.facts import PostsAdded
from services.opinion.domain.limits import Limits
from services.opinion.storage import Matters, Posts, Totals

log = logging.getLogger(__name__)


class Gatherer:
    """Groups what came in, and measures the matters."""

    def __init__(
        self,
        posts: Posts,
        matters: Matters,
        cases: Cases[State],
        numbers: Numbers,
        register: Register,
        region: str,
        limits: Limits,
    ) -> None:
        self._posts = posts
        self._matters = matters
        self._cases = cases
        self._numbers = numbers
        self._register = register
        self._region = region
        self._limits = limits
        self._holder = uuid4().hex
        self._one_at_a_time = asyncio.Lock()

    async def run(self, now: datetime) -> bool:
        """Group all waiting posts and measure the matters that are due; `False` while another replica does it."""
        async with self._one_at_a_time:
            if not await self._matters.lease(self._holder):
                return False
            try:
                await self._group_and_measure(now)
            finally:
                await self._matters.release(self._holder)
        return True

    async def _group_and_measure(self, now: datetime) -> None:
        while waiting := await self._posts.waiting():
            moments = [post["posted_at"] for post in waiting]
            near = Near(await self._matters.between(min(moments), max(moments)), self._posts, self._limits)
            for post in waiting:
                await self._place(post, near, now)
            await self._matters.lease(self._holder)
        for matter in await self._matters.to_measure(now):
            await self._measure(matter, now)

    async def _place(self, post: Document, near: "Near", now: datetime) -> None:
        """Give a post its text and its matter."""
        copied = await self._copied(post)
        cluster = copied["cluster"] if copied else post["_id"]
        matter = copied["matter"] if copied else await self._matter_of(post, near) or post["_id"]
        await self._matters.join(matter, post, now)
        await self._posts.group(post["_id"], cluster, matter)
        near.joined(matter, post)

    async def _copied(self, post: Document) -> Document | None:
        """The most similar text of which this is a copy: the same words about two places are two texts."""
        signed = likeness.rows(post["signature"])
        found = [
            (likeness.similarity(signed, likeness.rows(one["signature"])), one["_id"], one)
            for one in await self._posts.candidates(post)
            if not (one["place"] and post["place"]) or self._same_place(one["place"], post["place"])
        ]
        best = max(found, key=lambda each: each[:2], default=None)
        return best[2] if best and best[0] >= self._limits["copy_similarity"] else None

    async def _matter_of(self, post: Document, near: "Near") -> str | None:
        """A matter of the last 72 hours: the same place and subject, or one of them and like words; never like words
        alone."""
        for matter in near.of(post["posted_at"]):
            place = any(self._same_place(known, post["place"]) for known in matter["places"])
            subject = bool(post["subject"]) and post["subject"] == matter["subject"]
            if (place and subject) or ((place or subject) and await near.alike(post, matter["_id"])):
                return str(matter["_id"])
        return None

    def _same_place(self, one: str, other: str) -> bool:
        """One place lies within the other by name; the name of the whole region tells nothing."""
        short, long = sorted((self._local(one), self._local(other)), key=len)
        return len(short) > 1 and short in long

    def _local(self, place: str) -> str:
        return place.removeprefix(self._register.region_name).strip()

    async def _measure(self, matter: Document, now: datetime) -> None:
        """Heat of a matter now; an event is opened or followed by it."""
        totals = await self._posts.totals(matter["_id"])
        value = heat.heat(totals.echoes, now, self._limits)
        event_id = matter.get("event")
        if event_id is None and self._is_event(totals, value):
            event_id = await self._open(matter, totals, now)
        await self._matters.measured(matter, value, now, event_id)
        if event_id is not None:
            await self._follow(event_id, matter["_id"], totals, value, now)

    def _is_event(self, totals: Totals, value: float) -> bool:
        return totals.posts >= self._limits["event_posts"] or value >= self._limits["event_heat"]

    async def _open(self, matter: Document, totals: Totals, now: datetime) -> str:
        """Open the event of a matter, or find it if it was opened before."""
        origin = f"matter:{matter['_id']}"
        known = await self._cases.by_origin([origin])
        if origin in known:
            return known[origin].id
        place = units.place_name(self._register, matter["places"], now.date())
        id = await new_id(self._numbers, self._region, now)
        facts = event.open_event(
            id,
            title=units.title_of(place, matter["subject"]),
            place=place,
            subject=matter["subject"],
            detected_at=totals.seen_at,
            happened_at=None,
            emergency=None,
            matter=matter["_id"],
            proposal=units.proposal(self._register, matter["places"], matter["subject"], now.date()),
            now=now,
            limits=self._limits,
        )
        return (await self._cases.open(id, facts, Cause(CLOCK, origin, now), origin)).id

    async def _follow(self, event_id: str, matter: str, totals: Totals, value: float, now: datetime) -> None:
        """Tell the case how its posts and their heat have developed."""
        points = await self._matters.points(matter, now - self._limits.hours("lower") - timedelta(hours=1))
        added = PostsAdded(posts=totals.posts, texts=totals.texts, reach=totals.reach, heat=value, at=now)

        def decide(state: State) -> list[Fact]:
            level = heat.proposed(state.level, points, now, self._limits)
            return [*event.add_posts(state, added, self._limits), *event.follow_heat(state, level, value)]

        try:
            await self._cases.execute(event_id, decide, Cause(CLOCK, f"measured:{now.isoformat()}", now))
        except Refused as refused:
            log.error("an event could not follow its posts", extra={"case": event_id, "code": refused.code})

    async def state(self, matter: str, now: datetime) -> tuple[Totals, float, list[heat.Point]]:
        """Totals, heat and course of a matter at this moment."""
        totals = await self._posts.totals(matter)
        return (
            totals,
            heat.heat(totals.echoes, now, self._limits),
            await self._matters.points(matter, now - timedelta(hours=24)),
        )


class Near:
    """The matters around some posts. Under the lease nobody else groups, so this memory is true for one run."""

    def __init__(self, matters: list[Document], posts: Posts, limits: Limits) -> None:
        self._matters = {matter["_id"]: matter for matter in matters}
        self._posts = posts
        self._limits = limits
        self._signatures: dict[str, list[tuple[int, ...]]] = {}

    def of(self, moment: datetime) -> list[Document]:
        """Matters with a post within 72 hours of a moment, the latest first."""
        window = self._limits.hours("matter")
        found = [one for one in self._matters.values() if one["first_at"] - window <= moment <= one["last_at"] + window]
        return sorted(found, key=lambda one: (one["last_at"], one["_id"]), reverse=True)

    async def alike(self, post: Document, matter: str) -> bool:
        """Whether the words of a post are like those of any latest post of a matter."""
        if matter not in self._signatures:
            self._signatures[matter] = await self._posts.signatures(matter)
        signed, line = likeness.rows(post["signature"]), self._limits["matter_similarity"]
        return any(likeness.similarity(signed, one) >= line for one in self._signatures[matter])

    def joined(self, matter: str, post: Document) -> None:
        """A post has joined a matter, or begun it."""
        at, fresh = post["posted_at"], {"_id": matter, "places": [], "subject": post["subject"]}
        known = self._matters.setdefault(matter, {**fresh, "first_at": post["posted_at"], "last_at": post["posted_at"]})
        known["first_at"], known["last_at"] = min(known["first_at"], at), max(known["last_at"], at)
        if post["place"] not in known["places"]:
            known["places"].append(post["place"])
        if matter in self._signatures:
            self._signatures[matter].append(likeness.rows(post["signature"]))


async def new_id(numbers: Numbers, region: str, now: datetime) -> str:
    """The next number of an event, e.g. 999901-YQ-2026-000007."""
    n = await numbers.block(f"YQ/{now.year}")
    return f"{region}-YQ-{now.year}-{n:06d}"

"""Replaying the event log: pulled batches become views and editions of a generation that only this replay fills."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from pydantic_core import from_json

from chassis import streams
from chassis.bus import Bus
from chassis.clock import Clock
from chassis.tasks import end
from contracts import cloudevents
from contracts.base import Event
from contracts.registry import REGISTRY
from services.readmodel import past
from services.readmodel.reports.editions import keep
from services.readmodel.storage import Generation
from services.readmodel.views import Removal, newest, removal, view

FETCH = 2000


class Replay:
    """Applies replayed messages. What was seen is remembered by stamp, so that most records are one insertion.

    Until the generation serves, nobody else writes into it: an older state is then replaced without looking at it.
    """

    def __init__(self, target: Generation, clock: Clock, applied: int = 0, *, serving: bool = False) -> None:
        self._target = target
        self._clock = clock
        self._seen: dict[str, int] = {}
        self._writing: asyncio.Task[None] | None = None
        self.applied = applied
        self.serving = serving
        """Whether replicas write into the generation too."""

    async def take(self, messages: Sequence[Msg]) -> None:
        """Read a fetched batch, or an empty one, while the one before is written. What the live path would have parked
        is passed over here too."""
        read = list(filter(None, map(_read, messages)))
        removals = [gone for kind, data, _ in read if (gone := removal(kind, data))]
        documents = [view(kind, data, at) for kind, data, at in read if not removal(kind, data)]
        stood = past.kept(documents)
        await self.settle()
        self._writing = asyncio.create_task(self._apply(messages, documents, stood, removals))
        await asyncio.sleep(0)  # it begins

    async def settle(self) -> None:
        """Return when all that was taken is in the views and acknowledged: a replay that begins again begins behind
        it. Raises what went wrong."""
        if writing := self._writing:
            self._writing = None
            await writing

    async def aclose(self) -> None:
        """Give up what is not written yet."""
        if self._writing:
            await end(self._writing)

    async def _apply(
        self, messages: Sequence[Msg], documents: list[dict[str, Any]], stood: past.Kept, removals: Sequence[Removal]
    ) -> None:
        now = self._clock.now()
        await asyncio.gather(
            self._write(newest(documents), now),
            past.keep(self._target.past, stood),
            keep(self._target, documents),
        )
        for gone in removals:
            await self._target.remove(gone, now)
        for message in messages:
            await message.ack()
        self.applied += len(messages)

    async def _write(self, documents: list[dict[str, Any]], now: datetime) -> None:
        new = [document for document in documents if document["_id"] not in self._seen]
        known = [document for document in documents if self._seen.get(document["_id"], -1) < document["stamp"]]
        known = [document for document in known if document["_id"] in self._seen]
        if new:
            await self._target.insert_new(new, now)
        if known and self.serving:
            await self._target.apply(known, now)
        elif known:
            await self._target.replace(known, now)
        self._seen.update((document["_id"], document["stamp"]) for document in (*new, *known))


def _read(message: Msg) -> tuple[type[Event], dict[str, Any], str] | None:
    try:
        kind = REGISTRY.event(cloudevents.check(message.subject, message.headers))
        data = from_json(message.data)
    except ValueError:
        return None
    return (kind, data, (message.headers or {})["ce-time"]) if kind else None


async def reading(bus: Bus, since: int | None = None) -> JetStreamContext.PullSubscription:
    """The replay durable: from an event on, or from the first one that it has not acknowledged."""
    durable = streams.replay_durable(bus.name)
    if since is None:
        info = await bus.js.consumer_info(streams.EVENTS, durable)
        since = (info.ack_floor.stream_seq if info.ack_floor else 0) + 1
    await bus.js.reset_consumer(streams.EVENTS, durable, seq=since)
    return await bus.js.pull_subscribe_bind(
        durable=durable, stream=streams.EVENTS, inbox_prefix=f"_INBOX_{bus.name}.".encode()
    )


async def batches(subscription: JetStreamContext.PullSubscription) -> AsyncGenerator[list[Msg], None]:
    """Fetched batches without end; an empty one when nothing came. While more waits, the next is on its way while one
    is handled; at the end of the log nothing is held in advance, so that it can be seen that the end is reached."""
    coming: asyncio.Task[list[Msg]] | None = None
    try:
        while True:
            messages = await (coming or _fetch(subscription))
            more = messages and messages[-1].metadata.num_pending
            coming = asyncio.create_task(_fetch(subscription)) if more else None
            yield messages
    finally:
        if coming:
            await end(coming)


async def _fetch(subscription: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return list(await subscription.fetch(FETCH, timeout=1))
    except TimeoutError:  # of nats-py, or Python's own, which a fetch raises too
        return []

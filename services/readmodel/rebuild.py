"""Rebuilding: the event log is replayed into a new generation beside the one that serves."""

import asyncio
import json
import logging
import time
from datetime import datetime
from typing import Any

from nats.aio.msg import Msg
from nats.js import JetStreamContext

from chassis import streams
from chassis.bus import Bus
from chassis.clock import Clock
from chassis.tasks import end
from contracts import cloudevents
from contracts.base import Event
from contracts.readmodel import RebuildState
from contracts.registry import REGISTRY
from kernel.refused import Refused
from services.readmodel.reports.editions import keep
from services.readmodel.storage import Generation, Generations
from services.readmodel.views import Removal, newest, removal, view

log = logging.getLogger(__name__)
FETCH = 1000
BEAT_SECONDS = 10.0
"""A rebuild that has not been heard of for so long is dead."""
SETTLE_SECONDS = 5.0
"""How long the replay goes on after the switch: replicas may still have written into the old generation."""


class Rebuilder:
    """Runs at most one rebuild in this replica; another one elsewhere is seen by its heartbeat in the database."""

    def __init__(self, generations: Generations, bus: Bus, clock: Clock) -> None:
        self._generations = generations
        self._bus = bus
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._state = RebuildState(running=False, generation=0)

    async def start(self) -> RebuildState:
        """Begin; raises `Refused` while one runs."""
        held = await self._generations.saved("rebuild")
        beats = bool(held) and held["state"]["running"] and time.time() - held["beat"] < BEAT_SECONDS
        if beats or (self._task and not self._task.done()):
            raise Refused("rebuild_running", "重建正在进行。", remedy="请等待完成，或查看进度。")
        current = await self._generations.current()
        self._state = RebuildState(running=True, generation=current.number + 1)
        self._task = asyncio.create_task(self._run(self._generations.open(current.number + 1)))
        return self._state

    async def progress(self) -> RebuildState:
        """How far the rebuild is; of another replica's as it last said."""
        if self._state.running:
            return self._state
        held = await self._generations.saved("rebuild")
        if not held:
            return self._state
        state = RebuildState.model_validate(held["state"])
        return state if time.time() - held["beat"] < BEAT_SECONDS else state.model_copy(update={"running": False})

    async def pending(self) -> int:
        """Events that are not in the views yet."""
        return await self._bus.pending(streams.EVENTS, streams.events_durable(self._bus.name))

    async def stop(self) -> None:
        if self._task:
            await end(self._task)

    async def _run(self, target: Generation) -> None:
        try:
            await self._replay(target)
        except Exception:
            log.exception("rebuild failed")
            self._state = self._state.model_copy(update={"running": False})

    async def _replay(self, target: Generation) -> None:
        await target.drop()
        subscription = await _rewound(self._bus)
        replay = Replay(target, self._clock)
        total = (await self._bus.js.stream_info(streams.EVENTS)).state.messages
        began = time.monotonic()
        switched_at: float | None = None
        caught_up = False
        while switched_at is None or not caught_up or time.monotonic() - switched_at < SETTLE_SECONDS:
            messages = await _fetch(subscription)
            if messages:
                await replay.apply(messages)
                await asyncio.gather(*(message.ack() for message in messages))
            caught_up = await self._caught_up(messages)
            if caught_up and switched_at is None:
                await target.create_indexes()  # at the end: one pass each instead of one step for each view
                await self._generations.switch(target.number)
                switched_at = time.monotonic()
            await self._say(target, replay.applied, total, time.monotonic() - began, running=True)
        await self._generations.drop_others(target.number)
        await self._say(target, replay.applied, total, switched_at - began, running=False)

    async def _caught_up(self, messages: list[Msg]) -> bool:
        """Whether the server has nothing more for the replay. An empty fetch alone says nothing: it is also what a
        server that is away gives. Raises when the server does not answer; then the rebuild has failed."""
        if messages and messages[-1].metadata.num_pending:
            return False
        info = await self._bus.js.consumer_info(streams.EVENTS, streams.replay_durable(self._bus.name))
        return not info.num_pending and not info.num_ack_pending

    async def _say(self, target: Generation, applied: int, total: int, seconds: float, *, running: bool) -> None:
        rate = applied / seconds if seconds > 0 else 0.0
        self._state = RebuildState(
            running=running,
            generation=target.number,
            applied=applied,
            total=max(total, applied),
            per_second=round(rate, 1),
            seconds_left=round(max(total - applied, 0) / rate, 1) if rate else None,
        )
        await self._generations.save("rebuild", {"state": self._state.model_dump(), "beat": time.time()})


class Replay:
    """Applies replayed messages. What was seen is remembered by stamp, so that most records are one insertion."""

    def __init__(self, target: Generation, clock: Clock) -> None:
        self._target = target
        self._clock = clock
        self._seen: dict[str, int] = {}
        self.applied = 0

    async def apply(self, messages: list[Msg]) -> None:
        """Apply one fetched batch. What the live path would have parked is passed over here too."""
        documents: list[dict[str, Any]] = []
        removals: list[Removal] = []
        for message in messages:
            read = _read(message)
            if read is None:
                continue
            kind, data, at = read
            gone = removal(kind, data)
            if gone:
                removals.append(gone)
            else:
                documents.append(view(kind, data, at))
        await keep(self._target, documents)
        await self._write(newest(documents), self._clock.now())
        for gone in removals:
            await self._target.remove(gone, self._clock.now())
        self.applied += len(messages)

    async def _write(self, documents: list[dict[str, Any]], now: datetime) -> None:
        new = [document for document in documents if document["_id"] not in self._seen]
        known = [document for document in documents if self._seen.get(document["_id"], -1) < document["stamp"]]
        known = [document for document in known if document["_id"] in self._seen]
        if new:
            await self._target.insert_new(new, now)
        if known:
            await self._target.apply(known, now)
        for document in (*new, *known):
            self._seen[document["_id"]] = document["stamp"]


def _read(message: Msg) -> tuple[type[Event], dict[str, Any], str] | None:
    try:
        kind = REGISTRY.event(cloudevents.check(message.subject, message.headers))
        data = json.loads(message.data)
    except ValueError:
        return None
    return (kind, data, (message.headers or {})["ce-time"]) if kind else None


async def _rewound(bus: Bus) -> JetStreamContext.PullSubscription:
    """The replay durable, from the first event on."""
    durable = streams.replay_durable(bus.name)
    await bus.js.reset_consumer(streams.EVENTS, durable, seq=1)
    return await bus.js.pull_subscribe_bind(
        durable=durable, stream=streams.EVENTS, inbox_prefix=f"_INBOX_{bus.name}.".encode()
    )


async def _fetch(subscription: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return list(await subscription.fetch(FETCH, timeout=1))
    except TimeoutError:  # of nats-py, or Python's own, which a fetch raises too
        return []

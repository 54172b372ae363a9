"""Rebuilding: the event log is replayed into a new generation beside the one that serves.

A rebuild that died is taken up again where it stood: by the replica once it is back, or by another one.
"""

import asyncio
import logging
import time
from contextlib import aclosing
from typing import Any

from nats.aio.msg import Msg

from chassis import streams
from chassis.bus import Bus
from chassis.clock import Clock
from chassis.store import Unreachable
from chassis.tasks import end
from contracts.readmodel.running import RebuildState
from kernel.refused import Refused
from services.readmodel.checksum import difference
from services.readmodel.replay import Replay, batches, reading
from services.readmodel.storage import LAYOUT, Generation, Generations

log = logging.getLogger(__name__)
BEAT_SECONDS = 10.0
"""A rebuild that has not been heard of for so long is dead."""
SETTLE_SECONDS = 5.0
"""How long the replay goes on after the switch: replicas may still have written into the old generation."""
NAME = "rebuild"
DIED = "its rebuild had died"
OUTDATED = "the one that serves is of an earlier layout"


class Rebuilder:
    """Runs at most one rebuild in this replica; another one elsewhere is seen by its heartbeat in the database."""

    def __init__(self, generations: Generations, bus: Bus, clock: Clock) -> None:
        self._generations = generations
        self._bus = bus
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._state = RebuildState(running=False, generation=0)

    async def start(self) -> RebuildState:
        """Begin, or take up the one that died; raises `Refused` while one runs. One that an earlier version of this
        program began in another layout is not taken up: all begins anew."""
        held = await self._generations.saved(NAME)
        if self._running() or (_unfinished(held) and not _dead(held)):
            raise Refused("rebuild_running", "重建正在进行。", remedy="请等待完成，或查看进度。")
        if _unfinished(held) and held.get("layout") == LAYOUT:
            return await self._take_up(held)
        current = await self._generations.current()
        state = RebuildState(running=True, generation=current.number + 1)
        await self._claim(held, {"state": state.model_dump(), "layout": LAYOUT})
        self._state = state
        self._begin(resumed=False)
        return self._state

    async def watch(self) -> None:
        """For ever: take up a rebuild that died, in this process or in another one, and begin one where what serves was
        filled in another layout."""
        while True:
            try:
                held = await self._generations.saved(NAME)
                died = _unfinished(held) and _dead(held)
                if not self._running() and (died or await self._generations.outdated()):
                    state = await self.start()
                    log.warning(
                        "generation %d of the views is filled: %s", state.generation, DIED if died else OUTDATED
                    )
            except (Refused, *Unreachable):
                pass
            await asyncio.sleep(BEAT_SECONDS / 2)

    async def _take_up(self, held: dict[str, Any]) -> RebuildState:
        await self._claim(held, {})
        self._state = RebuildState.model_validate(held["state"])
        self._begin(resumed=self._state.applied > 0)
        return self._state

    async def _claim(self, held: dict[str, Any], value: dict[str, Any]) -> None:
        """Raises `Refused` where another replica was first."""
        if not await self._generations.claim(NAME, held.get("beat"), value | {"beat": time.time()}):
            raise Refused("rebuild_running", "重建正在进行。", remedy="请等待完成，或查看进度。")

    def _running(self) -> bool:
        return self._task is not None and not self._task.done()

    def _begin(self, *, resumed: bool) -> None:
        self._task = asyncio.create_task(self._run(self._generations.open(self._state.generation), resumed))

    async def progress(self) -> RebuildState:
        """How far the rebuild is; of another replica's as it last said."""
        if self._state.running:
            return self._state
        held = await self._generations.saved(NAME)
        if not held:
            return self._state
        state = RebuildState.model_validate(held["state"])
        return state.model_copy(update={"running": False}) if _dead(held) else state

    async def pending(self) -> int:
        """Events that are not in the views yet."""
        return await self._bus.pending(streams.EVENTS, streams.events_durable(self._bus.name))

    async def stop(self) -> None:
        if self._task:
            await end(self._task)

    async def _run(self, target: Generation, resumed: bool) -> None:
        try:
            await self._replay(target, resumed)
        except Exception:
            log.exception("rebuild failed")
            self._state = self._state.model_copy(update={"running": False})

    async def _replay(self, target: Generation, resumed: bool) -> None:
        if not resumed:
            await target.drop()
            await self._say()
        subscription = await reading(self._bus, None if resumed else 1)
        before = await self._generations.current()
        switched = before.number == target.number
        replay = Replay(target, self._clock, self._state.applied, serving=switched)
        pace = _Pace(replay.applied, (await self._bus.js.stream_info(streams.EVENTS)).state.messages)
        settled: float | None = None
        async with aclosing(batches(subscription)) as fetched, aclosing(replay):
            async for messages in fetched:
                await replay.take(messages)
                if not _more(messages):
                    await replay.settle()
                caught_up = await self._caught_up(messages)
                if caught_up and settled is None:
                    await self._switch(target, replay)
                    settled = time.monotonic() + SETTLE_SECONDS
                self._state = pace.state(self._state, replay)
                await self._say()
                if caught_up and settled is not None and time.monotonic() > settled:
                    break
        await self._finish(before, target)

    async def _switch(self, target: Generation, replay: Replay) -> None:
        if not replay.serving:
            await target.create_indexes()  # at the end: one pass each instead of one step for each view
            await self._generations.switch(target.number)
            replay.serving = True

    async def _finish(self, before: Generation, target: Generation) -> None:
        """Compare both generations, and let go of the old one."""
        different = None if before.number == target.number else await difference(before, target)
        await self._generations.drop_others(target.number)
        self._state = self._state.model_copy(update={"running": False, "different": different})
        await self._say()

    async def _caught_up(self, messages: list[Msg]) -> bool:
        """Whether the server has nothing more for the replay. An empty fetch alone says nothing: it is also what a
        server that is away gives. Raises when the server does not answer; then the rebuild has failed."""
        if _more(messages):
            return False
        info = await self._bus.js.consumer_info(streams.EVENTS, streams.replay_durable(self._bus.name))
        return not info.num_pending and not info.num_ack_pending

    async def _say(self) -> None:
        await self._generations.save(NAME, {"state": self._state.model_dump(), "beat": time.time(), "layout": LAYOUT})


def _more(messages: list[Msg]) -> bool:
    """Whether more waits behind a fetched batch."""
    return bool(messages and messages[-1].metadata.num_pending)


class _Pace:
    """Rate and time left; of a rebuild that was taken up again, by what was done since then."""

    def __init__(self, applied: int, total: int) -> None:
        self._before = applied
        self._total = total
        self._began = time.monotonic()

    def state(self, held: RebuildState, replay: Replay) -> RebuildState:
        if held.switched:
            return held.model_copy(update={"applied": replay.applied, "total": max(self._total, replay.applied)})
        rate = (replay.applied - self._before) / max(time.monotonic() - self._began, 1e-6)
        left = max(self._total - replay.applied, 0)
        return held.model_copy(
            update={
                "applied": replay.applied,
                "total": max(self._total, replay.applied),
                "per_second": round(rate, 1),
                "seconds_left": round(left / rate, 1) if rate else None,
                "switched": replay.serving,
            }
        )


def _unfinished(held: dict[str, Any]) -> bool:
    return bool(held) and bool(held["state"]["running"])


def _dead(held: dict[str, Any]) -> bool:
    return time.time() - float(held["beat"]) >= BEAT_SECONDS

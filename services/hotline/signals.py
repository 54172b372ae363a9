"""Bursts: looked for from time to time, raised once, followed while they grow, ended by a person."""

from datetime import timedelta

from chassis.actors import CLOCK, Cause
from contracts.base import Done
from contracts.hotline import public as c
from kernel.clock import CST
from services.hotline.domain import signal
from services.hotline.domain.signal import LINES, Seen
from services.hotline.service import Hotline, on
from services.hotline.sketches import Cluster

LOOK_SECONDS = 20.0
VOLUME_SECONDS = 600.0
FORGET_SECONDS = 3600.0


@on.every(LOOK_SECONDS)
async def look_for_bursts(service: Hotline) -> None:
    """Same place and class, three or more in seven days."""
    now = service.clock.now()
    for cluster in await service.sketches.clusters(now):
        await _burst(service, cluster, Cause(CLOCK, "bursts", now))
    await service.sketches.looked(now)


async def _burst(service: Hotline, cluster: Cluster, cause: Cause) -> None:
    key, seen = service.digest(f"burst\0{cluster.spot}\0{cluster.category}")[:32], cluster.seen
    known = await service.signals.find({"marks": f"signal:{key}"}, sort=[("_id", -1)], limit=1)
    if known and known[0].state.last_at >= cause.now - timedelta(days=LINES.burst_days.value):
        await _grow(service, known[0].id, seen, cause)
        return
    origin = f"{key}:{seen.tickets[0]}"
    if not await service.signals.by_origin([origin]):
        number = await service.new_number("XH", cause.now)
        facts = signal.burst(number, key, cluster.category, cluster.area, seen, cause.now)
        await service.signals.open(number, facts, cause, origin)


@on.every(VOLUME_SECONDS)
async def look_for_volume(service: Hotline) -> None:
    """More of a class today than its own history lets expect."""
    now = service.clock.now()
    today = now.astimezone(CST).date()
    days = [(today - timedelta(days=n)).isoformat() for n in range(1, int(LINES.history_days.value) + 1)]
    known = await service.sketches.per_day(now)
    begun = min((day for counts in known.values() for day in counts), default="")
    for category, counts in known.items():
        history = [counts.get(day, 0) for day in days if day >= begun]
        expected = signal.unusual(counts.get(today.isoformat(), 0), history)
        if expected is not None:
            seen = await service.sketches.of_day(category, today.isoformat())
            await _volume(service, category, expected, seen, Cause(CLOCK, f"volume:{today}", now))


async def _volume(service: Hotline, category: str, expected: float, seen: Seen, cause: Cause) -> None:
    """Once for each class and day."""
    origin = f"{cause.id}:{category}"
    known = (await service.signals.by_origin([origin])).get(origin)
    if known is not None:
        await _grow(service, known.id, seen, cause)
        return
    number = await service.new_number("XH", cause.now)
    facts = signal.volume(number, service.digest(origin)[:32], category, expected, seen, cause.now)
    await service.signals.open(number, facts, cause, origin)


async def _grow(service: Hotline, id: str, seen: Seen, cause: Cause) -> None:
    grown = Cause(CLOCK, f"grew:{seen.last_at.isoformat()}:{seen.count}", cause.now)
    await service.signals.execute(id, lambda state: signal.grow(state, seen), grown)


@on.every(FORGET_SECONDS)
async def forget(service: Hotline) -> None:
    await service.sketches.forget(service.clock.now())


@on.command(c.CloseSignal)
async def close(service: Hotline, command: c.CloseSignal, cause: Cause) -> Done:
    held = await service.signals.execute(command.id, lambda state: signal.end(state, command.reason, cause.now), cause)
    return Done(id=held.id, version=held.version, state="closed", repeated=held.repeated)


@on.query(c.ListSignals)
async def list_signals(service: Hotline, query: c.ListSignals, cause: Cause) -> c.SignalRows:
    where = {} if query.open is None else {"open": query.open}
    found = await service.signals.find(where, sort=[("_id", -1)], limit=query.limit)
    return c.SignalRows(signals=tuple(signal.record(held.state) for held in found))

"""From the commit to the stream: in order, once, whatever dies in between."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chassis.bus import Bus
from chassis.outbox import Outgoing
from chassis.relay import Relay
from tests.chassis.conftest import Bench, cause
from tests.chassis.toy import Opened, put
from tests.servers import until


async def _stored(bus: Bus, case: str) -> list[tuple[int, int]]:
    """(version, coins) of all events of one case in the stream."""
    found, seq = [], 1
    while True:
        try:
            message = await bus.js.get_msg("EVENTS", seq=seq, subject=f"zwgk.999901.evt.*.*.*.*.v1.{case}", next=True)
        except Exception:
            return found
        data = json.loads(message.data or b"")
        found.append((data["version"], data["record"]["coins"]))
        seq = int(message.seq or 0) + 1


async def _age(bench: Bench) -> None:
    """Make what waits look as if it had waited since yesterday."""
    old = datetime.now(UTC) - timedelta(days=1)
    waiting = {"untold_at": {"$gt": datetime(2000, 1, 1, tzinfo=UTC)}}
    await bench.cases.collection.update_many(waiting, {"$set": {"untold_at": old}})


async def test_commits_are_told_at_once_in_order_and_cleared(bench: Bench, bus: Bus) -> None:
    relay = Relay(bench.cases.collection, bus.tell, 60)
    bench.cases._told = relay.told
    relay.start()
    id = f"r1-{bench.store._driver}"
    await bench.cases.open(id, [Opened(id=id)], cause())
    for _ in range(4):
        await bench.cases.execute(id, lambda jar: put(jar, 1), cause())

    async def cleared() -> bool:
        document = await bench.cases.collection.find_one({"_id": id})
        return document is not None and document["outbox"] == [] and "untold_at" not in document

    await until(cleared)
    await relay.stop()
    assert await _stored(bus, id) == [(1, 0), (2, 1), (3, 2), (4, 3), (5, 4)]


async def test_what_a_crash_left_is_told_by_the_sweep(bench: Bench, bus: Bus) -> None:
    id = f"r2-{bench.store._driver}"
    await bench.cases.open(id, [Opened(id=id)], cause())
    await bench.cases.execute(id, lambda jar: put(jar, 7), cause())
    relay = Relay(bench.cases.collection, bus.tell, 60)
    assert await relay.sweep() == 0, "the commit is not old enough to be forgotten"
    await _age(bench)
    assert await relay.sweep() == 1
    assert await _stored(bus, id) == [(1, 0), (2, 7)]
    assert await relay.sweep() == 0


async def test_what_is_being_told_is_left_alone_by_the_sweep(bench: Bench, bus: Bus) -> None:
    """Under load a commit may wait longer in memory than the sweep waits for what a crash left."""
    told: list[str] = []
    go = asyncio.Event()

    async def slowly(messages: Sequence[Outgoing]) -> list[BaseException | None]:
        told.extend(message.subject for message in messages)
        await go.wait()
        return await bus.tell(messages)

    relay = Relay(bench.cases.collection, slowly, 60)
    bench.cases._told = relay.told
    relay.start()
    id = f"r6-{bench.store._driver}"
    await bench.cases.open(id, [Opened(id=id)], cause())

    async def begun() -> bool:
        return bool(told)

    await until(begun)
    await _age(bench)
    assert await relay.sweep() == 0
    go.set()
    await relay.stop()
    assert len(told) == 1


async def test_a_crash_between_telling_and_clearing_doubles_nothing(bench: Bench, bus: Bus) -> None:
    id = f"r3-{bench.store._driver}"
    await bench.cases.open(id, [Opened(id=id)], cause())
    (_, _, outbox) = bench.told[-1]
    assert await bus.tell(outbox) == [None]
    await _age(bench)
    assert await Relay(bench.cases.collection, bus.tell, 60).sweep() == 1
    assert await _stored(bus, id) == [(1, 0)]


async def test_what_could_not_be_told_is_kept_although_a_later_commit_was(bench: Bench, bus: Bus) -> None:
    id = f"r4-{bench.store._driver}"
    refused: list[Outgoing] = []

    async def first_fails(messages: Sequence[Outgoing]) -> list[BaseException | None]:
        if messages[0].seq < 200 and not refused:
            refused.extend(messages)
            return [TimeoutError()]
        return await bus.tell(messages)

    relay = Relay(bench.cases.collection, first_fails, 60)
    bench.cases._told = relay.told
    await bench.cases.open(id, [Opened(id=id)], cause())
    await relay.stop()
    await bench.cases.execute(id, lambda jar: put(jar, 2), cause())
    await relay.stop()
    assert await _stored(bus, id) == [(2, 2)]
    document = await bench.cases.collection.find_one({"_id": id})
    assert document is not None
    assert [entry["seq"] for entry in document["outbox"]] == [100]
    await _age(bench)
    await relay.sweep()
    assert sorted(await _stored(bus, id)) == [(1, 0), (2, 2)]


async def test_a_stop_tells_what_waits_in_memory(bench: Bench, bus: Bus) -> None:
    id = f"r5-{bench.store._driver}"
    relay = Relay(bench.cases.collection, bus.tell, 60)
    bench.cases._told = relay.told
    relay.start()
    await bench.cases.open(id, [Opened(id=id)], cause())
    await asyncio.gather(*(bench.cases.execute(id, lambda jar: put(jar, 1), cause()) for _ in range(5)))
    await relay.stop()
    assert len(await _stored(bus, id)) == 6

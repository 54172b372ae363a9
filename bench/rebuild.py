"""The read model's rebuild against a raw loop that only pulls and acknowledges the same messages."""

import json
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path

from nats.aio.msg import Msg

from bench.harness import Row, turns
from bench.intake import tickets
from chassis.bus import Bus
from chassis.clock import SystemClock
from chassis.outbox import Outgoing
from chassis.store import Store
from services.readmodel.replay import Replay, _fetch, batches, reading
from services.readmodel.storage import Generations
from tests.servers import Servers, running, started, until


async def _one_event(servers: Servers) -> tuple[str, dict[str, str], str]:
    """A ticket event as the hotline tells it."""
    emitter = (await servers.client("h12345")).jetstream()
    subject = f"zwgk.{servers.region}.in.hotline.ticket.h12345"
    await emitter.publish(subject, tickets(servers, 1)[0], stream="INTAKE")
    operator = (await servers.client("operator")).jetstream()
    async with started(servers, ["hotline"]):

        async def told() -> bool:
            return bool((await operator.stream_info("EVENTS")).state.messages)

        await until(told)
    message = await operator.get_msg("EVENTS", seq=1)
    return str(message.subject), dict(message.headers or {}), (message.data or b"").decode()


async def _fill(servers: Servers, count: int) -> None:
    """Events about `count` different tickets."""
    subject, headers, body = await _one_event(servers)
    stem, known = subject.rsplit(".", 1)
    bus = Bus("hotline", servers.settings())
    await bus.connect()
    ids = [f"{known[:-6]}{number:06d}" for number in range(2, count + 1)]
    events = [
        Outgoing(
            100,
            f"{stem}.{id}",
            {**headers, "ce-id": id, "ce-subject": id, "Nats-Msg-Id": uuid.uuid4().hex},
            body.replace(known, id),
        )
        for id in ids
    ]
    failed = [each for each in await bus.tell(events) if each is not None]
    if failed:
        raise failed[0]
    await bus.stop()


async def _replayed(bus: Bus, servers: Servers, count: int) -> float:
    """Events a second into a new generation of views."""
    store = Store(servers.mongo.url, f"rebuild_{uuid.uuid4().hex[:8]}")
    generation = Generations(store).open(2)
    replay = Replay(generation, SystemClock())
    subscription = await reading(bus, 1)
    began = time.perf_counter()
    taken = 0
    async with aclosing(batches(subscription)) as fetched, aclosing(replay):
        async for messages in fetched:
            await replay.take(messages)
            taken += len(messages)
            if taken >= count:
                break
        await replay.settle()
    await generation.create_indexes()
    rate = count / (time.perf_counter() - began)
    await store.close()
    return rate


async def _acknowledge(messages: Sequence[Msg]) -> None:
    for message in messages:
        await message.ack()


async def _pulled(bus: Bus, count: int) -> float:
    """The raw loop: pull, decode, acknowledge."""
    subscription = await reading(bus, 1)
    began, done = time.perf_counter(), 0
    while done < count:
        messages = await _fetch(subscription)
        for message in messages:
            json.loads(message.data)
        await _acknowledge(messages)
        done += len(messages)
    return count / (time.perf_counter() - began)


async def _pulled_and_stored(bus: Bus, servers: Servers, count: int) -> float:
    """The raw loop that also stores each record as it came, under the same indexes."""
    store = Store(servers.mongo.url, f"raw_{uuid.uuid4().hex[:8]}")
    generation = Generations(store).open(1)
    subscription = await reading(bus, 1)
    began, done = time.perf_counter(), 0
    while done < count:
        messages = await _fetch(subscription)
        records = [json.loads(message.data)["record"] for message in messages]
        views = [
            {
                "_id": record["id"],
                "type": "hotline.ticket",
                "change": n,
                "service": "hotline",
                "epoch": 0,
                "record": record,
            }
            for n, record in enumerate(records, done)
        ]
        await generation.views.insert_many(views)
        await _acknowledge(messages)
        done += len(messages)
    await generation.create_indexes()
    rate = count / (time.perf_counter() - began)
    await store.close()
    return rate


async def run(count: int, rounds: int) -> list[Row]:
    """Measure all in turns: against the bare loop, and against one that stores too."""
    with tempfile.TemporaryDirectory() as text:
        async with running(Path(text) / "platform") as servers:
            await _fill(servers, count)
            bus = Bus("readmodel", servers.settings())
            await bus.connect()
            ours, limit = await turns(lambda: _replayed(bus, servers, count), lambda: _pulled(bus, count), rounds)
            again, storing = await turns(
                lambda: _replayed(bus, servers, count), lambda: _pulled_and_stored(bus, servers, count), rounds
            )
            await bus.stop()
            return [
                Row("read model rebuild, against a loop that only pulls", "events/s", ours, limit, 0.4),
                Row("read model rebuild, against a loop that stores too", "events/s", again, storing),
            ]

"""Ticket intake, from the bus to the view, against a loop that does the same bus and database operations by hand."""

import asyncio
import json
import os
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nats
import nats.errors
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig
from pymongo import AsyncMongoClient, UpdateMany, WriteConcern

from bench.harness import Row, turns
from chassis.embedded import EmbeddedNats
from kernel.calendar import Calendar
from sample import data as sample
from tests.servers import Servers, running, started

BATCH = 500
CLEARED = 50
SUBJECT = "in.ticket"


def tickets(servers: Servers, count: int) -> list[bytes]:
    """Different tickets as the hotline system would emit them now: nothing about them is due yet."""
    now = servers.clock.now()
    one = sample.tickets(now, Calendar.shipped().workdays_before)[0].message()
    one |= {"occurred_at": now.isoformat(), "received_at": now.isoformat()}
    run = uuid.uuid4().hex[:8]
    return [json.dumps({**one, "ticket_no": f"{run}-{n}"}, default=str).encode() for n in range(count)]


async def emit(js: JetStreamContext, subject: str, stream: str, bodies: list[bytes]) -> None:
    """Publish all and wait until the stream has them."""
    waiting = [await js.publish_async(subject, body, stream=stream) for body in bodies]
    await asyncio.gather(*waiting)


class Platform:
    """The hotline and the read model as they are served."""

    def __init__(self, servers: Servers, emitter: JetStreamContext, operator: JetStreamContext, count: int) -> None:
        self._servers = servers
        self._emitter = emitter
        self._operator = operator
        self._count = count

    async def measure(self) -> float:
        """Tickets a second, from the first delivery to the last view. The backlog waits in the stream before."""
        before = (await self._operator.stream_info("EVENTS")).state.messages
        subject = f"zwgk.{self._servers.region}.in.hotline.ticket.h12345"
        await emit(self._emitter, subject, "INTAKE", tickets(self._servers, self._count))
        async with started(self._servers, ["hotline", "readmodel"]):
            began = time.perf_counter()
            while not await self._done(before + self._count):  # noqa: ASYNC110, the server is asked, nobody tells us
                await asyncio.sleep(0.05)
            return self._count / (time.perf_counter() - began)

    async def _done(self, events: int) -> bool:
        if (await self._operator.stream_info("EVENTS")).state.messages < events:
            return False
        durable = await self._operator.consumer_info("EVENTS", "readmodel")
        return durable.num_pending == 0 and durable.num_ack_pending == 0


class ByHand:
    """The same operations without the platform: raw nats-py, PyMongo's asynchronous client, no types, no checks.

    Per ticket: one encrypted paper, one case document with its fact and outbox, one answer, one event, one clearing of
    the outbox, one view; numbers are taken by the batch. Document sizes are those of the platform's own.
    """

    def __init__(
        self, js: JetStreamContext, mongo_url: str, servers: Servers, case: dict[str, Any], count: int
    ) -> None:
        self._js = js
        self._client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo_url)
        self._servers = servers
        self._case = case
        self._count = count
        self._key = AESGCM(os.urandom(32))

    async def measure(self) -> float:
        database = self._client.get_database(
            f"hand_{uuid.uuid4().hex[:8]}", write_concern=WriteConcern("majority", j=True)
        )
        for keys, options in (
            ("untold_at", {"sparse": True}),
            ("alarm_at", {"sparse": True}),
            ("origin", {"unique": True, "sparse": True}),
        ):
            await database["cases"].create_index([(keys, 1)], **options)
        await database["views"].create_index([("type", 1), ("change", -1)])
        await emit(self._js, SUBJECT, "HAND_IN", tickets(self._servers, self._count))
        began = time.perf_counter()
        await asyncio.gather(self._take_in(database), self._view(database))
        return self._count / (time.perf_counter() - began)

    async def _take_in(self, database: Any) -> None:
        subscription = await self._js.pull_subscribe_bind(durable="hand-in", stream="HAND_IN")
        done = 0
        while done < self._count:
            messages = await _fetch(subscription)
            await self._one_batch(database, messages, done)
            done += len(messages)

    async def _one_batch(self, database: Any, messages: list[Any], done: int) -> None:
        if not messages:
            return
        now = datetime.now(UTC)
        parsed = [json.loads(message.data) for message in messages]
        origins = [ticket["ticket_no"] for ticket in parsed]
        await database["cases"].find({"origin": {"$in": origins}}).to_list()
        await database["counters"].find_one_and_update({"_id": "n"}, {"$inc": {"n": len(parsed)}}, upsert=True)
        nonce = os.urandom(12)
        papers = [
            {"_id": origin, "case": origin, "at": now, "sealed": self._key.encrypt(nonce, message.data, b"")}
            for origin, message in zip(origins, messages, strict=True)
        ]
        await database["papers"].insert_many(papers, ordered=False)
        cases = [
            {**self._case, "_id": f"{origin}-c", "origin": origin, "untold_at": now, "alarm_at": now}
            for origin in origins
        ]
        await database["cases"].insert_many(cases, ordered=False)
        event = self._case["outbox"][0]["body"].encode()
        headers = self._case["outbox"][0]["headers"]
        await asyncio.gather(
            *(self._js.publish(f"evt.{o}", event, headers={**headers, "Nats-Msg-Id": o}) for o in origins),
            *(self._js.publish(f"out.{o}", b"{}" * 120, headers={"Nats-Msg-Id": o}) for o in origins),
        )
        clearing = {"$set": {"outbox": []}, "$unset": {"untold_at": ""}}
        ids = [case["_id"] for case in cases]
        groups = [ids[first : first + CLEARED] for first in range(0, len(ids), CLEARED)]
        await database["cases"].bulk_write(
            [UpdateMany({"_id": {"$in": group}}, clearing) for group in groups], ordered=False
        )
        await asyncio.gather(*(message.ack() for message in messages))

    async def _view(self, database: Any) -> None:
        subscription = await self._js.pull_subscribe_bind(durable="hand-view", stream="HAND_EVT")
        done = 0
        while done < self._count:
            messages = await _fetch(subscription)
            now = datetime.now(UTC)
            views = [
                {
                    "_id": message.subject,
                    "type": "t",
                    "change": done + n,
                    "service": "s",
                    "epoch": 0,
                    "work": {"due_at": now},
                    "record": json.loads(message.data)["record"],
                }
                for n, message in enumerate(messages)
            ]
            if views:
                await database["counters"].find_one_and_update({"_id": "v"}, {"$inc": {"n": len(views)}}, upsert=True)
                await database["views"].insert_many(views, ordered=False)
            await asyncio.gather(*(message.ack() for message in messages))
            done += len(messages)


async def _fetch(subscription: JetStreamContext.PullSubscription) -> list[Any]:
    try:
        return list(await subscription.fetch(BATCH, timeout=1))
    except TimeoutError:
        return []


@asynccontextmanager
async def open_server(folder: Path) -> AsyncIterator[JetStreamContext]:
    """A NATS server without accounts for the hand-written loop."""
    config = folder / "hand.conf"
    config.write_text(f'jetstream {{ store_dir: "{folder}/hand" }}\n')
    async with EmbeddedNats(config, 0, folder / "hand.log") as server:
        client = await nats.connect(server.url)
        js = client.jetstream(timeout=10)
        await js.add_stream(StreamConfig(name="HAND_IN", subjects=[SUBJECT], retention=RetentionPolicy.WORK_QUEUE))
        await js.add_stream(StreamConfig(name="HAND_EVT", subjects=["evt.>"]))
        await js.add_stream(StreamConfig(name="HAND_OUT", subjects=["out.>"]))
        for stream, durable in (("HAND_IN", "hand-in"), ("HAND_EVT", "hand-view")):
            explicit = ConsumerConfig(durable_name=durable, ack_policy=AckPolicy.EXPLICIT, max_ack_pending=1000)
            await js.add_consumer(stream, explicit)
        yield js
        await client.close()


async def run(count: int, rounds: int) -> Row:
    """Measure both in turns."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        async with running(folder / "platform") as servers, open_server(folder) as hand:
            emitter = (await servers.client("h12345")).jetstream(timeout=10)
            operator = (await servers.client("operator")).jetstream(timeout=10)
            platform = Platform(servers, emitter, operator, count)
            await Platform(servers, emitter, operator, 20).measure()
            async with started(servers, ["hotline"]) as serving:
                case = await serving.apps[0].runtime.collection("cases").find_one({})
            assert case is not None
            body = json.dumps({"record": {"pad": "x" * 900}})
            case["outbox"] = [{"seq": 100, "subject": "x" * 90, "headers": {"ce-id": "x" * 300}, "body": body}]
            by_hand = ByHand(hand, servers.mongo.url, servers, case, count)
            ours, limit = await turns(platform.measure, by_hand.measure, rounds)
            return Row("ticket intake: bus → case → event → view", "tickets/s", ours, limit, 0.5)

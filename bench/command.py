"""A command's round trip against a bare request over the bus with the same two database operations."""

import asyncio
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import nats
from nats.aio.msg import Msg
from pymongo import AsyncMongoClient, WriteConcern

from bench.harness import Row, turns
from bench.intake import open_server
from contracts import opinion as c
from contracts.base import Done
from tests.servers import Desk, running, started

TOGETHER = 8


async def _platform(desk: Desk, count: int) -> float:
    """Commands a second: an event is opened by each, eight at a time."""
    gate = asyncio.Semaphore(TOGETHER)
    run = uuid.uuid4().hex[:8]

    async def one(number: int) -> None:
        async with gate:
            await desk(_command(number), Done, key=f"{run}-{number}")

    began = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(count)))
    return count / (time.perf_counter() - began)


def _command(number: int) -> c.OpenEvent:
    return c.OpenEvent(title=f"示例事件第{number}件")


async def _by_hand(url: str, mongo: str, count: int) -> float:
    """A request over the bus, one read and one journaled insertion, a reply."""
    server, client = await nats.connect(url), await nats.connect(url)
    journaled = WriteConcern("majority", j=True)
    database: Any = AsyncMongoClient(mongo).get_database(f"hand_{uuid.uuid4().hex[:6]}", write_concern=journaled)

    async def carry_out(message: Msg) -> None:
        key = message.data.decode()
        await database["cases"].find_one({"origin": key})
        await database["cases"].insert_one({"_id": key, "origin": key, "pad": "x" * 2000})
        await message.respond(b'{"id": "x", "version": 1}')

    async def serve(message: Msg) -> None:
        task = asyncio.create_task(carry_out(message))
        running_tasks.add(task)
        task.add_done_callback(running_tasks.discard)

    running_tasks: set[asyncio.Task[None]] = set()
    await database["cases"].create_index([("origin", 1)], unique=True)
    await server.subscribe("cmd", cb=serve)
    await server.flush()
    gate = asyncio.Semaphore(TOGETHER)

    async def one() -> None:
        async with gate:
            await client.request("cmd", uuid.uuid4().hex.encode(), timeout=10)

    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    rate = count / (time.perf_counter() - began)
    await asyncio.gather(server.close(), client.close())
    await database.client.close()
    return rate


async def run(count: int, rounds: int) -> Row:
    """Measure both in turns."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        async with running(folder / "platform") as servers, open_server(folder) as hand:
            async with started(servers, ["opinion"]):
                desk = await servers.asker()
                url = hand._nc.connected_url.geturl()
                ours, limit = await turns(
                    lambda: _platform(desk, count), lambda: _by_hand(url, servers.mongo.url, count), rounds
                )
            return Row("command round trip", "commands/s", ours, limit)

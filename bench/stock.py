"""The stock of documents: `Import` with confirmation against bare insertions of what must be kept of each document."""

import asyncio
import json
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient, WriteConcern

from bench.harness import Row, turns
from contracts.publication import stock as c
from tests.servers import Desk, running, started

TOGETHER = 3
PARAGRAPH = "各单位要按照统一部署切实做好这项工作，在规定期限前完成，并将完成情况报县财政局汇总。"


def _item(run: str, n: int) -> c.ImportItem:
    year = 2008 + n % 18
    given = {
        "title": f"关于做好第{n}项工作的通知",
        "body": "\n".join(f"{run}第{n}件第{part}条　{PARAGRAPH}" for part in range(8)),
        "issuer": ("czj", "fgj", "bgs")[n % 3],
        "formed_on": f"{year}-03-01",
        "published_on": f"{year}-03-03",
        "attribute": "主动公开",
    }
    return c.ImportItem(name=f"{run}:{n}", form="jsonl", content=json.dumps(given, ensure_ascii=False))


async def _platform(desk: Desk, count: int) -> float:
    """Documents a second, imported and published."""
    run, gate = uuid.uuid4().hex[:8], asyncio.Semaphore(TOGETHER)

    async def one(first: int) -> None:
        items = tuple(_item(run, n) for n in range(first, first + c.IMPORT_BATCH))
        async with gate:
            command = c.Import(items=items, confirm=True)
            answer = await desk(command, c.ImportOutcomes, as_="赵审核", agency="bgs", timeout=120)
        if any(each.outcome != "published" for each in answer.items):
            raise RuntimeError("a document was not published")

    began = time.perf_counter()
    await asyncio.gather(*(one(first) for first in range(0, count, c.IMPORT_BATCH)))
    return count / (time.perf_counter() - began)


async def _by_hand(mongo: str, count: int) -> float:
    """Text, number and case of each document, in three journaled insertions a batch."""
    journaled = WriteConcern("majority", j=True)
    client: Any = AsyncMongoClient(mongo)
    database = client.get_database(f"hand_{uuid.uuid4().hex[:6]}", write_concern=journaled)
    gate = asyncio.Semaphore(TOGETHER)
    await database["cases"].create_index([("origin", 1)], unique=True)

    async def one(first: int) -> None:
        keys = range(first, first + c.IMPORT_BATCH)
        body = PARAGRAPH * 8
        async with gate:
            await database["texts"].insert_many([{"_id": str(n), "text": body} for n in keys])
            await database["numbers"].insert_many([{"_id": str(n), "n": n} for n in keys])
            await database["cases"].insert_many([{"_id": str(n), "origin": str(n), "pad": "x" * 8000} for n in keys])

    began = time.perf_counter()
    await asyncio.gather(*(one(first) for first in range(0, count, c.IMPORT_BATCH)))
    rate = count / (time.perf_counter() - began)
    await client.close()
    return rate


async def run(count: int, rounds: int) -> Row:
    """Measure both in turns."""
    with tempfile.TemporaryDirectory() as text:
        async with running(Path(text) / "platform") as servers, started(servers, ["publication"]):
            desk = await servers.asker()
            url = servers.mongo.url
            ours, limit = await turns(lambda: _platform(desk, count), lambda: _by_hand(url, count), rounds)
        return Row("import of stock", "documents/s", ours, limit)

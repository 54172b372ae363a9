"""The public events over HTTP, and by a raw reader on the bus."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from contracts.base import Done, Role
from contracts.publication import documents as c
from contracts.publication.record import Leak
from contracts.registry import REGISTRY
from services.gateway.events import tail
from tests.gateway.conftest import Publish
from tests.servers import Desk, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
EXAMPLES = Path(__file__).parents[2] / "contracts/examples"
PUBLISHED = "publication.public_document.published.v1"
TEXT = "各镇：\n按要求办理。\n2026年11月20日"


class Reader:
    """Reads frames one after the other."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, Any]:
        """The next event: `id`, `event`, `data`."""
        found: dict[str, Any] = {}
        async with asyncio.timeout(10):
            async for line in self._lines:
                name, _, value = line.partition(": ")
                if not line and "data" in found:
                    return found | {"id": int(found["id"]), "data": json.loads(found["data"])}
                if name in ("id", "event", "data"):
                    found[name] = value
        raise AssertionError("the stream has ended")

    async def until(self, id: str) -> list[dict[str, Any]]:
        """Events up to the first one of a record."""
        found = [await self.next()]
        while found[-1]["data"]["subject"] != id:
            found.append(await self.next())
        return found


@asynccontextmanager
async def reading(
    web: httpx.AsyncClient, headers: dict[str, str] | None = None, **params: Any
) -> AsyncIterator[Reader]:
    async with web.stream("GET", "/api/v1/events", params=params, headers=headers or {}, timeout=20) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Reader(response)


async def test_from_the_first_event_and_on_from_any(web: httpx.AsyncClient, publish: Publish) -> None:
    ids = [await publish(f"关于事件流的第{n}号通知", f"{TEXT}{n}") for n in range(3)]
    async with reading(web, since=0) as reader:
        events = await reader.until(ids[-1])
    sequences = [event["id"] for event in events]
    assert sequences == sorted(set(sequences))
    assert {event["data"]["subject"] for event in events} >= set(ids)
    assert all(event["event"] == event["data"]["type"] for event in events)
    first = next(event for event in events if event["data"]["subject"] == ids[0])
    assert first["data"]["specversion"] == "1.0"
    assert first["data"]["data"]["record"]["metadata"]["title"] == "关于事件流的第0号通知"
    async with reading(web, {"Last-Event-ID": str(first["id"])}) as reader:
        resumed = await reader.until(ids[-1])
    assert [event["id"] for event in resumed] == [n for n in sequences if n > first["id"]]


async def test_new_events_reach_all_readers(web: httpx.AsyncClient, publish: Publish) -> None:
    async with reading(web) as one, reading(web, type=PUBLISHED) as other:
        id = await publish("关于即时送达的通知", TEXT)
        assert [(await reader.until(id))[-1]["data"]["subject"] for reader in (one, other)] == [id, id]


async def test_a_filter_leaves_out_other_types(web: httpx.AsyncClient, publish: Publish, desk: Desk) -> None:
    corrected = "publication.public_document.corrected.v1"
    async with reading(web, type=corrected) as reader:
        id = await publish("关于筛选的通知", TEXT + "。")
        await desk(c.Correct(id=id, reason="标点有误", text=TEXT), Done, as_="赵审核", roles=[Role.REVIEWER])
        event = await reader.next()
    assert (event["event"], event["data"]["subject"]) == (corrected, id)


async def test_only_public_events_appear(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于只见公开事件的通知", TEXT + "！")
    async with reading(web, since=0) as reader:
        events = await reader.until(id)
    told = {event["event"] for event in events}
    assert "publication.public_document.published.v1" in told
    assert told <= {each.type() for each in REGISTRY.public_events()}


async def test_what_was_taken_down_is_not_told_again(web: httpx.AsyncClient, publish: Publish, desk: Desk) -> None:
    id = await publish("关于不再出现的通知", TEXT + "秘密事项")
    await desk(c.Withdraw(id=id, leak=Leak.PERSONAL), Done, as_="赵审核", roles=[Role.REVIEWER])

    async def withdrawn() -> bool:
        return (await web.get(f"/documents/{id}")).status_code == 410

    await until(withdrawn)
    marker = await publish("关于撤下之后的通知", TEXT + "；")
    async with reading(web, since=0) as reader:
        events = await reader.until(marker)
    mine = [event for event in events if event["data"]["subject"] == id]
    assert mine[-1]["event"] == "publication.public_document.withdrawn.v1"


@pytest.mark.parametrize(
    ("params", "headers", "status"),
    [
        ({"since": "-1"}, {}, 422),
        ({"since": "x"}, {}, 422),
        ({}, {"Last-Event-ID": "x"}, 422),
        ({"since": "999999999"}, {}, 409),
        ({"type": "requests.request.received.v1"}, {}, 422),
    ],
)
async def test_wrong_positions_and_types_are_refused(
    web: httpx.AsyncClient, params: dict[str, str], headers: dict[str, str], status: int
) -> None:
    response = await web.get("/api/v1/events", params=params, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


async def test_silence_is_filled_with_a_heartbeat(web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "HEARTBEAT_SECONDS", 0.1)
    async with web.stream("GET", "/api/v1/events", timeout=10) as response:
        async for line in response.aiter_lines():
            if line.startswith(":"):
                break
    assert line == ": 心跳"


async def example(servers: Servers, *options: str, program: str = "read_public.py") -> list[list[str]]:
    """Run an example as an outside party does; the words of each printed line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(EXAMPLES / program), str(servers.files["portal"]), *options, "--seconds", "2",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0
    return [line.split(" ") for line in out.decode().splitlines()]


async def test_an_outside_reader_reads_and_rewinds(servers: Servers, publish: Publish) -> None:
    id = await publish("关于外部订阅的通知", TEXT + "？")
    everything = await example(servers, "--from-start")
    last = everything[-1]
    assert int(everything[0][0]) <= int(last[0])
    assert (last[1], last[2], last[3]) == (PUBLISHED, id, "关于外部订阅的通知")
    assert await example(servers) == []
    assert await example(servers, "--since", last[0]) == [last]


async def test_a_copy_of_all_that_is_public_follows_a_take_down(
    servers: Servers, publish: Publish, desk: Desk, web: httpx.AsyncClient, tmp_path: Path
) -> None:
    kept, down = [await publish(f"关于副本的第{n}号通知", f"{TEXT}副本{n}") for n in range(2)]
    path = tmp_path / "copy.json"
    await example(servers, str(path), "--from-start", program="keep_copy.py")
    copy = json.loads(path.read_text(encoding="utf-8"))
    assert f"{TEXT}副本1" in copy["texts"].values()
    await desk(c.Withdraw(id=down, leak=Leak.PERSONAL), Done, as_="赵审核", roles=[Role.REVIEWER])

    async def withdrawn() -> bool:
        return (await web.get(f"/documents/{down}")).status_code == 410

    await until(withdrawn)
    await example(servers, str(path), program="keep_copy.py")
    assert "副本1" not in path.read_text(encoding="utf-8")
    records = json.loads(path.read_text(encoding="utf-8"))["records"]
    assert records[f"publication.public_document/{down}"]["record"]["withdrawn"]
    assert records[f"publication.public_document/{kept}"]["record"]["text"]["inline"] == f"{TEXT}副本0"

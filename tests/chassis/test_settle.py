"""What becomes of a delivered message, on a real stream."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError
from pymongo.errors import AutoReconnect

from chassis import settle
from chassis.bus import Bus
from chassis.clock import SystemClock
from chassis.papers import Keys
from chassis.parking import Parking
from chassis.settings import Settings
from chassis.settle import Delivery, Settler, Unreadable
from chassis.store import Store
from contracts.platform import Parked
from kernel.refused import Refused
from tests.servers import Servers, until

KEYS = Keys("1:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")


@dataclass
class Line:
    """A durable with a settler whose handler does what the test says."""

    bus: Bus
    topic: str
    durable: str
    handled: list[Any] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    refused: list[Unreadable] = field(default_factory=list)
    fail: Any = None
    down: bool = False
    settler: Any = None

    async def handle(self, deliveries: Sequence[Delivery[Any]]) -> None:
        self.batches.append(len(deliveries))
        for delivery in deliveries:
            if self.fail:
                self.fail(delivery.content, delivery.raw)
        self.handled += [delivery.content for delivery in deliveries]

    async def refuse(self, message: Msg, why: Unreadable) -> None:
        self.refused.append(why)

    async def available(self) -> None:
        if self.down:
            raise AutoReconnect

    async def send(self, *bodies: Any) -> None:
        for body in bodies:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            await self.bus.js.publish(f"zwgk.999901.evt.{self.topic}", data, stream="EVENTS")

    async def unsettled(self) -> int:
        info = await self.bus.js.consumer_info("EVENTS", self.durable)
        return int(info.num_ack_pending or 0) + int(info.num_pending or 0)

    async def parked(self) -> list[Parked]:
        found, seq = [], 1
        while True:
            try:
                subject = f"zwgk.999901.parked.hotline.{self.durable}"
                message = await self.bus.js.get_msg("PARKED", seq=seq, subject=subject, next=True)
            except Exception:
                return found
            found.append(Parked.model_validate_json(message.data or b""))
            seq = int(message.seq or 0) + 1


@pytest_asyncio.fixture(loop_scope="session")
async def line(nats_server: Any, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(settle, "HEARTBEAT_SECONDS", 0.5)
    name = uuid.uuid4().hex[:8]
    bus = Bus("hotline", Settings(nats_url=nats_server.url, graceful_seconds=2))
    await bus.connect()
    await bus.js.add_consumer(
        "EVENTS",
        ConsumerConfig(
            durable_name=name,
            filter_subject=f"zwgk.999901.evt.{name}",
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=5,
            max_deliver=-1,
        ),
    )
    line = Line(bus, name, name)
    store = Store(servers.mongo.url, f"t_{name}")
    settler = Settler(
        "hotline",
        name,
        read=lambda message: json.loads(message.data),
        handle=line.handle,
        refuse=line.refuse,
        parking=Parking(bus, "999901", "hotline", KEYS),
        attempts=store.collection("attempts"),
        clock=SystemClock(),
        available=line.available,
        max_attempts=4,
        pause=0.2,
        batch=True,
    )
    line.settler = settler
    bus.consume("EVENTS", name, 50, settler.settle)
    await bus.start()
    yield line
    await bus.stop()
    await store.close()


async def _settled(line: Line) -> bool:
    return await line.unsettled() == 0


async def test_messages_that_come_together_are_handled_together(line: Line) -> None:
    await line.send(*range(40))
    await until(lambda: _settled(line))
    assert sorted(line.handled) == list(range(40))
    assert len(line.batches) < 40


async def test_what_cannot_be_read_is_parked_with_its_payload_and_blocks_nobody(line: Line) -> None:
    await line.send(1, b"{not json", 2)
    await until(lambda: _settled(line))
    assert sorted(line.handled) == [1, 2]
    (parked,) = await line.parked()
    assert (parked.code, parked.deliveries) == ("malformed", 1)
    assert b"not json" not in parked.sealed.encode()
    assert Parking(line.bus, "999901", "hotline", KEYS).open(parked) == b"{not json"
    assert [why.code for why in line.refused] == ["malformed"]


async def test_a_refusal_is_parked_at_once_and_the_neighbours_are_handled(line: Line) -> None:
    def fail(content: Any, raw: Msg) -> None:
        if content == "bad":
            raise Refused("nonsense", "没有意义。", field="x")

    line.fail = fail
    await line.send("a", "bad", "b")
    await until(lambda: _settled(line))
    assert sorted(line.handled) == ["a", "b"]
    assert [parked.code for parked in await line.parked()] == ["nonsense"]


async def test_a_failing_handler_gets_the_message_again_later_and_others_go_on(line: Line) -> None:
    seen: list[int] = []

    def fail(content: Any, raw: Msg) -> None:
        if content == "shaky":
            seen.append(raw.metadata.num_delivered or 0)
            if len(seen) < 4:
                raise RuntimeError

    line.fail = fail
    await line.send("shaky", "x")
    await until(lambda: _settled(line))
    assert sorted(line.handled) == ["shaky", "x"]
    assert len(seen) == 4
    assert max(seen) >= 3, "two delayed deliveries at least"
    assert await line.parked() == []


async def test_a_message_that_always_fails_is_parked_after_its_attempts(line: Line) -> None:
    def fail(content: Any, raw: Msg) -> None:
        if content == "poison":
            raise RuntimeError

    line.fail = fail
    line.settler._max_attempts = 3
    await line.send("poison", "x")
    await until(lambda: _settled(line))
    assert line.handled == ["x"]
    (parked,) = await line.parked()
    assert parked.code == "failing"
    assert parked.deliveries >= 3


async def test_an_outage_is_waited_out_and_blames_no_message(line: Line) -> None:
    line.down = True

    def fail(content: Any, raw: Msg) -> None:
        if line.down:
            raise AutoReconnect

    line.fail = fail
    await line.send("patient")
    await asyncio.sleep(1)
    assert line.handled == []
    line.down = False
    await until(lambda: _settled(line))
    assert line.handled == ["patient"]
    assert await line.parked() == []


async def test_a_handler_that_calls_an_outage_where_there_is_none_blocks_nobody(line: Line) -> None:
    def fail(content: Any, raw: Msg) -> None:
        if content == "stuck":
            raise TimeoutError

    line.fail = fail
    line.settler._max_attempts = 2
    await line.send("stuck", "x", "y")
    await until(lambda: _settled(line), 30)
    assert sorted(line.handled) == ["x", "y"]
    assert [parked.code for parked in await line.parked()] == ["failing"]


async def test_a_real_outage_counts_as_no_attempt_even_for_a_message_that_came_often(line: Line) -> None:
    failures = iter([True] * 2 + [False])

    def fail(content: Any, raw: Msg) -> None:
        if line.down:
            raise AutoReconnect
        if (raw.metadata.num_delivered or 0) < 3:
            raise RuntimeError
        line.down = next(failures)
        if line.down:
            asyncio.get_running_loop().call_later(1, setattr, line, "down", False)
            raise AutoReconnect

    line.fail = fail
    await line.send("patient")
    await until(lambda: _settled(line))
    assert line.handled == ["patient"]
    assert await line.parked() == []


async def test_headers_of_any_size_do_not_keep_a_message_from_being_parked(line: Line) -> None:
    hostile = {"x": "\x01" * 60_000, "ce-id": "k"}
    await line.bus.js.publish(f"zwgk.999901.evt.{line.topic}", b"{" * 190_000, stream="EVENTS", headers=hostile)
    await line.send("x")
    await until(lambda: _settled(line))
    assert line.handled == ["x"]
    (parked,) = await line.parked()
    assert parked.headers["ce-id"] == "k"


async def test_what_cannot_be_parked_is_put_off_and_blocks_nobody(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    full = True
    really = line.bus.put_one

    async def put_one(stream: str, message: Any) -> None:
        if full and stream == "PARKED":
            raise APIError(code=400, err_code=10077, description="maximum bytes exceeded")
        await really(stream, message)

    monkeypatch.setattr(line.bus, "put_one", put_one)
    await line.send(b"{", "x")
    await until(lambda: _handled(line, 1))
    assert line.handled == ["x"]
    assert await line.unsettled() == 1
    full = False
    await until(lambda: _settled(line))
    assert [parked.code for parked in await line.parked()] == ["malformed"]


async def _handled(line: Line, count: int) -> bool:
    return len(line.handled) >= count

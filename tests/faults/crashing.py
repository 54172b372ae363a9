"""Serving processes that are killed, and what remains on the servers afterwards."""

import asyncio
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nats.errors
from nats.aio.client import Client
from nats.js.errors import BadRequestError, NotFoundError

from chassis import streams
from chassis.settings import Settings
from chassis.store import Store
from contracts import subjects
from contracts.hotline.tickets import TicketEmitted
from contracts.registry import REGISTRY
from tests.servers import MORNING, Servers, running, until

ROOT = Path(__file__).parents[2]
REDELIVERY_SECONDS = 2.0


@asynccontextmanager
async def impatient(path: Path) -> AsyncIterator[Servers]:
    """Servers that deliver again after two seconds what a dead process had in hand: the same rules, less waiting."""
    async with running(path) as servers:
        js = (await servers.client("operator")).jetstream(timeout=10)
        for planned in streams.plan(REGISTRY, servers.region):
            for durable in planned.durables:
                await js.add_consumer(planned.name, replace(durable, ack_wait=REDELIVERY_SECONDS))
        yield servers


def environment(settings: Settings) -> dict[str, str]:
    """Settings as a process gets them: in its environment."""
    given: dict[str, str] = {}
    for name, value in settings.model_dump(exclude_defaults=True).items():
        if name == "nats_passwords":
            text = json.dumps({user: secret.get_secret_value() for user, secret in value.items()})
        else:
            text = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        given[f"ZWGK_{name.upper()}"] = text
    return {**os.environ, **given}


@dataclass
class Process:
    """`zwgk serve` in a process of its own; its log survives it."""

    servers: Servers
    names: Sequence[str]
    log: Path
    settings: Settings
    argv: Sequence[str] = ("-m", "cli.main", "serve")
    running: subprocess.Popen[bytes] | None = None

    async def start(self, *, survives: bool = True) -> None:
        """Returns once it serves; or has ended, where it may not survive its start."""
        began = self._starts()
        self._spawn()

        async def serving() -> bool:
            assert self.running is not None
            return self._starts() > began or self.running.poll() is not None

        await until(serving, 60)
        assert self.alive or not survives, "the process ended at its start, see its log"

    def _spawn(self) -> None:
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                [sys.executable, *self.argv, *self.names],
                cwd=ROOT,
                env=environment(self.settings),
                stdout=output,
                stderr=output,
            )

    def _starts(self) -> int:
        return self.log.read_bytes().count(b'"message": "serving"') if self.log.exists() else 0

    @property
    def alive(self) -> bool:
        return self.running is not None and self.running.poll() is None

    def kill(self) -> None:
        """As the kernel kills what takes too much memory: without a word."""
        if self.running is not None:
            with contextlib.suppress(ProcessLookupError):
                self.running.send_signal(signal.SIGKILL)
            self.running.wait()

    async def stop(self) -> int:
        """Ask it to end; its exit code."""
        assert self.running is not None
        self.running.terminate()
        return await asyncio.to_thread(self.running.wait, 20)


@asynccontextmanager
async def process(servers: Servers, names: Sequence[str], log: Path, **changes: Any) -> AsyncIterator[Process]:
    """Named services in one process; the log level is that of production."""
    started = Process(servers, names, log, servers.settings(**changes))
    await started.start()
    try:
        yield started
    finally:
        started.kill()


MARK = "隐名"
PERSONAL = {
    "title": f"{MARK}标题",
    "content": f"{MARK}内容：家住某处，孩子上学的事情一直没有办成。",
    "place": f"{MARK}地点9栋",
    "caller": {"name": f"{MARK}来电人", "phone": "0000-5559177"},
}
MARKS = (MARK, "0000-5559177", "5559177")


def ticket(number: str, revision: int = 1, **changes: Any) -> dict[str, Any]:
    """An emission whose personal fields all carry a mark."""
    return {
        "source": "12345",
        "ticket_no": number,
        "revision": revision,
        "occurred_at": MORNING.isoformat(),
        "received_at": MORNING.isoformat(),
        "channel": "电话",
        "kind": "求助",
        "category": "城市管理",
        **PERSONAL,
        **changes,
    }


def traffic(count: int, chance: random.Random) -> list[dict[str, Any]]:
    """`count` tickets, a fifth of them emitted twice: half as they are, half as a higher revision. Neighbours change
    places, so that a repeat or a revision may come first."""
    emissions = []
    for number in range(count):
        emissions.append((float(number), ticket(f"T-{number}")))
        if number % 5 == 0:
            revision = 2 if number % 10 == 0 else 1
            emissions.append((number + chance.uniform(-0.5, 20), ticket(f"T-{number}", revision)))
    return [emission for _, emission in sorted(emissions, key=lambda each: each[0])]


class Emitter:
    """The hotline system: sends each emission until the stream has acknowledged it."""

    def __init__(self, client: Client, region: str) -> None:
        self._js = client.jetstream(timeout=2)
        self.subject = subjects.intake(region, TicketEmitted, "h12345")

    async def emit(self, body: dict[str, Any] | bytes, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        while True:
            try:
                await self._js.publish(self.subject, data, stream="INTAKE", headers=headers or None)
                return
            except BadRequestError:
                raise
            except (nats.errors.Error, OSError):
                await asyncio.sleep(0.2)

    async def emit_all(self, bodies: Sequence[dict[str, Any]], over: float = 0) -> None:
        """Emit in little groups, spread over some seconds."""
        groups = [bodies[first : first + 8] for first in range(0, len(bodies), 8)]
        for group in groups:
            await asyncio.gather(*(self.emit(body) for body in group))
            await asyncio.sleep(over / len(groups))


@dataclass(frozen=True)
class Stored:
    """A message of a stream."""

    subject: str
    headers: dict[str, str]
    data: bytes

    @property
    def text(self) -> bytes:
        """Everything that it says."""
        return f"{self.subject} {self.headers} ".encode() + self.data


async def stored(servers: Servers, stream: str, subject: str = "") -> list[Stored]:
    """All messages of a stream whose subject begins like this, in order."""
    js = (await servers.client("operator")).jetstream(timeout=10)
    state = (await js.stream_info(stream)).state

    async def one(seq: int) -> Stored | None:
        try:
            message = await js.get_msg(stream, seq=seq)
        except NotFoundError:
            return None
        return Stored(str(message.subject), dict(message.headers or {}), message.data or b"")

    found: list[Stored | None] = []
    for first in range(max(state.first_seq, 1), state.last_seq + 1, 200):
        found += await asyncio.gather(*(one(seq) for seq in range(first, min(first + 200, state.last_seq + 1))))
    return [message for message in found if message is not None and message.subject.startswith(subject)]


async def answers(servers: Servers) -> list[Stored]:
    """What the emitter finds when it comes for its answers: nobody else may read them."""
    js = (await servers.client("h12345")).jetstream(timeout=5)
    pull = await js.pull_subscribe_bind("h12345-answers", "ANSWERS")
    found: list[Stored] = []
    with contextlib.suppress(TimeoutError):
        while True:
            for message in await pull.fetch(200, timeout=1):
                await message.ack()
                found.append(Stored(message.subject, dict(message.headers or {}), message.data))
    await pull.unsubscribe()
    return found


async def settled(servers: Servers, durables: Sequence[tuple[str, str]], seconds: float = 60) -> None:
    """Wait until nothing waits any more: neither in the durables nor in an outbox."""
    js = (await servers.client("operator")).jetstream(timeout=10)
    store = Store(servers.mongo.url, "zwgk_hotline")

    async def waits(stream: str, durable: str) -> bool:
        """Whether the durable has not settled all that the stream holds; the count of what waits may come late."""
        last = (await js.stream_info(stream)).state.last_seq
        info = await js.consumer_info(stream, durable)
        behind = durable == "readmodel" and (info.ack_floor.stream_seq if info.ack_floor else 0) < last
        return behind or bool(info.num_pending or info.num_ack_pending)

    async def done() -> bool:
        if await store.collection("cases").count({"untold_at": {"$exists": True}}, limit=1):
            return False
        return not any([await waits(*each) for each in durables])

    try:
        await until(done, seconds)
    finally:
        await store.close()


HOTLINE = (("INTAKE", "hotline-intake"), ("EVENTS", "hotline"), ("EVENTS", "readmodel"))

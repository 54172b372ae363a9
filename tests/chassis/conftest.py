"""A store and the toy's cases on the real database, once with each driver."""

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import nats
import pytest
import pytest_asyncio
from nats.js.api import StreamConfig

from chassis import cases as case_store
from chassis.actors import Actor, Cause
from chassis.bus import Bus
from chassis.cases import Cases
from chassis.embedded import EmbeddedNats
from chassis.outbox import Outgoing
from chassis.settings import Settings
from chassis.store import Store
from chassis.streams import MESSAGE_BYTES
from tests.chassis.toy import KIND, Jar
from tests.servers import MORNING, Servers

OFFICER = Actor("person", "li", "李四")


def cause(id: str | None = None) -> Cause:
    return Cause(OFFICER, id or str(uuid.uuid4()), MORNING)


@dataclass
class Bench:
    """Cases of the toy, and what was handed to the relay after each commit."""

    store: Store
    cases: Cases[Jar]
    told: list[tuple[str, int, list[Outgoing]]] = field(default_factory=list)


@pytest_asyncio.fixture(params=["motor", "pymongo"], loop_scope="session")
async def bench(servers: Servers, request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    store = Store(servers.mongo.url, f"t_{uuid.uuid4().hex[:12]}", request.param)
    told: list[tuple[str, int, list[Outgoing]]] = []
    collection = store.collection("cases")
    await case_store.create_indexes(collection)
    cases = Cases(KIND, collection, servers.region, lambda *entry: told.append(entry))
    yield Bench(store, cases, told)
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def nats_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedNats]:
    """A server of the module's own, without accounts, with the platform's streams."""
    folder = tmp_path_factory.mktemp("nats")
    config = folder / "nats.conf"
    config.write_text(f'jetstream {{ store_dir: "{folder}/js" }}\n')
    async with EmbeddedNats(config, 0, folder / "nats.log") as server:
        client = await nats.connect(server.url)
        js = client.jetstream()
        await js.add_stream(StreamConfig(name="EVENTS", subjects=["zwgk.*.evt.>"], duplicate_window=120))
        await js.add_stream(StreamConfig(name="PARKED", subjects=["zwgk.*.parked.>"], max_msg_size=2 * MESSAGE_BYTES))
        await client.close()
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def bus(nats_server: EmbeddedNats) -> AsyncIterator[Bus]:
    """A connection of the service `hotline` to that server."""
    bus = Bus("hotline", Settings(nats_url=nats_server.url, graceful_seconds=2))
    await bus.connect()
    yield bus
    await bus.stop()

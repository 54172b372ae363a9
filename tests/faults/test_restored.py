"""A database restored to an earlier state, then `zwgk republish`: everything follows the restored truth."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.rpc import Asker
from chassis.store import Store
from cli import bus as operators
from cli import session
from cli.place import Place
from contracts.base import Done, Role
from contracts.hotline import terms as c
from contracts.hotline.tickets import ClassifyTicket
from contracts.readmodel import answers as r
from contracts.readmodel.running import Rebuild, RebuildProgress, RebuildState
from tests.faults.crashing import HOTLINE, Emitter, impatient, settled, stored, ticket
from tests.servers import Desk, Servers, started, until

SERVED = ["hotline", "readmodel"]


def as_place(servers: Servers) -> Path:
    """The data folder as `zwgk up` leaves it, so that operators' commands find the platform."""
    credentials = {name: str(path) for name, path in servers.files.items()}
    place = Place(
        http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=credentials
    )
    (servers.folder.path / "run.json").write_text(place.text())
    return servers.folder.path


async def operate(servers: Servers, command: Any, *args: Any, **options: Any) -> None:
    """Run an operator's command as the command line does, in a thread with its own event loop."""

    def act() -> None:
        session.DATA.set(as_place(servers))
        command(*args, **options)

    await asyncio.to_thread(act)


@asynccontextmanager
async def stopped_database(servers: Servers) -> AsyncIterator[None]:
    await asyncio.to_thread(servers.mongo.stop)
    yield
    await servers.mongo.start()


async def view(desk: Desk, id: str) -> r.View:
    found: r.View = await desk(r.GetView(type="hotline.ticket", id=id), r.View, roles=[Role.SUPERVISOR])
    return found


async def numbers(servers: Servers) -> dict[str, str]:
    """Our number of each ticket."""
    store = Store(servers.mongo.url, "zwgk_hotline")
    try:
        found = await store.collection("cases").find({"kind": "ticket"})
    finally:
        await store.close()
    return {json.loads(each["facts"][0]["text"])["data"]["ticket_no"]: each["_id"] for each in found}


async def take(servers: Servers, *tickets: str) -> dict[str, str]:
    emitter = Emitter(await servers.client("h12345"), servers.region)
    await emitter.emit_all([ticket(number) for number in tickets])
    await settled(servers, HOTLINE)
    return await numbers(servers)


async def classify(desk: Desk, id: str, category: str) -> None:
    matter = c.Matter.ORDINARY
    await desk(ClassifyTicket(id=id, category=category, matter=matter), Done, roles=[Role.DISPATCHER])


async def listed(desk: Desk) -> dict[str, Any]:
    page = await desk(r.ListViews(type="hotline.ticket", limit=200), r.ViewPage, roles=[Role.SUPERVISOR])
    assert page.total == len(page.items)
    return {item.record["ticket_no"]: item.record for item in page.items}


async def rebuilt(servers: Servers) -> None:
    client = await servers.client("operator")
    ask = Asker(lambda: client, servers.region, "operator")
    await ask(Rebuild(), RebuildState)

    async def done() -> bool:
        return not (await ask(RebuildProgress(), RebuildState)).running

    await until(done, 30)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("whole", "rebuild"),
    [
        pytest.param(False, False, id="one-database"),
        pytest.param(False, True, id="one-database-rebuilt", marks=pytest.mark.faults),
        pytest.param(True, True, id="all-databases-rebuilt", marks=pytest.mark.faults),
    ],
)
async def test_views_follow_the_restored_truth(tmp_path: Path, whole: bool, rebuild: bool) -> None:
    async with impatient(tmp_path) as servers:
        desk = await servers.asker()
        copy = tmp_path / "copy"
        async with started(servers, SERVED):
            before = await take(servers, "K-1", "K-2")
            await classify(desk, before["K-1"], "交通运输")
            await settled(servers, HOTLINE)
        async with stopped_database(servers):
            shutil.copytree(servers.folder.mongo, copy)
        async with started(servers, SERVED):
            after = await take(servers, "L-1", "L-2", "L-3")
            await classify(desk, before["K-1"], "公共服务")
            await classify(desk, after["L-1"], "公共服务")
            await settled(servers, HOTLINE)
            assert (await view(desk, before["K-1"])).record["category"] == "公共服务"
        await restore(servers, copy, whole=whole)
        async with started(servers, SERVED):
            await operate(servers, operators.republish, "hotline", json_=False)
            await settled(servers, HOTLINE)
            assert set(await listed(desk)) == {"K-1", "K-2"}
            ends = await stored(servers, "PUBLIC", f"zwgk.{servers.region}.evt.public.hotline.records.retold.")
            assert len(ends) == 1, "a portal hears that what was not told again is gone"
            assert (await view(desk, before["K-1"])).record["category"] == "交通运输"
            again = await take(servers, "N-1", "N-2", "N-3", "L-2")
            assert set(await listed(desk)) == {"K-1", "K-2", "N-1", "N-2", "N-3", "L-2"}
            assert set(again.values()) & {after[each] for each in ("L-1", "L-2", "L-3")}, "numbers are given again"
            await classify(desk, again["N-1"], "交通运输")
            await classify(desk, again["K-1"], "城市管理")
            await settled(servers, HOTLINE)
            as_served = await listed(desk)
            assert (as_served["N-1"]["category"], as_served["K-1"]["category"]) == ("交通运输", "城市管理")
            if rebuild:
                await rebuilt(servers)
                assert await listed(desk) == as_served


async def restore(servers: Servers, copy: Path, *, whole: bool) -> None:
    """Put the copy in place; or only the hotline's database, as when each service has its own."""
    if whole:
        async with stopped_database(servers):
            shutil.rmtree(servers.folder.mongo)
            shutil.copytree(copy, servers.folder.mongo)
        return
    kept = await contents(servers, "zwgk_readmodel")
    async with stopped_database(servers):
        shutil.rmtree(servers.folder.mongo)
        shutil.copytree(copy, servers.folder.mongo)
    store = Store(servers.mongo.url, "zwgk_readmodel")
    for name, documents in kept.items():
        await store.collection(name).delete_many({})
        await store.collection(name).insert_many(documents)
    await store.close()


async def contents(servers: Servers, database: str) -> dict[str, list[dict[str, Any]]]:
    store = Store(servers.mongo.url, database)
    try:
        return {name: await store.collection(name).find({}) for name in await store.collections()}
    finally:
        await store.close()

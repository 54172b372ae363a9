"""Rebuilding beside the running generation, searching after a restart, and several replicas."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chassis.rpc import Asker
from chassis.store import Store
from contracts.base import Role
from contracts.readmodel import running as r
from contracts.readmodel.answers import ListViews, Search, SearchPage, ViewPage
from kernel.refused import Refused
from services.readmodel import rebuild as rebuilding
from services.readmodel import replay as replaying
from services.readmodel import searching
from services.readmodel import storage as storing
from services.readmodel.search import parse
from services.readmodel.searching import Tail
from services.readmodel.storage import Generations
from tests.faults.crashing import Process, impatient
from tests.readmodel.telling import (
    alone,
    changed,
    document,
    hear,
    heard,
    message,
    published,
    retold,
    tell,
    ticket,
    views,
)
from tests.servers import MORNING, Desk, Servers, started, until

TIMES = 3
READMODEL = "zwgk_readmodel"


async def operator(servers: Servers) -> Asker:
    client = await servers.client("operator")
    return Asker(lambda: client, servers.region, "operator")


async def rebuilt(ask: Asker) -> r.RebuildState:
    async def done() -> r.RebuildState | None:
        state = await ask(r.RebuildProgress(), r.RebuildState)
        return state if state.switched and not state.running else None

    state: r.RebuildState = await until(done, 120)
    return state


async def all_views(servers: Servers) -> dict[str, Any]:
    store = Store(servers.mongo.url, READMODEL)
    try:
        return await views(await Generations(store).current())
    finally:
        await store.close()


async def fill(servers: Servers, name: str, count: int) -> None:
    made = [message(changed(ticket(f"{name}-{n}", revision=v)), v) for n in range(count) for v in range(1, TIMES + 1)]
    await tell(servers, "hotline", made)


async def all_heard(ask: Asker) -> None:
    async def none_waits() -> bool:
        return not (await ask(r.Lag(), r.LagState)).pending

    await until(none_waits)


@pytest.mark.faults
@pytest.mark.timeout(240)
async def test_a_rebuild_serves_on_dies_goes_on_where_it_stood_and_ends_with_the_same_views(tmp_path: Path) -> None:
    async with impatient(tmp_path) as servers:
        ask = await operator(servers)
        serving = Process(servers, ["readmodel"], tmp_path / "serving.log", servers.settings())
        await serving.start()
        try:
            await fill(servers, "R", 100)
            await tell(servers, "publication", [message(published(document("R-D")), 1)])
            await all_heard(ask)
            before = await all_views(servers)
            assert len(before) == 101
            await ask(r.Rebuild(), r.RebuildState)
            with pytest.raises(Refused) as refused:
                await ask(r.Rebuild(), r.RebuildState)
            assert refused.value.code == "rebuild_running"
            serving.kill()
            await serving.start()
            assert await all_views(servers) == before, "a dead rebuild changes nothing"
            await fill(servers, "S", 10)
            state = await rebuilt(ask)
            assert state.applied >= 331
            assert state.switched
            after = await all_views(servers)
            assert {id: each for id, each in after.items() if ":S-" not in id} == before
            assert sum(each["version"] == TIMES for id, each in after.items() if ":S-" in id) == 10
            assert await generations(servers) == [f"views_{state.generation}"]
        finally:
            serving.kill()


async def generations(servers: Servers) -> list[str]:
    store = Store(servers.mongo.url, READMODEL)
    try:
        return sorted(name for name in await store.collections() if name.startswith("views_"))
    finally:
        await store.close()


@pytest.mark.timeout(120)
async def test_a_rebuild_that_was_broken_off_pulls_only_what_is_left_and_finds_no_difference(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "FETCH", 20)
    monkeypatch.setattr(rebuilding, "SETTLE_SECONDS", 1.0)
    async with started(servers, ["readmodel"]) as serving:
        ask, model = await operator(servers), serving.apps[0].it
        await fill(servers, "B", 60)
        await all_heard(ask)
        before = await ask(r.GetChecksum(), r.Checksum)
        total = (await (await servers.client("operator")).jetstream().stream_info("EVENTS")).state.messages
        await ask(r.Rebuild(), r.RebuildState)
        await until(lambda: advanced(ask, 40))
        await model.rebuilder.stop()
        monkeypatch.setattr(rebuilding, "BEAT_SECONDS", 0.5)
        state = await rebuilt(ask)
        assert (state.applied, state.different) == (pytest.approx(total, abs=40), 0)
        after = await ask(r.GetChecksum(), r.Checksum)
        assert (after.checksum, after.views) == (before.checksum, before.views)
        assert after.generation == before.generation + 1


async def advanced(ask: Asker, applied: int) -> bool:
    return (await ask(r.RebuildProgress(), r.RebuildState)).applied >= applied


async def test_a_rebuild_does_not_take_an_absent_server_for_the_end_of_the_log(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the server restarts, a fetch brings nothing; the half-filled generation must not serve."""

    async def nothing(_: Any) -> list[Any]:
        return []

    async with started(servers, ["readmodel"]) as serving:
        ask, app = await operator(servers), serving.apps[0]
        await fill(servers, "A", 3)
        await all_heard(ask)
        before = (await app.it.generations.current()).number
        monkeypatch.setattr(rebuilding, "SETTLE_SECONDS", 1.5)
        with monkeypatch.context() as patched:
            patched.setattr(replaying, "_fetch", nothing)
            await ask(r.Rebuild(), r.RebuildState)
            await asyncio.sleep(0.5)
            assert (await ask(r.RebuildProgress(), r.RebuildState)).running
            assert (await app.it.generations.current()).number == before
        await rebuilt(ask)
        assert (await app.it.generations.current()).number == before + 1


async def test_a_retelling_takes_out_of_sight_what_is_gone_also_in_the_index(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than one page of the index: each removal must have a change number of its own."""
    monkeypatch.setattr(storing, "TOGETHER", 40)
    monkeypatch.setattr(searching, "BATCH", 20)
    async with alone(servers) as model:
        await hear(model, [heard(published(document(f"G-{n}")), 1) for n in range(100)])
        generation = await model.generations.current()
        tail = Tail(model.generations, None, model.clock, str)
        await caught_up(tail)
        assert tail.index.entries == 100
        later = MORNING.replace(hour=12)
        kept = heard(published(document("G-5")), 2, epoch=1_800_000_000, at=later)
        await hear(model, [kept, heard(retold("publication", later), 1, epoch=1_800_000_000, at=later)])
        held = await views(generation)
        assert [id for id, each in held.items() if not each["removed"]] == ["publication.public_document:G-5"]
        await caught_up(tail)
        assert tail.index.entries == 1
        tail.index.close()


@pytest.mark.parametrize("missing", [1000, 0], ids=["by number", "all that was changed lately"])
async def test_the_index_finds_a_change_that_was_written_after_later_ones(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, missing: int
) -> None:
    monkeypatch.setattr(searching, "MISSING", missing)
    async with alone(servers) as model:
        tail = Tail(model.generations, None, model.clock, str)
        await hear(model, [heard(published(document("L-1")), 1)])
        generation = await model.generations.current()
        async with generation.numbers(1) as early:
            pass
        await hear(model, [heard(published(document(f"L-{n}")), 1) for n in (2, 3)])
        await generation.views.update_one({"id": "L-1"}, {"$set": {"change": early, "type": "late"}})
        await caught_up(tail)
        assert tail.index.entries == 2
        await generation.views.update_one({"id": "L-1"}, {"$set": {"type": "publication.public_document"}})
        tail._rounds = searching.LOOK_BACK_EVERY
        await caught_up(tail)
        assert tail.index.entries == 3
        tail.index.close()


async def caught_up(tail: Tail) -> None:
    generation = await tail._generations.current()
    if tail._generation != generation.number:
        await tail._open(generation)
    while await tail._advance(tail.index, generation):
        pass


async def test_the_index_goes_on_after_a_restart_and_begins_anew_after_a_restore(
    servers: Servers, tmp_path: Path
) -> None:
    async with alone(servers) as model:
        await hear(model, [heard(published(document("X-1")), 1)])
        first = Tail(model.generations, tmp_path, model.clock, str)
        await caught_up(first)
        first.index.close()
        await hear(model, [heard(published(document("X-2")), 1)])
        second = Tail(model.generations, tmp_path, model.clock, str)
        await caught_up(second)
        assert second.index.entries == 2
        second.index.close()
    async with alone(servers) as restored:
        await hear(restored, [heard(published(document("X-3")), 1)])
        third = Tail(restored.generations, tmp_path, restored.clock, str)
        await caught_up(third)
        assert third.index.entries == 1, "the index on the disk knew two changes, the database one"
        third.index.close()


@pytest.mark.timeout(60)
async def test_two_replicas_agree(servers: Servers, desk: Desk) -> None:
    async with started(servers, ["readmodel"]) as one, started(servers, ["readmodel"]) as other:
        await tell(
            servers,
            "publication",
            [message(published(document(f"Z-{n}", title=f"鸢尾第{v}版")), v) for n in range(40) for v in (1, 2)],
        )
        await all_heard(await operator(servers))
        models = [serving.apps[0].it for serving in (one, other)]

        async def both_found() -> bool:
            asked = [model.tail.index.entries for model in models]
            found = [await hits(model, "鸢尾") for model in models]
            return len(set(asked)) == 1 and found == [40, 40]

        await until(both_found)
        pages = [await desk(Search(q="鸢尾"), SearchPage, roles=[Role.CLERK]) for _ in range(4)]
        assert {page.total for page in pages} == {40}


async def hits(model: Any, q: str) -> int:
    return int(model.tail.index.search(parse(q, "public")).total)


async def test_what_an_earlier_version_filled_is_filled_anew_and_not_asked_meanwhile(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two replicas one rebuilds; both answer by the new generation."""
    monkeypatch.setattr(rebuilding, "SETTLE_SECONDS", 0.5)
    ask, query, store = await operator(servers), ListViews(type="hotline.ticket"), Store(servers.mongo.url, READMODEL)
    async with started(servers, ["readmodel"]) as serving:
        await fill(servers, "LAY", 3)
        await all_heard(ask)
        before = (await serving.apps[0].it.generations.answering()).number
    await Generations(store)._meta.update_one({"_id": storing.POINTER}, {"$set": {"layout": storing.LAYOUT - 1}})
    with pytest.raises(Refused) as refused:
        await Generations(store).answering()
    assert refused.value.code == "views_outdated"
    async with started(servers, ["readmodel"]), started(servers, ["readmodel"]):
        assert (await rebuilt(ask)).generation == before + 1
        desk = await servers.asker()
        for _ in range(4):
            await until(lambda: answered(desk, query))
    assert (await Generations(store).answering()).number == before + 1
    await store.close()


async def answered(desk: Desk, query: ListViews) -> bool:
    """Whether the views answer by now; a replica looks at the pointer once a second."""
    with suppress(Refused):
        return bool((await desk(query, ViewPage, roles=[Role.OPENNESS])).items)
    return False


async def test_a_generation_without_a_note_of_its_layout_is_an_old_one_if_anything_is_in_it(servers: Servers) -> None:
    async with alone(servers) as model:
        await model.generations.begin()
        assert not await model.generations.outdated()
    async with alone(servers) as model:
        await hear(model, [heard(published(document("N-1")), 1)])
        await model.generations.begin()
        model.generations._looked = 0.0
        assert await model.generations.outdated()
        await model.generations._meta.update_one({"_id": storing.POINTER}, {"$set": {"layout": storing.LAYOUT + 1}})
        model.generations._looked = 0.0
        with pytest.raises(Refused) as refused:
            await model.generations.answering()
        assert (refused.value.code, await model.generations.outdated()) == ("views_newer", False)

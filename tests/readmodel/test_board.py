"""The work in memory is the work in the views: after a start, after every change, after a rebuild."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.readmodel import answers as c
from services.readmodel import lists, storage
from services.readmodel.board import Board
from services.readmodel.handlers import ReadModel, desk, list_views
from services.readmodel.views import newest, view
from services.readmodel.work import answering
from tests.readmodel.telling import EPOCH, READER, alone, changed, hear, heard, retold, ticket
from tests.servers import MORNING, Servers

pytestmark = pytest.mark.asyncio(loop_scope="session")
LATER = MORNING + timedelta(hours=1)


def stands(board: Board) -> tuple[list[Any], dict[tuple[str, str], int]]:
    counts: dict[tuple[str, str], int] = {}
    for each, count in board.counted():
        key = (each.state, each.agency)
        counts[key] = counts.get(key, 0) + count
    return sorted(board.open()), counts


async def same_as_read_anew(model: ReadModel, board: Board) -> tuple[list[Any], dict[tuple[str, str], int]]:
    generation = await model.generations.current()
    followed = stands(await board.read(generation))
    assert followed == stands(await Board().read(generation))
    return followed


async def test_what_changes_is_followed_and_equals_what_a_start_reads(servers: Servers) -> None:
    async with alone(servers) as model:
        board = Board()
        assert await same_as_read_anew(model, board) == ([], {})
        await hear(model, [heard(changed(ticket(f"T-{n}")), 1) for n in range(4)])
        assert (await same_as_read_anew(model, board))[1] == {("dispatched", "jtj"): 4}
        closed: dict[str, Any] = {"open": False, "state": "closed", "due_at": None}
        await hear(model, [heard(changed(ticket(f"T-{n}", **closed)), 2) for n in (0, 1)])
        open_, counts = await same_as_read_anew(model, board)
        assert ([each.id for each in open_], counts[("closed", "jtj")]) == (["T-2", "T-3"], 2)
        await hear(model, [heard(changed(ticket("T-0", agency="czj")), 3)])
        open_, counts = await same_as_read_anew(model, board)
        assert (len(open_), counts) == (3, {("closed", "jtj"): 1, ("dispatched", "jtj"): 2, ("dispatched", "czj"): 1})
        kept = heard(changed(ticket("T-3", revision=9)), 9, epoch=EPOCH + 9, at=LATER)
        await hear(model, [kept, heard(retold("hotline", LATER), 1, epoch=EPOCH + 9, at=LATER)])
        assert (await same_as_read_anew(model, board))[1] == {("dispatched", "jtj"): 1}


async def test_a_change_that_is_written_after_a_later_one_is_not_missed(servers: Servers) -> None:
    async with alone(servers) as model:
        generation, board = await model.generations.current(), Board()
        await board.read(generation)
        async with generation.numbers(1) as number:
            async with generation.numbers(10_000):
                pass
            await hear(model, [heard(changed(ticket("T-quick")), 1)])
            for _ in range(2):
                assert [each.id for each in (await board.read(generation)).open()] == ["T-quick"]
            assert (await generation.changes()).settled == number - 1
            await generation.views.insert_many([numbered("T-slow", number)])
        assert sorted(each.id for each in (await board.read(generation)).open()) == ["T-quick", "T-slow"]
        last, settled = await generation.changes()
        assert (last, board._position) == (settled, settled)


def numbered(id: str, number: int) -> dict[str, Any]:
    one = heard(changed(ticket(id)), 1)
    (document,) = newest([view(type(one.event), one.data, one.at)])
    return document | {"change": number, "changed_at": MORNING}


async def test_a_writer_that_failed_or_died_holds_up_nobody_for_long(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with alone(servers) as model:
        generation = await model.generations.current()
        with pytest.raises(ConnectionError):
            async with generation.numbers(1):
                raise ConnectionError
        async with generation.numbers(3):
            pass
        assert tuple(await generation.changes()) == (4, 0)
        monkeypatch.setattr(storage, "DEAD_SECONDS", 0.0)
        assert tuple(await generation.changes()) == (4, 4)
        async with generation.numbers(1):
            pass
        monkeypatch.setattr(storage, "DEAD_SECONDS", 60.0)
        assert tuple(await generation.changes()) == (5, 5)


async def test_two_replicas_that_number_at_once_are_both_waited_for(servers: Servers) -> None:
    async with alone(servers) as model:
        one, other = model.generations.open(1), model.generations.open(1)
        async with one.numbers(5) as first:
            async with other.numbers(7) as second:
                assert (first, second) == (1, 6)
            assert (await other.changes()).settled == 0
        assert tuple(await other.changes()) == (12, 12)


async def test_another_generation_or_an_older_database_is_read_anew(servers: Servers) -> None:
    async with alone(servers) as model:
        board = Board()
        await hear(model, [heard(changed(ticket("T-1")), 1)])
        await same_as_read_anew(model, board)
        await model.generations.open(2).create_indexes()
        await model.generations.switch(2)
        assert await same_as_read_anew(model, board) == ([], {})
        await model.generations.switch(1)
        assert len((await same_as_read_anew(model, board))[0]) == 1


async def test_the_desk_lists_no_more_than_asked_and_counts_all(servers: Servers) -> None:
    async with alone(servers) as model:
        due = [MORNING + timedelta(hours=n) for n in (3, -2, 1, 900)]
        await hear(model, [heard(changed(ticket(f"T-{n}", at)), 1) for n, at in enumerate(due)])
        page: Any = await desk(model, c.Desk(limit=1), READER)
        assert [item.id for item in (*page.overdue, *page.due_soon, *page.waiting)] == ["T-1", "T-2", "T-3"]
        assert page.counts == {"overdue": 1, "due_soon": 2, "waiting": 1}
        assert page.due_soon[0].due_at == due[2]
        other: Any = await desk(model, c.Desk(agency="czj"), READER)
        assert other.counts["overdue"] == 0


@pytest.mark.parametrize(
    ("task", "who"),
    [
        ({"leads": ["czj"], "co": ["jtj"], "each_alone": False}, ["czj"]),
        ({"leads": [], "co": ["jtj", "czj"], "each_alone": False}, ["jtj", "czj"]),
        ({"leads": ["czj"], "co": ["jtj"], "each_alone": True}, ["czj", "jtj"]),
        ({"leads": ["czj"], "co": ["jtj"], "each_alone": False, "target": {"per_unit": True}}, ["czj", "jtj"]),
        ({"leads": ["czj", "jtj"], "co": [], "each_alone": False, "target": {"per_unit": False}}, ["czj", "jtj"]),
        ({}, []),
    ],
)
async def test_who_answers_for_a_task(task: dict[str, Any], who: list[str]) -> None:
    assert answering(task) == who


async def test_a_list_shows_also_what_changed_long_ago(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "NEAR", (1, 2))
    async with alone(servers) as model:
        await hear(model, [heard(changed(ticket(f"T-{n}", agency="czj" if n % 3 else "jtj")), 1) for n in range(9)])
        query = c.ListViews(type="hotline.ticket", agency="jtj", limit=2)
        first: Any = await list_views(model, query, READER)
        assert ([each.record["id"] for each in first.items], first.total) == (["T-6", "T-3"], 3)
        second: Any = await list_views(model, query.model_copy(update={"cursor": first.next}), READER)
        assert ([each.record["id"] for each in second.items], second.next) == (["T-0"], None)

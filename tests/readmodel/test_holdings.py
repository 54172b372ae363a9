"""Catalogues in memory are the views: after every change, under every filter, page by page."""

from typing import Any

import pytest

from contracts.readmodel import answers as c
from services.readmodel.handlers import ReadModel, catalogue, get_related
from services.readmodel.holdings import Holdings
from tests.readmodel.telling import EPOCH, READER, alone, document, hear, heard, published, retold
from tests.servers import MORNING, Servers

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def shown(model: ReadModel, **asked: Any) -> tuple[list[str], dict[str, int], int]:
    page: Any = await catalogue(model, c.Catalogue(**asked), READER)
    return [item["id"] for item in page.items], {b.value: b.count for b in page.counts["genre"]}, page.total


async def names(model: ReadModel, id: str) -> tuple[set[str], set[str]]:
    found: Any = await get_related(model, c.GetRelated(id=id), READER)
    return {each.id for each in found.explains}, {each.id for each in found.explained_by}


async def test_what_is_published_changed_and_taken_away_is_followed(servers: Servers) -> None:
    async with alone(servers) as model:
        assert await shown(model) == ([], {}, 0)
        await hear(model, [heard(published(document(f"G-{n}", day=n)), 1) for n in range(1, 5)])
        assert await shown(model) == (["G-4", "G-3", "G-2", "G-1"], {"通知": 4}, 4)
        moved = document("G-1", day=9, metadata={"genre": "公告"})
        await hear(model, [heard(published(moved), 2)])
        assert await shown(model) == (["G-1", "G-4", "G-3", "G-2"], {"通知": 3, "公告": 1}, 4)
        assert await shown(model, filters={"genre": "公告"}) == (["G-1"], {"公告": 1}, 1)
        assert await shown(model, filters={"genre": "决定"}) == ([], {}, 0)
        await hear(model, [heard(published(document("G-4", day=4, withdrawn=True)), 2)])
        assert await shown(model) == (["G-1", "G-3", "G-2"], {"通知": 2, "公告": 1}, 3)
        later = MORNING.replace(day=28)
        kept = heard(published(moved), 3, epoch=EPOCH + 1, at=later)
        await hear(model, [kept, heard(retold("publication", later), 1, epoch=EPOCH + 1, at=later)])
        assert await shown(model) == (["G-1"], {"公告": 1}, 1)


async def test_a_page_goes_on_behind_the_last_one_while_documents_are_published(servers: Servers) -> None:
    async with alone(servers) as model:
        await hear(model, [heard(published(document(f"G-{n}", day=n)), 1) for n in range(1, 6)])
        first: Any = await catalogue(model, c.Catalogue(limit=2), READER)
        await hear(model, [heard(published(document("G-9", day=20)), 1)])
        second: Any = await catalogue(model, c.Catalogue(limit=2, cursor=first.next), READER)
        third: Any = await catalogue(model, c.Catalogue(limit=2, cursor=second.next), READER)
        pages = [[item["id"] for item in page.items] for page in (first, second, third)]
        assert (pages, third.next) == ([["G-5", "G-4"], ["G-3", "G-2"], ["G-1"]], None)


async def test_another_generation_is_read_anew(servers: Servers) -> None:
    async with alone(servers) as model:
        await hear(model, [heard(published(document("G-1")), 1)])
        assert (await shown(model))[2] == 1
        await model.generations.open(2).create_indexes()
        await model.generations.switch(2)
        assert (await shown(model))[2] == 0
        await model.generations.switch(1)
        assert (await shown(model))[2] == 1


async def test_what_explains_what_is_found_by_number_and_by_document_number(servers: Servers) -> None:
    async with alone(servers) as model:
        policy = document("G-1", metadata={"doc_no": "示政发〔2026〕1号"})
        by_number = document("G-2", metadata={"interprets": ("G-1",)})
        by_doc_no = document("G-3", metadata={"interprets": ("示政发〔2026〕1号",)})
        await hear(model, [heard(published(each), 1) for each in (policy, by_number, by_doc_no, document("G-4"))])
        assert await names(model, "G-1") == (set(), {"G-2", "G-3"})
        assert await names(model, "G-2") == ({"G-1"}, set())
        assert await names(model, "G-3") == ({"G-1"}, set())
        assert await names(model, "G-4") == (set(), set())


async def test_held_anew_is_held_the_same(servers: Servers) -> None:
    async with alone(servers) as model:
        followed = Holdings()
        generation = await model.generations.current()
        await followed.read(generation)
        for version in (1, 2):
            await hear(model, [heard(published(document(f"G-{n}", day=n + version)), version) for n in range(1, 9)])
            await followed.read(generation)
        anew = await Holdings().read(generation)
        assert (await followed.chosen({}, None)) == (await anew.chosen({}, None))
        assert len((await anew.chosen({}, None)).holdings) == 8

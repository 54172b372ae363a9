"""Files of the catalogue, and the feed of changes with its cursor."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
import pytest_asyncio
from openpyxl import load_workbook

from contracts.readmodel.answers import Catalogue
from contracts.readmodel.terms import ChangePage
from kernel.refused import Refused
from services.readmodel import downloads, lists
from services.readmodel.handlers import ReadModel
from services.readmodel.lists import encode
from tests.readmodel.telling import alone, document, hear, heard, published
from tests.servers import MORNING, Servers

SITE = "https://www.example.gov.cn"
LATER = MORNING + timedelta(days=400)


@pytest_asyncio.fixture(loop_scope="session")
async def model(servers: Servers) -> AsyncIterator[ReadModel]:
    """Five documents, of which one has been taken down and one would be a formula in a spreadsheet."""
    async with alone(servers) as made:
        events = [heard(published(document(f"D-{n}", day=n, metadata={"category": "财政"})), 1) for n in range(1, 5)]
        events.append(heard(published(document("D-5", day=5, title="=1+1&公告")), 1))
        await hear(made, [*events, heard(published(document("D-4", withdrawn=True)), 2)])
        yield made


async def rows(model: ReadModel, **filters: str) -> list[dict[str, Any]]:
    generation = await model.generations.current()
    given: Any = filters
    holdings = await model.holdings.read(generation)
    page = await lists.catalogue(generation, holdings, model.register, Catalogue(filters=given, limit=100))
    return downloads.rows(page, model.register, SITE)


def file(found: list[dict[str, Any]], format: str) -> bytes:
    return downloads.written(found, format, site=SITE, name="示例县", now=MORNING)


async def test_every_format_holds_every_document_newest_first(model: ReadModel) -> None:
    found = await rows(model)
    ids = ["D-5", "D-3", "D-2", "D-1"]
    assert [row["id"] for row in found] == ids
    read = list(csv.DictReader(io.StringIO(file(found, "csv").decode("utf-8-sig"))))
    assert [row["编号"] for row in read] == ids
    assert (read[0]["文件名称"], read[1]["发布机构"]) == ("'=1+1&公告", "示例县财政局")
    sheet = load_workbook(io.BytesIO(file(found, "xlsx"))).active
    assert [cell[0].value for cell in sheet.iter_rows(min_row=2)] == ids
    assert [row["id"] for row in json.loads(file(found, "json"))] == ids
    linked = json.loads(file(found, "jsonld"))
    assert linked["@type"] == "dcat:Catalog"
    assert linked["dcat:dataset"][1]["信息类别"] == "财政"
    feed = ElementTree.fromstring(file(found, "atom"))
    space = {"a": downloads.ATOM}
    assert [each.text for each in feed.findall("a:entry/a:id", space)] == [f"{SITE}/documents/{id}" for id in ids]
    assert feed.findtext("a:entry/a:title", namespaces=space) == "=1+1&公告"
    assert [row["id"] for row in await rows(model, category="财政")] == ids[1:]


async def read_all(model: ReadModel, cursor: str | None, limit: int) -> tuple[list[str], ChangePage]:
    seen: list[str] = []
    while True:
        page = await downloads.changes(await model.generations.current(), cursor, limit)
        seen += [f"-{each.id}" if each.removed else each.id for each in page.changes]
        cursor = page.cursor
        if not page.more:
            return seen, page


async def test_changes_are_read_on_from_the_cursor_however_large_the_pages(model: ReadModel) -> None:
    seen, page = await read_all(model, None, 2)
    assert sorted(seen) == ["-D-4", "D-1", "D-2", "D-3", "D-5"]
    assert (await read_all(model, page.cursor, 2))[0] == []
    await hear(model, [heard(published(document("D-2", title="更正后的通知")), 2)])
    again, page = await read_all(model, page.cursor, 2)
    assert again == ["D-2"]
    assert page.changes[-1].record is not None
    assert page.changes[-1].record["metadata"]["title"] == "更正后的通知"


async def test_what_stands_behind_a_change_that_is_being_written_is_held_back(model: ReadModel) -> None:
    generation = await model.generations.current()
    first = (await downloads.changes(generation, None, 100)).cursor
    async with generation.numbers(1):
        await hear(model, [heard(published(document("D-9")), 1)])
        assert (await downloads.changes(generation, first, 100)).changes == ()
    assert [each.id for each in (await downloads.changes(generation, first, 100)).changes] == ["D-9"]


async def test_a_cursor_from_before_a_rebuild_begins_anew_and_a_wrong_one_is_refused(model: ReadModel) -> None:
    generation = await model.generations.current()
    page = await downloads.changes(generation, encode("77:5"), 100)
    assert page.restarted
    assert len(page.changes) == 5
    for wrong in ("%%%", encode("x:1"), encode("1"), encode("1:" + "9" * 40)):
        with pytest.raises(Refused):
            await downloads.changes(generation, wrong, 100)

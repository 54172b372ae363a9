"""The catalogue as whole files and feeds, its changes, and how current the pages are."""

import csv
import io
import json
from xml.etree import ElementTree

import httpx
import pytest
from openpyxl import load_workbook

from services.gateway.api import downloads
from tests.gateway.conftest import Publish
from tests.gateway.test_reports import signed_in
from tests.servers import Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_files_hold_every_document_of_a_field_however_many_pages_there_are(
    web: httpx.AsyncClient, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "PAGE", 2)
    ids = {await publish(f"关于下载的第{n}号通知", f"第{n}号正文", group="重点领域/下载试验") for n in range(5)}
    asked = {"field": "重点领域/下载试验"}
    counts = (await web.get("/api/v1/catalogue", params=asked)).json()["counts"]
    assert [(each["value"], each["count"]) for each in counts["field"]] == [("重点领域/下载试验", 5)]
    found = {form: await web.get(f"/api/v1/catalogue.{form}", params=asked) for form in ("csv", "xlsx", "json")}
    table = list(csv.reader(io.StringIO(found["csv"].content.decode("utf-8-sig"))))
    assert table[0][0] == "编号"
    assert {row[0] for row in table[1:]} == ids
    assert {row["id"] for row in found["json"].json()} == ids
    sheet = load_workbook(io.BytesIO(found["xlsx"].content)).active
    assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == ids
    dcat = (await web.get("/api/v1/catalogue.jsonld", params=asked)).json()
    assert {each["dct:identifier"] for each in dcat["dcat:dataset"]} == ids
    assert {each["组配分类"] for each in dcat["dcat:dataset"]} == {"重点领域/下载试验"}
    feed = ElementTree.fromstring((await web.get("/api/v1/catalogue.atom", params=asked)).content)
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 2
    assert (await web.get("/api/v1/catalogue.pdf")).status_code == 422
    monkeypatch.setattr(downloads, "MAX_DOCUMENTS", 4)
    refused = await web.get("/api/v1/catalogue.csv", params=asked)
    assert (refused.status_code, json.loads(refused.content)["title"]) == (422, "too_many")


async def test_changes_are_followed_by_their_cursor(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于变动的通知", "变动的正文")

    async def told() -> str | None:
        cursor, more, seen = None, True, set()
        while more:
            page = (await web.get("/api/v1/changes", params={"cursor": cursor} if cursor else {})).json()
            seen |= {each["id"] for each in page["changes"]}
            cursor, more = page["cursor"], page["more"]
        return cursor if id in seen else None

    cursor = await until(told)
    assert (await web.get("/api/v1/changes", params={"cursor": cursor})).json()["changes"] == []
    assert (await web.get("/api/v1/changes", params={"cursor": "无效"})).status_code == 422


async def test_a_search_is_narrowed_by_field_and_category(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于萤火虫的通知", "夜间的正文", group="重点领域/检索试验", category="人事")
    asked = {"q": "萤火虫", "field": "重点领域/检索试验", "category": "人事"}

    async def found() -> bool:
        return [hit["id"] for hit in (await web.get("/api/v1/search", params=asked)).json()["hits"]] == [id]

    await until(found)
    assert (await web.get("/api/v1/search", params=asked | {"category": "财政"})).json()["total"] == 0


async def test_staff_see_how_current_each_view_is(web: httpx.AsyncClient, publish: Publish, servers: Servers) -> None:
    await publish("关于时效的通知", "时效的正文")
    assert (await web.get("/desk/state")).status_code == 303
    await signed_in(web, servers)
    shown = (await web.get("/desk/state")).text
    assert "已公开文件" in shown
    assert "待处理事件" in shown

"""Catalogues, guides, rates and draws for programs: what the official sees and the public does not."""

from datetime import date
from typing import Any

import httpx
import pytest

from contracts.base import Done, Role
from contracts.publication import inspection as c
from contracts.publication.catalogue import PutItem, RemoveItem
from services.gateway import labels
from services.publication.domain import law
from tests.publication.test_catalogue import GUIDE
from tests.publication.test_lists import CREDIT
from tests.servers import Desk, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK: dict[str, Any] = {"as_": "孙市监", "agency": "scj", "roles": [Role.CLERK]}
INSPECTOR = {"certificate": "示1", "name": "示例甲", "unit": "示例局", "status": "在岗", "avoids": "示例保密"}
SUBJECT = {"code": "对象1", "name": "示例店", "party_class": "法人及非法人组织", "category": "餐饮", "organ": "示例局"}
KEY_FIELD = {"basis": "某法", "subject": "示例局", "periodicity": "每年", "channel": "网站"}
MATTER = {"name": "抽查", "basis": "某法", "organ": "示例局", "content": "许可", "way": "实地", "ratio": "1%"}


async def put(desk: Desk, type: str, values: dict[str, str]) -> str:
    command = PutItem(type=type, agency="scj", values=dict(values), reason="编制")
    return str((await desk(command, Done, **CLERK)).id)


async def test_lists_are_grouped_searched_and_hide_what_is_internal(web: httpx.AsyncClient, desk: Desk) -> None:
    id = await put(desk, "inspectors", INSPECTOR)
    types = {each["type"]: each for each in (await web.get("/api/v1/catalogues")).json()["types"]}
    assert "avoids" not in {column["name"] for column in types["inspectors"]["columns"]}
    assert types["penalties"]["limits"][0]["days"] == 7
    listed = await web.get("/api/v1/catalogues/inspectors", params={"q": "示例甲", "group": "示例局"})
    assert [row["id"] for row in listed.json()["rows"]] == [id]
    for path in ("/api/v1/catalogues/inspectors", f"/api/v1/catalogues/items/{id}", "/catalogues/inspectors.csv"):
        answer = await web.get(path)
        assert (answer.status_code, "示例保密" in answer.text) == (200, False), path
    assert (await web.get("/api/v1/catalogues/inspectors", params={"q": "示例保密"})).json()["rows"] == []
    groups = (await web.get("/api/v1/catalogues/inspectors/groups")).json()["groups"]
    assert groups == [{"value": "示例局", "count": 1}]
    assert (await web.get("/api/v1/catalogues/nothing")).status_code == 422


async def test_a_page_of_a_list_is_narrowed_by_group_and_words_and_so_are_its_downloads(
    web: httpx.AsyncClient, desk: Desk
) -> None:
    for each, item in (("教育", "招生范围"), ("教育", "招生计划"), ("住房保障", "分配结果")):
        await put(desk, "key_fields", KEY_FIELD | {"field": each, "item": item, "content": f"{item}全文"})
    page = (await web.get("/catalogues/key_fields")).text
    assert '<option value="教育">教育（2）</option>' in page
    narrowed = {"group": "教育", "q": "计划", "agency": ""}
    for path in ("/catalogues/key_fields", "/catalogues/key_fields.csv", "/catalogues/key_fields.json"):
        told = (await web.get(path, params=narrowed)).text
        assert [word in told for word in ("招生计划", "招生范围", "分配结果")] == [True, False, False], path
    page = (await web.get("/catalogues/key_fields", params=narrowed)).text
    assert '<option value="教育" selected>' in page
    none = await web.get("/catalogues/key_fields", params={"q": '"><script>'})
    assert (none.status_code, "没有符合条件的事项" in none.text, "<script>" in none.text) == (200, True, False)


async def test_a_survey_shows_its_counts_and_whether_its_result_is_due(web: httpx.AsyncClient, desk: Desk) -> None:
    held = {"kind": "征集调查", "held_on": "2020-10-08", "host": "示例局"}
    asked = "几点关门｜21点｜单选｜"
    await put(desk, "interactions", held | {"title": "没有结果", "ended_on": "2020-10-09", "questions": asked})
    told = held | {"title": "有结果", "ended_on": "2020-10-09", "questions": asked + "7", "participants": "9"}
    id = await put(desk, "interactions", told)
    await put(desk, "interactions", held | {"title": "还在征集"})
    listed = (await web.get("/catalogues/interactions")).text
    assert [listed.count(f">{said}<") for said in ("已结束，结果未公布", "已结束", "进行中")] == [1, 1, 1]
    one = (await web.get(f"/catalogues/items/{id}")).text
    assert '<th scope="col">票数</th>' in one
    assert '<td data-label="票数">7</td>' in one
    assert "/catalogues/interactions" in (await web.get("/tickets/new")).text


async def test_a_guide_is_found_by_its_code_and_demands_are_checked(web: httpx.AsyncClient, desk: Desk) -> None:
    await put(desk, "guide", GUIDE | {"code": "SL-1", "materials": "身份证｜户口登记条例第十条"})
    found = (await web.get("/api/v1/guides/SL-1")).json()
    assert (found["item"]["values"]["name"], found["remarks"]) == ("户口迁移", [])
    checked = await web.get("/api/v1/guides/SL-1/demands", params={"demand": ["身份证", "介绍信"]})
    assert [each["in_guide"] for each in checked.json()["demands"]] == [True, False]
    assert (await web.get("/api/v1/guides/none")).status_code == 404


async def test_who_was_late_is_public_for_budgets_only(web: httpx.AsyncClient, staff: dict[str, str]) -> None:
    assert (await web.get("/api/v1/catalogues/budget/late")).json()["rows"] == []
    assert (await web.get("/api/v1/catalogues/penalties/late")).status_code == 403
    assert (await web.get("/api/v1/catalogues/penalties/late", headers=staff)).status_code == 200
    tables = (await web.get("/api/v1/proposals/rates", params={"year": 2026})).json()["tables"]
    assert [table["kind"] for table in tables] == ["人大代表建议", "政协提案"]


async def test_a_draw_comes_with_its_proof(web: httpx.AsyncClient, desk: Desk) -> None:
    matter = await put(desk, "inspections", MATTER | {"frequency": "每年"})
    await put(desk, "inspected", SUBJECT | {"status": "在业"})
    await put(desk, "inspectors", INSPECTOR)
    wanted = c.OpenDraw(
        matter=matter, title="示例抽查", agencies=("scj",), count=1, per_subject=1, inspect_by=date(2026, 12, 20)
    )
    id = (await desk(wanted, Done, **CLERK)).id
    assert (await web.get(f"/api/v1/draws/{id}")).json()["seed"] is None
    assert "待抽取" in (await web.get(f"/draws/{id}")).text
    await desk(c.CarryOutDraw(id=id), Done, as_="周局长", agency="scj", roles=[Role.HEAD])
    proof = (await web.get(f"/api/v1/draws/{id}/proof")).json()
    assert (proof["draw"]["drawn"][0]["subject"], proof["lists"][1]) == ("对象1", "对象1\t示例店")
    assert [each["id"] for each in (await web.get("/api/v1/draws")).json()["draws"]] == [id]
    assert f'href="/draws/{id}"' in (await web.get("/draws")).text
    shown = (await web.get(f"/draws/{id}")).text
    for said in ("示例店", proof["draw"]["seed"], proof["draw"]["lists_sha256"], f"/api/v1/draws/{id}/proof", "待公布"):
        assert said in shown
    assert (await web.get("/draws/999901-CC-2026-999999")).status_code == 404
    await followed_by_a_credit_mark(web, desk, id)


async def followed_by_a_credit_mark(web: httpx.AsyncClient, desk: Desk, draw: str) -> None:
    """The page of a draw leads to the mark while it is displayed, and says nothing of it afterwards."""
    mark = await put(desk, "credit", CREDIT | {"party": "示例店", "display_until": "2099-12-31"})
    today = desk.servers.clock.now().date()
    result = c.InspectionResult(
        subject="对象1", inspected_on=today, outcome="发现问题待后续处理", found="台账不全", credit=mark
    )
    await desk(c.RecordResults(id=draw, results=(result,)), Done, **CLERK)

    async def said(*words: str) -> bool:
        page = await web.get(f"/draws/{draw}")
        assert page.status_code == 200
        return all(word in page.text for word in words)

    await until(lambda: said("台账不全", f'href="/catalogues/items/{mark}"'))
    await desk(RemoveItem(id=mark, reason="信用已经修复"), Done, **CLERK)

    async def gone() -> bool:
        return await said("台账不全") and not await said("信用记录")

    await until(gone)


async def test_the_grounds_of_non_disclosure_have_the_same_names_everywhere() -> None:
    assert {code: ground.title for code, ground in law.GROUNDS.items()} == labels.GROUNDS


async def test_changes_of_lists_stand_on_a_page_and_datasets_are_harvested(web: httpx.AsyncClient, desk: Desk) -> None:
    values = {"name": "示例停车场名录", "domain": "交通", "plan": "年度计划", "format": "CSV、接口",
              "licence": "开放许可", "update": "每季度",
              "download": "https://x.gov.cn/p.csv", "interface": "https://x.gov.cn/p"}  # fmt: skip
    id = await put(desk, "datasets", values | {"keeper": "示例局"})
    gone = await put(desk, "key_fields", KEY_FIELD | {"field": "教育", "item": "移出的事项", "content": "全文"})
    await desk(RemoveItem(id=gone, reason="依据已经废止"), Done, **CLERK)

    async def told() -> bool:
        text = (await web.get("/catalogues/changes")).text
        return f"/catalogues/items/{id}" in text and "依据已经废止" in text

    await until(told)
    assert (await web.get("/catalogues/changes", params={"cursor": "坏"})).status_code == 422
    harvested = (await web.get("/catalogues/datasets.jsonld")).json()
    (found,) = [each for each in harvested["dcat:dataset"] if each["dct:identifier"] == id]
    file, interface = found["dcat:distribution"]
    assert (file["dcat:downloadURL"], file["dct:format"], file["dct:license"]) == (
        "https://x.gov.cn/p.csv",
        ["CSV"],
        "开放许可",
    )
    assert interface["dcat:accessService"]["dcat:endpointURL"] == "https://x.gov.cn/p"
    assert "datasets.jsonld" in (await web.get("/catalogues/datasets")).text


async def test_each_difference_from_the_list_from_above_stands_on_the_desk() -> None:
    record = {
        "id": "999901-HD-2026-000001", "title": "权责清单认领核对：省级清单", "upper": "省级清单",
        "items": 3, "differences": [
            {"kind": "missing", "key": "P3", "column": "", "reason": "本县没有该项职权"},
            {"kind": "different", "key": "P1", "column": "设定依据", "reason": ""},
        ],
    }  # fmt: skip
    shown = dict(labels.rows("publication.reconciliation", record, {}))
    assert (shown["上级清单"], shown["上级清单项数"]) == ("省级清单", "3")
    assert shown["差异"].splitlines() == ["漏领：P3；说明：本县没有该项职权", "错领：P1（设定依据）"]
    duty = {"mismatches": [{"document": "999901-GW-2026-000001", "what": ["公开方式不符"]}]}
    shown = dict(labels.rows("publication.catalogue_duty", duty, {}))
    assert shown["与目录不一致之处"] == "文件：999901-GW-2026-000001；不一致：公开方式不符"

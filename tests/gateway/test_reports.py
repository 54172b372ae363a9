"""Reports over HTTP and on the desk."""

import html
import json
import re
from urllib.parse import urlencode

import httpx
import pytest

from contracts.base import Role
from contracts.requests.answers import LedgerImported
from contracts.requests.procedure import ImportLedger
from services.gateway.reports import LIST
from tests.servers import Desk, Servers, until

PROVIDED = "三、本年度办理结果/（一）予以公开"
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def signed_in(web: httpx.AsyncClient, servers: Servers) -> None:
    form = (await web.get("/sign-in")).text
    token = re.search(r'name="form_token" value="([^"]+)"', form)
    assert token
    sent = {"form_token": token[1], "token": servers.token("李督查", [Role.SUPERVISOR])}
    assert (await web.post("/sign-in", data=sent)).status_code == 303


async def test_reports_are_for_staff_and_issued_ones_for_all(web: httpx.AsyncClient, staff: dict[str, str]) -> None:
    for path in ("/api/v1/reports", "/api/v1/reports/clocks", "/api/v1/reports/quarterly?year=2026&quarter=3"):
        assert (await web.get(path)).status_code == 401
    listed = (await web.get("/api/v1/reports", headers=staff)).json()
    assert [each["name"] for each in listed] == [each.name for each in LIST]
    board = (await web.get("/api/v1/reports/clocks", headers=staff)).json()
    assert board["report"] == "clocks"
    empty = await web.get("/api/v1/reports/disclosure?year=2010")
    assert empty.json()["type"] == "urn:zwgk:problem:year_empty"
    unissued = await web.get("/api/v1/reports/annual?year=2026", headers=staff)
    assert unissued.json()["type"] == "urn:zwgk:problem:not_issued"


async def test_a_report_is_a_file_where_one_is_asked_for(web: httpx.AsyncClient, staff: dict[str, str]) -> None:
    file = await web.get("/api/v1/reports/overdue?format=xlsx", headers=staff)
    assert file.content[:2] == b"PK"
    assert "filename*=UTF-8''" in file.headers["content-disposition"]
    for wrong in ("overdue?year=2026", "clocks?format=docx", "quarterly?year=2026&quarter=9", "meiyou"):
        problem = await web.get(f"/api/v1/reports/{wrong}", headers=staff)
        assert problem.status_code == 422
        assert problem.headers["content-type"] == "application/problem+json"


async def test_the_desk_lists_and_shows_reports(web: httpx.AsyncClient, servers: Servers) -> None:
    assert (await web.get("/desk/reports")).status_code == 303
    await signed_in(web, servers)
    page = (await web.get("/desk/reports")).text
    for each in LIST:
        assert f'action="/desk/reports/{each.name}"' in page
    assert 'href="/desk/reports"' in (await web.get("/desk")).text
    shown = await web.get("/desk/reports/scoreboard", params={"year": 2026, "quarter": "", "agency": ""})
    assert shown.status_code == 200
    assert "各单位情况表" in shown.text
    for forbidden in ("<script", "style=", "<style"):
        assert forbidden not in shown.text
    kept = await web.get("/desk/reports/scoreboard/docx", params={"year": 2026})
    assert kept.content[:2] == b"PK"
    assert (await web.get("/desk/reports/quarterly", params={"year": 2026})).status_code == 422


async def test_a_number_of_the_annual_report_leads_to_its_requests(
    web: httpx.AsyncClient, servers: Servers, desk: Desk
) -> None:
    line = {"id": "旧-1", "agency": "fgj", "channel": "当面", "applicant_class": "自然人", "received_on": "2015-03-02",
            "closed_on": "2015-03-09", "outcome": "OPEN_PROVIDE"}  # fmt: skip
    came = await desk(ImportLedger(lines=(json.dumps(line),)), LedgerImported, roles=[Role.OPENNESS])
    assert not came.rejected
    await signed_in(web, servers)
    assert 'action="/desk/reports/annual"' in (await web.get("/desk/reports")).text
    wanted = {"year": 2015, "agency": "fgj", "as_of": ""}

    async def counted() -> str:
        shown = await web.get("/desk/reports/annual", params=wanted)
        return shown.text if shown.status_code == 200 else ""

    page = await until(counted, 30)
    links = re.findall(r'href="(/desk/reports/annual/cell[^"]+)"', page)
    (link,) = [
        each for each in links if each.endswith(urlencode({"row": PROVIDED, "column": "自然人"}).replace("&", "&amp;"))
    ]
    behind = (await web.get(html.unescape(link))).text
    assert "表中数值1" in behind
    assert 'href="/desk/records/requests.request/' in behind
    kept = await web.get("/desk/reports/annual/docx", params=wanted)
    assert kept.content[:2] == b"PK"
    for wrong in ({"row": "没有的行", "column": "总计"}, {"row": "r03", "column": "没有的列"}):
        assert (await web.get("/desk/reports/annual/cell", params=wanted | wrong)).status_code == 422
    before = await web.get("/api/v1/reports/disclosure", params={"year": 2026, "as_of": "2010-01-01"})
    assert before.status_code == 422
    web.cookies.clear()
    assert (await web.get("/desk/reports/annual", params=wanted)).status_code != 200

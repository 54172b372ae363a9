"""Reports over HTTP and on the desk."""

import re

import httpx
import pytest

from contracts.base import Role
from services.gateway.reports import LIST
from tests.servers import Servers

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

"""Open311 GeoReport v2 over HTTP, from the post to the case and back."""

from collections.abc import AsyncIterator
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from contracts.base import Done, Role
from contracts.hotline import reading as c
from contracts.hotline.terms import CATEGORIES, Ending
from contracts.hotline.tickets import CloseTicket
from services.hotline.domain.triage import RULES
from tests.servers import Desk, Servers, started

BASE = "/open311/v2"
KEY = "key-of-an-app"
POST = {
    "api_key": KEY,
    "jurisdiction_id": "999901",
    "service_code": "city",
    "attribute[kind]": "complaint",
    "address_string": "样桥镇样板路8号",
    "description": "样板路8号门前井盖破损。",
    "last_name": "示例",
    "first_name": "甲",
    "phone": "0000-5556001",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def web(servers: Servers) -> AsyncIterator[httpx.AsyncClient]:
    async with started(servers, ["hotline", "gateway"], open311_keys=SecretStr(f"other, {KEY}")) as serving:
        gateway = next(app for app in serving.apps if app.name == "gateway")
        site = f"http://127.0.0.1:{gateway.it.http.port}{BASE}"
        async with httpx.AsyncClient(base_url=site, trust_env=False) as client:
            yield client


def test_codes_stand_for_the_classes_of_the_hotline() -> None:
    assert set(CATEGORIES.values()) == set(RULES.categories)


async def test_services_and_their_definition(web: httpx.AsyncClient) -> None:
    listed = (await web.get("/services.json")).json()
    assert ("city", "城市管理") in [(each["service_code"], each["service_name"]) for each in listed]
    defined = (await web.get("/services/city.json?jurisdiction_id=999901")).json()
    assert [each["code"] for each in defined["attributes"]] == ["kind", "urgency", "secrecy"]
    tree = ElementTree.fromstring((await web.get("/services/city.xml")).content)
    assert tree.tag == "service_definition"
    assert [each.findtext("code") for each in tree.findall("attributes/attribute")] == ["kind", "urgency", "secrecy"]
    assert len(tree.findall("attributes/attribute/values/value")) > 6
    assert len(ElementTree.fromstring((await web.get("/services.xml")).content).findall("service")) == 12


async def test_a_posted_request_is_a_ticket_and_shows_nothing_personal(web: httpx.AsyncClient, desk: Desk) -> None:
    answer = await web.post("/requests.json", data=POST)
    assert answer.status_code == 201
    (taken,) = answer.json()
    id = taken["service_request_id"]
    assert "查询码" in taken["service_notice"]
    page = await desk(c.ShowTicket(id=id), c.TicketPage, roles=[Role.DISPATCHER])
    assert (page.content, page.place, page.caller.phone) == (POST["description"], POST["address_string"], POST["phone"])
    for path in (f"/requests/{id}.json", f"/requests.json?service_request_id={id}", "/requests.json?status=open"):
        got = await web.get(path)
        (shown,) = got.json()
        assert (shown["service_request_id"], shown["status"], shown["address"]) == (id, "open", "样桥镇")
        assert not [word for word in ("井盖", "样板路", "5556001", "示例甲") if word in got.text]
    tree = ElementTree.fromstring((await web.get(f"/requests/{id}.xml")).content)
    assert tree.findtext("request/service_code") == "city"
    await desk(CloseTicket(id=id, ending=Ending.ANSWERED, text="已修复"), Done, roles=[Role.DISPATCHER])
    assert (await web.get("/requests.json?status=open")).json() == []
    (closed,) = (await web.get("/requests.json?status=closed&service_code=city")).json()
    assert closed["status"] == "closed"
    assert (await web.get("/requests.json?end_date=2026-01-01T00:00:00Z")).json() == []


async def test_reports_and_secret_callers_are_never_shown(web: httpx.AsyncClient) -> None:
    for changes in ({"attribute[kind]": "report"}, {"attribute[secrecy]": "yes"}):
        (taken,) = (await web.post("/requests.json", data=POST | changes)).json()
        got = await web.get(f"/requests/{taken['service_request_id']}.json")
        assert got.status_code == 404


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/requests.json", {"api_key": ""}, 400),
        ("/requests.json", {"api_key": "wrong"}, 403),
        ("/requests.json", {"jurisdiction_id": "elsewhere"}, 404),
        ("/requests.json", {"service_code": "nothing"}, 404),
        ("/requests.json", {"attribute[kind]": "shouting"}, 400),
        ("/requests.json", {"address_string": ""}, 400),
        ("/requests.json", {"description": ""}, 400),
        ("/requests.json", {"lat": "北纬", "long": "东经"}, 400),
        ("/requests.xml", {"api_key": "wrong"}, 403),
    ],
)
async def test_errors_have_the_standards_form(
    web: httpx.AsyncClient, path: str, data: dict[str, Any], status: int
) -> None:
    answer = await web.post(path, data=POST | data)
    assert answer.status_code == status
    if path.endswith("xml"):
        tree = ElementTree.fromstring(answer.content)
        assert (tree.tag, tree.findtext("error/code")) == ("errors", str(status))
        return
    (error,) = answer.json()
    assert (set(error), error["code"]) == ({"code", "description"}, status)
    assert not [value for value in data.values() if value and value in answer.text]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/services/nothing.json", 404),
        ("/services.json?jurisdiction_id=elsewhere", 404),
        ("/requests.json?status=lost", 400),
        ("/requests.json?start_date=yesterday", 400),
        ("/requests/999901-RX-2026-999999.json", 404),
        ("/services.csv", 400),
    ],
)
async def test_wrong_questions_are_answered_so_too(web: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await web.get(path)
    assert answer.status_code == status
    assert [each["code"] for each in answer.json()] == [status]

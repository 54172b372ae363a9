"""Requests for information: from the citizen's form to the reply, with every limit on the way."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, PHONE, Platform, soon

AGENCY = "zrzyj"
CLERK = ("--as", "周经办", "--agency", AGENCY)
HEAD = ("--as", "吴负责", "--agency", AGENCY)
LABELLED = r'name="{}"[^>]*value="([^"]*)"'
NOTICE = {
    "year": 2027,
    "number": "国办发明电〔示例〕1号",
    "rest": [
        {"name": "元旦", "first": "2027-01-01", "last": "2027-01-05"},
        {"name": "春节", "first": "2027-02-05", "last": "2027-02-12"},
        {"name": "清明节", "first": "2027-04-03", "last": "2027-04-05"},
        {"name": "劳动节", "first": "2027-05-01", "last": "2027-05-05"},
        {"name": "端午节", "first": "2027-06-09", "last": "2027-06-09"},
        {"name": "中秋节", "first": "2027-09-15", "last": "2027-09-15"},
        {"name": "国庆节", "first": "2027-10-01", "last": "2027-10-07"},
    ],
    "makeup": ["2027-01-30", "2027-02-20", "2027-05-08", "2027-10-09"],
}


def submitted(platform: Platform, what: str) -> tuple[str, str]:
    """Number and query code of an application that a citizen sends by the interface."""
    application = {
        "applicant_class": "自然人",
        "applicants": [{"name": f"{MARK}申请人", "id_document": f"{MARK}证件", "contact": PHONE}],
        "description": f"{MARK}：{what}",
        "form": "电子文本",
    }
    with platform.web() as citizen:
        response = citizen.post("/api/v1/requests", json={"agency": AGENCY, "application": application})
    assert response.status_code == 201, response.text
    return response.json()["number"], response.json()["code"]


def by_form(platform: Platform, **fields: str) -> tuple[str, str]:
    """The same by the page: opened, filled in, sent, read."""
    with platform.web("192.0.2.2") as citizen:
        page = citizen.get("/requests/new").text
        hidden = {name: _only(LABELLED.format(name), page) for name in ("form_token", "command_key")}
        done = citizen.post("/requests/new", data=hidden | fields)
    assert done.status_code == 200
    return _only(r'id="number">([^<]*)<', done.text), _only(r'id="code">([^<]*)<', done.text)


def _only(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, pattern
    return found[1]


def due(platform: Platform, received: date, days: int) -> date:
    told = platform.zwgk("deadline", "explain", "--received", received.isoformat(), "--days", str(days))
    return date.fromisoformat(told["due"])


def standing(platform: Platform, number: str) -> dict[str, Any]:
    record: dict[str, Any] = platform.zwgk("requests", "show", number)["record"]
    return record


def happened(platform: Platform, number: str) -> list[str]:
    return [step["kind"] for step in platform.zwgk("requests", "show", number)["history"]]


def followed(platform: Platform, number: str, code: str) -> Any:
    with platform.web("192.0.2.3") as citizen:
        return citizen.post("/api/v1/requests/follow", json={"number": number, "code": code})


def test_an_unanswered_request_warns_and_becomes_overdue(platform: Platform) -> None:
    fields = {"applicant_class": "自然人", "name": f"{MARK}申请人", "id_document": f"{MARK}证件", "contact": PHONE}
    number, _ = by_form(
        platform, agency=AGENCY, description=f"{MARK}：示范地块出让合同", form="电子文本", route="电子", **fields
    )
    assert standing(platform, number)["state"] == "arrived"
    today = platform.now().date()
    received = platform.zwgk("requests", "receive", number, *CLERK)["record"]
    last = due(platform, today, 20)
    assert (received["received_on"], received["due_on"]) == (today.isoformat(), last.isoformat())
    platform.advance(20)
    platform.not_before(last)
    soon(lambda: "warned.v1" in happened(platform, number))
    assert standing(platform, number)["overdue"] is False, "the last day itself is in time"
    platform.advance(1)
    soon(lambda: standing(platform, number)["overdue"])
    agree(platform, number)
    desk = platform.zwgk("desk", "--agency", AGENCY)
    assert number in [item["id"] for item in desk["overdue"]]
    late = ("--days", "10", "--reason", "材料较多", *HEAD)
    assert "✗" in platform.refused("requests", "extend", number, *late)


def test_an_extended_request_is_answered_and_its_applicant_alone_learns_it(platform: Platform) -> None:
    number, code = submitted(platform, "示范地块测绘成果")
    platform.zwgk("requests", "receive", number, *CLERK)
    platform.zwgk("requests", "accept", number, *CLERK)
    before = standing(platform, number)
    extended = platform.zwgk("requests", "extend", number, "--days", "10", "--reason", "材料较多", *HEAD)["record"]
    assert extended["due_on"] == due(platform, date.fromisoformat(before["received_on"]), 30).isoformat()
    reply = f"{MARK}：现将你申请的信息提供给你。"
    platform.zwgk("requests", "reply", number, "--outcome", "OPEN_PROVIDE", "--text", reply, *CLERK)
    platform.refused("requests", "approve", number, *CLERK)
    platform.zwgk("requests", "approve", number, *HEAD)
    assert platform.zwgk("requests", "deliver", number, *CLERK)["record"]["state"] == "replied"
    agree(platform, number)
    own = followed(platform, number, code)
    assert own.status_code == 200
    assert reply in own.json()["reply"]
    _nobody_else_learns(platform, number, code)


def _nobody_else_learns(platform: Platform, number: str, code: str) -> None:
    """A wrong code looks like a wrong number; other offices read neither application nor reply; no view has them."""
    wrong_code, wrong_number = followed(platform, number, code[::-1]), followed(platform, f"{number}9", code)
    assert wrong_code.status_code == wrong_number.status_code == 404
    assert wrong_code.json() == wrong_number.json()
    purpose = ("requests", "show", number, "--purpose", "看看")
    platform.refused(*purpose, "--as", "郑旁人", "--agency", "jyj")
    own = platform.zwgk(*purpose, *CLERK)
    assert MARK in own["application"]["description"]
    assert MARK not in json.dumps(platform.view("requests.request", number), ensure_ascii=False)


def test_a_new_holiday_notice_moves_the_limits_that_it_touches(platform: Platform, tmp_path: Path) -> None:
    platform.not_before(date(2026, 12, 21))
    number, _ = submitted(platform, "示范地块规划条件")
    before = platform.zwgk("requests", "receive", number, *CLERK)["record"]
    assert before["provisional"] is True
    notice = tmp_path / "2027.json"
    notice.write_text(json.dumps(NOTICE, ensure_ascii=False), encoding="utf-8")
    platform.zwgk("calendar", "load", str(notice), "--as", "孙督查", "--agency", "bgs")
    after = soon(lambda: _moved(platform, number, before["due_on"]))
    assert after["due_on"] == due(platform, date.fromisoformat(before["received_on"]), 20).isoformat()
    assert after["provisional"] is False
    explained = platform.zwgk("requests", "explain", number, *CLERK)
    reasons = {day["date"]: day for day in explained["days"]}
    assert reasons["2027-01-04"]["counted"] is False
    agree(platform, number)


def _moved(platform: Platform, number: str, was: str) -> dict[str, Any]:
    now = standing(platform, number)
    return now if now["due_on"] != was else {}

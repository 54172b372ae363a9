"""What applicants do with their own requests, by page and by interface: correct, withdraw, attach, take documents."""

import io
import re
import zipfile
from typing import Any

import httpx
import pytest

from contracts.base import Done, Role
from contracts.requests import procedure as c
from contracts.requests.answers import Detail
from contracts.requests.papers import MAX_ATTACHMENT
from contracts.requests.terms import Outcome, Route
from services.requests.service import REFUSAL_SECONDS
from tests.gateway.test_cases import APPLICATION, FORM, fields
from tests.servers import Desk, Servers

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK: dict[str, Any] = {"as_": "张经办", "agency": "bgs", "roles": [Role.CLERK]}
HEAD: dict[str, Any] = {"as_": "李主任", "agency": "bgs", "roles": [Role.HEAD]}
ITEMS = "请写明补贴的年度和乡镇。"
STEPS = ("correct", "withdraw", "document", "follow")


async def applied(web: httpx.AsyncClient) -> dict[str, str]:
    """Number and code of a new request."""
    done = await web.post("/api/v1/requests", json={"agency": "bgs", "application": APPLICATION})
    return {key: done.json()[key] for key in ("number", "code")}


async def to_correct(web: httpx.AsyncClient, desk: Desk) -> dict[str, str]:
    claim = await applied(web)
    await desk(c.ConfirmReceipt(number=claim["number"]), Done, **CLERK)
    await desk(c.RequestCorrection(number=claim["number"], items=ITEMS), Done, **CLERK)
    return claim


async def answered(web: httpx.AsyncClient, desk: Desk) -> dict[str, str]:
    claim = await applied(web)
    number = claim["number"]
    await desk(c.ConfirmReceipt(number=number), Done, **CLERK)
    await desk(c.Accept(number=number), Done, **CLERK)
    await desk(c.DraftReply(number=number, outcome=Outcome.OPEN_PROVIDE, text="现提供明细。"), Done, **CLERK)
    await desk(c.ApproveReply(number=number), Done, **HEAD)
    before = (await web.post("/api/v1/requests/follow", json=claim)).json()
    assert "答复书" not in before["documents"], "an approved reply is not the applicant's before it is served"
    await desk(c.ReplyRequest(number=number, route=Route.ELECTRONIC), Done, **CLERK)
    return claim


async def test_a_request_is_corrected_by_page(web: httpx.AsyncClient, desk: Desk) -> None:
    claim = await to_correct(web, desk) | await fields(web, "/requests/follow")
    shown = await web.post("/requests/follow", data=claim)
    assert ITEMS in shown.text
    assert 'action="/requests/correction"' in shown.text
    form = await web.post("/requests/correction", data=claim)
    assert ITEMS in form.text
    assert APPLICATION["description"] not in form.text, "what was applied for stays among the papers"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.text))
    short = await web.post("/requests/correct", data=FORM | claim | hidden | {"description": ""})
    assert short.status_code == 422
    assert "请填写所需信息的名称" in short.text
    done = await web.post("/requests/correct", data=FORM | claim | hidden)
    assert done.status_code == 200, done.text
    assert "补正材料已收到" in done.text
    assert 'action="/requests/correction"' not in done.text
    assert 'action="/requests/correct' not in (await web.post("/requests/correction", data=claim)).text
    again = await web.post("/requests/correct", data=FORM | claim | hidden | {"command_key": "another"})
    assert again.status_code == 422
    wanted = c.GetRequest(number=claim["number"], purpose="核对")
    detail = await desk(wanted, Detail, **CLERK)
    assert detail.application.description == FORM["description"]
    assert detail.application.applicants[0].contact == FORM["contact"]


async def test_a_mistyped_code_can_be_typed_again_beside_the_correction(web: httpx.AsyncClient, desk: Desk) -> None:
    claim = await to_correct(web, desk) | await fields(web, "/requests/follow")
    form = await web.post("/requests/correction", data=claim)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form.text))
    assert not {"number", "code"} & set(hidden)
    wrong = await web.post("/requests/correct", data=FORM | claim | hidden | {"code": "WRONGCODE1"})
    assert (wrong.status_code, FORM["description"] in wrong.text) == (422, True)
    assert re.search(r'<input id="code" name="code" type="text" value="WRONGCODE1"', wrong.text)
    assert "补正材料已收到" in (await web.post("/requests/correct", data=FORM | claim | hidden)).text


async def test_an_applicant_changes_the_contact(web: httpx.AsyncClient, desk: Desk, servers: Servers) -> None:
    claim = await applied(web)
    page = claim | await fields(web, "/requests/follow")
    assert 'action="/requests/contact"' in (await web.post("/requests/follow", data=page)).text
    assert (await web.post("/requests/contact", data=page | {"contact": ""})).status_code == 422
    done = await web.post("/requests/contact", data=page | {"contact": "0000-5559777", "address": "示例路7号"})
    assert "联系方式已更改" in done.text
    assert "0000-5559777" not in done.text
    key = {"Idempotency-Key": "moved"}
    for _ in range(2):
        again = await web.post("/api/v1/requests/contact", json=claim | {"contact": "0000-5559778"}, headers=key)
        assert again.status_code == 200, again.text
    stranger = await web.post("/api/v1/requests/contact", json=claim | {"code": "WRONGCODE1", "contact": "0000-1"})
    assert stranger.status_code == 404
    detail = await desk(c.GetRequest(number=claim["number"], purpose="送达"), Detail, **CLERK)
    first = detail.application.applicants[0]
    assert (first.contact, first.address) == ("0000-5559778", "示例路7号")
    assert first.name == APPLICATION["applicants"][0]["name"]
    assert [each.what for each in detail.history].count("更改联系方式") == 2
    told = "".join(message.data.decode() for message in await servers.told("zwgk.*.evt.>"))
    assert not [each for each in ("5559777", "5559778", "示例路7号") if each in told]


async def test_a_request_is_withdrawn_by_page(web: httpx.AsyncClient) -> None:
    claim = await applied(web) | await fields(web, "/requests/follow")
    empty = await web.post("/requests/withdraw", data=claim)
    assert empty.status_code == 422
    assert "撤回说明：请填写。" in empty.text
    done = await web.post("/requests/withdraw", data=claim | {"statement": "不再需要。"})
    assert "申请已撤回" in done.text
    assert 'action="/requests/withdraw"' not in done.text
    assert 'action="/requests/attach"' not in done.text
    assert "终止办理告知书" in done.text
    twice = await web.post("/requests/withdraw", data=claim | {"statement": "再说一次。"})
    assert twice.status_code == 422
    assert "不能撤回" in twice.text


async def test_documents_come_as_word_and_for_printing(web: httpx.AsyncClient, desk: Desk) -> None:
    claim = await answered(web, desk)
    followed = (await web.post("/api/v1/requests/follow", json=claim)).json()
    assert {"登记回执", "受理通知书", "答复书"} <= set(followed["documents"])
    assert followed["may"] == []
    word = await web.post("/api/v1/requests/document", json=claim | {"kind": "答复书"})
    assert word.headers["content-disposition"].startswith("attachment;")
    assert word.headers["cache-control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(word.content)) as parts:
        assert "现提供明细。" in parts.read("word/document.xml").decode()
    wanted = claim | await fields(web, "/requests/follow") | {"kind": "答复书", "format": "html"}
    page = await web.post("/requests/document", data=wanted)
    assert page.headers["content-disposition"].startswith("attachment;")
    assert "现提供明细。" in page.text
    other = await web.post("/requests/document", data=wanted | {"kind": "延期答复告知书"})
    assert other.status_code == 422
    assert "没有延期答复告知书" in other.text
    assert (await web.post("/requests/document", data=wanted | {"form_token": "x"})).status_code == 403


async def test_corrected_and_withdrawn_by_interface_once(web: httpx.AsyncClient, desk: Desk) -> None:
    claim = await to_correct(web, desk)
    followed = (await web.post("/api/v1/requests/follow", json=claim)).json()
    assert followed["may"] == ["correct", "withdraw", "attach", "contact"]
    key = {"Idempotency-Key": "1"}
    body = claim | {"application": APPLICATION | {"description": "2025年示例镇客运补贴明细"}}
    first = await web.post("/api/v1/requests/correct", json=body, headers=key)
    again = await web.post("/api/v1/requests/correct", json=body, headers=key)
    assert (first.status_code, again.json()["repeated"]) == (200, True)
    assert (await web.post("/api/v1/requests/correct", json=body)).status_code == 422
    done = await web.post("/api/v1/requests/withdraw", json=claim | {"statement": "不再需要。"})
    assert done.json()["state"] == "closed_withdrawn"


async def test_a_file_is_added_by_interface(web: httpx.AsyncClient, desk: Desk) -> None:
    claim = await applied(web)
    paper = b"%PDF-1.4 " + bytes(range(256)) * 1200

    async def sent(data: dict[str, str], content: bytes = paper) -> httpx.Response:
        files = {"file": ("sm.pdf", content, "application/pdf")}
        return await web.post("/api/v1/requests/attach", data=data, files=files)

    kept = (await sent(claim | {"role": "委托书"})).json()
    assert (kept["attachment"], kept["pieces"], kept["complete"]) == ("F1", 2, True)
    assert (await sent(claim | {"code": "WRONGCODE1"})).status_code == 404
    assert (await sent(claim | {"role": "答复附件"})).status_code == 422
    assert (await sent(claim | {"role": "x"})).json()["field"] == "file"
    assert (await sent(claim, b"")).json()["field"] == "file"
    assert (await sent(claim, b"x" * (MAX_ATTACHMENT + 1))).status_code == 422
    assert (await web.post("/api/v1/requests/attach", json=claim)).status_code == 422


@pytest.mark.parametrize("step", STEPS)
async def test_a_wrong_code_looks_like_a_wrong_number(web: httpx.AsyncClient, step: str) -> None:
    claim = await applied(web)
    more: dict[str, Any] = {
        "correct": {"application": APPLICATION},
        "withdraw": {"statement": "不再需要。"},
        "document": {"kind": "登记回执"},
        "follow": {},
    }[step]
    answers = []
    for wrong in ({"code": "WRONGCODE1"}, {"number": "999901-YSQ-2026-999999"}):
        refused = await web.post(f"/api/v1/requests/{step}", json=claim | wrong | more)
        assert refused.elapsed.total_seconds() >= REFUSAL_SECONDS
        answers.append((refused.status_code, refused.json()))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
    page = claim | await fields(web, "/requests/follow") | FORM | {"code": "WRONGCODE1", "statement": "不再需要。"}
    said = await web.post(f"/requests/{step}", data=page | {"kind": "登记回执", "format": "docx"})
    if step != "correct":
        assert said.status_code == 422
        assert "编号或者查询码不正确" in said.text


async def test_all_steps_share_the_limit_of_guesses(web: httpx.AsyncClient) -> None:
    claim = {"number": "999901-YSQ-2026-999999", "code": "WRONGCODE1"}
    answers = [
        await web.post(
            f"/api/v1/requests/{step}", json=claim | {"statement": "不再需要。"} if step == "withdraw" else claim
        )
        for step in ("withdraw", "follow") * 20
    ]
    assert {answer.status_code for answer in answers[:20]} == {404}
    assert answers[-1].status_code == 429
    form = await fields(web, "/requests/follow")
    files = {"file": ("a.txt", b"x", "text/plain")}
    assert (await web.post("/requests/attach", data=claim | form, files=files)).status_code == 429

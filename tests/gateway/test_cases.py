"""What citizens bring, by interface and by form; what staff see of it."""

import re
from typing import Any

import httpx
import pytest

from contracts.base import Done, Role
from contracts.publication.documents import Draft
from contracts.publication.record import Changes
from contracts.requests.answers import Detail
from contracts.requests.papers import MAX_ATTACHMENT, AttachmentPiece, ReadAttachment
from contracts.requests.procedure import ConfirmReceipt, GetRequest
from tests.gateway.conftest import Publish
from tests.servers import Desk, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
APPLICATION = {
    "applicant_class": "自然人",
    "applicants": [{"name": "示例甲", "id_document": "护照 E00000000", "contact": "0000-5559001"}],
    "description": "2025年农村客运补贴发放明细",
    "form": "电子文本",
}
FORM = {
    "agency": "bgs",
    "applicant_class": "自然人",
    "name": "示例乙",
    "id_document": "护照 E00000001",
    "contact": "0000-5559002",
    "description": "2024年古树名木普查结果",
    "form": "电子文本",
    "route": "电子",
}


async def fields(web: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The hidden fields of the form at `path`."""
    page = (await web.get(path)).text
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


async def test_a_request_is_submitted_and_followed(web: httpx.AsyncClient) -> None:
    done = await web.post("/api/v1/requests", json={"agency": "bgs", "application": APPLICATION})
    assert done.status_code == 201
    assert done.headers["content-type"] == "application/json"
    claim = {key: done.json()[key] for key in ("number", "code")}
    followed = (await web.post("/api/v1/requests/follow", json=claim)).json()
    assert followed["number"] == claim["number"]
    assert followed["agency"] == "示例县人民政府办公室"
    wrong = await web.post("/api/v1/requests/follow", json=claim | {"code": "WRONGCODE1"})
    assert wrong.status_code == 404
    assert claim["code"] not in wrong.text


async def test_a_repeat_is_carried_out_once_and_a_stranger_learns_nothing(web: httpx.AsyncClient) -> None:
    body = {"agency": "czj", "application": APPLICATION | {"description": "2023年决算附表"}}
    other = {"agency": "czj", "application": APPLICATION | {"description": "2022年决算附表"}}
    key = {"Idempotency-Key": "1"}
    first = (await web.post("/api/v1/requests", json=body, headers=key)).json()
    again = (await web.post("/api/v1/requests", json=body, headers=key)).json()
    stranger = (await web.post("/api/v1/requests", json=other, headers=key)).json()
    assert again["number"] == first["number"]
    assert stranger["number"] != first["number"]
    assert stranger["code"] != first["code"]


async def test_an_unknown_agency_is_named(web: httpx.AsyncClient) -> None:
    response = await web.post("/api/v1/requests", json={"agency": "nobody", "application": APPLICATION})
    assert response.status_code == 422
    assert response.json()["field"] == "agency"
    assert "nobody" not in response.json()["detail"]


async def test_a_ticket_is_taken_and_followed(web: httpx.AsyncClient) -> None:
    body = {"kind": "咨询", "title": "示例：公交线路", "content": "示例：三路公交末班几点？"}
    done = await web.post("/api/v1/tickets", json=body)
    assert done.status_code == 201
    claim = {"number": done.json()["id"], "code": done.json()["query_code"]}
    followed = await web.post("/api/v1/tickets/follow", json=claim)
    assert followed.json()["kind"] == "咨询"
    assert "公交" not in followed.json()["state_label"]


async def test_a_form_leads_to_number_and_code(web: httpx.AsyncClient) -> None:
    hidden = await fields(web, "/requests/new")
    done = await web.post("/requests/new", data=FORM | hidden)
    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"
    number, code = re.findall(r'<dd id="(?:number|code)">([^<]+)</dd>', done.text)
    again = await web.post("/requests/new", data=FORM | hidden)
    assert number in again.text, "pressing twice registers once"
    hidden = await fields(web, "/requests/follow")
    page = await web.post("/requests/follow", data={"number": number, "code": code, **hidden})
    assert number in page.text
    assert "示例县人民政府办公室" in page.text
    assert FORM["name"] not in page.text


async def test_a_form_says_what_is_missing_and_keeps_what_was_written(web: httpx.AsyncClient) -> None:
    hidden = await fields(web, "/requests/new")
    page = await web.post("/requests/new", data=FORM | hidden | {"contact": "", "description": '"<x>'})
    assert page.status_code == 422
    assert "请填写联系方式。" in page.text
    assert 'aria-invalid="true"' in page.text
    assert "示例乙" in page.text
    assert "&lt;x&gt;" in page.text
    assert "<x>" not in page.text


async def test_no_form_asks_for_the_purpose(web: httpx.AsyncClient) -> None:
    page = (await web.get("/requests/new")).text
    names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', page))
    joint = {f"{name}_{n}" for name in ("name", "id_document", "contact", "address") for n in (2, 3)}
    agent = {"agent_name", "agent_id_document", "agent_contact", "agent_authority"}
    own = {"address", "kind", "suggests_publication", "assistance", "form_token", "command_key"}
    assert names == {*FORM, *joint, *agent, *own}


@pytest.mark.parametrize("path", ["/requests/new", "/requests/follow", "/tickets/new", "/tickets/follow", "/sign-in"])
async def test_a_form_from_elsewhere_is_refused(web: httpx.AsyncClient, site: str, path: str) -> None:
    own = {"X-Forwarded-For": f"198.51.100.{len(path)}"}
    async with httpx.AsyncClient(base_url=site, headers=own, trust_env=False) as victim:
        hidden = await fields(web, path)
        without = await victim.post(path, data=FORM)
        assert without.status_code == 403
        await victim.get(path)
        stolen = await victim.post(path, data=FORM | hidden)
        assert stolen.status_code == 403
        assert "页面已过期" in stolen.text
        mine = await fields(victim, path)
        foreign = await victim.post(path, data=FORM | mine, headers={"Sec-Fetch-Site": "cross-site"})
        assert foreign.status_code == 403


async def test_a_ticket_by_form(web: httpx.AsyncClient) -> None:
    hidden = await fields(web, "/tickets/new")
    told = {"kind": "建议", "title": "示例：增设座椅", "content": "示例：建议在公园增设座椅。", "phone": "0000-5559003"}
    done = await web.post("/tickets/new", data=told | hidden)
    number, code = re.findall(r'<dd id="(?:number|code)">([^<]+)</dd>', done.text)
    hidden = await fields(web, "/tickets/follow")
    page = await web.post("/tickets/follow", data={"number": number, "code": code, **hidden})
    assert number in page.text
    assert "0000-5559003" not in page.text


async def signed_in(web: httpx.AsyncClient, servers: Servers, roles: list[Role]) -> httpx.Response:
    hidden = await fields(web, "/sign-in")
    token = servers.token("李督查", roles)
    return await web.post("/sign-in", data={"token": f"\n{token} ", **hidden})


async def test_staff_sign_in_see_the_desk_and_sign_out(
    web: httpx.AsyncClient, servers: Servers, staff: dict[str, str]
) -> None:
    done = (await web.post("/api/v1/requests", json={"agency": "bgs", "application": APPLICATION})).json()
    assert (await web.get("/desk")).headers["location"] == "/sign-in"
    answer = await signed_in(web, servers, [Role.SUPERVISOR])
    assert answer.headers["location"] == "/desk"
    cookie = next(each for each in answer.headers.get_list("set-cookie") if "session" in each)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "eyJ" not in cookie

    async def listed() -> Any:
        page = await web.get("/desk", params={"agency": "bgs", "working_days": 60})
        return done["number"] in page.text and page

    page = await until(listed)
    assert page.headers["cache-control"] == "no-store"
    record = await web.get(f"/desk/records/requests.request/{done['number']}")
    assert record.status_code == 200
    assert "信息公开申请" in record.text
    assert APPLICATION["description"] not in record.text
    desk = (await web.get("/api/v1/desk", params={"agency": "bgs", "limit": 200}, headers=staff)).json()
    assert done["number"] in str(desk)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    assert (await web.post("/sign-out", data=hidden)).headers["location"] == "/"
    assert (await web.get("/desk")).headers["location"] == "/sign-in"


async def test_a_token_without_a_role_or_a_forged_one_signs_nobody_in(web: httpx.AsyncClient, servers: Servers) -> None:
    answer = await signed_in(web, servers, [Role.CITIZEN])
    assert answer.status_code == 401
    assert "凭证不含工作人员角色" in answer.text
    hidden = await fields(web, "/sign-in")
    forged = await web.post("/sign-in", data={"token": "eyJhbGciOiJub25lIn0.e30.", **hidden})
    assert forged.status_code == 401
    assert "身份凭证无效" in forged.text
    assert "zwgk_session" not in web.cookies


async def test_a_cookie_does_not_count_in_the_interface(web: httpx.AsyncClient, servers: Servers) -> None:
    await signed_in(web, servers, [Role.SUPERVISOR])
    assert (await web.get("/desk")).status_code == 200
    assert (await web.get("/api/v1/desk")).status_code == 401


async def test_an_expired_token_ends_the_session(web: httpx.AsyncClient, servers: Servers) -> None:
    await signed_in(web, servers, [Role.SUPERVISOR])
    web.cookies.set("zwgk_session", "tampered", domain="127.0.0.1")
    assert (await web.get("/desk")).status_code == 303


async def test_the_trace_goes_from_the_request_to_the_event(web: httpx.AsyncClient, servers: Servers) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    body = {"agency": "bgs", "application": APPLICATION | {"description": "2021年决算附表"}}
    sent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    number = (await web.post("/api/v1/requests", json=body, headers=sent)).json()["number"]
    stream = (await servers.client("operator")).jetstream()

    async def told() -> Any:
        message = await stream.get_msg("EVENTS", subject=f"zwgk.*.evt.internal.requests.request.*.v1.{number}")
        return message.headers

    headers = await until(told)
    assert headers["traceparent"].split("-")[1] == trace


async def test_what_is_public_is_offered_before_filing_and_keeps_nobody_from_it(
    web: httpx.AsyncClient, publish: Publish
) -> None:
    id = await publish("示例县2026年古井保护名录", "示例：古井共十二口。")
    written = FORM | {"description": "本人想申请公开2026年古井保护名录的全文", "name": ""}

    async def offered() -> Any:
        page = await web.post("/requests/look", data=written | await fields(web, "/requests/new"))
        return id in page.text and page

    page = await until(offered)
    assert page.status_code == 200
    assert "示例县2026年古井保护名录" in page.text
    assert "申请尚未提交" in page.text
    assert written["description"] in page.text
    assert "formaction" in page.text
    assert "<script" not in page.text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text))
    done = await web.post("/requests/new", data=written | {"name": "示例丙"} | hidden)
    assert 'id="number"' in done.text
    found = (await web.post("/api/v1/requests/look", json={"description": "古井保护名录"})).json()
    assert found["hits"][0]["title"] == "示例县2026年古井保护名录"


async def test_joint_applicants_help_and_rectification_by_form(
    web: httpx.AsyncClient, desk: Desk, staff: dict[str, str]
) -> None:
    hidden = await fields(web, "/requests/new")
    second = {"name_2": "示例丁", "id_document_2": "护照 E00000009"}
    told = {"kind": "更正申请", "suggests_publication": "on", "assistance": "大字本", **second}
    short = await web.post("/requests/new", data=FORM | hidden | told)
    assert short.status_code == 422
    assert "共同申请人也应当填写" in short.text
    done = await web.post("/requests/new", data=FORM | hidden | told | {"contact_2": "0000-5559009"})
    (number,) = re.findall(r'<dd id="number">([^<]+)</dd>', done.text)
    seen = await desk(GetRequest(number=number, purpose="核对"), Detail, agency="bgs", roles=[Role.CLERK])
    assert seen.record.kind == "更正申请"
    assert seen.record.suggested
    assert seen.record.needs_help
    assert [each.name for each in seen.application.applicants] == ["示例乙", "示例丁"]


async def test_staff_read_the_limit_day_by_day_and_what_came_in(
    web: httpx.AsyncClient, desk: Desk, staff: dict[str, str]
) -> None:
    number = (await web.post("/api/v1/requests", json={"agency": "bgs", "application": APPLICATION})).json()["number"]
    path = f"/api/v1/requests/{number}/deadline"
    assert (await web.get(path)).status_code == 401
    early = await web.get(path, headers=staff)
    assert early.status_code == 422
    assert "期限未起算" in early.json()["detail"]
    await desk(ConfirmReceipt(number=number), Done, agency="bgs", roles=[Role.CLERK])
    explained = (await web.get(path, headers=staff)).json()
    counted = [day for day in explained["days"] if day["counted"]]
    assert len(counted) == explained["workdays"] == 20
    assert counted[-1]["date"] == explained["due_on"]
    assert all(day["reason"] and day["source"] for day in explained["days"])
    arrived = (await web.get("/api/v1/requests/arrived", params={"agency": "bgs"}, headers=staff)).json()
    assert number in [row["id"] for row in arrived["rows"]]


async def test_looking_has_a_limit_of_its_own(web: httpx.AsyncClient) -> None:
    hidden = await fields(web, "/requests/new")
    empty = await web.post("/requests/look", data=FORM | hidden | {"description": ""})
    assert empty.status_code == 422
    assert "请先写明所需信息" in empty.text
    for _ in range(40):
        looked = await web.post("/requests/look", data=FORM | hidden | {"description": ""})
    assert looked.status_code == 429
    assert (await web.post("/requests/new", data=FORM | hidden)).status_code == 200


async def test_a_file_is_added_with_number_and_code(web: httpx.AsyncClient, desk: Desk) -> None:
    done = await web.post("/requests/new", data=FORM | await fields(web, "/requests/new"))
    number, code = re.findall(r'<dd id="(?:number|code)">([^<]+)</dd>', done.text)
    assert "multipart/form-data" in done.text
    claim = await fields(web, "/requests/follow") | {"number": number, "code": code, "role": "委托书"}
    paper = b"%PDF-1.4 " + bytes(range(256)) * 1200

    async def sent(data: dict[str, str], content: bytes = paper) -> httpx.Response:
        return await web.post("/requests/attach", data=data, files={"file": ("wts.pdf", content, "application/pdf")})

    page = await sent(claim)
    assert page.status_code == 200
    assert "已收入申请" in page.text
    wrong = await sent(claim | {"code": "WRONGCODE1"})
    assert wrong.status_code == 422
    assert (await sent(claim | {"form_token": "x"})).status_code == 403
    assert (await sent(claim, b"")).status_code == 422
    assert (await sent(claim, b"x" * (MAX_ATTACHMENT + 1))).status_code == 422
    assert (await sent(claim, b"x" * (MAX_ATTACHMENT + 2**17))).status_code == 413
    piece = await desk(
        ReadAttachment(number=number, attachment="F1", purpose="核对"),
        AttachmentPiece,
        agency="bgs",
        roles=[Role.CLERK],
    )
    assert piece.name == "wts.pdf"
    assert piece.pieces == 2


async def test_who_reviews_a_document_sees_its_fields_findings_and_signatures(
    web: httpx.AsyncClient, servers: Servers, desk: Desk
) -> None:
    given = Draft(
        title="关于示例补贴的通知",
        issuers=("bgs",),
        text="联系人手机13812345678。",
        details=Changes(genre="通知", scope="各镇"),
    )
    id = (await desk(given, Done, as_="张起草", agency="bgs", roles=[Role.CLERK])).id
    await signed_in(web, servers, [Role.REVIEWER])

    async def shown() -> str:
        page = await web.get(f"/desk/records/publication.document/{id}")
        return page.text if page.status_code == 200 else ""

    page = await until(shown)
    for word in ("体裁分类", "各镇", "正文：手机号码 138****5678", "尚缺", "1 处个人信息的处理", "张起草", "办理过程"):
        assert word in page, word

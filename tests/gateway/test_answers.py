"""What the hotline has made public, and the caller's rating, over HTTP."""

import re
from datetime import date

import httpx
import pytest

from contracts.base import Command, Done, Role
from contracts.hotline import public as c
from contracts.hotline.ratings import ListRatings, RatingRows
from contracts.hotline.tickets import DispatchTicket, ReplyTicket, ReviewReply, SignTicket
from contracts.publication import catalogue as p
from tests.hotline.test_guide import GUIDE
from tests.servers import Desk, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLASS = "公共安全"


async def centre(desk: Desk, message: Command) -> Done:
    done: Done = await desk(message, Done, as_="派单员甲", agency="rxzx", roles=[Role.DISPATCHER])
    return done


async def unit(desk: Desk, message: Command) -> Done:
    done: Done = await desk(message, Done, as_="经办人乙", agency="gaj", roles=[Role.CLERK])
    return done


async def answered(web: httpx.AsyncClient, desk: Desk, kind: str, content: str) -> tuple[str, str]:
    """Number and code of a ticket whose reply stands."""
    body = {"kind": kind, "title": "示例", "content": content, "category": CLASS}
    taken = (await web.post("/api/v1/tickets", json=body)).json()
    id = taken["id"]
    await centre(desk, DispatchTicket(id=id, lead="gaj"))
    await unit(desk, SignTicket(id=id))
    await unit(desk, ReplyTicket(id=id, text="请到3号窗口办理。"))
    await centre(desk, ReviewReply(id=id, approve=True))
    return id, taken["query_code"]


async def test_one_text_stands_in_the_knowledge_base_and_beside_the_guide(web: httpx.AsyncClient, desk: Desk) -> None:
    code = "SX-WEB-1"
    item = p.PutItem(type="guide", agency="gaj", values=GUIDE | {"code": code}, reason="首次发布")
    await desk(item, Done, agency="gaj", roles=[Role.CLERK])

    async def known() -> bool:
        return (await web.get(f"/guides/{code}")).status_code == 200

    await until(known)
    ticket, _ = await answered(web, desk, "咨询", "示例：居住证在哪里办？")
    proposed = await unit(desk, c.ProposeKnowledge(ticket=ticket, guide=code))
    await desk(c.PublishEntry(id=proposed.id), Done, as_="公开员丙", roles=[Role.OPENNESS])

    async def shown() -> bool:
        return "请到3号窗口办理。" in (await web.get(f"/guides/{code}")).text

    await until(shown)
    page = (await web.get(f"/guides/{code}")).text
    assert "申请材料：1. 身份证" in page
    assert f'href="/guides/{code}"' in (await web.get("/answers", params={"category": CLASS})).text
    found = (await web.get("/api/v1/knowledge", params={"guide": code})).json()
    assert [each["answer"] for each in found["knowledge"]] == ["请到3号窗口办理。"]
    assert (found["guide"]["code"], found["entries"]) == (code, [])


@pytest.mark.parametrize(
    ("path", "status"),
    [("/guides/SX-NONE", 404), ("/api/v1/knowledge?guide=<x>", 422), ("/api/v1/results?kind=x", 422)],
)
async def test_a_wrong_question_is_answered_so(web: httpx.AsyncClient, path: str, status: int) -> None:
    assert (await web.get(path)).status_code == status


async def test_a_published_result_is_readable_and_its_ticket_is_not(web: httpx.AsyncClient, desk: Desk) -> None:
    ticket, _ = await answered(web, desk, "求助", "示例：路口的灯坏了。")
    offered = await unit(desk, c.OfferResult(ticket=ticket))
    await desk(c.PublishEntry(id=offered.id), Done, as_="公开员丙", roles=[Role.OPENNESS])

    async def shown() -> bool:
        return "路口的灯坏了" in (await web.get("/answers")).text

    await until(shown)
    found = (await web.get("/api/v1/results", params={"kind": "求助", "category": CLASS})).json()
    assert [each["question"] for each in found["results"]] == ["示例：路口的灯坏了。"]
    assert ticket not in (await web.get("/api/v1/results")).text
    issue = c.IssueBulletin(about="suggestions", first=date(2026, 10, 1), last=date(2026, 10, 31))
    await desk(issue, Done, as_="公开员丙", roles=[Role.OPENNESS])
    (bulletin,) = (await web.get("/api/v1/bulletins", params={"about": "suggestions"})).json()["bulletins"]
    assert bulletin["suggestions"][-1]["name"] == "合计"

    async def listed() -> bool:
        return "建议采纳情况" in (await web.get("/answers")).text

    await until(listed)
    period = {"first": "2026-11-01", "last": "2026-11-30"}
    assert (await web.get("/api/v1/suggestions", params=period)).json()["total"]["ended"] == 0


async def test_the_caller_rates_the_reply_once(web: httpx.AsyncClient, desk: Desk) -> None:
    number, code = await answered(web, desk, "求助", "示例：请帮助查找。")
    claim = {"number": number, "code": code}
    wrong = await web.post("/api/v1/tickets/rate", json=claim | {"level": 9})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "level")
    stranger = await web.post("/api/v1/tickets/rate", json=claim | {"code": "AAAAAAAAAA", "level": 5})
    assert stranger.status_code >= 400
    hidden = await _hidden(web, "/tickets/follow")
    page = (await web.post("/tickets/follow", data=claim | hidden)).text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    rated = (await web.post("/tickets/rate", data=form | {"level": "2"})).text
    assert ("没有提交成功" in rated, 'action="/tickets/rate"' in rated) == (False, False)
    rows: RatingRows = await desk(ListRatings(bad=True), RatingRows, roles=[Role.DISPATCHER])
    assert [(each.ticket, each.level) for each in rows.ratings] == [(number, 2)]
    again = await web.post("/api/v1/tickets/rate", json=claim | {"level": 5})
    assert "已经评价过" in again.json()["detail"]


async def _hidden(web: httpx.AsyncClient, path: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', (await web.get(path)).text))

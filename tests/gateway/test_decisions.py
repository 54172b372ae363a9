"""Decisions, meetings and ledgers as anyone reads them, and the opinions that anyone may give."""

import re
from datetime import timedelta

import httpx
import pytest

from contracts.base import Done, Role
from contracts.publication import comments as c
from contracts.publication.decision_catalogue import DecisionLevel
from contracts.publication.decisions import (
    DecisionScope,
    OpenConsultation,
    PlanConsultation,
    PlannedForm,
    SetDecisionDraft,
    StartDecision,
)
from kernel.refused import Refused
from tests.gateway.conftest import Publish
from tests.servers import Desk, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK, OFFICE = {"as_": "张林业", "agency": "lyj"}, {"as_": "赵审核", "agency": "bgs"}
TEXT = "各镇：\n一、保护范围。\n划定古树名木保护范围，<b>不得</b>擅自移植。\n示例县林业局\n2026年11月20日"


async def consulting(desk: Desk, servers: Servers, publish: Publish, title: str) -> str:
    """A matter that is open for opinions."""
    document = await publish(f"{title}（征求意见稿）", TEXT.replace("古树", title))
    start = StartDecision(
        title=title,
        level=DecisionLevel.UNIT,
        scope=DecisionScope.POLICY,
        basis="森林法第四十条",
        background="部分古树生长环境变差<script>。",
        proposed_by="公众建议",
        outside_reason="公众集中反映",
    )
    id = str((await desk(start, Done, roles=[Role.CLERK], **CLERK)).id)
    await desk(SetDecisionDraft(id=id, document=document), Done, roles=[Role.CLERK], **CLERK)
    today = servers.clock.now().date()
    plan = PlanConsultation(
        id=id,
        until=today + timedelta(days=60),
        forms=(PlannedForm(form=c.ParticipationForm.WEB),),
        explanation="划定保护范围，明确养护责任。",
        contact="示例县林业局办公室",
    )
    await desk(plan, Done, roles=[Role.CLERK], **CLERK)
    await desk(OpenConsultation(id=id, secrecy=True), Done, roles=[Role.REVIEWER], **OFFICE)
    return id


async def shown(web: httpx.AsyncClient, path: str) -> str:
    async def there() -> bool:
        return (await web.get(path)).status_code == 200

    await until(there)
    return (await web.get(path)).text


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form of a page."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))


async def test_an_opinion_is_taken_once_by_page_and_by_interface(
    web: httpx.AsyncClient, desk: Desk, servers: Servers, publish: Publish
) -> None:
    id = await consulting(desk, servers, publish, "古树名木保护办法")
    path = f"/decisions/{id}"
    page = await shown(web, path)
    assert "部分古树生长环境变差&lt;script&gt;。" in page
    assert "<script>" not in page
    fields = hidden(page) | {"text": "建议增加养护补助", "name": "某某"}
    for _ in range(2):
        done = await web.post(path, data=fields)
        assert done.status_code == 200, done.text
        assert '<dd id="number">1</dd>' in done.text
    assert "某某" not in done.text
    empty = await web.post(path, data=fields | {"text": "", "command_key": "other"})
    assert (empty.status_code, "没有提交成功" in empty.text) == (422, True)
    assert (await web.post(path, data={"text": "没有表单标记的意见"})).status_code == 403
    given = {"json": {"text": "应当公布古树名录"}, "headers": {"Idempotency-Key": "one"}}
    kept = [(await web.post(f"/api/v1{path}/comments", **given)).json() for _ in range(2)]  # type: ignore[arg-type]
    assert [each["no"] for each in kept] == [2, 2]
    listed: c.CommentPage = await desk(c.ListComments(id=id), c.CommentPage, roles=[Role.CLERK], **CLERK)
    assert (listed.total, listed.left) == (2, 2)


async def test_what_must_not_come_in_is_refused(
    web: httpx.AsyncClient, desk: Desk, servers: Servers, publish: Publish
) -> None:
    id = await consulting(desk, servers, publish, "古桥保护办法")
    await shown(web, f"/decisions/{id}")
    address = f"/api/v1/decisions/{id}/comments"
    marked = await web.post(address, json={"text": "机密★\n某某文件内容"})
    assert marked.status_code == 422
    assert "某某文件" not in marked.text
    assert (await web.post(address, json={"text": "x" * 6000})).status_code == 422
    assert (await web.post(address, json={"text": "意见", "more": 1})).status_code == 422
    assert (
        await web.post("/api/v1/decisions/999901-JC-2026-000999/comments", json={"text": "意见"})
    ).status_code == 404
    other = {"as_": "李财政", "agency": "czj", "roles": [Role.CLERK]}
    with pytest.raises(Refused, match="承办单位"):
        await desk(c.ReadComment(id=id, no=1, purpose="整理意见"), c.CommentContent, **other)


async def test_the_answers_are_read_only_once_they_are_published(
    web: httpx.AsyncClient, desk: Desk, servers: Servers, publish: Publish
) -> None:
    id = await consulting(desk, servers, publish, "古井保护办法")
    await shown(web, f"/decisions/{id}")
    await web.post(f"/api/v1/decisions/{id}/comments", json={"text": "意见一"})
    answer = c.AnswerComments(id=id, nos=(1,), summary="扩大范围", adoption=c.Adoption.NOT_ADOPTED, reason="另有规定")
    await desk(answer, c.CommentsAnswered, roles=[Role.CLERK], **CLERK)
    answers = (await web.get(f"/api/v1/decisions/{id}/answers")).json()
    assert (answers["total"], answers["published_at"]) == (0, None)
    assert "另有规定" not in (await web.get(f"/decisions/{id}")).text


async def test_lists_lead_to_what_is_public_and_to_nothing_else(
    web: httpx.AsyncClient, desk: Desk, servers: Servers, publish: Publish
) -> None:
    id = await consulting(desk, servers, publish, "古道保护办法")
    await shown(web, f"/decisions/{id}")

    async def first() -> bool:
        return bool((await web.get("/api/v1/decisions?limit=1")).json()["items"][0]["id"] == id)

    await until(first)
    assert f'href="/decisions/{id}"' in (await web.get("/decisions")).text
    for path in ("/meetings", "/ledgers", "/api/v1/meetings/counts?year=2026", "/api/v1/decisions/catalogues"):
        assert (await web.get(path)).status_code == 200, path
    for path in (f"/meetings/{id}", f"/ledgers/{id}", f"/decisions/catalogues/{id}", "/decisions/999901-JC-2026-9"):
        assert (await web.get(path)).status_code == 404, path
    work = await web.get(f"/api/v1/views/publication.decision/{id}")
    assert work.status_code == 404, "the offices' record is not public"


async def test_the_interface_is_described(web: httpx.AsyncClient) -> None:
    paths = (await web.get("/api/v1/openapi.json")).json()["paths"]
    assert {"/api/v1/decisions/{id}/comments", "/api/v1/meetings/counts", "/api/v1/ledgers/{id}"} <= paths.keys()

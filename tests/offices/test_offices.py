"""Every command and query of people in offices over HTTP: one mechanism, and two things led through all stages."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest

from contracts.base import Asked, Command, Role
from contracts.publication import decisions as c
from contracts.publication.catalogue import GetItem, PutItem, RemoveItem, ReviewItem
from contracts.publication.comments import Adoption, AnswerComments, ParticipationForm, PublishFeedback, RecordComment
from contracts.publication.decision_catalogue import DecisionLevel
from contracts.publication.documents import ApproveByHead, Draft, Publish, Review, SetAttribute
from contracts.publication.meetings import AgendaItem, ApproveMeeting, HoldMeeting, ItemResult, MeetingType, PlanMeeting
from contracts.publication.record import Attribute, Changes
from contracts.registry import PERSONS, REGISTRY
from contracts.requests.procedure import GetRequest
from kernel.refused import Refused
from services.gateway.offices import seconds, version
from services.gateway.rates import ACT
from tests.gateway.test_edge import SECRET, is_problem
from tests.hotline.test_guide import GUIDE
from tests.servers import Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
ALL = tuple(REGISTRY.for_persons())
ROLES = sorted(PERSONS)
CLERK, HEAD, REVIEWER = ("张林业", Role.CLERK, "lyj"), ("李局长", Role.HEAD, "lyj"), ("赵审核", Role.REVIEWER, "bgs")


def address(kind: type[Asked]) -> str:
    return f"/api/v1/{'commands' if issubclass(kind, Command) else 'queries'}/{kind.service()}/{kind.verb}"


@dataclass
class Office:
    """People of one agency at their programs."""

    web: httpx.AsyncClient
    servers: Servers

    def who(self, name: str, roles: list[Role], agency: str = "bgs") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.servers.token(name, roles, agency)}"}

    async def send(self, asked: Asked, name: str, role: Role, agency: str = "bgs", **headers: str) -> httpx.Response:
        given = self.who(name, [role], agency) | {key.replace("_", "-"): value for key, value in headers.items()}
        return await self.web.post(address(type(asked)), content=asked.model_dump_json(), headers=given)

    async def do(self, asked: Asked, name: str, role: Role, agency: str = "bgs", **headers: str) -> dict[str, Any]:
        response = await self.send(asked, name, role, agency, **headers)
        assert response.status_code == 200, response.text
        done: dict[str, Any] = response.json()
        return done


@pytest.fixture
def office(web: httpx.AsyncClient, servers: Servers) -> Office:
    return Office(web, servers)


async def test_each_is_described_and_asks_who_asks(office: Office) -> None:
    paths = (await office.web.get("/api/v1/openapi.json")).json()["paths"]
    nobody = {"Authorization": f"Bearer {office.servers.token('某人', [Role.CITIZEN])}"}
    for kind in ALL:
        told = paths[address(kind)]["post"]
        assert told["description"]
        assert {"200", "401", "403", "422"} <= set(told["responses"])
        assert told["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        assert (await office.web.post(address(kind), content=b"{}")).status_code == 401, kind
        assert (await office.web.post(address(kind), content=b"{}", headers=nobody)).status_code == 403, kind


async def test_the_wrong_role_is_refused_and_a_wrong_body_names_its_field(office: Office) -> None:
    wrong = f'{{"{SECRET}": 1, "id": ["{SECRET}"], "year": "{SECRET}", "agency": {{"{SECRET}": 1}}}}'
    for number, kind in enumerate(ALL):
        other = [role for role in ROLES if role not in kind.allowed]
        if other:
            refused = await office.web.post(address(kind), content=b"{}", headers=office.who(f"甲{number}", other))
            assert is_problem(refused, 403, "forbidden"), kind
        own = office.who(f"乙{number}", [role for role in ROLES if role in kind.allowed])
        unread = await office.web.post(address(kind), content=wrong.encode(), headers=own)
        assert is_problem(unread, 422, "invalid"), kind
        assert SECRET not in unread.text


async def test_what_is_not_for_people_has_no_address(office: Office) -> None:
    every = office.who("甲", ROLES)
    for path in ("commands/readmodel/rebuild", "commands/publication/give-comment", "queries/publication/nothing"):
        assert is_problem(await office.web.post(f"/api/v1/{path}", content=b"{}", headers=every), 404, "no_such_step")
    large = await office.web.post("/api/v1/commands/publication/draft", content=b" " * 2**20 + b"{}", headers=every)
    assert is_problem(large, 413, "too_large")


async def test_one_person_may_not_flood_and_keeps_nobody_else_from_working(office: Office) -> None:
    own = office.who("急性子", [Role.WEBMASTER])
    path = address(Draft)
    codes = [(await office.web.post(path, content=b"{}", headers=own)).status_code for _ in range(ACT.burst + 10)]
    assert (codes[0], codes[-1]) == (403, 429)
    assert (await office.web.post(path, content=b"{}", headers=office.who("别人", [Role.WEBMASTER]))).status_code == 403


@pytest.mark.parametrize(
    ("given", "known"), [(None, None), ("*", None), ('"3"', 3), ('W/"3"', 3), ("3", 3), ('"1795000000.3"', 3)]
)
async def test_a_version_is_read_as_browsers_and_programs_write_it(given: str | None, known: int | None) -> None:
    assert version(given) == known


async def test_what_is_no_version_is_refused_and_a_wait_has_its_bounds() -> None:
    with pytest.raises(Refused, match="版本号"):
        version("三")
    assert [seconds(each) for each in (None, "wait=2", "respond-async, wait=900", "wait=0")] == [10.0, 2.0, 30.0, 1.0]


async def test_a_query_stands_in_an_address_unless_it_reads_personal_data(office: Office) -> None:
    clerk = office.who("甲", [Role.CLERK])
    found = await office.web.get("/api/v1/queries/publication/count-explanations?year=2026", headers=clerk)
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    wrong = await office.web.get(f"/api/v1/queries/publication/count-explanations?year={SECRET}", headers=clerk)
    assert is_problem(wrong, 422, "invalid")
    assert (wrong.json()["field"], SECRET in wrong.text) == ("year", False)
    read = await office.web.get("/api/v1/queries/requests/get-request?number=1&purpose=x", headers=clerk)
    assert is_problem(read, 405, "method_not_allowed")
    gone = GetRequest(number="999901-YSQ-2026-999999")
    assert (await office.send(gone, "甲", Role.CLERK)).status_code == 404


async def test_a_catalogue_item_lives_over_http_alone(office: Office) -> None:
    clerk = ("张经办", Role.CLERK, "gaj")
    put = PutItem(type="guide", agency="gaj", values=GUIDE | {"code": "SX-HTTP-1"}, reason="首次发布")
    first = await office.send(put, *clerk, Idempotency_Key="one")
    again = await office.send(put, *clerk, Idempotency_Key="one")
    id = first.json()["id"]
    assert (first.headers["etag"], again.json()["repeated"], again.json()["id"]) == ('"1"', True, id)
    undated = put.model_copy(update={"values": put.values | {"name": "居住证申领和补领"}, "reason": "名称更正"})
    assert is_problem(await office.send(undated, *clerk), 422, "change_undated")
    today = office.servers.clock.now().date()
    changed = undated.model_copy(update={"approved_on": today, "effective_on": today})
    assert (await office.do(changed, *clerk))["version"] == 2
    stale = await office.send(ReviewItem(id=id, note="内容仍然准确"), *clerk, If_Match='"1"')
    assert is_problem(stale, 412, "version_changed")
    unconditional = await office.send(changed, *clerk, If_Match='"2"')
    assert is_problem(unconditional, 422, "no_version")
    assert is_problem(await office.send(GetItem(id=id), "甲", Role.WEBMASTER), 403, "forbidden")
    history = await office.do(GetItem(id=id), *clerk)
    assert len(history["editions"]) == 2
    gone = await office.do(RemoveItem(id=id, reason="事项取消"), *clerk, If_Match='"2"')
    assert gone["version"] == 3


async def published(office: Office, title: str) -> str:
    """A document through its own approvals."""
    details = Changes(category="其他", formed_on=office.servers.clock.now().date())
    text = f"{title}\n一、保护范围。\n二、保护措施。\n"
    id = str((await office.do(Draft(title=title, issuers=("lyj",), text=text, details=details), *CLERK))["id"])
    assert is_problem(await office.send(Publish(id=id), *REVIEWER), 422, "wrong_stage")
    await office.do(SetAttribute(id=id, attribute=Attribute.PROACTIVE), *CLERK)
    own = await office.send(ApproveByHead(id=id), "张林业", Role.HEAD, "lyj")
    assert is_problem(own, 422, "own_draft")
    await office.do(ApproveByHead(id=id), *HEAD)
    await office.do(Review(id=id, secrecy=True, wording=True, timing=True), *REVIEWER)
    assert (await office.do(Publish(id=id), *REVIEWER))["state"] == "published"
    return id


async def meeting(office: Office, matter: str) -> str:
    """A meeting that has agreed."""
    item = AgendaItem(no=1, title="审议办法", matter=matter)
    now = office.servers.clock.now()
    plan = PlanMeeting(title="局长办公会议", type=MeetingType.UNIT, meets_at=now, agenda=(item,))
    id = str((await office.do(plan, *CLERK))["id"])
    await office.do(ApproveMeeting(id=id), *HEAD)
    await office.do(HoldMeeting(id=id, results=(ItemResult(no=1, result="通过"),)), *CLERK)
    return id


async def started(office: Office) -> str:
    start = c.StartDecision(
        title="示例古道保护办法",
        level=DecisionLevel.UNIT,
        scope=c.DecisionScope.POLICY,
        basis="文物保护法",
        background="古道受损",
        proposed_by="公众建议",
        outside_reason="公众集中反映",
    )
    return str((await office.do(start, *CLERK))["id"])


async def consulted(office: Office, id: str) -> None:
    """The public is asked, answers, and is told what came of it."""
    until_day = office.servers.clock.now().date() + timedelta(days=3)
    document = await published(office, "示例古道保护办法（征求意见稿）")
    await office.do(c.SetDecisionDraft(id=id, document=document), *CLERK)
    plan = c.PlanConsultation(
        id=id,
        until=until_day,
        forms=(c.PlannedForm(form=ParticipationForm.WEB),),
        explanation="划定保护范围，明确养护责任。",
        contact="示例县林业局办公室",
        shorter_reason="汛期前须完成划定",
    )
    await office.do(plan, *CLERK)
    await office.do(c.OpenConsultation(id=id, secrecy=True), *REVIEWER)
    await office.do(RecordComment(id=id, form=ParticipationForm.WRITTEN, text="扩大保护范围"), *CLERK)
    office.servers.clock.advance(timedelta(days=4))

    async def over() -> bool:
        return bool((await office.do(c.GetMatter(id=id), *CLERK))["record"]["state"] == "sorting")

    await until(over)
    answer = AnswerComments(id=id, nos=(1,), summary="扩大保护范围", adoption=Adoption.ADOPTED)
    await office.do(answer, *CLERK)
    await office.do(PublishFeedback(id=id, secrecy=True), *REVIEWER)


async def executed(office: Office, id: str) -> None:
    """The decision is public, carried out, evaluated and filed."""
    await office.do(
        c.PublishDecision(id=id, document=await published(office, "示例古道保护办法"), secrecy=True), *REVIEWER
    )
    await office.do(c.AssignExecution(id=id, agencies=("lyj",)), *CLERK)
    evaluation = c.Evaluation(
        kind=c.EvaluationKind.THIRD_PARTY,
        evaluator="示例大学",
        on=office.servers.clock.now().date(),
        result="古道保存完好",
    )
    await office.do(c.PublishEvaluation(id=id, evaluation=evaluation, secrecy=True), *REVIEWER)
    assert (await office.do(c.ArchiveDecision(id=id, archive_no="2026-JC-9"), *CLERK))["state"] == "archived"


async def test_a_matter_of_decision_is_led_through_every_stage_over_http_alone(office: Office) -> None:
    id = await started(office)
    await consulted(office, id)
    agreed = await meeting(office, id)
    discuss = c.RecordDiscussion(id=id, meeting=agreed, outcome=c.DiscussionOutcome.PASSED, head_last=True)
    early = await office.send(discuss, *CLERK)
    assert (early.status_code, "合法性审查" in early.text) == (422, True)
    due = office.servers.clock.now().date() + timedelta(days=3)
    await office.do(c.SendToLegalReview(id=id, until=due, reason="汛期前须完成"), *CLERK)
    await office.do(
        c.RecordLegalReview(id=id, lawful=True, note="权限、程序、内容合法"), "钱法制", Role.REVIEWER, "sfj"
    )
    await office.do(discuss, *CLERK)
    await executed(office, id)
    steps = (await office.do(c.GetMatter(id=id), *CLERK))["steps"]
    assert {"张林业", "赵审核", "钱法制"} <= {each["by"] for each in steps}, "who did it comes from the token"

"""From the applicant's form to the document on paper: one request for every outcome, and random ones, with the view of
each. On servers of their own, because time passes here."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import chain
from chassis.cases import Held
from chassis.rpc import Asker
from contracts.base import Command, Done, Query, Role
from contracts.readmodel.answers import GetView, View
from contracts.requests import procedure, terms
from contracts.requests.answers import Followed, Submitted
from contracts.requests.papers import Document, DocumentKind, MakeDocument
from contracts.requests.work import AlreadyPublic, AlreadyPublicFound
from kernel.refused import Refused
from services.requests.domain.kind import record
from services.requests.domain.outcomes import CLOSINGS, OUTCOMES, RECTIFICATIONS
from services.requests.domain.state import Case
from services.requests.service import Requests
from tests.servers import Desk, Servers, running, started

O = terms.Outcome  # noqa: E741
CONTACT = "000-0000"


@dataclass
class Place:
    """An office, an applicant, and the view that others have."""

    servers: Servers
    desk: Desk
    service: Requests
    citizen: Asker

    async def submit(self, **changes: Any) -> Submitted:
        """The applicant's form, sent by the internet and confirmed by the office."""
        applicant = terms.Applicant(name="苏某", id_document="身份证 示例", contact=CONTACT)
        given: dict[str, Any] = {
            "applicant_class": terms.ApplicantClass.PERSON,
            "applicants": (applicant,),
            "description": "2025年农村公路养护计划",
            "form": "电子邮件",
        }
        form = procedure.Submit(
            agency="zrzyj", channel=terms.Channel.INTERNET, application=terms.Application(**(given | changes))
        )
        submitted = await self.citizen(form, Submitted)
        await self.clerk(procedure.ConfirmReceipt(number=submitted.number))
        return submitted

    async def clerk(self, command: Command | Query, into: Any = Done) -> Any:
        return await self.desk(command, into, as_="张经办", agency="zrzyj", roles=[Role.CLERK])

    async def head(self, command: Command | Query, into: Any = Done) -> Any:
        return await self.desk(command, into, as_="李主任", agency="zrzyj", roles=[Role.HEAD])

    async def pass_days(self, days: int) -> None:
        self.servers.clock.advance(timedelta(days=days))

    async def page(self, number: str, kind: DocumentKind) -> str:
        command = MakeDocument(number=number, kind=kind, format="html", purpose="送达")
        made: Document = await self.clerk(command, Document)
        assert made.issued
        word = await self.clerk(command.model_copy(update={"format": "docx"}), Document)
        assert base64.b64decode(word.content).startswith(b"PK")
        return base64.b64decode(made.content).decode()

    async def agreed(self, number: str) -> Held[Case]:
        """The request, after its folded state, the record last told and the view were found to be the same."""
        held = await self.service.cases.load(number)
        standing = record(held.state).model_dump(mode="json")
        view: View = await self.desk(GetView(type="requests.request", id=number, wait_version=held.version), View)
        assert view.record == standing
        assert view.version == held.version
        operator = await self.servers.client("operator")
        subject = f"zwgk.{self.servers.region}.evt.internal.requests.request.*.v1.{number}"
        told = json.loads((await operator.jetstream().get_last_msg("EVENTS", subject)).data or b"{}")
        await operator.close()
        assert told["record"] == standing
        assert told["chain"] == held.head
        assert chain.broken_at(await self.service.cases.entries(number)) is None
        return held


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    async with (
        running(tmp_path_factory.mktemp("journey")) as servers,
        started(servers, ["requests", "readmodel"]) as it,
    ):
        gateway = await servers.client("gateway")
        service = next(app.it for app in it.apps if app.name == "requests")
        citizen = Asker(lambda: gateway, servers.region, "gateway")
        yield Place(servers, await servers.asker(), service, citizen)


async def prepare(place: Place, number: str, outcome: terms.Outcome) -> None:
    """What the law wants done before the reply."""
    today = place.servers.clock.now().date()
    if outcome is O.NONE_STILL_UNCLEAR:
        await place.clerk(procedure.RequestCorrection(number=number, items="请写明年度"))
        again = terms.Application(
            applicant_class=terms.ApplicantClass.PERSON,
            applicants=(terms.Applicant(name="苏某", id_document="身份证 示例", contact=CONTACT),),
            description="有关计划",
            form="电子邮件",
        )
        await place.clerk(procedure.SubmitCorrection(number=number, application=again))
        return
    await place.clerk(procedure.Accept(number=number))
    if outcome is O.NONE_NOT_HELD:
        search = procedure.RecordSearch(number=number, unit="档案室", place="库房与系统", terms="养护", person="李四")
        await place.clerk(search)
    if outcome is O.DENY_4:
        letter = procedure.Consult(
            number=number, whom=terms.Consulted.THIRD_PARTY, letter="某公司：请提出意见", delivered_on=today
        )
        await place.clerk(letter)
        await place.clerk(procedure.ConsultationAnswered(number=number, consultation="C1", stance=terms.Stance.REFUSES))
    if outcome is O.NOPROC_EXCESS:
        await place.clerk(procedure.AskReasons(number=number, notice="请说明理由"))


@pytest.mark.parametrize("outcome", [each for each in O if each not in CLOSINGS])
async def test_from_the_form_to_the_reply(place: Place, outcome: terms.Outcome) -> None:
    rectifies = outcome in RECTIFICATIONS
    kind = terms.ApplicationKind.RECTIFICATION if rectifies else terms.ApplicationKind.DISCLOSURE
    submitted = await place.submit(kind=kind)
    number = submitted.number
    await prepare(place, number, outcome)
    bare = procedure.DraftReply(number=number, outcome=outcome, text="现答复如下。")
    if OUTCOMES[outcome].needs and outcome not in {O.NONE_NOT_HELD}:
        with pytest.raises(Refused) as lacking:
            await place.clerk(bare)
        assert lacking.value.code.startswith("needs_")
    full = {
        "reasons": "属于讨论过程中的记录",
        "ground": "EX16-PROCESS" if outcome is O.PARTIAL else "",
        "law": "《不动产登记暂行条例》",
        "earlier": "县旧台账2019-7",
        "right_organ": "示例县水利局，0000-5550000" if rectifies else "",
    }
    await place.clerk(bare.model_copy(update=full))
    with pytest.raises(Refused) as unapproved:
        await place.clerk(procedure.ReplyRequest(number=number, route=terms.Route.POST, proof="EX123456789CN"))
    assert unapproved.value.code == "wrong_stage"
    await place.head(procedure.ApproveReply(number=number))
    await place.clerk(procedure.ReplyRequest(number=number, route=terms.Route.POST, proof="EX123456789CN"))
    page = await place.page(number, DocumentKind.REPLY)
    rule = OUTCOMES[outcome]
    today = place.servers.clock.now().date()
    parts = [
        "示例县自然资源局",
        number,
        "苏某",
        "现答复如下。",
        rule.basis_text(),
        "示例县人民政府",
        "人民法院",
        "六十日内",
    ]
    parts.append(f"{today.year}年{today.month}月{today.day}日")
    assert [part for part in parts if part not in page] == []
    assert ("应当先自知道" in page) == rule.remedy.startswith("review_first")
    if "reasons" in rule.needs:
        assert full["reasons"] in page
    held = await place.agreed(number)
    assert held.state.outcome is outcome
    assert record(held.state).row == rule.row
    seen = await place.citizen(procedure.Follow(number=number, code=submitted.code), Followed)
    assert seen.outcome_label == rule.label
    assert DocumentKind.REPLY in seen.documents
    assert DocumentKind.THIRD_PARTY not in seen.documents
    own = MakeDocument(number=number, kind=DocumentKind.REPLY, format="html", code=submitted.code)
    assert base64.b64decode((await place.citizen(own, Document)).content).decode() == page


async def test_what_a_third_party_refuses_is_disclosed_after_it_was_told(place: Place) -> None:
    submitted = await place.submit(description="道路养护合同")
    number = submitted.number
    await prepare(place, number, O.DENY_4)
    why = "合同使用财政资金，公众有权知悉"
    command = procedure.DraftReply(number=number, outcome=O.OPEN_PROVIDE, text="现提供合同全文。", public_interest=why)
    await place.clerk(command)
    await place.head(procedure.ApproveReply(number=number))
    assert (await place.agreed(number)).state.untold
    serve = procedure.ReplyRequest(number=number, route=terms.Route.HAND)
    with pytest.raises(Refused) as untold:
        await place.clerk(serve)
    assert untold.value.code == "third_party_untold"
    letter = await place.page(number, DocumentKind.THIRD_PARTY_NOTICE)
    assert why in letter
    assert "现提供合同全文。" in letter
    assert "苏某" not in letter, "a third party does not learn who asked"
    own = MakeDocument(number=number, kind=DocumentKind.THIRD_PARTY_NOTICE, format="html", code=submitted.code)
    with pytest.raises(Refused):
        await place.citizen(own, Document)
    today = place.servers.clock.now().date()
    await place.clerk(procedure.RecordDelivery(number=number, notice="third_party", delivered_on=today))
    await place.clerk(serve)
    assert (await place.agreed(number)).state.outcome is O.OPEN_PROVIDE


async def test_closings_and_their_documents(place: Place) -> None:
    uncorrected, unpaid, withdrawn = [(await place.submit(description=f"结案{n}")).number for n in range(3)]
    today = place.servers.clock.now().date()
    await place.clerk(procedure.RequestCorrection(number=uncorrected, items="请写明年度", within=5, delivered_on=today))
    await place.clerk(procedure.Accept(number=unpaid))
    fee = procedure.NoticeFee(number=unpaid, method="按量", quantity=72, payment="银行转账", delivered_on=today)
    await place.clerk(fee)
    await place.clerk(procedure.Withdraw(number=withdrawn, statement="不再需要"))
    with pytest.raises(Refused) as early:
        await place.clerk(procedure.CloseLapsed(number=unpaid))
    assert early.value.code == "not_lapsed"
    await place.pass_days(35)
    await place.clerk(procedure.CloseLapsed(number=uncorrected))
    await place.clerk(procedure.CloseLapsed(number=unpaid))
    for number, outcome, kind in (
        (uncorrected, O.CLOSE_NO_CORRECTION, DocumentKind.CLOSING),
        (unpaid, O.CLOSE_FEE_UNPAID, DocumentKind.CLOSING),
        (withdrawn, O.CLOSE_OTHER, DocumentKind.WITHDRAWAL),
    ):
        held = await place.agreed(number)
        assert held.state.outcome is outcome
        page = await place.page(number, kind)
        assert number in page
        assert ("六十日内" in page) == (OUTCOMES[outcome].remedy != "none")


async def test_nothing_told_names_the_applicant_or_the_subject(place: Place) -> None:
    number = (await place.submit(description="张某某的低保待遇")).number
    told = json.dumps(record((await place.agreed(number)).state).model_dump(mode="json"), ensure_ascii=False)
    for personal in ("苏某", CONTACT, "低保"):
        assert personal not in told


async def test_a_call_to_the_hotline_may_lack_what_is_asked_for_later(place: Place) -> None:
    hotline = await place.servers.client("hotline")
    ask = Asker(lambda: hotline, place.servers.region, "hotline")
    caller = terms.Applicant(name="苏某", contact=CONTACT)
    form = terms.Application(applicant_class=terms.ApplicantClass.PERSON, applicants=(caller,), description="养护计划")
    command = procedure.Submit(agency="zrzyj", channel=terms.Channel.INTERNET, application=form)
    submitted = await ask(command, Submitted, key="ticket:1")
    assert submitted.state is terms.Stage.ARRIVED
    assert await ask(command, Submitted, key="ticket:1") == submitted
    held = await place.agreed(submitted.number)
    assert "身份证明" in held.state.missing


async def test_what_is_public_is_looked_for_before_filing(place: Place) -> None:
    found = await place.citizen(AlreadyPublic(description="农村公路养护计划"), AlreadyPublicFound)
    assert found.searched


STEPS: list[Callable[[str, date, int], Command]] = [
    lambda n, today, k: procedure.Accept(number=n),
    lambda n, today, k: procedure.RequestCorrection(number=n, items="请写明年度", within=1 + k, delivered_on=today),
    lambda n, today, k: procedure.SubmitCorrection(
        number=n,
        application=terms.Application(
            applicant_class=terms.ApplicantClass.PERSON, applicants=(terms.Applicant(name="苏某"),), description="补正"
        ),
    ),
    lambda n, today, k: procedure.Consult(
        number=n, whom=list(terms.Consulted)[k % 3], letter="请提出意见", delivered_on=today
    ),
    lambda n, today, k: procedure.ConsultationAnswered(
        number=n, consultation=f"C{1 + k % 2}", stance=terms.Stance.AGREES
    ),
    lambda n, today, k: procedure.AskReasons(number=n, notice="请说明理由"),
    lambda n, today, k: procedure.AcceptReasons(number=n, reasons="确有需要"),
    lambda n, today, k: procedure.NoticeFee(
        number=n, method="按量", quantity=40 + k, payment="转账", delivered_on=today
    ),
    lambda n, today, k: procedure.RecordPayment(number=n),
    lambda n, today, k: procedure.Extend(number=n, days=1 + k % 20, reason="材料较多"),
    lambda n, today, k: procedure.DraftReply(
        number=n, outcome=list(O)[k % len(O)], text="答复。", reasons="理由。", law="某法"
    ),
    lambda n, today, k: procedure.DraftReply(number=n, outcome=O.OPEN_PROVIDE, text="答复。"),
    lambda n, today, k: procedure.ApproveReply(number=n),
    lambda n, today, k: procedure.ReplyRequest(number=n, route=terms.Route.HAND),
    lambda n, today, k: procedure.RecordReview(number=n, kind="reconsideration", filed_on=today, notified_on=today),
    lambda n, today, k: procedure.RecordDecision(number=n, review="V1", result="corrected", decided_on=today),
    lambda n, today, k: procedure.Redo(number=n, review="V1", notified_on=today),
    lambda n, today, k: procedure.Archive(number=n, archive_no="2026-1"),
    lambda n, today, k: procedure.Withdraw(number=n, statement="不再需要"),
]
USUAL = [0, 0, 3, 4, 9, 11, 11, 12, 12, 13, 13]
"""Steps that lawful stories are made of, so that many come to their end."""


async def attempt(place: Place, command: Command) -> Refused | None:
    """Try a command; the refusal, if it was refused."""
    try:
        await (place.head(command) if Role.HEAD in command.allowed else place.clerk(command))
    except Refused as refused:
        return refused
    return None


async def play(place: Place, steps: list[tuple[int, int]]) -> None:
    """A request on which these things are tried, lawful or not; what is refused changes nothing."""
    number = (await place.submit(description="随机的申请")).number
    for step, k in steps:
        today = place.servers.clock.now().date()
        before = await place.service.cases.load(number)
        command = STEPS[step](number, today, k)
        refused = await attempt(place, command)
        if refused:
            assert refused.message.endswith("。")
            assert (await place.service.cases.load(number)).version == before.version
    held = await place.agreed(number)
    assert record(held.state).extended_days <= 20


async def test_state_record_and_view_agree_whatever_is_tried(place: Place) -> None:
    """Hypothesis runs in a thread and hands each story to the loop of the servers."""
    loop = asyncio.get_running_loop()
    step = st.tuples(st.sampled_from(USUAL) | st.integers(0, len(STEPS) - 1), st.integers(0, 24))

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(step, min_size=4, max_size=14))
    def stories(steps: list[tuple[int, int]]) -> None:
        asyncio.run_coroutine_threadsafe(play(place, steps), loop).result(60)

    await asyncio.to_thread(stories)

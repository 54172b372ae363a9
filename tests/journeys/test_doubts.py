"""A doubt about a policy document: from a caller, the net or a consultation, to the document's unit and back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from contracts import opinion
from contracts.base import Done, Role
from contracts.doubts import DoubtStage, RaisedDoubt
from contracts.hotline.doubts import RaiseTicketDoubt
from contracts.hotline.reading import ShowTicket, TicketPage
from contracts.hotline.tickets import TakeTicket, TicketTaken
from contracts.publication import doubts as c
from contracts.publication.comments import CommentKept, ParticipationForm, RecordComment
from contracts.publication.documents import Withdraw
from contracts.publication.explaining import RaiseQuestion, RecordExplanation
from contracts.publication.record import Explanation, Leak, Raised
from services.publication.service import Publication
from tests.publication.test_deciding import CLERK as FORESTER
from tests.publication.test_deciding import consulting
from tests.publication.test_gazette import normative
from tests.publication.test_service import draft, file_of, refused
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK: dict[str, Any] = {"as_": "张起草", "agency": "czj"}
CENTRE: dict[str, Any] = {"as_": "王派单", "agency": "rx12345", "roles": [Role.DISPATCHER]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(servers: Servers) -> AsyncIterator[Publication]:
    async with started(servers, ["publication", "hotline", "opinion"]) as serving:
        yield serving.apps[0].it


async def ticket(desk: Desk) -> str:
    said = {"channel": "电话", "kind": "咨询", "title": "补贴", "content": "看不懂补贴办法。"}
    return str((await desk(TakeTicket.model_validate(said), TicketTaken, **CENTRE)).id)


async def doubt_of(desk: Desk, id: str, no: int = 1) -> RaisedDoubt:
    page: TicketPage = await desk(ShowTicket(id=id, purpose="答复来电人"), TicketPage, **CENTRE)
    return page.record.doubts[no - 1]


async def reached(desk: Desk, id: str, *stages: DoubtStage, no: int = 1) -> RaisedDoubt:
    async def probe() -> RaisedDoubt | None:
        found = await doubt_of(desk, id, no)
        return found if found.stage in stages else None

    return await until(probe)  # type: ignore[no-any-return]


async def doubted(desk: Desk, id: str) -> c.DoubtedDocument | None:
    found: c.DoubtedDocuments = await desk(c.ListDoubted(), c.DoubtedDocuments)
    return next((each for each in found.documents if each.id == id), None)


async def explain(desk: Desk, id: str, *answers: int, material: str | None = None) -> None:
    said = Explanation(
        on=date(2026, 11, 23), form="问答", interpreter="县财政局局长", answers=answers, material=material
    )
    await desk(RecordExplanation(id=id, explanation=said), Done, **CLERK)


async def test_callers_doubt_and_the_unit_explains_again(desk: Desk, service: Publication) -> None:
    id, material = await normative(desk, 81), await draft(desk, "《办法》再解读")
    tickets = await asyncio.gather(*(ticket(desk) for _ in range(3)))
    for each in tickets:
        raised = RaiseTicketDoubt(id=each, document="示财规[2026]81号", point="补贴标准看不懂")
        for _ in range(2):
            await desk(raised, Done, **CENTRE)
    for each in tickets:
        assert (await reached(desk, each, DoubtStage.WAITING)).document == id
    record = (await file_of(desk, id)).record
    assert [(q.source, q.point) for q in record.questions] == [(Raised.HOTLINE, "补贴标准看不懂")], "one question"
    assert record.waits_for == "二次解读"
    row = await doubted(desk, id)
    assert row
    assert (row.doubts, row.by_source, row.agency) == (3, {Raised.HOTLINE: 3}, "czj")
    await explain(desk, id, 1, material=material)
    for each in tickets:
        told = await reached(desk, each, DoubtStage.EXPLAINED)
        assert (told.material, told.said) == (material, "2026-11-23 县财政局局长：问答")
    assert await doubted(desk, id) is None
    await desk(RaiseTicketDoubt(id=tickets[0], document=id, point="补贴标准看不懂"), Done, **CENTRE)
    await reached(desk, tickets[0], DoubtStage.WAITING, no=2)
    assert len((await file_of(desk, id)).record.questions) == 2, "what was explained may be asked again"


async def test_a_question_that_a_clerk_wrote_down_is_listed_too(desk: Desk, service: Publication) -> None:
    id, caller = await normative(desk, 85), await ticket(desk)
    for point in ("何时到账", "向谁申请"):
        await desk(RaiseQuestion(id=id, source=Raised.CONSULTATION, point=point), Done, **CLERK)
    row = await doubted(desk, id)
    assert row
    assert (row.doubts, row.by_source) == (2, {Raised.CONSULTATION: 2})
    await desk(RaiseTicketDoubt(id=caller, document=id, point="到哪里申请"), Done, **CENTRE)
    await reached(desk, caller, DoubtStage.WAITING)
    await explain(desk, id, 1)
    row = await doubted(desk, id)
    assert row
    assert (row.doubts, row.by_source) == (2, {Raised.CONSULTATION: 1, Raised.HOTLINE: 1})
    await explain(desk, id, 2, 3)
    assert await doubted(desk, id) is None


async def test_an_unknown_document_is_refused_and_the_ticket_says_so(desk: Desk, service: Publication) -> None:
    id, inside = await ticket(desk), await draft(desk, "没有公开的办法")
    for no, named in enumerate((inside, "示财规〔1999〕999号", "随便写的"), 1):
        await desk(RaiseTicketDoubt(id=id, document=named, point="看不懂"), Done, **CENTRE)
        told = await reached(desk, id, DoubtStage.REFUSED, no=no)
        assert "没有找到" in told.said
        assert named not in told.said
    leaky = RaiseTicketDoubt(id=id, document=inside, point="请回电13912345678")
    await refused("personal_data", desk(leaky, Done, **CENTRE))
    other = RaiseTicketDoubt(id=id, document=inside, point="别的单位")
    await refused("not_your_ticket", desk(other, Done, as_="钱外人", agency="lyj", roles=[Role.CLERK]))


async def test_an_event_heard_twice_is_taken_once(desk: Desk, service: Publication, servers: Servers) -> None:
    id, one = await normative(desk, 82), await ticket(desk)
    await desk(RaiseTicketDoubt(id=one, document=id, point="申报时间"), Done, **CENTRE)
    await reached(desk, one, DoubtStage.WAITING)
    (told,) = await servers.told(f"zwgk.*.evt.internal.hotline.ticket.doubted.v1.{one}")
    client = await servers.client("hotline")
    again = {**(told.headers or {}), "Nats-Msg-Id": f"again-{one}"}
    await client.jetstream(timeout=5).publish(told.subject, told.data, headers=again)
    two = await ticket(desk)
    await desk(RaiseTicketDoubt(id=two, document=id, point="申报时间"), Done, **CENTRE)
    await reached(desk, two, DoubtStage.WAITING)
    row = await doubted(desk, id)
    assert row
    assert row.doubts == 2


async def test_the_unit_says_why_it_does_not_explain_again(desk: Desk, service: Publication) -> None:
    id, event = await normative(desk, 83), opinion.OpenEvent(title="补贴办法的错误说法", place="样桥镇")
    number = (await desk(event, Done)).id
    raised = opinion.RaiseEventDoubt(id=number, document=id, point="误以为取消补贴")
    await refused("not_judged_unclear", desk(raised, Done, roles=[Role.OPENNESS]))
    judged = opinion.Assess(id=number, handling=opinion.Handling.WRONG, reason="误读")
    await desk(judged, Done, roles=[Role.OPENNESS])
    await desk(raised, Done, roles=[Role.OPENNESS])

    async def waits() -> Any:
        return await doubted(desk, id)

    row = await until(waits)
    assert row.by_source == {Raised.ONLINE: 1}
    decline = c.DeclineQuestion(id=id, no=1, reason="原解读第三问已经说明")
    await refused("other_agency", desk(decline, Done, as_="钱外人", agency="lyj"))
    await refused("unknown_question", desk(decline.model_copy(update={"no": 2}), Done, **CLERK))
    await desk(decline, Done, **CLERK)

    async def settled() -> Any:
        (last, *_) = reversed(await desk.servers.told(f"zwgk.*.evt.internal.opinion.event.*.v1.{number}"))
        (doubt,) = opinion.EventChanged.model_validate_json(last.data).record.doubts
        return doubt if doubt.stage is DoubtStage.DECLINED else None

    assert (await until(settled)).said == "原解读第三问已经说明"
    assert (await file_of(desk, id)).record.open is False


async def test_an_opinion_asks_what_the_draft_means(desk: Desk, service: Publication) -> None:
    matter = await consulting(desk, "林地规划")
    said = RecordComment(id=matter, form=ParticipationForm.FORUM, text="第三条是什么意思？")
    no = (await desk(said, CommentKept, **FORESTER)).no
    raised = c.RaiseCommentDoubt(id=matter, no=no, point="第三条的范围")
    await refused("unknown_comment", desk(raised.model_copy(update={"no": 9}), Done, **FORESTER))
    await refused("unknown_document", desk(raised.model_copy(update={"document": "不是文件"}), Done, **FORESTER))
    first = await desk(raised, Done, **FORESTER)
    assert (first.state, (await desk(raised, Done, **FORESTER)).id) == ("waiting", first.id)
    state = (await service.doubts.load(first.id)).state
    assert (state.source, state.reference, state.no) == (Raised.CONSULTATION, matter, no)


async def test_a_document_that_is_taken_down_leaves_no_doubt_waiting(desk: Desk, service: Publication) -> None:
    id, one = await normative(desk, 84), await ticket(desk)
    await desk(RaiseTicketDoubt(id=one, document=id, point="办理地点"), Done, **CENTRE)
    await reached(desk, one, DoubtStage.WAITING)
    gone = Withdraw(id=id, leak=Leak.PERSONAL, note="含个人信息")
    await desk(gone, Done, as_="赵审核", roles=[Role.REVIEWER])
    assert (await reached(desk, one, DoubtStage.DECLINED)).said == "文件已撤下。"

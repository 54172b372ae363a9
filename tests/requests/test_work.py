"""Collection from units, complaints, tests of channels: through the service's own commands, on real servers."""

from datetime import date
from functools import partial
from typing import Any

import pytest

from chassis.actors import CLOCK, Cause
from contracts.base import Done, Role
from contracts.requests import procedure, work
from contracts.requests.answers import Detail, LedgerPage, Submitted
from contracts.requests.terms import Channel, Outcome, Route
from kernel.calendar import end_of_day
from kernel.refused import Refused
from services.requests.domain import answering
from services.requests.handlers_work import propose_missed
from services.requests.service import Requests
from tests.requests.story import CALENDAR
from tests.requests.test_service import answer, app, application, clerk, head, service, submit  # noqa: F401
from tests.servers import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
FRIDAY = date(2026, 11, 27)


async def as_office(desk: Desk, message: Any, into: Any = Done) -> Any:
    return await desk(message, into, as_="陈督查", agency="bgs", roles=[Role.OPENNESS])


async def asked(desk: Desk, description: str) -> str:
    number = (await submit(desk, description)).number
    await clerk(desk, procedure.Accept(number=number))
    return number


async def test_units_are_asked_and_settled_with_the_reply(desk: Desk, service: Requests) -> None:  # noqa: F811
    number = await asked(desk, "多单位协查")
    first = await clerk(desk, work.AskUnit(number=number, unit="czj", question="请查拨款文件", due_on=FRIDAY))
    second = await clerk(desk, work.AskUnit(number=number, unit="bgs", question="请查会议纪要", due_on=FRIDAY))
    desk_of_unit: work.CollectionList = await desk(work.ListCollections(unit="czj"), work.CollectionList, agency="czj")
    (row,) = [row for row in desk_of_unit.rows if row.request == number]
    assert row.agency == "czj"
    assert row.due_at == end_of_day(FRIDAY)
    given = work.AnswerCollection(id=first.id, held=work.Held.NOT_HELD, answer="已查档案室，没有")
    with pytest.raises(Refused) as stranger:
        await desk(given, Done, agency="bgs")
    assert stranger.value.code == "other_agency"
    await desk(given, Done, as_="王财政", agency="czj")
    query = work.GetCollection(id=first.id, purpose="拟答复")
    detail: work.CollectionDetail = await desk(query, work.CollectionDetail, agency="zrzyj")
    assert detail.answer is not None
    assert "已查档案室" in detail.answer
    await answer(desk, number)
    rows = (await desk(work.ListCollections(request=number), work.CollectionList)).rows
    assert {row.id: row.state for row in rows} == {first.id: "answered", second.id: "withdrawn"}
    document = await service.collections.collection.find_one({"_id": first.id})
    assert "档案室" not in str(document)


async def test_complaint_from_registration_to_answer(desk: Desk, service: Requests) -> None:  # noqa: F811
    number = await asked(desk, "被投诉的申请")
    await answer(desk, number)
    await desk(procedure.Archive(number=number, archive_no="2026-永久-009"), Done, agency="zrzyj")
    filed = work.FileComplaint(about="zrzyj", request=number, complainant="某某 000-0000", text="答复内容不符")
    id = (await as_office(desk, filed)).id
    erase = procedure.EraseApplicantData(number=number, handed_over_on=date(2026, 11, 23))
    with pytest.raises(Refused) as open_:
        await desk(erase, Done, as_="周档案", agency="zrzyj")
    assert open_.value.code == "complaint_open"
    with pytest.raises(Refused) as early:
        await as_office(desk, work.CloseComplaint(id=id, ending="答复", text="已处理"))
    assert early.value.code == "not_verified"
    await as_office(desk, work.VerifyComplaint(id=id, finding="属实", text="经查属实"))
    with pytest.raises(Refused) as unordered:
        await as_office(desk, work.CloseComplaint(id=id, ending="答复", text="已处理"))
    assert unordered.value.code == "no_measure"
    until = date(2026, 12, 4)
    await as_office(desk, work.OrderRectification(id=id, measure="督促整改", until=until, text="请重新答复"))
    with pytest.raises(Refused) as unrectified:
        await as_office(desk, work.CloseComplaint(id=id, ending="答复", text="已处理"))
    assert unrectified.value.code == "not_rectified"
    await as_office(desk, work.RecordRectification(id=id, text="已重新答复"))
    await as_office(desk, work.CloseComplaint(id=id, ending="答复", text="已责成重新答复"))
    detail: work.ComplaintDetail = await as_office(desk, work.GetComplaint(id=id, purpose="归档"), work.ComplaintDetail)
    assert detail.record.ending == "答复"
    assert len(detail.words) == 5
    document = await service.complaints.collection.find_one({"_id": id})
    assert "某某" not in str(document)
    await desk(erase, Done, as_="周档案", agency="zrzyj")


async def test_the_unit_complained_about_does_not_judge_itself(desk: Desk) -> None:
    with pytest.raises(Refused) as own:
        await as_office(desk, work.FileComplaint(about="bgs", text="不公开"))
    assert own.value.code == "own_matter"


async def test_channel_tests(desk: Desk) -> None:
    test = work.RecordChannelTest(agency="czj", channel=Channel.FAX, works=True)
    first: Done = await desk(test, Done, agency="czj")
    broken = work.RecordChannelTest(agency="czj", channel=Channel.FAX, works=False, note="传真机无应答")
    assert (await desk(broken, Done, agency="czj")).id == first.id
    listed: work.ChannelList = await desk(work.ListChannels(agency="czj"), work.ChannelList)
    (row,) = listed.rows
    assert (row.works, row.state_label, row.open) == (False, "不通", True)
    assert listed.never == ("当面", "邮寄", "平常信函", "互联网")
    troubled: work.ChannelList = await desk(work.ListChannels(), work.ChannelList)
    assert first.id in [row.id for row in troubled.rows]
    with pytest.raises(Refused) as silent:
        await desk(broken.model_copy(update={"note": ""}), Done, agency="czj")
    assert silent.value.field == "note"


async def test_what_arrived_and_what_is_alike(desk: Desk) -> None:
    one = await submit(desk, "2025年县道路硬化工程项目清单及资金安排", name="甲某")
    other = await submit(desk, "2025年县道路硬化工程项目的清单及资金安排情况", name="乙某")
    third = await submit(desk, "幼儿园招生办法", name="丙某")
    page: LedgerPage = await desk(work.ListArrived(agency="zrzyj", days=0, limit=200), LedgerPage)
    assert {one.number, other.number, third.number} <= {row.id for row in page.rows}
    detail: Detail = await desk(procedure.GetRequest(number=other.number), Detail, agency="zrzyj")
    alike = {each.number: each for each in detail.similar}
    assert one.number in alike
    assert alike[one.number].likeness >= 0.4
    assert not alike[one.number].same_information
    assert third.number not in alike


async def test_suggestion_to_publish_and_missed_proposals(desk: Desk, service: Requests) -> None:  # noqa: F811
    asks = application("公共厕所分布图", suggests_publication=True)
    command = procedure.Submit(agency="zrzyj", channel=Channel.COUNTER, application=asks)
    number = (await desk(command, Submitted, as_="张经办", agency="zrzyj")).number
    await clerk(desk, procedure.Accept(number=number))
    await answer(desk, number)
    assert (await service.cases.load(number)).state.proposed
    pair = []
    for name in ("子", "丑"):
        each = (await submit(desk, "公园长椅名录", name=name)).number
        await clerk(desk, procedure.Accept(number=each))
        await clerk(desk, procedure.DraftReply(number=each, outcome=Outcome.OPEN_PROVIDE, text="提供。"))
        await head(desk, procedure.ApproveReply(number=each))
        pair.append(each)
    for each in pair:  # as if both were served in the same moment, each without seeing the other
        now = service.now()
        serve = partial(answering.serve, route=Route.ELECTRONIC, on=now.date(), proof="", now=now, calendar=CALENDAR)
        await service.cases.execute(each, serve, Cause(CLOCK, f"race:{each}", now))
    await propose_missed(service, Cause(CLOCK, "repair:test", service.now()))
    states = [(await service.cases.load(each)).state.proposed for each in pair]
    assert sorted(states) == [False, True]

"""Deliveries, re-issues with their delay, public notices with their period and objections."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import ValidationError

from chassis.actors import CLOCK, Cause
from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication import showing as c
from contracts.publication.comments import CommentsErasedReply, EraseComments
from contracts.publication.documents import DocumentFile, GetDocument, Publish
from contracts.publication.record import Delivery, Leak, Source
from kernel.calendar import end_of_day
from kernel.clock import CST
from services.publication.domain import clocks, publishing, showing
from services.publication.domain.facts import NoticeEnded, Warned, WentOverdue
from services.publication.domain.state import Case, Stage
from services.publication.domain.telling import public_record, record, tell
from services.publication.service import Publication
from tests.publication import documents as d
from tests.publication import test_service as s
from tests.publication.documents import CALENDAR, LI, NOW, ZHANG, ZHAO, after, cleared, drafted, proposed, refused
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
UNTIL = date(2026, 3, 9)
ENDS = end_of_day(UNTIL)
SOURCE = Source(issuer="示例市人民政府", published_at=datetime(2026, 3, 1, 16, 0, tzinfo=CST))


def noticed() -> Case:
    case = drafted()
    case = after(case, showing.set_notice(case, UNTIL, "示例县财政局，示例路1号", ZHANG, NOW))
    case = cleared(proposed(case))
    return after(case, publishing.publish(case, "11999900/2026-00001", ("网站", "公告栏"), ZHAO, NOW))


async def test_a_notice_ends_by_itself_on_the_day_after_its_last() -> None:
    case = noticed()
    assert (case.open, clocks.alarm(case)) == (False, ENDS)
    assert clocks.tick(case, ENDS - timedelta(microseconds=1), CALENDAR) == []
    facts = clocks.tick(case, ENDS, CALENDAR)
    assert facts == [NoticeEnded()]
    case = after(case, facts)
    assert clocks.alarm(case) is None
    public = tell(case, facts)[0]
    assert public.event_name == "notice_changed"
    assert public.record.notice.ended  # type: ignore[attr-defined]
    assert (record(case).open, record(case).waits_for) == (True, "登记公示结果")


async def test_objections_are_answered_before_the_result_is_stated() -> None:
    case = noticed()
    refused("notice_running", showing.conclude, case, "无异议", ZHAO, NOW)
    case = after(case, showing.object_to(case, "paper-1"))
    assert (case.open, record(case).waits_for) == (True, "答复公示异议")
    case = after(case, [NoticeEnded()])
    refused("objections_open", showing.conclude, case, "无异议", ZHAO, ENDS)
    refused("unknown_objection", showing.answer, case, 2, True, "paper-2", LI, ENDS)
    case = after(case, showing.answer(case, 1, True, "paper-2", LI, ENDS))
    refused("answered", showing.answer, case, 1, False, "paper-3", LI, ENDS)
    case = after(case, showing.conclude(case, "异议成立，取消公示对象一名", ZHAO, ENDS))
    notice = public_record(case).notice
    assert notice is not None
    assert (notice.objections, notice.answered, notice.accepted, notice.result[:4]) == (1, 1, 1, "异议成立")
    assert not case.open
    refused("no_notice", showing.object_to, case, "paper-4")


async def test_a_notice_cannot_be_over_before_it_begins() -> None:
    refused("in_past", showing.set_notice, drafted(), NOW.date() - timedelta(days=1), "示例路1号", ZHANG, NOW)
    assert showing.set_notice(drafted(), NOW.date(), "示例路1号", ZHANG, NOW)
    refused("no_notice", showing.object_to, d.published(), "paper-1")


async def test_a_re_issue_is_due_a_day_after_its_source_and_measures_its_delay() -> None:
    case = drafted()
    case = proposed(after(case, showing.set_source(case, SOURCE, ZHANG, NOW, CALENDAR)))
    assert case.due_at == SOURCE.published_at + timedelta(hours=24)
    assert clocks.tick(case, case.due_at - timedelta(seconds=1), CALENDAR) == [Warned()]
    assert clocks.tick(case, case.due_at, CALENDAR) == [WentOverdue()]
    case = cleared(case)
    case = after(case, publishing.publish(case, "11999900/2026-00001", ("网站",), ZHAO, NOW))
    assert record(case).delay_hours == 17
    assert public_record(case).source == SOURCE
    late = SOURCE.model_copy(update={"published_at": NOW + timedelta(seconds=1)})
    refused("in_future", showing.set_source, drafted(), late, ZHANG, NOW, CALENDAR)


@pytest.mark.parametrize("on", [NOW.date(), NOW.date() + timedelta(days=3)])
async def test_each_delivery_counts(on: date) -> None:
    case, now = d.published(), NOW + timedelta(days=3)
    for place in ("县图书馆", "县图书馆"):
        given = Delivery(channel="查阅点", on=on, place=place)
        case = after(case, showing.deliver(case, given, LI, now))
    assert [each.channel for each in record(case).deliveries] == ["查阅点", "查阅点"]
    assert public_record(case).deliveries == record(case).deliveries
    case = after(case, publishing.withdraw(case, Leak.PERSONAL, "", ZHAO, now))
    assert (case.stage, case.to_clear) == (Stage.WITHDRAWN, ("网站", "查阅点"))


@pytest.mark.parametrize(
    ("code", "channel", "days"),
    [("unknown_channel", "飞鸽", 0), ("delivery_day", "微信", -1), ("delivery_day", "微信", 1)],
)
async def test_a_delivery_has_a_known_channel_and_a_past_day(code: str, channel: str, days: int) -> None:
    given = Delivery(channel=channel, on=NOW.date() + timedelta(days=days))
    refused(code, showing.deliver, d.published(), given, LI, NOW)


@pytest.mark.parametrize(
    ("code", "channel", "place", "target"),
    [
        ("target_missing", "精准推送", " ", ""),
        ("place_missing", "查阅点", "", "果农"),
        (None, "精准推送", "样桥镇", ""),
        (None, "精准推送", "", "果农"),
        (None, "微信", "", ""),
    ],
)
async def test_a_delivery_goes_to_a_place_or_a_group(code: str | None, channel: str, place: str, target: str) -> None:
    given = Delivery(channel=channel, on=NOW.date(), place=place, target=target)
    if code:
        refused(code, showing.deliver, d.published(), given, LI, NOW)
    else:
        assert showing.deliver(d.published(), given, LI, NOW)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "/x", 'https://a.cn/"onclick="x', "http:///"]
)
async def test_the_address_of_a_source_is_one_of_the_web(url: str) -> None:
    with pytest.raises(ValidationError):
        Source.model_validate(SOURCE.model_dump() | {"url": url})


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def test_an_objection_is_a_paper_and_only_a_number_to_everyone_else(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    id = await s.draft(desk, "拟表彰名单公示", formed_on=date(2026, 11, 20))
    notice = c.SetNotice(id=id, until=date(2026, 11, 30), contact="示例县财政局办公室")
    await desk(notice, Done, as_="张起草", agency="czj")
    await s.clear(desk, id)
    await desk(Publish(id=id), Done, as_="赵审核", agency="bgs")
    words = "此人去年受过处分，不宜表彰"
    objection = c.RecordObjection(id=id, objector="钱异议", text=words)
    kept = [await desk(objection, c.ObjectionKept, as_="张起草", agency="czj", key="once") for _ in range(2)]
    assert [each.no for each in kept] == [1, 1]
    told = await s.told(servers, id, "public_document", "notice_changed")
    assert told["notice"]["objections"] == 1  # type: ignore[index]
    for name in await app.runtime.store.collections():
        assert words not in repr(await app.runtime.collection(name).find({})), name
    reply = c.AnswerObjection(id=id, no=1, accepted=False, answer="经查不属实")
    await desk(reply, Done, as_="张起草", agency="czj")
    ask = c.ReadObjection(id=id, no=1, purpose="复核")
    read = await desk(ask, c.ObjectionContent, as_="李负责", agency="czj")
    assert (read.text, read.answer) == (words, "经查不属实")
    await s.refused("other_agency", desk(ask, c.ObjectionContent, as_="旁人", agency="jyj", roles=[Role.CLERK]))
    await _goes_when_it_has_served(desk, app, id)


async def _goes_when_it_has_served(desk: Desk, app: App[Publication], id: str) -> None:
    """The objection and its answer, once the result stands and the time has passed for which they are kept."""

    async def erased(handed_over_on: date) -> Any:
        command = EraseComments(id=id, handed_over_on=handed_over_on)
        return await desk(command, CommentsErasedReply, as_="钱档案", agency="bgs")

    today = desk.servers.clock.now().date()
    await s.refused("not_over", erased(today))
    held = app.it.documents
    ended = Cause(CLOCK, f"ended:{id}", desk.servers.clock.now())
    await held.execute(id, lambda case: [NoticeEnded()], ended)
    await desk(c.ConcludeNotice(id=id, result="按公示名单表彰"), Done, as_="赵审核", agency="bgs")
    await s.refused("handed_over", erased(today - timedelta(days=1)))
    await s.refused("kept_longer", erased(today))
    kept = app.it.limits
    past = kept.model_copy(update={"comments_kept": kept.comments_kept.model_copy(update={"days": -9})})
    object.__setattr__(app.it, "limits", past)
    assert [(await erased(today)).papers, (await erased(today)).papers] == [2, 0]
    object.__setattr__(app.it, "limits", kept)
    assert await app.runtime.collection("papers").count({"case": id}) == 0
    read = c.ReadObjection(id=id, no=1, purpose="复核")
    await s.refused("paper_erased", desk(read, c.ObjectionContent, as_="李负责", agency="czj"))
    file = await s.file_of(desk, id)
    assert [each.step for each in file.steps].count("销毁异议原件") == 1
    assert file.record.notice
    assert (file.record.notice.objections, file.record.notice.answered) == (1, 1)
    without = await s.public(desk, "没有公示的文件")
    command = EraseComments(id=without, handed_over_on=today)
    await s.refused("no_notice", desk(command, CommentsErasedReply, as_="钱档案", agency="bgs"))


async def test_deliveries_are_counted_by_channel_place_and_group(desk: Desk, app: App[Publication]) -> None:
    id = await s.draft(desk, "送到果农手中的通知")
    await s.clear(desk, id)
    await desk(Publish(id=id), Done, as_="赵审核", agency="bgs")
    today = (await desk(GetDocument(id=id), DocumentFile)).record.published_at
    assert today
    for place in ("示例镇便民中心", "示例镇便民中心", "县图书馆"):
        given = c.RecordDelivery(id=id, channel="查阅点", on=today.astimezone(CST).date(), place=place, target="果农")
        await desk(given, Done, as_="赵审核", agency="bgs")
    found = await desk(c.CountDeliveries(year=today.astimezone(CST).year), c.DeliveryCounts)
    mine = [(row.place, row.deliveries) for row in found.rows if row.target == "果农"]
    assert mine == [("示例镇便民中心", 2), ("县图书馆", 1)]
    assert (await desk(c.CountDeliveries(year=2009), c.DeliveryCounts)).total == 0

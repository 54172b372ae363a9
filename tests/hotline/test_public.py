"""What becomes public, is counted, comes from elsewhere and goes elsewhere, on real servers."""

import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.actors import Actor, Cause, service
from chassis.handlers import Emission
from chassis.rpc import Asker
from chassis.runtime import App
from contracts.base import Done, Role
from contracts.hotline import figures, public, tickets
from contracts.hotline import ratings as r
from contracts.hotline.reading import ShowTicket, TicketPage
from contracts.opinion import OpinionEvent
from kernel.refused import Refused
from services.hotline import door, ratings, signals
from services.hotline.service import Hotline
from services.opinion.domain.event import State as OpinionState
from services.opinion.handlers import Opinion, burst
from tests.hotline.test_service import ticket
from tests.servers import MORNING, Desk, Servers, started

TODAY = MORNING.date()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Hotline]]:
    async with started(servers, ["hotline"]) as serving:
        yield serving.apps[0]


async def take(app: App[Hotline], servers: Servers, number: str, **changes: Any) -> str:
    """A ticket through the door, as from the bus; its number."""
    emission = tickets.TicketEmitted.model_validate(ticket(number, **changes))
    cause = Cause(Actor("party", "h12345"), "ignored", servers.clock.now())
    (answer,) = await door.take_in(app.it, [Emission(emission, "h12345", cause)])
    assert isinstance(answer, tickets.TicketAnswer)
    return str(answer.case)


async def centre(
    desk: Desk, message: Any, into: Any = Done, as_: str = "派单员甲", role: Role = Role.DISPATCHER
) -> Any:
    return await desk(message, into, as_="派单员甲", agency="rxzx", roles=[role])


async def unit(desk: Desk, message: Any, agency: str = "cgj", as_: str = "经办人乙") -> Any:
    return await desk(message, Done, as_=as_, agency=agency, roles=[Role.CLERK])


async def answered(desk: Desk, id: str, text: str = "已按职责办理完毕。", **reply: Any) -> None:
    await centre(desk, tickets.DispatchTicket(id=id, lead="cgj"))
    await unit(desk, tickets.SignTicket(id=id))
    await unit(desk, tickets.ReplyTicket(id=id, text=text, **reply))
    await centre(desk, tickets.ReviewReply(id=id, approve=True))


async def test_a_result_is_published_by_a_second_person_and_free_of_personal_data(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    id = await take(app, servers, "P-1", content="示例来电人甲反映样板路路灯不亮，电话13800138000。")
    await answered(desk, id)
    offered = await unit(desk, public.OfferResult(ticket=id))
    page = await desk(public.ShowEntry(id=offered.id), public.EntryPage, roles=[Role.OPENNESS])
    assert "13800138000" not in page.question
    assert page.findings == ("来电人信息",)
    publish = public.PublishEntry(id=offered.id)
    with pytest.raises(Refused) as refused:
        await desk(publish, Done, as_="公开员", roles=[Role.OPENNESS])
    assert (refused.value.code, refused.value.field) == ("personal_data", "question")
    revise = public.ReviseEntry(id=offered.id, question="路口的灯坏了。", answer="已经修好。")
    await unit(desk, revise)
    with pytest.raises(Refused) as refused:
        await desk(publish, Done, as_="经办人乙", agency="cgj", roles=[Role.HEAD])
    assert refused.value.code == "own_text"
    assert (await desk(publish, Done, as_="公开员", roles=[Role.OPENNESS])).state == "published"
    rows = await ask_as_citizen(servers, public.ListEntries(sort=public.EntrySort.RESULT), public.EntryRows)
    assert [each.question for each in rows.results] == ["路口的灯坏了。"]
    assert rows.entries == ()
    told = await public_events(servers, "public_ticket")
    assert told[-1]["record"]["answer"] == "已经修好。"
    await desk(public.WithdrawEntry(id=offered.id, reason="内容有误"), Done, roles=[Role.OPENNESS])
    assert (await ask_as_citizen(servers, public.ListEntries(), public.EntryRows)).results == ()


async def ask_as_citizen(servers: Servers, message: Any, into: Any) -> Any:
    client = await servers.client("gateway")
    return await Asker(lambda: client, servers.region, "gateway")(message, into)


async def public_events(servers: Servers, record: str) -> list[dict[str, Any]]:
    """What the public stream's source holds of one record type."""
    told = await servers.told(f"zwgk.*.evt.public.hotline.{record}.>")
    return [json.loads(each.data or b"") for each in told]


async def test_reports_and_unanswered_tickets_are_not_offered(app: App[Hotline], desk: Desk, servers: Servers) -> None:
    report = await take(app, servers, "P-2", kind="举报")
    plain = await take(app, servers, "P-3")
    for id, code in ((report, "secret_ticket"), (plain, "no_reply")):
        with pytest.raises(Refused) as refused:
            await centre(desk, public.OfferResult(ticket=id))
        assert refused.value.code == code


async def test_a_consultation_becomes_a_knowledge_entry_that_the_guide_finds(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    id = await take(app, servers, "P-4", kind="咨询", content="怎样办理居住证？")
    await answered(desk, id, text="带身份证到窗口办理。")
    proposed = await unit(desk, public.ProposeKnowledge(ticket=id, guide="SX-JZZ"))
    await desk(public.PublishEntry(id=proposed.id), Done, as_="公开员", roles=[Role.OPENNESS])
    revised = public.ReviseEntry(id=proposed.id, question="怎样办理居住证？", answer="可网上办理。")
    await unit(desk, revised)
    query = public.ListEntries(guide="SX-JZZ")
    (first,) = (await ask_as_citizen(servers, query, public.EntryRows)).knowledge
    assert (first.answer, first.edition) == ("带身份证到窗口办理。", 1)
    await desk(public.PublishEntry(id=proposed.id), Done, as_="公开员", roles=[Role.OPENNESS])
    (second,) = (await ask_as_citizen(servers, query, public.EntryRows)).knowledge
    assert (second.answer, second.edition, second.id) == ("可网上办理。", 2, first.id)


async def test_suggestions_end_with_a_reason_and_are_published_by_period(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    yes, no = [await take(app, servers, f"P-{n}", kind="建议", content=f"建议{n}增设座椅。") for n in (5, 6)]
    await answered(desk, yes, adopted=True, adoption_reason="列入计划。")
    await answered(desk, no, adopted=False, adoption_reason="已有规划。")
    for id in (yes, no):
        await centre(desk, tickets.RecordVisit(id=id, reached=False))
    offered = await unit(desk, public.OfferResult(ticket=no))
    assert "已有规划" in (await desk(public.ShowEntry(id=offered.id), public.EntryPage, roles=[Role.OPENNESS])).answer
    await desk(public.PublishEntry(id=offered.id), Done, as_="公开员", roles=[Role.OPENNESS])
    counted = await ask_as_citizen(servers, public.CountSuggestions(first=TODAY, last=TODAY), public.SuggestionFigures)
    assert (counted.total.ended, counted.total.adopted, counted.total.not_adopted) == (2, 1, 1)
    assert [each.adopted for each in counted.results] == [False]
    issue = public.IssueBulletin(about="suggestions", first=TODAY, last=TODAY)
    with pytest.raises(Refused) as refused:
        await desk(issue, Done, roles=[Role.OPENNESS])
    assert refused.value.code == "not_over"


async def test_ratings_come_in_once_and_their_statistics_are_published(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    yesterday = servers.clock.now() - timedelta(days=1)
    body: dict[str, Any] = {
        "rating_no": "HP-1", "given_at": yesterday, "level": 1, "way": "一事一评", "agency": "zwj", "channel": "网站",
        "comment": "材料要了三次", "rater": {"name": "示例评价人", "phone": "0000-5557001"},
    }  # fmt: skip
    cause = Cause(Actor("party", "h12345"), "in:1", servers.clock.now())
    bodies = [body, body, body | {"rating_no": "HP-2", "level": 5}, body | {"level": 2}, body | {"agency": "nobody"}]
    emissions = [Emission(r.RatingGiven.model_validate(each), "h12345", cause) for each in bodies]
    found = await ratings.take_ratings(app.it, emissions)
    outcomes = [each.outcome if isinstance(each, r.RatingAnswer) else each.code for each in found]
    assert outcomes == ["accepted", "repeated", "accepted", "other_content", "other_content"]
    assert isinstance(found[0], r.RatingAnswer)
    listed = (await centre(desk, r.ListRatings(bad=True, open=True), r.RatingRows)).ratings
    (bad,) = [each for each in listed if each.id == found[0].case]
    assert (bad.state, bad.named) == ("contacting", True)
    await unit(desk, r.ContactRater(id=bad.id, reached=True), "zwj")
    await centre(desk, r.VerifyRating(id=bad.id, verdict=r.Verdict.VALID, reason="情况属实"))
    await unit(
        desk,
        r.RemedyRating(id=bad.id, remedy=r.Remedy.RECTIFIED, text="已精简材料"),
        "zwj",
    )
    await centre(desk, r.RevisitRater(id=bad.id, reached=True, level=4))
    day = yesterday.date()
    counted = await centre(desk, r.CountRatings(first=day, last=day), r.RatingFigures)
    assert (counted.total.counted, counted.total.good, counted.total.rectified, counted.total.revisited) == (2, 1, 1, 1)
    issue = public.IssueBulletin(about="ratings", first=day, last=day)
    issued = await desk(issue, Done, roles=[Role.OPENNESS])
    assert (await desk(issue, Done, roles=[Role.OPENNESS])).id == issued.id
    (told,) = await public_events(servers, "bulletin")
    assert told["record"]["ratings"][-1]["levels"] == [1, 0, 0, 0, 1]


async def test_a_callers_bad_rating_opens_the_loop(app: App[Hotline], desk: Desk, servers: Servers) -> None:
    id = await take(app, servers, "P-7")
    await answered(desk, id)
    rate = tickets.RateTicket(number=id, code=app.it.code(id), level=2)
    await ask_as_citizen(servers, rate, Done)
    found = (await centre(desk, r.ListRatings(agency="cgj", open=True), r.RatingRows)).ratings
    assert [each.ticket for each in found] == [id]
    with pytest.raises(Refused) as refused:
        await ask_as_citizen(servers, rate, Done)
    assert refused.value.code == "rated_already"


async def test_closed_tickets_of_another_system_are_imported_once(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    received = servers.clock.now() - timedelta(days=400)
    row = figures.HistoryRow(
        line=2, source="市长信箱", ticket_no="H-1", received_at=received, closed_at=received + timedelta(days=3),
        channel="信箱", category="城乡建设", unit="示例县住房和城乡建设局", area="样桥镇", title="加急",
        content="漏水", reply="已修",
    )  # fmt: skip
    other = row.model_copy(update={"line": 3, "ticket_no": "H-2", "closed_at": received - timedelta(days=1)})
    bare = figures.HistoryRow(line=4, source="市长信箱", ticket_no="H-3", received_at=received)
    command = figures.ImportTickets(rows=(row, other, bare))
    done = await centre(desk, command, figures.HistoryTaken, role=Role.ARCHIVIST)
    assert (done.imported, done.known, [bad.field for bad in done.refused]) == (2, 0, ["closed_at"])
    changed = figures.ImportTickets(rows=(row, bare, row.model_copy(update={"line": 5, "reply": "别的"})))
    again = await centre(desk, changed, figures.HistoryTaken, role=Role.ARCHIVIST)
    assert (again.imported, again.known, [bad.code for bad in again.refused]) == (0, 2, ["other_content"])
    day = received.date()
    table = await centre(desk, figures.Statistics(first=day, last=day, by="unit"), figures.StatisticsTable)
    assert (table.total.received, table.total.closed, table.total.direct) == (2, 2, 0)
    assert [(each.key, each.received) for each in table.rows] == [("", 1), ("zjj", 1)]
    assert table.total.on_time.of == 0  # nobody knows which limit they had


async def test_numbers_of_the_day(app: App[Hotline], desk: Desk, servers: Servers) -> None:
    table = await centre(desk, figures.Statistics(first=TODAY, last=TODAY, by="kind"), figures.StatisticsTable)
    assert sum(each.received for each in table.rows) == table.total.received
    assert table.total.dispatched + table.total.direct <= table.total.received
    assert 0 <= table.total.solution.part <= table.total.solution.of <= table.total.received
    month = await centre(desk, figures.MonthlyBulletin(year=TODAY.year, month=TODAY.month), figures.MonthPage)
    assert month.total.received >= table.total.received
    assert sum(each.received for each in month.by_unit) == month.total.received
    sheet = await centre(desk, figures.DutySheet(day=TODAY), figures.DutyPage)
    assert (sheet.received, sheet.open) >= (1, 1)
    listed = await centre(desk, figures.SupervisionList(), figures.SupervisionPage)
    assert all(line.reasons for line in listed.lines)
    with pytest.raises(Refused) as refused:
        await centre(desk, figures.Statistics(first=TODAY, last=date(2020, 1, 1)), figures.StatisticsTable)
    assert refused.value.field == "last"


async def test_duplicates_are_proposed_by_place_and_words(app: App[Hotline], desk: Desk, servers: Servers) -> None:
    words = "拟湖镇示例小区门口的垃圾桶连续三天没有清运，臭味很大，请尽快处理。"
    first = await take(app, servers, "P-8", content=words, place="拟湖镇示例小区3栋")
    second = await take(app, servers, "P-9", content=f"{words}谢谢！", place="拟湖镇 示例小区 5栋")
    await take(app, servers, "P-10", content="公交车末班太早。", title="公交", place="拟湖镇示例小区")
    page = await centre(desk, ShowTicket(id=second), TicketPage)
    assert [(each.id, each.same_place) for each in page.similar] == [(first, True)]
    assert page.similar[0].likeness > 80
    assert [each.agency for each in page.proposed] == ["cgj", "nhz"]
    stored = json.dumps(await app.runtime.collection("sketches").find({}), default=str, ensure_ascii=False)
    assert "示例小区" not in stored


async def test_a_burst_is_raised_once_and_opinion_takes_it_up(app: App[Hotline], desk: Desk, servers: Servers) -> None:
    for n in range(3):
        await take(app, servers, f"B-{n}", category="生态环境", place="模田镇示例路9号", content=f"第{n}次反映油烟。")
    await signals.look_for_bursts(app.it)
    await signals.look_for_bursts(app.it)
    found = (await centre(desk, public.ListSignals(open=True), public.SignalRows)).signals
    (raised,) = [each for each in found if each.area == "模田镇"]
    assert (raised.count, raised.sort, raised.category) == (3, "burst", "生态环境")
    assert "示例路" not in raised.model_dump_json()
    async with started(servers, ["opinion"]) as serving:
        opinion: Opinion = serving.apps[0].it
        cause = Cause(service("hotline"), "told-1", servers.clock.now())
        for _ in range(2):
            await burst(opinion, public.SignalRaised(record=raised), cause)
        origin = f"burst:{raised.id}"
        held = (await opinion.cases.by_origin([origin]))[origin]
        assert isinstance(held.state, OpinionState)
        assert "生态环境" in held.state.title
        assert OpinionEvent.model_fields["title"]
    assert (await centre(desk, public.CloseSignal(id=raised.id, reason="已派执法检查"))).state == "closed"


async def test_volume_is_compared_with_the_classes_own_history(app: App[Hotline], servers: Servers) -> None:
    now = servers.clock.now()
    history = [
        {"_id": f"v{day}-{n}", "area": "", "spot": "", "category": "农林水土", "seen_at": now, "sketch": b"",
         "at": now - timedelta(days=day), "day": (now - timedelta(days=day)).date().isoformat()}
        for day in range(1, 30) for n in range(2)
    ]  # fmt: skip
    today = [{**history[0], "_id": f"t{n}", "at": now, "day": TODAY.isoformat()} for n in range(12)]
    await app.it.sketches.add([*history, *today])
    for _ in range(2):
        await signals.look_for_volume(app.it)
    held = await app.it.signals.find({"open": True}, limit=50)
    found = [each.state for each in held if each.state.sort == "volume" and each.state.category == "农林水土"]
    assert [(each.count, each.expected) for each in found] == [(12, 2.0)]


async def test_with_consent_a_ticket_becomes_a_request(app: App[Hotline], desk: Desk, servers: Servers) -> None:
    id = await take(app, servers, "P-11", kind="咨询", content="申请公开征地批文。")
    assert (await centre(desk, figures.TellHowToApply(id=id))).state == "triage"
    with pytest.raises(Refused, match="尚未同意"):
        await centre(desk, figures.BecomeRequest(id=id, agency="zrzyj", consent=False))
    async with started(servers, ["requests"]):
        command = figures.BecomeRequest(id=id, agency="zrzyj", consent=True)
        await centre(desk, command)
        await centre(desk, command)
    page = await centre(desk, ShowTicket(id=id), TicketPage)
    assert page.record.request
    assert any(page.record.request in note for note in page.notes)

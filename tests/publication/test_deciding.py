"""Decisions and meetings on real servers: repeats, what belongs together, sealed words, numbers of the year."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.actors import CLOCK, Cause
from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication import comments, decisions, meetings
from contracts.publication.decision_catalogue import (
    DecisionEntry,
    DecisionLevel,
    PublishDecisionCatalogue,
    PutDecisionCatalogue,
)
from contracts.publication.documents import ApproveWithdrawal, ConfirmCleared, Withdraw
from contracts.publication.explaining import CountExplanations, ExplanationCounts, RecordExplanation
from contracts.publication.record import Attribute, Explanation, Leak, Metadata
from contracts.publication.shortfalls import ExplainShortfall, YearDuty
from contracts.publication.stock import Given, Import, ImportItem, ImportOutcomes
from kernel.clock import CST
from kernel.refused import Refused
from services.publication import takedown
from services.publication.comments.handlers import asked_about
from services.publication.comments.keeping import Words
from services.publication.decisions.facts import ConsultationEnded
from services.publication.rounds import year_handlers as years
from services.publication.rounds.shortfalls import record
from services.publication.service import Publication
from tests.publication.test_gazette import normative
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK: dict[str, Any] = {"as_": "张林业", "agency": "lyj", "roles": [Role.CLERK]}
SECRETARY: dict[str, Any] = {"as_": "王会务", "agency": "xzf", "roles": [Role.CLERK]}
MAYOR: dict[str, Any] = {"as_": "陈县长", "agency": "xzf", "roles": [Role.HEAD]}
OFFICE: dict[str, Any] = {"as_": "赵审核", "agency": "bgs", "roles": [Role.REVIEWER]}
SECRET = "隐名某人说的话"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


def starting(**changes: Any) -> decisions.StartDecision:
    given = {
        "title": "山林防火规划",
        "level": DecisionLevel.GOVERNMENT,
        "scope": decisions.DecisionScope.PLAN,
        "basis": "森林法",
        "background": "近年山火增多",
        "proposed_by": "县应急管理局",
        "outside_reason": "上级新部署",
    }
    return decisions.StartDecision.model_validate(given | changes)


async def document(desk: Desk, title: str) -> str:
    """A public document of another agency."""
    metadata = Metadata(title=title, issuers=("lyj",))
    given = Given(metadata=metadata, attribute=Attribute.PROACTIVE, published_on=desk.servers.clock.now().date())
    item = ImportItem(name=title, form="given", content=f"{title}\n一、范围。\n", given=given)
    done = await desk(Import(items=(item,), confirm=True), ImportOutcomes, **OFFICE)
    assert done.items[0].outcome == "published", done.items[0].reason
    return str(done.items[0].id)


async def consulting(desk: Desk, title: str) -> str:
    id = str((await desk(starting(title=title), Done, **CLERK)).id)
    draft = await document(desk, f"{title}（征求意见稿）")
    await desk(decisions.SetDecisionDraft(id=id, document=draft), Done, **CLERK)
    until = desk.servers.clock.now().date() + timedelta(days=60)
    forms = (decisions.PlannedForm(form=comments.ParticipationForm.WEB),)
    plan = decisions.PlanConsultation(
        id=id, until=until, forms=forms, explanation="规划的主要内容说明。", contact="县林业局"
    )
    await desk(plan, Done, **CLERK)
    await desk(decisions.OpenConsultation(id=id, secrecy=True), Done, **OFFICE)
    return id


async def test_an_entry_is_started_once_however_often_it_is_sent(desk: Desk, app: App[Publication]) -> None:
    entries = tuple(DecisionEntry(no=n, title=f"事项名称{n}", agency="lyj", basis="森林法") for n in (1, 2))
    put = PutDecisionCatalogue(year=2030, level=DecisionLevel.GOVERNMENT, agency="xzf", entries=entries)
    year = str((await desk(put, Done, **SECRETARY)).id)
    assert (await desk(put, Done, **SECRETARY)).id == year, "one a year, level and agency"
    with pytest.raises(Refused, match="已公布的目录中没有"):
        await desk(starting(catalogue=year, entry=1), Done, **CLERK)
    publish = PublishDecisionCatalogue(id=year, agreed="县委常委会会议", secrecy=True)
    await desk(publish, Done, **OFFICE)
    start = starting(catalogue=year, entry=1)
    ids = {(await desk(start, Done, **CLERK, key="start-once")).id for _ in range(2)}
    assert len(ids) == 1
    with pytest.raises(Refused, match="已经启动"):
        await desk(start, Done, **CLERK, key="start-again")
    held = await app.it.years.load(year)
    assert [entry.matter for entry in held.state.shown] == [*ids, None]


async def test_the_words_of_an_opinion_lie_in_the_papers_only(desk: Desk, app: App[Publication]) -> None:
    id = await consulting(desk, "山林防火规划甲")
    comment = comments.RecordComment(id=id, form=comments.ParticipationForm.WRITTEN, text=SECRET, name="某人")
    kept = [(await desk(comment, comments.CommentKept, **CLERK, key="letter")).no for _ in range(2)]
    assert kept == [1, 1]
    (row,) = await app.it.comments.rows.find({"case": id})
    assert SECRET not in str(row)
    for name in ("cases", "papers", "comments"):
        found = await app.runtime.collection(name).find({})
        assert SECRET not in "".join(map(str, found)), name
    for who in ({**CLERK, "agency": "czj"}, OFFICE):
        with pytest.raises(Refused):
            await desk(comments.ReadComment(id=id, no=1, purpose="整理意见"), comments.CommentContent, **who)
    read = await desk(comments.ReadComment(id=id, no=1, purpose="整理意见"), comments.CommentContent, **CLERK)
    assert (read.text, read.name) == (SECRET, "某人")
    (reading,) = await app.it.papers.readings([row["paper"]])
    assert (reading["purpose"], reading["by"]["name"]) == ("整理意见", "张林业")
    with pytest.raises(Refused, match="没有这个序号"):
        await desk(comments.ReadComment(id=id, no=7, purpose="整理意见"), comments.CommentContent, **CLERK)


async def test_the_words_of_opinions_go_when_the_matter_is_long_over(desk: Desk, app: App[Publication]) -> None:
    id = await consulting(desk, "山林防火规划丁")
    comment = comments.RecordComment(id=id, form=comments.ParticipationForm.WRITTEN, text=SECRET, name="某人")
    await desk(comment, comments.CommentKept, **CLERK)
    longer = desk.servers.clock.now().date() + timedelta(days=90)
    extend = decisions.ExtendConsultation(id=id, until=longer, reason="应公众要求延期", secrecy=True)
    await desk(extend, Done, **OFFICE)
    today = desk.servers.clock.now().date()
    archivist: dict[str, Any] = {"as_": "钱档案", "agency": "bgs", "roles": [Role.ARCHIVIST]}
    with pytest.raises(Refused, match="还没有办结"):
        await desk(comments.EraseComments(id=id, handed_over_on=today), comments.CommentsErasedReply, **archivist)
    await desk(decisions.StopDecision(id=id, reason="上级另有部署"), Done, **OFFICE)
    with pytest.raises(Refused, match="须保存至"):
        await desk(comments.EraseComments(id=id, handed_over_on=today), comments.CommentsErasedReply, **archivist)
    (row,) = await app.it.comments.rows.find({"case": id})
    past = app.it.limits.comments_kept.model_copy(update={"days": -9})
    object.__setattr__(app.it, "limits", app.it.limits.model_copy(update={"comments_kept": past}))
    done = await desk(comments.EraseComments(id=id, handed_over_on=today), comments.CommentsErasedReply, **archivist)
    assert done.papers == 1
    assert await app.runtime.collection("papers").count({"_id": row["paper"]}) == 0
    with pytest.raises(Refused, match="已依法销毁"):
        await desk(comments.ReadComment(id=id, no=1, purpose="核对"), comments.CommentContent, **CLERK)
    file = await desk(decisions.GetMatter(id=id), decisions.MatterFile, **OFFICE)
    assert [(step.by, step.note) for step in file.steps if "销毁" in step.step] == [("钱档案", "1 份")]


async def test_a_stopped_matter_takes_no_opinion_and_one_that_is_resumed_asks_anew(
    desk: Desk, app: App[Publication]
) -> None:
    id = await consulting(desk, "山林防火规划辛")
    comment = comments.RecordComment(id=id, form=comments.ParticipationForm.WRITTEN, text="加密防火道")
    citizen: dict[str, Any] = {"as_": "李某", "agency": "bgs", "roles": [Role.CITIZEN]}
    await desk(comment, comments.CommentKept, **CLERK)
    await desk(decisions.StopDecision(id=id, reason="上级另有部署"), Done, **OFFICE)
    answer = comments.AnswerComments(id=id, nos=(1,), summary="加密防火道", adoption=comments.Adoption.ADOPTED)
    for command, reply, who in (
        (comment, comments.CommentKept, CLERK),
        (comments.GiveComment(id=id, text="加密防火道"), comments.CommentKept, citizen),
        (answer, comments.CommentsAnswered, CLERK),
    ):
        with pytest.raises(Refused) as caught:
            await desk(command, reply, **who)
        assert caught.value.code == "not_open"
        assert caught.value.remedy
    done = await desk(decisions.ResumeDecision(id=id, reason="资金已经落实"), Done, **OFFICE)
    assert done.state == "preparing"
    assert await app.it.comments.left(id) == 1, "answered with the opinions of the next consultation"


async def test_an_opinion_is_too_late_after_the_last_day_even_before_the_clock_rings(
    desk: Desk, app: App[Publication]
) -> None:
    id = await consulting(desk, "山林防火规划壬")
    asked = (await app.it.decisions.load(id)).state.consultation
    assert asked is not None
    for days, open_ in ((0, True), (1, False)):
        now = datetime.combine(asked.until + timedelta(days=days), datetime.min.time(), CST)
        assert (await asked_about(app.it, id, now)).by_web is open_


async def test_each_consultation_counts_its_own_opinions(desk: Desk, app: App[Publication]) -> None:
    moment = datetime(2026, 5, 1, tzinfo=CST)
    rows = [
        {"_id": f"x#{no}", "case": "x", "no": no, "form": "网上征求意见", "on": "2026-04-01", "paper": "p"}
        | {"adoption": "采纳", "summary": "", "reason": "", "answered_at": moment + timedelta(days=no)}
        for no in (1, 2, 3)
    ]
    await app.it.comments.rows.insert_many(rows)
    assert (await app.it.comments.tally("x")).received == 3
    assert (await app.it.comments.tally("x", moment + timedelta(days=1))).received == 2


async def test_an_opinion_that_comes_while_the_others_are_counted_is_not_left_without_an_answer(
    desk: Desk, app: App[Publication]
) -> None:
    id, kept = await consulting(desk, "山林防火规划癸"), app.it.comments
    comment = comments.RecordComment(id=id, form=comments.ParticipationForm.WRITTEN, text="加密防火道")
    await desk(comment, comments.CommentKept, **CLERK)
    over = Cause(CLOCK, f"{id}-over", desk.servers.clock.now())
    await app.it.decisions.execute(id, lambda _: [ConsultationEnded()], over)
    publish = comments.PublishFeedback(id=id, secrecy=True)
    with pytest.raises(Refused, match="1 条意见没有处理结论"):
        await desk(publish, Done, **OFFICE)
    await desk(comment, comments.CommentKept, **CLERK)
    assert await kept.left(id) == 2, "what was refused shuts nothing"
    answer = comments.AnswerComments(id=id, nos=(1, 2), summary="加密防火道", adoption=comments.Adoption.ADOPTED)
    await desk(answer, comments.CommentsAnswered, **CLERK)
    asked = await asked_about(app.it, id, desk.servers.clock.now())
    assert asked.by_clerk
    await desk(publish, Done, **OFFICE)
    late = Cause(CLOCK, f"{id}-late", desk.servers.clock.now())
    with pytest.raises(Refused, match="正在公布"):
        await kept.keep(id, asked.round, comment.form, Words(text=SECRET), late)
    assert await kept.left(id) == 0
    assert await app.runtime.collection("papers").count({"case": id}) == 2
    feedback = (await app.it.decisions.load(id)).state.feedback
    assert feedback is not None
    assert feedback.tally.received == await kept.total(id) == 2


async def meeting(desk: Desk, matter: str | None = None, **attended: int) -> str:
    """A standing meeting that was held."""
    item = meetings.AgendaItem(no=1, title="审议规划", matter=matter)
    now = desk.servers.clock.now()
    plan = meetings.PlanMeeting(title="政府常务会议", type=meetings.MeetingType.STANDING, meets_at=now, agenda=(item,))
    id = str((await desk(plan, Done, **SECRETARY)).id)
    await desk(meetings.ApproveMeeting(id=id), Done, **MAYOR)
    attendance = tuple(
        meetings.Attendance(invitees=meetings.InviteeClass[name], invited=number + 1, attended=number)
        for name, number in attended.items()
    )
    held = meetings.HoldMeeting(id=id, results=(meetings.ItemResult(no=1, result="同意"),), attendance=attendance)
    await desk(held, Done, **SECRETARY)
    return id


async def test_a_meeting_about_a_draft_waits_for_what_came_of_the_opinions(desk: Desk, app: App[Publication]) -> None:
    matter = await consulting(desk, "山林防火规划乙")
    with pytest.raises(Refused, match="采纳情况还没有公布"):
        await desk(meetings.PublishMeeting(id=await meeting(desk, matter), secrecy=True), Done, **OFFICE)
    with pytest.raises(Refused, match="没有这个编号"):
        await meeting(desk, "999901-JC-2026-999999")


async def test_meetings_with_invited_people_are_counted_apart(desk: Desk, app: App[Publication]) -> None:
    year = desk.servers.clock.now().year
    query = meetings.GetMeetingCounts(year=year, agency="xzf")
    (before,) = (await desk(query, meetings.MeetingCounts)).rows
    await meeting(desk, CITIZEN=3)
    await meeting(desk, MEDIA=0)
    (after,) = (await desk(query, meetings.MeetingCounts)).rows
    assert (after.held - before.held, after.with_invitees - before.with_invitees) == (2, 1)
    assert after.missing == max(2 - after.with_invitees, 0)
    rows = (await desk(meetings.GetMeetingCounts(year=year), meetings.MeetingCounts)).rows
    assert {row.type for row in rows} == {meetings.MeetingType.STANDING, meetings.MeetingType.UNIT}
    assert all(row.missing == 2 for row in rows if not row.held)


async def test_a_year_that_ends_with_too_few_is_flagged_on_the_first_of_january(
    desk: Desk, app: App[Publication]
) -> None:
    """Both moments are of the calendar in Beijing; the number two is local (C)."""
    year = desk.servers.clock.now().year
    await meeting(desk, CITIZEN=1)
    last, first = (datetime(year, 12, 31, 23, 59, tzinfo=CST), datetime(year + 1, 1, 1, tzinfo=CST))
    await years.look_back(app.it, last)
    assert await app.it.shortfalls.count({"year": year}) == 0
    await years.look_back(app.it, first)
    await years.look_back(app.it, first + timedelta(days=1))
    rows = (await desk(meetings.GetMeetingCounts(year=year), meetings.MeetingCounts)).rows
    short = {(row.agency, row.type): row for row in rows if row.missing}
    found = [each.state for each in await app.it.shortfalls.find({"year": year}, limit=1000)]
    units = (await desk(CountExplanations(year=year), ExplanationCounts)).units
    leads = {(unit.agency, YearDuty.LEAD) for unit in units if unit.left}
    meant = {(agency, YearDuty(type.value)) for agency, type in short} | leads
    assert leads
    assert sorted((each.agency, each.duty) for each in found) == sorted(meant), "each once"
    one = next(each for each in found if each.duty is YearDuty.UNIT)
    told = record(one)
    assert (told.overdue, told.open, told.grade) == (True, True, "C")
    assert "每年不少于2次" in told.source
    other: dict[str, Any] = {"as_": "旁人", "agency": "xzf", "roles": [Role.HEAD]}
    with pytest.raises(Refused, match="本单位"):
        await desk(ExplainShortfall(id=one.id, reason="全年没有召开"), Done, **other)
    done = await desk(ExplainShortfall(id=one.id, reason="全年没有召开"), Done, **(other | {"agency": one.agency}))
    assert done.state == "explained"
    assert await app.it.shortfalls.count({"year": year - 1}) == 0, "the platform did not run then"


async def test_a_meeting_entered_late_is_counted_for_its_year(desk: Desk, app: App[Publication]) -> None:
    year = desk.servers.clock.now().year
    found = await app.it.shortfalls.find({"agency": "xzf", "year": year})
    for held in (each for each in found if each.state.duty is YearDuty.STANDING):
        await meeting(desk, CITIZEN=1)
        await meeting(desk, CITIZEN=1)
        assert not record((await app.it.shortfalls.load(held.id)).state).open


async def test_an_explanation_entered_late_is_counted_for_its_year(desk: Desk, app: App[Publication]) -> None:
    now = desk.servers.clock.now()
    found = await app.it.shortfalls.find({"year": now.year}, limit=1000)
    short = next(each for each in found if each.state.duty is YearDuty.LEAD and each.state.agency != "czj")
    unit = short.state.agency
    id = await normative(desk, 71)
    for form in ("问答", "访谈"):
        assert record((await app.it.shortfalls.load(short.id)).state).open
        said = Explanation(on=now.date(), form=form, interpreter="本单位主要负责人", lead=True, agency=unit)
        await desk(RecordExplanation(id=id, explanation=said), Done, as_="吴解读", agency=unit)
    assert record((await app.it.shortfalls.load(short.id)).state).state == "met"


async def test_personal_data_and_marks_of_secrecy_do_not_enter(desk: Desk, app: App[Publication]) -> None:
    with pytest.raises(Refused, match="个人信息"):
        await desk(starting(background="联系人电话13800138000"), Done, **CLERK)
    id = await consulting(desk, "山林防火规划丙")
    marked = comments.RecordComment(id=id, form=comments.ParticipationForm.WRITTEN, text="绝密★\n内容")
    with pytest.raises(Refused):
        await desk(marked, comments.CommentKept, **CLERK)
    assert await app.it.comments.total(id) == 0


async def test_the_words_of_opinions_on_what_was_taken_down_go_too(desk: Desk, app: App[Publication]) -> None:
    """Nothing is answered there any more: the time counts from the take-down."""
    id = await consulting(desk, "山林防火规划戊")
    comment = comments.RecordComment(id=id, form=comments.ParticipationForm.WRITTEN, text=SECRET, name="某人")
    await desk(comment, comments.CommentKept, **CLERK)
    await desk(Withdraw(id=id, leak=Leak.PERSONAL), Done, **OFFICE)
    today = desk.servers.clock.now().date()
    erase = comments.EraseComments(id=id, handed_over_on=today)
    archivist: dict[str, Any] = {"as_": "钱档案", "agency": "bgs", "roles": [Role.ARCHIVIST]}
    with pytest.raises(Refused, match="还没有办结"):
        await desk(erase, comments.CommentsErasedReply, **archivist)
    await desk(ApproveWithdrawal(id=id), Done, as_="陈县长", agency="xzf")
    for channel in (await app.it.decisions.load(id)).state.seal.to_clear:  # type: ignore[union-attr]
        await desk(ConfirmCleared(id=id, channel=channel), Done, **CLERK)

    async def closed() -> bool:
        await takedown.erase_all(app.it, calm_seconds=0.1)
        seal = (await app.it.decisions.load(id)).state.seal
        return seal is not None and seal.closed

    await until(closed)
    kept = app.it.limits
    for days, refusal in ((1, "须保存至"), (-9, "")):
        row = kept.comments_kept.model_copy(update={"days": days})
        object.__setattr__(app.it, "limits", kept.model_copy(update={"comments_kept": row}))
        if refusal:
            with pytest.raises(Refused, match=refusal):
                await desk(erase, comments.CommentsErasedReply, **archivist)
    assert (await desk(erase, comments.CommentsErasedReply, **archivist)).papers > 1
    assert (await desk(erase, comments.CommentsErasedReply, **archivist)).papers == 0
    object.__setattr__(app.it, "limits", kept)
    assert await app.runtime.collection("papers").count({"case": id}) == 0
    state = (await app.it.decisions.load(id)).state
    assert state.seal
    assert state.seal.originals_destroyed
    noted = [entry for entry in await app.it.decisions.entries(id) if "originals_destroyed" in entry["text"]]
    assert len(noted) == 1

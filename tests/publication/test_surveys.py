"""Surveys: what never had an attribute, what is not public; the inventory, the secrecy register, registers counted."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication import surveys as c
from contracts.publication.catalogue import GetItem, ItemHistory, PutItem
from contracts.publication.record import Attribute
from contracts.publication.registers import CountItems, Counts, Owed, UnitsOwing
from contracts.publication.stock import ConfirmImport, ConfirmImports, ImportOutcomes
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.rounds import secrets, surveys
from services.publication.service import Publication
from tests.publication.test_service import file_of, line, refused, take_in
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALENDAR = Calendar.shipped()
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=CST)
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")
CLERK: dict[str, Any] = {"as_": "张起草", "agency": "czj"}
OFFICE: dict[str, Any] = {"as_": "赵审核", "agency": "bgs"}
GUIDE = {
    "classification": "七类",
    "arrangement": "按机构和年度",
    "access": "网站、查阅点",
    "office": "县财政局办公室",
    "address": "示例路1号",
    "hours": "工作日9时至17时",
    "phone": "0000-5550100",
    "fax": "0000-5550101",
    "internet": "https://czj.example",
    "channels": "当面提交｜办公室收件\n邮政寄送｜写明申请",
    "checked_on": "2026-11-20",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def test_the_next_yearly_review_is_due_a_year_after_the_last() -> None:
    kind = c.SurveyKind.WITHHELD
    state = surveys.KIND.fold(None, surveys.open_survey("s", kind, 2, ZHAO, NOW))
    assert surveys.alarm(state) is None
    with pytest.raises(Refused, match="1 件"):
        surveys.close(state, 1, "d", ZHAO, NOW, CALENDAR)
    state = surveys.KIND.fold(state, surveys.close(state, 0, "d", ZHAO, NOW, CALENDAR))
    due = end_of_day(date(2027, 3, 2))
    assert (surveys.record(state).open, surveys.alarm(state)) == (False, due)
    assert surveys.KIND.tick(state, due - timedelta(seconds=1), CALENDAR) == []
    state = surveys.KIND.fold(state, surveys.KIND.tick(state, due, CALENDAR))
    assert (surveys.record(state).overdue, surveys.alarm(state)) == (True, None)
    assert not surveys.record(surveys.KIND.fold(state, surveys.followed(state))).open


async def test_a_secret_is_reviewed_every_year_until_declassified() -> None:
    facts = secrets.register("m", "MD-1", "王定密", date(2026, 3, 1), ZHAO, NOW, CALENDAR)
    state = secrets.KIND.fold(None, facts)
    due = end_of_day(date(2027, 3, 2))
    assert secrets.KIND.tick(state, due - timedelta(seconds=1), CALENDAR) == []
    state = secrets.KIND.fold(state, secrets.KIND.tick(state, due, CALENDAR))
    assert secrets.record(state).overdue
    kept = secrets.review(state, False, "王定密", date(2027, 3, 1), ZHAO, due, CALENDAR)
    assert secrets.record(secrets.KIND.fold(state, kept)).state == "kept"
    ended = secrets.review(state, True, "王定密", date(2027, 3, 1), ZHAO, due, CALENDAR)
    state = secrets.KIND.fold(state, ended)
    assert (secrets.alarm(state), secrets.record(state).declassified_on) == (None, date(2027, 3, 1))
    with pytest.raises(Refused, match="已经解密"):
        secrets.review(state, True, "王定密", date(2027, 3, 1), ZHAO, due, CALENDAR)


async def test_what_never_had_an_attribute_gets_one(desk: Desk, app: App[Publication]) -> None:
    bare = [each.id or "" for each in await take_in(desk, line(81, attribute=None), line(82, attribute=None))]
    await take_in(desk, line(83, attribute=None, validity="废止", repealed_on="2020-01-01"))
    id = (await desk(c.OpenSurvey(kind=c.SurveyKind.UNATTRIBUTED), Done, **OFFICE)).id
    await refused("survey_open", desk(c.OpenSurvey(kind=c.SurveyKind.UNATTRIBUTED), Done, **OFFICE))
    page: c.SurveyPage = await desk(c.GetSurvey(id=id), c.SurveyPage)
    left = tuple(each.id for each in page.items)
    assert set(bare) <= set(left)
    assert page.left == page.survey.total == len(left)
    (later,) = await take_in(desk, line(84, attribute=None))
    page = await desk(c.GetSurvey(id=id), c.SurveyPage)
    assert (later.id in [each.id for each in page.items], page.left) == (False, page.survey.total)
    close = c.CloseSurvey(id=id, issuer="bgs")
    await refused("undecided", desk(close, Done, **OFFICE))
    foreign = c.AssignAttribute(documents=bare[:1], attribute=Attribute.PROACTIVE)
    answer = await desk(foreign, ImportOutcomes, as_="李四", agency="fgj", roles=[Role.CLERK])
    assert answer.items[0].code == "other_agency"
    withheld = c.AssignAttribute(documents=bare[:1], attribute=Attribute.WITHHELD)
    assert (await desk(withheld, ImportOutcomes, **CLERK)).items[0].code == "ground_missing"
    open_ = c.AssignAttribute(documents=left, attribute=Attribute.PROACTIVE)
    await desk(open_, ImportOutcomes, **OFFICE)
    assert (await file_of(desk, bare[0])).record.state == "imported", "a person still confirms"
    await desk(close, Done, **OFFICE)
    result = (await desk(c.GetSurvey(id=id), c.SurveyPage)).survey.result
    assert (await file_of(desk, result)).record.title.startswith("存量文件公开属性认定结果")
    confirmed = await desk(ConfirmImports(ids=tuple(bare)), ImportOutcomes, **OFFICE)
    assert {each.outcome for each in confirmed.items} == {"published"}


async def inventory(desk: Desk) -> dict[str, c.Surveyed]:
    """Every line, page by page."""
    found: dict[str, c.Surveyed] = {}
    after = None
    while True:
        page: c.InventoryPage = await desk(c.Inventory(after=after), c.InventoryPage, **OFFICE)
        found |= {each.id: each for each in page.items}
        if (after := page.next) is None:
            return found


async def test_what_is_not_public_is_reviewed_together(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    given = {"ground": "EX16-PROCESS", "reason": "尚在研究讨论"}
    (held,) = await take_in(desk, line(91, attribute=None))
    filed = ConfirmImport(id=held.id or "", attribute=Attribute.WITHHELD, **given)
    assert (await desk(filed, Done, **OFFICE)).state == "filed"
    servers.clock.advance(timedelta(seconds=1))
    id = (await desk(c.OpenSurvey(kind=c.SurveyKind.WITHHELD), Done, **OFFICE)).id
    page: c.SurveyPage = await desk(c.GetSurvey(id=id), c.SurveyPage)
    assert held.id in [each.id for each in page.items]
    servers.clock.advance(timedelta(seconds=1))
    keep = c.KeepAttributes(documents=tuple(each.id for each in page.items), reason="情形没有变化")
    await desk(keep, ImportOutcomes, **OFFICE)
    assert (await desk(c.GetSurvey(id=id), c.SurveyPage)).left == 0
    assert (await desk(c.CloseSurvey(id=id, issuer="bgs"), Done, **OFFICE)).state == "closed"
    assert (await inventory(desk))[held.id or ""].ground == "EX16-PROCESS"
    own: c.InventoryPage = await desk(c.Inventory(), c.InventoryPage, as_="李", agency="fgj", roles=[Role.CLERK])
    assert {each.agency for each in own.items} <= {"fgj"}


async def test_a_secret_leaves_only_its_line(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    command = c.RegisterSecret(number="MD-2026-1", decided_by="王定密", decided_on=date(2026, 11, 20))
    done = await desk(command, Done, **OFFICE)
    assert (await desk(command, Done, **OFFICE)).id == done.id
    review = c.ReviewSecret(id=done.id, declassified=True, decided_by="王定密", decided_on=date(2026, 11, 23))
    await refused("other_agency", desk(review, Done, **CLERK))
    assert (await desk(review, Done, **OFFICE)).state == "declassified"
    assert not await servers.told("zwgk.*.evt.public.publication.secret_line.>")


SURVEY = {
    "kind": "征集调查",
    "title": "公园几点关门",
    "held_on": "2024-10-08",
    "ended_on": "2024-10-20",
    "host": "县财政局",
}
ASKED = "关门时间｜21点｜单选｜{}\n关门时间｜22点｜单选｜{}\n还要什么｜灯｜多选｜{}\n还要什么｜椅子｜多选｜{}"


async def test_the_counts_of_a_survey_agree_with_its_takers(desk: Desk, app: App[Publication]) -> None:
    async def put(questions: str, **values: str) -> str:
        given = SURVEY | values | {"questions": questions}
        command = PutItem(type="interactions", agency="czj", values=given, reason="登记")
        return str((await desk(command, Done, **CLERK)).id)

    id = await put(ASKED.format("", "", "", ""))
    assert await put(ASKED.format(4, 6, 10, 10), participants="10") == id
    history: ItemHistory = await desk(GetItem(id=id), ItemHistory)
    assert history.editions[-1].values["questions"][1] == {
        "question": "关门时间", "option": "22点", "form": "单选", "count": "6",
    }  # fmt: skip
    await refused("tally_wrong", put(ASKED.format(5, 6, 1, 1), participants="10"))
    await refused("tally_wrong", put(ASKED.format(4, 6, 11, 1), participants="10"))
    await refused("tally_wrong", put(ASKED.format(4, 6, 1, ""), participants="10"))
    await refused("tally_wrong", put(ASKED.format(4, 6, 1, 1)))
    await refused("cell_wrong", put(ASKED.format(-4, 6, 1, 1), participants="10"))
    await refused("cell_wrong", put("问｜答｜填空｜1", participants="10"))
    await refused("too_many", put("", opinions="3", adopted="4"))
    await refused("too_many", put("", ended_on="2024-10-07"))


async def test_registers_are_counted_and_the_owing_named(desk: Desk, app: App[Publication]) -> None:
    async def put(type: str, **values: str) -> None:
        await desk(PutItem(type=type, agency="czj", values=values, reason="登记"), Done, **CLERK)

    held = {"title": "减税政策", "held_on": "2026-10-08", "host": "县财政局"}
    await put("interactions", kind="在线访谈", participants="30", opinions="4", **held)
    await put("interactions", kind="征集调查", opinions="12", result="采纳3条", **held)
    await put("interactions", kind="征集调查", title="旧的", held_on="2025-10-08", host="县财政局")
    await put("reading_places", name="县图书馆", kind="公共图书馆", address="示例路2号", hours="周二至周日")
    counts: Counts = await desk(CountItems(type="interactions", by="kind", year=2026), Counts)
    assert [(each.value, each.items) for each in counts.by] == [("在线访谈", 1), ("征集调查", 1)]
    assert counts.by[0].sums == {"参加人数": 30, "收到意见数": 4}
    await put("interactions", kind="新闻发布会", lead="是", **held)
    by_label: Counts = await desk(CountItems(type="interactions", by="形式", year=2026), Counts)
    assert [each.sums for each in by_label.by if each.value == "新闻发布会"] == [{"主要负责人参加": 1}]
    await refused("unknown_field", desk(CountItems(type="interactions", by="x"), Counts))
    hidden = CountItems(type="inspectors", by="avoids")
    await refused("unknown_field", desk(hidden, Counts, roles=[Role.CITIZEN]))
    counts = await desk(hidden, Counts)
    assert sum(each.items for each in counts.by) == counts.total, "offices may"
    owing = UnitsOwing(type="disclosure_guide")
    assert "czj" in [each.agency for each in (await desk(owing, Owed)).units]
    await put("disclosure_guide", **GUIDE)
    assert "czj" not in [each.agency for each in (await desk(owing, Owed)).units]
    await refused("cell_wrong", put("disclosure_guide", **GUIDE | {"fax": ""}))

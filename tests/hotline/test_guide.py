"""One source for the knowledge base and the service guide (同源): an entry follows its matter, or a person compares."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done, Role
from contracts.hotline import public as c
from contracts.publication import catalogue as p
from contracts.publication.documents import ApproveWithdrawal, Withdraw
from contracts.publication.record import Leak
from kernel.refused import Refused
from services.hotline import erasing
from services.hotline.domain.entry import KIND, GuideMoved, State, compared, confirm, draft, publish
from services.hotline.domain.guide import Guide
from services.hotline.service import Hotline
from tests.hotline.test_public import answered, ask_as_citizen, public_events, take, unit
from tests.hotline.tickets import NOW
from tests.servers import MORNING, Desk, Servers, started, until
from tests.stores import ends, in_databases, in_streams

MARKER = "绝不应留存的标记九一八二"
WINDOW = "示例县政务服务中心3号窗口"
GUIDE = {
    "code": "SX-{}",
    "name": "居住证办理",
    "kind": "公共服务",
    "basis": "居住证暂行条例",
    "conditions": "在本县居住半年以上。",
    "materials": ({"name": "身份证", "basis": "居住证暂行条例"}, {"name": "住所证明", "basis": "居住证暂行条例"}),
    "process": "申请、受理、制证、领证。",
    "legal_days": "15个工作日",
    "promised_days": "10个工作日",
    "fee": "不收费",
    "place": WINDOW,
    "phone": "0000-5550101",
    "complaint": "0000-5550102",
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Hotline]]:
    async with started(servers, ["hotline", "publication"]) as serving:
        yield next(app for app in serving.apps if app.name == "hotline")


async def put(desk: Desk, code: str, **changes: Any) -> str:
    """The keeper puts the matter, or another edition of it; its number in the catalogue."""
    values = GUIDE | {"code": code} | changes
    today = MORNING.date()
    given: dict[str, Any] = {"reason": "按流程更新", "approved_on": today, "effective_on": today}
    item = p.PutItem(type="guide", agency="gaj", values=values, **given)
    return str((await desk(item, Done, agency="gaj", roles=[Role.CLERK])).id)


async def known(app: App[Hotline], code: str, edition: int = 1) -> None:
    async def heard() -> bool:
        guide = await app.it.guides.by_code(code)
        return guide is not None and guide.edition >= edition

    await until(heard)


async def shown(servers: Servers, code: str) -> c.EntryRows:
    rows: c.EntryRows = await ask_as_citizen(servers, c.ListEntries(guide=code), c.EntryRows)
    return rows


async def published(desk: Desk, **proposal: Any) -> str:
    proposed = await desk(c.ProposeKnowledge(category="公共安全", **proposal), Done, as_="甲", roles=[Role.OPENNESS])
    await desk(c.PublishEntry(id=proposed.id), Done, as_="乙", roles=[Role.OPENNESS])
    return str(proposed.id)


async def test_the_guides_own_text_is_shown_in_both_and_changes_in_both(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    item = await put(desk, "SX-1")
    await known(app, "SX-1")
    id = await published(desk, guide="SX-1", same_text=True)
    rows = await shown(servers, "SX-1")
    (entry,) = rows.knowledge
    assert rows.guide is not None
    assert (entry.id, entry.answer, rows.guide.item) == (id, rows.guide.text, item)
    assert "申请材料：1. 身份证（居住证暂行条例）；2. 住所证明（居住证暂行条例）" in entry.answer
    await put(desk, "SX-1", promised_days="5个工作日")

    async def followed() -> c.Knowledge | None:
        (now,) = (await shown(servers, "SX-1")).knowledge
        return now if now.guide_edition == 2 else None

    after = await until(followed)
    assert (after.edition, after.doubted, "承诺办结时限：5个工作日" in after.answer) == (2, False, True)
    with pytest.raises(Refused) as refused:
        await unit(desk, c.ReviseEntry(id=id, question="怎样办理？", answer="另写的答复"))
    assert refused.value.code == "same_text"
    await desk(p.RemoveItem(id=item, reason="事项取消"), Done, agency="gaj", roles=[Role.CLERK])

    async def gone() -> bool:
        return (await shown(servers, "SX-1")).knowledge == ()

    await until(gone)


async def test_another_answer_is_marked_until_a_person_has_compared(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    await put(desk, "SX-2")
    await known(app, "SX-2")
    ticket = await take(app, servers, "G-1", kind="咨询", content="居住证去哪里办？")
    await answered(desk, ticket, text=f"请到{WINDOW}办理。")
    proposed = await unit(desk, c.ProposeKnowledge(ticket=ticket, guide="SX-2"))
    await desk(c.PublishEntry(id=proposed.id), Done, as_="乙", roles=[Role.OPENNESS])
    await put(desk, "SX-2", place="示例县政务服务中心5号窗口")

    async def doubted() -> c.Knowledge | None:
        (now,) = (await shown(servers, "SX-2")).knowledge
        return now if now.doubted else None

    assert WINDOW in (await until(doubted)).answer
    rows = await desk(c.ListEntries(guide="SX-2", open=True), c.EntryRows, roles=[Role.OPENNESS])
    assert [(each.id, each.waits_for) for each in rows.entries] == [(proposed.id, "撰写人：对照办事指南核对")]
    page = await desk(c.ShowEntry(id=proposed.id), c.EntryPage, roles=[Role.OPENNESS])
    assert page.guide is not None
    assert "5号窗口" in page.guide.text
    await unit(desk, c.ReviseEntry(id=proposed.id, question="居住证去哪里办？", answer="请到5号窗口办理。"))
    await desk(c.PublishEntry(id=proposed.id), Done, as_="乙", roles=[Role.OPENNESS])
    (now,) = (await shown(servers, "SX-2")).knowledge
    assert (now.answer, now.doubted, now.guide_edition) == ("请到5号窗口办理。", False, 2)
    await put(desk, "SX-2", fee="免费")
    await until(doubted)
    await unit(desk, c.ConfirmEntry(id=proposed.id))
    (now,) = (await shown(servers, "SX-2")).knowledge
    assert (now.doubted, now.guide_edition) == (False, 3)
    told = [each for each in await public_events(servers, "knowledge") if each["record"]["id"] == proposed.id]
    assert [each["record"]["doubted"] for each in told] == [False, True, False, True, False]


def guide(edition: int = 1, *, removed: bool = False, **values: Any) -> Guide:
    given = {"item": "M-1", "code": "SX-4", "agency": "gaj", "title": "居住证办理"}
    return Guide(**given, edition=edition, removed=removed, values=GUIDE | values)


def entry_(*, same_text: bool, public: bool = True) -> State:
    place = {"category": "公共安全", "agency": "gaj", "guide": "SX-4", "same_text": same_text, "guide_edition": 1}
    state = KIND.fold(None, draft("K-1", c.EntrySort.KNOWLEDGE, None, place, "甲", "paper", NOW))
    facts = publish(state, "怎样办理？", guide().text, (), "乙", NOW, guide()) if public else []
    return KIND.fold(state, facts) if facts else state


async def test_a_guide_that_is_taken_down_leaves_no_copy_of_its_words(
    app: App[Hotline], desk: Desk, servers: Servers
) -> None:
    """紧急撤下 (P26) reaches the answer that is the guide's own text, with its older editions, in every store; what a
    person wrote beside it is marked, and goes in the same way when a person says so."""
    since = await ends(servers)
    item = await put(desk, "SX-11", place=f"原在{MARKER}")
    await known(app, "SX-11")
    same = await published(desk, guide="SX-11", same_text=True, question=f"在哪里办{MARKER}？")
    other = await published(desk, guide="SX-11", question="居住证去哪里办？", answer=f"请到{MARKER}办理。")
    await put(desk, "SX-11", place="示例县政务服务中心5号窗口")

    async def followed() -> bool:
        return any(each.guide_edition == 2 for each in (await shown(servers, "SX-11")).knowledge)

    await until(followed)
    await desk(Withdraw(id=item, leak=Leak.PERSONAL), Done, as_="审核人", roles=[Role.REVIEWER])

    async def only_the_other() -> bool:
        return [each.id for each in (await shown(servers, "SX-11")).knowledge] == [other]

    await until(only_the_other)
    (left,) = (await shown(servers, "SX-11")).knowledge
    assert left.doubted
    rows = await desk(c.ListEntries(guide="SX-11", open=True), c.EntryRows, roles=[Role.OPENNESS])
    assert [each.waits_for for each in rows.entries] == [
        "发布人：办事指南已紧急撤下，核对是否写有撤下的内容，有则按泄露撤回"
    ]
    leak = c.WithdrawEntry(id=other, reason="含有泄露的内容", leak=True)
    assert (await desk(leak, Done, roles=[Role.OPENNESS])).state == "withdrawn"
    assert (await desk(leak, Done, roles=[Role.OPENNESS])).state == "withdrawn"

    async def gone() -> bool:
        await erasing.erase_all(app.it, calm_seconds=0.2)
        at_work = [(await app.it.entries.load(id)).state.erasing for id in (same, other)]
        return not (any(at_work) or await in_databases(servers, MARKER) or await in_streams(servers, MARKER, since))

    await until(gone)
    for id in (same, other):
        with pytest.raises(Refused) as refused:
            await desk(c.ShowEntry(id=id), c.EntryPage, roles=[Role.OPENNESS])
        assert refused.value.code == "withdrawn"
    told = {each["record"]["id"]: each["record"] for each in await public_events(servers, "knowledge")}
    assert [(told[id]["withdrawn"], told[id]["answer"]) for id in (same, other)] == [(True, ""), (True, "")]


async def test_a_new_matter_of_the_same_code_is_copied_again(app: App[Hotline], desk: Desk) -> None:
    """The tombstone is told again at each step: what was written since then comes from the matter that stands."""
    item = await put(desk, "SX-10")
    await known(app, "SX-10")
    await published(desk, guide="SX-10", same_text=True)
    await desk(Withdraw(id=item, leak=Leak.PERSONAL), Done, as_="审核人", roles=[Role.REVIEWER])

    async def cleared() -> bool:
        found = await app.it.entries.find({"agency": "gaj", "public": True})
        return not any(each.state.guide == "SX-10" for each in found)

    await until(cleared)
    await put(desk, "SX-10")
    await known(app, "SX-10")
    again = await published(desk, guide="SX-10", same_text=True)
    await desk(ApproveWithdrawal(id=item), Done, as_="负责人", roles=[Role.HEAD])
    await desk(p.PutItem(type="guide", agency="gaj", **_change("SX-10")), Done, agency="gaj", roles=[Role.CLERK])

    async def followed() -> bool:
        return (await app.it.entries.load(again)).state.guide_edition == 2

    await until(followed)


def _change(code: str) -> dict[str, Any]:
    today = MORNING.date()
    values = GUIDE | {"code": code, "fee": "免费"}
    return {"values": values, "reason": "更新", "approved_on": today, "effective_on": today}


def test_what_the_scan_finds_is_not_followed() -> None:
    (fact,) = compared(entry_(same_text=True), guide(2, phone="13800138000"), NOW)
    assert isinstance(fact, GuideMoved)


@pytest.mark.parametrize("same_text", [True, False])
def test_a_guide_that_is_gone_takes_its_own_text_along_and_marks_any_other(same_text: bool) -> None:
    before = entry_(same_text=same_text)
    after = KIND.fold(before, compared(before, guide(2, removed=True), NOW))
    assert (after.state, after.doubted) == (("withdrawn", False) if same_text else ("published", True))
    assert compared(after, guide(2, removed=True), NOW) == []
    if not same_text:
        with pytest.raises(Refused, match="已撤下"):
            confirm(after, guide(2, removed=True), "丙", NOW)
        back = KIND.fold(after, compared(after, guide(3), NOW))
        assert not KIND.fold(back, confirm(back, guide(3), "丙", NOW)).doubted


def test_a_draft_written_under_an_older_edition_is_not_published() -> None:
    before = entry_(same_text=False, public=False)
    after = KIND.fold(before, compared(before, guide(2), NOW))
    with pytest.raises(Refused, match="尚未对照核对"):
        publish(after, "怎样办理？", "答复。", (), "乙", NOW, guide(2))
    assert compared(after, guide(3), NOW) == []


def test_a_draft_of_the_guides_own_text_is_read_when_it_is_published() -> None:
    before = entry_(same_text=True, public=False)
    assert compared(before, guide(2), NOW) == []
    after = KIND.fold(before, publish(before, "怎样办理？", guide(2).text, (), "乙", NOW, guide(2)))
    assert (after.guide_edition, compared(after, guide(2), NOW)) == (2, [])


async def test_a_matter_that_nobody_knows_gives_no_text(app: App[Hotline], desk: Desk) -> None:
    nobody = c.ProposeKnowledge(category="公共安全", guide="SX-9", same_text=True)
    with pytest.raises(Refused) as refused:
        await desk(nobody, Done, roles=[Role.OPENNESS])
    assert (refused.value.code, refused.value.field) == ("guide_gone", "guide")

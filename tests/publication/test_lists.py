"""Catalogues beyond their columns: limits, who decides, vague words, guides, rates, lists against those from above."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication import catalogue, lists
from contracts.publication.catalogue_clocks import Act, DecideDisclosure, GetLate, LateRows, StartClock
from contracts.publication.record import Metadata
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.publication.catalogue import clocks, domain, proposals, reconciliation
from services.publication.catalogue.clocks import CatalogueTimer
from services.publication.catalogue.reconciling import reconcile
from services.publication.catalogue.types import type_of, types
from services.publication.domain.facts import Official
from services.publication.service import Publication
from tests.publication.test_catalogue import GUIDE, PENALTY, put
from tests.publication.test_service import refused, told
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALENDAR = Calendar.shipped()
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=CST)
WANG = Official(id="wang", name="王", agency="scj")
NO = "示市监罚〔2026〕7号"


def timer(type: str, act: Act, begun_on: date, item: str | None = None) -> CatalogueTimer:
    facts = clocks.start("q-1", type_of(type), "scj", act, "k", "事项", item, begun_on, WANG, NOW, CALENDAR)
    return clocks.KIND.fold(None, facts)


@pytest.mark.parametrize(
    ("type", "act", "begun", "due"),
    [
        ("penalties", "publish", date(2026, 11, 16), date(2026, 11, 25)),
        ("permits", "publish", date(2026, 9, 24), date(2026, 10, 12)),
        ("enforcement_results", "publish", date(2026, 10, 28), date(2026, 11, 25)),
        ("penalties", "withdraw", date(2026, 11, 20), date(2026, 11, 25)),
        ("budget", "publish", date(2026, 11, 5), date(2026, 11, 25)),
        ("guide", "change", date(2026, 11, 24), date(2026, 11, 25)),
        ("proposals", "publish", date(2026, 10, 28), date(2026, 11, 25)),
    ],
)
async def test_each_limit_ends_on_its_day_and_is_overdue_the_moment_after(
    type: str, act: Act, begun: date, due: date
) -> None:
    """国办发〔2018〕118号: 7 and 20 working days; 行政处罚法48: 3; 预算法14: 20 days; guides: 1 working day."""
    running = timer(type, act, begun)
    assert (running.due_on, clocks.record(running).due_at) == (due, end_of_day(due))
    assert clocks.meet(running, "i-1", due) == [clocks.ClockMet(item="i-1", on=due, days_late=0)]
    after = due + timedelta(days=1)
    assert clocks.meet(running, "i-1", after) == [clocks.ClockMet(item="i-1", on=after, days_late=1)]
    end = end_of_day(due)
    assert clocks.ClockRanOut() not in clocks.tick(running, end - timedelta(seconds=1), CALENDAR)
    over = clocks.KIND.fold(running, clocks.tick(running, end, CALENDAR))
    assert (clocks.record(over).state, clocks.tick(over, end, CALENDAR)) == ("overdue", [])
    assert clocks.tell(over, [clocks.ClockRanOut()])[0].type() == "publication.catalogue_clock.overdue.v1"


async def test_a_limit_warns_once_before_its_end() -> None:
    running = timer("penalties", "publish", date(2026, 11, 16))
    assert running.warn_on == date(2026, 11, 23)
    warned = clocks.KIND.fold(running, clocks.tick(running, end_of_day(date(2026, 11, 23)), CALENDAR))
    assert (clocks.record(warned).state, clocks.alarm(warned)) == ("warned", end_of_day(date(2026, 11, 25)))


async def test_a_limit_is_counted_anew_by_another_calendar() -> None:
    running = timer("budget", "publish", date(2026, 11, 5))
    assert clocks.recount(running, CALENDAR) == []
    moved = running.model_copy(update={"due_on": date(2026, 11, 20)})
    assert clocks.KIND.fold(moved, clocks.recount(moved, CALENDAR)).due_on == date(2026, 11, 25)


async def test_the_time_of_display_follows_the_class_of_the_penalty() -> None:
    """市场监管处罚公示规定13: three months for 通报批评 and small fines, else three years."""
    open_ended = {name: value for name, value in PENALTY.items() if name != "display_until"}
    for word, last in (("三个月", date(2026, 6, 2)), ("三年", date(2029, 3, 2))):
        item = put(None, "penalties", open_ended | {"display_class": word})
        assert (domain.record(item).shown_until, item.ends_at) == (last, end_of_day(last))
        again = put(item, "penalties", open_ended | {"display_class": word, "cause": "更正"})
        assert again.shown_until == last
    with pytest.raises(Refused) as caught:
        put(None, "penalties", open_ended)
    assert caught.value.code == "display_open"


async def test_a_masked_name_stands_nowhere_else_in_the_item() -> None:
    item = put(None, "penalties", PENALTY | {"name": "钱某某销售过期食品案", "cause": "钱某某于店内销售"})
    assert (item.values["name"], item.values["cause"]) == ("钱**销售过期食品案", "钱**于店内销售")


CREDIT = {
    "document_no": "示信〔2026〕1号", "party_class": "法人及非法人组织", "party": "示例公司", "measure": "限制参加采购",
    "basis_kind": "法律", "basis": "政府采购法第七十七条", "decided_on": "2026-02-20", "display_until": "2027-02-20",
    "repair": "向认定机关申请", "organ": "示例县财政局",
}  # fmt: skip


@pytest.mark.parametrize("changes", [{"basis": ""}, {"basis": "无"}, {"display_until": ""}, {"basis_kind": "部门文件"}])
async def test_a_credit_mark_needs_its_basis_in_law_and_its_end(changes: dict[str, str]) -> None:
    """Only with a basis in law or central policy and an end date (国办发〔2020〕49号, unverified)."""
    item = put(None, "credit", CREDIT)
    assert domain.tick(item, end_of_day(date(2027, 2, 20)), CALENDAR)
    with pytest.raises(Refused):
        put(None, "credit", CREDIT | changes)


@pytest.mark.parametrize(
    ("text", "vague"),
    [
        ("身份证等", True),
        ("户口簿等材料", True),
        ("其他有关材料", True),
        ("相关证明", True),
        ("必要时面谈", True),
        ("三等功证书", False),
        ("等级证书", False),
        ("平等协商记录", False),
        ("大于等于三年", False),
        ("身份证原件", False),
    ],
)
async def test_vague_words_are_found_and_others_are_not(text: str, vague: bool) -> None:
    values = type_of("guide").read(GUIDE | {"materials": f"{text}｜户口登记条例第十条等规定"})
    assert bool(type_of("guide").remarks(values)) is vague


async def test_a_changed_guide_says_from_when_it_holds() -> None:
    item = put(None, "guide", GUIDE)
    for dates in ({}, {"approved_on": date(2026, 2, 28)}, {"effective_on": date(2026, 3, 10)}):
        with pytest.raises(Refused) as caught:
            put(item, "guide", GUIDE | {"promised_days": "1"}, **dates)
        assert caught.value.code == "change_undated"
    assert put(item, "guide", GUIDE, months=12).period_months == 12


@pytest.mark.parametrize(
    ("words", "months"), [("每月5日前", 1), ("按季度", 3), ("每半年", 6), ("年度", 12), ("及时", None)]
)
async def test_a_period_is_read_from_the_words_of_the_item(words: str, months: int | None) -> None:
    assert type_of("basic").period({"limit": words}) == months


@pytest.mark.parametrize(
    ("words", "due"),
    [("每日", date(2026, 3, 3)), ("每周", date(2026, 3, 9)), ("每月", date(2026, 4, 2)), ("变更时", None)],
)
async def test_an_item_of_a_key_field_is_flagged_the_day_after_its_period(words: str, due: date | None) -> None:
    values = {
        "field": "教育", "item": "招生", "content": "结果", "basis": "要点", "subject": "教育局", "periodicity": words,
        "channel": "网站",
    }  # fmt: skip
    kind = type_of("key_fields")
    item = put(None, "key_fields", values, months=kind.period(values))
    assert item.due_on == due
    if due is None:
        return
    assert domain.look(item, None, end_of_day(due) - timedelta(seconds=1), CALENDAR) == []
    assert domain.KIND.fold(item, domain.look(item, None, end_of_day(due), CALENDAR)).empty
    claimed = domain.KIND.fold(item, domain.look(item, due, end_of_day(due), CALENDAR))
    assert claimed.due_on
    assert claimed.due_on > due
    assert not claimed.empty


async def test_items_of_what_is_for_the_offices_only_are_told_to_nobody() -> None:
    values = {"certificate": "示1", "name": "示例甲", "unit": "市监局", "status": "在岗", "avoids": "示2、示3"}
    item = put(None, "inspectors", values)
    assert "avoids" not in domain.record(item).values
    assert "回避对象编号" not in item.kind.write_row(item.values, inside=False)
    assert item.kind.write_row(item.values)["回避对象编号"] == "示2、示3"


async def test_every_type_goes_out_and_comes_back_by_its_headings() -> None:
    for kind in types().values():
        row = {field.heading: sample_cell(kind.type, field) for field in kind.fields}
        values = kind.read_row(row)
        assert kind.read_row(kind.write_row(values)) == values, kind.type


def sample_cell(type: str, field: Any) -> str:
    samples = {"date": "2026-03-01", "year": "2026", "number": "3", "flag": "√", "url": "https://x.gov.cn/a"}
    cells = (each.choices[0] if each.choices else "3" if each.count else each.label for each in field.columns)
    samples |= {"credit_code": "11999900990000017T", "table": "｜".join(cells)}
    return field.choices[0] if field.choices else samples.get(field.kind, f"示例{field.name}")


def proposal(n: int, level: str = "县", **changes: str) -> dict[str, Any]:
    said = {
        "kind": "政协提案", "level": level, "number": str(n), "answered_on": "2026-10-01", "met": "当面",
        "satisfaction": "满意", "outcome": "采纳或解决", "reply": "答复全文",
    }  # fmt: skip
    return {name: value for name, value in (said | changes).items() if value}


async def test_each_rate_of_proposals_has_its_own_denominator() -> None:
    """纳溪区2017年年度报告 三: of 147 proposals 144 have a result; 134 of these solved: 93.06 % of 144, not of 147."""
    some = [proposal(n) for n in range(134)] + [proposal(n, outcome="列入计划", met="电话") for n in range(134, 144)]
    some += [proposal(n, "市", outcome="", answered_on="", satisfaction="未评价", reply="") for n in range(144, 147)]
    tables = {(table.kind, table.level): table for table in proposals.tables(some)}
    rates = {rate.name: rate for rate in tables[("政协提案", "")].rates}
    assert (tables[("政协提案", "")].total, tables[("政协提案", "市")].total) == (147, 3)
    assert (rates["采纳或解决"].count, rates["采纳或解决"].of, rates["采纳或解决"].share) == (134, 144, 93.06)
    assert (rates["列入计划"].share, rates["答复率"].of, rates["面商率"].share) == (6.94, 147, 100.0)
    assert all(rate.share is None for rate in tables[("人大代表建议", "")].rates)
    unsaid = [proposal(1), proposal(2, satisfaction=""), proposal(3, satisfaction="未评价")]
    rates = {rate.name: rate for rate in proposals.tables(unsaid)[1].rates}
    assert (rates["满意率"].count, rates["满意率"].of) == (1, 1), "who has not rated is in no denominator"


async def test_a_difference_stays_until_it_is_mended_or_explained() -> None:
    found = reconcile({"A": {"名称": "甲"}, "X": {}}, {"A": {"名称": "乙"}, "B": {}}, ("名称",))
    facts = reconciliation.compared(None, "h-1", "powers", "scj", "省级清单", 2, found, WANG, NOW)
    state = reconciliation.KIND.fold(None, facts)
    assert (reconciliation.record(state).state_label, state.unexplained) == ("3 处待处理", 3)
    state = reconciliation.KIND.fold(state, reconciliation.explain(state, "missing", "B", "本县无此职权", WANG, NOW))
    assert (state.unexplained, reconciliation.record(state).differences[0].reason) == (2, "本县无此职权")
    with pytest.raises(Refused):
        reconciliation.explain(state, "missing", "A", "没有这一处", WANG, NOW)
    mended = reconcile({"A": {"名称": "乙"}}, {"A": {"名称": "乙"}, "B": {}}, ("名称",))
    again = reconciliation.compared(state, "h-1", "powers", "scj", "省级清单", 2, mended, WANG, NOW)
    state = reconciliation.KIND.fold(state, again)
    assert (state.unexplained, reconciliation.record(state).open) == (0, False)


async def test_a_named_basis_flags_the_item_when_it_changes() -> None:
    item = put(None, "guide", GUIDE | {"materials": "身份证｜户口登记条例第十条"})
    item = domain.KIND.fold(item, domain.name_basis(item, ("d-1",), WANG, NOW))
    known = Metadata(title="关于户口登记的通知")
    assert (domain.name_basis(item, ("d-1",), WANG, NOW), domain.basis_changed(item, "d-2", known)) == ([], [])
    flagged = domain.KIND.fold(item, domain.basis_changed(item, "d-1", known))
    assert (domain.duty(flagged).open, domain.duty(flagged).waits_for) == (True, "复核依据已变更的事项")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


CLERK = {"as_": "孙市监", "agency": "scj", "roles": [Role.CLERK]}
HEAD = {"as_": "周局长", "agency": "scj", "roles": [Role.HEAD]}


async def test_a_penalty_is_public_once_a_named_person_has_decided(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    today = servers.clock.now().date()
    values = PENALTY | {"document_no": NO, "decided_on": str(today), "display_until": "", "display_class": "三个月"}
    row = {type_of("penalties").label(name): value for name, value in values.items() if name != "impact"}
    rows = catalogue.PutItems(type="penalties", agency="scj", rows=(row,), reason="公示")
    (first,) = (await desk(rows, catalogue.RowOutcomes, **CLERK)).rows
    assert (first.outcome, "认定" in (first.reason or "")) == ("refused", True)
    start = StartClock(
        type="penalties",
        agency="scj",
        act="publish",
        begun_on=today,
        values={"document_no": NO, "name": "销售过期食品"},
    )
    clock = (await desk(start, Done, **CLERK)).id
    assert (await desk(start, Done, **CLERK)).repeated
    decide = DecideDisclosure(id=clock, public=False, reason="影响轻微，不具有社会影响")
    await refused("forbidden", desk(decide, Done, **CLERK))
    await refused("same_person", desk(decide, Done, as_="孙市监", agency="scj", roles=[Role.HEAD]))
    assert (await desk(decide, Done, **HEAD)).state == "withheld"
    assert (await desk(rows, catalogue.RowOutcomes, **CLERK)).rows[0].outcome == "refused"
    again = decide.model_copy(update={"public": True, "reason": "涉及学校周边食品安全"})
    assert (await desk(again, Done, **HEAD)).state == "running"
    (put_,) = (await desk(rows, catalogue.RowOutcomes, **CLERK)).rows
    record = await told(servers, put_.id or "", "catalogue_item", "added")
    assert record["values"]["impact"] == "涉及学校周边食品安全"  # type: ignore[index]
    assert record["values"]["party"] == "钱**"  # type: ignore[index]
    met = await told(servers, clock, "catalogue_clock", "changed")
    assert (met["state"], met["days_late"], met["item"]) == ("done", 0, put_.id)


async def test_a_withdrawal_is_due_and_met_by_taking_the_item_out(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    values = {"code": "W1", "name": "查询", "basis": "条例", "provider": "市监局"}
    other = await desk(catalogue.PutItem(type="services", agency="scj", values=values, reason="新增"), Done, **CLERK)
    today = servers.clock.now().date()
    start = StartClock(type="services", agency="scj", act="withdraw", begun_on=today, item=other.id)
    await refused("no_limit", desk(start, Done, **CLERK))
    change = start.model_copy(update={"act": "change"})
    clock = (await desk(change, Done, **CLERK)).id
    await desk(
        catalogue.PutItem(type="services", agency="scj", values=values | {"audience": "企业"}, reason="修订"),
        Done,
        **CLERK,
    )
    assert (await told(servers, clock, "catalogue_clock", "changed"))["state"] == "done"
    await refused("other_keeper", desk(change, Done, as_="旁人", agency="czj", roles=[Role.CLERK]))


async def test_what_was_done_before_its_limit_was_begun_meets_it(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    values = {"document_no": "示许〔2026〕6号", "project": "许可", "kind": "普通", "content": "经营", "organ": "示例局",
              "party_class": "法人及非法人组织", "party": "示例公司", "decided_on": "2026-11-16"}  # fmt: skip
    item = await desk(catalogue.PutItem(type="permits", agency="scj", values=values, reason="公示"), Done, **CLERK)
    named = {"document_no": values["document_no"]}
    start = StartClock(type="permits", agency="scj", act="publish", begun_on=date(2026, 11, 16), values=named)
    clock = await desk(start, Done, **CLERK)
    assert clock.state == "done"
    assert (await told(servers, clock.id, "catalogue_clock", "changed"))["item"] == item.id


async def test_who_is_late_with_the_budget_stands_in_a_list(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    clerk: dict[str, Any] = {"as_": "吴财政", "agency": "czj", "roles": [Role.CLERK]}
    named = {"year": "2026", "body": "示例县财政局", "kind": "部门决算"}
    start = StartClock(type="budget", agency="czj", act="publish", begun_on=date(2026, 10, 30), values=named)
    clock = (await desk(start, Done, **clerk)).id
    await told(servers, clock, "catalogue_clock", "overdue")
    late = catalogue.PutItem(
        type="budget",
        agency="czj",
        reason="公开",
        values=named | {"body": "示例县统计局", "approved_on": "2026-10-01", "link": "https://x.gov.cn/b"},
    )
    await desk(late, Done, **clerk)
    rows = (await desk(GetLate(type="budget", year=2026), LateRows, roles=[Role.CITIZEN])).rows
    assert [(row.title, row.done_on is None) for row in rows] == [("示例县财政局", True), ("示例县统计局", False)]
    assert (rows[0].due_on, rows[0].source) == (date(2026, 11, 19), "预算法第十四条; 预算法实施条例")
    await refused("forbidden", desk(GetLate(type="penalties"), LateRows, roles=[Role.CITIZEN]))
    await desk(late.model_copy(update={"values": late.values | {"year": "2025"}}), Done, **clerk)
    groups = await desk(catalogue.GroupItems(type="budget"), catalogue.ItemGroups)
    assert [group.value for group in groups.groups] == ["2026", "2025"]


async def test_a_guide_is_one_source_and_nothing_outside_it_may_be_demanded(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    values = GUIDE | {"code": "G-77", "materials": "身份证｜户口登记条例第十条"}
    item = await desk(catalogue.PutItem(type="guide", agency="scj", values=values, reason="新增"), Done, **CLERK)
    found = await desk(lists.GetGuide(code="G-77"), lists.GuideFound, roles=[Role.CITIZEN])
    assert (found.item.id, found.item.values["name"], found.remarks) == (item.id, "户口迁移", ())
    checked = await desk(lists.CheckDemands(code="G-77", demands=("身份证", "介绍信")), lists.DemandsChecked)
    assert [(each.demand, each.in_guide) for each in checked.demands] == [("身份证", True), ("介绍信", False)]
    await refused("not_found", desk(lists.GetGuide(code="没有"), lists.GuideFound))
    words = await desk(catalogue.ExportItems(type="guide", q="户口迁移"), catalogue.CatalogueRows, roles=[Role.CITIZEN])
    assert item.id in [row.id for row in words.rows]
    assert (await desk(catalogue.ExportItems(type="guide", q="没有这些字"), catalogue.CatalogueRows)).rows == ()


async def test_what_was_public_before_is_late_by_its_own_day(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    """Stock: the day on which it was public counts, and lies between the decision and today."""
    values = {"document_no": "示许〔2026〕5号", "project": "许可", "kind": "普通", "content": "经营", "organ": "示例局",
              "party_class": "法人及非法人组织", "party": "示例公司", "decided_on": "2026-09-24"}  # fmt: skip
    command = catalogue.PutItem(type="permits", agency="scj", values=values, reason="补录")
    for day in ("2026-09-23", "2026-11-30"):
        wrong = command.model_copy(update={"values": values | {"published_on": day}})
        await refused("public_when", desk(wrong, Done, **CLERK))
    put_ = await desk(command.model_copy(update={"values": values | {"published_on": "2026-10-13"}}), Done, **CLERK)
    assert (await told(servers, put_.id, "catalogue_item", "added"))["days_late"] == 1


async def test_a_list_is_compared_with_the_one_from_above(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    kind = type_of("powers")
    values = {"code": "P1", "name": "甲", "kind": "行政许可", "basis": "某法", "holder": "市监局", "duty": "审查"}
    await desk(catalogue.PutItem(type="powers", agency="scj", values=values, reason="新增"), Done, **CLERK)
    upper = [
        {kind.label(name): value for name, value in (values | changes).items()}
        for changes in ({"basis": "某法（修订）"}, {"code": "P2"})
    ]
    rows = lists.PutUpperRows(type="powers", agency="scj", rows=tuple(upper), begin=True)
    assert (await desk(rows, lists.UpperRows, **CLERK)).kept == 2
    held = await desk(lists.Reconcile(type="powers", agency="scj", upper="省级权责清单"), Done, **CLERK)
    found = await desk(lists.GetReconciliation(id=held.id), lists.ReconciliationFound)
    assert [(each.kind, each.key, each.column) for each in found.differences] == [
        ("missing", "P2", ""),
        ("different", "P1", "设定依据"),
    ]
    assert (await told(servers, held.id, "reconciliation", "changed"))["open"]
    explain = lists.ExplainDifference(id=held.id, kind="missing", key="P2", reason="本县没有该项职权")
    await desk(explain, Done, **CLERK)
    fixed = catalogue.PutItem(type="powers", agency="scj", values=values | {"basis": "某法（修订）"}, reason="更正")
    await desk(fixed, Done, **CLERK)
    assert (
        await desk(lists.Reconcile(type="powers", agency="scj", upper="省级权责清单"), Done, **CLERK)
    ).state == "agreed"

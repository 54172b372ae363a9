"""Catalogues: types as data, rows with the official headings, editions, limits, claims, flags."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from chassis.runtime import App
from cli import catalogue_sheets, sheet_rows
from contracts.base import Done, Role
from contracts.publication import catalogue as c
from contracts.publication.catalogue_clocks import GetLate, LateRows
from contracts.publication.documents import Correct, MarkValidity, Publish
from contracts.publication.record import Attribute, Metadata, Validity
from contracts.publication.stock import Given, Import, ImportItem, ImportOutcomes
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.publication.catalogue import citing, claims, domain
from services.publication.catalogue.item import Item
from services.publication.catalogue.reconciling import reconcile
from services.publication.catalogue.types import type_of, types
from services.publication.domain.facts import Official
from services.publication.service import Publication
from tests.publication.test_service import clear, draft, refused, told
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALENDAR = Calendar.shipped()
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=CST)
LI = Official(id="li", name="李", agency="czj")
CHANGE = c.Change(reason="新增")
STANDARD = {
    "试点领域": "义务教育",
    "公开事项/一级事项": "招生管理",
    "公开事项/二级事项": "学区划分",
    "公开内容（要素）": "学校招生范围",
    "公开依据": "义务教育法",
    "公开时限": "自信息形成或者变更之日起20个工作日内",
    "公开主体": "示例县教育局",
    "公开渠道和载体": "■政府网站 □政府公报 ■公开查阅点",
    "公开对象/全社会": "√",
    "公开方式/主动": "√",
    "公开层级/县级": "√",
}
PENALTY = {
    "document_no": "示市监罚〔2026〕1号",
    "name": "销售过期食品",
    "kind": "罚款",
    "cause": "销售超过保质期的食品",
    "basis": "食品安全法第一百二十四条",
    "impact": "涉及学校周边食品安全",
    "party_class": "自然人",
    "party": "钱某某",
    "result": "罚款五千元",
    "decided_on": "2026-02-20",
    "display_until": "2026-06-01",
    "organ": "示例县市场监督管理局",
}


def put(
    item: Item | None, type: str, values: dict[str, Any], now: datetime = NOW, months: int | None = None, **changes: Any
) -> Item:
    kind, change = type_of(type), CHANGE.model_copy(update=changes)
    facts = domain.put(item, "i-1", kind, "czj", kind.read(values), months, (), change, LI, now, CALENDAR)
    return domain.KIND.fold(item, facts)


async def test_every_shipped_type_holds_together() -> None:
    assert len(types()) >= 24
    for kind in types().values():
        names = {field.name for field in kind.fields}
        wanted = {*kind.key, kind.headline, *kind.compared, *(place.partition(".")[0] for place in kind.vague_fields)}
        wanted |= {limit.field for limit in kind.clocks if limit.act == "publish"}
        wanted |= {name for name in (kind.group_by, kind.period_field, kind.ends_by) if name}
        wanted |= {name for rule in kind.either for name in (*rule.any, *([rule.when] if rule.when else []))}
        assert wanted <= names, kind.type
        assert len({field.heading for field in kind.fields}) == len(kind.fields)
        assert kind.source
        assert all(limit.source and limit.grade for limit in kind.clocks)
        assert all(field.choices for field in kind.fields if field.kind in ("choice", "choices"))


async def test_the_standard_catalogue_has_its_official_columns_and_fields() -> None:
    kind = type_of("standard")
    assert [field.heading for field in kind.fields][1:] == [
        "公开事项/一级事项", "公开事项/二级事项", "公开内容（要素）", "公开依据", "公开时限", "公开主体",
        "公开渠道和载体", "公开对象/全社会", "公开对象/特定群众（体）", "公开方式/主动", "公开方式/依申请公开",
        "公开层级/县级", "公开层级/乡级",
    ]  # fmt: skip
    assert len(kind.fields[0].choices) == 26 + 7
    values = kind.read_row(STANDARD)
    assert (values["carriers"], values["everyone"]) == ("政府网站、公开查阅点", "√")
    assert "on_request" not in values
    assert kind.write_row(values)["公开渠道和载体"].startswith("■政府网站 □政府公报 □两微一端")
    assert kind.read_row(kind.write_row(values)) == values


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"公开依据": " "}, "cell_wrong"),
        ({"试点领域": "不存在的领域"}, "cell_wrong"),
        ({"公开渠道和载体": "■飞鸽"}, "cell_wrong"),
        ({"没有的栏目": "x"}, "unknown_column"),
    ],
)
async def test_a_wrong_row_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as caught:
        type_of("standard").read_row(STANDARD | changes)
    assert caught.value.code == code


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
async def test_files_carry_the_official_headings_there_and_back(tmp_path: Path, suffix: str) -> None:
    kind = type_of("standard")
    rows = [kind.write_row(kind.read_row(STANDARD | {"公开事项/二级事项": f"第{n}项"})) for n in range(3)]
    rows[0]["公开内容（要素）"] = "=1+1"
    path = tmp_path / f"目录.{suffix}"
    catalogue_sheets.write(path, kind.told(), rows)
    read = [row for _, row in sheet_rows.read_catalogue(path, kind.told())]
    assert [kind.read_row(row) for row in read] == [kind.read_row(row) for row in rows]
    if suffix == "xlsx":
        sheet: Any = load_workbook(path).active
        assert [cell.value for cell in sheet[1]][:4] == ["序号", "试点领域", "公开事项", None]
        assert [cell.value for cell in sheet[2]][2:4] == ["一级事项", "二级事项"]
        assert "C1:D1" in {str(merged) for merged in sheet.merged_cells.ranges}
        assert sheet["E3"].data_type == "s"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(type_of("standard").fields[7].choices), unique=True, min_size=1))
async def test_carriers_keep_their_order_in_any_writing(chosen: list[str]) -> None:
    field = type_of("standard").fields[7]
    value = field.read("、".join(chosen))
    assert field.read(field.write(value)) == value
    assert set(str(value).split("、")) == set(chosen)


async def test_each_change_is_an_edition_with_its_reason() -> None:
    values = {"code": "A1", "name": "许可甲", "department": "发改局", "measure": "许可", "basis": "条例"}
    item = put(None, "negative", values)
    assert put(item, "negative", values) is item or len(put(item, "negative", values).editions) == 1
    item = put(item, "negative", values | {"measure": "禁止"}, NOW + timedelta(days=1), reason="条例修订")
    assert [each.values["measure"] for each in item.editions] == ["许可", "禁止"]
    assert (domain.record(item).edition, domain.record(item).change.reason) == (2, "条例修订")
    assert domain.record(item, 1).values["measure"] == "许可"
    item = domain.KIND.fold(item, domain.remove(item, "依据废止", LI, NOW))
    assert (domain.record(item).removed, domain.record(item, 1).removed) == (True, False)
    assert domain.remove(item, "依据废止", LI, NOW) == []


async def test_natural_persons_are_masked_and_leave_no_code() -> None:
    item = put(None, "penalties", PENALTY)
    assert item.values["party"] == "钱**"
    firm = {"party_class": "法人及非法人组织", "party": "示例公司", "party_code": "11999900990000017T"}
    assert put(None, "penalties", PENALTY | firm).values["party"] == "示例公司"
    hidden = put(None, "penalties", PENALTY | {"party_code": "11999900990000017T"})
    assert "party_code" not in hidden.values


@pytest.mark.parametrize(("day", "late"), [(date(2026, 3, 3), 0), (date(2026, 3, 4), 1)])
async def test_penalties_are_late_after_seven_working_days(day: date, late: int) -> None:
    """Decided on Friday 2026-02-20, in the rest days; 28 February is worked."""
    now = datetime.combine(day, NOW.timetz())
    assert CALENDAR.due(date(2026, 2, 20), 7) == date(2026, 3, 3)
    assert put(None, "penalties", PENALTY, now).editions[0].days_late == late


@pytest.mark.parametrize(("day", "late"), [(date(2026, 3, 2), 0), (date(2026, 3, 3), 1)])
async def test_budgets_are_late_after_twenty_days(day: date, late: int) -> None:
    values = {
        "year": "2026",
        "body": "县财政局",
        "kind": "政府预算",
        "approved_on": "2026-02-10",
        "link": "https://x.gov.cn/a",
    }
    now = datetime.combine(day, NOW.timetz())
    assert put(None, "budget", values, now).editions[0].days_late == late


async def test_display_ends_by_itself() -> None:
    item = put(None, "penalties", PENALTY)
    ends = end_of_day(date(2026, 6, 1))
    assert domain.alarm(item) == ends
    assert domain.tick(item, ends - timedelta(seconds=1), CALENDAR) == []
    item = domain.KIND.fold(item, domain.tick(item, ends, CALENDAR))
    assert (domain.record(item).removed_for, domain.alarm(item)) == ("公示期满", None)
    with pytest.raises(Refused):
        put(None, "penalties", PENALTY | {"display_until": "2026-03-01"})


GUIDE = {
    "code": "G1", "name": "户口迁移", "kind": "行政确认", "basis": "户口登记条例", "conditions": "本人申请",
    "materials": "身份证｜户口登记条例第十条\n其他材料｜户口登记条例第十条", "process": "受理、办结",
    "legal_days": "5", "promised_days": "3", "fee": "不收费",
    "place": "政务服务中心", "phone": "政务服务中心窗口", "complaint": "12345",
}  # fmt: skip


async def test_a_guide_names_the_basis_of_each_material_and_its_vague_words_are_remarked() -> None:
    item = put(None, "guide", GUIDE)
    assert item.values["materials"] == (
        {"name": "身份证", "basis": "户口登记条例第十条"},
        {"name": "其他材料", "basis": "户口登记条例第十条"},
    )
    assert domain.duty(item).remarks == ("“申请材料”含有模糊表述“其他材料”",)
    for without in ("身份证｜", "身份证｜无", "身份证｜依法"):
        with pytest.raises(Refused):
            put(None, "guide", GUIDE | {"materials": without})
    assert domain.duty(item).open
    item = domain.KIND.fold(item, domain.review(item, "已改为列举", LI, NOW))
    assert (domain.duty(item).open, domain.review(item, "再看", LI, NOW)) == (False, [])


@pytest.mark.parametrize(("day", "in_time"), [(date(2026, 3, 2), True), (date(2026, 3, 3), False)])
async def test_a_changed_guide_is_public_one_working_day_after_its_approval(day: date, in_time: bool) -> None:
    """Approved on Saturday 2026-02-28, a working day; the next one is Monday."""
    item = put(None, "guide", GUIDE)
    now = datetime.combine(day, NOW.timetz())
    changed = put(
        item,
        "guide",
        GUIDE | {"promised_days": "2"},
        now,
        approved_on=date(2026, 2, 28),
        effective_on=date(2026, 3, 10),
    )
    assert changed.editions[-1].change.in_time is in_time


async def test_an_item_without_a_document_in_its_time_is_empty() -> None:
    values = {
        "level1": "统计", "level2": "月度数据", "content": "数据", "basis": "统计法", "limit": "每月",
        "subject": "统计局", "channel": "网站",
    }  # fmt: skip
    item = put(None, "basic", values, months=1)
    assert item.due_on == date(2026, 4, 2)
    end = end_of_day(date(2026, 4, 2))
    assert domain.look(item, None, end - timedelta(seconds=1), CALENDAR) == []
    claimed = domain.KIND.fold(item, domain.look(item, date(2026, 3, 20), end, CALENDAR))
    assert (claimed.due_on, claimed.empty) == (date(2026, 4, 20), False)
    empty = domain.KIND.fold(item, domain.look(item, None, end, CALENDAR))
    assert (domain.duty(empty).overdue, domain.duty(empty).open) == (True, True)
    assert domain.look(empty, None, end, CALENDAR) == []
    again = domain.KIND.fold(empty, domain.look(empty, date(2026, 4, 5), end, CALENDAR))
    assert not domain.duty(again).open


async def test_a_list_is_reconciled_with_the_one_from_above() -> None:
    own = {"A": {"basis": "x"}, "B": {"basis": "x"}}
    found = reconcile(own, {"B": {"basis": "y"}, "C": {"basis": "z"}}, ("basis",))
    assert (found.missing, found.extra, found.different) == (("C",), ("A",), (("B", "basis"),))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def test_rows_are_put_once_and_changed_by_their_key(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    command = c.PutItems(
        type="standard",
        agency="jyj",
        rows=(STANDARD, STANDARD | {"公开依据": ""}, STANDARD | {"公开依据": "秘密★5年"}),
        reason="编制目录",
    )
    person = {"as_": "钱教育", "agency": "jyj", "roles": [Role.CLERK]}
    first = await desk(command, c.RowOutcomes, **person)
    assert [row.outcome for row in first.rows] == ["added", "refused", "refused"]
    again = await desk(command, c.RowOutcomes, **person)
    assert [row.outcome for row in again.rows] == ["same", "refused", "refused"]
    changed = command.model_copy(
        update={"rows": (STANDARD | {"公开依据": "义务教育法（修订）"},), "reason": "法律修订"}
    )
    (row,) = (await desk(changed, c.RowOutcomes, **person)).rows
    assert (row.outcome, row.id) == ("changed", first.rows[0].id)
    record = await told(servers, row.id or "", "catalogue_item", "changed")
    assert (record["edition"], record["change"]["reason"]) == (2, "法律修订")  # type: ignore[index]
    page = await desk(c.ExportItems(type="standard", q="学区划分"), c.CatalogueRows)
    assert [each.cells["公开依据"] for each in page.rows] == ["义务教育法（修订）"]
    twice = command.model_copy(update={"rows": tuple(STANDARD | {"公开事项/二级事项": name} for name in "甲乙甲")})
    assert [row.outcome for row in (await desk(twice, c.RowOutcomes, **person)).rows] == ["added", "added", "same"]
    await refused("other_keeper", desk(command, c.RowOutcomes, as_="旁人", agency="czj", roles=[Role.CLERK]))
    with_phone = command.model_copy(update={"rows": (STANDARD | {"公开主体": "手机13912345678"},)})
    assert (await desk(with_phone, c.RowOutcomes, **person)).rows[0].outcome == "refused"


async def test_a_claim_fills_an_empty_item_and_a_changed_basis_flags_it(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    id = await draft(desk, "月度财政数据", formed_on=date(2026, 11, 20))
    values: dict[str, Any] = {
        "level1": "财政", "level2": "月度收支", "content": "收支", "basis": "预算法", "limit": "每月",
        "subject": "财政局", "channel": "网站",
    }  # fmt: skip
    command = c.PutItem(type="basic", agency="czj", values=values, reason="新增", period_months=1, rests_on=(id,))
    item = (await desk(command, Done, as_="张起草", agency="czj")).id
    await app.it.catalogues.look(servers.clock.now() + timedelta(days=40))
    assert (await told(servers, item, "catalogue_duty", "overdue"))["overdue"]
    await clear(desk, id)
    await desk(Publish(id=id), Done, as_="赵审核", agency="bgs")
    await desk(c.ClaimItems(id=id, items=(item,)), Done, as_="张起草", agency="czj")

    async def filled() -> bool:
        history: c.ItemHistory = await desk(c.GetItem(id=item), c.ItemHistory)
        return history.duty is not None and not history.duty.overdue

    await until(filled)
    await desk(Correct(id=id, reason="数字有误", text="更正后的正文。"), Done, as_="赵审核", agency="bgs")
    history = await desk(c.GetItem(id=item), c.ItemHistory)
    assert history.duty.basis_changed == (id,)
    await desk(c.ReviewItem(id=item, note="不涉及"), Done, as_="张起草", agency="czj")
    assert not (await desk(c.GetItem(id=item), c.ItemHistory)).duty.open


def metadata(**given: Any) -> Metadata:
    return Metadata.model_validate({"title": "关于印发《学区划分办法》的通知", "issuers": ("jyj",)} | given)


@pytest.mark.parametrize(
    ("words", "cited"),
    [
        ("根据示教发〔2026〕3号第二条", True),
        ("示教发[2026]第03 号", True),
        ("示政发〔2026〕3号", False),  # another agency's number of the year
        ("示教发〔2026〕13号", False),
        ("索引号11330782/2026-00012", True),
        ("《学区划分办法》第三条", True),
        ("《关于印发〈学区划分办法〉的通知》", False),
        ("义务教育法", False),
    ],
)
async def test_a_document_is_found_in_the_words_of_a_basis(words: str, cited: bool) -> None:
    known = metadata(doc_no="示教发〔2026〕3号", index_no="11330782/2026-00012")
    assert citing.cites(words, known) is cited
    assert not cited or set(citing.cited(words)) & set(citing.keys(known)), "the index finds it"


async def test_columns_of_tables_are_part_of_the_basis() -> None:
    kind = type_of("guide")
    values: dict[str, Any] = {"basis": "《甲条例》", "materials": ({"name": "身份证", "basis": "示教发〔2026〕3号"},)}
    assert citing.cited(citing.basis_text(kind, values)) == ("〔2026〕3号", "甲条例")


async def test_a_document_is_compared_with_the_item_that_it_claims() -> None:
    kind = type_of("standard")
    row = STANDARD | {"公开内容（要素）": "●招生政策：招生计划；招生范围等", "公开层级/县级": "", "公开层级/乡级": "√"}
    values = kind.read_row(row | {"公开方式/主动": "", "公开方式/依申请公开": "√"})
    shown = claims.Shown(Attribute.PROACTIVE, frozenset({"网站"}), "今年的招生范围如下", "department")
    assert claims.mismatches(kind, values, shown) == (
        "正文中未见内容要素：招生计划",
        "公开方式不符：目录为依申请公开，文件已主动公开",
        "公开层级不符：目录为乡级，由县级机关公开",
        "未在目录规定的渠道公开：公开查阅点",
    )
    right = claims.Shown(Attribute.PROACTIVE, frozenset({"网站", "查阅点"}), "学校招生范围", "department")
    assert claims.mismatches(kind, kind.read_row(STANDARD), right) == ()
    assert claims.mismatches(type_of("negative"), {}, shown) == ()


async def test_a_mismatch_is_listed_until_somebody_has_looked_and_expiry_flags_what_cites_it(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    jyj: dict[str, Any] = {"as_": "钱教育", "agency": "jyj", "roles": [Role.CLERK]}
    today = servers.clock.now().date()
    given = Given(
        metadata=metadata(doc_no="示教发〔2026〕33号", valid_until=today + timedelta(days=1), channels=("网站",)),
        attribute=Attribute.PROACTIVE,
        published_on=today,
    )
    text = "关于印发《学区划分办法》的通知\n示教发〔2026〕33号\n一、范围。\n"
    taken = Import(items=(ImportItem(name="学区", form="given", content=text, given=given),), confirm=True)
    done = await desk(taken, ImportOutcomes, as_="赵审核", agency="bgs")
    id = str(done.items[0].id)
    row = STANDARD | {"公开事项/二级事项": "核对要素", "公开依据": "示教发〔2026〕33号"}
    put = c.PutItems(type="standard", agency="jyj", rows=(row,), reason="编制目录")
    item = str((await desk(put, c.RowOutcomes, **jyj)).rows[0].id)
    await desk(c.ClaimItems(id=id, items=(item,)), Done, **jyj)
    late = await desk(GetLate(type="standard"), LateRows, **jyj)
    (found,) = [each for each in late.mismatched if each.item == item]
    assert (found.document, found.what) == (
        id,
        ("正文中未见内容要素：学校招生范围", "未在目录规定的渠道公开：公开查阅点"),
    )
    await desk(c.ReviewItem(id=item, note="内容在附件中"), Done, **jyj)
    late = await desk(GetLate(type="standard"), LateRows, **jyj)
    assert item not in {each.item for each in late.mismatched}
    history = await desk(c.GetItem(id=item), c.ItemHistory, **jyj)
    assert history.duty.cites == ("〔2026〕33号",)
    ended = MarkValidity(id=id, validity=Validity.EXPIRED, on=today)
    await desk(ended, Done, as_="赵审核", agency="bgs")

    async def flagged() -> bool:
        return bool((await desk(c.GetItem(id=item), c.ItemHistory, **jyj)).duty.basis_changed == (id,))

    await until(flagged)

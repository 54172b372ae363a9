"""Reports through commands and queries on real servers. The clock stands in November 2026."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication.catalogue import PutItem
from contracts.publication.documents import DocumentPublished
from contracts.readmodel import answers, terms
from contracts.readmodel.reports import GetReport, ReportFile
from contracts.readmodel.running import Rebuild, RebuildState
from contracts.requests.answers import LedgerImported
from contracts.requests.procedure import ImportLedger
from kernel.refused import Refused
from services.readmodel.handlers import ReadModel
from services.readmodel.reports import reading
from services.readmodel.reports.counted import REQUEST
from services.readmodel.reports.editions import keep
from services.readmodel.reports.form import MERGED, RESULTS, ROWS, TOTAL
from services.readmodel.reports.identities import check
from services.readmodel.views import view
from tests.reports.samples import ledger, sample
from tests.servers import MORNING, Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
NEW, CARRIED, LEFT = (ROWS[key] for key in ("r01", "r02", "r25"))
FEE = "行政事业性收费/本年收费金额（单位：万元）"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[ReadModel]]:
    async with started(servers, ["requests", "readmodel"]) as serving:
        yield next(each for each in serving.apps if each.name == "readmodel")


async def take_in(desk: Desk, app: App[ReadModel], lines: list[dict[str, Any]]) -> None:
    """Import ledger lines and wait until the read model has them all."""
    where = {"type": REQUEST, "record.agency": lines[0]["agency"]}
    before = await (await app.it.generations.current()).views.count(where)
    told = [json.dumps(line, ensure_ascii=False) for line in lines]
    for first in range(0, len(told), 200):
        command = ImportLedger(lines=tuple(told[first : first + 200]))
        came = await desk(command, LedgerImported, roles=[Role.OPENNESS], timeout=60)
        assert not came.rejected, came.rejected[0]

    async def there() -> bool:
        return await (await app.it.generations.current()).views.count(where) == before + len(lines)

    await until(there, 30)


def line(agency: str, id: str, received: str, closed: str | None = None, **changes: Any) -> dict[str, Any]:
    outcome = "OPEN_PROVIDE" if closed else None
    given = {"id": id, "agency": agency, "channel": "当面", "applicant_class": "自然人", "received_on": received}
    return {**given, "closed_on": closed, "outcome": outcome} | changes


async def report(desk: Desk, year: int, agency: str, **options: Any) -> dict[str, Any]:
    reply: terms.ReportReply = await desk(
        answers.GetAnnualReport(year=year, agency=agency, **options), terms.ReportReply
    )
    return reply.report


async def declare(desk: Desk, year: int, agency: str, **figures: float | int | str) -> None:
    given = tuple(terms.Figure(item=item, value=Decimal(str(value))) for item, value in figures.items())
    await desk(answers.DeclareFigures(year=year, agency=agency, figures=given, source="统计台账"), Done, agency=agency)


async def declare_table1(desk: Desk, year: int, agency: str, table: dict[str, dict[str, Any]]) -> None:
    cells = {f"{row}/{column}": value for row, values in table.items() for column, value in values.items()}
    await declare(desk, year, agency, **cells)


ZEROS = {
    "规章": dict.fromkeys(("本年制发件数", "本年废止件数", "现行有效件数"), 0),
    "行政规范性文件": dict.fromkeys(("本年制发件数", "本年废止件数", "现行有效件数"), 0),
    "行政许可": {"本年处理决定数量": 0},
    "行政处罚": {"本年处理决定数量": 0},
    "行政强制": {"本年处理决定数量": 0},
    "行政事业性收费": {"本年收费金额（单位：万元）": 0},
}


async def made_whole(desk: Desk, year: int, agency: str) -> None:
    """Declare zeros and write part five, so that only the cases matter."""
    await declare_table1(desk, year, agency, ZEROS)
    await desk(answers.WritePart(year=year, agency=agency, part="problems", text="问题与改进。"), Done, agency=agency)


async def issue(desk: Desk, year: int, agency: str, reason: str = "") -> Done:
    done: Done = await desk(answers.IssueReport(year=year, agency=agency, reason=reason), Done, agency=agency)
    return done


@pytest.mark.parametrize(
    ("name", "agency"), [("hongze_2023", "fpz"), ("hongze_2024", "fpz"), ("shuyang_county_2025", "mtz")]
)
async def test_cases_make_every_cell_of_a_real_report(desk: Desk, app: App[ReadModel], name: str, agency: str) -> None:
    real = sample(name)
    await take_in(desk, app, list(ledger(real, agency, name)))
    await declare_table1(desk, real["year"], agency, real["table1"])
    made = await report(desk, real["year"], agency, merge_other=MERGED in real["table2"])
    assert made["table1"] == real["table1"]
    assert made["table2"] == real["table2"]
    for block, ends in real["table3"].items():
        printed = {end: count for end, count in made["table3"][block].items() if end != TOTAL}
        assert printed == {end: count for end, count in ends.items() if end != TOTAL}
        filled = ends[TOTAL] or not real["balanced"]  # the unbalanced report left its totals unfilled
        assert made["table3"][block][TOTAL] == (ends[TOTAL] if real["balanced"] else sum(printed.values()))
        assert filled or not sum(printed.values())
    assert made["balanced"]


async def test_a_cell_leads_to_its_cases(desk: Desk, app: App[ReadModel]) -> None:
    lines = [line("shz", f"格-{n}", "2022-05-01", f"2022-05-0{n}", applicant_class="其他") for n in (2, 3)]
    await take_in(desk, app, [*lines, line("shz", "格-9", "2022-06-01")])
    query = answers.ExplainCell(year=2022, agency="shz", row="（一）予以公开", column="其他")
    found: terms.CellCases = await desk(query, terms.CellCases)
    assert (found.row, found.value, found.total) == (ROWS["r03"], 2, 2)
    views = [await desk(answers.GetView(type=REQUEST, id=id), answers.View) for id in found.cases]
    assert {view.record["ledger_id"] for view in views} == {"格-2", "格-3"}
    named: terms.CellCases = await desk(
        answers.ExplainCell(year=2022, agency="shz", row="三、…/（一）予以公开", column="其他"), terms.CellCases
    )
    assert named.cases == found.cases
    for row, column, code in (("没有这一行", TOTAL, "row_unknown"), ("r03", "结果维持", "column_unknown")):
        with pytest.raises(Refused) as refused:
            await desk(answers.ExplainCell(year=2022, agency="shz", row=row, column=column), terms.CellCases)
        assert refused.value.code == code


async def test_what_makes_no_report_is_said_plainly(desk: Desk, app: App[ReadModel]) -> None:
    for year, agency, code in ((2027, "", "year_ahead"), (2010, "", "year_empty"), (2022, "meiyou", "unknown_agency")):
        with pytest.raises(Refused) as refused:
            await report(desk, year, agency)
        assert refused.value.code == code
    with pytest.raises(Refused) as ahead:
        await report(desk, 2022, "", as_of=date(2030, 1, 1))
    assert ahead.value.code == "day_ahead"


async def test_a_running_year_is_no_whole_report(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("lsz", "今-1", "2026-03-02", "2026-03-09"), line("lsz", "今-2", "2026-11-02")])
    await made_whole(desk, 2026, "lsz")
    made = await report(desk, 2026, "lsz")
    assert not made["complete"]
    assert "尚未结束" in made["missing"][0]
    assert (made["table2"][NEW][TOTAL], made["table2"][LEFT][TOTAL]) == (2, 1)
    earlier = await report(desk, 2026, "lsz", as_of=date(2026, 3, 8))
    assert (earlier["table2"][NEW][TOTAL], earlier["table2"][LEFT][TOTAL]) == (1, 1)
    with pytest.raises(Refused) as refused:
        await issue(desk, 2026, "lsz")
    assert refused.value.code == "incomplete"
    page: terms.ReportReply = await desk(
        answers.GetAnnualReport(year=2026, agency="lsz", format="html"), terms.ReportReply
    )
    assert "草稿，未定稿" in base64.b64decode(page.file or "").decode()


async def test_an_issued_report_is_frozen_and_a_correction_is_a_new_edition(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("nhz", "定-1", "2021-03-02", "2021-03-09")])
    with pytest.raises(Refused) as bare:
        await issue(desk, 2021, "nhz")
    assert bare.value.code == "incomplete"
    await made_whole(desk, 2021, "nhz")
    first = await issue(desk, 2021, "nhz")
    assert (first.state, (await issue(desk, 2021, "nhz")).version) == ("issued", first.version)
    await take_in(desk, app, [line("nhz", "定-2", "2021-12-31")])
    with pytest.raises(Refused) as unexplained:
        await issue(desk, 2021, "nhz")
    assert unexplained.value.code == "reason_missing"
    await issue(desk, 2021, "nhz", "补录一件")
    frozen = [await report(desk, 2021, "nhz", edition=n) for n in (1, 2)]
    assert [each["table2"][NEW][TOTAL] for each in frozen] == [1, 2]
    assert frozen[0]["issue"]["digest"] == frozen[0]["digest"] != frozen[1]["digest"]
    seen: terms.ReportReply = await desk(
        answers.GetAnnualReport(year=2021, agency="nhz"), terms.ReportReply, roles=[Role.CITIZEN]
    )
    assert seen.report == frozen[1]


async def test_a_carry_that_differs_from_the_issued_report_stops_the_next(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("yqz", "转-1", "2019-12-30"), line("yqz", "转-2", "2020-02-03", "2020-02-10")])
    await declare(desk, 2019, "yqz", **{f"{row}/{column}": 0 for row, column in _cells_of_2019()})
    await desk(answers.WritePart(year=2019, agency="yqz", part="problems", text="无。"), Done, agency="yqz")
    await issue(desk, 2019, "yqz")
    await take_in(desk, app, [line("yqz", "转-3", "2019-12-31")])
    await declare(desk, 2020, "yqz", **{f"{row}/{column}": 0 for row, column in _cells_of_2019()})
    await desk(answers.WritePart(year=2020, agency="yqz", part="problems", text="无。"), Done, agency="yqz")
    with pytest.raises(Refused) as refused:
        await issue(desk, 2020, "yqz")
    assert refused.value.code == "unbalanced"
    assert f"X-CARRY：table2/{CARRIED}/自然人" in refused.value.message
    explain = answers.ExplainCarry(year=2020, agency="yqz", reason="上年漏登一件")
    await desk(explain, Done, agency="yqz")
    assert (await issue(desk, 2020, "yqz")).state == "issued"
    made = await report(desk, 2020, "yqz")
    assert made["format"] == "国办公开办函〔2019〕60号"
    assert MERGED in made["table2"]


def _cells_of_2019() -> tuple[tuple[str, str], ...]:
    from services.readmodel.reports.form import cells

    return cells("2019")


async def test_an_opening_balance_for_the_first_year(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("jzjd", "初-1", "2018-03-02", "2018-03-09")])
    opening = terms.Opening(carried={"自然人": 2}, results={"r13": {"自然人": 3}})
    with pytest.raises(Refused) as refused:
        await desk(answers.EnterOpening(year=2018, agency="jzjd", opening=opening, source="年报"), Done, agency="jzjd")
    assert refused.value.code == "opening_results"
    right = terms.Opening(carried={"自然人": 2}, results={"r13": {"自然人": 1}})
    await desk(answers.EnterOpening(year=2018, agency="jzjd", opening=right, source="年报"), Done, agency="jzjd")
    made = await report(desk, 2018, "jzjd")
    keys = ("r01", "r02", "r03", "r13", "r24", "r25")
    assert [made["table2"][ROWS[key]][TOTAL] for key in keys] == [1, 2, 1, 1, 2, 1]
    assert made["balanced"]
    found: terms.CellCases = await desk(
        answers.ExplainCell(year=2018, agency="jzjd", row="r02", column=TOTAL), terms.CellCases
    )
    assert (found.value, found.opening, found.cases) == (2, 2, ())


async def test_figures_are_shown_as_declared(desk: Desk, app: App[ReadModel]) -> None:
    items = {"行政许可/本年处理决定数量": 12, FEE: "4068.208"}
    await declare(desk, 2022, "shz", **items)
    made = await report(desk, 2022, "shz")
    assert made["table1"]["行政许可"]["本年处理决定数量"] == 12
    assert made["table1"]["行政事业性收费"]["本年收费金额（单位：万元）"] == 4068.208
    assert made["table1"]["行政处罚"]["本年处理决定数量"] is None
    assert {each["source"] for each in made["declared"]} == {"统计台账"}
    region = await report(desk, 2022, "")
    assert region["table1"]["行政许可"]["本年处理决定数量"] == 12
    figures = (terms.Figure(item="行政许可/本年处理决定数量", value=Decimal(1)),)
    command = answers.DeclareFigures(year=2022, agency="shz", figures=figures, source="台账")
    with pytest.raises(Refused) as other:
        await desk(command, Done, agency="czj")
    assert other.value.code == "other_agency"


async def test_files_of_a_made_report_are_read_back(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("kfq", f"文-{n}", "2017-05-01", "2017-05-09") for n in range(3)])
    made = await report(desk, 2017, "kfq", form="2021")
    for kind in ("html", "docx", "xlsx"):
        query = answers.GetAnnualReport(year=2017, agency="kfq", format=kind, form="2021")
        reply: terms.ReportReply = await desk(query, terms.ReportReply)
        content = base64.b64decode(reply.file or "")
        if kind != "xlsx":
            back = reading.read(f"a.{kind}", content)
            assert (back["table2"], back["table3"]) == (made["table2"], made["table3"])
            assert check(back).errors == []
        else:
            assert content.startswith(b"PK")


async def test_units_hand_in_and_are_sent_back(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("ycjd", "报-1", "2025-03-02", "2025-03-09")])
    collected: terms.Collected = await desk(answers.OpenCollection(year=2025), terms.Collected, agency="bgs")
    unit = {each.agency: each for each in collected.units}
    assert (unit["ycjd"].due_on, unit["ycjd"].overdue) == (date(2026, 1, 31), True)
    with pytest.raises(Refused) as early:
        await desk(answers.SubmitReport(year=2025, agency="ycjd"), Done, agency="ycjd")
    assert early.value.code == "incomplete"
    await made_whole(desk, 2025, "ycjd")
    assert (await desk(answers.SubmitReport(year=2025, agency="ycjd"), Done, agency="ycjd")).state == "submitted"
    with pytest.raises(Refused) as fixed:
        await declare(desk, 2025, "ycjd", **{FEE: 3})
    assert fixed.value.code == "submitted_already"
    back = answers.ReturnReport(year=2025, agency="ycjd", reason="表二与许可台账不一致")
    with pytest.raises(Refused):
        await desk(back, Done, agency="ycjd")
    assert (await desk(back, Done, agency="bgs")).state == "returned"
    due: terms.Collected = await desk(answers.ReportsDue(year=2025), terms.Collected)
    assert next(each for each in due.units if each.agency == "ycjd").state_label == "退回修改"


async def test_the_old_statistics_of_a_real_document(desk: Desk, app: App[ReadModel]) -> None:
    """纳溪区2017年政府信息公开工作年度报告: 15,586 items in seven categories, shares as printed there."""
    printed = {
        "概况": (239, 1.53),
        "计划总结": (610, 3.92),
        "法规公文": (3367, 21.6),
        "工作动态": (10128, 64.98),
        "人事": (237, 1.52),
        "财政": (387, 2.48),
        "其他": (618, 3.97),
    }
    channels = {"政府网站": 10619, "新闻发布会": 0, "政务微信、微博": 850, "其他方式": 4000}
    figures = [terms.Figure(item=f"类别/{name}", value=Decimal(count)) for name, (count, _) in printed.items()]
    figures += [
        terms.Figure(item=f"渠道/{name}", value=Decimal(count), approximate=count in (850, 4000))
        for name, count in channels.items()
    ]
    command = answers.DeclareFigures(year=2017, agency="cgj", figures=tuple(figures), source="2017年年报")
    await desk(command, Done, agency="cgj")
    found: terms.DisclosureStatistics = await desk(
        answers.GetDisclosure(year=2017, agency="cgj"), terms.DisclosureStatistics
    )
    assert found.total == 15586
    assert {each.category: (each.count, each.share) for each in found.by_category} == printed
    assert round(sum(each.share or 0 for each in found.by_category), 2) == 100.00
    told = {each.channel: each.count for each in found.by_channel}
    assert told == {"政务热线": 0, "信息公开查阅点": 0, **channels}
    assert found.channel_total == 15469
    assert [each.channel for each in found.by_channel if each.approximate] == ["政务微信、微博", "其他方式"]
    empty: terms.DisclosureStatistics = await desk(
        answers.GetDisclosure(year=2017, agency="kfq"), terms.DisclosureStatistics
    )
    assert [each.share for each in empty.by_category] == [None] * 7


async def test_the_old_statistics_from_as_many_documents(desk: Desk, app: App[ReadModel]) -> None:
    """The same table counted from 15,586 published documents, with 15,469 deliveries by their channels."""
    counts = {"概况": 239, "计划总结": 610, "法规公文": 3367, "工作动态": 10128, "人事": 237, "财政": 387, "其他": 618}
    channels = ["网站"] * 10619 + ["微信"] * 850 + ["其他方式"] * 4000 + [""] * 117
    categories = [name for name, count in counts.items() for _ in range(count)]
    events = [
        view(DocumentPublished, told_document(at, name, channel), MORNING.isoformat())
        for at, (name, channel) in enumerate(zip(categories, channels, strict=True))
    ]
    await keep(await app.it.generations.current(), events)
    query = answers.GetDisclosure(year=2017, agency="jyj")
    found: terms.DisclosureStatistics = await desk(query, terms.DisclosureStatistics, timeout=30)
    assert found.total == 15586
    assert [(each.category, each.count) for each in found.by_category] == list(counts.items())
    assert [each.share for each in found.by_category] == [1.53, 3.92, 21.6, 64.98, 1.52, 2.48, 3.97]
    assert {each.channel: each.count for each in found.by_channel} == {
        "政府网站": 10619, "新闻发布会": 0, "政务热线": 0, "信息公开查阅点": 0, "政务微信、微博": 850, "其他方式": 4000,
    }  # fmt: skip
    assert found.channel_total == 15469


def told_document(at: int, category: str, channel: str) -> dict[str, Any]:
    """A document of 2017 as publication would tell it, as far as reports look at it."""
    metadata = {"issuers": ["jyj"], "category": category, "channels": [channel] if channel else []}
    record = {"id": f"D-{at}", "metadata": metadata, "published_at": "2017-05-02T09:00:00+08:00"}
    return {"record": record, "epoch": 1, "version": 1}


async def test_a_rebuild_makes_the_same_editions(desk: Desk, app: App[ReadModel]) -> None:
    await take_in(desk, app, [line("sthj", "建-1", "2016-03-02", "2016-03-09"), line("sthj", "建-2", "2016-12-31")])
    before = await report(desk, 2016, "sthj", form="2021")
    generation = (await app.it.generations.current()).number
    operator = await desk.servers.client("operator")
    from chassis.rpc import Asker

    await Asker(lambda: operator, desk.servers.region, "operator")(Rebuild(), RebuildState)

    async def switched() -> bool:
        return (await app.it.generations.current()).number > generation

    await until(switched, 60)
    after = await report(desk, 2016, "sthj", form="2021")
    assert after == before
    assert after["table2"][ROWS[RESULTS[0]]][TOTAL] == 1


async def test_without_the_hotline_a_scoreboard_says_what_is_missing(desk: Desk, app: App[ReadModel]) -> None:
    reply = await desk(GetReport(report="scoreboard", year=2026), ReportFile)
    assert any("热线" in each for each in reply.incomplete)
    assert {row["tickets"] for row in reply.data["units"]} == {None}
    with pytest.raises(Refused) as caught:
        await desk(GetReport(report="hotline", year=2026), ReportFile)
    assert caught.value.code == "unavailable"


async def test_progress_in_the_key_fields_stands_in_the_draft(
    servers: Servers, desk: Desk, app: App[ReadModel]
) -> None:
    """翁源县2018年分工方案 第15项: 在年度报告中公布重点领域信息公开情况."""
    await take_in(desk, app, [line("lyj", "zd-1", "2026-03-02", "2026-03-10")])
    values = {"year": "2026", "field": "生态环境", "department": "示例县林业局", "progress": "公开林地审批12件。"}
    put = PutItem(type="key_progress", agency="lyj", values=dict(values), reason="年度进展")
    async with started(servers, ["publication"]):
        await desk(put, Done, agency="lyj", roles=[Role.CLERK])

        async def drafted() -> bool:
            parts = (await report(desk, 2026, "lyj"))["parts"]
            return "生态环境（示例县林业局）：公开林地审批12件。" in parts["六、其他需要报告的事项"]

        await until(drafted)
    assert "林地审批" not in json.dumps((await report(desk, 2026, "lyj", as_of=date(2026, 6, 1)))["parts"])

"""Reports of the offices through queries, the command line and publication, on real servers."""

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openpyxl import load_workbook
from typer.testing import CliRunner

from cli.place import DATA, Place
from cli.report import app as cli
from contracts import sitewatch
from contracts.base import Done, Role
from contracts.hotline.figures import Statistics, StatisticsTable
from contracts.hotline.terms import TicketKind
from contracts.hotline.tickets import DispatchTicket, TakeTicket, TicketTaken
from contracts.publication.documents import DocumentFile, GetDocument, GetText, TextContent
from contracts.readmodel import reports as c
from contracts.readmodel.answers import DeclareFigures, GetAnnualReport
from contracts.readmodel.terms import Figure, ReportReply
from kernel.refused import Refused
from tests.reports.test_service import issue, line, made_whole, take_in
from tests.servers import MORNING, Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUARTER = ("--year", "2024", "--quarter", "3")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[Any]:
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())
    async with started(servers, ["requests", "hotline", "publication", "sitewatch", "readmodel"]) as serving:
        yield next(each for each in serving.apps if each.name == "readmodel")


async def report(desk: Desk, name: str, **options: Any) -> dict[str, Any]:
    reply: c.ReportFile = await desk(c.GetReport(report=name, **options), c.ReportFile)  # type: ignore[arg-type]
    return reply.data


async def refused(desk: Desk, name: str, **options: Any) -> str:
    with pytest.raises(Refused) as caught:
        await report(desk, name, **options)
    return caught.value.code


async def zwgk(servers: Servers, *words: str, code: int = 0) -> Any:
    def call() -> Any:
        DATA.set(servers.folder.path)
        return CliRunner().invoke(cli, [*words])

    result = await asyncio.to_thread(call)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 and "-o" not in words else result.output


async def quarter(desk: Desk, app: Any, agency: str) -> None:
    """Seven requests of the third quarter of 2024 and one of the second."""
    ids = [f"{agency}-{n}" for n in range(8)]
    lines = [line(agency, id, "2024-08-01", "2024-08-20", channel="互联网") for id in ids[:6]]
    late = line(agency, ids[6], "2024-09-02", "2024-10-08", applicant_class="商业企业")
    await take_in(desk, app, [*lines, late, line(agency, ids[7], "2024-06-28", "2024-07-05")])


async def test_a_quarter_of_requests_as_of_any_day(desk: Desk, app: Any) -> None:
    await quarter(desk, app, "nyj")
    told = await report(desk, "quarterly", year=2024, quarter=3, agency="nyj")
    assert (told["received"], told["carried_in"], told["closed"], told["carried_on"]) == (7, 1, 7, 1)
    assert told["by_class"]["自然人"] == 6
    assert told["by_channel"]["传真"] == 0
    assert told["on_time"]["of"] <= told["closed"]
    assert told["compared"]["上季度"]["received"] == 1
    assert told["period"]["over"]
    earlier = await report(desk, "quarterly", year=2024, quarter=3, agency="nyj", as_of=date(2024, 8, 10))
    assert (earlier["received"], earlier["closed"], earlier["carried_on"]) == (6, 1, 6)
    assert earlier["incomplete"]
    public = await report(desk, "quarterly", year=2024, quarter=3, agency="nyj", public=True)
    assert (public["by_class"]["自然人"], public["by_class"]["商业企业"]) == (None, None)


async def test_what_a_report_does_not_take_is_refused(desk: Desk, app: Any) -> None:
    assert await refused(desk, "quarterly", year=2024) == "quarter_missing"
    assert await refused(desk, "quarterly", quarter=1) == "year_missing"
    assert await refused(desk, "quarterly", year=2026, quarter=4, as_of=date(2026, 9, 30)) == "period_ahead"
    assert await refused(desk, "quarterly", year=2026, quarter=1, as_of=date(2030, 1, 1)) == "day_ahead"
    assert await refused(desk, "scoreboard", year=2027) == "period_ahead"
    assert await refused(desk, "hotline", year=2026, as_of=date(2030, 1, 1)) == "day_ahead"
    assert await refused(desk, "clocks", format="docx") == "format_unknown"
    assert await refused(desk, "overdue", public=True) == "internal_report"
    assert await refused(desk, "overdue", agency="meiyou") == "unknown_agency"
    assert await refused(desk, "site-year", year=2026) == "site_unknown"
    with pytest.raises(Refused) as caught:
        await desk(c.GetReport(report="clocks"), c.ReportFile, roles=[Role.CITIZEN])
    assert caught.value.code == "forbidden"


async def ticket(desk: Desk, app: Any, **changes: Any) -> str:
    words = {"title": "路灯不亮", "content": "示例路的路灯不亮。", "category": "城市管理"}
    given = TakeTicket(channel="网站", kind=TicketKind.HELP, **words, **changes)
    taken = await desk(given, TicketTaken, roles=[Role.DISPATCHER])

    async def shown() -> bool:
        found = await (await app.it.generations.current()).views.find_one({"_id": f"hotline.ticket:{taken.id}"})
        return found is not None

    await until(shown, 30)
    return str(taken.id)


async def test_the_hotline_counts_and_the_bulletin_shows(desk: Desk, app: Any) -> None:
    id = await ticket(desk, app)
    told = await report(desk, "hotline", year=2026, month=11)
    counted = await desk(Statistics(first=date(2026, 11, 1), last=date(2026, 11, 30), by="channel"), StatisticsTable)
    assert told["total"] == counted.total.model_dump(mode="json")
    assert told["by_channel"] == [row.model_dump(mode="json") for row in counted.rows]
    assert told["total"]["satisfaction"] == {"part": 0, "of": 0, "value": None}
    assert told["change"] is None
    assert told["topics"]
    assert (await report(desk, "hotline", year=2026, quarter=4))["topics"] is None
    nobody = await report(desk, "hotline", year=2026, month=11, agency="sjj")
    assert (nobody["total"]["received"], nobody["by_channel"], nobody["topics"]) == (0, [], None)
    assert {row["agency"] for row in (*nobody["ratings"], *nobody["suggestions"])} <= {"sjj"}
    assert (await report(desk, "site", year=2026, quarter=4, agency="sjj"))["findings"] == 0
    board = await report(desk, "clocks")
    assert id in {item["id"] for item in board["items"]}
    assert {item["what"] for item in board["items"] if item["id"] == id} >= {"办理期限"}


async def test_the_hotline_bulletin_stands_as_it_stood(servers: Servers, desk: Desk, app: Any) -> None:
    """What was decided after the day does not count in it."""
    day = servers.clock.now().date()
    id = await ticket(desk, app)
    before = await report(desk, "hotline", year=2026, month=11)
    servers.clock.advance(timedelta(days=1))
    await desk(DispatchTicket(id=id, lead="slj"), Done, roles=[Role.DISPATCHER])
    now = await report(desk, "hotline", year=2026, month=11)
    then = await report(desk, "hotline", year=2026, month=11, as_of=day)
    assert {key: then[key] for key in ("total", "by_unit", "by_channel", "ratings")} == {
        key: before[key] for key in ("total", "by_unit", "by_channel", "ratings")
    }
    assert now["total"]["dispatched"] == then["total"]["dispatched"] + 1
    assert any("现行机构目录" in note for note in then["notes"])
    assert await refused(desk, "hotline", year=2026, month=11, as_of=day - timedelta(days=1)) == "day_unknown"
    units = (await report(desk, "scoreboard", year=2026, month=11, as_of=day))["units"]
    assert all(row["tickets"] is not None for row in units)


async def test_the_hotline_bulletin_of_a_unit_counts_its_tickets_from_the_first_to_the_last_moment(
    desk: Desk, app: Any
) -> None:
    """The months of China Standard Time; a ticket counts for the unit that leads, not for one that co-operates."""
    begin = MORNING.replace(month=8, day=1, hour=0, minute=0)
    moments = [begin - timedelta(seconds=1), begin, begin + timedelta(days=31, seconds=-1), begin + timedelta(days=31)]
    for moment in moments:
        id = await ticket(desk, app, received_at=moment)
        await desk(DispatchTicket(id=id, lead="slj", co=("swj",)), Done, roles=[Role.DISPATCHER])
    for agency, month, received in (("slj", 7, 1), ("slj", 8, 2), ("slj", 9, 1), ("swj", 8, 0)):
        told = await report(desk, "hotline", year=2026, month=month, agency=agency)
        assert told["total"]["received"] == received
        assert sum(row["received"] for row in told["by_channel"]) == received


async def account(desk: Desk, app: Any, owner: str) -> str:
    details = sitewatch.AccountDetails(
        platform="微信", account_name=f"示例{owner}", account_id=f"wx-{owner}", owner=owner, operator=owner
    )
    done = await desk(sitewatch.RegisterAccount(account=details), Done)

    async def shown() -> bool:
        found = await (await app.it.generations.current()).views.find_one({"_id": f"sitewatch.account:{done.id}"})
        return found is not None

    await until(shown, 30)
    return str(done.id)


async def test_the_site_bulletin_of_a_unit_counts_what_it_owns_and_what_was_checked(
    servers: Servers, desk: Desk, app: Any
) -> None:
    read, _ = await account(desk, app, "wjj"), await account(desk, app, "tjj")
    await desk(sitewatch.SeeAccount(id=read, last_post_on=MORNING.date()), Done)
    quarter = {"year": 2026, "quarter": 4}
    all_ = await report(desk, "site", **quarter)
    assert (all_["accounts_checked"]["part"], all_["accounts_checked"]["of"]) == (1, 2)
    for agency, rate in (("wjj", (1, 1)), ("tjj", (0, 1)), ("sjj", (0, 0))):
        told = await report(desk, "site", agency=agency, **quarter)
        assert (told["accounts_checked"]["part"], told["accounts_checked"]["of"]) == rate
    before = await report(desk, "site", year=2026, quarter=3)
    assert before["accounts_checked"]["part"] == 0
    words = ("--year", "2026", "--agency", "wjj", "--desk", "wjj", "--source", "全国平台台账", "--as", "张三", "--json")
    await zwgk(servers, "figures", "--set", "网站通报/第四季度/找错留言收到=3", *words)
    told = await report(desk, "site", agency="wjj", **quarter)
    assert (told["declared"][0]["value"], told["declared"][0]["source"]) == (3, "全国平台台账")
    assert (await report(desk, "site", **quarter))["declared"][0]["value"] is None
    wrong = ("--set", "网站通报/第四季度/表扬=3", *words)
    assert "没有这个可申报的项目" in await zwgk(servers, "figures", *wrong, code=2)


async def test_each_report_goes_out_in_each_format(desk: Desk, app: Any) -> None:
    await ticket(desk, app)
    asked: dict[str, dict[str, Any]] = {
        "quarterly": {"year": 2024, "quarter": 3}, "hotline": {"year": 2026, "month": 11},
        "opinion": {"year": 2026, "quarter": 4}, "site": {"year": 2026, "quarter": 4}, "scoreboard": {"year": 2026},
        "overdue": {}, "progress": {}, "clocks": {},
    }  # fmt: skip
    for name, options in asked.items():
        made = {
            each: await desk(c.GetReport(report=name, format=each, **options), c.ReportFile)  # type: ignore[arg-type]
            for each in ("html", "part", "text", "xlsx", *(() if name == "clocks" else ("docx",)))
        }
        files = {each: base64.b64decode(reply.file) for each, reply in made.items()}
        title = made["html"].title
        assert f"<title>{title}</title>".encode() in files["html"]
        assert b"<script" not in files["html"] + files["part"]
        assert b"style=" not in files["part"]
        assert title in load_workbook(io.BytesIO(files["xlsx"])).active["A1"].value
        if "docx" in files:
            assert title.encode() in zipfile.ZipFile(io.BytesIO(files["docx"])).read("word/document.xml")


async def test_a_scoreboard_has_a_row_for_every_unit_and_zeros(desk: Desk, app: Any) -> None:
    told = await report(desk, "scoreboard", year=2024, quarter=3)
    units = {row["agency"]: row for row in told["units"]}
    assert len(units) > 30
    assert units["sjj"]["requests_received"] == 0
    assert units["sjj"]["requests_on_time"] == {"part": 0, "of": 0, "value": None}
    public = await report(desk, "scoreboard", year=2024, quarter=3, public=True)
    for row in public["units"]:
        assert row["requests_received"] in (None, 0) or row["requests_received"] >= 5
        assert row["requests_on_time"]["of"] is None or row["requests_on_time"]["of"] in (0, *range(5, 999))
    (one,) = (await report(desk, "scoreboard", year=2024, quarter=3, agency="sjj"))["units"]
    assert one == units["sjj"]
    reply = await desk(
        c.GetReport(report="scoreboard", year=2024, quarter=3, agency="sjj", format="text"), c.ReportFile
    )
    text = base64.b64decode(reply.file).decode()
    assert "审计局" in text
    assert "农业农村局" not in text


async def test_a_report_is_published_by_the_ordinary_chain(
    servers: Servers, desk: Desk, app: Any, tmp_path: Path
) -> None:
    out = tmp_path / "分析.html"
    await zwgk(servers, "quarterly", *QUARTER, "-o", str(out))
    assert out.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (await zwgk(servers, "quarterly", *QUARTER, "--json"))["period"]["label"] == "2024年第三季度"
    words = ("publish", "quarterly", *QUARTER, "--issuer", "bgs", "--as", "张三", "--json")
    draft = await zwgk(servers, *words)
    assert (await zwgk(servers, *words))["id"] == draft["id"]
    file = await desk(GetDocument(id=draft["id"]), DocumentFile)
    assert (file.record.state, file.record.published_at) == ("draft", None)
    assert file.record.attachments[0].name.endswith(".docx")
    text = await desk(GetText(sha256=file.record.text.sha256), TextContent)
    assert "未列示" in text.text
    for name, code in (("overdue", 2), ("clocks", 2), ("annual", 2)):
        said = await zwgk(servers, "publish", name, "--year", "2024", "--issuer", "bgs", code=code)
        assert "✗" in said
    running = ("--year", "2026", "--quarter", "4")
    assert "不完整" in await zwgk(servers, "publish", "quarterly", *running, "--issuer", "bgs", code=2)


async def test_an_annual_report_is_published_once_it_is_issued(servers: Servers, desk: Desk, app: Any) -> None:
    await take_in(desk, app, [line("slj", "发-1", "2023-03-02", "2023-03-09")])
    await made_whole(desk, 2023, "slj")
    words = ("publish", "annual", "--year", "2023", "--of", "slj", "--issuer", "bgs", "--as", "张三", "--json")
    assert "定稿" in await zwgk(servers, *words, code=2)
    await issue(desk, 2023, "slj")
    draft = await zwgk(servers, *words)
    file = await desk(GetDocument(id=draft["id"]), DocumentFile)
    assert file.record.metadata.category == "计划总结"
    assert "2023年政府信息公开工作年度报告" in file.record.metadata.title


async def test_figures_of_a_site_are_none_of_the_annual_report(desk: Desk, app: Any) -> None:
    await take_in(desk, app, [line("swj", "站-1", "2022-03-02", "2022-03-09")])
    figure = Figure(item="网站年报/网站总访问量", value=1200)  # type: ignore[arg-type]
    await desk(DeclareFigures(year=2022, agency="swj", figures=(figure,), source="后台统计"), Done, agency="swj")
    reply = await desk(GetAnnualReport(year=2022, agency="swj"), ReportReply)
    assert reply.report["declared"] == []


async def test_only_items_of_the_form_are_declared_for_a_site(desk: Desk, app: Any) -> None:
    for item, value, code in (("访问总数", 3, "item_unknown"), ("网站名称", 1, "item_unknown"),
                              ("无障碍浏览", 2, "item_yes_no")):  # fmt: skip
        figure = Figure(item=f"网站年报/{item}", value=value)  # type: ignore[arg-type]
        command = DeclareFigures(year=2021, agency="swj", figures=(figure,), source="后台统计")
        with pytest.raises(Refused) as caught:
            await desk(command, Done, agency="swj")
        assert caught.value.code == code


async def test_the_public_hotline_bulletin_withholds_what_few_said(desk: Desk, app: Any) -> None:
    await ticket(desk, app)
    told = await report(desk, "hotline", year=2026, month=11, public=True)
    assert all(topic["count"] >= 5 for topic in told["topics"])
    assert any("未经核实" in note for note in told["notes"])


async def test_what_is_late_is_on_the_list(desk: Desk, app: Any) -> None:
    id = await ticket(desk, app, received_at=MORNING - timedelta(days=30))
    late = await report(desk, "overdue")
    assert id in {item["id"] for item in late["items"]}
    assert late["by_type"]["hotline.ticket"] >= 1
    assert id not in {item["id"] for item in (await report(desk, "overdue", agency="fgj"))["items"]}

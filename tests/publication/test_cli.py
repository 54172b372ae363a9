"""`zwgk publication` beyond drafting: attachments, channels, notices, gazette, catalogues, against real servers."""

import asyncio
import csv
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from cli.main import app as whole
from cli.place import Place
from cli.publication import app
from cli.session import DATA
from contracts.base import Done
from contracts.publication import documents as c
from contracts.publication.record import Attribute
from tests.publication.test_gazette import normative
from tests.publication.test_service import clear, draft
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
DRAFTER, OFFICE = ("--as", "张起草", "--agency", "czj"), ("--as", "赵审核", "--agency", "bgs")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def platform(servers: Servers) -> AsyncIterator[Path]:
    """The data folder of a running platform."""
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())
    async with started(servers, ["publication"]):
        yield servers.folder.path


async def said(platform: Path, *words: str) -> Result:
    def call() -> Result:
        DATA.set(platform)
        return CliRunner().invoke(app, [*words])

    return await asyncio.to_thread(call)


async def zwgk(platform: Path, *words: str) -> Any:
    result = await said(platform, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def test_files_channels_and_a_notice(platform: Path, desk: Desk, tmp_path: Path) -> None:
    id = await draft(desk, "拟命名单位公示", formed_on=date(2026, 11, 20))
    file = tmp_path / "名单.txt"
    file.write_text("第一名：示例单位\n" * 60_000, encoding="utf-8")
    assert (await zwgk(platform, "attach", id, str(file), *DRAFTER))[0]["state"] == "draft"
    (attached,) = (await zwgk(platform, "show", id))["record"]["attachments"]
    assert (attached["name"], attached["check"]) == ("名单.txt", "已检查")
    empty = tmp_path / "空.txt"
    empty.touch()
    refused = await said(platform, "attach", id, str(empty), *DRAFTER)
    assert (refused.exit_code, refused.stdout) == (2, "")
    await zwgk(platform, "notice", id, "--until", "2026-11-30", "--contact", "县财政局办公室", *DRAFTER)
    await zwgk(platform, "source", id, "--issuer", "示例市财政局", "--at", "2026-11-20T08:00", *DRAFTER)
    await clear(desk, id)
    await desk(c.Publish(id=id), Done, as_="赵审核", agency="bgs")
    await zwgk(platform, "deliver", id, "查阅点", "--on", "2026-11-23", "--place", "县图书馆", *DRAFTER)
    kept = await zwgk(platform, "objection", id, "--from", "某人", "--text", "名单有误", *DRAFTER)
    assert kept["no"] == 1
    await zwgk(platform, "answer", id, "1", "--text", "经查无误", *DRAFTER)
    record = (await zwgk(platform, "show", id))["record"]
    assert (record["notice"]["answered"], record["delay_hours"]) == (1, 73)
    assert record["deliveries"][0]["place"] == "县图书馆"
    shown = (await said(platform, "show", id)).stdout
    for word in ("转载时延", "73 小时", "公示", "推送", "县图书馆", "信息类别", "发布日期", "公开渠道"):
        assert word in shown, word


async def test_what_is_due_is_shown_by_its_last_day(platform: Path, desk: Desk) -> None:
    id = await draft(desk, "关于期限的通知", formed_on=date(2026, 11, 20))
    await desk(c.SetAttribute(id=id, attribute=Attribute.PROACTIVE), Done, as_="张起草", agency="czj")
    shown = (await said(platform, "show", id)).stdout
    assert "2026-12-18" in shown, "the twentieth working day, not the midnight after it"
    assert "00:00" not in shown


async def test_what_no_message_can_hold_is_refused_in_one_line(platform: Path) -> None:
    for words in (["publication", "show", "../x"], ["republish", "nothing"]):
        result = await asyncio.to_thread(CliRunner().invoke, whole, ["--data", str(platform), *words])
        assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
        assert "../x" not in result.stderr


async def test_a_catalogue_goes_out_and_comes_back(platform: Path, tmp_path: Path) -> None:
    types = await zwgk(platform, "catalogue", "types")
    assert {"basic", "standard", "powers", "guide"} <= {each["type"] for each in types}
    table = tmp_path / "负面清单.csv"
    headings = ["编号", "禁止或许可事项", "管理措施", "设立依据", "主管部门"]
    rows = [headings, ["N1", "甲", "许可", "条例", "发改局"], ["N2", "乙", "", "条例", "发改局"]]
    with table.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    load = ("catalogue", "import", "negative", str(table), "--reason", "编制清单", *DRAFTER)
    assert (await zwgk(platform, *load))["summary"] == {"added": 1, "changed": 0, "same": 0, "refused": 1}
    assert (await zwgk(platform, *load))["summary"]["same"] == 1
    out = tmp_path / "导出.xlsx"
    assert "已导出 1 项" in (await said(platform, "catalogue", "export", "negative", str(out))).stdout
    again = ("catalogue", "import", "negative", str(out), "--reason", "编制清单", *DRAFTER)
    assert (await zwgk(platform, *again))["summary"] == {"added": 0, "changed": 0, "same": 1, "refused": 0}
    others = tmp_path / "各机构.csv"
    rows = [
        ["事项编号", "维护机构", *headings],
        ["", "示例县财政局", *rows[1]],
        ["", "scj", "N9", "丁", "禁止", "条例", "市监局"],
    ]
    with others.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    mixed = await zwgk(platform, "catalogue", "import", "negative", str(others), "--reason", "合并", *DRAFTER)
    assert [(each["row"], each["outcome"]) for each in mixed["rows"]] == [(2, "same"), (3, "refused")]
    found = await zwgk(platform, "catalogue", "reconcile", "negative", str(table), *DRAFTER)
    assert [(each["kind"], each["key"]) for each in found["differences"]] == [("missing", "N2")]
    values = ("编号=N3", "禁止或许可事项=丙", "管理措施=禁止", "设立依据=条例", "主管部门=发改局")
    given = [word for value in values for word in ("--value", value)]
    put = await zwgk(platform, "catalogue", "put", "negative", *given, "--reason", "新增", *DRAFTER)
    assert put["state"] == "added"
    await zwgk(platform, "catalogue", "remove", put["id"], "--reason", "依据废止", *DRAFTER)
    history = await zwgk(platform, "catalogue", "show", put["id"])
    assert history["editions"][-1]["removed_for"] == "依据废止"


async def test_the_gazette_and_a_clean_up(platform: Path, desk: Desk) -> None:
    id = await normative(desk, 50)
    missing = await zwgk(platform, "gazette", "missing", "--limit", "200")
    assert id in [each["id"] for each in missing["items"]]
    issued = await zwgk(platform, "gazette", "issue", "--name", "示例县人民政府公报", "--document", id, *OFFICE)
    assert issued["title"].startswith("示例县人民政府公报2026年第")
    assert (await zwgk(platform, "gazette", "show", issued["id"])) == issued
    opened = await zwgk(platform, "cleanup", "open", "--until", "2026-11-20", *OFFICE)
    page = await zwgk(platform, "cleanup", "show", opened["id"], "--unjudged")
    ids = [each["document"] for each in page["items"]]
    assert id in ids
    await zwgk(platform, "cleanup", "judge", opened["id"], "继续有效", *ids, "--reason", "仍需执行", *OFFICE)
    assert (await zwgk(platform, "cleanup", "show", opened["id"]))["left"] == 0
    await zwgk(platform, "cleanup", "close", opened["id"], "--issuer", "bgs", *OFFICE)
    assert list((await zwgk(platform, "cleanup", "show", opened["id"]))["round"]["lists"]) == ["继续有效"]
    early = await said(platform, "cleanup", "carry-out", opened["id"], *OFFICE)
    assert (early.exit_code, "清单还没有公布" in early.stderr) == (2, True)


async def test_limits_guides_and_differences(platform: Path, tmp_path: Path) -> None:
    table = tmp_path / "办事指南.csv"
    headings = ["事项编码", "事项名称", "事项类型", "设定依据", "受理条件", "申请材料", "办理流程", "法定办结时限"]
    headings += ["承诺办结时限", "收费标准及依据", "办理地点和时间", "咨询方式", "监督投诉方式"]
    row = ["CL-1", "登记", "行政确认", "某条例", "本人申请", "身份证等｜某条例第一条", "受理、办结", "5", "3", "不收费"]
    row += ["大厅", "窗口", "12345"]
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([headings, row, [*row[:5], "身份证｜无", *row[6:]]])
    linted = await said(platform, "catalogue", "lint", "guide", str(table), "--json")
    assert (linted.exit_code, [each["row"] for each in json.loads(linted.stdout)]) == (1, [2, 3])
    load = ("catalogue", "import", "guide", str(table), "--reason", "编制", "--period", "12", *DRAFTER)
    assert (await zwgk(platform, *load))["summary"]["added"] == 1
    found = await zwgk(platform, "catalogue", "guide", "CL-1")
    assert found["remarks"] == ["“申请材料”含有模糊表述“等”"]
    id = found["item"]["id"]
    await zwgk(platform, "catalogue", "reviewed", id, "--note", "等外无其他材料", *DRAFTER)
    assert (await zwgk(platform, "catalogue", "show", id))["duty"]["remarks"] == []
    checked = await zwgk(platform, "catalogue", "check", "CL-1", "介绍信")
    assert [each["in_guide"] for each in checked["demands"]] == [False]
    due = ("catalogue", "due", "guide", "--act", "change", "--item", id, "--since", "2026-11-20", *DRAFTER)
    met = await zwgk(platform, *due)
    assert met["state"] == "done", "what was put since then has met it"
    penalty = ("--value", "行政处罚决定书文号=示罚〔2026〕1号", "--since", "2026-11-20", *DRAFTER)
    clock = (await zwgk(platform, "catalogue", "due", "penalties", *penalty))["id"]
    assert (await zwgk(platform, "catalogue", "drop", clock, "--reason", "登记有误", *OFFICE))["state"] == "dropped"
    assert (
        await said(platform, "catalogue", "due", "guide", "--value", "没有=1", "--since", "2026-11-20")
    ).exit_code == 2
    assert (await zwgk(platform, "catalogue", "late", "guide"))["rows"] == []
    assert (await zwgk(platform, "catalogue", "rates", "2026"))["tables"][0]["total"] == 0
    upper = tmp_path / "上级.csv"
    upper.write_text("事项编码,事项名称,设定依据\nCL-1,登记,某条例\nCL-9,另一项,某条例\n", encoding="utf-8")
    compared = await zwgk(platform, "catalogue", "reconcile", "guide", str(upper), *DRAFTER)
    held = compared["record"]["id"]
    await zwgk(platform, "catalogue", "explain", held, "漏领", "CL-9", "--reason", "本县无此事项", *DRAFTER)
    assert (await zwgk(platform, "catalogue", "differences", held))["record"]["state"] == "agreed"

"""`zwgk hotline` against real servers."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest_asyncio
from openpyxl import Workbook
from typer.testing import CliRunner

from cli.hotline import app
from cli.place import Place
from cli.session import DATA
from kernel.clock import CST
from tests.servers import Servers, started

TABLE = """信件编号,受理时间,来源,主题,内容,区域
CSV-1,2026-11-20 09:00,信箱,路灯不亮,东段路灯坏了六盏。,样桥镇
CSV-2,2026/11/20 10:00,信箱,公交延时,希望末班车延长。,甲子街道
CSV-3,昨天,信箱,写错了,时间写错了。,甲子街道
CSV-4,2026-11-20 11:00,鸽子,写错了,渠道写错了。,甲子街道
"""


@pytest_asyncio.fixture(loop_scope="session")
async def platform(servers: Servers) -> AsyncIterator[Path]:
    """The data folder of a running platform."""
    files = {name: str(path) for name, path in servers.files.items()} | {"hotline": str(servers.files["h12345"])}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())
    async with started(servers, ["hotline"]):
        yield servers.folder.path


async def zwgk(platform: Path, *words: str, code: int = 0) -> Any:
    def call() -> Any:
        DATA.set(platform)
        return CliRunner().invoke(app, [*words, "--json"])

    result = await asyncio.to_thread(call)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if code == 0 else result.stderr


async def test_a_table_is_taken_in_once_and_its_tickets_worked_on(platform: Path, tmp_path: Path) -> None:
    table = tmp_path / "letters.csv"
    table.write_text(TABLE, encoding="utf-8")
    load = ("import", str(table), "--source", "领导信箱", "--kind", "求助", "--as", "派单员甲", "--agency", "rxzx")
    rows = await zwgk(platform, *load)
    assert [row["outcome"] for row in rows] == ["accepted", "accepted", "rejected", "rejected"]
    assert [row.get("field") for row in rows[2:]] == ["received_at", "channel"]
    again = await zwgk(platform, *load)
    assert [row["outcome"] for row in again] == ["repeated", "repeated", "rejected", "rejected"]
    id = rows[0]["id"]
    centre, unit = ("--as", "派单员甲", "--agency", "rxzx"), ("--as", "经办人乙", "--agency", "cgj")
    await zwgk(platform, "classify", id, "--category", "城市管理", "--matter", "ordinary", *centre)
    assert (await zwgk(platform, "dispatch", id, "--lead", "cgj", *centre))["state"] == "dispatched"
    assert (await zwgk(platform, "sign", id, *unit))["state"] == "signed"
    assert (await zwgk(platform, "reply", id, "--text", "已修复。", *unit))["state"] == "replied"
    refused = await zwgk(platform, "review", id, "--approve", "--as", "经办人乙", "--agency", "rxzx", code=2)
    assert "不能审核自己的回复" in refused
    assert (await zwgk(platform, "review", id, "--approve", *centre))["state"] == "visiting"
    page = await zwgk(platform, "show", id, *centre)
    assert (page["title"], page["reply"]) == ("路灯不亮", "已修复。")
    listed = await zwgk(platform, "list", "--unit", "cgj", *centre)
    assert id in [row["id"] for row in listed]


async def test_a_table_with_columns_of_its_own_needs_a_map(platform: Path, tmp_path: Path) -> None:
    table = tmp_path / "own.csv"
    table.write_text("号码,事由,详情\nM-1,噪音,夜间施工。\n", encoding="utf-8")
    load = ("import", str(table), "--source", "镇热线", "--as", "派单员甲", "--agency", "rxzx")
    assert "--map 事由=title" in await zwgk(platform, *load, code=2)
    maps = ("--map", "号码=ticket_no", "--map", "事由=title", "--map", "详情=content")
    (row,) = await zwgk(platform, *load, *maps)
    assert row["outcome"] == "accepted"
    assert "可用的字段" in await zwgk(platform, *load, "--map", "号码=number", code=2)
    assert "没有所指明的列" in await zwgk(platform, *load, *maps, "--map", "别的=place", code=2)
    table.write_text("号码,主题,内容\n", encoding="utf-8")
    assert "没有数据行" in await zwgk(platform, *load, code=2)


async def test_a_wrong_number_is_refused_in_one_line(platform: Path) -> None:
    assert "字段 id" in await zwgk(platform, "sign", "没有 这样的编号", code=2)
    assert "没有这个编号" in await zwgk(platform, "sign", "999901-RX-2026-999999", code=2)


async def test_emitting_for_a_test_of_the_door(platform: Path, tmp_path: Path) -> None:
    body = {
        "source": "12345",
        "ticket_no": "CLI-1",
        "occurred_at": "2026-11-22T09:00:00+08:00",
        "received_at": "2026-11-22T10:00:00+08:00",
        "channel": "电话",
        "kind": "咨询",
        "title": "怎样办理",
        "content": "想问怎样办理。",
    }
    file = tmp_path / "ticket.json"
    file.write_text(json.dumps([body, body | {"channel": "鸽子", "ticket_no": "CLI-2"}]), encoding="utf-8")
    answers = await zwgk(platform, "emit", str(file))
    assert sorted(answer["outcome"] for answer in answers) == ["accepted", "rejected"]


def workbook(path: Path, *lines: Sequence[Any]) -> Path:
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(list(line))
    book.save(path)
    return path


async def test_closed_letters_of_a_workbook_are_history(platform: Path, tmp_path: Path) -> None:
    heads = ("信件编号", "受理时间", "来源", "主题", "内容", "办理单位", "答复内容", "区域")
    letter = (
        "L-1",
        datetime(2024, 3, 1, 9, 24, tzinfo=CST).replace(tzinfo=None),
        "市长信箱",
        "加急",
        "漏水。",
        "示例县住房和城乡建设局",
        "已修。",
        "样桥镇",
    )
    file = workbook(tmp_path / "letters.xlsx", heads, letter, ("L-2", "某天", *letter[2:]), ("L-3", *letter[1:]))
    load = ("import", str(file), "--source", "市长信箱", "--history", "--as", "档案员", "--agency", "rxzx")
    first, again = [await zwgk(platform, *load) for _ in range(2)]
    assert (first["imported"], first["known"], [bad["line"] for bad in first["refused"]]) == (2, 0, [3])
    assert (again["imported"], again["known"]) == (0, 2)
    stats = ("stats", "--from", "2024-03-01", "--to", "2024-03-01", "--by", "unit", "--as", "督查员")
    table = await zwgk(platform, *stats)
    assert (table["total"]["received"], table["rows"][0]["key"]) == (2, "zjj")
    bulletin = await zwgk(platform, "bulletin", "--year", "2024", "--month", "3", "--as", "督查员")
    assert bulletin["total"]["closed"] == 2
    assert (await zwgk(platform, "sheet", "--day", "2024-03-01", "--as", "督查员"))["received"] == 2
    assert (await zwgk(platform, "sheet", "--as", "督查员"))["day"] == "2026-11-23", "without a day it is today's"
    assert "lines" in await zwgk(platform, "supervision", "--as", "督查员")


async def test_work_orders_carry_caller_place_and_urgency(platform: Path, tmp_path: Path) -> None:
    heads = (
        "工单编号",
        "登记时间",
        "来源",
        "工单类型",
        "标题",
        "内容",
        "来电人",
        "联系电话",
        "是否保密",
        "问题发生地",
        "紧急度",
    )
    order = (
        "O-1",
        "2026-11-20 09:00",
        "电话",
        "追办",
        "井盖",
        "井盖破了。",
        "示例甲",
        "0000-5551234",
        "是",
        "样桥镇",
        "紧急",
    )
    file = workbook(tmp_path / "orders.xlsx", heads, order)
    centre = ("--as", "派单员甲", "--agency", "rxzx")
    (row,) = await zwgk(platform, "import", str(file), "--source", "96005", *centre)
    page = await zwgk(platform, "show", row["id"], *centre)
    assert (page["record"]["kind"], page["record"]["urgency"], page["record"]["secret"]) == ("求助", "紧急", True)
    assert (page["caller"]["phone"], page["place"]) == ("0000-5551234", "样桥镇")


async def test_a_text_for_the_public_by_command(platform: Path) -> None:
    words = ("--category", "公共服务", "--guide", "SX-9", "--question", "在哪办理？", "--answer", "政务大厅。")
    draft = await zwgk(platform, "entry", "propose", *words, "--as", "经办人乙", "--agency", "zwj")
    assert (await zwgk(platform, "entry", "publish", draft["id"], "--as", "公开员"))["state"] == "published"
    listed = await zwgk(platform, "entry", "list", "--guide", "SX-9", "--as", "公开员")
    assert [each["answer"] for each in listed["knowledge"]] == ["政务大厅。"]
    assert (await zwgk(platform, "entry", "withdraw", draft["id"], "--reason", "有误", "--as", "公开员"))["state"]
    for each in ("rating", "signal"):
        assert isinstance(await zwgk(platform, each, "list", "--open", "--as", "督查员"), list)

"""The commands: how a limit is counted without a platform, and a table's way through one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import typer
from typer.testing import CliRunner, Result

from cli import calendar, supervision
from cli.place import Place
from cli.session import REFUSED
from tests.servers import Servers, started

APP = typer.Typer()
APP.add_typer(calendar.app, name="calendar")
APP.add_typer(calendar.deadline_app, name="deadline")
APP.add_typer(supervision.app, name="supervision")
TABLE = "示例县问答任务表\n\t1.公布办事指南。\n\t县发改局牵头，县某某指挥部负责\n\t2.公布清单。\n\t县财政局负责\n"


def zwgk(*words: str) -> Result:
    return CliRunner().invoke(APP, list(words))


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No platform runs."""
    monkeypatch.setenv("ZWGK_DATA", str(tmp_path))
    monkeypatch.delenv("ZWGK_NATS_URL", raising=False)


def test_every_day_of_a_limit_is_explained_without_a_platform(alone: None) -> None:
    told = json.loads(zwgk("deadline", "explain", "--received", "2026-12-10", "--days", "20", "--json").stdout)
    assert (told["received"], told["due"], told["provisional"]) == ("2026-12-10", "2027-01-08", True)
    assert sum(day["counted"] for day in told["days"]) == 20
    by_date = {day["date"]: day for day in told["days"]}
    assert "2026-12-10" not in by_date
    assert (by_date["2027-01-01"]["counted"], by_date["2027-01-01"]["provisional"]) == (False, True)
    assert (by_date["2026-12-11"]["reason"], by_date["2026-12-11"]["provisional"]) == ("工作日", False)


def test_excluded_days_are_both_ends(alone: None) -> None:
    days = ("--exclude", "2026-11-25..2026-11-26")
    told = json.loads(zwgk("deadline", "explain", "--received", "2026-11-23", "--days", "3", *days, "--json").stdout)
    assert [day["date"] for day in told["days"] if day["reason"] == "不计入期限"] == ["2026-11-25", "2026-11-26"]
    assert [day["date"] for day in told["days"] if day["counted"]] == ["2026-11-24", "2026-11-27", "2026-11-30"]
    assert told["due"] == "2026-11-30"


@pytest.mark.parametrize(
    "words",
    [
        ("--received", "2026-13-10", "--days", "20"),
        ("--received", "2026-12-10", "--days", "0"),
        ("--received", "1999-12-10", "--days", "5"),
        ("--received", "2026-12-10", "--days", "5", "--exclude", "2026-12-11"),
        ("--received", "2026-12-10", "--days", "5", "--exclude", "2026-12-15..2026-12-11"),
    ],
)
def test_what_cannot_be_counted_is_said_in_one_line(alone: None, words: tuple[str, ...]) -> None:
    told = zwgk("deadline", "explain", *words)
    assert told.exit_code == REFUSED
    assert told.stderr.startswith("✗ ")
    assert told.stderr.count("\n") == 1


def test_the_days_of_a_year(alone: None) -> None:
    told = json.loads(zwgk("calendar", "show", "--year", "2026", "--json").stdout)
    assert (told["provisional"], told["source"]) == (False, "国办发明电〔2025〕7号")
    assert {"date": "2026-01-01", "weekday": "四", "working": False, "reason": "元旦"} in told["days"]
    assert json.loads(zwgk("calendar", "show", "--year", "2040", "--json").stdout)["provisional"]


@pytest_asyncio.fixture(loop_scope="session")
async def platform(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Any]]:
    """Commands against the running service, found by the data folder."""
    run = servers.folder.path / "run.json"
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    monkeypatch.setenv("ZWGK_DATA", str(servers.folder.path))

    async def told(*words: str) -> Any:
        result = await asyncio.to_thread(zwgk, *words, "--json")
        return json.loads(result.stdout) if result.exit_code == 0 else result.stderr

    async with started(servers, ["supervision"]):
        run.write_text(where.text(), encoding="utf-8")
        yield told
        run.unlink()


async def test_a_table_goes_in_and_its_task_comes_to_an_end(platform: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "任务表.txt"
    file.write_text(TABLE, encoding="utf-8")
    told = await platform("supervision", "import", str(file), "--as", "张三")
    assert (told["read"], told["new"], told["status"]) == (2, 2, "in_force")
    assert told["unknown"] == [{"name": "县某某指挥部", "tasks": [1]}]
    assert (await platform("supervision", "import", str(file), "--as", "张三"))["new"] == 0
    mapped = await platform("supervision", "map", "县某某指挥部", "yjj", "--as", "张三")
    assert (mapped["agencies"], mapped["tasks"]) == (["yjj"], 1)
    listed = await platform("supervision", "list", "--unit", "yjj", "--table", told["table"])
    assert [(item["no"], item["lead"]) for item in listed["items"]] == [(1, False)]
    id = listed["items"][0]["id"]
    await platform("supervision", "due", id, "--on", "2099-01-01", "--reason", "议定", "--as", "张三")
    await platform("supervision", "target", id, "--value", "2", "--unit", "次", "--as", "张三")
    unit = ("--as", "李四", "--agency", "fgj")
    assert (await platform("supervision", "progress", id, "--text", "x", *unit)).startswith("✗ 字段 text")
    proof = ("--value", "2", "--finished", "--evidence", "https://example.invalid/a")
    assert (await platform("supervision", "progress", id, "--text", "已公布", *proof, *unit))["state"] == "reported"
    assert "报告进展的单位不能确认" in await platform("supervision", "complete", id, *unit)
    done = await platform("supervision", "complete", id, "--as", "王五", "--agency", "zwj")
    assert done["state"] == "completed"
    shown = await platform("supervision", "show", id)
    assert (shown["record"]["reached"], shown["reports"][0]["by"]) == (2, "李四")
    opened = await platform("supervision", "reopen", id, "--reason", "抽查未落实", "--as", "王五")
    assert opened["state"] == "in_force"


async def test_people_see_tables(platform: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for words in (("supervision", "list"), ("supervision", "unknown"), ("calendar", "show", "--year", "2026")):
        result = await asyncio.to_thread(zwgk, *words)
        assert result.exit_code == 0, result.stderr
        assert "┃" in result.stdout


async def test_a_loaded_notice_counts_at_once(platform: Callable[..., Any], tmp_path: Path) -> None:
    """The year lies far ahead, where it touches no other test."""
    days = ("deadline", "explain", "--received", "2044-12-30", "--days", "1")
    assert (await platform(*days))["provisional"]
    shown = (await platform("calendar", "show", "--year", "2045"))["days"]
    rest = [{"name": day["reason"], "first": day["date"], "last": day["date"]} for day in shown if not day["working"]]
    file = tmp_path / "2045.json"
    file.write_text(json.dumps({"year": 2045, "number": "测试通知", "rest": rest[:3]}), encoding="utf-8")
    assert "法定节日" in await platform("calendar", "load", str(file), "--as", "张三")
    file.write_text(json.dumps({"year": 2045, "number": "测试通知", "rest": rest}), encoding="utf-8")
    assert (await platform("calendar", "load", str(file), "--as", "张三"))["id"] == "notice-2045"
    shown = await platform("calendar", "show", "--year", "2045")
    assert (shown["provisional"], shown["source"]) == (False, "测试通知")

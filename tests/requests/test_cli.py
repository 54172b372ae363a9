"""`zwgk requests` against real servers: a clerk's day, papers, the case file and its verification."""

import asyncio
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from cli.place import Place
from cli.requests import app
from cli.session import DATA, show
from tests.servers import Servers, started

CLERK = ("--as", "张经办", "--agency", "zrzyj")
HEAD = ("--as", "李主任", "--agency", "zrzyj")
OFFICE = ("--as", "陈督查", "--agency", "bgs")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def platform(servers: Servers) -> AsyncIterator[Path]:
    """The data folder of a running platform."""
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())
    async with started(servers, ["requests"]):
        yield servers.folder.path


async def zwgk(platform: Path, *words: str, code: int = 0, plain: bool = False) -> Any:
    def call() -> Any:
        DATA.set(platform)
        return CliRunner().invoke(app, [*words] if plain else [*words, "--json"])

    result = await asyncio.to_thread(call)
    assert result.exit_code == code, result.output
    if plain or code == 2:
        return result.output
    return json.loads(result.stdout)


async def submitted(platform: Path, description: str) -> str:
    form = ("--name", "苏某", "--id-document", "示例", "--contact", "000-0000", "--form", "电子邮件")
    number: str = (await zwgk(platform, "submit", "--to", "zrzyj", "--description", description, *form, *CLERK))[
        "number"
    ]
    await zwgk(platform, "accept", number, *CLERK)
    return number


async def test_from_the_counter_to_a_verified_case_file(platform: Path, tmp_path: Path) -> None:
    number = await submitted(platform, "水库调度记录")
    letter = tmp_path / "委托书.txt"
    letter.write_text("委托某某代为申请。", encoding="utf-8")
    attached = await zwgk(platform, "attach", number, str(letter), "--role", "委托书", *CLERK)
    assert attached["complete"]
    copy = tmp_path / "copy.txt"
    await zwgk(platform, "attachment", number, "F1", "--purpose", "核对", "--out", str(copy), *CLERK, plain=True)
    assert copy.read_bytes() == letter.read_bytes()
    await zwgk(platform, "reply", number, "--outcome", "OPEN_PROVIDE", "--text", "现予提供", *CLERK)
    await zwgk(platform, "approve", number, *HEAD)
    await zwgk(platform, "deliver", number, "--route", "邮寄", "--proof", "EX1", *CLERK)
    for form in ("docx", "html"):
        out = tmp_path / f"答复书.{form}"
        await zwgk(platform, "document", number, "--kind", "答复书", "--format", form, "--out", str(out), *CLERK)
        assert out.stat().st_size > 1000
    case = tmp_path / "案卷.zip"
    await zwgk(platform, "casefile", number, "--purpose", "复议答辩", "--out", str(case), *CLERK)
    key = (await zwgk(platform, "key"))["fingerprint"]
    assert (await zwgk(platform, "verify", str(case), "--key", key))["whole"]
    with zipfile.ZipFile(case) as packed:
        assert {"facts.jsonl", "documents/答复书.html", "attachments/F1.txt"} <= set(packed.namelist())
    changed = bytearray(case.read_bytes())
    changed[changed.rindex("水库调度".encode())] ^= 1
    case.write_bytes(changed)
    faults = (await zwgk(platform, "verify", str(case), code=1))["faults"]
    assert len(faults) == 1
    assert faults[0].startswith("papers/")
    assert "没有这个文件" in await zwgk(platform, "verify", str(tmp_path / "x.zip"), code=2)


async def test_a_clerks_day(platform: Path) -> None:
    number = await submitted(platform, "河道清淤台账")
    await zwgk(platform, "collect", number, "--unit", "czj", "--question", "请查合同", "--due", "2026-11-27", *CLERK)
    await zwgk(platform, "helped", number, "--what", "代填申请表", *CLERK)
    await zwgk(platform, "contact", number, "--note", "电话告知进展", *CLERK)
    day = await zwgk(platform, "today", "--of", "zrzyj", *CLERK)
    assert number in [row["id"] for row in day["新收"]]
    assert all(row["overdue"] for row in day["已逾期"])
    (asked,) = await zwgk(platform, "collections", "--request", number, *CLERK)
    waiting = await zwgk(platform, "today", "--of", "czj", "--as", "王财政", "--agency", "czj")
    assert asked["id"] in [row["id"] for row in waiting["待本单位答复的协查"]]
    answer = ("--held", "不掌握", "--answer", "已查", "--as", "王财政", "--agency", "czj")
    assert (await zwgk(platform, "collected", asked["id"], *answer))["state"] == "answered"


async def test_complaints_and_channels(platform: Path) -> None:
    filed = await zwgk(platform, "complaints", "file", "--about", "zrzyj", "--text", "逾期未答复", *OFFICE)
    id = filed["id"]
    await zwgk(platform, "complaints", "verify", id, "--finding", "不属实", "--text", "已按期答复", *OFFICE)
    await zwgk(platform, "complaints", "close", id, "--text", "经核实已按期答复", *OFFICE)
    shown = await zwgk(platform, "complaints", "show", id, "--purpose", "归档", *OFFICE)
    assert shown["record"]["state_label"] == "已办结（答复）"
    assert "经核实" in shown["words"][-1]
    assert id in [row["id"] for row in await zwgk(platform, "complaints", "list", *OFFICE)]
    test = ("channels", "test", "--of", "zrzyj", "--channel", "邮寄", "--as", "张经办")
    assert (await zwgk(platform, *test))["state"] == "works"
    listed = await zwgk(platform, "channels", "list", "--of", "zrzyj", *CLERK)
    assert "传真" in listed["never"]


async def test_a_search_that_does_not_answer_keeps_nobody_from_applying(platform: Path) -> None:
    found = await zwgk(platform, "public", "道路硬化项目清单", *CLERK)
    assert found == {"searched": False, "hits": []}
    assert await submitted(platform, "道路硬化项目清单")


def test_a_table_shows_times_as_people_read_them_and_json_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"id": "甲", "at": "2026-11-25T01:30:00Z", "due_at": "2026-12-01T00:00:00+08:00", "text": "见2026-11-25T01"}
    columns = [(name, name) for name in row]
    show([row], json_=False, columns=columns)
    table = capsys.readouterr().out
    for shown in ("2026-11-25 09:30", "2026-11-30", "见2026-11-25T01"):
        assert shown in table
    assert "00:00+08:00" not in table
    show([row], json_=True, columns=columns)
    assert json.loads(capsys.readouterr().out) == [row]

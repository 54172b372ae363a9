"""`zwgk publication import` as an operator runs it: killed in the middle, begun again, every line accounted for."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from cli.place import Place
from kernel.numbers import IndexNumber
from services.publication.gazette import pdf
from services.publication.service import Publication
from tests.servers import Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
LINES, BAD = 600, "{不是 JSON"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


def stock(path: Path) -> Path:
    def line(n: int) -> str:
        given = {"title": f"关于旧事{n}的通知", "body": f"第{n}件存量文件的正文。", "issuer": "fgj"}
        given |= {
            "attribute": "主动公开",
            "published_on": f"20{10 + n % 9}-03-04",
            "formed_on": f"20{10 + n % 9}-03-01",
        }
        return json.dumps(given, ensure_ascii=False)

    lines = [BAD if n == 300 else line(n) for n in range(LINES)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def importing(servers: Servers, *paths: Path) -> asyncio.subprocess.Process:
    begin = (sys.executable, "-c", "from cli.main import main; main()", "--data", str(servers.folder.path))
    command = (*begin, "publication", "import", *map(str, paths), "--as", "赵审核", "--agency", "bgs", "--json")
    return await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


async def report(process: asyncio.subprocess.Process) -> Any:
    said, complained = await asyncio.wait_for(process.communicate(), 100)
    assert process.returncode == 0, complained.decode()
    return json.loads(said)


async def test_killed_in_the_middle_it_goes_on(servers: Servers, app: App[Publication], tmp_path: Path) -> None:
    path = stock(tmp_path / "存量.jsonl")
    first = await importing(servers, path)

    async def begun() -> bool:
        return await app.it.documents.count({"agency": "fgj"}) > 0

    await until(begun, 60)
    first.kill()
    await first.communicate()
    told = await report(await importing(servers, path))
    summary = told["summary"]
    assert summary["refused"] == 1
    assert summary["exists"] > 0
    assert summary["exists"] + summary["published"] == LINES - 1
    (bad,) = (each for each in told["items"] if each["outcome"] == "refused")
    assert (bad["name"], bad["code"]) == ("存量.jsonl:301", "line_not_json")
    public = [held.state for held in await app.it.documents.find({"agency": "fgj"}, limit=LINES)]
    assert len(public) == LINES - 1
    assert all(case.public for case in public)
    numbers = [case.metadata.index_no for case in public]
    assert len(set(numbers)) == len(numbers)
    series: dict[tuple[str, int], list[int]] = {}
    for number in map(IndexNumber.parse, numbers):
        series.setdefault((number.org, number.year), []).append(number.seq)
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in series.values()), "a gap"


async def test_every_file_of_a_folder_is_told(servers: Servers, app: App[Publication], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "旧文.html").write_text("<h1>关于网页的通知</h1><p>正文一段。</p>", encoding="utf-8")
    (tmp_path / "sub" / "旧文.pdf").write_bytes(pdf.document("关于旧档的通知", (), {}.__getitem__))
    (tmp_path / "表.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / ".隐藏").write_text("x", encoding="utf-8")
    items = (await report(await importing(servers, tmp_path)))["items"]
    told = {each["name"]: (each["outcome"], each["code"]) for each in items}
    assert told.pop("表.xls") == ("refused", "file_kind")
    assert told == dict.fromkeys(("旧文.html", "旧文.pdf"), ("imported", "attribute_missing"))

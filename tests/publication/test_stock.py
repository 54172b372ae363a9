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
from chassis.store import Store
from cli.place import Place
from kernel.numbers import IndexNumber
from services.publication import domain
from services.publication.domain.state import Case
from services.publication.gazette import pdf
from services.publication.service import Publication
from tests.faults.crashing import process
from tests.servers import Servers, running, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
LINES, BAD = 600, "{不是 JSON"


def found_by_the_command(servers: Servers) -> None:
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    found_by_the_command(servers)
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
    every_line_once([held.state for held in await app.it.documents.find({"agency": "fgj"}, limit=LINES)])


def every_line_once(cases: list[Case]) -> None:
    """Each good line is one public document; the numbers of each agency and year are without gap or repeat."""
    assert len({case.metadata.title for case in cases}) == len(cases) == LINES - 1
    assert all(case.public for case in cases)
    series: dict[tuple[str, int], list[int]] = {}
    for number in (IndexNumber.parse(case.metadata.index_no) for case in cases):
        series.setdefault((number.org, number.year), []).append(number.seq)
    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in series.values()), "a gap or a repeat"


@pytest.mark.faults
@pytest.mark.timeout(170)
async def test_the_service_killed_in_the_middle_loses_and_doubles_nothing(tmp_path: Path) -> None:
    path = stock(tmp_path / "存量.jsonl")
    async with running(tmp_path / "data") as servers:
        found_by_the_command(servers)
        store = Store(servers.mongo.url, "zwgk_publication")
        cases, numbers = store.collection("cases"), store.collection("numbers")

        async def begun() -> bool:
            return bool(await numbers.count({}, limit=1))

        async def all_told() -> bool:
            return not await cases.count({"untold_at": {"$exists": True}}, limit=1)

        async with process(servers, ["publication"], tmp_path / "serving.log") as serving:
            first = await importing(servers, path)
            await until(begun, 60)
            serving.kill()
            first.kill()
            await first.communicate()
            await serving.start()
            there = await cases.count({"kind": domain.KIND.name})  # by now the database has done what it was asked
            assert there < LINES - 1, "killed too late to show anything"
            summary = (await report(await importing(servers, path)))["summary"]
            assert (summary["refused"], summary["exists"], summary["published"]) == (1, there, LINES - 1 - there)
            again = (await report(await importing(servers, path)))["summary"]
            assert (again["refused"], again["exists"], again["published"]) == (1, LINES - 1, 0)
            await until(all_told, 60)
        held = await cases.find({"kind": domain.KIND.name}, limit=2 * LINES)
        await store.close()
        every_line_once([domain.KIND.read(entry["text"] for entry in each["facts"])[0] for each in held])
        told = await servers.told(f"zwgk.{servers.region}.evt.internal.publication.document.closed.>")
        assert len({message.subject for message in told}) == len(told) == LINES - 1


async def test_every_file_of_a_folder_is_told(servers: Servers, app: App[Publication], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "旧文.html").write_text("<h1>关于网页的通知</h1><p>正文一段。</p>", encoding="utf-8")
    (tmp_path / "sub" / "旧文.pdf").write_bytes(pdf.document("关于旧档的通知", (), {}.__getitem__))
    (tmp_path / "表.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / ".隐藏").write_text("x", encoding="utf-8")
    good = {"title": "关于旧事的通知", "body": "正文一段。", "issuer": "fgj", "attribute": "主动公开"}
    bad = [good | {"title": "机密★关于某事"}, good | {"formed_on": "2012-02-30"}]
    (tmp_path / "坏.jsonl").write_text(
        "\n".join(json.dumps(each, ensure_ascii=False) for each in bad), encoding="utf-8"
    )
    items = (await report(await importing(servers, tmp_path)))["items"]
    told = {each["name"]: (each["outcome"], each["code"]) for each in items}
    assert told.pop("表.xls") == ("refused", "file_kind")
    assert told.pop("坏.jsonl:1") == ("refused", "classified"), "a mark in the title"
    assert told.pop("坏.jsonl:2") == ("refused", "field_date")
    (dated,) = (each for each in items if each["code"] == "field_date")
    assert (dated["field"], bool(dated["remedy"])) == ("formed_on", True)
    assert "2012" not in json.dumps(dated, ensure_ascii=False)
    assert told == dict.fromkeys(("旧文.html", "sub/旧文.pdf"), ("imported", "attribute_missing"))

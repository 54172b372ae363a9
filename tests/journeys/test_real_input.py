"""The five real documents, imported as they are: nothing of them is public before a named person has confirmed it."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.agreement import agree
from tests.journeys.platform import ROOT, Platform, soon

CONFIRMER = ("--as", "钱确认", "--agency", "bgs")


@pytest.fixture(scope="module")
def documents() -> Path:
    folder = Path(os.environ.get("ZWGK_SEEDS") or ROOT.parent / "shared" / "seeds")
    if not folder.is_dir():
        pytest.skip("the real documents are not here: set ZWGK_SEEDS to their folder")
    return folder


@pytest.fixture(scope="module")
def imported(platform: Platform, documents: Path) -> dict[str, dict[str, Any]]:
    """What the import says of each file, by the first three signs of its name."""
    told = platform.zwgk("publication", "import", str(documents))
    return {item["name"][:3]: item for item in told["items"]}


def test_each_file_is_reported(imported: dict[str, dict[str, Any]]) -> None:
    assert sorted(imported) == ["000", "001", "002", "003", "004"]
    assert {item["outcome"] for item in imported.values()} == {"imported"}
    assert all(item["read"] and item["missing"] for item in imported.values())
    city = imported["004"]
    assert {"索引号", "发文字号"} <= set(city["read"])
    assert "formed_on_differs" in [remark["code"] for remark in city["conflicts"]]


def test_importing_again_takes_nothing_twice(
    platform: Platform, documents: Path, imported: dict[str, dict[str, Any]]
) -> None:
    again = platform.zwgk("publication", "import", str(documents))
    assert {item["outcome"] for item in again["items"]} == {"exists"}
    assert {item["id"] for item in again["items"]} == {item["id"] for item in imported.values()}


def test_it_stays_internal_until_a_named_person_confirms_it(
    platform: Platform, imported: dict[str, dict[str, Any]]
) -> None:
    id, query = imported["004"]["id"], '"义政办发〔2018〕67号"'
    inside = soon(lambda: platform.zwgk("search", query, "--internal")["hits"])
    assert id in [hit["id"] for hit in inside]
    assert platform.get("/search", q=query)["total"] == 0
    assert id not in [item["id"] for item in platform.get("/catalogue", year="2018", limit=100)["items"]]
    with platform.web() as visitor:
        assert visitor.get(f"/documents/{id}").status_code == 404
    platform.refused("publication", "confirm", id, *CONFIRMER)
    settled = ("--accept-conflicts", "--formed-on", "2018-07-04", "--issuer", "bgs")
    platform.zwgk("publication", "confirm", id, *settled, *CONFIRMER)
    shown = soon(lambda: platform.get("/search", q=query)["hits"])
    assert [hit["id"] for hit in shown] == [id]
    steps = platform.zwgk("publication", "show", id)["steps"]
    assert "钱确认" in [step["by"] for step in steps]
    agree(platform, id)


def test_the_real_table_gives_its_tasks_and_names_the_units_that_nobody_knows(
    platform: Platform, documents: Path
) -> None:
    (table,) = documents.glob("001*")
    supervisor = ("--as", "孙督查", "--agency", "bgs")
    told = platform.zwgk("supervision", "import", str(table), *supervisor)
    assert (told["read"], told["new"], told["status"]) == (57, 57, "draft")
    assert told["unknown"]
    assert all(unit["name"] and unit["tasks"] for unit in told["unknown"])
    first = told["tasks"][0]["id"]
    agree(platform, first)
    assert platform.view("supervision.task", first)["table"] == told["table"]

"""A clean-up round of normative documents: from the old files through three published lists to the public page."""

import json
from typing import Any

import pytest

from tests.journeys.platform import Platform, soon
from tests.journeys.test_publication import read_by_portal

UNTIL = "2009-12-31"
OFFICE = ("--as", "赵审核", "--agency", "bgs")
HEAD = ("--as", "孙主任", "--agency", "bgs")
SECOND = ("--as", "周审核", "--agency", "bgs")
FATE = {"甲": "继续有效", "乙": "失效废止", "丙": "需修改"}


@pytest.fixture(scope="module")
def stock(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Three normative documents of 2009, imported and confirmed by a named person; their numbers by name."""
    path = tmp_path_factory.mktemp("stock") / "旧文件.jsonl"
    lines = [_line(n, name) for n, name in enumerate(FATE, 1)]
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8")
    platform.zwgk("publication", "import", str(path), *OFFICE)
    titles = {_title(name): name for name in FATE}

    def public() -> dict[str, str]:
        items = platform.get("/catalogue", agency="czj", year="2009", category="法规公文")["items"]
        found = {titles[each["metadata"]["title"]]: each["id"] for each in items if each["metadata"]["title"] in titles}
        return found if len(found) == len(FATE) else {}

    return soon(public)


def _title(name: str) -> str:
    return f"示例县二〇〇九年{name}类补助暂行办法"


def _line(n: int, name: str) -> dict[str, Any]:
    body = f"各镇人民政府：\n一、本办法规定{name}类补助。\n示例县财政局\n2009年3月{n}日"
    numbered = {"doc_no": f"示财规〔2009〕{n}号", "category": "法规公文", "attribute": "主动公开"}
    dates = {"formed_on": f"2009-03-0{n}", "published_on": f"2009-03-0{n + 1}"}
    return {"title": _title(name), "body": body, "issuer": "czj", **numbered, **dates}


def test_a_round_ends_in_three_public_lists_that_are_carried_out(platform: Platform, stock: dict[str, str]) -> None:
    before = platform.bus("operator", _last_public)
    id = str(platform.zwgk("publication", "cleanup", "open", "--until", UNTIL, *OFFICE)["id"])
    assert "没有结束" in platform.refused("publication", "cleanup", "open", "--until", UNTIL, *OFFICE)
    page = platform.zwgk("publication", "cleanup", "show", id)
    assert set(stock.values()) <= {each["document"] for each in page["items"]}
    close = ("publication", "cleanup", "close", id, "--issuer", "bgs", *OFFICE)
    assert f"{page['left']} 件" in platform.refused(*close)
    fates = {stock[name]: fate for name, fate in FATE.items()}
    for each in page["items"]:
        document = each["document"]
        said = (fates.get(document, "继续有效"), document, "--reason", "对照上位法")
        platform.zwgk("publication", "cleanup", "judge", id, *said, *OFFICE)
    platform.zwgk(*close)
    lists = platform.zwgk("publication", "cleanup", "show", id)["round"]["lists"]
    assert set(lists) == set(FATE.values())
    carry_out = ("publication", "cleanup", "carry-out", id, *OFFICE)
    platform.refused(*carry_out)
    for each in lists.values():
        _published(platform, each)
    assert platform.zwgk(*carry_out)["state"] == "done"
    _seen_by_all(platform, stock, lists["失效废止"])
    told = soon(lambda: _told(platform, before, stock["乙"]))
    assert _title("乙") in told


def _seen_by_all(platform: Platform, stock: dict[str, str], ended: str) -> None:
    """The page of what ended says so and names its list; the list itself names the document."""
    with platform.web() as visitor:
        soon(lambda: "本文件已废止" in visitor.get(f"/documents/{stock['乙']}").text)
        for name in ("甲", "丙"):
            assert "本文件已废止" not in visitor.get(f"/documents/{stock[name]}").text
        assert _title("乙") in soon(lambda: visitor.get(f"/documents/{ended}").text)


def _published(platform: Platform, id: str) -> None:
    """The list goes the way of any draft; its drafter is who closed the round."""
    platform.refused("publication", "publish", id, *SECOND)
    platform.zwgk("publication", "attribute", id, "主动公开", *OFFICE)
    platform.zwgk("publication", "approve", id, "head", *HEAD)
    platform.zwgk("publication", "review", id, "--secrecy", "--wording", "--timing", *SECOND)
    platform.zwgk("publication", "publish", id, *SECOND)


def _told(platform: Platform, before: int, id: str) -> str:
    """What the portal reads of a change of validity, with its own credentials."""
    lines = read_by_portal(platform, before + 1).splitlines()
    return next((line for line in lines if f"public_document.validity_changed.v1 {id}" in line), "")


async def _last_public(client: Any) -> int:
    return int((await client.jetstream().stream_info("PUBLIC")).state.last_seq)

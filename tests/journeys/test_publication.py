"""A document from its draft to everyone who may read it: by page, catalogue, search, stream and bus."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.agreement import agree
from tests.journeys.platform import ROOT, Platform, soon

TITLE = "关于印发示例县示范果园补助办法的通知"
TEXT = (
    "各镇人民政府、街道办事处：\n现将《示例县示范果园补助办法》印发给你们，请认真贯彻执行。\n一、补助对象为连片果园。\n"
)
DRAFTER = ("--as", "张起草", "--agency", "czj")
HEAD = ("--as", "李负责", "--agency", "czj")
REVIEWER = ("--as", "赵审核", "--agency", "bgs")


@pytest.fixture(scope="module")
def draft(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A draft without an attribute."""
    path = tmp_path_factory.mktemp("draft") / "办法.txt"
    path.write_text(TEXT, encoding="utf-8")
    fields = ("--title", TITLE, "--issuer", "czj", "--category", "法规公文", "--theme", "农业/林业", "--genre", "通知")
    done = platform.zwgk("publication", "draft", str(path), *fields, *DRAFTER)
    return str(done["id"])


def test_a_draft_goes_back_and_forth_between_different_people(platform: Platform, draft: str) -> None:
    number = ("publication", "number", draft, "示财发[2026]第12号", *REVIEWER)
    assert "公开属性未认定" in platform.refused(*number)
    platform.zwgk("publication", "attribute", draft, "主动公开", *DRAFTER)
    reason = ("--missing", "补助标准的依据", "--reason", "请补充")
    assert platform.zwgk("publication", "return", draft, *reason, *HEAD)["state"] == "returned"
    soon(lambda: platform.view("publication.document", draft)["state"] == "returned")
    assert platform.zwgk("publication", "show", draft)["missing"] == ["补助标准的依据"]
    platform.zwgk("publication", "attribute", draft, "主动公开", *DRAFTER)
    platform.refused("publication", "approve", draft, "head", *DRAFTER)
    platform.zwgk("publication", "approve", draft, "head", *HEAD)
    signed = ("publication", "review", draft, "--secrecy", "--wording", "--timing")
    for same in (DRAFTER, HEAD):
        platform.refused(*signed, *same)
    platform.refused("publication", "review", draft, "--secrecy", "--wording", *REVIEWER)
    assert platform.zwgk(*signed, *REVIEWER)["state"] == "cleared"
    platform.refused("publication", "publish", draft, *REVIEWER)
    platform.zwgk(*number)
    agree(platform, draft)


def test_it_reaches_everyone_once_it_is_published(platform: Platform, draft: str) -> None:
    before = platform.bus("operator", _last_public)
    with platform.web() as visitor:
        assert visitor.get(f"/documents/{draft}").status_code == 404
    platform.zwgk("publication", "publish", draft, *REVIEWER)
    soon(lambda: _hits(platform))
    agree(platform, draft)
    _stands_in_the_catalogue(platform, draft)
    with platform.web() as visitor:
        page = visitor.get(f"/documents/{draft}")
    assert page.status_code == 200
    assert all(said in page.text for said in (TITLE, "示财发〔2026〕12号", "补助对象为连片果园"))
    event = _streamed(platform, before)
    assert (event["type"], event["data"]["record"]["id"]) == ("publication.public_document.published.v1", draft)
    assert event["subject"].endswith(draft)
    assert f"publication.public_document.published.v1 {draft} {TITLE}" in read_by_portal(platform, before + 1)


def test_a_policy_is_refused_explained_and_printed(platform: Platform, tmp_path: Path) -> None:
    """From a draft that lacks its ground to a policy with its interpretation, in catalogue, gazette and stream."""
    before = platform.bus("operator", _last_public)
    fields = ("--issuer", "czj", "--category", "法规公文", "--genre", "办法", "--theme", "财政、金融、审计/财政")
    assert "可用" in platform.refused(
        "publication", "draft", _text(tmp_path, "正文"), "--title", "办法", *fields, *DRAFTER
    )
    fields = (*fields[:5], "通知", *fields[6:], "--set", "发送范围=各镇")
    title = "关于印发示例县示范茶园补助办法的通知"
    policy = str(
        platform.zwgk("publication", "draft", _text(tmp_path, TEXT), "--title", title, *fields, *DRAFTER)["id"]
    )
    said = platform.refused("publication", "attribute", policy, "不予公开", *DRAFTER)
    assert "法定依据" in said
    assert "理由" in said
    platform.zwgk("publication", "attribute", policy, "主动公开", "--interpretation", *DRAFTER)
    approve = ("publication", "approve", policy, "head", *HEAD)
    assert "解读" in platform.refused(*approve)
    material = _explained(platform, tmp_path, policy)
    platform.zwgk(*approve)
    _cleared(platform, policy)
    platform.zwgk("publication", "number", policy, "示财规[2026]第18号", *REVIEWER)
    platform.zwgk("publication", "publish", policy, *REVIEWER)
    theme = "财政、金融、审计"
    soon(lambda: any(each["id"] == policy for each in platform.get("/catalogue", theme=theme, agency="czj")["items"]))
    agree(platform, policy)
    issue = platform.zwgk("publication", "gazette", "issue", "--document", policy, *REVIEWER)
    assert policy in json.dumps(issue)
    with platform.web() as visitor:
        soon(lambda: f"/documents/{material}" in visitor.get(f"/documents/{policy}").text)
        assert f"/documents/{policy}" in visitor.get(f"/documents/{material}").text
        soon(lambda: "示财规〔2026〕18号" in visitor.get(f"/gazette/{issue['id']}").text)
    assert f"publication.public_document.published.v1 {policy} {title}" in read_by_portal(platform, before + 1)


def _text(folder: Path, text: str) -> str:
    path = folder / "正文.txt"
    path.write_text(text, encoding="utf-8")
    return str(path)


def _explained(platform: Platform, folder: Path, policy: str) -> str:
    """The published material of a policy, and its plan."""
    fields = ("--title", "示范茶园补助办法问答", "--issuer", "czj", "--interprets", policy)
    material = str(platform.zwgk("publication", "draft", _text(folder, "问：补多少？"), *fields, *DRAFTER)["id"])
    plan = ("--plan", "同步解读", "--form", "问答", "--interpreter", "示例县财政局局长", "--material", material)
    platform.zwgk("publication", "interpret", policy, *plan, *DRAFTER)
    platform.zwgk("publication", "attribute", material, "主动公开", *DRAFTER)
    platform.zwgk("publication", "approve", material, "head", *HEAD)
    _cleared(platform, material)
    platform.zwgk("publication", "publish", material, *REVIEWER)
    return material


def _cleared(platform: Platform, id: str) -> None:
    platform.zwgk("publication", "review", id, "--secrecy", "--wording", "--timing", *REVIEWER)


async def _last_public(client: Any) -> int:
    return int((await client.jetstream().stream_info("PUBLIC")).state.last_seq)


def _hits(platform: Platform) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = platform.get("/search", q="示范果园补助")["hits"]
    return found


def _stands_in_the_catalogue(platform: Platform, id: str) -> None:
    page = platform.get("/catalogue", agency="czj", year=str(platform.now().year), category="法规公文")
    mine = next(item for item in page["items"] if item["id"] == id)
    assert mine["metadata"]["index_no"]
    assert {"value": "czj", "label": "示例县财政局"}.items() <= page["counts"]["agency"][0].items()


def _streamed(platform: Platform, after: int) -> dict[str, Any]:
    """The first event of the stream of server-sent events behind a position."""
    with (
        platform.web() as visitor,
        visitor.stream("GET", "/api/v1/events", headers={"Last-Event-ID": str(after)}) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        return next(json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))


def read_by_portal(platform: Platform, since: int) -> str:
    """What the portal's example prints, from a position on."""
    example = Path(ROOT, "contracts", "examples", "read_public.py")
    given = (platform.ready["credentials"]["portal"], "--since", str(since), "--seconds", "2")
    return subprocess.run(
        [sys.executable, str(example), *given], capture_output=True, text=True, timeout=60, check=True
    ).stdout

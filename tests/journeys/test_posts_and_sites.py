"""Posts become an event that somebody must answer; the sample's own site is watched and found wanting."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, Platform, soon

PLACE = "示河镇"
TEXT = "示河镇示河村道路路面塌陷三天了没人管，摩托车晚上经过非常危险，请有关部门尽快处理，不要等出了事故再来说。"


def test_posts_that_say_the_same_become_one_event(platform: Platform, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    now = platform.now()
    posts = [
        {
            "source": "微博",
            "url": f"https://weibo.sample.invalid/j/{number}",
            "author": f"{MARK}网友{number}",
            "posted_at": (now - timedelta(hours=number)).isoformat(),
            "text": f"{MARK}{TEXT}{'转发！' * number}",
            "place": PLACE,
            "reach": {"views": 3000, "reposts": 40, "comments": 60, "likes": 90},
        }
        for number in range(6)
    ]
    file.write_text("\n".join(json.dumps(post, ensure_ascii=False) for post in posts), encoding="utf-8")
    (told,) = platform.zwgk("opinion", "ingest", str(file), "--as", "褚采集", "--agency", "wxb")
    assert (told["taken"], told["known"], told["refused"]) == (6, 0, [])
    event = soon(lambda: _event(platform))
    assert (event["posts"], event["open"]) == (6, True)
    assert event["due_at"]
    heat = platform.zwgk("opinion", "heat", event["id"])
    assert heat["texts"] < heat["posts"] == 6
    agree(platform, event["id"])
    assert MARK not in json.dumps(platform.view("opinion.event", event["id"]), ensure_ascii=False)
    (again,) = platform.zwgk("opinion", "ingest", str(file), "--as", "褚采集", "--agency", "wxb")
    assert (again["taken"], again["known"]) == (0, 6)


def _event(platform: Platform) -> dict[str, Any]:
    found = [event for event in platform.zwgk("opinion", "list") if PLACE in event["title"]]
    return found[0] if found and found[0]["posts"] == 6 else {}


def test_the_sample_site_is_probed_and_its_faults_are_found(platform: Platform) -> None:
    (site,) = soon(lambda: platform.zwgk("sitewatch", "sites"))
    assert platform.zwgk("sitewatch", "probe", site["id"])["outcome"] == "OK"
    platform.zwgk("sitewatch", "inspect", site["id"])
    found = soon(lambda: _with_limit(platform, site["id"]), 40)
    assert all(finding["indicator"] and finding["title"] and finding["open"] for finding in found)
    agree(platform, found[0]["id"])


def _with_limit(platform: Platform, site: str) -> list[dict[str, Any]]:
    """Findings about a site that must be put right by a day."""
    found: list[dict[str, Any]] = platform.zwgk("sitewatch", "findings")
    return [finding for finding in found if finding["site"] == site and finding["due_at"]]

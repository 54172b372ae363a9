"""What operators ask and do while the platform serves."""

import re
from datetime import timedelta
from typing import Any

import httpx

from contracts.registry import REGISTRY
from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, Platform, soon
from tests.journeys.test_hotline import sent, ticket

KINDS = sum(len((*each.events, *each.commands, *each.queries)) for each in REGISTRY.services.values())
SERIES = 4 * KINDS
"""Distinct names and labels, without the buckets of histograms: they grow with the kinds of messages alone."""


def test_health_and_figures(platform: Platform) -> None:
    with httpx.Client(base_url=platform.ready["ops"], trust_env=False) as ops:
        assert ops.get("/healthz").json() == {"status": "ok"}
        assert ops.get("/readyz").json() == {"ready": True, "waiting": {}}

        def figures() -> list[str]:
            lines = ops.get("/metrics").text.splitlines()
            series = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
            return series if 'zwgk_consumer_pending{durable="readmodel",service="readmodel"}' in series else []

        series = soon(figures)
    assert any(each.startswith("zwgk_messages_total{") and "cmd.publication" in each for each in series)
    kinds = {each for each in series if "_bucket{" not in each}
    assert len(kinds) < SERIES
    assert not [each for each in kinds if re.search(r"999901|\d{4}-\d{6}", each)]


def test_the_streams_are_as_planned(platform: Platform) -> None:
    assert platform.zwgk("streams", "diff") == []


def _parked(platform: Platform) -> set[int]:
    """Numbers of the messages that wait for an operator."""
    rows = platform.zwgk("parked", "list", "--service", "hotline")
    assert all(row["code"] and row["reason"] and row["at"] for row in rows)
    return {row["seq"] for row in rows}


def test_a_message_that_cannot_be_handled_is_kept_shown_and_dropped(platform: Platform) -> None:
    before = _parked(platform)
    sent(platform, f'{{"title": "{MARK}'.encode())
    (seq,) = soon(lambda: _parked(platform) - before)
    assert MARK not in platform.run("parked", "list").stdout
    shown = platform.zwgk("parked", "show", str(seq), "--purpose", "核对来源")
    assert shown["payload"] == f'{{"title": "{MARK}'
    assert "✗" in platform.refused("parked", "retry", str(seq))
    assert seq in _parked(platform), "what fails again stays"
    assert platform.run("parked", "drop", str(seq)).exit_code == 0
    assert "没有这个序号" in platform.refused("parked", "show", str(seq), "--purpose", "核对来源")


def test_a_message_that_came_too_early_is_handled_when_retried(platform: Platform) -> None:
    """A clock that ran ahead at the emitter: refused today, right in two days."""
    later = (platform.now() + timedelta(days=2)).isoformat()
    before = _parked(platform)
    sent(platform, ticket(platform, "J-9", occurred_at=later, received_at=later))
    (seq,) = soon(lambda: _parked(platform) - before)
    platform.advance(3)
    result = platform.run("parked", "retry", str(seq))
    assert result.exit_code == 0, result.stderr
    assert seq not in _parked(platform)
    (view,) = soon(lambda: [each for each in platform.views("hotline.ticket") if each["record"]["ticket_no"] == "J-9"])
    agree(platform, view["record"]["id"])


def test_records_told_again_replace_the_views(platform: Platform) -> None:
    before = {view["record"]["id"]: view for view in platform.views("hotline.ticket")}
    (told,) = platform.zwgk("republish", "hotline")
    assert told["count"] >= len(before)
    after = soon(lambda: _later(platform, before))
    assert {id: view["record"]["state"] for id, view in after.items()} == {
        id: view["record"]["state"] for id, view in before.items()
    }
    agree(platform, next(iter(before)))


def _later(platform: Platform, before: dict[str, Any]) -> dict[str, Any]:
    """The views, once all of them have been told after `before`."""
    now = {view["record"]["id"]: view for view in platform.views("hotline.ticket")}
    told = all((now[id]["epoch"], now[id]["version"]) > (old["epoch"], old["version"]) for id, old in before.items())
    return now if told else {}


def test_the_views_are_rebuilt_while_they_serve(platform: Platform) -> None:
    before = {view["record"]["id"]: view["record"] for view in platform.views("supervision.task")}
    catalogue = platform.get("/catalogue")["total"]
    with platform.web() as visitor:
        state = platform.zwgk("readmodel", "rebuild")
        assert visitor.get("/catalogue").status_code == 200
    assert state["running"] is False
    assert state["generation"] > 1
    assert state["applied"] >= len(before)
    assert platform.get("/catalogue")["total"] == catalogue
    assert {view["record"]["id"]: view["record"] for view in platform.views("supervision.task")} == before
    agree(platform)

"""Tickets between the hotline system outside and the offices inside, by the examples that outsiders are given."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from nats.aio.client import Client

from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, PHONE, ROOT, Platform, soon

EXAMPLES = ROOT / "contracts" / "examples"
CENTRE = ("--as", "冯派单", "--agency", "rxzx")
UNIT = ("--as", "陈经办", "--agency", "cgj")
EMIT = "zwgk.{}.in.hotline.ticket.h12345"


def ticket(platform: Platform, number: str, **changes: Any) -> dict[str, Any]:
    now = platform.now().isoformat()
    return {
        "source": "12345",
        "ticket_no": number,
        "channel": "电话",
        "kind": "求助",
        "title": f"{MARK}：路灯不亮",
        "content": f"{MARK}：东段路灯坏了六盏，夜间看不清路面。",
        "category": "城市管理",
        "occurred_at": now,
        "received_at": now,
        "caller": {"name": f"{MARK}来电人", "phone": PHONE},
        **changes,
    }


def emitted(platform: Platform, folder: Path, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers that the emitter's example prints after it has sent a ticket."""
    file = folder / "ticket.json"
    file.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    example = [sys.executable, str(EXAMPLES / "emit_ticket.py"), platform.ready["credentials"]["hotline"], str(file)]
    ended = subprocess.run(example, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def sent(platform: Platform, body: dict[str, Any] | bytes) -> None:
    """A ticket whose emitter does not stay for the answer."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()

    async def send(client: Client) -> None:
        await client.jetstream().publish(EMIT.format(platform.region), data, stream="INTAKE")

    platform.bus("hotline", send)


def test_a_ticket_is_answered_also_when_its_emitter_was_away(platform: Platform, tmp_path: Path) -> None:
    sent(platform, ticket(platform, "J-1"))
    soon(lambda: [each for each in platform.views("hotline.ticket") if each["record"]["ticket_no"] == "J-1"])
    answers = emitted(platform, tmp_path, ticket(platform, "J-2"))[-2:]  # others were away before
    assert [answer["emission"] for answer in answers] == ["12345:J-1:1", "12345:J-2:1"]
    assert {answer["outcome"] for answer in answers} == {"accepted"}
    again = emitted(platform, tmp_path, ticket(platform, "J-3"))
    assert [answer["emission"] for answer in again] == ["12345:J-3:1"], "what was read does not come again"
    agree(platform, again[0]["case"])


def test_a_malformed_ticket_is_rejected_by_the_name_of_its_field(platform: Platform, tmp_path: Path) -> None:
    answers = emitted(platform, tmp_path, ticket(platform, "J-4", kind=f"{MARK}不存在"))
    (answer,) = [each for each in answers if each["emission"] == "12345:J-4:1"]
    assert (answer["outcome"], answer["field"], answer["case"]) == ("rejected", "kind", None)
    assert answer["remedy"]
    assert MARK not in json.dumps(answer, ensure_ascii=False)


def test_a_ticket_is_dispatched_replied_and_closed_and_its_caller_follows_it(
    platform: Platform, tmp_path: Path
) -> None:
    (answer,) = emitted(platform, tmp_path, ticket(platform, "J-5"))
    id = answer["case"]
    platform.zwgk("hotline", "classify", id, "--category", "城市管理", *CENTRE)
    platform.zwgk("hotline", "dispatch", id, "--lead", "cgj", *CENTRE)
    platform.zwgk("hotline", "sign", id, *UNIT)
    platform.zwgk("hotline", "contact", id, *UNIT)
    reply = f"{MARK}：路灯已全部修复。"
    platform.zwgk("hotline", "reply", id, "--text", reply, *UNIT)
    platform.refused("hotline", "review", id, "--approve", *UNIT)
    platform.zwgk("hotline", "review", id, "--approve", *CENTRE)
    visited = platform.zwgk("hotline", "visit", id, "--solved", "--satisfaction", "满意", *CENTRE)
    assert visited["state"] == "closed"
    agree(platform, id)
    record = platform.view("hotline.ticket", id)
    assert (record["state"], record["open"], record["on_time"]) == ("closed", False, True)
    assert MARK not in json.dumps(record, ensure_ascii=False)
    with platform.web("192.0.2.4") as caller:
        own = caller.post("/api/v1/tickets/follow", json={"number": id, "code": answer["query_code"]})
        wrong = caller.post("/api/v1/tickets/follow", json={"number": id, "code": answer["query_code"][::-1]})
    assert (own.status_code, own.json()["reply"]) == (200, reply)
    assert wrong.status_code == 404


@pytest.mark.parametrize("since", [1, 20])
def test_public_events_are_read_from_any_point(platform: Platform, since: int) -> None:
    begin = ["--from-start"] if since == 1 else ["--since", str(since)]
    example = [sys.executable, str(EXAMPLES / "read_public.py"), platform.ready["credentials"]["portal"]]
    ended = subprocess.run(
        [*example, *begin, "--seconds", "1.5"], capture_output=True, text=True, timeout=60, check=True
    )
    sequences = [int(line.split()[0]) for line in ended.stdout.splitlines()]
    last = platform.bus("operator", _last_public)
    assert sequences == list(range(since, last + 1))


async def _last_public(client: Client) -> int:
    return (await client.jetstream().stream_info("PUBLIC")).state.last_seq

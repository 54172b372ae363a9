"""After all journeys: every record of the platform agrees, and nothing personal came out. Runs last."""

from collections.abc import Iterator
from typing import Any

from nats.js.errors import NotFoundError

from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, PHONE, Platform
from tests.journeys.spans import Collector

MARKS = (MARK.encode(), PHONE.encode(), MARK.encode("unicode_escape"))


def test_every_case_agrees_with_what_it_told_and_with_its_view(platform: Platform) -> None:
    agree(platform)


def test_nothing_personal_is_in_an_event_a_log_line_a_span_or_a_figure(
    platform: Platform, collector: Collector
) -> None:
    with platform.web() as visitor:
        figures = visitor.get(f"{platform.ready['ops']}/metrics").content
    told = platform.bus("operator", _told)
    assert len(told) > 100
    assert collector.bodies
    everything = [*told, *collector.bodies, *_logs(platform), figures]
    assert not [each[:200] for each in everything for mark in MARKS if mark in each]


def _logs(platform: Platform) -> Iterator[bytes]:
    yield platform.log.read_bytes()
    yield from (path.read_bytes() for path in (platform.folder / "log").iterdir())


async def _told(client: Any) -> list[bytes]:
    """Every event as it stands in the stream, with subject and headers."""
    js = client.jetstream(timeout=10)
    state = (await js.stream_info("EVENTS")).state
    found: list[bytes] = []
    for sequence in range(state.first_seq, state.last_seq + 1):
        try:
            message = await js.get_msg("EVENTS", seq=sequence)
        except NotFoundError:
            continue
        found.append(f"{message.subject} {message.headers}".encode() + (message.data or b""))
    return found

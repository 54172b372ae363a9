"""The scan for personal data finds what is planted, in every form that our messages, logs and traces may give it.

The scan itself runs over all streams, logs and exported traces of the crash journey (`tests/faults/test_kills.py`).
"""

import asyncio
import json
import logging
import urllib.request
from urllib.parse import quote

import pytest

from chassis.telemetry import JsonFormatter
from tests.faults.crashing import MARK, MARKS, ticket
from tests.faults.scanning import collecting_spans, personal

FORMS = {
    "plain": f"…{MARK}…",
    "escaped": json.dumps({"title": MARK}),
    "in a header": quote(MARK),
    "telephone": "call 0000-5559177 now",
    "telephone in part": "5559177",
}


@pytest.mark.parametrize("form", FORMS)
def test_what_is_planted_is_found(form: str) -> None:
    assert personal({"clean": b"{}", form: FORMS[form].encode()}) == [form]


def test_every_personal_field_of_the_journey_carries_a_mark() -> None:
    fields = ("title", "content", "place", "caller")
    for field in fields:
        assert any(mark in json.dumps(ticket("T-1")[field], ensure_ascii=False) for mark in MARKS)
    assert personal({"rest": json.dumps({k: v for k, v in ticket("T-1").items() if k not in fields}).encode()}) == []


def test_a_log_line_that_quotes_is_found_and_an_exception_does_not_quote() -> None:
    quoting = logging.makeLogRecord({"msg": f"bad title {MARK}"})
    try:
        raise ValueError(MARK)
    except ValueError as error:
        failing = logging.makeLogRecord({"msg": "failed", "exc_info": (ValueError, error, error.__traceback__)})
    lines = {name: JsonFormatter().format(entry).encode() for name, entry in (("q", quoting), ("f", failing))}
    assert personal(lines) == ["q"]


async def test_the_collector_keeps_what_is_exported() -> None:

    async with collecting_spans() as spans:
        request = urllib.request.Request(spans.url, data=MARK.encode(), method="POST")
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=5).close())
        assert personal({"span": b"".join(spans.bodies)}) == ["span"]

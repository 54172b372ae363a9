"""Logs keep the type and the frames of an error, not its words; names carry no ids."""

import json
import logging
import sys

import pytest

from chassis.telemetry import JsonFormatter
from contracts import subjects


def test_a_logged_exception_does_not_quote_what_it_was_about() -> None:
    try:
        raise ValueError("示例甲 的电话 00055550000")
    except ValueError:
        record = logging.LogRecord("chassis", logging.ERROR, __file__, 1, "handler failed", None, sys.exc_info())
    record.durable = "hotline"
    line = JsonFormatter().format(record)
    said = json.loads(line)
    assert "示例甲" not in line
    assert "0005555" not in line
    assert (said["error"], said["durable"], said["level"]) == ("ValueError", "hotline", "ERROR")
    assert "test_telemetry.py" in said["frames"][0]


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        (
            "zwgk.999901.evt.public.publication.public_document.published.v1.999901-GW-2026-000001",
            "public.publication.public_document.published.v1",
        ),
        ("zwgk.999901.cmd.requests.submit.gateway", "cmd.requests.submit"),
        ("zwgk.999901.in.hotline.ticket.h12345", "in.hotline.ticket"),
        ("zwgk.999901.out.h12345.ticket.17", "out"),
        ("_INBOX.abc", "_INBOX"),
    ],
)
def test_names_are_templates(subject: str, name: str) -> None:
    assert subjects.template(subject) == name

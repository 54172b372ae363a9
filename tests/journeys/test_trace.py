"""One trace from the citizen's form to the view, with names that say nothing of anybody."""

import re

from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, PHONE, Platform, soon
from tests.journeys.spans import Collector, Span

TRACE, CITIZEN = "5bd66ef5095369c7b0d1f8f4bd33716a", "00f067aa0ba902b7"
LONGEST_NAME = 100
DIGITS = re.compile(r"\d{4}")


def test_a_submitted_request_is_one_trace_from_http_to_view(platform: Platform, collector: Collector) -> None:
    application = {
        "applicant_class": "自然人",
        "applicants": [{"name": f"{MARK}申请人", "id_document": f"{MARK}证件", "contact": PHONE}],
        "description": f"{MARK}：示范道路规划",
        "form": "电子文本",
    }
    with platform.web() as citizen:
        response = citizen.post(
            "/api/v1/requests",
            json={"agency": "zrzyj", "application": application},
            headers={"traceparent": f"00-{TRACE}-{CITIZEN}-01"},
        )
    assert response.status_code == 201
    number = response.json()["number"]
    agree(platform, number)
    names = ["POST /api/v1/requests", "handle cmd.requests.submit", "handle internal.requests.request.changed.v1"]
    by_name = soon(lambda: _complete(collector, names))
    http, command, event = (by_name[name] for name in names)
    assert (command.service, event.service) == ("requests", "readmodel")
    assert http.parent == CITIZEN
    assert _above(command, by_name) <= _above(event, by_name)
    assert {http.name, command.name} <= _above(event, by_name)
    assert number.encode() not in b"".join(collector.bodies)


def _above(span: Span, by_name: dict[str, Span]) -> set[str]:
    """Names of the spans that a span stands under."""
    by_id = {each.id: each for each in by_name.values()}
    above: set[str] = set()
    while (parent := by_id.get(span.parent)) is not None:
        above.add(parent.name)
        span = parent
    return above


def _complete(collector: Collector, names: list[str]) -> dict[str, Span]:
    """The spans of the trace by name, once all are there."""
    spans = {span.name: span for span in collector.spans() if span.trace == TRACE}
    return spans if spans.keys() >= set(names) else {}


def test_names_of_spans_are_few_and_carry_no_ids(platform: Platform, collector: Collector) -> None:
    names = {span.name for span in soon(collector.spans)}
    assert names
    assert not [name for name in names if DIGITS.search(name) or len(name) > LONGEST_NAME]
    assert len(names) < 200

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
    agree(platform, response.json()["number"])
    http, command, event = soon(lambda: _spans(collector))
    assert [span.name for span in (http, command, event)] == [
        "POST /api/v1/requests",
        "handle cmd.requests.submit",
        "handle internal.requests.request.changed.v1",
    ]
    assert (command.service, event.service) == ("requests", "readmodel")
    assert (http.parent, command.parent, event.parent) == (CITIZEN, http.id, command.id)


def _spans(collector: Collector) -> list[Span]:
    """The spans of the trace from the outermost inwards, once all three are there."""
    found = [span for span in collector.spans() if span.trace == TRACE]
    if len(found) < 3:
        return []
    depth = {CITIZEN: 0}
    for _ in found:
        depth |= {span.id: depth[span.parent] + 1 for span in found if span.parent in depth}
    return sorted(found, key=lambda span: depth[span.id])


def test_spans_say_nothing_of_what_is_asked_for(platform: Platform, collector: Collector) -> None:
    document = soon(lambda: platform.get("/catalogue")["items"])[0]["id"]
    with platform.web() as visitor:
        assert visitor.get(f"/documents/{document}").status_code == 200
        assert visitor.get("/search", params={"q": MARK}).status_code == 200
    soon(lambda: {"GET /documents/{id}", "GET /search"} <= {span.name for span in collector.spans()})
    exported = b"".join(collector.bodies)
    assert MARK.encode() not in exported
    assert not re.search(rb"999901-[A-Z]{2,3}-\d{4}-\d{6}", exported)


def test_names_of_spans_are_few_and_carry_no_ids(platform: Platform, collector: Collector) -> None:
    names = {span.name for span in soon(collector.spans)}
    assert names
    assert not [name for name in names if DIGITS.search(name) or len(name) > LONGEST_NAME]
    assert len(names) < 200

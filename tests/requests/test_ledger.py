"""Old ledgers: what is read, what is refused, what is known of the past."""

import json
from datetime import date
from typing import Any

import pytest

from contracts.requests import Outcome, Request, Stage
from kernel.refused import Refused
from services.requests.domain import KIND
from services.requests.domain.kind import record
from services.requests.domain.ledger import import_line, read_line
from services.requests.domain.state import Case
from tests.requests.story import CALENDAR, at

NOW = at(date(2026, 11, 23))


def line(**changes: Any) -> str:
    given: dict[str, Any] = {
        "id": "SL-2026-009",
        "agency": "zrzyj",
        "received_on": "2026-11-02",
        "channel": "邮寄",
        "applicant_class": "自然人",
        "outcome": "DENY_5",
        "closed_on": "2026-11-20",
    }
    return json.dumps({**given, **changes}, ensure_ascii=False)


def imported(text: str) -> Case:
    return KIND.fold(None, import_line(read_line(text), "999901-YSQ-2026-000007", "digest", NOW, CALENDAR))


def test_closed_line() -> None:
    told: Request = record(imported(line()))
    assert told.outcome is Outcome.DENY_5
    assert told.row == "r09"
    assert told.closed_on == date(2026, 11, 20)
    assert told.results[0].on_time is True
    assert not told.open
    assert told.ledger_id == "SL-2026-009"


def test_open_line_runs_and_becomes_overdue() -> None:
    case = imported(line(received_on="2026-10-12", outcome=None, closed_on=None))
    assert case.stage is Stage.PROCESSING
    assert case.deadlines.reply is not None
    assert KIND.alarm(case) is not None
    case = KIND.fold(case, KIND.tick(case, NOW, CALENDAR))
    assert case.overdue


@pytest.mark.parametrize(
    ("changes", "on_time"),
    [
        ({"received_on": "2026-10-12"}, None),
        ({"received_on": "2026-10-12", "excluded": []}, False),
        ({"received_on": "2026-10-12", "extended_days": 10}, True),
        ({"received_on": "2026-10-12", "excluded": [{"from": "2026-10-19", "to": "2026-11-02"}]}, True),
        ({"received_on": "2026-10-12", "corrected_on": "2026-11-02"}, True),
    ],
)
def test_in_time_or_not_or_unknown(changes: dict[str, Any], on_time: bool | None) -> None:
    assert imported(line(**changes)).results[0].on_time is on_time


def test_reviews_of_old_cases() -> None:
    reviews = [
        {"kind": "reconsideration", "result": "corrected", "filed_on": "2026-11-20", "decided_on": "2026-11-22"},
        {"kind": "suit_after_review", "result": "pending", "filed_on": "2026-11-22"},
    ]
    case = imported(line(reviews=reviews))
    assert case.stage is Stage.LITIGATION
    assert KIND.alarm(case) is None
    assert [review.result for review in record(case).reviews] == ["corrected", "pending"]


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("{", "ledger_json", None),
        ("[]", "ledger_value", None),
        (line(channel="鸽子"), "ledger_value", "channel"),
        (line(outcome="DENY_9"), "ledger_value", "outcome"),
        (line(received_on="2026-02-30"), "ledger_value", "received_on"),
        (line(received_on=20261102), "ledger_value", "received_on"),
        (line(extended_days=21), "ledger_value", "extended_days"),
        (line(extended_days="5"), "ledger_value", "extended_days"),
        (line(name="王五"), "ledger_unknown_field", None),
        (json.dumps({"id": "1"}), "ledger_missing", "agency"),
        (line(id="11010519491231002X"), "ledger_personal", "id"),
        (line(closed_on=None), "ledger_half_closed", "closed_on"),
        (line(closed_on="2026-11-01"), "ledger_date", "closed_on"),
        (line(closed_on="2026-11-24"), "ledger_date", "closed_on"),
        (line(received_on="1999-01-04"), "ledger_date", "received_on"),
        (
            line(reviews=[{"kind": "suit_direct", "result": "upheld", "filed_on": "2026-11-20"}]),
            "ledger_reviews",
            "reviews",
        ),
    ],
)
def test_bad_lines_name_the_field_and_not_the_value(text: str, code: str, field: str | None) -> None:
    with pytest.raises(Refused) as refused:
        imported(text)
    assert refused.value.code == code
    assert refused.value.field == field
    for value in ("鸽子", "DENY_9", "王五", "11010519491231002X"):
        assert value not in refused.value.message

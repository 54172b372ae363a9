"""Old ledgers: what is read, what is refused, what is known of the past."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.requests.terms import ApplicantClass, Channel, Outcome, Request, Stage
from kernel.refused import Refused
from services.requests.domain import KIND
from services.requests.domain.kind import record
from services.requests.domain.ledger import import_line, read_line
from services.requests.domain.outcomes import RECTIFICATIONS
from services.requests.domain.state import Case
from tests.requests.story import CALENDAR, at

NOW = at(date(2026, 11, 23))


def line(**changes: Any) -> str:
    whole: dict[str, Any] = {
        "id": "SL-2026-009",
        "agency": "zrzyj",
        "received_on": "2026-11-02",
        "channel": "邮寄",
        "applicant_class": "自然人",
        "outcome": "DENY_5",
        "closed_on": "2026-11-20",
    }
    return json.dumps({**whole, **changes}, ensure_ascii=False)


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


def back(told: Request) -> dict[str, Any]:
    """The line that a record of the ledger says."""
    row = told.model_dump(mode="json")
    same = ("agency", "received_on", "channel", "applicant_class", "outcome", "closed_on", "extended_days", "fee")
    return {
        "id": row["ledger_id"],
        **{name: row[name] for name in (*same, "corrected_on")},
        "excluded": [{"from": each["first"], "to": each["last"]} for each in row["excluded"]],
        "reviews": [
            {key: each[key] for key in ("kind", "result", "filed_on", "decided_on")} for each in row["reviews"]
        ],
    }


days = st.dates(date(2020, 1, 1), date(2026, 6, 1))
kinds = st.sampled_from(["reconsideration", "suit_direct", "suit_after_review"])


@given(
    received=days,
    channel=st.sampled_from(Channel),
    applicant=st.sampled_from(ApplicantClass),
    outcome=st.none() | st.sampled_from([each for each in Outcome if each not in RECTIFICATIONS]),
    after=st.integers(0, 60),
    corrected=st.none() | st.integers(0, 5),
    extended=st.integers(0, 20),
    excluded=st.lists(st.tuples(st.integers(1, 20), st.integers(0, 20)), max_size=3),
    fee=st.none() | st.integers(0, 5000),
    reviews=st.lists(st.tuples(kinds, st.none() | st.sampled_from(["upheld", "corrected", "other"])), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_what_went_in_comes_out_equal(
    received: date,
    channel: Channel,
    applicant: ApplicantClass,
    outcome: Outcome | None,
    after: int,
    corrected: int | None,
    extended: int,
    excluded: list[tuple[int, int]],
    fee: int | None,
    reviews: list[tuple[str, str | None]],
) -> None:
    closed = received + timedelta(days=10 + after)
    decided = {"filed_on": closed.isoformat()}
    brought = [
        {"kind": kind, "result": result or "pending", "decided_on": closed.isoformat() if result else None, **decided}
        for kind, result in (reviews if outcome else [])
    ]
    line = {
        "id": "旧〔2020〕1号",
        "agency": "zrzyj",
        "received_on": received.isoformat(),
        "channel": channel.value,
        "applicant_class": applicant.value,
        "outcome": outcome and outcome.value,
        "closed_on": closed.isoformat() if outcome else None,
        "extended_days": extended,
        "fee": fee,
        "corrected_on": None if corrected is None else (received + timedelta(days=corrected)).isoformat(),
        "excluded": [
            {
                "from": (received + timedelta(days=first)).isoformat(),
                "to": (received + timedelta(days=first + n)).isoformat(),
            }
            for first, n in excluded
        ],
        "reviews": brought,
    }
    assert back(record(imported(json.dumps(line)))) == line

"""Tables 2 and 3 from requests: boundary days, one result each, identities for whatever cases."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.readmodel.terms import Opening
from services.readmodel.reports import proactive
from services.readmodel.reports.counted import DOCUMENT, DocumentCount, RequestCount, ReviewCount, count_of, revived
from services.readmodel.reports.counting import Period, balance, behind, merged, table2, table3
from services.readmodel.reports.form import COLUMNS, MERGED, RESULTS, ROWS, TOTAL
from services.readmodel.reports.identities import check

YEAR = Period.of(2025, date(2026, 1, 31))


def case(received: str, closed: str = "", row: str = "r03", column: int = 0, *reviews: ReviewCount) -> RequestCount:
    done = row if closed else ""
    return RequestCount(
        agency="czj",
        column=column,
        received=received,
        closed=closed,
        row=done,
        fee=0,
        noticed=False,
        ledger=False,
        late=False,
        timed=True,
        channel="当面",
        extended=False,
        corrected=False,
        reviews=reviews,
    )


def rows(one: RequestCount, period: Period = YEAR) -> set[str]:
    """Rows of table 2 in which a single request stands."""
    table = table2([("A", one)], period, balance({}, period.year))
    return {key for key, label in ROWS.items() if table[label][TOTAL]}


@pytest.mark.parametrize(
    ("received", "closed", "stands"),
    [
        ("2025-01-01", "2025-12-31", {"r01", "r03", "r24"}),
        ("2025-12-31", "2026-01-01", {"r01", "r25"}),
        ("2024-12-31", "2025-01-01", {"r02", "r03", "r24"}),
        ("2024-12-31", "2024-12-31", set()),
        ("2024-12-31", "2026-01-01", {"r02", "r25"}),
        ("2024-12-31", "", {"r02", "r25"}),
        ("2026-01-01", "", set()),
        ("", "", set()),
    ],
)
def test_the_year_is_that_of_the_receipt_and_the_carry_is_at_its_last_midnight(
    received: str, closed: str, stands: set[str]
) -> None:
    assert rows(case(received, closed)) == stands


def test_a_running_year_ends_today() -> None:
    running = Period.of(2025, date(2025, 6, 30))
    assert rows(case("2025-06-30", "2025-07-01"), running) == {"r01", "r25"}
    assert rows(case("2025-07-01"), running) == set()


@pytest.mark.parametrize(
    ("filed", "decided", "end"),
    [
        ("2025-01-01", "2025-12-31", "结果纠正"),
        ("2025-12-31", "2026-01-01", "尚未审结"),
        ("2025-12-31", "", "尚未审结"),
        ("2024-12-31", "2025-01-01", "结果纠正"),
        ("2024-12-31", "2024-12-31", None),
        ("2024-12-31", "", "尚未审结"),
        ("2026-01-01", "", None),
    ],
)
def test_a_review_counts_when_filed_in_the_year_or_open_from_before(filed: str, decided: str, end: str | None) -> None:
    review = ReviewCount("suit_direct", filed, "corrected" if decided else "pending", decided)
    table = table3([("A", case("2024-06-01", "2024-07-01", "r05", 0, review))], YEAR)
    block = table["行政诉讼/未经复议直接起诉"]
    assert {name for name, count in block.items() if count} == ({end, TOTAL} if end else set())
    assert sum(each[TOTAL] or 0 for each in table.values()) == (1 if end else 0)


def result(row: str, closed_on: str) -> dict[str, object]:
    return {"outcome": "X", "row": row, "closed_on": closed_on, "on_time": True}


def record(**given: object) -> dict[str, object]:
    return {"applicant_class": "自然人", "received_on": "2025-03-01", "agency": "czj"} | given


def test_one_result_counts_the_first_and_a_partial_one_before_a_refusal_of_the_same_day() -> None:
    redone = count_of("requests.request", record(results=[result("r05", "2025-04-01"), result("r03", "2025-09-01")]))
    both = count_of("requests.request", record(results=[result("r05", "2025-04-01"), result("r04", "2025-04-01")]))
    assert isinstance(redone, RequestCount)
    assert isinstance(both, RequestCount)
    assert (redone.row, redone.closed) == ("r05", "2025-04-01")
    assert both.row == "r04"


def test_a_request_to_correct_a_record_is_not_counted() -> None:
    assert count_of("requests.request", record(kind="更正申请")) is None
    assert count_of("hotline.ticket", record()) is None


DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31)).map(date.isoformat)
REVIEWS = st.builds(
    lambda kind, filed, result, wait: ReviewCount(
        kind,
        filed.isoformat(),
        result,
        "" if result == "pending" else (filed + timedelta(days=wait)).isoformat(),
    ),
    st.sampled_from(["reconsideration", "suit_direct", "suit_after_review"]),
    st.dates(date(2024, 1, 1), date(2026, 6, 30)),
    st.sampled_from(["upheld", "corrected", "other", "pending"]),
    st.integers(0, 300),
)


@st.composite
def cases(draw: st.DrawFn) -> RequestCount:
    received = draw(DAYS)
    wait = draw(st.none() | st.integers(0, 500))
    closed = "" if wait is None else (date.fromisoformat(received) + timedelta(days=wait)).isoformat()
    row, column = draw(st.sampled_from(RESULTS)), draw(st.integers(0, 5))
    return case(received, closed, row, column, *draw(st.lists(REVIEWS, max_size=3)))


@settings(max_examples=60, deadline=None)
@given(found=st.lists(cases(), max_size=30), as_of=st.dates(date(2025, 1, 1), date(2026, 12, 31)))
def test_whatever_the_cases_every_identity_holds_and_every_cell_has_its_cases(
    found: list[RequestCount], as_of: date
) -> None:
    period = Period.of(2025, as_of)
    named = [(f"N{at}", each) for at, each in enumerate(found)]
    report = {"table2": table2(named, period, balance({}, 2025)), "table3": table3(named, period)}
    assert check(report).findings == []
    assert check({**report, "table2": merged(report["table2"])}).findings == []
    for label, values in report["table2"].items():
        for column, count in values.items():
            assert len(behind(named, period, label, column)) == count


@settings(max_examples=40, deadline=None)
@given(found=st.lists(cases(), max_size=30))
def test_what_one_year_carries_on_the_next_carries_in(found: list[RequestCount]) -> None:
    named = [(f"N{at}", each) for at, each in enumerate(found)]
    before = table2(named, Period.of(2024, date(2026, 12, 31)), balance({}, 2024))
    after = table2(named, Period.of(2025, date(2026, 12, 31)), balance({}, 2025))
    assert before[ROWS["r25"]] == after[ROWS["r02"]]


def test_an_opening_balance_is_carried_until_it_has_a_result() -> None:
    first = Opening(carried={"自然人": 3, "其他": 1}, results={"r13": {"自然人": 1}})
    second = Opening(results={"r03": {"自然人": 2}})
    here = table2([], Period.of(2024, date(2026, 1, 1)), balance({2024: [first], 2025: [second]}, 2024))
    there = table2([], YEAR, balance({2024: [first], 2025: [second]}, 2025))
    assert [here[ROWS[key]]["自然人"] for key in ("r02", "r13", "r24", "r25")] == [3, 1, 1, 2]
    assert [there[ROWS[key]]["自然人"] for key in ("r02", "r03", "r24", "r25")] == [2, 2, 2, 0]
    assert there[ROWS["r25"]] == {**dict.fromkeys(COLUMNS, 0), "其他": 1, TOTAL: 1}
    assert check({"table2": here}).errors == []


def test_one_row_for_all_other_handling() -> None:
    named = [("A", case("2025-02-01", "2025-03-01", "r21")), ("B", case("2025-02-01", "2025-03-01", "r23", 2))]
    table = merged(table2(named, YEAR, balance({}, 2025)))
    assert table[MERGED] == {**dict.fromkeys(COLUMNS, 0), "自然人": 1, "科研机构": 1, TOTAL: 2}
    assert set(table[ROWS["r21"]].values()) == {None}
    assert behind(named, YEAR, MERGED, TOTAL) == ["A", "B"]


@pytest.mark.parametrize("party", [True, False])
def test_papers_of_the_party_are_in_no_count(party: bool) -> None:
    metadata = {"issuers": ["czj"], "category": "法规公文", "genre": "行政规范性文件", "party": party}
    count = count_of(DOCUMENT, {"metadata": metadata, "published_at": "2026-03-02T09:00:00+08:00"})
    assert isinstance(count, DocumentCount)
    assert [bool(said) for said in (count.agency, count.category, count.normative)] == [not party] * 3


def test_a_later_delivery_counts_in_the_year_in_which_it_was_made() -> None:
    metadata = {"issuers": ["czj"], "category": "法规公文", "channels": ["网站"]}
    later = [{"on": "2026-12-31", "channel": "微信"}, {"on": "2027-01-01", "channel": "微信"}]
    record = {"metadata": metadata, "published_at": "2026-03-02T09:00:00+08:00", "deliveries": later}
    count = count_of(DOCUMENT, record)
    assert isinstance(count, DocumentCount)
    assert revived(DOCUMENT, json.loads(json.dumps(count))) == count
    for year, site in ((2026, 1), (2027, 0)):
        told = proactive.deliveries([count], Period.of(year, date(2028, 1, 1)))
        assert {label: n for label, n in told.items() if n} == {"政务微信、微博": 1} | ({"政府网站": 1} if site else {})

"""Working days: against a second source, worked examples, boundaries, properties, notices."""

import json
import timeit
from datetime import date, datetime, timedelta
from typing import Any

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.calendar import STATUTE, Calendar, Interval, Notice, add_hours, end_of_day
from kernel.clock import CST
from kernel.refused import Refused

SHIPPED = Calendar.shipped()
DAY = timedelta(days=1)

KNOWN_GAPS = {date(2005, 12, 31)}
"""Days that the second source lacks: 国办发明电〔2005〕35号 says "12月31日（星期六）上班" for the New Year of 2006."""

days = st.dates(date(2004, 2, 1), date(2049, 1, 1))
intervals = st.lists(
    st.builds(lambda after, length: (after, length), st.integers(-30, 60), st.integers(0, 40)), max_size=4
)


def spans(start: date, drawn: list[tuple[int, int]]) -> list[Interval]:
    return [Interval(start + DAY * after, start + DAY * (after + length)) for after, length in drawn]


@pytest.mark.parametrize("year", range(2004, 2027))
def test_every_day_agrees_with_the_second_source(year: int) -> None:
    every = [date(year, 1, 1) + DAY * n for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    differing = {day for day in every if SHIPPED.is_workday(day) != chinese_calendar.is_workday(day)}
    assert differing == {day for day in KNOWN_GAPS if day.year == year}
    assert not any(SHIPPED.day(day).provisional for day in every)


@pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
def test_working_days_of_a_year(year: int, count: int) -> None:
    assert SHIPPED.workdays_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-02-10", {7: "2026-02-26", 15: "2026-03-09", 20: "2026-03-16", 40: "2026-04-14"}),
        ("2026-04-27", {7: "2026-05-09", 15: "2026-05-20", 20: "2026-05-27", 40: "2026-06-25"}),
        ("2026-09-14", {7: "2026-09-22", 15: "2026-10-10", 20: "2026-10-16", 40: "2026-11-13"}),
        ("2026-09-24", {7: "2026-10-12", 15: "2026-10-22", 20: "2026-10-29", 40: "2026-11-26"}),
        ("2026-11-02", {7: "2026-11-11", 15: "2026-11-23", 20: "2026-11-30", 40: "2026-12-28"}),
        ("2026-11-20", {7: "2026-12-01", 15: "2026-12-11", 20: "2026-12-18"}),
    ],
)
def test_worked_examples(received: str, due: dict[int, str]) -> None:
    start = date.fromisoformat(received)
    assert {n: SHIPPED.due(start, n).isoformat() for n in due} == due
    assert not any(SHIPPED.add_workdays(start, n).provisional for n in due)


def test_explanation_names_every_day_and_its_source() -> None:
    deadline = SHIPPED.add_workdays(date(2026, 9, 14), 15)
    assert [day.date for day in deadline.days] == [date(2026, 9, 15) + DAY * n for n in range(26)]
    assert sum(day.counted for day in deadline.days) == 15
    said = {day.date.isoformat(): (day.counted, day.reason) for day in deadline.days}
    assert said["2026-09-15"] == (True, "工作日")
    assert said["2026-09-19"] == (False, "周末")
    assert said["2026-09-20"] == (True, "调休上班")
    assert said["2026-09-25"] == (False, "中秋节")
    assert said["2026-10-01"] == (False, "国庆节")
    assert said["2026-10-10"] == (True, "调休上班")
    assert {day.source for day in deadline.days} == {"国办发明电〔2025〕7号"}
    assert deadline.calendar == SHIPPED.version


def test_a_period_into_a_year_without_notice_is_provisional() -> None:
    deadline = SHIPPED.add_workdays(date(2026, 12, 10), 20)
    assert (deadline.due, deadline.provisional) == (date(2027, 1, 8), True)
    new_year = next(day for day in deadline.days if day.date == date(2027, 1, 1))
    assert (new_year.counted, new_year.reason, new_year.source) == (False, "元旦", STATUTE)
    assert not SHIPPED.add_workdays(date(2026, 12, 3), 20).provisional
    assert SHIPPED.due(date(2026, 12, 3), 20) == date(2026, 12, 31)
    assert SHIPPED.add_workdays(date(2026, 12, 4), 20).provisional
    assert SHIPPED.last_notice_year == 2026


def test_statutory_days_of_a_year_without_notice() -> None:
    named = {day: SHIPPED.day(day).reason for day in (date(2027, 1, 1) + DAY * n for n in range(365))}
    festivals = {day.isoformat()[5:]: name for day, name in named.items() if name not in ("工作日", "周末")}
    assert festivals == {
        "01-01": "元旦", "02-05": "春节", "02-06": "春节", "02-07": "春节", "02-08": "春节", "04-05": "清明节",
        "05-01": "劳动节", "05-02": "劳动节", "06-09": "端午节", "09-15": "中秋节",
        "10-01": "国庆节", "10-02": "国庆节", "10-03": "国庆节",
    }  # fmt: skip


@pytest.mark.parametrize(("outside", "inside"), [((2003, 12, 31), (2004, 1, 1)), ((2061, 1, 1), (2060, 12, 31))])
def test_the_range_of_the_calendar(outside: tuple[int, int, int], inside: tuple[int, int, int]) -> None:
    SHIPPED.day(date(*inside))
    with pytest.raises(Refused) as caught:
        SHIPPED.day(date(*outside))
    assert caught.value.code == "date_out_of_range"


def test_a_period_past_the_range_is_refused() -> None:
    with pytest.raises(Refused):
        SHIPPED.due(date(2060, 12, 30), 2)


def test_excluded_days() -> None:
    start = date(2026, 11, 2)
    # Sent on the 4th, answered on the 11th: the 5th, 6th, 9th, 10th and 11th do not count.
    asked = Interval(date(2026, 11, 4), date(2026, 11, 11), "征求第三方意见")
    assert SHIPPED.due(start, 20, [asked]) == SHIPPED.due(start, 25)
    again = Interval(date(2026, 11, 6), date(2026, 11, 12))
    assert SHIPPED.due(start, 20, [asked, again]) == SHIPPED.due(start, 26)
    said = {day.date: (day.counted, day.reason) for day in SHIPPED.add_workdays(start, 20, [asked]).days}
    assert said[date(2026, 11, 4)] == (True, "工作日")
    assert said[date(2026, 11, 5)] == (False, "征求第三方意见")
    assert said[date(2026, 11, 8)] == (False, "周末")
    assert said[date(2026, 11, 11)] == (False, "征求第三方意见")
    assert said[date(2026, 11, 12)] == (True, "工作日")


def test_days_excluded_after_the_end_change_nothing() -> None:
    start = date(2026, 11, 2)
    due = SHIPPED.due(start, 20)
    assert SHIPPED.due(start, 20, [Interval(due, due + DAY * 30)]) == due
    assert SHIPPED.due(start, 20, [Interval(due - DAY, due)]) > due
    assert SHIPPED.due(start, 20, [Interval(start - DAY * 30, start)]) == due
    assert SHIPPED.due(start, 20, [Interval(due, start)]) == due


@given(days, st.integers(1, 60), intervals)
def test_a_period_ends_on_a_working_day_that_is_not_excluded(start: date, n: int, drawn: list[tuple[int, int]]) -> None:
    excluded = spans(start, drawn)
    deadline = SHIPPED.add_workdays(start, n, excluded)
    assert SHIPPED.is_workday(deadline.due)
    assert not any(each.covers(deadline.due) for each in excluded)
    assert sum(day.counted for day in deadline.days) == n
    assert deadline.days[-1].counted
    assert deadline.provisional == SHIPPED.provisional(start + DAY, deadline.due)


@given(days, st.integers(1, 60), intervals, intervals)
def test_more_excluded_days_never_shorten(
    start: date, n: int, some: list[tuple[int, int]], more: list[tuple[int, int]]
) -> None:
    few = spans(start, some)
    assert SHIPPED.due(start, n) <= SHIPPED.due(start, n, few) <= SHIPPED.due(start, n, few + spans(start, more))


@given(days, st.integers(1, 60), intervals, st.randoms())
def test_the_order_of_intervals_does_not_matter(start: date, n: int, drawn: list[tuple[int, int]], random: Any) -> None:
    shuffled = spans(start, drawn)
    random.shuffle(shuffled)
    assert SHIPPED.due(start, n, shuffled) == SHIPPED.due(start, n, spans(start, drawn))


@given(days, st.integers(1, 100))
def test_counting_on_and_counting_back_agree(start: date, n: int) -> None:
    due = SHIPPED.due(start, n)
    assert SHIPPED.workdays_between(start, due) == n
    assert SHIPPED.workdays_between(start, due - DAY) == n - 1
    assert SHIPPED.workdays_before(due, n) <= start
    assert SHIPPED.workdays_between(due, start) == -n


def test_calendar_days_end_after_a_holiday() -> None:
    # 60 days after 2026-08-03 end on 2 October: the next working day after the holiday is the 8th.
    assert SHIPPED.add_days(date(2026, 8, 3), 60) == date(2026, 10, 8)
    assert SHIPPED.add_days(date(2026, 8, 1), 60) == date(2026, 9, 30)
    assert SHIPPED.add_days(date(2026, 9, 5), 15) == date(2026, 9, 20)
    assert SHIPPED.add_days(date(2026, 9, 4), 15) == date(2026, 9, 20)


def test_months_end_on_the_same_day_or_the_last() -> None:
    assert SHIPPED.add_months(date(2025, 8, 31), 6) == date(2026, 2, 28)
    assert SHIPPED.add_months(date(2026, 5, 20), 6) == date(2026, 11, 20)
    assert SHIPPED.add_months(date(2026, 4, 3), 6) == date(2026, 10, 8)
    assert SHIPPED.add_months(date(2026, 9, 30), 3) == date(2026, 12, 30)


def test_hours_run_through_a_holiday_and_a_day_ends_at_midnight() -> None:
    eve = datetime(2026, 2, 14, 18, tzinfo=CST)
    assert add_hours(eve, 24) == datetime(2026, 2, 15, 18, tzinfo=CST)
    assert end_of_day(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=CST)
    with pytest.raises(ValueError, match="time zone"):
        add_hours(datetime(2026, 2, 14, 18), 24)  # noqa: DTZ001


def notice(**changes: Any) -> dict[str, Any]:
    return {
        "year": 2027,
        "number": "测试通知〔2026〕1号",
        "rest": [
            {"name": "元旦", "first": "2027-01-01", "last": "2027-01-03"},
            {"name": "春节", "first": "2027-02-05", "last": "2027-02-12"},
            {"name": "清明节", "first": "2027-04-03", "last": "2027-04-05"},
            {"name": "劳动节", "first": "2027-05-01", "last": "2027-05-05"},
            {"name": "端午节", "first": "2027-06-09", "last": "2027-06-09"},
            {"name": "中秋节", "first": "2027-09-15", "last": "2027-09-15"},
            {"name": "国庆节", "first": "2027-10-01", "last": "2027-10-07"},
        ],
        "makeup": ["2027-01-30", "2027-02-20", "2027-05-08", "2027-10-09"],
    } | changes


def read(**changes: Any) -> Notice:
    return Notice.read(json.dumps(notice(**changes)))


def test_a_new_notice_rules_its_year() -> None:
    later = SHIPPED.with_notice(read())
    assert later.last_notice_year == 2027
    assert later.version != SHIPPED.version
    deadline = later.add_workdays(date(2027, 1, 20), 10)
    assert not deadline.provisional
    assert (SHIPPED.due(date(2027, 1, 20), 10), deadline.due) == (date(2027, 2, 3), date(2027, 2, 2))
    assert later.day(date(2027, 1, 30)).source == "测试通知〔2026〕1号"
    assert SHIPPED.is_workday(date(2027, 1, 30)) is False
    assert later.with_notice(read(makeup=[])).is_workday(date(2027, 1, 30)) is False


def test_calendars_are_equal_by_their_notices() -> None:
    assert SHIPPED.with_notice(read()) == SHIPPED.with_notice(read())
    assert len({SHIPPED, SHIPPED.with_notice(read()), SHIPPED.with_notice(read())}) == 2


def test_a_new_year_holiday_may_begin_in_december() -> None:
    rest = [{"name": "元旦", "first": "2026-12-31", "last": "2027-01-03"}, *notice()["rest"][1:]]
    later = SHIPPED.with_notice(read(rest=rest, makeup=["2026-12-27"]))
    assert (later.is_workday(date(2026, 12, 31)), later.is_workday(date(2026, 12, 27))) == (False, True)
    assert later.due(date(2026, 12, 25), 2) == date(2026, 12, 28)
    assert SHIPPED.due(date(2026, 12, 25), 2) == date(2026, 12, 29)


ROWS: list[dict[str, str]] = notice()["rest"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rest": [*ROWS, {"name": "国庆节", "first": "2027-10-05", "last": "2027-10-08"}]}, "rest"),
        ({"rest": [*ROWS, {"name": "假", "first": "2027-07-05", "last": "2027-07-04"}]}, "rest"),
        ({"rest": [*ROWS, {"name": "假", "first": "2027-07-01", "last": "2027-07-21"}]}, "rest"),
        ({"rest": [*ROWS, {"name": "假", "first": "2028-01-01", "last": "2028-01-01"}]}, "year"),
        ({"rest": [*ROWS, {"name": "假", "first": "2026-11-30", "last": "2026-12-01"}]}, "year"),
        ({"rest": ROWS[:-1]}, "rest"),
        ({"rest": ROWS[:1] + ROWS[2:]}, "rest"),
        ({"year": 2028}, "year"),
        ({"makeup": ["2027-02-17"]}, "makeup"),
        ({"makeup": ["2027-02-06"]}, "makeup"),
        ({"makeup": ["2027-02-20", "2027-02-20"]}, "makeup"),
        ({"makeup": ["2027-02-30"]}, "makeup.0"),
        ({"year": "明年"}, "year"),
        ({"surprise": 1}, "surprise"),
        ({"number": ""}, "number"),
    ],
)
def test_impossible_notices_are_refused(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as caught:
        read(**changes)
    assert (caught.value.code, caught.value.field) == ("notice", field)


def test_a_holiday_may_be_twenty_days_long_and_no_longer() -> None:
    read(rest=[*ROWS, {"name": "假", "first": "2027-07-01", "last": "2027-07-20"}])


def test_no_json_is_refused() -> None:
    with pytest.raises(Refused):
        Notice.read("{")


def test_due_is_fast() -> None:
    excluded = [Interval(date(2026, 3, 1), date(2026, 3, 9)), Interval(date(2026, 3, 5), date(2026, 3, 19))]
    for given_ in ([], excluded):
        once = min(
            timeit.repeat(lambda given_=given_: SHIPPED.due(date(2026, 2, 10), 20, given_), number=500, repeat=5)
        )
        assert once / 500 < 20e-6

"""The rules of sitewatch: windows, freshness, findings; boundary day and the day after."""

import contextlib
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sitewatch import (
    AccountDetails,
    Column,
    ColumnType,
    FindingState,
    Outcome,
    Severity,
    SiteDetails,
    SiteKind,
    SiteStatus,
)
from kernel.calendar import Calendar, Notice, Rest, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.sitewatch.domain import FINDING, SITE, availability, finding, register, verdicts
from services.sitewatch.domain.availability import Sample
from services.sitewatch.domain.finding import Overdue, Persisted, Verified, Warned
from services.sitewatch.domain.indicators import shipped
from services.sitewatch.domain.verdicts import ColumnSeen, Verdict

INDICATORS = shipped()
CALENDAR = Calendar.shipped()
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, tzinfo=CST)
DAY = timedelta(days=1)


def week(fails: int, a_day: int = 20) -> list[Sample]:
    """Seven full days before today with `fails` failures in all."""
    moments = [
        datetime(2026, 11, 23, tzinfo=CST) - back * DAY + n * timedelta(minutes=30)
        for back in range(7, 0, -1)
        for n in range(a_day)
    ]
    return [Sample(at, Outcome.TIMEOUT if n < fails else Outcome.OK) for n, at in enumerate(moments)]


@pytest.mark.parametrize(
    ("fails", "warn", "veto"), [(4, False, False), (5, True, False), (6, True, False), (7, True, True)]
)
def test_a_veto_is_five_percent_of_a_full_week(fails: int, warn: bool, veto: bool) -> None:
    seen = availability.window(week(fails), TODAY, INDICATORS)
    assert (seen.probes, seen.fails, seen.complete, seen.warn, seen.veto) == (140, fails, True, warn, veto)


def test_a_day_with_nineteen_probes_leaves_no_verdict() -> None:
    seen = availability.window(week(133, a_day=19), TODAY, INDICATORS)
    assert (seen.complete, seen.warn, seen.veto) == (False, False, False)


def test_today_and_what_could_not_be_judged_do_not_count() -> None:
    more = [Sample(NOW, Outcome.TCP), Sample(NOW - DAY, Outcome.UNKNOWN)]
    assert availability.window([*week(0), *more], TODAY, INDICATORS).fails == 0


def test_down_and_up_are_two_probes_in_a_row() -> None:
    bad, good = Sample(NOW, Outcome.DNS), Sample(NOW + DAY, Outcome.OK)
    unknown = Sample(NOW + 2 * DAY, Outcome.UNKNOWN)
    assert not availability.down([bad], INDICATORS)
    assert availability.down([bad, bad, unknown], INDICATORS)
    assert not availability.down([bad, good], INDICATORS)
    assert not availability.up([bad, good], INDICATORS)
    assert availability.up([good, good], INDICATORS)


def column(type: ColumnType, days: int | None = None, path: str = "/a/") -> Column:
    return Column(name="栏目", type=type, path=path, keeper="bgs", freshness_days=days)


def seen(
    type: ColumnType, age: int | None, *, days: int | None = None, blank: bool = False, path: str = "/a/"
) -> ColumnSeen:
    newest = None if age is None else TODAY - age * DAY
    return ColumnSeen(column(type, days, path), "http://x/a/", "", blank, newest)


@pytest.mark.parametrize(
    ("type", "limit"),
    [
        (ColumnType.NEWS, 14),
        (ColumnType.NOTICES, 183),
        (ColumnType.POLICIES, 183),
        (ColumnType.STAFFING, 365),
        (ColumnType.OTHER, 365),
    ],
)
def test_a_column_is_stale_the_day_after_its_limit(type: ColumnType, limit: int) -> None:
    assert verdicts.is_stale(seen(type, limit), TODAY, INDICATORS) is False
    assert verdicts.is_stale(seen(type, limit + 1), TODAY, INDICATORS) is True


def test_a_promise_of_its_own_goes_before_the_type_and_exempt_columns_owe_nothing() -> None:
    assert verdicts.is_stale(seen(ColumnType.OTHER, 31, days=30), TODAY, INDICATORS) is True
    assert verdicts.is_stale(seen(ColumnType.EXEMPT, 9999), TODAY, INDICATORS) is None


def test_a_blank_column_is_blank_and_not_stale_as_well() -> None:
    found = [
        v for v in verdicts.column_verdicts([seen(ColumnType.NEWS, None, blank=True)], TODAY, INDICATORS) if not v.ok
    ]
    assert [(v.indicator, v.measured) for v in found] == [("D09", "栏目无内容")]


@pytest.mark.parametrize(("n", "severity"), [(4, None), (5, Severity.VETO)])
def test_five_stale_news_columns_are_a_veto(n: int, severity: Severity | None) -> None:
    columns = [seen(ColumnType.NEWS, 15, path=f"/{at}/") for at in range(n)]
    failed = {v.indicator: v.severity for v in verdicts.column_verdicts(columns, TODAY, INDICATORS) if not v.ok}
    assert failed.get("W-V4a") is severity


@pytest.mark.parametrize(("n", "severity"), [(1, None), (2, Severity.WARN), (4, Severity.WARN), (5, Severity.VETO)])
def test_blank_columns_warn_at_two_and_veto_at_five(n: int, severity: Severity | None) -> None:
    columns = [seen(ColumnType.OTHER, None, blank=True, path=f"/{at}/") for at in range(n)]
    failed = {v.indicator: v.severity for v in verdicts.column_verdicts(columns, TODAY, INDICATORS) if not v.ok}
    assert failed.get("W-V4c") is severity


@pytest.mark.parametrize(
    ("age", "ok", "severity"),
    [(10, True, Severity.WARN), (11, False, Severity.WARN), (14, False, Severity.WARN), (15, False, Severity.VETO)],
)
def test_a_home_page_is_updated_within_two_weeks(age: int, ok: bool, severity: Severity) -> None:
    verdict = verdicts.home_verdict(TODAY - age * DAY, "u", "", TODAY, INDICATORS)
    assert (verdict.ok, verdict.severity) == (ok, severity)


def test_a_home_page_without_any_date_counts_as_not_updated() -> None:
    verdict = verdicts.home_verdict(None, "u", "", TODAY, INDICATORS)
    assert (verdict.ok, verdict.severity) == (False, Severity.VETO)


@pytest.mark.parametrize(("age", "days", "ok"), [(10, None, True), (11, None, False), (7, 7, True), (8, 7, False)])
def test_accounts_are_warned_of_at_ten_days_or_their_own_limit(age: int, days: int | None, ok: bool) -> None:
    details = AccountDetails(
        platform="微博", account_name="示例", account_id="x", owner="bgs", operator="bgs", freshness_days=days
    )
    verdict = verdicts.account_verdict(details, TODAY - age * DAY, TODAY, INDICATORS)
    assert verdict is not None
    assert verdict.ok is ok


def failed(indicator: str = "D23", measured: str = "HTTP4xx（404）", severity: Severity = Severity.DEDUCT) -> Verdict:
    return Verdict(indicator, "http://x/b", False, severity, measured, "应能打开", "http://x/b")


def passed(indicator: str = "D23") -> Verdict:
    return Verdict(indicator, "http://x/b", True, Severity.DEDUCT, "OK", "应能打开", "http://x/b")


def found(verdict: Verdict | None = None) -> finding.State:
    facts = finding.find(
        "999901-WZ-2026-000001", verdict or failed(), site="s", site_name="示例网站", owner="bgs", times=1,
        now=NOW, calendar=CALENDAR, indicators=INDICATORS,
    )  # fmt: skip
    return FINDING.fold(None, facts)


def then(state: finding.State, facts: list[Fact]) -> finding.State:
    return FINDING.fold(state, facts) if facts else state


def test_what_a_program_can_judge_runs_at_once_and_what_it_suspects_waits_for_a_person() -> None:
    sure, suspected = found(), found(failed("W-V1"))
    assert (sure.status, suspected.status) == (FindingState.CONFIRMED, FindingState.OPEN)
    assert sure.running is not None
    assert sure.running.due == CALENDAR.due(TODAY, 15)
    assert suspected.running is None
    assert finding.alarm(suspected) is None
    confirmed = then(suspected, finding.confirm(suspected, "属实", NOW + DAY, CALENDAR, INDICATORS))
    assert confirmed.running is not None
    assert confirmed.running.counted_from == TODAY + DAY


def test_overdue_begins_the_day_after_the_last_day() -> None:
    state = found()
    assert state.running is not None
    last = end_of_day(state.running.due)
    warned = then(state, list(finding.tick(state, last, CALENDAR)))
    assert warned.warned
    assert not warned.overdue
    assert finding.tick(warned, last, CALENDAR) == []
    assert finding.tick(warned, last + timedelta(milliseconds=1), CALENDAR) == [Overdue()]


def test_alarms_warn_once_report_once_and_then_are_silent() -> None:
    state, told = found(), list[Fact]()
    while (moment := finding.alarm(state)) is not None:
        facts = list(finding.tick(state, moment, CALENDAR))
        assert facts
        told += facts
        state = then(state, facts)
    assert told == [Warned(), Overdue()]


def test_a_daily_look_at_the_same_flaw_adds_nothing_and_a_graver_one_is_remembered() -> None:
    assert finding.observe(found(), failed(measured="HTTP5xx（503）"), NOW + DAY) == []
    (graver,) = finding.observe(found(), failed(severity=Severity.VETO), NOW + DAY)
    assert isinstance(graver, Persisted)


def test_a_passed_look_closes_what_a_program_can_judge_and_leaves_what_a_person_must() -> None:
    (verified,) = finding.observe(found(), passed(), NOW + DAY)
    assert isinstance(verified, Verified)
    assert finding.observe(found(failed("W-V1")), passed("W-V1"), NOW + DAY) == []


def test_what_was_reported_and_is_still_wrong_must_be_put_right_again() -> None:
    state = found()
    reported = then(state, finding.report_fixed(state, "已修复", "li", "bgs", keeps=False))
    assert (reported.status, reported.running) == (FindingState.FIXED, None)
    back = then(reported, finding.observe(reported, failed(), NOW + DAY))
    assert back.status is FindingState.CONFIRMED
    assert back.running == state.running


def test_illegal_steps_are_refused() -> None:
    state, suspected = found(), found(failed("W-V1"))
    reported = then(state, finding.report_fixed(state, "已修复", "li", "bgs", keeps=False))
    ended = then(state, finding.reject(state, "误报"))
    for step, code in (
        (lambda: finding.report_fixed(state, "已修复", "li", "jyj", keeps=False), "not_yours"),
        (lambda: finding.report_fixed(suspected, "已修复", "li", "bgs", keeps=False), "not_confirmed"),
        (lambda: finding.verify(state, True, "已核", "wang", NOW), "not_reported"),
        (lambda: finding.verify(reported, True, "已核", "li", NOW), "same_person"),
        (lambda: finding.confirm(ended, "", NOW, CALENDAR, INDICATORS), "ended"),
        (lambda: finding.reject(ended, "误报"), "ended"),
        (lambda: finding.report_fixed(ended, "已修复", "li", "bgs", keeps=False), "ended"),
        (lambda: finding.verify(ended, True, "已核", "wang", NOW), "ended"),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.code == code
    assert finding.alarm(ended) is None


def test_a_new_notice_moves_the_limit_that_it_touches_and_no_other() -> None:
    state = found()
    assert finding.recompute(state, CALENDAR) == []
    later = FINDING.fold(
        None,
        finding.find("x", failed(), site="s", site_name="n", owner="bgs", times=1, now=NOW + 30 * DAY,
                     calendar=CALENDAR, indicators=INDICATORS),
    )  # fmt: skip
    assert later.running is not None
    assert later.running.provisional
    rests = (("01-01", "01-05"), ("02-05", "02-11"), ("04-05", "04-05"), ("05-01", "05-05"), ("06-09", "06-09"),
             ("09-15", "09-15"), ("10-01", "10-07"))  # fmt: skip
    rest = tuple(Rest(name="假日", first=date.fromisoformat(f"2027-{a}"), last=date.fromisoformat(f"2027-{b}"))
                 for a, b in rests)  # fmt: skip
    noticed = CALENDAR.with_notice(Notice(year=2027, number="测试", rest=rest))
    (moved,) = finding.recompute(later, noticed)
    after = then(later, [moved])
    assert after.running is not None
    assert after.running.due > later.running.due
    assert finding.recompute(after, noticed) == []


@given(st.lists(st.sampled_from(["pass", "fail", "veto", "report", "confirm", "reject"]), max_size=12), st.booleans())
def test_any_sequence_keeps_a_finding_whole(steps: list[str], assist: bool) -> None:
    """The limit runs exactly while it must be put right, and what has ended stays as it is."""
    code = "W-V1" if assist else "D23"
    state = found(failed(code))
    for at, step in enumerate(steps):
        before, now = state, NOW + at * DAY
        with contextlib.suppress(Refused):
            state = then(state, list(_step(state, step, code, now)))
        assert (state.running is not None) == (state.status is FindingState.CONFIRMED)
        if not before.open:
            assert state == before


def _step(state: finding.State, step: str, code: str, now: datetime) -> list[Fact]:
    match step:
        case "pass":
            return finding.observe(state, passed(code), now)
        case "fail":
            return finding.observe(state, failed(code), now)
        case "veto":
            return finding.observe(state, failed(code, severity=Severity.VETO), now)
        case "report":
            return finding.report_fixed(state, "已修复", "li", "bgs", keeps=False)
        case "confirm":
            return finding.confirm(state, "", now, CALENDAR, INDICATORS)
        case _:
            return finding.reject(state, "误报")


def details(id_code: str = "9999010001", columns: tuple[Column, ...] = ()) -> SiteDetails:
    return SiteDetails(
        id_code=id_code, site_name="示例网站", kind=SiteKind.PORTAL, home_url="http://127.0.0.1:1/", domain="x.invalid",
        owner="bgs", operator="bgs", columns=columns,
    )  # fmt: skip


def test_a_register_entry_keeps_its_code_and_what_is_closed_stays_closed() -> None:
    state = SITE.fold(None, register.register_site("s", details(), NOW))
    assert state.watched
    assert register.correct(state, details(), "无变化") == []
    with pytest.raises(Refused) as other:
        register.correct(state, details("9999010002"), "改码")
    with pytest.raises(Refused) as twice:
        register.correct(state, details(columns=(column(ColumnType.NEWS), column(ColumnType.OTHER))), "加栏目")
    closed = SITE.fold(state, register.set_status(state, SiteStatus.CLOSED, "关停"))
    with pytest.raises(Refused) as reopened:
        register.set_status(closed, SiteStatus.RUNNING, "恢复")
    assert (other.value.code, twice.value.code, reopened.value.code) == ("other_site", "column_twice", "closed")
    assert not closed.watched


def test_every_indicator_and_value_has_a_source_and_a_grade() -> None:
    assert not INDICATORS.values["fail_share"].unverified
    assert INDICATORS.values["rectify_workdays"].unverified
    assert INDICATORS.indicators["D23"].unverified
    assert all(entry.source for entry in (*INDICATORS.values.values(), *INDICATORS.indicators.values()))

"""Bulletins without any server: small numbers, periods, plots, rates, limits, the yearly form of a site."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.readmodel.reports import files
from services.readmodel.reports.bulletins import clocks, opinion, overdue, plots, progress, scoreboard
from services.readmodel.reports.bulletins.gather import last_day
from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.bulletins.quarterly import quarterly, totals
from services.readmodel.reports.bulletins.sheet import Sheet, compared, rate, said
from services.readmodel.reports.bulletins.withheld import SMALLEST, withheld, withheld_rate
from services.readmodel.work import Counted, Piece, overview, piece
from tests.reports.test_counting import case

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=CST)
CALENDAR = Calendar.shipped()
QUARTER = Period.of(2026, 3, None)


def sheet(period: Period | None = QUARTER, *, public: bool = False) -> Sheet:
    return Sheet("quarterly", "示例县报表", NOW.date(), period, region="示例县", public=public)


def name(code: str) -> str:
    return {"czj": "示例县财政局", "jtj": "示例县交通运输局"}.get(code, code)


def view(id: str, due: datetime | None, type_name: str = "hotline.ticket", **record: Any) -> Piece:
    open_ = record.pop("open", True)
    agency = record.pop("agency", "czj")
    given = {"title": "求助 · 城市管理", "state": "signed", "state_label": "办理中", "waits_for": "承办单位"}
    told = {**given, "open": open_, "id": id, **record}
    work = {"agency": agency, "open": open_, "due_at": due, "state": told["state"], "opened_at": NOW}
    return piece({"type": type_name, "id": id, "work": work, "record": told})


def each(views: Sequence[Piece]) -> Counted:
    return [(view, 1) for view in views]


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=7))
def test_no_small_number_can_be_read_or_computed(counts: dict[str, int]) -> None:
    public = withheld(counts)
    assert all(count is None or count == 0 or count >= SMALLEST for count in public.values())
    assert {key: count for key, count in counts.items() if not count} == {k: c for k, c in public.items() if c == 0}
    hidden = [counts[key] for key, count in public.items() if count is None]
    whole = len(hidden) == sum(count > 0 for count in counts.values())
    assert not hidden or whole or (len(hidden) > 1 and sum(hidden) >= SMALLEST)


def test_rates_name_their_parts_and_nothing_has_none() -> None:
    assert rate(2, 3) == {"part": 2, "of": 3, "value": 66.67}
    assert rate(0, 0)["value"] is None
    assert (said(rate(2, 3)), said(rate(0, 0)), said(None)) == ("66.67%（2/3）", "—（0/0）", "—")
    assert withheld_rate(rate(3, 4))["value"] is None
    assert withheld_rate(rate(19, 20))["part"] is None  # one who was answered late
    assert withheld_rate(rate(20, 20)) == rate(20, 20)
    assert compared("上期", 3, 0) == "上期0件，不作比较"
    assert compared("上期", 3, 2) == "比上期（2件）上升50.00%"


def test_periods_follow_the_calendar() -> None:
    assert (QUARTER.first, QUARTER.last) == (date(2026, 7, 1), date(2026, 9, 30))
    assert QUARTER.before() == Period.of(2026, 2, None)
    assert Period.of(2026, 1, None).before() == Period.of(2025, 4, None)
    assert Period.of(2026, 1, None).year_before().label == "2025年第一季度"
    assert Period.of(2024, None, 2).last == date(2024, 2, 29)
    assert Period.of(2026, None, 1).before() == Period.of(2025, None, 12)
    assert Period.of(2026, None, None).before().label == "2025年"
    assert QUARTER.told(date(2026, 9, 30))["over"] is False
    assert QUARTER.told(date(2026, 10, 1))["over"] is True
    for wrong in ((None, None, None), (2026, 1, 2)):
        with pytest.raises(Refused):
            Period.of(*wrong)
    QUARTER.require_begun(date(2026, 7, 1))
    with pytest.raises(Refused):
        QUARTER.require_begun(date(2026, 6, 30))


ROWS: Sequence[tuple[str, int]] = [("财政局<&>", 3), *((f"单位{n}", n) for n in range(20))]


@pytest.mark.parametrize(
    "plot",
    [
        plots.bars("各单位", [*ROWS, ("未知", None)], "件"),
        plots.stacked("各单位", ["一", "二", "三"], [(label, [value, 0, 2]) for label, value in ROWS], "件"),
        plots.columns("每日", ROWS, "项"),
    ],
)
def test_a_plot_is_whole_for_eyes_print_and_screen_readers(plot: str) -> None:
    root = ElementTree.fromstring(plot)
    assert root.attrib["role"] == "img"
    ids = root.attrib["aria-labelledby"].split()
    said = {child.attrib.get("id"): child.text for child in root if child.tag in ("title", "desc")}
    assert all(said[id] for id in ids)
    assert "财政局<&>" in (said[ids[1]] or "")
    for forbidden in ("<script", "style=", "href", "onload"):
        assert forbidden not in plot
    drawn = {element.attrib["fill"] for element in root.iter("rect") if "fill" in element.attrib}
    used = {match for fill in drawn for match in re.findall(r"url\(#(.+)\)", fill)}
    assert used <= {element.attrib["id"] for element in root.iter("pattern")}


def test_a_plotted_rate_names_its_parts() -> None:
    plot = plots.rates("按期率", [("财政局", rate(1, 3)), ("交通局", rate(0, 0))])
    assert "33.33%（1/3）" in plot
    assert "交通局" not in plot
    assert plots.rates("按期率", [("交通局", rate(0, 0))]) == ""


def test_plots_of_nothing_are_none() -> None:
    assert plots.bars("空", [], "件") == plots.bars("空", [("一", None)], "件") == plots.columns("空", [], "件") == ""
    assert ElementTree.fromstring(plots.bars("零", [("一", 0)], "件")) is not None


def test_a_quarter_counts_what_came_what_was_done_and_what_is_left() -> None:
    cases = [
        case("2026-06-30", "2026-07-01"),
        case("2026-06-30", "2026-06-30"),
        case("2026-07-01", "2026-09-30"),
        case("2026-09-30", "2026-10-01"),
        case("2026-10-01"),
        case(""),
    ]
    assert totals(cases, QUARTER.first, QUARTER.last) == {
        "received": 2, "carried_in": 1, "closed": 2, "carried_on": 1,
    }  # fmt: skip
    assert totals(cases, QUARTER.first, date(2026, 9, 29))["carried_on"] == 1


def test_the_public_quarter_points_at_nobody() -> None:
    cases = [(f"YSQ-{n}", case("2026-08-03", "2026-08-20", column=0)) for n in range(2)]
    told = {}
    for public in (False, True):
        made = sheet(public=public)
        quarterly(made, cases, name, [("上季度", QUARTER.before())])
        told[public] = made.told()
        page = files.html(made.layout)
        assert "YSQ" not in page + str(made.told())
        assert page.count("<table>") >= 6
    assert told[False]["by_class"]["自然人"] == 2
    assert told[True]["by_class"] == {
        "自然人": None, "商业企业": 0, "科研机构": 0, "社会公益组织": 0, "法律服务机构": 0, "其他": 0,
    }  # fmt: skip
    assert told[True]["received"] == 2
    assert told[True]["on_time"]["value"] is None
    assert told[True]["by_unit"][0]["received"] is None
    assert "未经核实" in told[True]["notes"][0]


def test_a_limit_that_ends_with_a_day_is_listed_under_that_day() -> None:
    assert last_day(end_of_day(date(2026, 11, 30))) == date(2026, 11, 30)
    ends = [end_of_day(CALENDAR.due(NOW.date(), n)) for n in (10, 11)]
    views = [view("RX-1", ends[0]), view("RX-2", ends[1]), view("RX-3", NOW - timedelta(hours=1)), view("RX-4", None)]
    made = sheet(None)
    clocks.clocks(made, views, NOW, CALENDAR, 10, name)
    assert [item["id"] for item in made.data["items"]] == ["RX-1"]
    assert made.data["by_day"][CALENDAR.due(NOW.date(), 10).isoformat()] == 1
    assert len(made.data["by_day"]) == 11  # today and ten working days
    assert made.data["passed"] == 1


def test_every_running_limit_of_a_record_stands_on_the_board() -> None:
    due = end_of_day(date(2026, 11, 27))
    signing = (NOW + timedelta(hours=2)).isoformat()
    ticket = view("RX-1", due, sign_due_at=signing, signed_at=None, contact_due_at=signing, contacted_at=signing)
    event = view(
        "YQ-1", NOW + timedelta(hours=5), "opinion.event",
        duties=[
            {"duty": "发布权威信息", "due_at": (NOW + timedelta(hours=5)).isoformat(), "done_at": None},
            {"duty": "举行新闻发布会", "due_at": (NOW + timedelta(hours=24)).isoformat(), "done_at": None},
            {"duty": "回应", "due_at": signing, "done_at": signing},
        ],
    )  # fmt: skip
    review = {"answer_by": "2026-11-30", "answered_on": None}
    request = view("YSQ-1", due, "requests.request", internal_due_on="2026-11-25", closed_on=None, reviews=[review])
    later = view("X-1", due, "publication.work_ledger")
    found = {(one.id, what) for one in (ticket, event, request, later) for _, what in one.limits}
    assert found == {
        ("RX-1", "办理期限"), ("RX-1", "签收"), ("YQ-1", "发布权威信息"), ("YQ-1", "举行新闻发布会"),
        ("YSQ-1", "办理期限"), ("YSQ-1", "内部时限"), ("YSQ-1", "复议诉讼答复"), ("X-1", "办理期限"),
    }  # fmt: skip


def test_overdue_work_is_listed_by_unit_with_its_days() -> None:
    due = end_of_day(date(2026, 11, 20))  # a Friday; now is the Monday after
    views = [view("RX-1", due), view("GW-1", due, "publication.document", agency="jtj"), view("RX-2", due, agency="")]
    made = sheet(None)
    overdue.overdue(made, views, NOW, CALENDAR, name)
    assert made.data["total"] == 3
    assert {unit["name"]: unit["total"] for unit in made.data["by_unit"]}["未定"] == 1
    assert made.data["items"][0] | {"due_on": "2026-11-20", "days_late": 1} == made.data["items"][0]
    empty = sheet(None)
    overdue.overdue(empty, [], NOW, CALENDAR, name)
    assert "没有。" in files.html(empty.layout)
    odd = sheet(None)
    overdue.overdue(odd, [view("RX-9", due, title="=1+1\x0b<b>&")], NOW, CALENDAR, name)
    document = zipfile.ZipFile(io.BytesIO(files.docx(odd.layout))).read("word/document.xml")
    assert "=1+1<b>&" in "".join(ElementTree.fromstring(document).itertext())
    book = load_workbook(io.BytesIO(files.xlsx(odd.layout)))
    assert "'=1+1<b>&" in {cell.value for row in book["逾期事项"].iter_rows() for cell in row}


def test_progress_needs_no_knowledge_of_a_kind_of_work() -> None:
    kind = "publication.some_new_ledger"
    views = [
        view("A", end_of_day(date(2026, 11, 20)), kind),
        view("B", None, kind, open=False, on_time=True),
        view("C", None, kind, agency="jtj"),
        view("D", None, open=False, state="draft"),
    ]
    made = sheet(None)
    kinds = [{"type": kind, "total": 3, "open": 2, "overdue": 1}]
    progress.progress(made, each(views), [], kinds, kind, "", NOW, name)
    assert (made.data["total"], made.data["done"], made.data["overdue"], made.data["without_limit"]) == (3, 1, 1, 1)
    assert made.data["completion"] == rate(1, 3)
    assert made.data["on_time"] == rate(1, 2)
    assert kind in made.data["type_label"]
    assert made.data["all_types"][0]["completion"] == rate(1, 3)


def test_what_is_done_is_counted_and_its_newest_are_listed_apart() -> None:
    for kind, listed in (("supervision.task", ["A", "B"]), ("hotline.ticket", ["A"])):
        done = view("B", None, kind, open=False, on_time=True)
        made = sheet(None)
        work = [(view("A", None, kind), 1), (done, 1) if kind == "supervision.task" else (done.alike(), 7)]
        finished = [] if kind == "supervision.task" else [done]
        progress.progress(made, work, finished, overview([*work], NOW), kind, "", NOW, name)
        assert [item["id"] for item in made.data["finished"]] == [each.id for each in finished]
        assert ("列编号在后的1项" in files.html(made.layout)) is bool(finished)
        assert [item["id"] for item in made.data["items"]] == listed
        assert made.data["done"] == made.data["all_types"][0]["done"] == (1 if len(listed) == 2 else 7)
        assert made.data["on_time"]["value"] == 100.0


def test_a_task_of_several_units_counts_for_each_that_answers() -> None:
    due = end_of_day(date(2026, 11, 20))
    several = {"leads": [], "co": ["czj", "jtj"], "each_alone": True, "target": None}
    done = view("RW-2", None, "supervision.task", agency="", open=False, state="completed", **several)
    tasks = [view("RW-1", due, "supervision.task", agency="", **several), done]
    period = Period.of(2026, None, 11)
    made = sheet(period)
    known = scoreboard.Known([], [], None, [], [], tasks, [tasks[0]])
    scoreboard.scoreboard(made, known, [], NOW, name)
    assert [row["agency"] for row in made.data["units"]] == ["czj", "jtj"]
    for row in made.data["units"]:
        assert (row["tasks"], row["tasks_completion"], row["overdue"]) == (2, rate(1, 2), 1)


def test_the_public_progress_lists_no_case_of_a_person() -> None:
    for kind, listed in (("supervision.task", True), ("requests.request", False)):
        made = sheet(None, public=True)
        progress.progress(made, each([view("YSQ-1", None, kind)]), [], [], kind, "", NOW, name)
        assert bool(made.data["items"]) is listed
        assert ("YSQ-1" in files.html(made.layout)) is listed


def test_duties_count_when_done_or_past() -> None:
    def duty(hours: float, done: float | None) -> dict[str, Any]:
        at = None if done is None else (NOW + timedelta(hours=done)).isoformat()
        return {"due_at": (NOW + timedelta(hours=hours)).isoformat(), "done_at": at}

    assert opinion.in_time([duty(-1, -2), duty(-1, -0.5), duty(-1, None), duty(1, None)], NOW) == rate(1, 3)
    assert opinion.in_time([duty(1, None)], NOW) == rate(0, 0)


def test_a_long_list_is_cut_to_what_fits_and_says_so() -> None:
    due = end_of_day(date(2026, 11, 20))
    views = [view(f"RW-{n}", due, "supervision.task", title="很长的事项" * 60) for n in range(1000)]
    late, progressed = sheet(None), sheet(None)
    overdue.overdue(late, views, NOW, CALENDAR, name)
    progress.progress(progressed, each(views), [], [], "supervision.task", "", NOW, name)
    for made in (late, progressed):
        page = files.html(made.layout)
        assert made.data["total"] == 1000
        assert 50 < len(made.data["items"]) < 300
        assert f"只列前{len(made.data['items'])}" in page
        assert len(page.encode()) < 170 * 1024
        assert len(str(made.told()).encode()) < 170 * 1024

"""Task tables that we wrote ourselves: a fictional 示例 county."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.refused import Refused
from services.supervision.reader import read_task_table
from services.supervision.reader.due import due_date, is_due
from services.supervision.reader.units import read_units

CELLS = (
    "示例县2026年政务公开分工方案\n\n（征求意见稿）\n\n\t工作任务\n\t具体要求\n\t责任单位\n\n\t一、决策公开\n\n"
    "\t（一）会议\n\t1.公开会议。\n\t县府办牵头，\n\n县直各部门负责\n\n\t\n\t2公开议题。\n\t县财政局、县教育局分别负责\n\n"
    "\t二、管理公开\n\t3.公开清单。\n\t各镇（场）政府\n"
)
LINES = (
    "示例县分工方案（草案）\n序号\t具体要求\t责任单位\t完成时限\n1\t公开会议。\t县府办牵头，县财政局配合\t2026年6月底前\n"
    "2\t公开议题。\t牵头单位：县教育局；责任单位：县民政局、县水利局\t长期坚持\n"
)


def test_cells_in_lines_of_their_own():
    table = read_task_table(CELLS)
    assert (table.title, table.status) == ("示例县2026年政务公开分工方案", "draft")
    assert table.sections == (("一、决策公开", "（一）会议"), ("二、管理公开",))
    assert [(t.no, t.section, t.requirement, t.lead_names, t.co_names, t.each_alone) for t in table.tasks] == [
        (1, ("一、决策公开", "（一）会议"), "公开会议。", ("县府办",), ("县直各部门",), False),
        (2, ("一、决策公开", "（一）会议"), "公开议题。", (), ("县财政局", "县教育局"), True),
        (3, ("二、管理公开",), "公开清单。", (), ("各镇（场）政府",), False),
    ]
    assert [note.code for note in table.notes] == ["number_without_dot"]


def test_rows_in_one_line_with_numbers_and_dates_in_cells():
    table = read_task_table(LINES)
    assert (table.title, table.status) == ("示例县分工方案", "draft")
    assert [(t.no, t.requirement, t.lead_names, t.co_names, t.due_on) for t in table.tasks] == [
        (1, "公开会议。", ("县府办",), ("县财政局",), date(2026, 6, 30)),
        (2, "公开议题。", ("县教育局",), ("县民政局", "县水利局"), None),
    ]


def test_a_table_without_a_mark_is_in_force():
    assert read_task_table(CELLS.replace("（征求意见稿）", "")).status == "in_force"


def test_numbers_out_of_order_and_rows_without_units_are_noted():
    table = read_task_table("方案\n\t1.公开会议。\n\t县府办\n\t3.公开议题。\n\t4.公开清单。\n\t县府办")
    assert [(note.code, note.task) for note in table.notes] == [("number_out_of_order", 3), ("no_unit", 3)]


def test_a_requirement_that_begins_with_a_year_is_no_number():
    table = read_task_table("方案\n\t1.公开会议。\n\t2018年起施行\n")
    assert [task.no for task in table.tasks] == [1]


@pytest.mark.parametrize("text", ["", "没有表格的文字。", "方案\n\t工作任务\n\t具体要求\n\t责任单位\n"])
def test_a_text_without_tasks_is_refused(text):
    with pytest.raises(Refused) as refused:
        read_task_table(text)
    assert refused.value.code == "no_task_table"


@pytest.mark.parametrize(
    ("cell", "lead", "co", "alone"),
    [
        ("县府办牵头", ("县府办",), (), False),
        ("县府办牵头负责，县教育局配合", ("县府办",), ("县教育局",), False),
        ("县府办、县委办牵头；各镇（街道、场）负责落实", ("县府办", "县委办"), ("各镇（街道、场）",), False),
        ("各单位按职责分工负责", (), ("各单位",), False),
        ("县教育局、县民政局分别负责。", (), ("县教育局", "县民政局"), True),
        ("责任单位：县教育局", (), ("县教育局",), False),
        ("", (), (), False),
    ],
)
def test_units(cell, lead, co, alone):
    units = read_units(cell)
    assert (units.lead, units.co, units.each_alone) == (lead, co, alone)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026年6月底前", date(2026, 6, 30)),
        ("2024年2月底", date(2024, 2, 29)),
        ("2026年6月15日前", date(2026, 6, 15)),
        ("2026年6月30日", date(2026, 6, 30)),
        ("2026年6月31日", None),
        ("2026年13月", None),
        ("2026年底前完成", date(2026, 12, 31)),
        ("长期坚持", None),
    ],
)
def test_due(cell, day):
    assert is_due(cell)
    assert due_date(cell) == day


@pytest.mark.parametrize("cell", ["县府办", "", "2026年底前由县府办完成"])
def test_what_is_no_due_cell(cell):
    assert not is_due(cell)


PIECES = st.sampled_from(
    [
        "\t",
        "\n",
        "1.",
        "2",
        "一、甲",
        "（一）乙",
        "县府办",
        "牵头，",
        "分别负责",
        "（",
        "）",
        "2026年6月底前",
        "（草案）",
    ]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=50).map("".join))
def test_no_text_is_too_odd(text):
    try:
        table = read_task_table(text)
    except Refused:
        return
    assert table.tasks
    for task in table.tasks:
        assert all(name.strip() for name in task.lead_names + task.co_names)


@pytest.mark.parametrize("unit", ["负责", "牵头", "县府办、", "（", "\t甲", "\t1.甲\t乙\n", "牵头单位："])
def test_reading_takes_time_in_proportion(unit):
    text = "方案\n\t1.公开会议。\n\t" + unit * (300_000 // len(unit)) + "甲"
    start = time.perf_counter()
    try:
        read_task_table(text)
    except Refused as refused:
        if refused.code != "too_many_tasks":
            raise
    assert time.perf_counter() - start < 5

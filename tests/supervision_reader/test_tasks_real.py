"""The 57 tasks of the real table, as they stand in it."""

from collections import Counter

import pytest

from services.supervision.reader import read_task_table


@pytest.fixture(scope="module")
def table(county_division):
    return read_task_table(county_division)


def test_title_status_and_sections(table):
    assert table.title == "翁源县2018年政务公开工作要点分工方案"
    assert table.status == "draft"
    assert len(table.sections) == 15
    assert table.sections[0] == ("一、着力加强公开解读回应工作", "（一）围绕建设法治政府全面推进政务公开")
    assert table.sections[-1] == ("四、着力推进政务公开制度化规范化", "（十五）建立健全公共企事业单位信息公开制度")


def test_fifty_seven_tasks_in_order(table):
    assert [task.no for task in table.tasks] == list(range(1, 58))
    assert all(task.requirement.endswith("。") for task in table.tasks)
    assert all(len(task.section) == 2 for task in table.tasks)


def test_twenty_five_lead_and_thirty_two_do_not(table):
    assert sum(bool(task.lead_names) for task in table.tasks) == 25
    assert sum(not task.lead_names for task in table.tasks) == 32
    assert [task.no for task in table.tasks if task.each_alone] == [6, 14, 19, 21, 56]


def test_rows_without_any_verb_have_no_lead(table):
    for no in (1, *range(25, 32)):
        task = table.tasks[no - 1]
        assert not task.lead_names
        assert not task.each_alone
        assert task.co_names


def test_groups_are_counted_as_written(table):
    names = Counter(name for task in table.tasks for name in task.lead_names + task.co_names)
    assert names["县直各部门"] == 42
    assert names["各镇（场）政府"] == 32
    assert names["各镇（场）政府办公室"] == 1


def test_no_task_has_a_date(table):
    assert all(task.due_on is None for task in table.tasks)


@pytest.mark.parametrize(
    ("no", "lead", "co"),
    [
        (1, (), ("县府办", "各镇（场）政府办公室")),
        (2, ("县府办",), ("各镇（场）政府", "县直各部门")),
        (5, (), ("县发改局", "县经信局", "县工商局")),
        (8, ("县财政局",), ("县直各部门",)),
        (9, (), ("县财政局",)),
        (11, (), ("县国土资源局", "市公共资源交易中心翁源分中心")),
        (24, (), ("县委宣传部", "县府办")),
        (25, (), ("县行政服务中心", "县信息中心", "各镇（场）政府", "县直各部门")),
        (32, ("县编办", "县行政服务中心", "县信息中心"), ("各镇（场）政府", "县直各部门")),
        (52, ("县委宣传部",), ("县府办", "各镇（场）政府", "各镇（场）政府", "县直各部门")),
        (57, ("县府办",), ("县直各部门",)),
    ],
)
def test_units_of_a_row(table, no, lead, co):
    assert (table.tasks[no - 1].lead_names, table.tasks[no - 1].co_names) == (lead, co)


def test_every_row_keeps_its_units_as_written(table):
    assert table.tasks[0].raw_units == "县府办，各镇（场）政府办公室"
    assert table.tasks[7].raw_units == "县财政局牵头，县直各部门负责"
    assert table.tasks[18].raw_units == "县公安局、县财政局、县金融办、县扶贫办、县民政局、县环保局分别负责"


def test_the_number_without_a_dot_and_the_unit_written_twice_are_noted(table):
    assert table.tasks[48].requirement.startswith("完善各部门为政府公报提供文件工作机制。")
    assert [(note.code, note.task) for note in table.notes] == [("number_without_dot", 49), ("unit_repeated", 52)]

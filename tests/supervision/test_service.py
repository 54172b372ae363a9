"""The service on real servers: tables in, names mapped, progress reported, ends confirmed, notices loaded."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from cli.serve import Serving
from contracts import supervision as c
from contracts.base import Done, Role
from contracts.readmodel.answers import GetView, View
from kernel.calendar import STATUTE, Calendar, Notice, Rest
from kernel.refused import Refused
from sample import data as sample
from services.supervision.reader import read_task_table
from services.supervision.service import Supervision
from tests.servers import Desk, Servers, started, until

GROUP = "各镇（街道）"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def serving(servers: Servers) -> AsyncIterator[Serving]:
    async with started(servers, ["supervision", "readmodel"]) as serving:
        yield serving


@pytest.fixture
def supervision(serving: Serving) -> Supervision:
    it = serving.apps[0].it
    assert isinstance(it, Supervision)
    return it


def _table() -> c.ImportTasks:
    """The table of the sample government: codes and groups of its register."""
    table = sample.tasks()
    rows = [
        c.TaskRow(
            no=task.no,
            section=(task.section,),
            requirement=task.requirement,
            lead_names=(task.lead,) if task.lead else (),
            co_names=tuple(task.co),
            each_alone=task.each_alone,
            due_on=task.due_on,
            target=c.Target(value=task.target.value, unit=task.target.unit, note=task.target.note)
            if task.target
            else None,
        )
        for task in table.tasks
    ]
    return c.ImportTasks(
        title=table.title, draft=False, document=table.doc_no, issued_on=table.issued_on, rows=tuple(rows)
    )


def _one(title: str, **row: Any) -> c.ImportTasks:
    given = {"no": 1, "requirement": "公布事项目录。", "lead_names": ("县发改局",)} | row
    return c.ImportTasks(title=title, draft=False, rows=(c.TaskRow.model_validate(given),))


async def _task(desk: Desk, id: str) -> c.Task:
    record: c.Task = (await desk(c.GetTask(id=id), c.TaskFile)).record
    return record


async def test_the_table_of_the_sample_is_taken_in_once(desk: Desk, supervision: Supervision) -> None:
    first = await desk(_table(), c.TableImported)
    again = await desk(_table(), c.TableImported)
    assert first.unknown == ()
    assert len(first.tasks) == len(sample.tasks().tasks)
    assert [task.id for task in again.tasks] == [task.id for task in first.tasks]
    assert all(task.repeated for task in again.tasks)
    assert not any(task.repeated for task in first.tasks)
    one = await _task(desk, first.tasks[0].id)
    assert (one.agency, one.leads) == ("bgs", ("bgs",))
    assert one.co[0] == "sfj"
    assert {"jyj", "czj"} < set(one.co)
    assert "bgs" not in one.co
    assert "gtj" not in one.co  # gone since 2019


async def test_a_unit_finds_its_tasks_page_by_page_with_counts(desk: Desk, supervision: Supervision) -> None:
    all_of_it = await desk(c.TasksOfUnit(agency="fgj"), c.TaskPage)
    first = await desk(c.TasksOfUnit(agency="fgj", limit=2), c.TaskPage)
    second = await desk(c.TasksOfUnit(agency="fgj", limit=2, after=first.next), c.TaskPage)
    assert [item.id for item in (*first.items, *second.items)] == [item.id for item in all_of_it.items[:4]]
    assert all_of_it.total == len(all_of_it.items) == sum(all_of_it.counts.values()) - all_of_it.counts["overdue"]
    assert {item.lead for item in all_of_it.items} == {True, False}
    nobody = await desk(c.TasksOfUnit(agency="nobody"), c.TaskPage)
    assert (nobody.total, nobody.items) == (0, ())


async def test_from_progress_to_the_confirmed_end(desk: Desk, supervision: Supervision) -> None:
    (task,) = (await desk(_one("示例县办理流程"), c.TableImported)).tasks
    report = c.ReportProgress(id=task.id, text="目录已公布", finished=True, evidence=("999901-GW-2026-000001",))
    with pytest.raises(Refused) as refused:
        await desk(report, Done, agency="jyj")
    assert refused.value.code == "not_your_task"
    with pytest.raises(Refused) as refused:
        await desk(report, Done, agency="fgj", roles=[Role.SUPERVISOR])
    assert refused.value.code == "forbidden"
    said = await desk(report, Done, as_="李四", agency="fgj", key="report-1")
    again = await desk(report, Done, as_="李四", agency="fgj", key="report-1")
    assert (said.state, again.version, again.repeated) == ("reported", said.version, True)
    with pytest.raises(Refused) as refused:
        await desk(c.Complete(id=task.id), Done, as_="赵六", agency="fgj")
    assert refused.value.code == "same_unit"
    assert (await desk(c.Complete(id=task.id), Done, as_="王五", agency="zwj")).state == "completed"
    view = await desk(GetView(type="supervision.task", id=task.id, wait_version=3), View)
    assert (view.record["state_label"], view.record["open"], view.record["reports"]) == ("已办结", False, 1)
    file = await desk(c.GetTask(id=task.id), c.TaskFile)
    assert [(one.by, one.agency, one.finished) for one in file.reports] == [("李四", "fgj", True)]


async def test_a_last_day_that_has_passed_makes_it_overdue_by_itself(
    servers: Servers, desk: Desk, supervision: Supervision
) -> None:
    yesterday = servers.clock.now().date() - timedelta(days=1)
    (task,) = (await desk(_one("示例县逾期事项", due_on=yesterday), c.TableImported)).tasks

    async def overdue() -> bool:
        return (await _task(desk, task.id)).overdue

    await until(overdue)
    page = await desk(c.TasksOfUnit(agency="fgj", overdue=True), c.TaskPage)
    assert task.id in {item.id for item in page.items}
    moved = c.SetDue(id=task.id, due_on=yesterday + timedelta(days=40), reason="县政府同意延期")
    await desk(moved, Done)
    assert not await overdue()


async def test_a_name_is_mapped_once_and_known_in_later_tables(desk: Desk, supervision: Supervision) -> None:
    name = "县某某工作专班"
    row = {"lead_names": (name,), "co_names": ("县财政局",)}
    first = await desk(_one("示例县第一张表", **row), c.TableImported)
    assert [unit.name for unit in first.unknown] == [name]
    with pytest.raises(Refused) as refused:
        await desk(c.MapUnit(unit=name, to="没有的单位"), c.UnitMapped)
    assert refused.value.code == "unknown_agency"
    with pytest.raises(Refused) as refused:
        await desk(c.MapUnit(unit="县财政局", to="jyj"), c.UnitMapped)
    assert refused.value.code == "unit_known"
    mapped = await desk(c.MapUnit(unit=name, to="zwj"), c.UnitMapped)
    assert (mapped.agencies, mapped.tasks) == (("zwj",), 1)
    task = await _task(desk, first.tasks[0].id)
    assert (task.agency, task.unknown, task.co) == ("zwj", (), ("czj",))
    later = await desk(_one("示例县第二张表", **row), c.TableImported)
    assert later.unknown == ()
    corrected = await desk(c.MapUnit(unit=name, to=GROUP), c.UnitMapped)
    assert corrected.tasks == 2
    assert len((await _task(desk, first.tasks[0].id)).leads) == len(corrected.agencies) > 1


async def test_a_number_that_stands_twice_in_a_table_is_refused(desk: Desk, supervision: Supervision) -> None:
    table = _one("示例县重号表")
    with pytest.raises(Refused) as refused:
        await desk(table.model_copy(update={"rows": table.rows * 2}), c.TableImported)
    assert (refused.value.code, refused.value.field) == ("row_repeated", "rows")


async def test_the_real_table_stays_a_draft_until_it_is_issued(
    desk: Desk, supervision: Supervision, county_division: str
) -> None:
    table = read_task_table(county_division)
    kept = ("no", "section", "requirement", "lead_names", "co_names", "each_alone", "due_on")
    rows = tuple(c.TaskRow.model_validate({name: getattr(row, name) for name in kept}) for row in table.tasks)
    command = c.ImportTasks(title=table.title, draft=table.status == "draft", rows=rows)
    told = await desk(command, c.TableImported)
    assert len(told.tasks) == 57
    assert {task.state for task in told.tasks} == {c.TaskState.DRAFT}
    unknown = {unit.name: unit.tasks for unit in told.unknown}
    assert len(unknown["各镇（场）政府"]) == 31
    assert "县直各部门" not in unknown
    mapped = await desk(c.MapUnit(unit="各镇（场）政府", to=GROUP), c.UnitMapped)
    assert mapped.tasks == 31
    left = (await desk(c.UnknownUnits(table=told.table), c.UnknownUnitList)).units
    assert {unit.name for unit in left} == set(unknown) - {"各镇（场）政府"}
    with pytest.raises(Refused) as refused:
        await desk(c.ReportProgress(id=told.tasks[1].id, text="已着手"), Done, agency="bgs")
    assert refused.value.code == "draft"
    issue = c.PutInForce(table=told.table, document="翁府办〔2018〕1号")
    assert (await desk(issue, c.TableInForce)).tasks == 57
    assert (await desk(issue, c.TableInForce)).tasks == 0
    again = await desk(command, c.TableImported)
    assert {task.state for task in again.tasks} == {c.TaskState.IN_FORCE}
    assert (await _task(desk, told.tasks[1].id)).document == "翁府办〔2018〕1号"


async def test_an_unknown_table_is_not_put_in_force(desk: Desk, supervision: Supervision) -> None:
    with pytest.raises(Refused) as refused:
        await desk(c.PutInForce(table="RWB-0", document="示政办发〔2026〕1号"), c.TableInForce)
    assert refused.value.code == "not_found"


def _notice(year: int, more: int) -> Notice:
    """The statutory days of a year, and `more` days after New Year's Day."""
    calendar, first = Calendar.shipped(), date(year, 1, 1)
    days = [calendar.day(first + timedelta(days=n)) for n in range(1, 365)]
    rest = [Rest(name=day.reason, first=day.date, last=day.date) for day in days
            if day.source == STATUTE and day.reason not in ("工作日", "周末")]  # fmt: skip
    new_year = Rest(name="元旦", first=first, last=first + timedelta(days=more))
    return Notice(year=year, number=f"{year}年的通知（放假{more + 1}天）", rest=(new_year, *rest))


async def test_a_notice_moves_warnings_and_its_correction_does_again(desk: Desk, supervision: Supervision) -> None:
    """The year lies far ahead, where it touches no other test."""
    due = date(2040, 1, 10)
    (task,) = (await desk(_one("示例县远期事项", due_on=due), c.TableImported)).tasks
    before = (await supervision.tasks.load(task.id)).state.warn_on
    loaded = await desk(c.LoadCalendarNotice(notice=_notice(2040, 4)), Done)
    same = await desk(c.LoadCalendarNotice(notice=_notice(2040, 4)), Done)
    assert (loaded.id, loaded.version, same.version) == ("notice-2040", 1, 1)

    async def moved() -> bool:
        return (await supervision.tasks.load(task.id)).state.warn_on != before

    await until(moved)
    corrected = await desk(c.LoadCalendarNotice(notice=_notice(2040, 0)), Done)
    assert corrected.version == 2

    async def moved_back() -> bool:
        return not await moved()

    await until(moved_back)
    held = (await desk(c.CalendarInForce(), c.NoticesInForce)).notices
    assert [notice.number for notice in held if notice.year == 2040] == ["2040年的通知（放假1天）"]
    assert (await _task(desk, task.id)).due_on == due
    view = await desk(GetView(type="supervision.calendar_notice", id="notice-2040", wait_version=2), View)
    assert view.record["number"] == "2040年的通知（放假1天）"

"""The rules of tasks and of holiday notices."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.supervision import CalendarNoticeLoaded, Target, TaskOverdue, TaskRow, TaskState, TaskUnit
from kernel.calendar import STATUTE, Calendar, Notice, Rest, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.supervision.domain import NOTICE, TASK, decisions, notice
from services.supervision.domain import facts as f
from services.supervision.domain.decisions import Official, Table
from services.supervision.domain.record import record
from services.supervision.domain.task import Task

CALENDAR = Calendar.shipped()
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=CST)
DUE = date(2026, 12, 18)  # a Friday; five working days before it is Friday the 11th
WARN = date(2026, 12, 11)
LEAD = TaskUnit(name="县发改局", lead=True, codes=("fgj",))
CO = TaskUnit(name="县直各部门", lead=False, codes=("fgj", "jyj", "czj"), is_group=True)
UNKNOWN = TaskUnit(name="各镇（场）政府", lead=False)
LI = Official("li", "李四", "fgj")
WANG = Official("wang", "王五", "zwj")
PLAIN = ("工作日", "周末")
PROOF = ("999901-GW-2026-000001",)


def made(
    *facts: Fact, units: tuple[TaskUnit, ...] = (LEAD, CO), draft: bool = False, alone: bool = False,
    due: date | None = DUE, target: Target | None = None,
) -> Task:  # fmt: skip
    table = Table("RWB-1", "示例县工作要点分工", "示政办发〔2026〕9号", draft, NOW.date())
    row = TaskRow(
        no=1, section=("一、决策公开",), requirement="公布目录。", each_alone=alone, due_on=due, target=target
    )
    taken = decisions.take("999901-RW-2026-000001", table, row, units, NOW, CALENDAR)
    return TASK.fold(None, [*taken, *facts])


def reported(by: Official = LI, *, finished: bool = True, reached: float | None = None, at: datetime = NOW) -> Fact:
    (fact,) = decisions.report(made(), by, at, "已办妥", reached, finished, PROOF)
    return fact


def refused(code: str, act: object, *given: object) -> Refused:
    with pytest.raises(Refused) as error:
        act(*given)  # type: ignore[operator]
    assert error.value.code == code
    assert error.value.remedy
    return error.value


def new_year(last: int) -> Notice:
    """A notice for 2027 with its statutory days, whose New Year's holiday ends on the given day of January."""
    days = [day for n in range(365) if (day := CALENDAR.day(date(2027, 1, 1) + timedelta(days=n))).source == STATUTE]
    others = [Rest(name=day.reason, first=day.date, last=day.date) for day in days if day.reason not in PLAIN]
    return Notice(
        year=2027,
        number=f"元旦放假至{last}日",
        rest=(Rest(name="元旦", first=date(2027, 1, 1), last=date(2027, 1, last)), *others[1:]),
    )


def test_a_task_knows_who_leads_and_who_co_operates() -> None:
    task = made(units=(LEAD, CO, UNKNOWN))
    assert (task.leads, task.co, task.unknown) == (("fgj",), ("jyj", "czj"), ("各镇（场）政府",))
    assert task.answerable == ("fgj",)
    told = record(task)
    assert (told.agency, told.state_label, told.waits_for) == ("fgj", "推进中", "督查人员：对应单位名称")
    assert told.due_at == datetime(2026, 12, 19, tzinfo=CST)


def test_without_a_lead_all_answer_and_nobody_is_in_charge() -> None:
    task = made(units=(CO,), alone=True)
    assert task.answerable == ("fgj", "jyj", "czj")
    assert record(task).agency == ""


def test_a_task_without_a_date_never_rings() -> None:
    task = made(due=None)
    assert TASK.alarm(task) is None
    assert TASK.tick(task, NOW + timedelta(days=9999), CALENDAR) == []
    assert record(task).due_at is None


def test_a_draft_binds_nobody() -> None:
    task = made(draft=True)
    assert task.state is TaskState.DRAFT
    assert not record(task).open
    assert TASK.alarm(task) is None
    refused("draft", decisions.report, task, LI, NOW, "已公开")
    refused("draft", decisions.complete, task, WANG, "", NOW)


def test_a_draft_binds_once_it_was_issued() -> None:
    facts = decisions.put_in_force(made(draft=True), "示政办发〔2026〕9号", NOW)
    task = TASK.fold(made(draft=True), facts)
    assert task.state is TaskState.IN_FORCE
    assert TASK.alarm(task) == datetime(2026, 12, 11, tzinfo=CST)
    assert decisions.put_in_force(task, "示政办发〔2026〕9号", NOW) == []


def test_the_warning_rings_on_its_day_and_not_before() -> None:
    task = made()
    assert task.warn_on == WARN
    assert TASK.tick(task, datetime(2026, 12, 10, 23, 59, tzinfo=CST), CALENDAR) == []
    assert TASK.tick(task, datetime(2026, 12, 11, tzinfo=CST), CALENDAR) == [f.Warned(due_on=DUE)]
    warned = TASK.fold(task, [f.Warned(due_on=DUE)])
    assert TASK.alarm(warned) == end_of_day(DUE)


def test_overdue_on_the_day_after_the_last_day() -> None:
    task = made(f.Warned(due_on=DUE))
    assert TASK.tick(task, datetime(2026, 12, 18, 23, 59, 59, tzinfo=CST), CALENDAR) == []
    (fact,) = TASK.tick(task, datetime(2026, 12, 19, tzinfo=CST), CALENDAR)
    late = TASK.fold(task, [fact])
    assert record(late).overdue
    assert TASK.alarm(late) is None
    assert [type(event) for event in TASK.tell(late, [fact])] == [TaskOverdue]


def test_an_alarm_that_slept_through_the_warning_says_overdue_at_once() -> None:
    assert TASK.tick(made(), datetime(2027, 1, 4, tzinfo=CST), CALENDAR) == [f.FellOverdue(due_on=DUE)]


def test_only_a_unit_of_the_task_reports() -> None:
    refused("not_your_task", decisions.report, made(), WANG, NOW, "已公开")
    refused("not_your_task", decisions.report, made(), Official("li", "李四", ""), NOW, "已公开")


def test_finished_needs_evidence() -> None:
    assert refused("evidence_needed", decisions.report, made(), LI, NOW, "已办妥", None, True).field == "evidence"
    assert decisions.report(made(), LI, NOW, "办理中", None, False)


def test_personal_data_stays_out_of_a_report() -> None:
    refused("personal_data", decisions.report, made(), LI, NOW, "联系人手机13800138000")


def test_the_reports_of_a_task_are_bounded() -> None:
    full = made(*[reported(finished=False)] * decisions.MAX_REPORTS)
    refused("reports_full", decisions.report, full, LI, NOW, "再报")
    assert decisions.report(made(*full.reports[1:]), LI, NOW, "再报")


def test_when_all_who_answer_have_finished_a_supervisor_confirms() -> None:
    task = made(reported())
    assert task.state is TaskState.REPORTED
    assert record(task).waits_for == "督查人员：确认办结"
    (fact,) = decisions.complete(task, WANG, "", NOW)
    done = TASK.fold(task, [fact])
    assert (done.state, done.on_time, record(done).open) == (TaskState.COMPLETED, True, False)
    assert TASK.alarm(done) is None
    refused("completed", decisions.complete, done, WANG, "", NOW)
    refused("completed", decisions.report, done, LI, NOW, "再报")
    refused("completed", decisions.set_due, done, None, "不再需要", NOW, CALENDAR)
    refused("completed", decisions.set_target, done, None)


@pytest.mark.parametrize(("day", "on_time"), [(DUE, True), (DUE + timedelta(days=1), False)])
def test_in_time_up_to_the_last_day(day: date, on_time: bool) -> None:
    now = datetime(day.year, day.month, day.day, 23, 59, tzinfo=CST)
    (fact,) = decisions.complete(made(reported()), WANG, "", now)
    assert isinstance(fact, f.Completed)
    assert fact.on_time is on_time


def test_who_reported_does_not_confirm() -> None:
    task = made(reported())
    refused("same_unit", decisions.complete, task, LI, "", NOW)
    refused("same_unit", decisions.complete, task, Official("zhao", "赵六", "fgj"), "", NOW)
    refused("same_unit", decisions.complete, task, Official("li", "李四", "zwj"), "", NOW)
    assert decisions.complete(task, Official("zhao", "赵六", ""), "", NOW)


def test_who_reported_before_it_was_opened_again_does_not_confirm_either() -> None:
    done = made(reported(), *decisions.complete(made(reported()), WANG, "", NOW))
    again = TASK.fold(done, decisions.reopen(done, "抽查未落实", NOW))
    assert (again.state, again.latest) == (TaskState.IN_FORCE, {})
    refused("nothing_reported", decisions.complete, again, WANG, "", NOW)
    refused("same_unit", decisions.complete, again, LI, "", NOW)


def test_nothing_is_confirmed_unreported_and_what_is_missing_is_answered_for() -> None:
    refused("nothing_reported", decisions.complete, made(), WANG, "", NOW)
    half = made(reported(finished=False))
    assert refused("not_finished", decisions.complete, half, WANG, " ", NOW).field == "note"
    assert decisions.complete(half, WANG, "经实地核查已完成", NOW)


def test_only_what_is_done_is_opened_again() -> None:
    refused("not_completed", decisions.reopen, made(), "抽查未落实", NOW)


def test_a_task_opened_again_after_its_last_day_is_overdue_at_once() -> None:
    later = datetime(2027, 1, 4, 9, tzinfo=CST)
    task = made(reported(), f.FellOverdue(due_on=DUE))
    done = TASK.fold(task, decisions.complete(task, WANG, "", later))
    again = TASK.fold(done, decisions.reopen(done, "抽查未落实", later))
    ringing = TASK.alarm(again)
    assert ringing is not None
    assert ringing < later
    assert TASK.tick(again, later, CALENDAR) == [f.FellOverdue(due_on=DUE)]


def test_the_last_day_may_be_today_but_not_before() -> None:
    (fact,) = decisions.set_due(made(), NOW.date(), "提前", NOW, CALENDAR)
    assert isinstance(fact, f.DueSet)
    yesterday = NOW.date() - timedelta(days=1)
    assert refused("due_in_past", decisions.set_due, made(), yesterday, "提前", NOW, CALENDAR).field == "due_on"
    assert decisions.set_due(made(), DUE, "不变", NOW, CALENDAR) == []


def test_a_moved_last_day_is_no_longer_overdue() -> None:
    late = made(f.FellOverdue(due_on=DUE))
    now = datetime(2026, 12, 21, 9, tzinfo=CST)
    moved = TASK.fold(late, decisions.set_due(late, date(2026, 12, 31), "延期", now, CALENDAR))
    assert not record(moved).overdue
    assert TASK.alarm(moved) == datetime(2026, 12, 24, tzinfo=CST)
    lifted = TASK.fold(late, decisions.set_due(late, None, "改为长期", now, CALENDAR))
    assert TASK.alarm(lifted) is None


def test_a_mapped_name_stands_for_its_agencies() -> None:
    task = made(units=(LEAD, UNKNOWN))
    facts = decisions.map_unit(task, "各镇（场）政府", ("jiazi", "yichou"), True)
    mapped = TASK.fold(task, facts)
    assert (mapped.unknown, mapped.co) == ((), ("jiazi", "yichou"))
    assert decisions.map_unit(mapped, "各镇（场）政府", ("jiazi", "yichou"), True) == []
    assert decisions.map_unit(mapped, "县编办", ("bianb",), False) == []


def test_the_value_reached() -> None:
    jyj = Official("sun", "孙七", "jyj")
    later = NOW + timedelta(days=1)
    facts = (reported(reached=5), reported(jyj, reached=2, at=later))
    assert made().reached is None
    assert made(*facts).reached == 5  # the lead speaks for the task
    assert made(*facts, units=(CO,)).reached == 7  # without a lead the shares add up
    each = Target(value=2, unit="次", per_unit=True)
    assert made(*facts, target=each).reached == 0  # the lowest: 县财政局 has reported nothing
    assert made(*facts, reported(reached=6, at=later)).reached == 6  # the last report replaces the one before


def test_a_missed_target_is_answered_for() -> None:
    short = made(reported(reached=1), target=Target(value=2, unit="次"))
    refused("not_finished", decisions.complete, short, WANG, "", NOW)
    assert decisions.complete(made(reported(reached=2), target=Target(value=2, unit="次")), WANG, "", NOW)


def test_a_holiday_notice_moves_the_warning_and_not_the_last_day() -> None:
    due = date(2027, 1, 8)
    task = made(due=due)
    calendar = CALENDAR.with_notice(new_year(5))
    (fact,) = decisions.recompute(task, calendar)
    assert isinstance(fact, f.WarningRecomputed)
    assert task.warn_on is not None
    assert fact.warn_on < task.warn_on
    after = TASK.fold(task, [fact])
    assert after.due_on == due
    assert decisions.recompute(after, calendar) == []
    assert decisions.recompute(made(f.Warned(due_on=due), due=due), calendar) == []


def test_a_notice_loaded_twice_changes_nothing_and_a_correction_replaces_it() -> None:
    first = new_year(3)
    held = NOTICE.fold(None, notice.load(None, first))
    assert notice.load(held, first) == []
    corrected = first.model_copy(update={"number": "乙"})
    (event,) = NOTICE.tell(NOTICE.fold(held, notice.load(held, corrected)), [])
    assert isinstance(event, CalendarNoticeLoaded)
    assert (event.record.id, event.record.number) == ("notice-2027", "乙")
    assert Notice.read(event.record.notice_json) == corrected


STEPS = st.lists(st.sampled_from(["report", "finish", "complete", "reopen", "due", "lift", "tick", "map"]), max_size=25)


@given(STEPS, st.booleans())
def test_whatever_happens_the_alarm_lies_ahead_and_the_state_is_one(steps: list[str], draft: bool) -> None:
    task, now = made(draft=draft, units=(LEAD, CO, UNKNOWN)), NOW
    acts = {
        "report": lambda: decisions.report(task, LI, now, "办理中", 1.0),
        "finish": lambda: decisions.report(task, LI, now, "已办妥", 2.0, True, PROOF),
        "complete": lambda: decisions.complete(task, WANG, "已核查", now),
        "reopen": lambda: decisions.reopen(task, "抽查未落实", now),
        "due": lambda: decisions.set_due(task, now.date() + timedelta(days=9), "调整", now, CALENDAR),
        "lift": lambda: decisions.set_due(task, None, "取消", now, CALENDAR),
        "map": lambda: decisions.map_unit(task, UNKNOWN.name, ("jiazi",), True),
        "tick": lambda: TASK.tick(task, now, CALENDAR),
    }
    for step in steps:
        now += timedelta(days=3)
        try:
            facts = acts[step]()
        except Refused:
            facts = []
        task = TASK.fold(task, facts) if facts else task
        while woken := TASK.tick(task, now, CALENDAR):
            task = TASK.fold(task, woken)
        ringing = TASK.alarm(task)
        assert ringing is None or ringing > now
        told = record(task)
        assert told.open == (told.state in ("in_force", "reported"))
        assert not (told.overdue and not told.open)

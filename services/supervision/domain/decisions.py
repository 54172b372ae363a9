"""Decisions about a task: one function each. A refusal says what is wrong and what to do."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib.resources import files

from contracts.supervision import Target, TaskRow, TaskState, TaskUnit
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.personal import require_impersonal
from kernel.refused import Refused
from services.supervision.domain import facts as f
from services.supervision.domain.task import Task

_LIMITS = json.loads((files("services.supervision.domain") / "limits.json").read_text(encoding="utf-8"))["limits"]
WARN_WORKDAYS: int = next(rule["days"] for rule in _LIMITS if rule["id"] == "TASK.WARN")
"""A unit is warned so many working days before the last day; our own default."""
Decide = Callable[[Task], Sequence[Fact]]
MAX_REPORTS = 150
"""With the other facts a task stays below the 200 of a case."""


@dataclass(frozen=True)
class Table:
    """What the rows of one table have in common."""

    id: str
    title: str
    document: str
    draft: bool
    as_of: date


@dataclass(frozen=True)
class Official:
    """Who decides or reports."""

    id: str
    name: str
    agency: str


def take(
    number: str, table: Table, row: TaskRow, units: Sequence[TaskUnit], now: datetime, calendar: Calendar
) -> list[Fact]:
    """A task from a row of a table. Units lead only where the table says 牵头; without a date it is 无期限."""
    require_impersonal(requirement=row.requirement)
    return [
        f.Imported(
            number=number,
            table=table.id,
            table_title=table.title,
            document=table.document,
            no=row.no,
            section=row.section,
            requirement=row.requirement,
            units=tuple(units),
            each_alone=row.each_alone,
            target=row.target,
            due_on=row.due_on,
            warn_on=warn_on(row.due_on, calendar),
            draft=table.draft,
            as_of=table.as_of,
            at=now,
        )
    ]


def map_unit(task: Task, name: str, codes: tuple[str, ...], is_group: bool) -> list[Fact]:
    """For whom a name stands. Nothing where the task does not have the name or it stands for them already."""
    if all(unit.codes == codes for unit in task.units if unit.name == name):
        return []
    return [f.UnitMapped(name=name, codes=codes, is_group=is_group)]


def put_in_force(task: Task, document: str, now: datetime) -> list[Fact]:
    """A draft binds once its table was issued; nothing for one that is in force."""
    return [f.TookForce(on=now.astimezone(CST).date(), document=document)] if task.draft else []


def report(
    task: Task,
    by: Official,
    now: datetime,
    text: str,
    reached: float | None = None,
    finished: bool = False,
    evidence: tuple[str, ...] = (),
) -> list[Fact]:
    """A unit of the task says how far it is."""
    _require_running(task)
    require_impersonal(text=text, evidence=" ".join(evidence))
    if by.agency not in task.agencies:
        raise Refused(
            "not_your_task", "本单位不是这项任务的责任单位。", remedy="请由责任单位报告，或请督查人员核对责任单位。"
        )
    if finished and not evidence:
        raise Refused("evidence_needed", "申报完成须附佐证。", field="evidence", remedy="请填写文件编号或网址。")
    if len(task.reports) >= MAX_REPORTS:
        raise Refused("reports_full", "这项任务的进展报告已达上限。", remedy="请督查人员确认办结，或在新的任务中继续。")
    return [
        f.Progressed(
            agency=by.agency,
            by=by.name,
            by_id=by.id,
            at=now,
            text=text,
            reached=reached,
            finished=finished,
            evidence=evidence,
        )
    ]


def set_due(task: Task, due_on: date | None, reason: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """Set, move or lift the last day. Today is the earliest."""
    if task.completed_on is not None:
        raise _completed()
    require_impersonal(reason=reason)
    if due_on == task.due_on:
        return []
    if due_on is not None and due_on < now.astimezone(CST).date():
        raise Refused("due_in_past", "完成时限不能早于今天。", field="due_on", remedy="请重新确定时限。")
    return [f.DueSet(due_on=due_on, warn_on=warn_on(due_on, calendar), reason=reason)]


def set_target(task: Task, target: Target | None) -> list[Fact]:
    if task.completed_on is not None:
        raise _completed()
    return [] if target == task.target else [f.TargetSet(target=target)]


def complete(task: Task, by: Official, note: str, now: datetime) -> list[Fact]:
    """Confirm a task as done. Who reported on it does not confirm it, nor does anybody else of that unit."""
    _require_running(task)
    require_impersonal(note=note)
    if any(by.id == each.by_id or (by.agency and by.agency == each.agency) for each in task.reports):
        raise Refused("same_unit", "报告进展的单位不能确认本任务办结。", remedy="请由未报告本任务进展的督查单位确认。")
    if not task.latest:
        raise Refused("nothing_reported", "还没有单位报告进展。", remedy="请先由责任单位报告进展并附佐证。")
    missing = shortcomings(task)
    if missing and not note.strip():
        raise Refused("not_finished", f"{'；'.join(missing)}。", field="note", remedy="确需办结的，请写明理由。")
    on = now.astimezone(CST).date()
    on_time = None if task.due_on is None else on <= task.due_on
    return [f.Completed(on=on, by=by.name, agency=by.agency, note=note, on_time=on_time)]


def shortcomings(task: Task) -> list[str]:
    """What still speaks against confirming a task as done, in Chinese."""
    found = []
    if task.unknown:
        found.append(f"还有 {len(task.unknown)} 个单位名称未对应")
    if task.unfinished:
        found.append(f"还有 {len(task.unfinished)} 个责任单位没有申报完成")
    if task.target is not None and (task.reached or 0) < task.target.value:
        found.append("尚未达到目标值")
    return found


def reopen(task: Task, reason: str, now: datetime) -> list[Fact]:
    """A task that was confirmed is to be worked on again; the units report anew."""
    if task.completed_on is None:
        raise Refused("not_completed", "这项任务没有办结。", remedy="只有已办结的任务可以重新打开。")
    require_impersonal(reason=reason)
    return [f.Reopened(on=now.astimezone(CST).date(), reason=reason)]


def warn_on(due_on: date | None, calendar: Calendar) -> date | None:
    """The day of the warning: so many working days before the last day (TASK.WARN)."""
    return calendar.workdays_before(due_on, WARN_WORKDAYS) if due_on else None


def recompute(task: Task, calendar: Calendar) -> list[Fact]:
    """What another calendar changes. The last day was named by a document and stands; the warning may move."""
    wanted = warn_on(task.due_on, calendar)
    if task.completed_on is not None or task.warned or task.overdue or wanted is None or wanted == task.warn_on:
        return []
    return [f.WarningRecomputed(warn_on=wanted, calendar=calendar.version)]


def alarm(task: Task) -> datetime | None:
    """The beginning of the day of the warning, then the end of the last day."""
    if not task.running or task.due_on is None or task.overdue:
        return None
    if task.warn_on is not None and not task.warned:
        return end_of_day(task.warn_on - timedelta(days=1))
    return end_of_day(task.due_on)


def tick(task: Task, now: datetime, calendar: Calendar) -> list[Fact]:
    """Overdue once the last day is over (民法典第203条: it ends at 24:00); a warning before that."""
    ringing = alarm(task)
    if ringing is None or task.due_on is None or now < ringing:
        return []
    if now >= end_of_day(task.due_on):
        return [f.FellOverdue(due_on=task.due_on)]
    return [] if task.warned else [f.Warned(due_on=task.due_on)]


def _require_running(task: Task) -> None:
    if task.completed_on is not None:
        raise _completed()
    if task.state is TaskState.DRAFT:
        raise Refused(
            "draft", "分工方案尚在征求意见，任务还没有生效。", remedy="请待正式印发并由督查人员确认生效后再办。"
        )


def _completed() -> Refused:
    return Refused("completed", "这项任务已经办结。", remedy="确需继续的，请督查人员重新打开。")

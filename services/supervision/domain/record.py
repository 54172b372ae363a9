"""What is told of a task, by which values it is found, and its kind of case."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.supervision import (
    Task as Record,
)
from contracts.supervision import (
    TaskChanged,
    TaskCompleted,
    TaskImported,
    TaskOverdue,
    TaskProgressed,
    TaskRestated,
    TaskState,
    UnitProgress,
)
from kernel.calendar import end_of_day
from kernel.cases import CaseKind
from kernel.clock import CST
from kernel.facts import Fact
from services.supervision.domain import facts as f
from services.supervision.domain.decisions import alarm, tick
from services.supervision.domain.task import Task, evolve

LABELS = {
    TaskState.DRAFT: "征求意见",
    TaskState.IN_FORCE: "推进中",
    TaskState.REPORTED: "待确认",
    TaskState.COMPLETED: "已办结",
}
WAITS_FOR = {
    TaskState.DRAFT: "督查人员：正式印发后确认生效",
    TaskState.IN_FORCE: "责任单位：推进并报告进展",
    TaskState.REPORTED: "督查人员：确认办结",
    TaskState.COMPLETED: "",
}
TOLD: Mapping[type[Fact], type[Event]] = {
    f.Imported: TaskImported,
    f.Progressed: TaskProgressed,
    f.Completed: TaskCompleted,
    f.FellOverdue: TaskOverdue,
}
"""Which fact makes which event; any other makes `changed`."""
SAME = ("table", "table_title", "document", "no", "section", "requirement", "units", "leads", "co", "unknown",
        "each_alone", "due_on", "target", "reached", "completed_on", "on_time")  # fmt: skip


def record(task: Task) -> Record:
    """The record of a task. A draft is not open: it binds nobody yet."""
    return Record(
        id=task.number,
        title=f"{task.table_title[:60]} 第{task.no}项 {task.requirement[:120]}",
        state=task.state.value,
        state_label=LABELS[task.state],
        open=task.running,
        agency=in_charge(task),
        opened_at=task.at,
        due_at=end_of_day(task.due_on) if task.due_on and task.running else None,
        overdue=task.overdue and task.running,
        waits_for=waits_for(task),
        warned=task.warned and task.running,
        progress=tuple(progress(each) for each in task.latest.values()),
        reports=len(task.reports),
        **{name: getattr(task, name) for name in SAME},
    )


def in_charge(task: Task) -> str:
    """The first that leads, or the only unit; empty where several act without a lead."""
    if task.leads:
        return task.leads[0]
    return task.agencies[0] if len(task.agencies) == 1 else ""


def waits_for(task: Task) -> str:
    return "督查人员：对应单位名称" if task.running and task.unknown else WAITS_FOR[task.state]


def progress(report: f.Progressed) -> UnitProgress:
    return UnitProgress(
        agency=report.agency, on=report.at.astimezone(CST).date(), reached=report.reached, finished=report.finished
    )


def tell(task: Task, facts: Sequence[Fact]) -> list[Event]:
    kind = next((TOLD[type(fact)] for fact in facts if type(fact) in TOLD), TaskChanged)
    return [kind(record=record(task))]


def retell(task: Task) -> list[Event]:
    return [TaskRestated(record=record(task))]


def index(task: Task) -> Mapping[str, Any]:
    """Plain values: by table, unit, state, and names that wait for a person."""
    return {
        "table": task.table,
        "no": task.no,
        "state": task.state.value,
        "overdue": task.overdue and task.running,
        "agencies": list(task.agencies),
        "names": list(dict.fromkeys(unit.name for unit in task.units)),
        "unknown": list(task.unknown),
        "dated": task.due_on is not None and task.completed_on is None,
    }


TASK: CaseKind[Task] = CaseKind(
    name="task",
    title="督查任务",
    facts=f.FACTS,
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)

"""Lists of tasks, and of names that wait for a person."""

from typing import Any

from contracts import supervision as c
from services.supervision.domain.record import LABELS, progress
from services.supervision.domain.task import Task
from services.supervision.service import Supervision
from services.supervision.storage import unknown_names


async def tasks(service: Supervision, query: c.TasksOfUnit) -> c.TaskPage:
    """One page by number, and the counts of the unit or table whatever the filter of the list."""
    given = {"agencies": query.agency, "table": query.table}
    whose: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    where = dict(whose)
    if query.state is not None:
        where["state"] = query.state.value
    if query.overdue is not None:
        where["overdue"] = query.overdue
    total = await service.tasks.count(where)
    page = where | ({"_id": {"$gt": query.after}} if query.after else {})
    held = await service.tasks.find(page, sort=[("_id", 1)], limit=query.limit + 1)
    shown = held[: query.limit]
    return c.TaskPage(
        total=total,
        counts=await _counts(service, whose),
        items=tuple(_line(one.state, query.agency) for one in shown),
        next=shown[-1].id if len(held) > query.limit else None,
    )


async def _counts(service: Supervision, whose: dict[str, Any]) -> dict[str, int]:
    states = {state.value: await service.tasks.count({**whose, "state": state.value}) for state in c.TaskState}
    return {**states, "overdue": await service.tasks.count({**whose, "overdue": True})}


def _line(task: Task, agency: str | None) -> c.TaskLine:
    mine = task.latest.get(agency) if agency else None
    return c.TaskLine(
        id=task.number,
        table=task.table,
        no=task.no,
        requirement=task.requirement,
        lead=agency in task.leads if agency else None,
        state=task.state,
        state_label=LABELS[task.state],
        due_on=task.due_on,
        overdue=task.overdue and task.running,
        target=task.target,
        reached=task.reached,
        mine=progress(mine) if mine else None,
    )


async def unknown(service: Supervision, table: str | None) -> tuple[c.UnknownUnit, ...]:
    """Names in the order of their first task."""
    found: dict[str, list[int]] = {}
    for name, no in await unknown_names(service.tasks.collection, table):
        found.setdefault(name, []).append(no)
    return tuple(c.UnknownUnit(name=name, tasks=tuple(dict.fromkeys(numbers))) for name, numbers in found.items())

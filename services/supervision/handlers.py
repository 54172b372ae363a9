"""What the supervision service reacts to."""

from chassis.actors import Cause
from chassis.handlers import Handlers
from contracts import supervision as c
from contracts.base import Done
from kernel.clock import CST
from kernel.refused import Refused
from services.supervision import importing, lists
from services.supervision.domain import decisions, notice
from services.supervision.domain.record import record
from services.supervision.service import Supervision, official
from services.supervision.storage import each

on = Handlers[Supervision]()


@on.command(c.LoadCalendarNotice)
async def load_notice(service: Supervision, command: c.LoadCalendarNotice, cause: Cause) -> Done:
    id = notice.notice_id(command.notice.year)
    held = await service.notices.open(id, notice.load(None, command.notice), cause, origin=id)
    if held.repeated:
        held = await service.notices.execute(id, lambda known: notice.load(known, command.notice), cause)
    return Done(id=id, version=held.version, state="in_force", repeated=held.repeated)


@on.event(c.CalendarNoticeLoaded)
async def recompute(service: Supervision, event: c.CalendarNoticeLoaded, cause: Cause) -> None:
    """The notice as it now stands, not as the event tells it: an older event must not bring back an older notice."""
    held = await service.notices.load(event.record.id)
    await service.calendars.add(held.state.notice, held.epoch, held.version)
    calendar = service.calendars.current
    async for task in each(service.tasks, {"dated": True}):
        if decisions.recompute(task.state, calendar):
            await service.tasks.execute(task.id, lambda state: decisions.recompute(state, calendar), cause)


@on.query(c.CalendarInForce)
async def calendar_in_force(service: Supervision, query: c.CalendarInForce, cause: Cause) -> c.NoticesInForce:
    held = await service.notices.find({}, sort=[("year", 1)])
    return c.NoticesInForce(notices=tuple(one.state.notice for one in held))


@on.command(c.ImportTasks)
async def import_tasks(service: Supervision, command: c.ImportTasks, cause: Cause) -> c.TableImported:
    official(cause)
    return await importing.take_in(service, command, cause)


@on.command(c.MapUnit)
async def map_unit(service: Supervision, command: c.MapUnit, cause: Cause) -> c.UnitMapped:
    official(cause)
    return await importing.map_unit(service, command, cause)


@on.command(c.PutInForce)
async def put_in_force(service: Supervision, command: c.PutInForce, cause: Cause) -> c.TableInForce:
    official(cause)
    known = changed = 0
    async for task in each(service.tasks, {"table": command.table}):
        known += 1
        if decisions.put_in_force(task.state, command.document, cause.now):
            await service.tasks.execute(
                task.id, lambda state: decisions.put_in_force(state, command.document, cause.now), cause
            )
            changed += 1
    if not known:
        raise Refused("not_found", "没有这个编号的任务表。", field="table", remedy="请核对编号。")
    return c.TableInForce(table=command.table, tasks=changed)


@on.command(c.ReportProgress)
async def report(service: Supervision, command: c.ReportProgress, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide(
        command.id,
        lambda task: decisions.report(
            task, by, cause.now, command.text, command.reached, command.finished, command.evidence
        ),
        cause,
    )


@on.command(c.SetDue)
async def set_due(service: Supervision, command: c.SetDue, cause: Cause) -> Done:
    official(cause)
    calendar = service.calendars.current
    return await service.decide(
        command.id, lambda task: decisions.set_due(task, command.due_on, command.reason, cause.now, calendar), cause
    )


@on.command(c.SetTarget)
async def set_target(service: Supervision, command: c.SetTarget, cause: Cause) -> Done:
    official(cause)
    return await service.decide(command.id, lambda task: decisions.set_target(task, command.target), cause)


@on.command(c.Complete)
async def complete(service: Supervision, command: c.Complete, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide(command.id, lambda task: decisions.complete(task, by, command.note, cause.now), cause)


@on.command(c.Reopen)
async def reopen(service: Supervision, command: c.Reopen, cause: Cause) -> Done:
    official(cause)
    return await service.decide(command.id, lambda task: decisions.reopen(task, command.reason, cause.now), cause)


@on.query(c.GetTask)
async def get_task(service: Supervision, query: c.GetTask, cause: Cause) -> c.TaskFile:
    task = (await service.tasks.load(query.id)).state
    reports = tuple(
        c.ProgressReport(
            agency=one.agency,
            by=one.by,
            at=one.at.astimezone(CST),
            text=one.text,
            reached=one.reached,
            finished=one.finished,
            evidence=one.evidence,
        )
        for one in task.reports
    )
    return c.TaskFile(record=record(task), reports=reports)


@on.query(c.TasksOfUnit)
async def tasks_of_unit(service: Supervision, query: c.TasksOfUnit, cause: Cause) -> c.TaskPage:
    return await lists.tasks(service, query)


@on.query(c.UnknownUnits)
async def unknown_units(service: Supervision, query: c.UnknownUnits, cause: Cause) -> c.UnknownUnitList:
    return c.UnknownUnitList(units=await lists.unknown(service, query.table))

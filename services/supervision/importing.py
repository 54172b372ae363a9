"""Takes a table in, and maps its names when a person has said for whom they stand."""

from collections import Counter

from chassis.actors import Cause
from chassis.cases import Held, Opening
from contracts import supervision as c
from kernel.clock import CST
from kernel.personal import require_impersonal
from kernel.refused import Refused
from services.supervision import lists
from services.supervision.domain import decisions
from services.supervision.domain.decisions import Table
from services.supervision.domain.task import Task
from services.supervision.service import Supervision, table_id
from services.supervision.storage import each
from services.supervision.units import meaning, units_of


async def take_in(service: Supervision, command: c.ImportTasks, cause: Cause) -> c.TableImported:
    """Open the tasks that are not there yet; the same table again finds them as they now are."""
    _refuse_repeated(command)
    require_impersonal(title=command.title, document=command.document)
    table = table_id(command)
    origins = {row.no: f"{table}/{row.no}" for row in command.rows}
    known = await service.tasks.by_origin(list(origins.values()))
    rows = [row for row in command.rows if origins[row.no] not in known]
    if rows:
        await _open(service, command, rows, table, cause)
    held = await service.tasks.by_origin(list(origins.values()))
    tasks = tuple(_imported(row.no, held[origins[row.no]], origins[row.no] in known) for row in command.rows)
    return c.TableImported(table=table, tasks=tasks, unknown=await lists.unknown(service, table))


async def _open(service: Supervision, command: c.ImportTasks, rows: list[c.TaskRow], id: str, cause: Cause) -> None:
    today = cause.now.astimezone(CST).date()
    table = Table(id, command.title, command.document, command.draft, command.issued_on or today)
    units = units_of(rows, service.register, table.as_of, await service.names.chosen())
    numbers = await service.new_ids(today.year, len(rows))
    calendar = service.calendars.current
    await service.tasks.open_many(
        [
            Opening(number, decisions.take(number, table, row, named, cause.now, calendar), cause, f"{id}/{row.no}")
            for number, row, named in zip(numbers, rows, units, strict=True)
        ]
    )


def _refuse_repeated(command: c.ImportTasks) -> None:
    twice = [no for no, times in Counter(row.no for row in command.rows).items() if times > 1]
    if twice:
        raise Refused("row_repeated", f"第 {twice[0]} 项的序号重复。", field="rows", remedy="请更正序号后重新导入。")


def _imported(no: int, held: Held[Task], repeated: bool) -> c.ImportedTask:
    return c.ImportedTask(no=no, id=held.id, state=held.state.state, repeated=repeated)


async def map_unit(service: Supervision, command: c.MapUnit, cause: Cause) -> c.UnitMapped:
    """Keep what the person said for later tables, then tell it to every task that has the name."""
    today = cause.now.astimezone(CST).date()
    if meaning(command.unit, service.register, today).codes:
        raise Refused("unit_known", "机构名录中已有这个单位。", field="unit", remedy="名录中的单位无需对应。")
    now = meaning(command.to, service.register, today)
    if not now.codes:
        raise Refused(
            "unknown_agency", "机构名录中没有这个单位或群组。", field="to", remedy="请用 zwgk agencies list 查看。"
        )
    await service.names.choose(command.unit, command.to, cause.actor, cause.now)
    changed = 0
    async for held in each(service.tasks, {"names": command.unit}):
        then = meaning(command.to, service.register, held.state.as_of)
        found = then if then.codes else now
        if decisions.map_unit(held.state, command.unit, found.codes, found.is_group):
            await service.tasks.execute(held.id, _mapping(command.unit, found), cause)
            changed += 1
    return c.UnitMapped(unit=command.unit, agencies=now.codes, tasks=changed)


def _mapping(unit: str, found: c.TaskUnit) -> decisions.Decide:
    return lambda task: decisions.map_unit(task, unit, found.codes, found.is_group)

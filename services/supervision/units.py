"""The names in a table against the agency register, on the day of the table."""

from collections.abc import Mapping, Sequence
from datetime import date

from contracts.supervision import TaskRow, TaskUnit
from kernel.agencies import Register
from services.supervision.reader import TaskRow as ReadRow
from services.supervision.reader import TaskTable, map_units
from services.supervision.reader import Unit as Known


def units_of(
    rows: Sequence[TaskRow], register: Register, on: date, chosen: Mapping[str, str]
) -> list[tuple[TaskUnit, ...]]:
    """The units of each row, those included that a person must still map: they stand for nobody yet.

    `chosen` is what persons have mapped: name in a table -> code, name or group of the register.
    """
    read = tuple(
        ReadRow(
            no=row.no,
            section=row.section,
            requirement=row.requirement,
            lead_names=row.lead_names,
            co_names=row.co_names,
            each_alone=row.each_alone,
        )
        for row in rows
    )
    mapped, _ = map_units(TaskTable(title="", status="draft", sections=(), tasks=read), register, on, chosen)
    return [
        (*_named(row.lead_names, True, known.lead), *_named(row.co_names, False, known.co))
        for row, known in zip(rows, mapped, strict=True)
    ]


def meaning(name: str, register: Register, on: date) -> TaskUnit:
    """For whom a name stands on a day; for nobody where the register does not know it."""
    (units,) = units_of([TaskRow(no=1, requirement="——", co_names=(name,))], register, on, {})
    return units[0]


def _named(names: Sequence[str], lead: bool, known: Sequence[Known]) -> tuple[TaskUnit, ...]:
    found = {unit.name: unit for unit in known}
    return tuple(
        TaskUnit(name=name, lead=lead, codes=found[name].codes, is_group=found[name].is_group)
        if name in found
        else TaskUnit(name=name, lead=lead)
        for name in dict.fromkeys(names)
    )

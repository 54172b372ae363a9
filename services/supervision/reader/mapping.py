"""The units of a task table against the agency register."""

from collections.abc import Mapping
from datetime import date

from kernel.agencies import Register
from services.supervision.reader.table import Frozen, TaskTable


class Unit(Frozen):
    """One unit as the table names it, and the agencies for which it stands: the agency itself, those that followed it
    where it has gone, or the members of a group."""

    name: str
    codes: tuple[str, ...]
    is_group: bool = False


class MappedRow(Frozen):
    """The units of one task that the register knows, each once."""

    no: int
    lead: tuple[Unit, ...]
    co: tuple[Unit, ...]

    @property
    def lead_codes(self) -> tuple[str, ...]:
        """Codes of the leading agencies."""
        return _codes(self.lead)

    @property
    def co_codes(self) -> tuple[str, ...]:
        """Codes of the co-operating agencies, groups expanded, without those that lead."""
        return tuple(code for code in _codes(self.co) if code not in self.lead_codes)


class UnknownUnit(Frozen):
    """A name that the register does not know, and the numbers of the tasks in which it stands."""

    name: str
    tasks: tuple[int, ...]


def map_units(
    table: TaskTable, register: Register, on: date, chosen: Mapping[str, str] | None = None
) -> tuple[tuple[MappedRow, ...], tuple[UnknownUnit, ...]]:
    """The rows with their agencies, and the names that a person has to map, in the order of their first task.

    Groups and successors are those of the day `on`; an agency that has gone without a successor counts as unknown.
    `chosen` is what a person has mapped: name in the table -> agency code, name or group.
    """
    named = dict.fromkeys(name for row in table.tasks for name in row.lead_names + row.co_names)
    units = {name: _unit(name, (chosen or {}).get(name, name), register, on) for name in named}
    rows = tuple(
        MappedRow(no=row.no, lead=_known(row.lead_names, units), co=_known(row.co_names, units)) for row in table.tasks
    )
    unknown = tuple(
        UnknownUnit(
            name=name, tasks=tuple(row.no for row in table.tasks if name in row.lead_names or name in row.co_names)
        )
        for name, unit in units.items()
        if unit is None
    )
    return rows, unknown


def _unit(name: str, sought: str, register: Register, on: date) -> Unit | None:
    if register.is_group(sought):
        return Unit(name=name, codes=tuple(agency.code for agency in register.expand(sought, on)), is_group=True)
    agency = register.by_code(sought) or register.find(sought)
    heirs = register.successors(agency.code, on) if agency else ()
    codes = tuple(heir.code for heir in heirs if heir.in_force(on))
    return Unit(name=name, codes=codes) if codes else None


def _known(names: tuple[str, ...], units: Mapping[str, Unit | None]) -> tuple[Unit, ...]:
    return tuple(unit for name in dict.fromkeys(names) if (unit := units[name]) is not None)


def _codes(units: tuple[Unit, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for unit in units for code in unit.codes))

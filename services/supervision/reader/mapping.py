"""The units of a task table against the agency register."""

from collections.abc import Mapping
from typing import Protocol

from services.supervision.reader.table import Frozen, TaskTable


class Register(Protocol):
    """What is asked of the agency register."""

    def code_of(self, name: str) -> str | None:
        """Code of the agency with this name or alias; None where it knows none."""

    def members_of(self, group: str) -> tuple[str, ...] | None:
        """Codes of the agencies in a group (县直各部门); None where it knows no such group."""


class Unit(Frozen):
    """One unit as the table names it, and the agencies for which it stands: one, or the members of a group."""

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
    table: TaskTable, register: Register, chosen: Mapping[str, str] | None = None
) -> tuple[tuple[MappedRow, ...], tuple[UnknownUnit, ...]]:
    """The rows with their agencies, and the names that a person has to map, in the order of their first task.

    `chosen` is what a person has mapped: name in the table -> agency code or group name.
    """
    units = {name: _unit(name, register, chosen or {}) for row in table.tasks for name in row.lead_names + row.co_names}
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


def _unit(name: str, register: Register, chosen: Mapping[str, str]) -> Unit | None:
    sought = chosen.get(name, name)
    members = register.members_of(sought)
    if members is not None:
        return Unit(name=name, codes=members, is_group=True)
    code = register.code_of(sought)
    return Unit(name=name, codes=(code,)) if code is not None else None


def _known(names: tuple[str, ...], units: Mapping[str, Unit | None]) -> tuple[Unit, ...]:
    return tuple(unit for name in dict.fromkeys(names) if (unit := units[name]) is not None)


def _codes(units: tuple[Unit, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for unit in units for code in unit.codes))

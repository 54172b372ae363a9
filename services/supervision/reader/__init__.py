"""Reads task tables (分工方案) and maps their units to the agency register. No I/O."""

from services.supervision.reader.mapping import MappedRow, Unit, UnknownUnit, map_units
from services.supervision.reader.table import Remark, TaskRow, TaskTable
from services.supervision.reader.tasks import read_task_table

__all__ = [
    "MappedRow",
    "Remark",
    "TaskRow",
    "TaskTable",
    "Unit",
    "UnknownUnit",
    "map_units",
    "read_task_table",
]

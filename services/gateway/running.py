"""Whether an item of a register has begun, runs, or has ended without the result that its kind publishes."""

from collections.abc import Mapping
from datetime import date

from contracts.publication.catalogue import CatalogueType, Column, Value


def standing(kind: CatalogueType, values: Mapping[str, Value], today: date) -> str:
    """In a word for the public; empty for a type whose items do not run."""
    running = kind.running
    starts = str(values.get(running.starts, "")) if running else ""
    if running is None or not starts:
        return ""
    day = today.isoformat()
    if day < starts:
        return "未开始"
    owed = not running.owed_by or values.get(running.kind_field) == running.owed_by
    ends = str(values.get(running.ends, "")) or ("" if owed else starts)
    if not ends or day <= ends:
        return "进行中"
    if not owed or any(_filled(kind, values, place) for place in running.results):
        return "已结束"
    return "已结束，结果未公布"


def _filled(kind: CatalogueType, values: Mapping[str, Value], place: str) -> bool:
    """Whether a column, or one column of its table (`questions.count`), says something."""
    name, _, inner = place.partition(".")
    value = values.get(name, "")
    if not inner:
        return bool(value)
    column = next(each for each in kind.columns if each.name == name)
    return any(row.get(inner) for row in (_rows(column, value) if isinstance(value, str) else value))


def _rows(column: Column, cell: str) -> list[dict[str, str]]:
    """The table of a cell as it stands in rows."""
    names = [each.name for each in column.columns]
    return [dict(zip(names, line.split("｜"), strict=False)) for line in cell.splitlines()]

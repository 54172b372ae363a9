"""The cell 完成时限 of a task table: 2024年6月底前, 2024年6月30日前, 2024年底前, 长期坚持."""

import re
from calendar import monthrange
from datetime import date

_DUE = re.compile(
    r"(?:(?P<year>20\d{2}) ?年 ?(?:(?P<month>\d{1,2}) ?月 ?(?:(?P<day>\d{1,2}) ?日|底|份)?|底|内)?"
    r"(?:以?前|完成|前完成)?"
    r"|长期(?:坚持|推进)?|持续(?:推进|实施)|全年|年内)"
)


def is_due(cell: str) -> bool:
    """Whether the cell says by when, and nothing else."""
    return len(cell) <= 30 and _DUE.fullmatch(cell) is not None


def due_date(cell: str) -> date | None:
    """The last day in time: a month's or year's last day where no day is named; None for 长期 and impossible dates."""
    found = _DUE.fullmatch(cell)
    if found is None or not found["year"]:
        return None
    year, month = int(found["year"]), int(found["month"] or 12)
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    day = int(found["day"] or last)
    return date(year, month, day) if 1 <= day <= last else None

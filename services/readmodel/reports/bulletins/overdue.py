"""Overdue lists: what is past its limit and still open, per unit, over all services."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from contracts.titles import title
from kernel.calendar import Calendar
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import day_of, last_day
from services.readmodel.reports.bulletins.sheet import Sheet, fitting, heads, table
from services.readmodel.work import Piece

LISTED = 300
UNDECIDED = "未定"


def overdue(
    sheet: Sheet, pieces: Sequence[Piece], now: datetime, calendar: Calendar, names: Callable[[str], str]
) -> None:
    """Fill the sheet from open work whose limit has passed, the oldest first."""
    types = sorted({each.type for each in pieces})
    first = heapq.nsmallest(LISTED, pieces, key=lambda each: (each.due_at, each.type, each.id))
    units = by_unit(pieces, lambda each: (each.agency,), names)
    listed = fitting((_line(each, now, calendar, names) for each in first), LISTED)
    by_type = Counter(each.type for each in pieces)
    sheet.data |= {
        "total": len(pieces),
        "by_type": {name: by_type[name] for name in types},
        "by_unit": units,
        "items": listed,
        "listed": len(listed),
    }
    labels = [title(name) for name in types]
    bars = [(sheet.short(unit["name"]), [unit["counts"].get(name, 0) for name in types]) for unit in units]
    columns = [("name", "单位"), ("total", "合计"), *zip(types, labels, strict=True)]
    grid = table(columns, [{**dict.fromkeys(types, 0), **unit, **unit["counts"]} for unit in units])
    words = [f"截至{sheet.as_of.isoformat()}，逾期未办结{len(pieces)}件，涉及{len(units)}个单位。"]
    sheet.part("各单位逾期情况", words, grid, [plots.stacked("各单位逾期未办结", labels, bars, "件")])
    columns = heads(
        "agency_name=单位 type_label=类别 id=编号 title=事项 state_label=状态 due_on=期限 "
        "days_late=逾期工作日 waits_for=等待"
    )
    more = [f"只列前{len(listed)}件。"] if len(pieces) > len(listed) else ([] if pieces else ["没有。"])
    sheet.part("逾期事项", more, table(columns, listed))


def by_unit(
    pieces: Iterable[Piece], whose: Callable[[Piece], tuple[str, ...]], names: Callable[[str], str]
) -> list[dict[str, Any]]:
    """How much work of each type stands with each unit, the most first."""
    counts: dict[str, Counter[str]] = {}
    for each in pieces:
        for code in whose(each):
            counts.setdefault(code, Counter())[each.type] += 1
    rows = [
        {
            "agency": code,
            "name": names(code) or UNDECIDED,
            "total": found.total(),
            "counts": dict(sorted(found.items())),
        }
        for code, found in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["total"], row["agency"]))


def _line(piece: Piece, now: datetime, calendar: Calendar, names: Callable[[str], str]) -> dict[str, Any]:
    due, today = last_day(piece.due_at), day_of(now)
    assert due is not None
    assert today is not None
    return {
        "type": piece.type,
        "type_label": title(piece.type),
        "id": piece.id,
        "title": piece.title,
        "state_label": piece.state_label,
        "agency": piece.agency,
        "agency_name": names(piece.agency) or UNDECIDED,
        "due_on": due.isoformat(),
        "days_late": calendar.workdays_between(due, today),
        "waits_for": piece.waits_for,
    }

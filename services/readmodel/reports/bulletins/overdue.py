"""Overdue lists: what is past its limit and still open, per unit, over all services."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from contracts.titles import title
from kernel.calendar import Calendar
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import Record, day_of, last_day
from services.readmodel.reports.bulletins.sheet import Sheet, fitting, heads, table

LISTED = 300
UNDECIDED = "未定"


def overdue(
    sheet: Sheet, views: Sequence[Record], now: datetime, calendar: Calendar, names: Callable[[str], str]
) -> None:
    """Fill the sheet from the views of open work whose limit has passed, the oldest first."""
    types = sorted({view["type"] for view in views})
    rows = [_line(view, now, calendar, names) for view in views]
    units, listed = by_unit(views, names), fitting(rows, LISTED)
    sheet.data |= {
        "total": len(views),
        "by_type": {name: sum(view["type"] == name for view in views) for name in types},
        "by_unit": units,
        "items": listed,
        "listed": len(listed),
    }
    labels = [title(name) for name in types]
    bars = [(sheet.short(unit["name"]), [unit["counts"].get(name, 0) for name in types]) for unit in units]
    columns = [("name", "单位"), ("total", "合计"), *zip(types, labels, strict=True)]
    grid = table(columns, [{**dict.fromkeys(types, 0), **unit, **unit["counts"]} for unit in units])
    words = [f"截至{sheet.as_of.isoformat()}，逾期未办结{len(views)}件，涉及{len(units)}个单位。"]
    sheet.part("各单位逾期情况", words, grid, [plots.stacked("各单位逾期未办结", labels, bars, "件")])
    columns = heads(
        "agency_name=单位 type_label=类别 id=编号 title=事项 state_label=状态 due_on=期限 "
        "days_late=逾期工作日 waits_for=等待"
    )
    more = [f"只列前{len(listed)}件。"] if len(rows) > len(listed) else ([] if rows else ["没有。"])
    sheet.part("逾期事项", more, table(columns, listed))


def by_unit(views: Sequence[Record], names: Callable[[str], str]) -> list[dict[str, Any]]:
    """How much work of each type stands with each unit, the most first."""
    counts: dict[str, Counter[str]] = {}
    for view in views:
        counts.setdefault(view["work"]["agency"], Counter())[view["type"]] += 1
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


def _line(view: Record, now: datetime, calendar: Calendar, names: Callable[[str], str]) -> dict[str, Any]:
    record, due = view["record"], last_day(view["work"]["due_at"])
    today = day_of(now)
    assert due is not None
    assert today is not None
    return {
        "type": view["type"],
        "type_label": title(view["type"]),
        "id": view["id"],
        "title": record["title"],
        "state_label": record["state_label"],
        "agency": view["work"]["agency"],
        "agency_name": names(view["work"]["agency"]) or UNDECIDED,
        "due_on": due.isoformat(),
        "days_late": calendar.workdays_between(due, today),
        "waits_for": record.get("waits_for") or "",
    }

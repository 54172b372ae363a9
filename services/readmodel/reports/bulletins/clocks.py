"""The clock board: every running limit of every service that ends within the next working days, and what has passed."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from contracts.titles import title
from kernel.calendar import Calendar, end_of_day
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import day_of, last_day
from services.readmodel.reports.bulletins.overdue import UNDECIDED
from services.readmodel.reports.bulletins.sheet import Sheet, fitting, heads, table
from services.readmodel.work import Piece

LISTED = 400


class Clock(NamedTuple):
    """A limit that runs."""

    end: datetime
    id: str
    what: str
    piece: Piece

    @property
    def day(self) -> date:
        found = last_day(self.end)
        assert found is not None
        return found


def clocks(
    sheet: Sheet, pieces: Sequence[Piece], now: datetime, calendar: Calendar, days: int, names: Callable[[str], str]
) -> None:
    """Fill the sheet from open work. What runs out within so many working days is listed by its end."""
    today = day_of(now)
    assert today is not None
    last = calendar.due(today, days)
    until = end_of_day(last)
    ahead = [Clock(end, each.id, what, each) for each in pieces for end, what in each.limits if now <= end <= until]
    passed = sum(end < now for each in pieces for end, _ in each.limits)
    per_day = Counter(last_day(clock.end) for clock in ahead)
    window = [day for day in _days(today, last) if calendar.is_workday(day) or per_day[day]]
    first = heapq.nsmallest(LISTED, ahead, key=lambda clock: clock[:3])
    items = fitting((_line(clock, now, names) for clock in first), LISTED)
    sheet.data |= {
        "working_days": days,
        "until": last.isoformat(),
        "passed": passed,
        "total": len(ahead),
        "provisional": calendar.provisional(today, last),
        "by_day": {day.isoformat(): per_day[day] for day in window},
        "by_type": dict(sorted(Counter(clock.piece.type for clock in ahead).items())),
        "items": items,
        "listed": len(items),
    }
    if sheet.data["provisional"]:
        sheet.notes.append("部分日期尚无国务院办公厅放假通知，工作日为暂定。")
    _lay_out(sheet, window)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _line(clock: Clock, now: datetime, names: Callable[[str], str]) -> dict[str, Any]:
    piece, end = clock.piece, clock.end
    return {
        "type": piece.type,
        "type_label": title(piece.type),
        "id": piece.id,
        "title": piece.title,
        "what": clock.what,
        "agency": piece.agency,
        "agency_name": names(piece.agency) or UNDECIDED,
        "due_at": end.isoformat(),
        "due": _shown(end.astimezone(now.tzinfo), clock.day),
        "hours_left": round((end - now).total_seconds() / 3600, 1),
        "state_label": piece.state_label,
        "waits_for": piece.waits_for,
    }


def _shown(local: datetime, day: date) -> str:
    """A limit that ends with a day is shown as the day."""
    return day.isoformat() if local.hour == local.minute == 0 else local.strftime("%Y-%m-%d %H:%M")


def _lay_out(sheet: Sheet, window: Sequence[date]) -> None:
    data = sheet.data
    columns = [(f"{day.month}.{day.day}", data["by_day"][day.isoformat()]) for day in window]
    words = [
        f"截至{sheet.as_of.isoformat()}，今后{data['working_days']}个工作日内（至{data['until']}）到期的时限"
        f"{data['total']}项；另有已过{data['passed']}项（含签收、联系等分项时限）。"
    ]
    grid = table(heads("day=日期 count=到期"), [{"day": d, "count": n} for d, n in data["by_day"].items()])
    sheet.part("到期分布", words, grid, [plots.columns("今后每日到期时限", columns, "项")])
    kinds = [{"type": title(name), "count": count} for name, count in data["by_type"].items()]
    bars = plots.bars("到期时限按类别", [(kind["type"], kind["count"]) for kind in kinds], "项")
    sheet.part("按类别", grid=table(heads("type=类别 count=到期"), kinds), plots=[bars])
    items = heads(
        "due=到期 what=时限 type_label=类别 id=编号 title=事项 agency_name=单位 state_label=状态 waits_for=等待"
    )
    more = [f"只列前{data['listed']}项。"] if data["total"] > data["listed"] else ([] if data["items"] else ["没有。"])
    sheet.part("时限清单", more, table(items, data["items"]))

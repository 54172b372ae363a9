"""`zwgk calendar` and `zwgk deadline`: holiday notices, working days, and how a time limit is counted."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import Agency, As, Json
from cli.place import DATA
from cli.session import Session, guarded, run, show
from contracts import supervision as c
from contracts.base import Done
from kernel.calendar import Calendar, Deadline, Interval, Notice
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)
deadline_app = typer.Typer(no_args_is_help=True)
MAX_DAYS = 2000
DAY_COLUMNS = [("date", "日期"), ("weekday", "星期"), ("counted", "计入"), ("reason", "理由"), ("source", "依据"),
               ("provisional", "暂定")]  # fmt: skip


def in_force() -> Calendar:
    """The shipped calendar with the notices loaded into the running platform, if one runs."""

    async def ask() -> Sequence[Notice]:
        session = Session.opened(DATA.get())
        try:
            return (await session.ask(c.CalendarInForce(), c.NoticesInForce, timeout=5)).notices
        finally:
            await session.close()

    calendar = Calendar.shipped()
    try:
        for notice in asyncio.run(ask()):
            calendar = calendar.with_notice(notice)
    except Refused as refused:
        if refused.code != "not_running":
            sys.stderr.write(f"! {refused.message}仅按随平台发布的日历计算。\n")
    return calendar


@app.command("load")
def load(file: Annotated[Path, typer.Argument(help="节假日通知（JSON：year、number、rest、makeup）。")],
         as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """载入年度节假日通知，受影响的期限随即重算。例：zwgk calendar load 2027.json --as 张三"""

    async def work(session: Session) -> Done:
        return await session.ask(c.LoadCalendarNotice(notice=_read(file)), Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("id", "通知"), ("version", "版本"), ("state", "状态")])


def _read(file: Path) -> Notice:
    try:
        return Notice.read(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise Refused("path_missing", "读不到这个文件。", field="file", remedy="请核对路径和编码（UTF-8）。") from None


@app.command("show")
def show_year(year: Annotated[int, typer.Option("--year", help="年份。")], json_: Json = False) -> None:
    """某一年的放假日和调休上班日。例：zwgk calendar show --year 2026"""
    shown = guarded(lambda: _year(in_force(), year))
    if json_:
        show(shown, json_=True)
        return
    note = "（暂定）" if shown["provisional"] else ""
    title = f"{year} 年：{shown['source']}，工作日 {shown['workdays']} 天{note}"
    columns = [("date", "日期"), ("weekday", "星期"), ("working", "上班"), ("reason", "说明")]
    show(shown["days"], json_=False, columns=columns, title=title)


def _year(calendar: Calendar, year: int) -> dict[str, Any]:
    """The days that differ from an ordinary week, and the number of working days."""
    if not date.min.year <= year <= date.max.year:
        raise Refused("year", "年份不正确。", field="year", remedy="例：--year 2026")
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [calendar.day(first + timedelta(days=n)) for n in range((last - first).days + 1)]
    special = [day for day in days if day.reason not in ("工作日", "周末")]
    return {
        "year": year,
        "source": days[0].source,
        "provisional": days[0].provisional,
        "calendar": calendar.version,
        "workdays": sum(day.working for day in days),
        "days": [
            {"date": day.date.isoformat(), "weekday": _weekday(day.date), "working": day.working, "reason": day.reason}
            for day in special
        ],
    }


@deadline_app.callback()
def _deadline() -> None:
    """期限如何计算。"""


@deadline_app.command("explain")
def explain(received: Annotated[str, typer.Option("--received", help="收到日（不计入），如 2026-12-10。")],
            days: Annotated[int, typer.Option("--days", help="工作日数。")],
            exclude: Annotated[list[str] | None, typer.Option(
                "--exclude", help="不计入的日期 起..止（首尾都不计入），可多次给出。")] = None,
            json_: Json = False) -> None:  # fmt: skip
    """逐日说明期限：计入、跳过及其理由。例：zwgk deadline explain --received 2026-12-10 --days 20"""

    def act() -> Deadline:
        if not 1 <= days <= MAX_DAYS:
            raise Refused("days", f"工作日数应在 1 至 {MAX_DAYS} 之间。", field="days", remedy="请核对天数。")
        start = _day(received, "received")
        excluded = [_interval(text) for text in exclude or ()]
        return in_force().add_workdays(start, days, excluded)

    _show(guarded(act), days, json_)


def _show(limit: Deadline, n: int, json_: bool) -> None:
    counted = [
        {
            "date": day.date.isoformat(),
            "weekday": _weekday(day.date),
            "counted": day.counted,
            "reason": day.reason,
            "source": day.source,
            "provisional": day.provisional,
        }
        for day in limit.days
    ]
    if json_:
        show(
            {
                "received": limit.start.isoformat(),
                "due": limit.due.isoformat(),
                "provisional": limit.provisional,
                "calendar": limit.calendar,
                "days": counted,
            },
            json_=True,
        )
        return
    note = "（暂定：部分年份尚无节假日通知）" if limit.provisional else ""
    title = f"{limit.start} 收到，{n} 个工作日，{limit.due} 届满{note}"
    show(counted, json_=False, columns=DAY_COLUMNS, title=title)


def _weekday(day: date) -> str:
    return "一二三四五六日"[day.weekday()]


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("date", "日期不正确。", field=field, remedy="例：2026-12-10") from None


def _interval(text: str) -> Interval:
    first, found, last = text.partition("..")
    if not found:
        raise Refused("interval", "不计入的日期应写作 起..止。", field="exclude", remedy="例：2026-12-14..2026-12-18")
    start, end = _day(first, "exclude"), _day(last, "exclude")
    if end < start:
        raise Refused("interval", "止日早于起日。", field="exclude", remedy="请核对起止日期。")
    return Interval(start - timedelta(days=1), end)

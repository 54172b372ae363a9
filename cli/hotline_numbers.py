"""`zwgk hotline stats|sheet|supervision|bulletin|suggestions|publish-figures`: numbers of the hotline."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

import typer

from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from cli.tickets import made
from contracts.base import Command, Done, Query, Reply
from contracts.hotline import figures as c
from contracts.hotline.public import CountSuggestions, IssueBulletin, SuggestionFigures
from contracts.hotline.ratings import CountRatings, RatingFigures

R = TypeVar("R", bound=Reply)
FIRST = typer.Option(..., "--from", formats=["%Y-%m-%d"], help="开始日期（含）。")
LAST = typer.Option(..., "--to", formats=["%Y-%m-%d"], help="结束日期（含）。")
COUNTS = [
    ("label", ""),
    ("received", "受理"),
    ("direct", "直办"),
    ("dispatched", "转办"),
    ("closed", "办结"),
    ("returned", "退单"),
    ("reopened", "重新受理"),
    ("redone", "重办"),
    ("overdue", "超期"),
]
RATES = [
    ("label", ""),
    ("response", "响应率"),
    ("solution", "解决率"),
    ("satisfaction", "满意率"),
    ("on_time", "按期办结率"),
]
TICKETS = [("id", "编号"), ("title", "事项"), ("state_label", "状态"), ("agency", "承办"), ("due_at", "期限")]


def asked(kind: type[Query] | type[Command], into: type[R], as_: str | None, agency: str, /, **fields: Any) -> R:
    """The reply to what was typed."""
    message = guarded(lambda: made(kind, fields))

    async def work(session: Session) -> R:
        return await session.ask(message, into, as_=as_, agency=agency, timeout=120)

    return run(work)


def shown(figures: c.Figures) -> dict[str, Any]:
    """A row for people: each rate with what it is made of."""
    row = figures.model_dump(mode="json")
    for name, rate in row.items():
        if isinstance(rate, dict):
            row[name] = f"{rate['part']}/{rate['of']}" + (f" {rate['value']}%" if rate["value"] is not None else "")
    return row


def table_of(figures: Iterable[c.Figures], title: str | None = None) -> None:
    """Counts and rates in two tables: side by side they fit no ordinary terminal."""
    rows = [shown(row) for row in figures]
    show(rows, json_=False, columns=COUNTS, title=title)
    show(rows, json_=False, columns=RATES)


def stats(
    first: datetime = FIRST,
    last: datetime = LAST,
    by: str = typer.Option("total", "--by", help="按什么分列：total unit category channel kind area"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """统计期间受理工单的件数和比率（附分子分母）。例：zwgk hotline stats --from 2026-01-01 --to 2026-01-31 --by unit"""
    given = {"first": first.date(), "last": last.date(), "by": by}
    table = asked(c.Statistics, c.StatisticsTable, as_, agency, **given)
    if json_:
        show(table, json_=True)
        return
    table_of((*table.rows, table.total))


def sheet(
    day: datetime = typer.Option(None, "--day", formats=["%Y-%m-%d"], help="日期；不写为今天。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """值班日报：当日受理办结情况和须办事项。例：zwgk hotline sheet"""
    page = asked(c.DutySheet, c.DutyPage, as_, agency, day=day.date() if day else None)
    if json_:
        show(page, json_=True)
        return
    typer.echo(f"{page.day} 受理 {page.received} 件，办结 {page.closed} 件，在办 {page.open} 件。")
    parts = (
        ("紧急事项未确认移交", page.emergencies),
        ("已超期", page.overdue),
        ("即将到期", page.due),
        ("未签收", page.unsigned),
        ("待回访", page.visits),
    )
    for title, tickets in parts:
        if tickets:
            show([each.model_dump(mode="json") for each in tickets], json_=False, columns=TICKETS, title=title)
    for signal in page.signals:
        typer.echo(f"苗头预警：{signal.title}（{signal.reason}）")


def supervision(
    unit: str = typer.Option(None, "--unit", help="只看这个承办单位。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """督办清单：超期、督办、多次催办、退单、重办的在办工单。例：zwgk hotline supervision --unit cgj"""
    page = asked(c.SupervisionList, c.SupervisionPage, as_, agency, agency=unit)
    rows = [line.ticket.model_dump(mode="json") | {"reasons": list(line.reasons)} for line in page.lines]
    show(page if json_ else rows, json_=json_, columns=[*TICKETS, ("reasons", "原因")])


def bulletin(
    year: int = typer.Option(..., "--year", help="年。"),
    month: int = typer.Option(..., "--month", min=1, max=12, help="月。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """月度通报数据：总量、同比环比、渠道、类型、分类、单位、热点。例：zwgk hotline bulletin --year 2026 --month 1"""
    page = asked(c.MonthlyBulletin, c.MonthPage, as_, agency, year=year, month=month)
    if json_:
        show(page, json_=True)
        return
    typer.echo(f"受理 {page.total.received} 件，上月 {page.last_month} 件，上年同月 {page.last_year} 件。")
    parts = (("渠道", page.by_channel), ("类型", page.by_kind), ("分类", page.by_category), ("单位", page.by_unit))
    for title, rows in parts:
        table_of(rows, title)
    topics = [each.model_dump() for each in page.topics]
    heads = [("category", "分类"), ("area", "区域"), ("count", "件数"), ("share", "占比%"), ("before", "上月")]
    show(topics, json_=False, columns=heads, title="热点")


def suggestions(
    first: datetime = FIRST, last: datetime = LAST, as_: As = None, agency: Agency = "", json_: Json = False
) -> None:
    """建议的采纳情况。例：zwgk hotline suggestions --from 2026-01-01 --to 2026-03-31"""
    given = {"first": first.date(), "last": last.date()}
    found = asked(CountSuggestions, SuggestionFigures, as_, agency, **given)
    heads = [("name", "单位"), ("ended", "办结"), ("adopted", "采纳"), ("not_adopted", "未采纳"), ("waiting", "在办")]
    rows = [row.model_dump() for row in (*found.rows, found.total)]
    show(found if json_ else rows, json_=json_, columns=heads)


def rating_stats(
    first: datetime = FIRST, last: datetime = LAST, as_: As = None, agency: Agency = "", json_: Json = False
) -> None:
    """好差评统计。例：zwgk hotline rating-stats --from 2026-01-01 --to 2026-01-31"""
    given = {"first": first.date(), "last": last.date()}
    found = asked(CountRatings, RatingFigures, as_, agency, **given)
    heads = [("name", "单位"), ("counted", "计入"), ("good", "好评"), ("bad", "差评"), ("excluded", "误评恶评")]
    heads += [("rectified", "已整改解释"), ("named_bad", "实名差评"), ("revisited", "已回访")]
    rows = [row.model_dump() for row in (*found.rows, found.total)]
    show(found if json_ else rows, json_=json_, columns=heads)


def issue(
    about: str = typer.Option(..., "--about", help="ratings 好差评，suggestions 建议采纳。"),
    first: datetime = FIRST,
    last: datetime = LAST,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布一个期间的好差评或建议采纳情况。例：zwgk hotline issue --about ratings --from 2026-01-01 --to 2026-01-31"""
    given = {"about": about, "first": first.date(), "last": last.date()}
    show(asked(IssueBulletin, Done, as_, agency, **given), json_=json_, columns=[("id", "编号"), ("state", "状态")])

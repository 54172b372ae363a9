"""The question for a report of the offices: what it takes, what it is made from, in which format it goes out."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from chassis.actors import Cause
from contracts import sitewatch as w
from contracts.hotline import figures as h
from contracts.readmodel import reports as c
from kernel.refused import Refused
from services.readmodel.board import Board
from services.readmodel.handlers import ReadModel, on
from services.readmodel.reports import files
from services.readmodel.reports.bulletins import site_year
from services.readmodel.reports.bulletins.asking import Asking
from services.readmodel.reports.bulletins.clocks import clocks
from services.readmodel.reports.bulletins.hotline import hotline
from services.readmodel.reports.bulletins.opinion import opinion
from services.readmodel.reports.bulletins.overdue import overdue
from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.bulletins.progress import FINISHED, progress
from services.readmodel.reports.bulletins.quarterly import quarterly
from services.readmodel.reports.bulletins.scoreboard import Known, scoreboard
from services.readmodel.reports.bulletins.sheet import Sheet
from services.readmodel.reports.bulletins.site import site
from services.readmodel.reports.bulletins.site_quarter import Beside
from services.readmodel.reports.office import today
from services.readmodel.work import Counted, Piece, of_unit, overview

MAX_FILE = 180 * 1024
"""A reply must fit into one message, base64 included."""
OF_NOW = "本表按所指日期的状况；机构的名称和起止日期按现行机构目录，工作日按现行节假日安排。"
"""What of a past day is not of that day."""
Fill = Callable[[Asking], Awaitable[None]]


@dataclass(frozen=True)
class Kind:
    """One report: its title, what fills it, which options it takes."""

    title: str
    fill: Fill
    takes: frozenset[str]
    public: bool = True
    """Whether there is an edition that may be published."""
    docx: bool = True


@on.query(c.GetReport)
async def report(service: ReadModel, query: c.GetReport, cause: Cause) -> c.ReportFile:
    kind = KINDS[query.report]
    _require_fitting(query, kind)
    asking = Asking(service, query, cause, _sheet(service, query, kind, cause))
    await kind.fill(asking)
    sheet = asking.sheet
    if asking.past:
        sheet.notes.append(OF_NOW)
    content, media_type = await asyncio.to_thread(_file, sheet, query.format)
    told = sheet.told() if query.format == "json" else {}
    if max(len(content), len(json.dumps(told, ensure_ascii=False).encode())) > MAX_FILE:
        raise Refused("report_large", "报表过大。", field="agency", remedy="请按单位或者较短的期间出表。")
    return c.ReportFile(
        report=query.report,
        title=sheet.title,
        incomplete=tuple(sheet.incomplete),
        data=told,
        file=base64.b64encode(content).decode() if content else None,
        media_type=media_type,
    )


def _require_fitting(query: c.GetReport, kind: Kind) -> None:
    """Raises `Refused` for an option that the report does not take: it would look as if it had counted."""
    for name in ("agency", "year", "quarter", "month", "as_of", "site", "table"):
        if getattr(query, name) and name not in kind.takes:
            raise Refused(
                "option_unused",
                f"“{kind.title}”没有这个选项。",
                field=name,
                remedy="请去掉该选项。",
            )
    if query.public and not kind.public:
        raise Refused("internal_report", f"“{kind.title}”供内部使用，没有公开版。", field="public")
    if query.format == "docx" and not kind.docx:
        raise Refused("format_unknown", "该报表没有 docx 格式。", field="format", remedy="请用 html 或 xlsx。")


def _sheet(service: ReadModel, query: c.GetReport, kind: Kind, cause: Cause) -> Sheet:
    register, day = service.register, query.as_of or today(cause)
    if day > today(cause):
        raise Refused("day_ahead", "所指日期还没有到。", field="as_of", remedy="请选择今天或者以前的日期。")
    period = Period.of(query.year, query.quarter, query.month) if "year" in kind.takes else None
    name = register.require(query.agency).name if query.agency else register.region_name
    when = period.label if period else f"（{day.isoformat()}）"
    title = f"{name}{when}{kind.title}"
    sheet = Sheet(query.report, title, day, period, query.agency, name, register.region_name, query.public)
    if period is not None:
        _require_length(query, kind)
        period.require_begun(day)
        if day <= period.last:
            sheet.incomplete.append(f"{period.label}尚未结束，本表截至{day.isoformat()}。")
    return sheet


def _require_length(query: c.GetReport, kind: Kind) -> None:
    if "quarter" in kind.takes and "month" not in kind.takes and not query.quarter:
        raise Refused("quarter_missing", "没有说明季度。", field="quarter", remedy="请加季度，1 至 4。")


def _file(sheet: Sheet, format: str) -> tuple[bytes, str]:
    layout = sheet.layout
    match format:
        case "html":
            content, media_type = files.html(layout).encode(), files.HTML
        case "part":
            content, media_type = files.part(layout).encode(), files.HTML
        case "text":
            content, media_type = files.text(layout).encode(), "text/plain; charset=utf-8"
        case "docx":
            content, media_type = files.docx(layout), files.DOCX
        case "xlsx":
            content, media_type = files.xlsx(layout), files.XLSX
        case _:
            content, media_type = b"", "application/json"
    return content, media_type


async def _quarterly(asking: Asking) -> None:
    sheet, service = asking.sheet, asking.service
    assert sheet.period is not None
    shelf = service.reports.shelf
    cases, _ = await shelf.standing(await asking.generation, sheet.as_of.isoformat())
    mine = [each for each in cases if asking.query.agency in ("", each[1].agency)]
    earlier = [("上季度", sheet.period.before()), ("上年同季度", sheet.period.year_before())]
    await asyncio.to_thread(quarterly, sheet, mine, asking.name, earlier)


async def _hotline(asking: Asking) -> None:
    await hotline(asking.sheet, asking.service.reports.ask, asking.past_day)
    if asking.past and not asking.sheet.data["total"]["received"]:
        await asking.require_known()


async def _opinion(asking: Asking) -> None:
    opinion(asking.sheet, await asking.records("opinion.event"), asking.now, asking.name)


async def _site(asking: Asking) -> None:
    sites, accounts, findings = await asyncio.gather(
        *(asking.records(f"sitewatch.{name}") for name in ("site", "account", "finding"))
    )
    if code := asking.query.agency:
        sites, accounts = ([each for each in all_ if each["details"]["owner"] == code] for all_ in (sites, accounts))
        owned = {each["id"] for each in (*sites, *accounts)}
        findings = [each for each in findings if each["site"] in owned]
    site(asking.sheet, sites, accounts, findings, await _beside(asking), asking.now, asking.name)


async def _beside(asking: Asking) -> Beside:
    office, sheet = asking.service.reports, asking.sheet
    assert sheet.period is not None
    year, scope = sheet.period.first.year, asking.query.agency
    _, documents = await office.shelf.standing(await asking.generation, sheet.as_of.isoformat())
    reports = await office.as_of(year, sheet.as_of)
    try:
        query = w.CountChecks(year=year, quarter=(sheet.period.first.month + 2) // 3)
        looked: Sequence[w.Looked] | None = (await office.ask(query, w.Checked)).looked
    except Refused as refused:
        if refused.code != "unavailable":
            raise
        looked = None
    return Beside(
        looked=looked,
        documents=[each for each in documents if scope in ("", each.agency)],
        declared=reports[year, scope].figures if (year, scope) in reports else {},
    )


async def _site_year(asking: Asking) -> None:
    office = asking.service.reports
    sites, *rest = await asyncio.gather(*(asking.records(name, *fields) for name, fields in site_year.READS.items()))
    chosen = site_year.chosen(sites, asking.query.site)
    sheet, owner = asking.sheet, chosen["details"]["owner"]
    assert sheet.period is not None
    sheet.scope, sheet.scope_name = owner, asking.name(owner)
    sheet.title = f"{chosen['details']['site_name']}{sheet.period.label}{KINDS['site-year'].title}"
    year = sheet.period.first.year
    reports = await office.as_of(year, sheet.as_of)
    declared = reports[year, owner].figures if (year, owner) in reports else {}
    known = {each.code: each.name for each in asking.service.register}
    site_year.site_year(sheet, chosen, site_year.Known(*rest), declared, known)


async def _scoreboard(asking: Asking) -> None:
    generation, sheet, service = await asking.generation, asking.sheet, asking.service
    assert sheet.period is not None
    cases, documents = await service.reports.shelf.standing(generation, sheet.as_of.isoformat())
    events, findings, work, tickets = await asyncio.gather(
        asking.records("opinion.event"), asking.records("sitewatch.finding"), asking.work(), _tickets(asking)
    )
    tasks = [each for each, _ in work.counted("supervision.task")]
    known = Known(documents, cases, tickets, events, findings, tasks, _late(asking, work))
    await asyncio.to_thread(scoreboard, sheet, known, asking.units(), asking.now, asking.name)


async def _tickets(asking: Asking) -> h.StatisticsTable | None:
    """The hotline's own figures; without them the sheet says why."""
    sheet, period = asking.sheet, asking.sheet.period
    assert period is not None
    query = h.Statistics(first=period.first, last=period.last, by="unit", as_of=asking.past_day)
    try:
        return await asking.service.reports.ask(query, h.StatisticsTable)
    except Refused as refused:
        if refused.code != "unavailable":
            raise
        sheet.incomplete.append("热线服务没有应答，本表缺热线数字。")
        return None


def _late(asking: Asking, work: Board) -> list[Piece]:
    return of_unit((each for each in work.open() if each.late(asking.now)), asking.query.agency)


async def _overdue(asking: Asking) -> None:
    found = _late(asking, await asking.work())
    calendar = asking.service.calendars.current
    await asyncio.to_thread(overdue, asking.sheet, found, asking.now, calendar, asking.name)


async def _progress(asking: Asking) -> None:
    query, work = asking.query, await asking.work()
    every, wanted = work.counted(), work.counted(query.type)
    finished = [] if query.public else await asking.finished(work, query.type, FINISHED)
    await asyncio.to_thread(_fill_progress, asking, every, wanted, finished)


def _fill_progress(asking: Asking, every: Counted, wanted: Counted, finished: Sequence[Piece]) -> None:
    query, now = asking.query, asking.now
    if code := query.agency:
        every, wanted = ([pair for pair in work if code in pair[0].units] for work in (every, wanted))
    progress(asking.sheet, wanted, finished, overview(every, now), query.type, query.table, now, asking.name)


async def _clocks(asking: Asking) -> None:
    found = of_unit((await asking.work()).open(), asking.query.agency)
    calendar, days = asking.service.calendars.current, asking.query.working_days
    await asyncio.to_thread(clocks, asking.sheet, found, asking.now, calendar, days, asking.name)


def _kind(title: str, fill: Fill, takes: str, *, public: bool = True, docx: bool = True) -> Kind:
    return Kind(title, fill, frozenset(takes.split()), public, docx)


KINDS: dict[str, Kind] = {
    "quarterly": _kind("政府信息公开申请分析", _quarterly, "agency year quarter as_of"),
    "hotline": _kind("热线通报", _hotline, "agency year quarter month as_of"),
    "opinion": _kind("政务舆情通报", _opinion, "year quarter month as_of"),
    "site": _kind("网站与政务新媒体检查通报", _site, "agency year quarter as_of"),
    "site-year": _kind("政府网站工作年度报表", _site_year, "year site as_of"),
    "scoreboard": _kind("政务公开各单位情况表", _scoreboard, "agency year quarter month as_of"),
    "overdue": _kind("逾期事项清单", _overdue, "agency as_of", public=False),
    "progress": _kind("工作台账进展", _progress, "agency table as_of"),
    "clocks": _kind("时限看板", _clocks, "agency as_of", public=False, docx=False),
}
__all__ = ["KINDS", "on"]

"""The scoreboard: for every unit what each service counts of it in a time. Scores are for supervision's assessment;
here stand counts and rates alone, and no unit is ranked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from contracts.hotline import figures as h
from contracts.titles import title
from kernel.agencies import Agency
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import Record, day_of
from services.readmodel.reports.bulletins.opinion import NO_EVENT, in_time
from services.readmodel.reports.bulletins.overdue import by_unit
from services.readmodel.reports.bulletins.progress import figures
from services.readmodel.reports.bulletins.quarterly import totals
from services.readmodel.reports.bulletins.sheet import WITHHELD, Sheet, heads, rate, table
from services.readmodel.reports.bulletins.site import REJECTED, rectified
from services.readmodel.reports.bulletins.withheld import SMALLEST, withheld, withheld_rate
from services.readmodel.reports.counted import DocumentCount
from services.readmodel.reports.counting import Case
from services.readmodel.work import Piece

T = TypeVar("T")
NONE = {"part": 0, "of": 0, "value": None}


@dataclass(frozen=True)
class Known:
    """What the services count. `tickets` is missing while the hotline does not answer, and for a past day."""

    documents: Sequence[DocumentCount]
    cases: Sequence[Case]
    tickets: h.StatisticsTable | None
    events: Sequence[Record]
    findings: Sequence[Record]
    tasks: Sequence[Piece]
    overdue: Sequence[Piece]

    def by_agency(self) -> Callable[[str], "Known"]:
        """What is known of one agency; divided once, for there may be many of each."""
        parts: tuple[dict[str, list[Any]], ...] = (
            _divided(self.documents, lambda each: (each.agency,)),
            _divided(self.cases, lambda each: (each[1].agency,)),
            _divided(self.events, lambda each: (each["agency"],)),
            _divided(self.findings, lambda each: (each["agency"],)),
            _divided(self.tasks, lambda each: each.units),
        )

        def of(code: str) -> Known:
            documents, cases, events, findings, tasks = (part.get(code, []) for part in parts)
            return Known(documents, cases, self.tickets, events, findings, tasks, ())

        return of


def scoreboard(sheet: Sheet, known: Known, units: Iterable[Agency], now: datetime, names: Callable[[str], str]) -> None:
    """Fill the sheet: a row for each unit of the register that reports, and for every other that has work."""
    listed = {unit.code: unit.name for unit in units}
    found = () if sheet.scope else sorted(_with_work(known))
    others = {code: names(code) for code in found if code and code not in listed}
    late = {row["agency"]: row for row in by_unit(known.overdue, lambda each: each.units, names)}
    mine = known.by_agency()
    rows = [_row(sheet, mine(code), code, name, late.get(code), now) for code, name in {**listed, **others}.items()]
    if sheet.public:
        _withhold(sheet, rows)
    types = sorted({each.type for each in known.overdue})
    sheet.data |= {"units": rows, "overdue_types": types}
    sheet.notes.append(
        "率后括号内为分子和分母，分母为零的不计算；逾期为出表当日的状况，其余按期间统计。几个单位共同负责的任务，每个负责单位各计一次。本表只列数字，不排名次。"
    )
    _lay_out(sheet, types)


def _divided(known: Iterable[T], whose: Callable[[T], tuple[str, ...]]) -> dict[str, list[T]]:
    parts: dict[str, list[T]] = {}
    for each in known:
        for code in whose(each):
            parts.setdefault(code, []).append(each)
    return parts


def _with_work(known: Known) -> set[str]:
    return {
        *(each.agency for each in known.documents),
        *(case.agency for _, case in known.cases),
        *(row.key for row in (known.tickets.rows if known.tickets else ())),
        *(each["agency"] for each in (*known.events, *known.findings)),
        *(code for each in (*known.tasks, *known.overdue) for code in each.units),
    }


def _row(
    sheet: Sheet, known: Known, code: str, name: str, late: Mapping[str, Any] | None, now: datetime
) -> dict[str, Any]:
    counts = late["counts"] if late else {}
    return {
        "agency": code,
        "name": name,
        **_publication(sheet, known),
        **_requests(sheet, known),
        **_hotline(known, code),
        **_watched(sheet, known, now),
        "overdue": late["total"] if late else 0,
        "overdue_by_type": counts,
    }


def _withhold(sheet: Sheet, rows: Sequence[dict[str, Any]]) -> None:
    """For the public: small numbers of requests, and what few persons stand behind."""
    for key in ("requests_received", "requests_closed"):
        public = withheld({row["agency"]: row[key] for row in rows})
        for row in rows:
            row[key] = public[row["agency"]]
    for row in rows:
        for key in ("requests_on_time", "tickets_satisfaction"):
            row[key] = row[key] and withheld_rate(row[key])
    sheet.notes.append(f"公开版不列少于{SMALLEST}件的申请件数和比率；该阈值为本平台约定，未经核实。")


def _publication(sheet: Sheet, known: Known) -> dict[str, Any]:
    period = sheet.period
    assert period is not None
    first, last = period.first.isoformat(), period.last.isoformat()
    published = [each for each in known.documents if first <= each.published <= last]
    timed = [each for each in published if each.days_late is not None]
    same_day = sum(each.days_late == 0 for each in timed)
    return {"published": len(published), "published_same_day": rate(same_day, len(timed))}


def _requests(sheet: Sheet, known: Known) -> dict[str, Any]:
    period = sheet.period
    assert period is not None
    mine = [case for _, case in known.cases]
    cutoff = min(period.last, sheet.as_of)
    closed = [case for case in mine if period.first.isoformat() <= case.closed <= cutoff.isoformat()]
    timed = [case for case in closed if case.timed or case.late]
    found = totals(mine, period.first, cutoff)
    return {
        "requests_received": found["received"],
        "requests_closed": found["closed"],
        "requests_on_time": rate(sum(not case.late for case in timed), len(timed)),
    }


def _hotline(known: Known, code: str) -> dict[str, Any]:
    if known.tickets is None:
        return {"tickets": None, "tickets_on_time": None, "tickets_satisfaction": None}
    row = next((each for each in known.tickets.rows if each.key == code), None)
    if row is None:
        return {"tickets": 0, "tickets_on_time": NONE, "tickets_satisfaction": NONE}
    return {
        "tickets": row.received,
        "tickets_on_time": row.on_time.model_dump(),
        "tickets_satisfaction": row.satisfaction.model_dump(),
    }


def _watched(sheet: Sheet, known: Known, now: datetime) -> dict[str, Any]:
    period = sheet.period
    assert period is not None
    duties = [
        duty for each in known.events
        if each["state"] != NO_EVENT and period.holds(day_of(each["detected_at"]))
        for duty in each["duties"]
    ]  # fmt: skip
    findings = [
        each for each in known.findings
        if each["state"] != REJECTED and period.holds(day_of(each["opened_at"]))
    ]  # fmt: skip
    tasks = [(each, 1) for each in known.tasks if not each.draft]
    return {
        "opinion_on_time": in_time(duties, now),
        "findings": len(findings),
        "findings_rectified": rectified(findings, now),
        "tasks": len(tasks),
        "tasks_completion": figures(tasks, now)["completion"],
    }


def _lay_out(sheet: Sheet, types: Sequence[str]) -> None:
    rows = [
        {**row, **{key: WITHHELD for key in ("requests_received", "requests_closed") if row[key] is None}}
        for row in sheet.data["units"]
    ]
    work = heads(
        "name=单位 published=主动公开 published_same_day=当日公开率 "
        "requests_received=新收申请 requests_closed=办结申请 requests_on_time=按期答复率 "
        "tickets=热线工单 tickets_on_time=按期办结率 tickets_satisfaction=满意率"
    )
    watched = heads(
        "name=单位 opinion_on_time=舆情按期回应率 findings=网站问题 findings_rectified=整改率 "
        "tasks=负责任务 tasks_completion=任务办结率 overdue=现有逾期"
    )
    requests = [(sheet.short(row["name"]), row["requests_on_time"]) for row in rows]
    tickets = [(sheet.short(row["name"]), row["tickets_on_time"] or NONE) for row in rows]
    on_time = [plots.rates("各单位依申请按期答复率", requests), plots.rates("各单位热线按期办结率", tickets)]
    sheet.part("公开、申请与热线", grid=table(work, rows), plots=on_time)
    late = sorted((row for row in rows if row["overdue"]), key=lambda row: -row["overdue"])
    parts = [(sheet.short(row["name"]), [row["overdue_by_type"].get(name, 0) for name in types]) for row in late]
    plot = plots.stacked("各单位现有逾期", [title(name) for name in types], parts, "件")
    sheet.part("回应、整改、任务与逾期", grid=table(watched, rows), plots=[plot])

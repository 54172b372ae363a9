"""Reports as the gateway offers them: what each is called, what one must say to have it, as which file it goes out."""

import base64
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, cast
from urllib.parse import quote

from fastapi import Depends, Query
from pydantic import BeforeValidator
from starlette.responses import Response

from contracts.base import WorkRecord
from contracts.readmodel.reports import GetReport, ReportFile, ReportFormat, ReportName
from contracts.registry import REGISTRY
from contracts.titles import title
from services.gateway.service import Gateway

SECONDS = 60.0
ENDINGS = {"html": "html", "xlsx": "xlsx", "docx": "docx"}


@dataclass(frozen=True)
class Listed:
    """One report in the list: `asks` are the fields of its form."""

    name: ReportName
    title: str
    about: str
    asks: tuple[str, ...] = ()
    docx: bool = True
    public: bool = True


LIST = (
    Listed(
        "clocks", "时限看板", "各类工作在今后十个工作日内到期的时限。", ("agency", "as_of"), docx=False, public=False
    ),
    Listed("overdue", "逾期事项清单", "已过期限、尚未办结的事项，按单位列出。", ("agency", "as_of"), public=False),
    Listed("scoreboard", "各单位情况表", "每个单位在各类工作中的件数和比率。", ("year", "quarter", "agency", "as_of")),
    Listed("progress", "工作台账进展", "年度任务、工作台账等的进展，以及各类工作总览。", ("type", "agency", "as_of")),
    Listed(
        "quarterly",
        "依申请公开季度分析",
        "按渠道、申请人类别、结果和单位分析。",
        ("year", "quarter!", "agency", "as_of"),
    ),
    Listed("hotline", "热线通报", "受理、办结、满意情况，热点和好差评。", ("year", "month", "agency")),
    Listed("opinion", "政务舆情通报", "级别、处置、时限履行和各单位回应。", ("year", "quarter", "as_of")),
    Listed("site", "网站检查通报", "合格率、问题分类、整改和反复问题。", ("year", "quarter!", "agency", "as_of")),
    Listed("site-year", "政府网站工作年度报表", "按国办函〔2018〕12号的表样。", ("year", "site")),
)
BY_NAME = {each.name: each for each in LIST}


@cache
def work_types() -> tuple[tuple[str, str], ...]:
    """Every kind of work with its Chinese name, by which it is ordered."""
    work = set()
    for event in REGISTRY.events():
        record = event.model_fields["record"].annotation
        if isinstance(record, type) and issubclass(record, WorkRecord):
            work.add(f"{event.service()}.{event.record_name}")
    return tuple(sorted(((name, title(name)) for name in work), key=lambda each: each[1]))


@dataclass(frozen=True)
class Options:
    """What a report was asked for."""

    given: dict[str, Any]


def _options(
    agency: Annotated[str, Query(max_length=40, description="单位的机构代码")] = "",
    year: Annotated[int | None, Query(ge=2008, le=2100, description="年度")] = None,
    quarter: Annotated[str, Query(pattern="^[1-4]?$", description="季度")] = "",
    month: Annotated[str, Query(pattern="^([1-9]|1[0-2])?$", description="月份")] = "",
    as_of: Annotated[
        date | None, BeforeValidator(lambda given: given or None), Query(description="截至哪一天的状况；默认今天")
    ] = None,
    site: Annotated[str, Query(max_length=80, description="网站编号或标识码（网站年度报表）")] = "",
    type: Annotated[str, Query(max_length=80, description="记录类型（台账进展）")] = "supervision.task",
    table: Annotated[str, Query(max_length=80, description="任务分工表的编号（台账进展）")] = "",
    working_days: Annotated[int, Query(ge=1, le=60, description="今后多少个工作日（时限看板）")] = 10,
    public: Annotated[bool, Query(description="公开版")] = False,
) -> Options:
    """A form sends its empty fields too: they count as not given."""
    return Options(
        {
            "agency": agency,
            "year": year,
            "quarter": int(quarter) if quarter else None,
            "month": int(month) if month else None,
            "as_of": as_of,
            "site": site,
            "type": type,
            "table": table,
            "working_days": working_days,
            "public": public,
        }
    )


Asked = Annotated[Options, Depends(_options)]


async def made(it: Gateway, name: str, format_: str, options: Options, token: str) -> ReportFile:
    """The report, asked for with the person's token."""
    query = GetReport(report=cast(ReportName, name), format=cast(ReportFormat, format_), **options.given)
    return await it.ask(query, ReportFile, token=token, timeout=SECONDS)


def file(content: str, media_type: str, title: str, format_: str) -> Response:
    """A file to be kept, under its Chinese title."""
    name = quote(f"{title}.{ENDINGS[format_]}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Cache-Control": "no-store"}
    return Response(base64.b64decode(content), media_type=media_type, headers=headers)

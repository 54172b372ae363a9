"""Reports over HTTP: the offices' own with a person's token; to everyone what was issued or counts public documents."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, Response

from contracts.readmodel.answers import GetAnnualReport, GetDisclosure
from contracts.readmodel.reports import ReportName
from contracts.readmodel.terms import DisclosureStatistics, ReportReply
from services.gateway.asking import It, Staff
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.reports import LIST, SECONDS, Asked, file, made
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1/reports", tags=["报告"], route_class=Traced, responses=PROBLEM_RESPONSES)
Year = Annotated[int, Query(ge=2008, le=2100, description="年度")]
Scope = Annotated[str, Query(max_length=40, description="单位的机构代码；不填为全区域")]
Format = Literal["json", "html", "xlsx", "docx"]


@routes.get("", summary="报表目录", description="有哪些报表，各要哪些条件。")
async def listed(person: Staff) -> list[dict[str, Any]]:
    return [
        {"name": each.name, "title": each.title, "about": each.about, "asks": [ask.rstrip("!") for ask in each.asks]}
        for each in LIST
    ]


@routes.get("/annual", summary="已定稿的年度报告", description="任何人可读；未定稿的不在此处。")
async def annual(
    it: It,
    year: Year,
    agency: Scope = "",
    edition: Annotated[int | None, Query(ge=1, description="第几版；默认最后一版")] = None,
    format: Format = "json",
) -> Response:
    asked = GetAnnualReport(year=year, agency=agency, edition=edition, issued=True, format=format)
    found = await it.ask(asked, ReportReply, timeout=SECONDS)
    if found.file is None:
        return JSONResponse(found.report)
    return file(found.file, found.media_type, f"{found.report['agency']}{year}年政府信息公开工作年度报告", format)


@routes.get("/disclosure", summary="主动公开统计", description="已公开信息分类的条数与占比，分渠道的条次。")
async def disclosure(
    it: It,
    year: Year,
    agency: Scope = "",
    as_of: Annotated[date | None, Query(description="截至哪一天的状况；默认今天")] = None,
) -> DisclosureStatistics:
    asked = GetDisclosure(year=year, agency=agency, as_of=as_of)
    return await it.ask(asked, DisclosureStatistics)


@routes.get("/{name}", summary="一份报表", description="工作人员使用：JSON，或 html、xlsx、docx 文件。")
async def one(
    it: It,
    person: Staff,
    name: Annotated[ReportName, Path(description="报表，见目录")],
    options: Asked,
    format: Format = "json",
) -> Response:
    found = await made(it, name, format, options, person.token)
    if found.file is None:
        return JSONResponse(found.data)
    return file(found.file, found.media_type, found.title, format)

"""The annual report on the desk: as it stands on a day, each cell of its tables down to the requests behind it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from contracts.readmodel.answers import ExplainCell, GetAnnualReport
from contracts.readmodel.terms import CellCases, ReportReply
from services.gateway.asking import It
from services.gateway.render import page, query, style_address
from services.gateway.reports import SECONDS, file
from services.gateway.session import required
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/desk/reports/annual", include_in_schema=False, route_class=Traced)
PAGE = 200


@dataclass(frozen=True)
class Wanted:
    """Which report, as of which day."""

    year: int
    agency: str
    as_of: date | None

    @property
    def text(self) -> str:
        return query(year=str(self.year), agency=self.agency, as_of=self.as_of.isoformat() if self.as_of else None)


def _wanted(
    year: Annotated[int, Query(ge=2008, le=2100)],
    agency: Annotated[str, Query(max_length=40)] = "",
    as_of: Annotated[date | None, BeforeValidator(lambda given: given or None), Query()] = None,
) -> Wanted:
    """A form sends its empty fields too: they count as not given."""
    return Wanted(year, agency, as_of)


Asked = Annotated[Wanted, Depends(_wanted)]


async def _report(it: It, asked: Wanted, token: str, **options: Any) -> ReportReply:
    wanted = GetAnnualReport(year=asked.year, agency=asked.agency, as_of=asked.as_of, **options)
    return await it.ask(wanted, ReportReply, token=token, timeout=SECONDS)


@routes.get("")
async def shown(request: Request, it: It, asked: Asked) -> Response:
    found = await _report(it, asked, required(request).token)
    return page(
        request,
        "annual.html",
        report=found.report,
        failed=[each.message for each in found.findings],
        asked=asked.text,
        report_style=style_address("report.css"),
    )


@routes.get("/cell")
async def cell(
    request: Request,
    it: It,
    asked: Asked,
    row: Annotated[str, Query(max_length=120)],
    column: Annotated[str, Query(max_length=20)],
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """The requests behind a cell of the second or third table."""
    wanted = ExplainCell(
        year=asked.year, agency=asked.agency, as_of=asked.as_of, row=row, column=column, offset=offset, limit=PAGE
    )
    found = await it.ask(wanted, CellCases, token=required(request).token, timeout=SECONDS)
    more = query(row=row, column=column, offset=str(offset + PAGE)) if found.total > offset + PAGE else ""
    return page(request, "annual_cell.html", found=found, asked=asked.text, year=asked.year, offset=offset, more=more)


@routes.get("/{format}")
async def kept(
    request: Request, it: It, asked: Asked, format: Annotated[Literal["html", "xlsx", "docx"], Path()]
) -> Response:
    found = await _report(it, asked, required(request).token, format=format)
    title = f"{found.report['agency']}{asked.year}年政府信息公开工作年度报告"
    return file(found.file or "", found.media_type, title, format)

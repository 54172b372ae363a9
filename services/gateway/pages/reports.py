"""Reports for signed-in staff: the list, each report with its plots, and its files."""

import base64
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from starlette.responses import Response

from contracts.readmodel.reports import ReportName
from kernel.clock import CST
from services.gateway import agencies
from services.gateway.asking import It
from services.gateway.render import page, query, style_address
from services.gateway.reports import BY_NAME, LIST, Asked, file, made, work_types
from services.gateway.session import required, session
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/desk/reports", include_in_schema=False, route_class=Traced)
Name = Annotated[ReportName, Path()]
SEE_OTHER = 303


@routes.get("")
async def listed(request: Request, it: It) -> Response:
    if session(request) is None:
        return RedirectResponse("/sign-in", SEE_OTHER)
    known = await agencies.known(it)
    return page(
        request,
        "reports.html",
        reports=LIST,
        agencies=known,
        types=work_types(),
        last=_last_quarter(it.clock.now().astimezone(CST).date()),
        report_style=style_address("report.css"),
    )


def _last_quarter(day: date) -> tuple[int, int]:
    """Year and number of the last quarter that is over."""
    year, quarter = divmod(day.year * 4 + (day.month - 1) // 3 - 1, 4)
    return year, quarter + 1


@routes.get("/{name}")
async def one(request: Request, it: It, name: Name, options: Asked) -> Response:
    """The report's own HTML, made and escaped by the read model, inside the page."""
    person = required(request)
    found = await made(it, name, "part", options, person.token)
    return page(
        request,
        "report.html",
        report=BY_NAME[name],
        title=found.title,
        body=Markup(base64.b64decode(found.file or "").decode()),
        public=options.given["public"],
        asked=query(**{key: str(value) if value else None for key, value in options.given.items()}),
        report_style=style_address("report.css"),
    )


@routes.get("/{name}/{format}")
async def kept(
    request: Request, it: It, name: Name, format: Annotated[Literal["html", "xlsx", "docx"], Path()], options: Asked
) -> Response:
    person = required(request)
    found = await made(it, name, format, options, person.token)
    return file(found.file or "", found.media_type, found.title, format)

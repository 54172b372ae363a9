"""政府公报: the issues and compilations, one issue, its downloads."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.publication.gazette import Compilation, GazetteIssue
from services.gateway import columns, participation
from services.gateway.api.gazette import Form, Id, file, found
from services.gateway.asking import It
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
PAGE = 200


async def issues(it: Gateway, kind: type[GazetteIssue] = GazetteIssue) -> list[GazetteIssue]:
    """The newest issues, the last one first."""
    known = (await participation.listed(it, kind, None, PAGE)).items
    return sorted(known, key=lambda issue: (issue.year, issue.no), reverse=True)


@routes.get("/gazette")
async def gazette(request: Request, it: It) -> Response:
    printed, compiled = await asyncio.gather(issues(it), issues(it, Compilation))
    return page(request, "gazette.html", column=columns.GAZETTE, issues=printed, compilations=compiled)


@routes.get("/gazette/{id}")
async def issue(request: Request, it: It, id: Id) -> Response:
    return page(request, "gazette_issue.html", column=columns.GAZETTE, issue=await found(it, id))


@routes.get("/gazette/{id}/{form}")
async def edition(it: It, id: Id, form: Form) -> Response:
    return await file(it, id, form)

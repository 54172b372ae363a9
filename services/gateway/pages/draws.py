"""双随机、一公开: the draws, one draw with what was found, and how anyone checks it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.base import ID_PATTERN
from contracts.publication.inspection import DrawPage, ListDraws
from services.gateway import agencies, columns
from services.gateway.api import catalogues as api
from services.gateway.asking import It
from services.gateway.render import page
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
Before = Annotated[str | None, Query(pattern=ID_PATTERN)]
STATES = {"committed": "待抽取", "drawn": "已抽取", "voided": "已作废"}


@routes.get("/draws")
async def draws(request: Request, it: It, before: Before = None) -> Response:
    found = await it.recent(ListDraws(before=before), DrawPage)
    names = await agencies.names(it)
    return page(request, "draws.html", column=columns.LISTS, found=found, before=before, names=names, states=STATES)


@routes.get("/draws/{id}")
async def draw(request: Request, it: It, id: api.Id) -> Response:
    found, names = await api.draw(it, id), await agencies.names(it)
    return page(request, "draw.html", column=columns.LISTS, found=found, names=names, states=STATES)

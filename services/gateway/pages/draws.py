"""双随机、一公开: the draws, one draw with what was found, and how anyone checks it."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.base import ID_PATTERN
from contracts.publication.inspection import Draw, DrawPage, ListDraws
from kernel.refused import Refused
from services.gateway import agencies, columns
from services.gateway.api import catalogues as api
from services.gateway.asking import It
from services.gateway.render import page
from services.gateway.service import Gateway
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
    displayed = await _displayed(it, found)
    return page(
        request, "draw.html", column=columns.LISTS, found=found, displayed=displayed, names=names, states=STATES
    )


async def _displayed(it: Gateway, found: Draw) -> frozenset[str]:
    """Penalties and credit marks that followed and are still displayed; of the others the page says nothing."""
    results = [each.result for each in found.drawn if each.result]
    ids = [id for each in results for id in (each.penalty, each.credit) if id]
    stands = await asyncio.gather(*(_stands(it, id) for id in ids))
    return frozenset(id for id, there in zip(ids, stands, strict=True) if there)


async def _stands(it: Gateway, id: str) -> bool:
    try:
        return not (await api.item(it, id)).editions[-1].removed
    except Refused as refused:
        if refused.code in ("not_found", "withdrawn"):
            return False
        raise

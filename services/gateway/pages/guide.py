"""公开指南: how information is sorted, found and asked for (条例第十二条), and the agencies' own guides."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.readmodel.answers import Search, SearchPage
from services.gateway import columns
from services.gateway.asking import It
from services.gateway.render import page
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
GUIDES = Search(q='"信息公开指南"', limit=30)


@routes.get("/guide")
async def guide(request: Request, it: It) -> Response:
    found = await it.recent(GUIDES, SearchPage)
    guides = [hit for hit in found.hits if "信息公开指南" in _plain(hit.title)]
    return page(request, "openness_guide.html", column=columns.GUIDE, guides=guides)


def _plain(title: str) -> str:
    return title.replace("<mark>", "").replace("</mark>", "")

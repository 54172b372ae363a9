"""Pages of what the hotline has made public: questions and answers beside the service guide, results of tickets."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from contracts.hotline.public import BulletinRows, EntryRows, ListBulletins, ListEntries
from contracts.hotline.terms import CATEGORIES
from kernel.refused import Refused
from services.gateway import columns
from services.gateway.asking import It, Text
from services.gateway.render import page
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,60}$")]
SHOWN = 100
BULLETINS = 4


@routes.get("/answers")
async def answers(request: Request, it: It, category: Text = None) -> Response:
    found = await it.recent(ListEntries(category=category, limit=SHOWN), EntryRows)
    issued = await it.recent(ListBulletins(limit=BULLETINS), BulletinRows)
    categories = list(CATEGORIES.values())
    return page(
        request,
        "answers.html",
        column=columns.ANSWERS,
        found=found,
        category=category,
        categories=categories,
        bulletins=issued.bulletins,
    )


@routes.get("/guides/{code}")
async def guide(request: Request, it: It, code: Code) -> Response:
    """A matter of the guide with its questions and answers: one source for the page and the hotline (同源)."""
    found = await it.recent(ListEntries(guide=code, limit=SHOWN), EntryRows)
    if found.guide is None:
        raise Refused("not_found", "没有这一办事事项。", remedy="请核对事项编码。")
    return page(request, "guide.html", column=columns.GUIDES, guide=found.guide, knowledge=found.knowledge)

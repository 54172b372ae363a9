"""What the hotline has made public: results of tickets, knowledge, how suggestions ended. Anyone may read it."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from contracts.hotline import public
from contracts.hotline.terms import TicketKind
from services.gateway.asking import It, Text
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["热线公开"], route_class=Traced, responses=PROBLEM_RESPONSES)
Guide = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_-]{1,60}$", description="办事指南的事项编码")]
Limit = Annotated[int, Query(ge=1, le=100, description="条数")]


@routes.get(
    "/knowledge",
    summary="知识条目",
    description="热线知识库的问答，与办事指南同源；`guide` 给出事项时，一并返回该事项的办事指南要点。",
)
async def knowledge(
    it: It, guide: Guide = None, category: Text = None, agency: Text = None, limit: Limit = 50
) -> public.EntryRows:
    sort = public.EntrySort.KNOWLEDGE
    asked = public.ListEntries(sort=sort, guide=guide, category=category, agency=agency, limit=limit)
    return await it.recent(asked, public.EntryRows)


@routes.get("/results", summary="办理结果公开", description="已公开的诉求办理结果，新的在前，不含个人信息。")
async def results(
    it: It,
    category: Text = None,
    agency: Text = None,
    kind: TicketKind | None = None,
    first: date | None = None,
    last: date | None = None,
    limit: Limit = 50,
) -> public.EntryRows:
    asked = public.ListEntries(
        sort=public.EntrySort.RESULT,
        category=category,
        agency=agency,
        kind=kind,
        first=first,
        last=last,
        limit=limit,
    )
    return await it.recent(asked, public.EntryRows)


@routes.get("/bulletins", summary="定期公布", description="按期公布的好差评和建议采纳情况，新的在前。")
async def bulletins(
    it: It, about: Literal["ratings", "suggestions"] | None = None, limit: Limit = 20
) -> public.BulletinRows:
    return await it.recent(public.ListBulletins(about=about, limit=limit), public.BulletinRows)


@routes.get("/suggestions", summary="建议采纳情况", description="一段期间内收到的建议如何办结，附已公开的结果和理由。")
async def suggestions(it: It, first: date, last: date) -> public.SuggestionFigures:
    return await it.recent(public.CountSuggestions(first=first, last=last), public.SuggestionFigures)

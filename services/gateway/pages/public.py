"""Pages that anyone may read: home, catalogue, search, document."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.readmodel.answers import Catalogue, CataloguePage, Search, SearchPage
from services.gateway import columns, documents, files
from services.gateway.api.public import DocumentId, Sha256
from services.gateway.asking import Filters, It
from services.gateway.comparing import compared
from services.gateway.pages import gazette, questions
from services.gateway.render import page
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
DIMENSIONS = {
    "theme": "主题分类",
    "genre": "体裁分类",
    "agency": "发布机构",
    "field": "领域",
    "category": "信息类别",
    "openness": "五公开",
    "year": "发布年份",
    "validity": "有效性",
}
NEWEST = 10
FEW = 4
PAGE = 20
HITS = 10
MAX_OFFSET = 1000


@routes.get("/")
async def home(request: Request, it: It) -> Response:
    found, notices, issues = await asyncio.gather(
        it.recent(Catalogue(limit=NEWEST), CataloguePage),
        it.recent(Catalogue(notices="running", limit=FEW), CataloguePage),
        gazette.issues(it),
    )
    return page(
        request,
        "home.html",
        column=columns.HOME,
        found=found,
        notices=notices,
        issues=issues[:FEW],
        dimensions=DIMENSIONS,
    )


@routes.get("/catalogue")
async def catalogue(
    request: Request, it: It, filters: Filters, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    asked = Catalogue(filters=filters, cursor=cursor, limit=PAGE)
    found = await it.recent(asked, CataloguePage)
    return page(
        request,
        "catalogue.html",
        column=columns.CATALOGUE,
        found=found,
        filters=filters,
        cursor=cursor,
        dimensions=DIMENSIONS,
    )


@routes.get("/search")
async def search(
    request: Request,
    it: It,
    filters: Filters,
    q: Annotated[str, Query(max_length=500)] = "",
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET)] = 0,
    sort: Literal["relevance", "date"] = "relevance",
) -> Response:
    text, found = q.strip(), None
    if text:
        asked = Search(q=text, offset=offset, limit=HITS, sort=sort, filters=filters)
        found = await it.ask(asked, SearchPage)
    return page(
        request,
        "search.html",
        column=columns.SEARCH,
        found=found,
        q=text,
        filters=filters,
        offset=offset,
        sort=sort,
        size=HITS,
        max_offset=MAX_OFFSET,
        dimensions=DIMENSIONS,
    )


@routes.get("/documents/{id}")
async def document(request: Request, it: It, id: DocumentId) -> Response:
    found = (await documents.one(it, id)).document
    return page(
        request,
        "document.html",
        column=columns.DOCUMENTS,
        document=found,
        text=await documents.text(it, found.text),
        related=await documents.related(it, id),
        today=it.clock.now().date(),
        asks=questions.open_to_questions(found),
    )


@routes.get("/documents/{id}/attachments/{sha256}")
async def attachment(it: It, id: DocumentId, sha256: Sha256) -> Response:
    found = documents.attachment((await documents.one(it, id)).document, sha256)
    return await files.download(it, id, sha256, found.name, found.media_type)


@routes.get("/documents/{id}/versions/{sha256}")
async def version(request: Request, it: It, id: DocumentId, sha256: Sha256) -> Response:
    """A text that a correction has replaced."""
    found = (await documents.one(it, id)).document
    old = documents.version(found, sha256)
    return page(
        request,
        "version.html",
        column=columns.DOCUMENTS,
        document=found,
        version=old,
        text=await documents.text(it, old.text),
    )


@routes.get("/documents/{id}/versions/{sha256}/changes")
async def changes(request: Request, it: It, id: DocumentId, sha256: Sha256) -> Response:
    """What has changed between a replaced text and the one in force."""
    found = (await documents.one(it, id)).document
    old = documents.version(found, sha256)
    before, after = await documents.text(it, old.text), await documents.text(it, found.text)
    return page(
        request,
        "changes.html",
        column=columns.DOCUMENTS,
        document=found,
        version=old,
        paragraphs=await asyncio.to_thread(compared, before, after),
    )

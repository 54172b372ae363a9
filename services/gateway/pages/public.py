"""Pages that anyone may read: home, catalogue, search, document."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from contracts import readmodel
from kernel.refused import Refused
from services.gateway import columns, documents
from services.gateway.api.public import DocumentId
from services.gateway.asking import Filters, It
from services.gateway.render import page
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
DIMENSIONS = {
    "theme": "主题分类",
    "genre": "体裁分类",
    "agency": "发布机构",
    "category": "信息类别",
    "openness": "五公开",
    "year": "发布年份",
    "validity": "有效性",
}
NEWEST = 10
PAGE = 20
HITS = 10
MAX_OFFSET = 1000
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@routes.get("/")
async def home(request: Request, it: It) -> Response:
    found = await it.recent(readmodel.Catalogue(limit=NEWEST), readmodel.CataloguePage)
    return page(request, "home.html", column=columns.HOME, found=found, dimensions=DIMENSIONS)


@routes.get("/catalogue")
async def catalogue(
    request: Request, it: It, filters: Filters, cursor: Annotated[str | None, Query(max_length=200)] = None
) -> Response:
    asked = readmodel.Catalogue(filters=filters, cursor=cursor, limit=PAGE)
    found = await it.recent(asked, readmodel.CataloguePage)
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
        asked = readmodel.Search(q=text, offset=offset, limit=HITS, sort=sort, filters=filters)
        found = await it.ask(asked, readmodel.SearchPage)
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
    material = (found.interpretation,) if found.interpretation else ()
    return page(
        request,
        "document.html",
        column=columns.DOCUMENTS,
        document=found,
        text=await documents.text(it, found.text),
        explained_by=await documents.links(it, material),
        explains=await documents.links(it, found.metadata.interprets),
    )


@routes.get("/documents/{id}/versions/{sha256}")
async def version(request: Request, it: It, id: DocumentId, sha256: Sha256) -> Response:
    """A text that a correction has replaced."""
    found = (await documents.one(it, id)).document
    old = next((each for each in found.versions if each.text.sha256 == sha256), None)
    if old is None:
        raise Refused("not_found", "没有这一版本。", remedy="请从文件页面重新查看。")
    return page(
        request,
        "version.html",
        column=columns.DOCUMENTS,
        document=found,
        version=old,
        text=await documents.text(it, old.text),
    )

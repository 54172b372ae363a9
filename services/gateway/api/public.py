"""What anyone may read: search, catalogue, documents, agencies."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from contracts.base import ID_PATTERN
from contracts.publication.documents import TextContent
from contracts.publication.record import PublicDocument
from contracts.readmodel.answers import Agencies, AgencyList, Catalogue, CataloguePage, Search, SearchPage
from services.gateway import documents
from services.gateway.asking import Filters, It
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["公开信息"], route_class=Traced, responses=PROBLEM_RESPONSES)
Sha256 = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="校验值（SHA-256）")]
DocumentId = Annotated[str, Path(pattern=ID_PATTERN, description="文件编号")]


@routes.get("/search", summary="全文检索", description="检索已公开的文件，关键词以 `<mark>` 标出。")
async def search(
    it: It,
    filters: Filters,
    q: Annotated[str, Query(max_length=500, description="检索词；加引号为精确短语")],
    offset: Annotated[int, Query(ge=0, le=1000, description="从第几条起")] = 0,
    limit: Annotated[int, Query(ge=1, le=50, description="条数")] = 10,
    sort: Annotated[Literal["relevance", "date"], Query(description="按相关度或日期排序")] = "relevance",
) -> SearchPage:
    asked = Search(q=q, offset=offset, limit=limit, sort=sort, filters=filters)
    return await it.ask(asked, SearchPage)


@routes.get("/catalogue", summary="公开目录", description="已公开的文件，新的在前，附各分类的数量（条例第十二条）。")
async def catalogue(
    it: It,
    filters: Filters,
    cursor: Annotated[str | None, Query(max_length=200, description="上一页返回的 `next`")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="条数")] = 20,
) -> CataloguePage:
    asked = Catalogue(filters=filters, cursor=cursor, limit=limit)
    return await it.recent(asked, CataloguePage)


@routes.get("/documents/{id}", summary="一份文件", description="元数据和正文。已撤下的文件返回 410。")
async def document(it: It, id: DocumentId) -> PublicDocument:
    return (await documents.one(it, id)).document


@routes.get("/documents/{id}/text", summary="文件正文", description="正文全文，长文也在内。")
async def text(it: It, id: DocumentId) -> TextContent:
    found = await documents.one(it, id)
    return TextContent(sha256=found.document.text.sha256, text=await documents.text(it, found.document.text))


@routes.get("/agencies", summary="机构名录", description="现行机构的代码、名称、类别和上级。")
async def agencies(it: It) -> AgencyList:
    return await it.recent(Agencies(), AgencyList)

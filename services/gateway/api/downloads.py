"""The catalogue as a whole file, as a feed, and its changes since a cursor."""

import base64
import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response, StreamingResponse

from contracts.readmodel.answers import CatalogueFile, Changes, Dimension
from contracts.readmodel.terms import ChangePage, FileReply
from kernel.refused import Refused
from services.gateway.asking import Filters, It
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["公开信息"], route_class=Traced, responses=PROBLEM_RESPONSES)
PAGE = 50
"""Documents asked for at once, so that even long titles and keywords fit into one reply."""
MAX_DOCUMENTS = 20_000
Cursor = Annotated[str | None, Query(max_length=200, description="上一次返回的 `cursor`；不填为从头")]


@routes.get("/changes", summary="目录变动", description="已公开文件的变动，按先后；撤下的只有编号。重建后请从头再读。")
async def changes(
    it: It,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100, description="条数")] = 50,
) -> ChangePage:
    return await it.ask(Changes(cursor=cursor, limit=limit), ChangePage)


@routes.get(
    "/catalogue.{format}",
    summary="下载公开目录",
    description="整个目录或其一部分：CSV、xlsx、JSON、DCAT（JSON-LD）；atom 为最新五十条的订阅源。",
    response_class=Response,
)
async def download(
    request: Request, it: It, filters: Filters, format: Literal["csv", "xlsx", "json", "jsonld", "atom"]
) -> Response:
    site = f"https://{it.site.domain}" if it.site.domain else str(request.base_url).rstrip("/")
    asked = _Asked(it, format, filters, site)
    first = await asked.page(None)
    if first.total > MAX_DOCUMENTS and format != "atom":
        raise Refused("too_many", f"一次最多下载 {MAX_DOCUMENTS} 条。", remedy="请按年度、机构或分类筛选后分批下载。")
    headers = {"Link": f'<{site}/catalogue?{urlencode(list(filters.items()))}>; rel="alternate"'}
    if format != "atom":
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(f'公开目录.{format}')}"
    if format == "csv":
        return StreamingResponse(_csv(asked, first), media_type=first.media_type, headers=headers)
    return Response(await _whole(asked, first, format), media_type=first.media_type, headers=headers)


class _Asked:
    """The pages of one download."""

    def __init__(self, it: Gateway, format: Any, filters: dict[Dimension, str], site: str) -> None:
        self._it, self._format, self._filters, self._site = it, format, filters, site

    async def page(self, cursor: str | None) -> FileReply:
        asked = CatalogueFile(format=self._format, filters=self._filters, cursor=cursor, limit=PAGE, site=self._site)
        return await self._it.ask(asked, FileReply)

    async def from_first(self, first: FileReply) -> AsyncIterator[bytes]:
        """The files of all pages."""
        found = first
        yield base64.b64decode(found.file)
        while found.next:
            found = await self.page(found.next)
            yield base64.b64decode(found.file)


async def _csv(asked: _Asked, first: FileReply) -> AsyncIterator[bytes]:
    begun = False
    async for content in asked.from_first(first):
        if not begun:
            yield content
        else:
            rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1:]
            buffer = io.StringIO()
            csv.writer(buffer).writerows(rows)
            yield buffer.getvalue().encode()
        begun = True


async def _whole(asked: _Asked, first: FileReply, format: str) -> bytes:
    """Pages of one format put together. A feed is its first page."""
    if format == "atom" or not first.next:
        return base64.b64decode(first.file)
    pages = [content async for content in asked.from_first(first)]
    if format == "xlsx":
        return _workbook(pages)
    read = [json.loads(page) for page in pages]
    if format == "json":
        return json.dumps([row for page in read for row in page], ensure_ascii=False).encode()
    datasets = [each for page in read for each in page["dcat:dataset"]]
    return json.dumps(read[0] | {"dcat:dataset": datasets}, ensure_ascii=False).encode()


def _workbook(pages: list[bytes]) -> bytes:
    from openpyxl import Workbook, load_workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("公开目录")
    for at, page in enumerate(pages):
        for row in load_workbook(io.BytesIO(page), read_only=True).active.iter_rows(
            min_row=1 if not at else 2, values_only=True
        ):
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()

"""Catalogues: every list that the law names, its items with their history, and downloads."""

import csv
import io
import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from contracts.base import ID_PATTERN
from contracts.publication.catalogue import (
    CatalogueItem,
    CatalogueRow,
    CatalogueRows,
    CatalogueType,
    CatalogueTypes,
    Column,
    ExportItems,
    GetCatalogueTypes,
    GetItem,
    GroupItems,
    ItemGroups,
    ItemHistory,
)
from contracts.readmodel.answers import ListViews, ViewPage
from kernel.clock import CST
from kernel.refused import Refused
from services.gateway import agencies, columns, datasets
from services.gateway.asking import It
from services.gateway.render import page
from services.gateway.running import standing
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
TypeName = Annotated[str, Path(pattern=r"^[a-z_]{1,30}$", description="目录类型")]
ItemId = Annotated[str, Path(pattern=ID_PATTERN, description="事项编号")]
AgencyCode = Annotated[str | None, Query(max_length=40, description="维护机构代码")]
Cursor = Annotated[str | None, Query(max_length=200, description="上一页返回的位置标记")]
After = Annotated[str | None, Query(pattern=ID_PATTERN, description="上一页最后一项的编号")]
Group = Annotated[str | None, Query(max_length=100, description="年度、领域、类别……，见页面所列")]
Words = Annotated[str | None, Query(max_length=60, description="事项中的词句")]
PAGE = 30
SHOWN = 4
"""Columns of the list; the page of an item and the downloads have all."""


def heading(column: Column) -> str:
    """The heading of a column as rows have it."""
    return f"{column.group}/{column.label}" if column.group else column.label


async def types(it: Gateway) -> dict[str, CatalogueType]:
    """All types by their names."""
    found = await it.recent(GetCatalogueTypes(), CatalogueTypes)
    return {each.type: each for each in found.types}


async def type_of(it: Gateway, name: str) -> CatalogueType:
    found = (await types(it)).get(name)
    if found is None:
        raise Refused("not_found", "没有这种目录。", remedy="请从目录清单中选择。")
    return found


@routes.get("/catalogues")
async def all_types(request: Request, it: It) -> Response:
    return page(request, "catalogues.html", column=columns.LISTS, types=list((await types(it)).values()))


@routes.get("/catalogues/items/{id}")
async def item(request: Request, it: It, id: ItemId) -> Response:
    found = await it.ask(GetItem(id=id), ItemHistory)
    newest: CatalogueItem = found.editions[-1]
    kind = await type_of(it, newest.type)
    return page(
        request,
        "catalogue_item.html",
        column=columns.LISTS,
        kind=kind,
        item=newest,
        standing=standing(kind, newest.values, it.clock.now().astimezone(CST).date()),
        editions=found.editions,
        agency=(await agencies.names(it)).get(newest.agency, newest.agency),
    )


@routes.get("/catalogues/changes")
async def changes(request: Request, it: It, cursor: Cursor = None) -> Response:
    """What was added, changed or taken out of any list."""
    asked = ListViews(type="publication.catalogue_item", cursor=cursor, limit=PAGE)
    found = await it.recent(asked, ViewPage)
    items = [CatalogueItem.model_validate(view.record) for view in found.items if not view.record.get("withdrawn")]
    return page(
        request,
        "catalogue_changes.html",
        column=columns.LISTS,
        items=items,
        agencies=await agencies.names(it),
        cursor=cursor,
        next=found.next,
    )


@routes.get("/catalogues/datasets.jsonld")
async def as_dcat(request: Request, it: It) -> Response:
    site = f"https://{it.site.domain}" if it.site.domain else str(request.base_url).rstrip("/")
    kind, rows = await type_of(it, datasets.TYPE), [row async for row in _rows(it, ExportItems(type=datasets.TYPE))]
    said = datasets.catalogue(rows, await agencies.names(it), site, kind.title)
    return JSONResponse(said, media_type="application/ld+json", headers={"Cache-Control": "no-cache"})


@routes.get("/catalogues/{type}.csv")
async def as_csv(it: It, type: TypeName, agency: AgencyCode = None, group: Group = None, q: Words = None) -> Response:
    kind = await type_of(it, type)
    heads = ["事项编号", "维护机构", *(heading(each) for each in kind.columns)]
    return _file(_csv(it, heads, _asked(type, agency, group, q)), f"{type}.csv", "text/csv; charset=utf-8")


@routes.get("/catalogues/{type}.json")
async def as_json(it: It, type: TypeName, agency: AgencyCode = None, group: Group = None, q: Words = None) -> Response:
    await type_of(it, type)
    return _file(_json(it, _asked(type, agency, group, q)), f"{type}.json", "application/json")


@routes.get("/catalogues/{type}")
async def one_type(
    request: Request,
    it: It,
    type: TypeName,
    agency: AgencyCode = None,
    group: Group = None,
    q: Words = None,
    after: After = None,
) -> Response:
    kind, names = await type_of(it, type), await agencies.names(it)
    asked = _asked(type, agency, group, q)
    found = await it.recent(asked.model_copy(update={"after": after, "limit": PAGE}), CatalogueRows)
    wanted = [each for each in kind.columns if each.kind != "flag" and each.name != kind.headline]
    today = it.clock.now().astimezone(CST).date()
    said = {row.id: {each.name: row.cells.get(heading(each), "") for each in kind.columns} for row in found.rows}
    shown = sorted(wanted, key=lambda each: not each.required)[: SHOWN - 1]
    return page(
        request,
        "catalogue_list.html",
        column=columns.LISTS,
        kind=kind,
        rows=found.rows,
        standing={id: standing(kind, values, today) for id, values in said.items()},
        headline=next((each for each in kind.columns if each.name == kind.headline), kind.columns[0]),
        shown=[each for each in kind.columns if each in shown],
        heading=heading,
        next=found.next,
        after=after,
        groups=await it.recent(GroupItems(type=type, agency=agency or None), ItemGroups),
        asked={name: value for name, value in asked.model_dump(include={"agency", "group", "q"}).items() if value},
        agencies=names,
    )


def _asked(type: str, agency: str | None, group: str | None, q: str | None) -> ExportItems:
    """What the page and its downloads ask for; an empty field of the form asks for nothing."""
    return ExportItems(type=type, agency=agency or None, group=group or None, q=(q or "").strip() or None)


async def _rows(it: Gateway, asked: ExportItems) -> AsyncIterator[CatalogueRow]:
    after: str | None = None
    while True:
        found = await it.recent(asked.model_copy(update={"after": after}), CatalogueRows)
        for row in found.rows:
            yield row
        if (after := found.next) is None:
            return


async def _csv(it: Gateway, heads: list[str], asked: ExportItems) -> AsyncIterator[str]:
    names = await agencies.names(it)
    yield "\ufeff" + _line(heads)
    async for row in _rows(it, asked):
        cells = [row.id, names.get(row.agency, row.agency), *(row.cells.get(head, "") for head in heads[2:])]
        yield _line([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in cells])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


async def _json(it: Gateway, asked: ExportItems) -> AsyncIterator[str]:
    kind = await type_of(it, asked.type)
    said = {"type": kind.type, "title": kind.title, "source": kind.source, "grade": kind.grade}
    yield json.dumps(said, ensure_ascii=False)[:-1] + ', "items": ['
    between = "\n"
    async for row in _rows(it, asked):
        yield between + row.model_dump_json()
        between = ",\n"
    yield "\n]}\n"


def _file(content: AsyncIterator[str], name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-cache"}
    return StreamingResponse(content, 200, headers, media_type)

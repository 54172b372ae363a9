"""Queries on views: catalogue, single records, lists, desk, counts."""

import asyncio
import base64
import binascii
import heapq
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.store import Document
from contracts.readmodel.answers import (
    Bucket,
    Catalogue,
    CataloguePage,
    CountTable,
    Desk,
    DeskPage,
    DocumentLink,
    ListViews,
    Related,
    View,
    ViewPage,
    WorkItem,
)
from kernel.agencies import Register
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.readmodel.board import Board
from services.readmodel.holdings import Holding, Holdings, before
from services.readmodel.storage import Generation
from services.readmodel.views import PUBLIC_DOCUMENT, explained
from services.readmodel.work import TYPES, Piece, of_unit

MAX_BUCKETS = 200
UNNAMED = "未分类"
NEAR = (250, 1000, 4000)
"""So many changes are looked at first."""
WAIT_SECONDS = 3.0
NO_TEXT = {"record.text.inline": 0}


def encode(cursor: str) -> str:
    """A cursor as a caller sees it: opaque, safe in a URL."""
    return base64.urlsafe_b64encode(cursor.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """Raises `Refused` for what was never one of our cursors."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raise _wrong_cursor() from None


def change(cursor: str) -> int:
    """The change number behind a cursor; raises `Refused` for what was never one."""
    text = decode(cursor)
    if not text.isdecimal() or len(text) > 15:
        raise _wrong_cursor()
    return int(text)


def _wrong_cursor() -> Refused:
    return Refused("cursor", "翻页标记无效。", field="cursor", remedy="请从第一页重新查看。")


def buckets(name: str, counted: Counter[str], register: Register) -> tuple[Bucket, ...]:
    """The values of a dimension and their counts, most frequent first."""
    most = sorted(((-count, value) for value, count in counted.items()))[:MAX_BUCKETS]
    return tuple(
        Bucket(value=value, label=_label(name, value, register), count=-count) for count, value in most if value
    )


def _label(name: str, value: str, register: Register) -> str:
    return agency_name(register, value) if name == "agency" else value


def agency_name(register: Register, code: str) -> str:
    """Name of an agency, or its code where the register does not know it."""
    found = register.by_code(code) if code else None
    return found.name if found else code


async def catalogue(generation: Generation, holdings: Holdings, register: Register, query: Catalogue) -> CataloguePage:
    """One page, newest first; stable while documents are published, for the cursor is the last one's place."""
    chosen = await holdings.chosen(query.filters, query.notices)
    place = decode(query.cursor) if query.cursor else None
    page = before(chosen.holdings, place, query.limit + 1)
    shown = page[: query.limit]
    return CataloguePage(
        total=len(chosen.holdings),
        items=tuple(document["record"] for document in await _read(generation, shown)),
        counts={name: buckets(name, counted, register) for name, counted in chosen.counts.items()},
        next=encode(shown[-1].sort) if len(page) > query.limit else None,
    )


async def _read(generation: Generation, shown: Sequence[Holding]) -> list[Document]:
    """The views of these documents, in this order; what was removed meanwhile is left out."""
    ids = [f"{PUBLIC_DOCUMENT}:{each.id}" for each in shown]
    found = await generation.views.find({"_id": {"$in": ids}, "removed": False}, NO_TEXT) if ids else []
    by_id = {document["_id"]: document for document in found}
    return [by_id[id] for id in ids if id in by_id]


async def one(generation: Generation, type_name: str, id: str, *, public: bool, version: int | None) -> View:
    """One view; waits a little for a version that its owner has just written. Raises `Refused` when there is none."""
    until = time.monotonic() + WAIT_SECONDS
    where: dict[str, Any] = {"_id": f"{type_name}:{id}"} | ({"audience": "public"} if public else {})
    while True:
        document = await generation.views.find_one(where)
        fresh = document is not None and (version is None or document["version"] >= version)
        if fresh or version is None or time.monotonic() > until:
            break
        await asyncio.sleep(0.05)
    if document is None or (document["removed"] and not document["record"].get("withdrawn")):
        raise Refused("not_found", "没有这个编号的记录。", field="id", remedy="请核对编号。")
    return as_view(document)


def as_view(document: Document) -> View:
    return View(
        record=document["record"],
        epoch=document["epoch"],
        version=document["version"],
        changed_at=document["told_at"],
    )


async def related(generation: Generation, holdings: Holdings, id: str) -> Related:
    """What a document explains and is explained by: either side may have said so."""
    own = await generation.views.find_one({"_id": f"{PUBLIC_DOCUMENT}:{id}", "removed": False}, NO_TEXT)
    if own is None:
        return Related()
    others = await _read(generation, holdings.related(id)[:MAX_BUCKETS])
    return Related(
        explained_by=tuple(_link(each) for each in others if _explains(each, own)),
        explains=tuple(_link(each) for each in others if _explains(own, each)),
    )


def _link(document: Document) -> DocumentLink:
    return DocumentLink(id=document["id"], title=document["record"]["metadata"]["title"])


def _explains(one: Document, other: Document) -> bool:
    """Whether one document says that it explains the other, or the other that it is explained by the one."""
    says = not {other["id"], other.get("doc_no")}.isdisjoint(explained(one["record"]))
    return says or other["record"].get("interpretation") == one["id"]


async def listed(generation: Generation, board: Board, query: ListViews, *, public: bool) -> ViewPage:
    """Views of one type, newest change first. What staff see of work is counted in memory."""
    where: dict[str, Any] = {"type": query.type, "removed": False} | ({"audience": "public"} if public else {})
    filters = {name: getattr(query, name) for name in ("agency", "state", "open", "overdue")}
    filters = {name: value for name, value in filters.items() if value is not None}
    where |= {f"work.{name}": value for name, value in filters.items()}
    found = await _page(generation, where, change(query.cursor) if query.cursor else None, query.limit + 1)
    if public or query.type not in TYPES:
        total = await generation.views.count(where)
    else:
        total = _count((await board.read(generation)).counted(query.type), filters)
    more = len(found) > query.limit
    return ViewPage(
        total=total,
        items=tuple(as_view(document) for document in found[: query.limit]),
        next=encode(str(found[query.limit - 1]["change"])) if more else None,
    )


async def _page(generation: Generation, where: Mapping[str, Any], before: int | None, limit: int) -> list[Document]:
    """The last changes before one. Among the nearest it chooses here: the embedded database reads all views of the type
    as soon as it is asked for more than type and number. Only what is rare is asked of all."""
    before = before or await generation.last_change() + 1
    found: list[Document] = []
    for size in NEAR:
        after = max(before - size, 0)
        near = {"type": where["type"], "change": {"$gte": after, "$lt": before}}
        views = await generation.views.find(near, NO_TEXT, sort=[("change", -1)])
        found += [view for view in views if all(_at(view, path) == value for path, value in where.items())]
        if len(found) >= limit or not after:
            return found[:limit]
        before = after
    rest = {**where, "change": {"$lt": before}}
    return found + await generation.views.find(rest, NO_TEXT, sort=[("change", -1)], limit=limit - len(found))


def _at(view: Document, path: str) -> Any:
    part, _, rest = path.partition(".")
    return (view.get(part) or {}).get(rest) if rest else view.get(part)


def _count(counted: Iterable[tuple[Piece, int]], filters: Mapping[str, Any]) -> int:
    wanted = tuple(filters.values())
    return sum(count for each, count in counted if tuple(getattr(each, name) for name in filters) == wanted)


def desk(work: Sequence[Piece], register: Register, calendar: Calendar, now: datetime, query: Desk) -> DeskPage:
    """What is overdue, due within so many working days, and what else waits."""
    mine = of_unit(work, query.agency or "")
    of_type = [each for each in mine if not query.type or each.type == query.type]
    waiting = [each for each in of_type if not query.waits_for or each.waits_for == query.waits_for]
    horizon = end_of_day(calendar.due(now.date(), query.working_days))
    lists: dict[str, list[Piece]] = {"overdue": [], "due_soon": [], "waiting": []}
    for each in waiting:
        due = each.due_at
        place = "waiting" if due is None or due > horizon else "overdue" if due < now else "due_soon"
        lists[place].append(each)
    first = {name: heapq.nsmallest(query.limit, found, _by_due) for name, found in lists.items()}
    items = {name: tuple(_item(each, register) for each in found) for name, found in first.items()}
    return DeskPage(
        **items,
        counts={name: len(found) for name, found in lists.items()},
        by_type=_grouped(each.type for each in mine),
        by_waiting=_grouped(each.waits_for for each in of_type),
    )


def _by_due(piece: Piece) -> tuple[bool, datetime | None, str, str]:
    """By limit; what has none stands first."""
    return piece.due_at is not None, piece.due_at, piece.type, piece.id


def _grouped(values: Iterable[str]) -> tuple[Bucket, ...]:
    """How many there are of each, most first."""
    ordered = sorted(Counter(values).items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_BUCKETS]
    return tuple(Bucket(value=value or UNNAMED, label=value or UNNAMED, count=count) for value, count in ordered)


def _item(piece: Piece, register: Register) -> WorkItem:
    return WorkItem(
        type=piece.type,
        id=piece.id,
        title=piece.title,
        state=piece.state,
        state_label=piece.state_label,
        agency=piece.agency,
        agency_name=agency_name(register, piece.agency),
        due_at=piece.due_at.astimezone(CST) if piece.due_at else None,
        overdue=piece.overdue,
        provisional=piece.provisional,
        waits_for=piece.waits_for,
        warned=piece.warned and not piece.overdue,
        basis=piece.basis,
    )


async def counts(generation: Generation, holdings: Holdings, year: int) -> CountTable:
    """First figures of a year."""
    records, by_state = await asyncio.gather(by_type(generation), _states(generation, year))
    published = {
        f"published_by_{name}": {value or UNNAMED: count for value, count in sorted(counted.items())}
        for name in ("category", "genre")
        for counted in [holdings.counted({"year": str(year)}, name)]
    }
    return CountTable(year=year, tables={**published, "records_by_type": records, **by_state})


async def by_type(generation: Generation) -> dict[str, int]:
    """Number of views of each type."""
    return await _table(generation, {"removed": False}, "$type")


async def _table(generation: Generation, where: Mapping[str, Any], key: str) -> dict[str, int]:
    found = await generation.views.aggregate(
        [{"$match": dict(where)}, {"$group": {"_id": key, "count": {"$sum": 1}}}, {"$limit": MAX_BUCKETS}]
    )
    return {str(row["_id"] or UNNAMED): int(row["count"]) for row in sorted(found, key=lambda row: str(row["_id"]))}


async def _states(generation: Generation, year: int) -> dict[str, dict[str, int]]:
    """Work records opened in the year, by type and state."""
    begin, end = datetime(year, 1, 1, tzinfo=CST), datetime(year + 1, 1, 1, tzinfo=CST)
    found = await generation.views.aggregate(
        [
            {"$match": {"removed": False, "work.opened_at": {"$gte": begin, "$lt": end}}},
            {"$group": {"_id": {"type": "$type", "state": "$work.state"}, "count": {"$sum": 1}}},
            {"$limit": MAX_BUCKETS},
        ]
    )
    tables: dict[str, dict[str, int]] = {}
    for row in sorted(found, key=lambda row: (row["_id"]["type"], row["_id"]["state"])):
        tables.setdefault(row["_id"]["type"], {})[row["_id"]["state"]] = int(row["count"])
    return tables

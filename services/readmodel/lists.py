"""Queries on views: catalogue, single records, lists, desk, counts."""

import asyncio
import base64
import binascii
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chassis.store import Document
from contracts.readmodel import (
    Bucket,
    Catalogue,
    CataloguePage,
    CountTable,
    Desk,
    DeskPage,
    Dimension,
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
from services.readmodel.storage import Generation
from services.readmodel.views import DIMENSIONS, PUBLIC_DOCUMENT, explained

MAX_BUCKETS = 200
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


class Counted:
    """Counts by dimension, kept until the views change."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, dict[str, tuple[Bucket, ...]]]] = {}

    async def by_dimension(
        self, generation: Generation, where: Mapping[str, Any], register: Register
    ) -> dict[str, tuple[Bucket, ...]]:
        """Buckets of each dimension over the views that match, most frequent first."""
        change, key = await generation.last_change(), f"{generation.number}:{sorted(where.items())}"
        held = self._kept.get(key)
        if held and held[0] == change:
            return held[1]
        counted = await asyncio.gather(*(_buckets(generation, where, name, register) for name in DIMENSIONS))
        result = dict(zip(DIMENSIONS, counted, strict=True))
        if len(self._kept) > 500:
            self._kept.clear()
        self._kept[key] = (change, result)
        return result


async def _buckets(
    generation: Generation, where: Mapping[str, Any], name: str, register: Register
) -> tuple[Bucket, ...]:
    found = await generation.views.aggregate(
        [
            {"$match": dict(where)},
            {"$group": {"_id": f"$dims.{name}", "count": {"$sum": 1}}},
            {"$sort": {"count": -1, "_id": 1}},
            {"$limit": MAX_BUCKETS},
        ]
    )
    return tuple(
        Bucket(value=row["_id"], label=_label(name, row["_id"], register), count=row["count"])
        for row in found
        if row["_id"]
    )


def _label(name: str, value: str, register: Register) -> str:
    return agency_name(register, value) if name == "agency" else value


def agency_name(register: Register, code: str) -> str:
    """Name of an agency, or its code where the register does not know it."""
    found = register.by_code(code) if code else None
    return found.name if found else code


def published(filters: Mapping[Dimension, str]) -> dict[str, Any]:
    """Views of published documents under filters by dimension."""
    return {
        "type": PUBLIC_DOCUMENT,
        "removed": False,
        **{f"dims.{name}": value for name, value in filters.items()},
    }


async def catalogue(
    generation: Generation,
    counted: Counted,
    register: Register,
    query: Catalogue,
) -> CataloguePage:
    """One page, newest first; stable while documents are published, for the cursor is the last one's place."""
    where = published(query.filters) | ({"notice": query.notices} if query.notices else {})
    cursor, limit = query.cursor, query.limit
    page = where | ({"sort": {"$lt": decode(cursor)}} if cursor else {})
    found, counts, total = await asyncio.gather(
        generation.views.find(page, NO_TEXT, sort=[("sort", -1)], limit=limit + 1),
        counted.by_dimension(generation, where, register),
        generation.views.count(where),
    )
    more = len(found) > limit
    return CataloguePage(
        total=total,
        items=tuple(document["record"] for document in found[:limit]),
        counts=counts,
        next=encode(found[limit - 1]["sort"]) if more else None,
    )


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


async def related(generation: Generation, id: str) -> Related:
    """What a document explains and is explained by: either side may have said so."""
    own = await generation.views.find_one({"_id": f"{PUBLIC_DOCUMENT}:{id}", "removed": False}, NO_TEXT)
    if own is None:
        return Related()
    links, names = own.get("links", []), [id, own.get("doc_no", id)]
    named = {"$or": [{"links": {"$in": names}}, {"id": {"$in": links}}, {"doc_no": {"$in": links}}]}
    found = await generation.views.find(published({}) | named, NO_TEXT, sort=[("sort", -1)], limit=MAX_BUCKETS)
    others = [each for each in found if each["id"] != id]
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


async def listed(generation: Generation, query: ListViews, *, public: bool) -> ViewPage:
    """Views of one type, newest change first."""
    where: dict[str, Any] = {"type": query.type, "removed": False} | ({"audience": "public"} if public else {})
    for name in ("agency", "state", "open", "overdue"):
        if (value := getattr(query, name)) is not None:
            where[f"work.{name}"] = value
    page = where | ({"change": {"$lt": change(query.cursor)}} if query.cursor else {})
    found, total = await asyncio.gather(
        generation.views.find(page, NO_TEXT, sort=[("change", -1)], limit=query.limit + 1),
        generation.views.count(where),
    )
    more = len(found) > query.limit
    return ViewPage(
        total=total,
        items=tuple(as_view(document) for document in found[: query.limit]),
        next=encode(str(found[query.limit - 1]["change"])) if more else None,
    )


async def desk(generation: Generation, register: Register, calendar: Calendar, now: datetime, query: Desk) -> DeskPage:
    """What is overdue, due within so many working days, and what else waits."""
    given = {"work.agency": query.agency, "type": query.type, "record.waits_for": query.waits_for}
    chosen = {name: value for name, value in given.items() if value}
    open_: dict[str, Any] = {"removed": False, "work.open": True}
    waiting = open_ | chosen
    horizon = end_of_day(calendar.due(now.date(), query.working_days))
    overdue = waiting | {"work.due_at": {"$lt": now}}
    soon = waiting | {"work.due_at": {"$gte": now, "$lte": horizon}}
    later = waiting | {"$or": [{"work.due_at": None}, {"work.due_at": {"$gt": horizon}}]}
    views = generation.views
    by_due = [("work.due_at", 1), ("_id", 1)]
    wanted = (overdue, soon, later)
    found = await asyncio.gather(*(views.find(where, NO_TEXT, sort=by_due, limit=query.limit) for where in wanted))
    counted = await asyncio.gather(*(views.count(where) for where in wanted))
    of_agency = open_ | {name: value for name, value in chosen.items() if name == "work.agency"}
    of_type = open_ | {name: value for name, value in chosen.items() if name != "record.waits_for"}
    by_type, by_waiting = await asyncio.gather(
        _grouped(generation, of_agency, "$type"), _grouped(generation, of_type, "$record.waits_for")
    )
    lists = [tuple(_item(document, register) for document in documents) for documents in found]
    return DeskPage(
        overdue=lists[0],
        due_soon=lists[1],
        waiting=lists[2],
        counts=dict(zip(("overdue", "due_soon", "waiting"), counted, strict=True)),
        by_type=by_type,
        by_waiting=by_waiting,
    )


async def _grouped(generation: Generation, where: Mapping[str, Any], key: str) -> tuple[Bucket, ...]:
    """How many there are of each, most first."""
    found = await _table(generation, where, key)
    ordered = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Bucket(value=value, label=value, count=count) for value, count in ordered)


def _item(document: Document, register: Register) -> WorkItem:
    record = document["record"]
    return WorkItem(
        type=document["type"],
        id=document["id"],
        title=record["title"],
        state=record["state"],
        state_label=record["state_label"],
        agency=record.get("agency") or "",
        agency_name=agency_name(register, record.get("agency") or ""),
        due_at=record.get("due_at"),
        overdue=record.get("overdue", False),
        provisional=record.get("provisional", False),
        waits_for=record.get("waits_for") or "",
    )


async def counts(generation: Generation, year: int) -> CountTable:
    """First figures of a year."""
    published_in_year = published({"year": str(year)})
    by_category, by_genre, records, by_state = await asyncio.gather(
        _table(generation, published_in_year, "$dims.category"),
        _table(generation, published_in_year, "$dims.genre"),
        by_type(generation),
        _states(generation, year),
    )
    tables = {"published_by_category": by_category, "published_by_genre": by_genre, "records_by_type": records}
    return CountTable(year=year, tables=tables | by_state)


async def by_type(generation: Generation) -> dict[str, int]:
    """Number of views of each type."""
    return await _table(generation, {"removed": False}, "$type")


async def _table(generation: Generation, where: Mapping[str, Any], key: str) -> dict[str, int]:
    found = await generation.views.aggregate(
        [{"$match": dict(where)}, {"$group": {"_id": key, "count": {"$sum": 1}}}, {"$limit": MAX_BUCKETS}]
    )
    return {str(row["_id"] or "未分类"): int(row["count"]) for row in sorted(found, key=lambda row: str(row["_id"]))}


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

"""What registers (查阅点, 互动交流, 公开指南, 政务公开负责人) tell together."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from typing import Any

from chassis.actors import Cause
from contracts.publication import registers as c
from kernel.refused import Refused
from services.publication.catalogue.handlers import inside
from services.publication.catalogue.item import Item
from services.publication.catalogue.types import ItemType, type_of
from services.publication.service import Publication, on

PAGE = 500
OWING_KINDS = frozenset({"office", "department", "township", "subdistrict"})
"""Units that must have a guide and officers of their own (条例12, 条例4; which kinds: D)."""


async def _standing(service: Publication, kind: str) -> AsyncIterator[Item]:
    """Items of a type that stand in their catalogue."""
    after = ""
    while True:
        where: dict[str, Any] = {"type": kind, "stands": True, "_id": {"$gt": after}}
        held = await service.catalogues.items.find(where, sort=[("_id", 1)], limit=PAGE)
        for each in held:
            yield each.state
        if len(held) < PAGE:
            return
        after = held[-1].id


@on.query(c.CountItems)
async def count_items(service: Publication, query: c.CountItems, cause: Cause) -> c.Counts:
    kind = type_of(query.type)
    fields = [field for field in kind.fields if not field.internal or inside(cause)]
    column = next((field.name for field in fields if query.by in (field.name, field.label)), None)
    if column is None:
        known = "、".join(field.label for field in fields)
        raise Refused("unknown_field", "目录没有这一栏。", field="by", remedy=f"可用：{known}。")
    counted: Counter[str] = Counter()
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    async for item in _standing(service, query.type):
        if query.year and _year(kind, item) != query.year:
            continue
        value = str(item.values.get(column, ""))
        counted[value] += 1
        for field in fields:
            said = str(item.values.get(field.name, ""))
            if field.kind == "flag" and said:
                sums[value][field.label] += 1
            elif field.kind == "number" and said.isdecimal():
                sums[value][field.label] += int(said)
    by = tuple(c.Counted(value=value, items=n, sums=dict(sums[value])) for value, n in sorted(counted.items()))
    return c.Counts(total=sum(counted.values()), by=by)


def _year(kind: ItemType, item: Item) -> int | None:
    """The year of the first date of an item."""
    dated = next((field.name for field in kind.fields if field.kind == "date"), "")
    said = str(item.values.get(dated, ""))
    return int(said[:4]) if said[:4].isdecimal() else None


@on.query(c.UnitsOwing)
async def units_owing(service: Publication, query: c.UnitsOwing, cause: Cause) -> c.Owed:
    type_of(query.type)
    newest: dict[str, Any] = {}
    async for item in _standing(service, query.type):
        since = item.editions[-1].since
        newest[item.agency] = max(newest.get(item.agency, since), since)
    today, calendar = cause.now.date(), service.calendars.current
    return c.Owed(
        units=tuple(
            c.Owing(agency=agency.code, name=agency.name, since=newest.get(agency.code))
            for agency in service.register.in_force(today)
            if agency.kind in OWING_KINDS
            and (agency.code not in newest or calendar.add_months(newest[agency.code].date(), query.months) < today)
        )
    )

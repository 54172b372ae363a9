"""Catalogues: items put and removed, claimed by documents, read as rows."""

import re
from collections import Counter
from itertools import accumulate
from typing import Any

from chassis.actors import Cause
from contracts.base import Done, Role
from contracts.publication import catalogue as c
from contracts.publication.terms import HOUSE
from kernel.refused import Refused
from services.publication import takedown
from services.publication.catalogue import domain
from services.publication.catalogue.item import Item
from services.publication.catalogue.keeping import wanted_of
from services.publication.catalogue.types import ItemType, type_of, types
from services.publication.domain import showing
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.service import Publication, official, on

LOOK_SECONDS = 60
PAGE_BYTES = 400 * 1024
"""Of the rows of one reply: guides are long."""


@on.command(c.PutItem)
async def put_item(service: Publication, command: c.PutItem, cause: Cause) -> Done:
    by = keeper(official(cause), command.agency, cause)
    without_personal_data(reason=command.reason)
    kind = type_of(command.type)
    for id in command.rests_on or ():
        await service.documents.load(id)
    change = c.Change(reason=command.reason, approved_on=command.approved_on, effective_on=command.effective_on)
    wanted = wanted_of(kind, command.agency, command.values, change, command.period_months, command.rests_on)
    held, outcome = await service.catalogues.put(wanted, by, cause)
    return Done(id=held.id, version=held.version, state=outcome, repeated=held.repeated)


@on.command(c.PutItems)
async def put_items(service: Publication, command: c.PutItems, cause: Cause) -> c.RowOutcomes:
    by = keeper(official(cause), command.agency, cause)
    without_personal_data(reason=command.reason)
    return c.RowOutcomes(rows=tuple(await service.catalogues.put_rows(command, by, cause)))


@on.command(c.RemoveItem)
async def remove_item(service: Publication, command: c.RemoveItem, cause: Cause) -> Done:
    without_personal_data(reason=command.reason)
    by = await _keeper_of(service, command.id, cause)
    held = await service.catalogues.remove(command.id, command.reason, by, cause)
    return Done(id=held.id, version=held.version, state="removed", repeated=held.repeated)


@on.command(c.NameBasis)
async def name_basis(service: Publication, command: c.NameBasis, cause: Cause) -> Done:
    by = await _keeper_of(service, command.id, cause)
    for id in command.documents:
        await service.documents.load(id)
    held = await service.catalogues.items.execute(
        command.id, lambda item: domain.name_basis(item, command.documents, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state=domain.duty(held.state).state, repeated=held.repeated)


@on.command(c.ReviewItem)
async def review_item(service: Publication, command: c.ReviewItem, cause: Cause) -> Done:
    without_personal_data(note=command.note)
    by = await _keeper_of(service, command.id, cause)
    held = await service.catalogues.items.execute(
        command.id, lambda item: domain.review(item, command.note, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state=domain.duty(held.state).state, repeated=held.repeated)


@on.command(c.ClaimItems)
async def claim_items(service: Publication, command: c.ClaimItems, cause: Cause) -> Done:
    """An item that was found empty is looked at again at once, and so is one that it claims no more; the others when
    their time comes."""
    by = official(cause)
    held = [await service.catalogues.items.load(id) for id in command.items]
    if any(each.state.removed_for for each in held):
        raise Refused("item_removed", "目录事项已移出。", field="items", remedy="请核对事项编号。")
    before = (await service.documents.load(command.id)).state.claims
    answer = await service.execute(command.id, lambda case: showing.claim(case, command.items, by), cause)
    await service.catalogues.unclaimed(command.id, [id for id in before if id not in command.items], cause)
    await service.compare_claims(command.id, cause)
    return answer


@on.query(c.GetCatalogueTypes)
async def catalogue_types(service: Publication, query: c.GetCatalogueTypes, cause: Cause) -> c.CatalogueTypes:
    return c.CatalogueTypes(types=tuple(each.told(inside=inside(cause)) for each in types().values()))


@on.query(c.ExportItems)
async def export_items(service: Publication, query: c.ExportItems, cause: Cause) -> c.CatalogueRows:
    kind = type_of(query.type)
    where: dict[str, Any] = {"type": query.type, "stands": True}
    where |= {name: value for name in ("agency", "group") if (value := getattr(query, name))}
    if query.after:
        where["_id"] = {"$gt": query.after}
    if query.q:
        where["text"] = {"$regex": re.escape(query.q)}
    held = await service.catalogues.items.find(where, sort=[("_id", 1)], limit=query.limit)
    rows = [
        c.CatalogueRow(
            id=each.id,
            agency=each.state.agency,
            edition=len(each.state.editions),
            cells=kind.write_row(each.state.values, inside=inside(cause)),
        )
        for each in held
    ]
    fitting = _fitting(rows)
    more = len(fitting) < len(rows) or len(rows) == query.limit
    return c.CatalogueRows(rows=tuple(fitting), next=fitting[-1].id if fitting and more else None)


def _fitting(rows: list[c.CatalogueRow]) -> list[c.CatalogueRow]:
    """As many as one reply may carry, at least one."""
    sizes = accumulate(len(row.model_dump_json().encode()) for row in rows)
    return [row for n, (row, size) in enumerate(zip(rows, sizes, strict=True)) if size <= PAGE_BYTES or n == 0]


@on.query(c.GroupItems)
async def group_items(service: Publication, query: c.GroupItems, cause: Cause) -> c.ItemGroups:
    kind = type_of(query.type)
    counted = Counter(item.group for item in await service.catalogues.all(query.type, query.agency) if item.group)
    groups = tuple(c.ItemGroup(value=value, count=counted[value]) for value in _ordered(kind, counted))
    return c.ItemGroups(group_by=kind.label(kind.group_by) if kind.group_by else None, groups=groups)


def _ordered(kind: ItemType, counted: Counter[str]) -> list[str]:
    """Years with the newest in front, choices in their order, all else by number (预决算: 七星关区2017年方案 (三)4)."""
    column = next((field for field in kind.fields if field.name == kind.group_by), None)
    if column is None:
        return []
    if column.kind == "year":
        return sorted(counted, reverse=True)
    places = {word: place for place, word in enumerate(column.choices)}
    return sorted(counted, key=lambda value: (places.get(value, len(places)), -counted[value], value))


@on.query(c.GetItem)
async def get_item(service: Publication, query: c.GetItem, cause: Cause) -> c.ItemHistory:
    item: Item = (await service.catalogues.items.load(query.id)).state
    takedown.standing(item)
    shown = range(1, len(item.editions) + 1)
    if item.removed_for and item.kind.mask and not inside(cause):
        shown = shown[-1:]
    editions = tuple(domain.record(item, number, inside=inside(cause)) for number in shown)
    return c.ItemHistory(duty=domain.duty(item) if inside(cause) else None, editions=editions[-50:])


@on.event(c.ItemRemoved)
async def forget_removed(service: Publication, event: c.ItemRemoved, cause: Cause) -> None:
    """A decision about somebody was withdrawn, or its time of display is over: what was told of it before leaves the
    history of events, so that nobody reads it there from the start."""
    item = (await service.catalogues.items.load(event.record.id)).state
    if item.removed_for and item.kind.mask:
        await service.history.forget((c.ItemAdded, c.ItemChanged, c.CatalogueItemRestated), item.id)


@on.every(LOOK_SECONDS)
async def look(service: Publication) -> None:
    """Find items for which nothing was published in their time."""
    await service.catalogues.look(service.clock.now())


def inside(cause: Cause) -> bool:
    """Whether an official asks."""
    return cause.actor.kind == "person" and bool(cause.actor.roles & frozenset(HOUSE))


async def _keeper_of(service: Publication, id: str, cause: Cause) -> Official:
    return keeper(official(cause), (await service.catalogues.items.load(id)).state.agency, cause)


def keeper(by: Official, agency: str, cause: Cause) -> Official:
    """An agency keeps its own items; the openness office and the reviewer keep any."""
    if by.agency != agency and not cause.actor.roles & {Role.OPENNESS, Role.REVIEWER}:
        raise Refused("other_keeper", "只能维护本机构的目录事项。", field="agency", remedy="请由维护机构办理。")
    return by

"""Catalogues: items put and removed, claimed by documents, read as rows."""

from typing import Any

from chassis.actors import Cause
from contracts import publication as c
from contracts.base import Done, Role
from kernel.refused import Refused
from services.publication.catalogue import domain
from services.publication.catalogue.domain import Item
from services.publication.catalogue.keeping import Wanted
from services.publication.catalogue.types import type_of, types
from services.publication.domain import showing
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.service import Publication, official, on

LOOK_SECONDS = 60


@on.command(c.PutItem)
async def put_item(service: Publication, command: c.PutItem, cause: Cause) -> Done:
    by = _keeper(official(cause), command.agency, cause)
    without_personal_data(reason=command.reason)
    kind = type_of(command.type)
    for id in command.rests_on:
        await service.documents.load(id)
    change = c.Change(reason=command.reason, approved_on=command.approved_on, effective_on=command.effective_on)
    wanted = Wanted(kind, command.agency, kind.read(command.values), change, command.period_months, command.rests_on)
    held, outcome = await service.catalogues.put(wanted, by, cause)
    return Done(id=held.id, version=held.version, state=outcome, repeated=held.repeated)


@on.command(c.PutItems)
async def put_items(service: Publication, command: c.PutItems, cause: Cause) -> c.RowOutcomes:
    by = _keeper(official(cause), command.agency, cause)
    without_personal_data(reason=command.reason)
    rows = await service.catalogues.put_rows(command.type, command.agency, command.rows, command.reason, by, cause)
    return c.RowOutcomes(rows=tuple(rows))


@on.command(c.RemoveItem)
async def remove_item(service: Publication, command: c.RemoveItem, cause: Cause) -> Done:
    without_personal_data(reason=command.reason)
    by = await _keeper_of(service, command.id, cause)
    held = await service.catalogues.items.execute(
        command.id, lambda item: domain.remove(item, command.reason, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state="removed", repeated=held.repeated)


@on.command(c.ReviewBasis)
async def review_basis(service: Publication, command: c.ReviewBasis, cause: Cause) -> Done:
    without_personal_data(note=command.note)
    by = await _keeper_of(service, command.id, cause)
    held = await service.catalogues.items.execute(
        command.id, lambda item: domain.review_basis(item, command.note, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state=domain.duty(held.state).state, repeated=held.repeated)


@on.command(c.ClaimItems)
async def claim_items(service: Publication, command: c.ClaimItems, cause: Cause) -> Done:
    """An item that was found empty is looked at again at once; the others when their time comes."""
    by = official(cause)
    held = [await service.catalogues.items.load(id) for id in command.items]
    if any(each.state.removed_for for each in held):
        raise Refused("item_removed", "目录事项已移出。", field="items", remedy="请核对事项编号。")
    answer = await service.execute(command.id, lambda case: showing.claim(case, command.items, by), cause)
    for each in held:
        if each.state.empty:
            again = Cause(cause.actor, f"{cause.id}:{each.id}", cause.now)
            await service.catalogues.look_at(each.id, again)
    return answer


@on.query(c.GetCatalogueTypes)
async def catalogue_types(service: Publication, query: c.GetCatalogueTypes, cause: Cause) -> c.CatalogueTypes:
    return c.CatalogueTypes(types=tuple(each.told() for each in types().values()))


@on.query(c.ExportItems)
async def export_items(service: Publication, query: c.ExportItems, cause: Cause) -> c.CatalogueRows:
    kind = type_of(query.type)
    where: dict[str, Any] = {"type": query.type, "stands": True}
    if query.agency:
        where["agency"] = query.agency
    if query.after:
        where["_id"] = {"$gt": query.after}
    held = await service.catalogues.items.find(where, sort=[("_id", 1)], limit=query.limit)
    rows = tuple(
        c.CatalogueRow(
            id=each.id,
            agency=each.state.agency,
            edition=len(each.state.editions),
            cells=kind.write_row(each.state.values),
        )
        for each in held
    )
    return c.CatalogueRows(rows=rows, next=held[-1].id if len(held) == query.limit else None)


@on.query(c.GetItem)
async def get_item(service: Publication, query: c.GetItem, cause: Cause) -> c.ItemHistory:
    item: Item = (await service.catalogues.items.load(query.id)).state
    editions = tuple(domain.record(item, number) for number in range(1, len(item.editions) + 1))
    inside = cause.actor.kind == "person" and bool(cause.actor.roles & frozenset(c.HOUSE))
    return c.ItemHistory(duty=domain.duty(item) if inside else None, editions=editions[-50:])


@on.every(LOOK_SECONDS)
async def look(service: Publication) -> None:
    """Find items for which nothing was published in their time."""
    await service.catalogues.look(service.clock.now())


async def _keeper_of(service: Publication, id: str, cause: Cause) -> Official:
    return _keeper(official(cause), (await service.catalogues.items.load(id)).state.agency, cause)


def _keeper(by: Official, agency: str, cause: Cause) -> Official:
    """An agency keeps its own items; the openness office and the reviewer keep any."""
    if by.agency != agency and not cause.actor.roles & {Role.OPENNESS, Role.REVIEWER}:
        raise Refused("other_keeper", "只能维护本机构的目录事项。", field="agency", remedy="请由维护机构办理。")
    return by

"""What a new edition of the service guide does to the entries that share its source (同源). Nothing of the guide is
decided here: its keeper has decided its text."""

from dataclasses import replace

from chassis.actors import Cause
from contracts.publication.catalogue import CatalogueItemRestated, ItemAdded, ItemChanged, ItemRemoved
from contracts.publication.takedown import ItemWithdrawn
from services.hotline.domain import entry
from services.hotline.domain.guide import Guide
from services.hotline.service import Hotline, on

TYPE = "guide"
PAGE = 100
Item = ItemAdded | ItemChanged | ItemRemoved | CatalogueItemRestated


@on.event(ItemAdded)
async def added(service: Hotline, event: ItemAdded, cause: Cause) -> None:
    await _heard(service, event, cause)


@on.event(ItemChanged)
async def changed(service: Hotline, event: ItemChanged, cause: Cause) -> None:
    await _heard(service, event, cause)


@on.event(ItemRemoved)
async def removed(service: Hotline, event: ItemRemoved, cause: Cause) -> None:
    await _heard(service, event, cause)


@on.event(CatalogueItemRestated)
async def restated(service: Hotline, event: CatalogueItemRestated, cause: Cause) -> None:
    await _heard(service, event, cause)


@on.event(ItemWithdrawn)
async def withdrawn(service: Hotline, event: ItemWithdrawn, cause: Cause) -> None:
    """紧急撤下: the copy goes too. Who keeps the entries decides what they say now."""
    code = await service.guides.gone(event.record.id, event.epoch << 20 | event.version)
    if code:
        await compare_all(service, code, cause)


async def _heard(service: Hotline, event: Item, cause: Cause) -> None:
    record = event.record
    code = record.values.get("code")
    if record.type != TYPE or not isinstance(code, str):
        return
    told = {name: getattr(record, name) for name in ("agency", "title", "edition", "removed", "values")}
    guide = Guide(item=record.id, code=code, **told)
    if await service.guides.keep(guide, event.epoch << 20 | event.version):
        await compare_all(service, guide.code, cause)


async def compare_all(service: Hotline, code: str, cause: Cause) -> None:
    """Every entry of a matter follows it, or is marked for a person."""
    last = ""
    while page := await service.entries.find(
        {"marks": f"guide:{code}", "_id": {"$gt": last}}, sort=[("_id", 1)], limit=PAGE
    ):
        for held in page:
            await compare(service, held.id, cause)
        last = page[-1].id


async def compare(service: Hotline, id: str, cause: Cause) -> None:
    """Once for each edition, however it is noticed: by the event, or when an entry was written meanwhile."""
    state = (await service.entries.load(id)).state
    guide = await service.guides.by_code(state.guide)
    if guide is not None and entry.compared(state, guide, cause.now):
        seen = replace(cause, id=f"guide:{guide.item}:{guide.edition}:{guide.removed}")
        await service.entries.execute(id, lambda now_: entry.compared(now_, guide, cause.now), seen)

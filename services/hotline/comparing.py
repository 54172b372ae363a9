"""What a new edition of the service guide does to the entries that share its source (同源). Nothing of the guide is
decided here: its keeper has decided its text."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from chassis.actors import Cause
from chassis.cases import Held
from contracts.publication.catalogue import CatalogueItemRestated, ItemAdded, ItemChanged, ItemRemoved
from contracts.publication.takedown import ItemWithdrawn
from kernel.facts import Fact
from services.hotline import erasing
from services.hotline.domain import entry
from services.hotline.domain.entry import State
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
    """紧急撤下: an answer that is the guide's own text goes with it, word for word, also where another matter bears the
    code now. What a person wrote is marked: who keeps it decides, and takes it down if it repeats what leaked."""
    item = event.record.id
    code = await service.guides.gone(item, event.epoch << 20 | event.version)
    if code:
        await _take_down_all(service, code, replace(cause, id=f"taken_down:{item}"))
        await compare_all(service, code, cause)
        await service.guides.cleared(item)


async def _heard(service: Hotline, event: Item, cause: Cause) -> None:
    record = event.record
    code = record.values.get("code")
    if record.type != TYPE or not isinstance(code, str):
        return
    told = {name: getattr(record, name) for name in ("agency", "title", "edition", "removed", "values")}
    guide = Guide(item=record.id, code=code, **told)
    if await service.guides.keep(guide, event.epoch << 20 | event.version):
        await compare_all(service, guide.code, cause)


async def _take_down_all(service: Hotline, code: str, cause: Cause) -> None:
    """Sealed ones lose their mark, so that each page brings others."""

    def down(state: State) -> Sequence[Fact]:
        return entry.take_down(state, entry.GUIDE_TAKEN_DOWN, cause.now)

    where = {"marks": f"guide:{code}", "same_text": True}
    while page := await service.entries.find(where, sort=[("_id", 1)], limit=PAGE):
        for held in page:
            await erasing.seal(service, held.id, down, cause)


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
        seen = replace(cause, id=f"guide:{guide.item}:{guide.edition}:{guide.removed}:{guide.taken_down}")
        execute = erasing.seal if guide.taken_down and state.same_text else _execute
        await execute(service, id, lambda now_: entry.compared(now_, guide, cause.now), seen)


async def _execute(service: Hotline, id: str, decide: Callable[[State], Sequence[Fact]], cause: Cause) -> Held[State]:
    return await service.entries.execute(id, decide, cause)

"""紧急撤下 of texts for the public: the facts of the case without words in the same write, then the history of what was
told of it, again and again until nothing is found any more (docs/decisions/0006-who-purges.md)."""

import logging
from collections.abc import Callable, Sequence

import nats.errors
import nats.js.errors

from chassis import calm
from chassis.actors import CLOCK, Cause
from chassis.cases import Held
from contracts.hotline.public import KnowledgeConfirmed, KnowledgeDoubted, KnowledgePublished, PublicTicketPublished
from kernel.facts import Fact
from services.hotline.domain import entry
from services.hotline.domain.entry import State
from services.hotline.domain.entry_facts import forget
from services.hotline.service import Hotline, on

log = logging.getLogger(__name__)
ERASE_SECONDS = 2.0
TOLD = (KnowledgePublished, KnowledgeDoubted, KnowledgeConfirmed, PublicTicketPublished)
"""What is told of an entry with its words; `withdrawn` tells subscribers to delete and stays."""


async def seal(service: Hotline, id: str, decide: Callable[[State], Sequence[Fact]], cause: Cause) -> Held[State]:
    """Take the words down; what cannot be erased now is erased later."""
    held = await service.entries.execute(id, decide, cause, forget=forget)
    try:
        await service.history.forget(TOLD, id)
    except (nats.errors.Error, nats.js.errors.Error, OSError):
        log.warning("erasing goes on later", extra={"case": id})
    return held


@on.every(ERASE_SECONDS)
async def erase(service: Hotline) -> None:
    await erase_all(service)


async def erase_all(service: Hotline, calm_seconds: float = calm.SECONDS) -> None:
    """Go on with every text that was taken down, until a calm time has passed."""
    now = service.clock.now()
    for held in await service.entries.find({"marks": entry.ERASING}):
        found = await service.history.forget(TOLD, held.id)
        if service.calm.reached(held.id, found, calm_seconds):
            gone = Cause(CLOCK, f"erased:{held.id}", now)
            await service.entries.execute(held.id, lambda state: entry.erased(state, now), gone)

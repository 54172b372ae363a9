"""紧急撤下 (P26): one reviewer acts, and everything that this platform holds of the document goes.

First the case: one write seals its facts, drops what waits to be told, tells the tombstones. Then texts, attachments
and the history of events, again and again until nothing is found any more: another replica may have been about to
publish, and PUBLIC follows EVENTS a moment later.
"""

import asyncio
import logging
import time

import nats.errors
import nats.js.errors

from chassis.actors import CLOCK, Cause
from chassis.papers import Paper
from contracts import publication as c
from contracts.base import Done
from services.publication.domain import publishing, sealing
from services.publication.domain.facts import Official
from services.publication.service import Publication, done
from services.publication.storage import SealedText

log = logging.getLogger(__name__)
ERASE_SECONDS = 2.0
CALM_SECONDS = 15.0
"""So long nothing must have been found; longer than any publication that was under way can take."""
KEPT = (c.DocumentWithdrawn, c.DocumentTakenDown)
"""What tells subscribers to delete is never removed."""
TOLD = (
    c.DocumentPublished,
    c.DocumentCorrected,
    c.ValidityChanged,
    c.NoticeChanged,
    c.PublicDocumentRestated,
    c.DocumentDrafted,
    c.DocumentImported,
    c.DocumentReturned,
    c.DocumentChanged,
    c.DocumentOverdue,
    c.DocumentClosed,
    c.DocumentRestated,
)
"""Every other event about a document."""


async def withdraw(service: Publication, command: c.Withdraw, by: Official, cause: Cause) -> Done:
    """Take down at once. Asking again removes what a crash left."""
    await _keep_evidence(service, command.id, cause)
    held = await service.documents.execute(
        command.id,
        lambda case: publishing.withdraw(case, command.leak, command.note, by, cause.now),
        cause,
        forget=sealing.forget,
    )
    try:
        await erase(service, command.id)
    except (nats.errors.Error, nats.js.errors.Error, OSError):
        log.warning("erasing goes on later", extra={"case": command.id})
    return done(held)


async def _keep_evidence(service: Publication, id: str, cause: Cause) -> None:
    """What the facts say, encrypted: with it the sealed chain can be checked."""
    entries = await service.documents.entries(id)
    papers = [
        Paper(f"{id}-fact-{position}", id, "withdrawn_fact", SealedText(text=entry["text"]))
        for position, entry in enumerate(entries)
        if not entry.get("sealed")
    ]
    await service.papers.put(papers, cause.now)


async def erase(service: Publication, id: str) -> int:
    """Remove texts, attachments and history of one document; how many events were still there."""
    await service.texts.seal(id, service.papers, service.clock.now())
    await service.uploads.drop_of(id)
    for press in (service.gazette, service.compilations):
        await press.gap(id, Cause(CLOCK, f"gap:{id}", service.clock.now()))
    for file in (await service.documents.load(id)).state.files:
        await service.uploads.remove(id, file.attachment.sha256)
    return await service.history.forget(TOLD, id)


async def erase_all(service: Publication, calm_seconds: float = CALM_SECONDS) -> None:
    """Go on with every document that was taken down. After a calm time the case notes that nothing is left, and tells
    how it stands: what was told since the take-down has been removed with the rest."""
    for held in await service.documents.erasing():
        found = await erase(service, held.id)
        since = service.calm_since.setdefault(held.id, time.monotonic())
        if found:
            service.calm_since[held.id] = time.monotonic()
        elif time.monotonic() - since >= calm_seconds:
            await _note_erased(service, held.id)
        await asyncio.sleep(0)


async def _note_erased(service: Publication, id: str) -> None:
    now = service.clock.now()
    cause = Cause(CLOCK, f"erased:{id}", now)
    await service.documents.execute(id, lambda case: publishing.erased(case, now), cause)
    service.calm_since.pop(id, None)

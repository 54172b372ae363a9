"""紧急撤下 (P26): one reviewer acts, and everything that this platform holds of a case goes.

First the case: one write seals its facts, drops what waits to be told, tells the tombstones. Then texts, attachments,
answers to opinions and the history of events, again and again until nothing is found any more: another replica may have
been about to publish, and PUBLIC follows EVENTS a moment later. Documents have their texts beside; all other kinds of
cases go the same way (`domain/withdrawing.py`).
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import nats.errors
import nats.js.errors

from chassis import calm
from chassis.actors import CLOCK, Cause
from chassis.cases import Cases, Forget, Held
from chassis.papers import Paper
from contracts.base import Done, Event, Role
from contracts.publication import documents as c
from contracts.publication.comments import ParticipationForm
from contracts.registry import REGISTRY
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions.state import Decision
from services.publication.domain import publishing, sealing, withdrawing
from services.publication.domain.facts import Official
from services.publication.domain.signing import own
from services.publication.domain.withdrawing import Sealable
from services.publication.meetings.domain import Session, opens
from services.publication.service import Publication, done
from services.publication.storage import WITHDRAWN_TEXT, SealedText

log = logging.getLogger(__name__)
ERASE_SECONDS = 2.0
OTHER_WAYS = "请核对编号；公报、汇编请撤下其中的文件，热线的公开内容请用热线的“撤回”并注明泄露。"
KEPT = ("withdrawn", "taken_down")
"""Names of the events that tell subscribers to delete; they are never removed."""
SEALED_PAPERS = ("withdrawn_fact", WITHDRAWN_TEXT)
"""Kinds of papers in which the originals of what was taken down lie."""
SAME_TEXT, PRINTED_IN = "同文文件", "清理目录"
MAX_REPEATED = 20
CLEARS_FOR_ALL = frozenset({Role.WEBMASTER, Role.REVIEWER, Role.OPENNESS})
SHOWN_BY_OTHERS = frozenset({ParticipationForm.MEDIA, ParticipationForm.NEW_MEDIA})
"""Forms of consultation that show the draft on channels outside this platform."""


RECORDS: Mapping[str, tuple[str, ...]] = {
    "document": ("document", "public_document"),
    "decision": ("decision", "public_decision"),
    "decision_catalogue": ("decision_catalogue", "public_decision_catalogue"),
    "meeting": ("meeting", "public_meeting"),
    "work_ledger": ("work_ledger", "public_work_ledger"),
    "catalogue_item": ("catalogue_duty", "catalogue_item"),
    "catalogue_clock": ("catalogue_clock",),
    "draw": ("draw", "draw_work"),
    "reconciliation": ("reconciliation",),
    "proposal": ("proposal",),
    "doubt": ("doubt",),
    "year_shortfall": ("year_shortfall",),
    "secret_line": ("secret_line",),
}
"""What is told of each kind of case that can be taken down. A guard holds it against all kinds and all events."""


@dataclass(frozen=True)
class Shelf:
    """One kind of case that can be taken down: who knows of it, and where else it was shown."""

    cases: Cases[Any]
    public: Callable[[Any], bool]
    channels: Callable[[Any], Sequence[str]] = lambda state: ()

    @property
    def told(self) -> tuple[type[Event], ...]:
        return told_of(self.cases.kind.name)


def told_of(kind: str) -> tuple[type[Event], ...]:
    """Every event about the records of a kind of case that a take-down removes."""
    events = REGISTRY.services["publication"].events
    return tuple(each for each in events if each.record_name in RECORDS[kind] and each.event_name not in KEPT)


def shelves(service: Publication) -> tuple[Shelf, ...]:
    """What can be taken down besides documents."""
    return (
        Shelf(service.decisions, lambda state: state.public, _media),
        Shelf(service.years, lambda state: bool(state.shown)),
        Shelf(service.meetings, lambda state: state.public, _broadcast),
        Shelf(service.ledgers, lambda state: state.shown is not None),
        Shelf(service.catalogues.items, lambda state: True),
        Shelf(service.catalogues.timing.timers, _inside),
        Shelf(service.draws.cases, lambda state: True),
        Shelf(service.reconciliations, _inside),
        Shelf(service.proposals, _inside),
        Shelf(service.doubts, _inside),
        Shelf(service.shortfalls, _inside),
        Shelf(service.secrets, _inside),
    )


def _inside(state: Any) -> bool:
    """Only the offices have seen it."""
    return False


def _media(state: Decision) -> list[str]:
    forms = state.consultation.forms if state.consultation and state.consultation.from_on else ()
    return [each.form.value for each in forms if each.form in SHOWN_BY_OTHERS]


def _broadcast(state: Session) -> list[str]:
    live = [state.live_channel] if state.live_channel else []
    shown = [item for item in state.agenda if opens(item) and item.proposal] if state.published_at else []
    return [*live, *(way for item in shown if item.proposal for way in item.proposal.ways)]


async def withdraw(service: Publication, command: c.Withdraw, by: Official, cause: Cause) -> Done:
    """Take down at once. Asking again removes what a crash left."""
    shelf = await shelf_of(service, command.id)
    sealing_it = _withdraw_other(service, shelf, command, by, cause) if shelf else _seal(service, command, by, cause)
    answer = await sealing_it
    try:
        await (_erase_other(service, shelf, command.id) if shelf else erase(service, command.id))
    except (nats.errors.Error, nats.js.errors.Error, OSError):
        log.warning("erasing goes on later", extra={"case": command.id})
    return answer


async def shelf_of(service: Publication, id: str) -> Shelf | None:
    """Where the case lies; `None` for a document. Raises `Refused` for what is neither."""
    for shelf in shelves(service):
        if await shelf.cases.get(id):
            return shelf
    if await service.documents.get(id) is None:
        raise Refused("not_found", "没有可以撤下的这个编号。", field="id", remedy=OTHER_WAYS)
    return None


async def _seal(service: Publication, command: c.Withdraw, by: Official, cause: Cause) -> Done:
    also = await _repeated(service, command.id)

    def decide(case: Any) -> list[Fact]:
        return publishing.withdraw(case, command.leak, command.note, by, cause.now, also)

    claims = (await service.documents.load(command.id)).state.claims
    held = await _forgotten(service, service.documents, command.id, decide, sealing.forget, None, cause)
    await service.catalogues.unclaimed(command.id, claims, cause)
    return done(held)


async def _repeated(service: Publication, id: str) -> tuple[str, ...]:
    """Documents that bear the very same text, and lists of a clean-up that print the title: each is taken down or kept
    by a person, who confirms it like a channel."""
    case = (await service.documents.load(id)).state
    same = await service.documents.find({"marks": {"$in": [f"text:{digest}" for digest in case.digests]}})
    found = [(SAME_TEXT, held.id) for held in same if held.id != id]
    for row in await service.judged.find({"document": id, "conclusion": {"$exists": True}}):
        lists = (await service.rounds.load(row["round"])).state.lists
        found += [(PRINTED_IN, lists[conclusion]) for conclusion in lists if conclusion.value == row["conclusion"]]
    return tuple(f"{kind}{each}" for kind, each in dict.fromkeys(found))[:MAX_REPEATED]


async def _withdraw_other(service: Publication, shelf: Shelf, command: c.Withdraw, by: Official, cause: Cause) -> Done:
    """The limits of an item hold its title, so they go with it."""

    def decide(state: Sealable) -> list[Fact]:
        given = (command.leak, command.note, shelf.public(state), shelf.channels(state))
        return withdrawing.withdraw(state, *given, by, cause.now)

    if shelf.cases is service.catalogues.items:
        for timer in await service.catalogues.timing.timers.find({"marks": f"item:{command.id}"}):
            each = replace(cause, id=f"{cause.id}:{timer.id}")
            await _withdraw_other(service, _clocks(service), command.model_copy(update={"id": timer.id}), by, each)
    origin = f"withdrawn:{command.id}"
    held = await _forgotten(service, shelf.cases, command.id, decide, withdrawing.forget, origin, cause)
    return _told(held)


def _clocks(service: Publication) -> Shelf:
    return next(each for each in shelves(service) if each.cases is service.catalogues.timing.timers)


async def _forgotten(
    service: Publication,
    cases: Cases[Any],
    id: str,
    decide: Callable[[Any], list[Fact]],
    forget: Forget,
    origin: str | None,
    cause: Cause,
) -> Held[Any]:
    """What the facts say goes to the papers, encrypted, so that the sealed chain can be checked. Then all is sealed."""
    papers = [
        Paper(f"{id}-fact-{position}", id, SEALED_PAPERS[0], SealedText(text=entry["text"]))
        for position, entry in enumerate(await cases.entries(id))
        if not entry.get("sealed")
    ]
    await service.papers.put(papers, cause.now)
    return await cases.execute(id, decide, cause, forget=forget, origin=origin)


async def approve(service: Publication, command: c.ApproveWithdrawal, by: Official, cause: Cause) -> Done:
    """Another person's judgement, afterwards."""
    judge: Callable[..., list[Fact]] = publishing.approve_withdrawal
    if shelf := await shelf_of(service, command.id):
        judge = withdrawing.approve

    def decide(state: Any) -> list[Fact]:
        return judge(state, command.note, by, cause.now, improper=command.improper)

    if shelf:
        return _told(await shelf.cases.execute(command.id, decide, cause))
    return await service.execute(command.id, decide, cause)


async def confirm(service: Publication, id: str, channel: str, by: Official, cause: Cause) -> Done:
    """A channel shows it no longer: a clerk confirms for the own unit, who keeps websites or reviews for any."""
    shelf = await shelf_of(service, id)
    if not cause.actor.roles & CLEARS_FOR_ALL:
        own((await (shelf.cases if shelf else service.documents).load(id)).state.agency, by)
    if shelf:
        return _told(
            await shelf.cases.execute(id, lambda state: withdrawing.confirm(state, channel, by, cause.now), cause)
        )
    return await service.execute(id, lambda case: publishing.confirm_cleared(case, channel, by, cause.now), cause)


def _told(held: Held[Any]) -> Done:
    seal = held.state.seal
    state = "sealed" if seal and seal.closed else "withdrawn"
    return Done(id=held.id, version=held.version, state=state, repeated=held.repeated)


def standing(state: Sealable) -> None:
    """Refuse to show what was taken down."""
    if state.seal:
        raise Refused("withdrawn", "该信息已撤下。", remedy="如需了解，请联系发布机构。")


async def erase(service: Publication, id: str) -> int:
    """Remove texts, attachments and history of one document; how many events were still there."""
    await service.texts.seal(id, service.papers, service.clock.now())
    await service.uploads.drop_of(id)
    await service.judged.update_many({"document": id, "reason": {"$exists": True}}, {"$set": {"reason": ""}})
    for press in (service.gazette, service.compilations):
        await press.gap(id, Cause(CLOCK, f"gap:{id}", service.clock.now()))
    case = (await service.documents.load(id)).state
    await service.texts.disown(case.digests, service.documents.collection)
    for file in case.files:
        await service.uploads.remove(id, file.attachment.sha256)
    return await service.history.forget(told_of("document"), id)


async def _erase_other(service: Publication, shelf: Shelf, id: str) -> int:
    """Its events, and what lies beside its case."""
    await service.comments.forget_answers(id)
    await service.draws.lists.delete_many({"draw": id})
    if shelf.cases is service.reconciliations:
        state = (await service.reconciliations.load(id)).state
        if state.seal and not state.seal.erased:
            await service.upper.delete_many({"list": state.list_})
    return await service.history.forget(shelf.told, id)


async def erase_all(service: Publication, calm_seconds: float = calm.SECONDS) -> None:
    """Go on with every case that was taken down. After a calm time the case notes that nothing is left, and tells how
    it stands: what was told since the take-down has been removed with the rest."""
    now = service.clock.now()
    kinds = await service.documents.erasing_kinds()
    for held in await service.documents.erasing() if service.documents.kind.name in kinds else ():
        if service.calm.reached(held.id, await erase(service, held.id), calm_seconds):
            await service.documents.execute(held.id, lambda case: publishing.erased(case, now), _erased(held.id, now))
        await asyncio.sleep(0)
    for shelf in shelves(service) if kinds else ():
        for held in await shelf.cases.find({"marks": "erasing"}):
            if service.calm.reached(held.id, await _erase_other(service, shelf, held.id), calm_seconds):
                await shelf.cases.execute(held.id, lambda state: withdrawing.erased(state, now), _erased(held.id, now))
            await asyncio.sleep(0)


def _erased(id: str, now: datetime) -> Cause:
    return Cause(CLOCK, f"erased:{id}", now)

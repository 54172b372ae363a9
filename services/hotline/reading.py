"""Reading the papers of a ticket: who reads is kept, and sees what the work needs."""

from chassis.actors import Actor, Cause
from contracts.base import Role
from contracts.hotline import reading as c
from kernel import personal
from kernel.refused import Refused
from services.hotline.domain import Case
from services.hotline.domain.record import record
from services.hotline.domain.ticket import LABELS
from services.hotline.domain.triage import in_charge
from services.hotline.papers import Sheet, Words
from services.hotline.service import Hotline

SEES_ALL = frozenset({Role.DISPATCHER, Role.SUPERVISOR, Role.ARCHIVIST})
SIMILAR = 20
NOTES = 20


async def page(service: Hotline, id: str, purpose: str, cause: Cause) -> c.TicketPage:
    """The ticket with its papers. Units see their own tickets; a secret caller is shown to no unit."""
    case = (await service.cases.load(id)).state
    by = cause.actor
    inside = bool(SEES_ALL & by.roles)
    if not inside and (by.agency not in (case.lead, *case.co) or not by.agency):
        raise Refused("not_your_ticket", "该工单不由本单位办理。", remedy="请由承办单位的人员查看。")
    sheet = await service.papers.read(case.paper, Sheet, by, purpose, cause.now)
    notes = [await _words(service, paper, by, purpose, cause) for paper in case.notes[-NOTES:]]
    hidden = case.masked and not inside
    return c.TicketPage(
        record=record(case),
        title=_shown(sheet.title, hidden),
        content=_shown(sheet.content, hidden),
        place=sheet.place,
        caller=None if hidden else sheet.caller,
        reply=await _reply(service, case, by, purpose, cause),
        notes=tuple(note for note in notes if note),
        accused=case.accused if inside else (),
        named=case.named if inside else (),
        similar=await _similar(service, case) if inside else (),
        proposed=_proposed(service, case, cause) if inside else (),
    )


async def reply_of(service: Hotline, case: Case, cause: Cause) -> str | None:
    """The reply that the caller may read."""
    return await _reply(service, case, cause.actor, "来电人查询", cause) if case.answered else None


async def _reply(service: Hotline, case: Case, by: Actor, purpose: str, cause: Cause) -> str | None:
    if case.reply is None:
        return None
    words = await service.papers.read(case.reply, Words, by, purpose, cause.now)
    return f"{words.text}\n采纳情况：{words.reason}" if words.reason else words.text


async def _words(service: Hotline, paper: str, by: Actor, purpose: str, cause: Cause) -> str:
    """A reason, or the text of a revision that came after the end."""
    if paper.startswith("t-"):
        return (await service.papers.read(paper, Sheet, by, purpose, cause.now)).content
    return (await service.papers.read(paper, Words, by, purpose, cause.now)).text


def _shown(text: str, hidden: bool) -> str:
    return personal.mask(text) if hidden else text


async def _similar(service: Hotline, case: Case) -> tuple[c.SimilarTicket, ...]:
    """Open tickets on the same matter by place and words, proposed for merging."""
    likes = {each.number: each for each in (await service.sketches.like(case.number))[:SIMILAR]}
    if not likes:
        return ()
    found = await service.cases.find({"_id": {"$in": list(likes)}, "open": True}, limit=SIMILAR)
    similar = [
        c.SimilarTicket(
            id=held.id,
            state_label=LABELS[held.state.state],
            likeness=round(100 * likes[held.id].likeness),
            same_place=likes[held.id].same_place,
        )
        for held in found
    ]
    return tuple(sorted(similar, key=lambda each: (-each.likeness, each.id)))


def _proposed(service: Hotline, case: Case, cause: Cause) -> tuple[c.ProposedUnit, ...]:
    """Units in charge by the duty catalogue; one that is accused, or stands under who is, is shown as barred."""
    return tuple(
        c.ProposedUnit(
            agency=code,
            name=service.name_of(code),
            reason=reason,
            barred=bool({code, *service.above(code)} & set(case.accused)),
        )
        for code, reason in in_charge(case.category, case.area, service.register.in_force(cause.now.date()))
    )

"""Texts for the public: offered, read by a second person, published, taken back."""

from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from chassis.papers import Paper
from contracts.base import Done, Role
from contracts.hotline import public as c
from contracts.hotline import terms
from kernel import personal
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.hotline.comparing import compare
from services.hotline.domain import Case, entry
from services.hotline.domain.entry import State
from services.hotline.domain.guide import Guide
from services.hotline.erasing import seal
from services.hotline.papers import Sheet, Words
from services.hotline.service import Hotline, official, on

PURPOSE = "公开前审核"
STAFF = frozenset({*terms.STAFF, Role.OPENNESS})


@on.command(c.OfferResult)
async def offer(service: Hotline, command: c.OfferResult, cause: Cause) -> Done:
    case = await _readable(service, command.ticket, cause)
    place = {"category": case.category or "", "agency": case.lead, "guide": None}
    return await _draft(service, c.EntrySort.RESULT, case, place, (command.question, command.answer), cause)


@on.command(c.ProposeKnowledge)
async def propose(service: Hotline, command: c.ProposeKnowledge, cause: Cause) -> Done:
    case = await _readable(service, command.ticket, cause) if command.ticket else None
    guide, words = await service.guides.by_code(command.guide), (command.question, command.answer)
    if command.same_text:
        guide = _guide_itself(guide)
        words = (command.question or ("" if case else guide.question), guide.text)
    agency = command.agency or (case.lead if case else "") or (guide.agency if guide else "") or official(cause).agency
    if agency:
        service.register.require(agency)
    category = command.category or (case.category if case else "") or ""
    place = {"category": category, "agency": agency, "guide": command.guide, "same_text": command.same_text}
    done = await _draft(service, c.EntrySort.KNOWLEDGE, case, place | {"guide_edition": _edition(guide)}, words, cause)
    await compare(service, str(done.id), cause)
    return done


def _guide_itself(guide: Guide | None) -> Guide:
    if guide is None or not guide.text:
        raise Refused("guide_gone", "办事指南没有这一事项，或已撤下。", field="guide", remedy="请核对事项编码。")
    return guide


def _edition(guide: Guide | None) -> int | None:
    return guide.edition if guide and not guide.removed else None


async def _readable(service: Hotline, id: str, cause: Cause) -> Case:
    """Units offer their own tickets; the centre and the office for openness any."""
    case, by = (await service.cases.load(id)).state, official(cause)
    if by.agency not in (case.lead, *case.co) and not {Role.DISPATCHER, Role.OPENNESS} & by.roles:
        raise Refused("not_your_ticket", "该工单不由本单位办理。", remedy="请由承办单位提出。")
    return case


async def _draft(
    service: Hotline,
    sort: c.EntrySort,
    case: Case | None,
    place: dict[str, Any],
    words: tuple[str, str],
    cause: Cause,
) -> Done:
    """One text of each sort for a ticket; by its own command otherwise."""
    by = official(cause)
    ticket = entry.origin_of(case, sort) if case else None
    origin = f"{sort.value}:{case.number}" if case else cause.id
    known = (await service.entries.by_origin([origin])).get(origin)
    if known is not None:
        return _done(known, repeated=True)
    question, answer = await _texts(service, case, words, cause)
    number = await service.new_number("GK", cause.now)
    paper = await _keep(service, origin, number, question, answer, cause)
    facts = entry.draft(number, sort, ticket, place, by.id, paper, cause.now)
    return _done(await service.entries.open(number, facts, cause, origin))


async def _texts(service: Hotline, case: Case | None, words: tuple[str, str], cause: Cause) -> tuple[str, str]:
    """The given texts, else the ticket's own with what the scan finds masked: a draft for a person to read."""
    question, answer = (text.strip() for text in words)
    if case is not None and not question:
        question = personal.mask(
            (await service.papers.read(case.paper, Sheet, cause.actor, PURPOSE, cause.now)).content
        )
    if case is not None and case.reply and not answer:
        kept = await service.papers.read(case.reply, Words, cause.actor, PURPOSE, cause.now)
        answer = personal.mask("\n".join(filter(None, (kept.text, kept.reason))))
    if len(question) < 2 or len(answer) < 2:
        raise Refused("text_missing", "须写明问题和答复。", field="question", remedy="请填写后再提交。")
    return question, answer


async def _keep(service: Hotline, dossier: str, id: str, question: str, answer: str, cause: Cause) -> str:
    refuse_classified(f"{question}\n{answer}")
    paper = f"e-{service.digest(f'{id}:{cause.id}')[:32]}"
    kept = Words(text=answer, reason=question)
    await service.papers.put([Paper(paper, f"e-{service.digest(dossier)[:32]}", "text", kept)], cause.now)
    return paper


@on.command(c.ReviseEntry)
async def revise(service: Hotline, command: c.ReviseEntry, cause: Cause) -> Done:
    by = official(cause)
    before = (await service.entries.load(command.id)).state
    paper = await _keep(service, command.id, command.id, command.question, command.answer, cause)
    guide = await service.guides.by_code(command.guide or before.guide)
    done = await _decide(
        service, command.id, lambda state: entry.rewrite(state, command.guide, by.id, paper, cause.now, guide), cause
    )
    await compare(service, command.id, cause)
    return done


@on.command(c.ConfirmEntry)
async def confirm(service: Hotline, command: c.ConfirmEntry, cause: Cause) -> Done:
    by, state = official(cause), (await service.entries.load(command.id)).state
    guide = await service.guides.by_code(state.guide)
    return await _decide(service, command.id, lambda now_: entry.confirm(now_, guide, by.id, cause.now), cause)


@on.command(c.PublishEntry)
async def publish(service: Hotline, command: c.PublishEntry, cause: Cause) -> Done:
    """What is published is the text that was written last, as it was read here."""
    by, state = official(cause), (await service.entries.load(command.id)).state
    words = await service.papers.read(state.paper, Words, by, PURPOSE, cause.now)
    private = await _private(service, state, cause)
    guide = await service.guides.by_code(state.guide)
    answer = _guide_itself(guide).text if state.same_text else words.text

    def decide(now_: State) -> Sequence[Fact]:
        if now_.paper != state.paper:
            raise Refused("rewritten", "内容刚刚被修改。", remedy="请重新审阅后再发布。")
        return entry.publish(now_, words.reason, answer, private, by.id, cause.now, guide)

    done = await _decide(service, command.id, decide, cause)
    await compare(service, command.id, cause)
    return done


async def _private(service: Hotline, state: State, cause: Cause) -> tuple[str, ...]:
    """The caller's own name and number: they may stand in no published text."""
    if state.origin is None:
        return ()
    case = (await service.cases.load(state.origin.ticket)).state
    caller = (await service.papers.read(case.paper, Sheet, cause.actor, PURPOSE, cause.now)).caller
    return tuple(filter(None, (caller.name, caller.phone))) if caller else ()


@on.command(c.WithdrawEntry)
async def withdraw(service: Hotline, command: c.WithdrawEntry, cause: Cause) -> Done:
    official(cause)
    if command.leak:
        return _done(
            await seal(service, command.id, lambda state: entry.take_down(state, command.reason, cause.now), cause)
        )
    return await _decide(service, command.id, lambda state: entry.withdraw(state, command.reason, cause.now), cause)


@on.query(c.ShowEntry)
async def show(service: Hotline, query: c.ShowEntry, cause: Cause) -> c.EntryPage:
    state = (await service.entries.load(query.id)).state
    if state.sealed:
        raise Refused("withdrawn", "该内容已紧急撤下。", remedy="需要公开的，请另立新条目。")
    words = await service.papers.read(state.paper, Words, cause.actor, PURPOSE, cause.now)
    private = await _private(service, state, cause)
    guide = await service.guides.by_code(state.guide)
    answer = guide.text if guide and state.same_text else words.text
    found = {kind: None for text in (words.reason, answer) for kind in entry.findings(text, private)}
    return c.EntryPage(
        record=entry.record(state),
        question=words.reason,
        answer=answer,
        findings=tuple(found),
        guide=guide.shown() if guide else None,
    )


@on.query(c.ListEntries)
async def list_entries(service: Hotline, query: c.ListEntries, cause: Cause) -> c.EntryRows:
    """The public sees what is public; staff also what is on its way."""
    where: dict[str, Any] = {
        "sort": query.sort and query.sort.value,
        "category": query.category,
        "agency": query.agency,
        "marks": query.guide and f"guide:{query.guide}",
        "ticket_kind": query.kind and query.kind.value,
    }
    given = {name: value for name, value in where.items() if value is not None}
    published = await service.entries.find(
        {**given, "public": True, **_published(query)}, sort=[("published_at", -1)], limit=query.limit
    )
    public = [entry.shown(held.state) for held in published]
    guide = await service.guides.by_code(query.guide)
    waiting: list[Held[State]] = []
    if query.open and STAFF & cause.actor.roles:
        waiting = await service.entries.find({**given, "open": True}, sort=[("_id", -1)], limit=query.limit)
    return c.EntryRows(
        entries=tuple(entry.record(held.state) for held in waiting),
        results=tuple(each for each in public if isinstance(each, c.PublicTicket)),
        knowledge=tuple(each for each in public if isinstance(each, c.Knowledge)),
        guide=guide.shown() if guide else None,
    )


def _published(query: c.ListEntries) -> dict[str, Any]:
    bounds: dict[str, datetime] = {}
    if query.first:
        bounds["$gte"] = datetime.combine(query.first, time(), CST)
    if query.last:
        bounds["$lt"] = datetime.combine(query.last + timedelta(days=1), time(), CST)
    return {"published_at": bounds} if bounds else {}


async def _decide(service: Hotline, id: str, decide: Callable[[State], Sequence[Fact]], cause: Cause) -> Done:
    return _done(await service.entries.execute(id, decide, cause))


def _done(held: Held[State], *, repeated: bool = False) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.state, repeated=held.repeated or repeated)

"""Collection from units, complaints, tests of channels, and what is public already."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from html import unescape
from typing import Any

from chassis.actors import CLOCK, Cause
from chassis.cases import Held
from chassis.handlers import Handlers
from chassis.papers import Paper
from contracts.base import Done, WorkRecord
from contracts.readmodel.answers import Hit, Search, SearchPage
from contracts.requests import work as c
from contracts.requests.terms import Channel
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import answering, channel, collection, complaint
from services.requests.domain.question import questions
from services.requests.papers import Words
from services.requests.service import PAGE, Requests, person

on = Handlers[Requests]()
REPAIR_SECONDS = 600.0
REPAIR_DAYS = 31
SEARCH_SECONDS = 3.0
HITS = 5
MARK = re.compile("</?mark>")
RECORDS: dict[type, Callable[[Any], WorkRecord]] = {
    collection.State: collection.record,
    complaint.State: complaint.record,
    channel.State: channel.record,
}
Decide = Callable[[complaint.State, str], Sequence[Fact]]
"""A decision on a complaint, given the id of the paper that holds the words of the command."""


async def _keep(service: Requests, paper: str, case: str, heading: str, words: str, cause: Cause) -> None:
    """Keep words among the papers of a case."""
    await service.papers.put([Paper(paper, case, "words", Words(parts={heading: words}))], cause.now)


async def _words(service: Requests, paper: str, purpose: str, cause: Cause) -> str:
    return (await service.papers.read(paper, Words, cause.actor, purpose, cause.now)).text()


@on.command(c.AskUnit)
async def ask_unit(service: Requests, command: c.AskUnit, cause: Cause) -> Done:
    earlier = (await service.collections.by_origin([cause.id])).get(cause.id)
    if earlier is not None:
        return _done(earlier, repeated=True)
    held = await service.admitted(command.number, cause)
    if not service.register.require(command.unit, "unit").in_force(cause.now.date()):
        raise Refused("agency_gone", "该单位已经撤销或者尚未设立。", field="unit", remedy="请选择现有单位。")
    waiting = await service.collections.count({"request": held.id, "open": True})
    number = await service.number("XC", cause.now.year)
    paper = service.paper(number, cause)
    facts = collection.ask(
        held.state, number, command.unit, command.due_on, paper, waiting, cause.now, service.calendar
    )
    await _keep(service, paper, held.id, "协查内容", command.question, cause)
    return _done(await service.collections.open(number, facts, cause))


@on.command(c.AnswerCollection)
async def answer_collection(service: Requests, command: c.AnswerCollection, cause: Cause) -> Done:
    held = await service.collections.load(command.id)
    service.require_own(held.state.unit, cause.actor, cause.now)
    paper = service.paper(held.id, cause)
    await _keep(service, paper, held.state.request, "协查答复", command.answer, cause)
    return _done(
        await service.collections.execute(
            held.id, lambda state: collection.answer(state, command.held, paper, cause.now), cause
        )
    )


@on.command(c.WithdrawCollection)
async def withdraw_collection(service: Requests, command: c.WithdrawCollection, cause: Cause) -> Done:
    held = await service.collections.load(command.id)
    service.require_own(held.state.asked_by, cause.actor, cause.now)
    return _done(await service.collections.execute(held.id, collection.withdraw, cause))


@on.query(c.GetCollection)
async def get_collection(service: Requests, query: c.GetCollection, cause: Cause) -> c.CollectionDetail:
    state = (await service.collections.load(query.id)).state
    question = answer = None
    if query.purpose:
        if cause.actor.agency != state.asked_by:
            service.require_own(state.unit, cause.actor, cause.now)
        question = await _words(service, state.question, query.purpose, cause)
        answer = await _words(service, state.answer, query.purpose, cause) if state.answer else None
    return c.CollectionDetail(record=collection.record(state), question=question, answer=answer)


@on.query(c.ListCollections)
async def list_collections(service: Requests, query: c.ListCollections, cause: Cause) -> c.CollectionList:
    where = {"request": query.request} if query.request else {"agency": query.unit, "open": True}
    found = await service.collections.find(where, sort=[("due", 1)], limit=query.limit)
    return c.CollectionList(rows=tuple(collection.record(held.state) for held in found))


@on.command(c.FileComplaint)
async def file_complaint(service: Requests, command: c.FileComplaint, cause: Cause) -> Done:
    person(cause)
    earlier = (await service.complaints.by_origin([cause.id])).get(cause.id)
    if earlier is not None:
        return _done(earlier, repeated=True)
    agency = service.register.require(cause.actor.agency).code
    service.register.require(command.about, "about")
    if command.request:
        await service.cases.load(command.request)
    number = await service.number("TS", cause.now.year)
    paper = service.paper(number, cause)
    received = command.received_on or cause.now.date()
    facts = complaint.file(number, agency, command.about, command.request, received, paper, cause.now, service.calendar)
    words = Words(parts={"投诉举报人": command.complainant, "投诉举报内容": command.text})
    await service.papers.put([Paper(paper, number, "words", words)], cause.now)
    return _done(await service.complaints.open(number, facts, cause))


async def _complaint_step(service: Requests, id: str, heading: str, words: str, decide: Decide, cause: Cause) -> Done:
    """Keep the words of a step, then decide; only the office that supervises acts on its complaints."""
    person(cause)
    held = await service.complaints.load(id)
    service.require_own(held.state.agency, cause.actor, cause.now)
    paper = service.paper(id, cause)
    await _keep(service, paper, id, heading, words, cause)
    return _done(await service.complaints.execute(id, lambda state: decide(state, paper), cause))


@on.command(c.VerifyComplaint)
async def verify_complaint(service: Requests, command: c.VerifyComplaint, cause: Cause) -> Done:
    return await _complaint_step(
        service,
        command.id,
        "核实情况",
        command.text,
        lambda state, paper: complaint.verify(state, command.finding, paper),
        cause,
    )


@on.command(c.OrderRectification)
async def order_rectification(service: Requests, command: c.OrderRectification, cause: Cause) -> Done:
    return await _complaint_step(
        service,
        command.id,
        command.measure,
        command.text,
        lambda state, paper: complaint.order(state, command.measure, command.until, paper, cause.now),
        cause,
    )


@on.command(c.RecordRectification)
async def record_rectification(service: Requests, command: c.RecordRectification, cause: Cause) -> Done:
    day = command.rectified_on or cause.now.date()
    return await _complaint_step(
        service,
        command.id,
        "整改结果",
        command.text,
        lambda state, paper: complaint.rectify(state, day, paper, cause.now),
        cause,
    )


@on.command(c.CloseComplaint)
async def close_complaint(service: Requests, command: c.CloseComplaint, cause: Cause) -> Done:
    return await _complaint_step(
        service,
        command.id,
        command.ending,
        command.text,
        lambda state, paper: complaint.close(state, command.ending, paper, cause.now),
        cause,
    )


@on.query(c.GetComplaint)
async def get_complaint(service: Requests, query: c.GetComplaint, cause: Cause) -> c.ComplaintDetail:
    state = (await service.complaints.load(query.id)).state
    words: tuple[str, ...] = ()
    if query.purpose:
        service.require_own(state.agency, cause.actor, cause.now)
        words = tuple([await _words(service, paper, query.purpose, cause) for paper in state.papers])
    return c.ComplaintDetail(record=complaint.record(state), words=words)


@on.query(c.ListComplaints)
async def list_complaints(service: Requests, query: c.ListComplaints, cause: Cause) -> c.ComplaintList:
    where = {"about": query.about} if query.about else {}
    opened = {} if query.open is None else {"open": query.open}
    found = await service.complaints.find({**where, **opened}, sort=[("due", 1)], limit=query.limit)
    return c.ComplaintList(rows=tuple(complaint.record(held.state) for held in found))


@on.command(c.RecordChannelTest)
async def record_channel_test(service: Requests, command: c.RecordChannelTest, cause: Cause) -> Done:
    """One case for each channel of an agency; the first test opens it."""
    service.register.require(command.agency)
    if cause.actor.agency != command.agency and not cause.actor.roles & set(c.WATCHERS):
        service.require_own(command.agency, cause.actor, cause.now)
    origin = f"{command.agency}:{command.channel.value}"
    held = (await service.channels.by_origin([origin])).get(origin)
    number = held.id if held else await service.number("QD", cause.now.year)
    day = command.tested_on or cause.now.date()
    facts = channel.record_test(number, command.agency, command.channel, command.works, command.note, day, cause.now)
    if held is None:
        opened = await service.channels.open(number, facts, cause, origin)
        if not opened.repeated:
            return _done(opened)
        held = opened
    return _done(await service.channels.execute(held.id, lambda _: facts, cause))


@on.query(c.ListChannels)
async def list_channels(service: Requests, query: c.ListChannels, cause: Cause) -> c.ChannelList:
    where = {"agency": query.agency} if query.agency else {"trouble": True}
    rows = [channel.record(held.state) for held in await service.channels.find(where, limit=PAGE)]
    tried = {row.channel for row in rows}
    never = [each.value for each in Channel if each not in tried] if query.agency else []
    return c.ChannelList(rows=tuple(rows), never=tuple(never))


@on.query(c.AlreadyPublic)
async def already_public(service: Requests, query: c.AlreadyPublic, cause: Cause) -> c.AlreadyPublicFound:
    """Ask the public search. Whatever it says or does not say, the application may be filed."""
    for wanted in questions(query.description):
        try:
            page = await service.ask(Search(q=wanted, limit=HITS), SearchPage, timeout=SEARCH_SECONDS)
        except Refused:
            return c.AlreadyPublicFound(searched=False)
        if page.hits:
            return c.AlreadyPublicFound(searched=True, hits=tuple(map(_hit, page.hits)))
    return c.AlreadyPublicFound(searched=True)


def _hit(hit: Hit) -> c.PublicHit:
    title = unescape(MARK.sub("", hit.title))
    return c.PublicHit(id=hit.id, title=title, url=hit.url, published_on=hit.published_on)


async def settle_collections(service: Requests, number: str, cause: Cause) -> None:
    """Nobody need answer any more for a request that is closed."""
    for held in await service.collections.find({"request": number, "open": True}, limit=collection.MAX_OPEN):
        await service.collections.execute(held.id, collection.withdraw, cause)


@on.every(REPAIR_SECONDS)
async def repair(service: Requests) -> None:
    """Finish what a crash, or two replies at the same moment, have left: proposals (条例44), collections."""
    now = service.now()
    cause = Cause(CLOCK, f"repair:{now.isoformat()}", now)
    await propose_missed(service, cause)
    last = ""
    while page := await service.collections.find({"open": True, "_id": {"$gt": last}}, sort=[("_id", 1)], limit=PAGE):
        for held in page:
            request = await service.cases.get(held.state.request)
            if request and not request.state.open:
                await service.collections.execute(held.id, collection.withdraw, cause)
        last = page[-1].id


async def propose_missed(service: Requests, cause: Cause) -> None:
    """Replies of the last month: each decides alone, so two at the same moment may each have missed the other."""
    since = (cause.now.date() - timedelta(days=REPAIR_DAYS)).isoformat()
    last = since
    while page := await service.cases.find({"candidate": {"$gt": last}}, sort=[("candidate", 1)], limit=PAGE):
        for held in page:
            others = await service.same_given(held.state)
            if not any(each.state.proposed for each in others):
                given = {each.id: each.state.applicant for each in others}
                await service.cases.execute(held.id, partial(answering.propose, others=given), cause)
        last = str(service.cases.kind.index(page[-1].state)["candidate"])


def _done(held: Held[Any], repeated: bool = False) -> Done:
    state = RECORDS[type(held.state)](held.state).state
    return Done(id=held.id, version=held.version, state=state, repeated=repeated or held.repeated)

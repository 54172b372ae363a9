"""Deliveries, re-issues, public notices and objections to them."""

import hashlib
from collections import Counter
from typing import TypeVar

from pydantic import BaseModel

from chassis.actors import Cause
from chassis.papers import Paper
from contracts.base import Done, Role
from contracts.publication import showing as c
from contracts.publication.record import Delivery
from contracts.publication.showing import DeliveriesCounted
from kernel.refused import Refused
from services.publication.domain import showing
from services.publication.domain.examining import without_personal_data
from services.publication.service import Publication, official, on

P = TypeVar("P", bound=BaseModel)


class Objection(BaseModel):
    """An objection as it lies in the papers."""

    objector: str
    contact: str
    text: str


class Answered(BaseModel):
    """The answer to an objection."""

    answer: str


@on.command(c.RecordDelivery)
async def record_delivery(service: Publication, command: c.RecordDelivery, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(place=command.place, target=command.target)
    delivery = Delivery(channel=command.channel, on=command.on, place=command.place, target=command.target)
    answer = await service.execute(command.id, lambda case: showing.deliver(case, delivery, by, cause.now), cause)
    await service.compare_claims(command.id, cause)
    return answer


@on.query(c.CountDeliveries)
async def count_deliveries(service: Publication, query: c.CountDeliveries, cause: Cause) -> c.DeliveryCounts:
    counted: Counter[tuple[str, str, str]] = Counter()
    async for held in service.documents.every({"marks": f"delivered:{query.year}"}):
        if query.agency in (None, held.state.agency):
            counted.update((each.channel, each.place, each.target) for each in showing.in_year(held.state, query.year))
    rows = [
        DeliveriesCounted(channel=channel, place=place, target=target, deliveries=n)
        for (channel, place, target), n in counted.most_common(1000)
    ]
    return c.DeliveryCounts(year=query.year, total=counted.total(), rows=tuple(rows))


@on.command(c.SetSource)
async def set_source(service: Publication, command: c.SetSource, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    without_personal_data(source=command.source.issuer)
    return await service.execute(
        command.id, lambda case: showing.set_source(case, command.source, by, cause.now, calendar), cause
    )


@on.command(c.SetNotice)
async def set_notice(service: Publication, command: c.SetNotice, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(contact=command.contact)
    return await service.execute(
        command.id, lambda case: showing.set_notice(case, command.until, command.contact, by, cause.now), cause
    )


@on.command(c.RecordObjection)
async def record_objection(service: Publication, command: c.RecordObjection, cause: Cause) -> c.ObjectionKept:
    """The paper is kept under its cause, before the case counts it. What cannot be taken leaves no paper."""
    by_web = cause.actor.kind == "citizen"
    if not by_web:
        official(cause)
    content = Objection(objector=command.objector, contact=command.contact, text=command.text)
    paper = _paper(command.id, "objection", cause)
    known = (await service.documents.load(command.id)).state
    if paper not in known.objections:
        showing.object_to(known, paper, by_web=by_web)
    await service.papers.put([Paper(paper, command.id, "objection", content)], cause.now)
    held = await service.documents.execute(
        command.id, lambda case: showing.object_to(case, paper, by_web=by_web), cause
    )
    return c.ObjectionKept(no=held.state.objections.index(paper) + 1)


@on.command(c.AnswerObjection)
async def answer_objection(service: Publication, command: c.AnswerObjection, cause: Cause) -> Done:
    by, paper = official(cause), _paper(command.id, "answer", cause)
    await service.documents.load(command.id)
    await service.papers.put([Paper(paper, command.id, "answer", Answered(answer=command.answer))], cause.now)
    return await service.execute(
        command.id, lambda case: showing.answer(case, command.no, command.accepted, paper, by, cause.now), cause
    )


@on.command(c.ConcludeNotice)
async def conclude_notice(service: Publication, command: c.ConcludeNotice, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(result=command.result)
    return await service.execute(command.id, lambda case: showing.conclude(case, command.result, by, cause.now), cause)


@on.query(c.ReadObjection)
async def read_objection(service: Publication, query: c.ReadObjection, cause: Cause) -> c.ObjectionContent:
    official(cause)
    case = (await service.documents.load(query.id)).state
    if cause.actor.agency != case.agency and Role.OPENNESS not in cause.actor.roles:
        raise Refused("other_agency", "只能由主办单位查阅。", remedy="请用主办单位的身份办理。")
    if query.no > len(case.objections):
        raise Refused("unknown_objection", "没有这件异议。", field="no", remedy="请核对异议序号。")

    async def opened(paper: str, kind: type[P]) -> P:
        return await service.papers.read(paper, kind, cause.actor, query.purpose, cause.now)

    content = await opened(case.objections[query.no - 1], Objection)
    answer = (await opened(case.answers[query.no], Answered)).answer if query.no in case.answers else ""
    return c.ObjectionContent(no=query.no, **content.model_dump(), answer=answer)


def _paper(id: str, kind: str, cause: Cause) -> str:
    return f"{id}-{kind}-{hashlib.sha256(cause.id.encode()).hexdigest()[:24]}"

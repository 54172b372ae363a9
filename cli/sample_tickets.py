"""The tickets of the sample: emitted under the hotline system's own account, then taken to their stage by the staff."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import nats.errors
from nats.aio.client import Client

from chassis.credentials import Credentials
from cli.sample_staff import DISPATCHER, Loading, clerk
from contracts.base import Done
from contracts.hotline import tickets as c
from contracts.hotline.terms import Matter, Satisfaction
from kernel.refused import Refused
from sample import data as sample
from sample.data import SampleTicket

EMITTER = "hotline"
STAGES = ("arrived", "dispatched", "handling", "replied", "closed")
PATIENCE = 20.0
"""Seconds in which all answers must have come."""
UNANSWERED = Refused("unavailable", "热线工单没有及时得到答复。", remedy="再次启动时会继续装入。")


async def tickets(loading: Loading) -> None:
    """Emit all tickets of the sample, and take each as far as its last revision says."""
    emitted = sample.tickets(loading.at, loading.workdays_before)
    cases = await _emit(loading, emitted)
    last = {(each.source, each.ticket_no): each for each in sorted(emitted, key=lambda each: each.revision)}
    await loading.together(
        {
            emission_of(each): _take(loading, each, cases[emission_of(each)])
            for each in last.values()
            if emission_of(each) in cases
        }
    )


def emission_of(ticket: SampleTicket) -> str:
    """What the emitter calls this emission in its answer."""
    return f"{ticket.source}:{ticket.ticket_no}:{ticket.revision}"


async def _emit(loading: Loading, emitted: Sequence[SampleTicket]) -> dict[str, str]:
    """The case of each emission that was taken. Without a message id: a repeat is answered again, and so finds it."""
    given = Credentials.read(Path(loading.where.credentials[EMITTER]))
    subject = next(each for each in given.publish if ".in.hotline.ticket." in each)
    async with _connected(given) as client:
        js = client.jetstream(timeout=10)
        published = [
            await js.publish_async(subject, json.dumps(each.message()).encode(), stream="INTAKE") for each in emitted
        ]
        await asyncio.gather(*published)
        answers = await js.pull_subscribe_bind(given.durable or "", given.stream or "")
        return await _answered(loading, answers, {emission_of(each) for each in emitted})


@asynccontextmanager
async def _connected(given: Credentials) -> AsyncIterator[Client]:
    client = await nats.connect(**given.connection(), name="zwgk-sample-hotline")
    try:
        yield client
    finally:
        await client.close()


async def _answered(
    loading: Loading, answers: "nats.js.JetStreamContext.PullSubscription", waiting: set[str]
) -> dict[str, str]:
    """Read the answers to what we emitted; those to others stay theirs.

    Never asks for more than is still to come: the server keeps such a request open for a reader that has gone, and
    would hand it the next answers.
    """
    cases: dict[str, str] = {}
    now = asyncio.get_running_loop().time
    end = now() + PATIENCE
    while waiting and now() < end:
        try:
            messages = await answers.fetch(len(waiting), timeout=2)
        except TimeoutError:
            continue
        for message in messages:
            answer = c.TicketAnswer.model_validate_json(message.data)
            if answer.emission not in waiting:
                continue
            await message.ack()
            waiting.discard(answer.emission)
            if answer.case:
                cases[answer.emission] = answer.case
            else:
                loading.refuse(answer.emission, answer.reason or "")
    if waiting:
        raise UNANSWERED
    return cases


async def _take(loading: Loading, ticket: SampleTicket, id: str) -> None:
    """Classify, dispatch, sign, contact, reply, review, visit: as many steps as the stage asks for."""
    reached, unit, key = STAGES.index(ticket.stage), clerk(ticket.lead or ""), f"ticket:{emission_of(ticket)}"
    if ticket.lead is None or reached == 0:
        return
    classify = c.ClassifyTicket(id=id, category=ticket.category, matter=_matter(ticket))
    await loading.send(DISPATCHER, classify, Done, f"{key}:classify")
    await loading.send(DISPATCHER, c.DispatchTicket(id=id, lead=ticket.lead), Done, f"{key}:dispatch")
    if reached >= STAGES.index("handling"):
        await loading.send(unit, c.SignTicket(id=id), Done, f"{key}:sign")
    if ticket.stage == "handling":
        await loading.send(unit, c.RecordContact(id=id), Done, f"{key}:contact")
    if reached >= STAGES.index("replied"):
        await loading.send(unit, _reply(ticket, id), Done, f"{key}:reply")
    if reached >= STAGES.index("closed"):
        await loading.send(DISPATCHER, c.ReviewReply(id=id, approve=True), Done, f"{key}:review")
        visit = c.RecordVisit(id=id, reached=True, solved=True, satisfaction=Satisfaction.SATISFIED)
        await loading.send(DISPATCHER, visit, Done, f"{key}:visit")


def _matter(ticket: SampleTicket) -> Matter:
    if ticket.urgency in ("紧急", "特急"):
        return Matter.URGENT
    return Matter.SIMPLE if ticket.kind in ("咨询", "表扬") else Matter.ORDINARY


def _reply(ticket: SampleTicket, id: str) -> c.ReplyTicket:
    adopted = True if ticket.kind == "建议" else None
    return c.ReplyTicket(id=id, text=f"示例回复：您反映的“{ticket.title}”已办理，感谢您的来电。", adopted=adopted)

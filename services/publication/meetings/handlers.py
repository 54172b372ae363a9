"""Meetings whose decisions concern the public."""

from collections.abc import Callable, Sequence

from chassis import cases
from chassis.actors import Cause
from contracts.base import Done
from contracts.publication import meetings as c
from contracts.publication.shortfalls import YearDuty
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.examining import without_personal_data
from services.publication.meetings import domain
from services.publication.meetings import facts as f
from services.publication.meetings.domain import Session
from services.publication.rounds import year_handlers
from services.publication.service import Publication, official, on

PAGE = 200


@on.command(c.PlanMeeting)
async def plan(service: Publication, command: c.PlanMeeting, cause: Cause) -> Done:
    by = official(cause)
    if known := (await service.meetings.by_origin([cause.id])).get(cause.id):
        return _done(known)
    service.register.require(by.agency, "agency")
    await _agenda(service, command.title, command.agenda)
    given = dict(command) | {"meets_at": command.meets_at.astimezone(CST)}
    wanted = f.MeetingPlanned(**given, id="", agency=by.agency, by=by, at=cause.now)
    domain.plan(wanted)
    n = await service.numbers.block(f"HY/{cause.now.year}")
    id = f"{service.region}-HY-{cause.now.year}-{n:06d}"
    return _done(await service.meetings.open(id, domain.plan(wanted.model_copy(update={"id": id})), cause))


async def _agenda(service: Publication, title: str, agenda: Sequence[c.AgendaItem]) -> None:
    """No personal data in the words, no unknown matter."""
    reasons = "\n".join(item.proposal.reason or "" for item in agenda if item.proposal)
    words = "\n".join(item.title for item in agenda)
    without_personal_data(service.phones, title=title, agenda=f"{words}\n{reasons}")
    for item in agenda:
        if item.matter:
            await service.decisions.load(item.matter)


@on.command(c.ReviseAgenda)
async def revise(service: Publication, command: c.ReviseAgenda, cause: Cause) -> Done:
    by = official(cause)
    await _agenda(service, "", command.agenda)
    meets_at = command.meets_at.astimezone(CST) if command.meets_at else None
    return await _step(
        service, command.id, cause, lambda state: domain.revise(state, command.agenda, meets_at, by, cause.now)
    )


@on.command(c.ApproveMeeting)
async def approve(service: Publication, command: c.ApproveMeeting, cause: Cause) -> Done:
    by = official(cause)
    return await _step(service, command.id, cause, lambda state: domain.approve(state, by, cause.now))


@on.command(c.AnnounceLive)
async def announce(service: Publication, command: c.AnnounceLive, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, channel=command.channel)
    said = (command.url, command.channel, command.secrecy)
    return await _step(service, command.id, cause, lambda state: domain.announce(state, *said, by, cause.now))


@on.command(c.HoldMeeting)
async def hold(service: Publication, command: c.HoldMeeting, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    without_personal_data(service.phones, results="\n".join(each.result for each in command.results))
    said = (command.results, command.attendance)
    held = await service.meetings.execute(
        command.id, lambda state: domain.hold(state, *said, by, cause.now, calendar), cause
    )
    if (type := held.state.type) in year_handlers.KEEPERS:
        duty, year = YearDuty(type.value), held.state.day.year
        await year_handlers.entered(service, duty, held.state.agency, year, cause)
    return _done(held)


@on.command(c.PublishMeeting)
async def publish(service: Publication, command: c.PublishMeeting, cause: Cause) -> Done:
    """已公开征求意见的，附意见征集和采纳情况说明: taken from the matter."""
    by, calendar = official(cause), service.calendars.current
    notes = await _notes(service, (await service.meetings.load(command.id)).state)
    return await _step(
        service,
        command.id,
        cause,
        lambda state: domain.publish(state, notes, command.secrecy, by, cause.now, calendar),
    )


async def _notes(service: Publication, state: Session) -> dict[int, str]:
    notes: dict[int, str] = {}
    for item in state.consulted:
        matter = (await service.decisions.load(item.matter or "")).state
        if matter.consultation is None or matter.consultation.from_on is None:
            continue
        if matter.feedback is None:
            raise Refused(
                "adoption_note_missing",
                f"第 {item.no} 项议题已公开征求意见，意见采纳情况还没有公布。",
                remedy="请先在该决策事项中公布意见采纳情况。",
            )
        tally = matter.feedback.tally
        counted = f"收到意见 {tally.received} 条，采纳 {tally.adopted} 条，部分采纳 {tally.partly} 条"
        notes[item.no] = f"{counted}，不采纳 {tally.not_adopted} 条。{matter.feedback.note}"[:600]
    return notes


@on.command(c.CancelMeeting)
async def cancel(service: Publication, command: c.CancelMeeting, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, reason=command.reason)
    return await _step(service, command.id, cause, lambda state: domain.cancel(state, command.reason, by, cause.now))


async def recount_all(service: Publication, cause: Cause) -> None:
    """Under another calendar every running limit is counted anew."""
    after, calendar = "", service.calendars.current
    while held := await service.meetings.find({"timed": True, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
        for each in held:
            await service.meetings.execute(each.id, lambda state: domain.recount(state, calendar), cause)
        after = held[-1].id


async def _step(service: Publication, id: str, cause: Cause, decide: Callable[[Session], Sequence[Fact]]) -> Done:
    return _done(await service.meetings.execute(id, decide, cause))


def _done(held: cases.Held[Session]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)

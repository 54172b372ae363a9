"""What the hotline service reacts to."""

import hmac
from collections.abc import Sequence

from chassis.actors import Cause
from chassis.handlers import Emission
from contracts.base import Done, Role
from contracts.hotline import tickets as c
from contracts.hotline.reading import Following, FollowTicket, ListTickets, ShowTicket, TicketPage, TicketRows
from contracts.hotline.terms import Ticket
from contracts.supervision import CalendarNoticeLoaded
from kernel.calendar import Notice
from kernel.refused import Refused
from services.hotline import door, ratings, reading
from services.hotline.domain import clock, dispatching, ending, handling, rating
from services.hotline.domain.following import following, unknown
from services.hotline.domain.record import record
from services.hotline.papers import Words
from services.hotline.service import Hotline, each_open, of_centre, official, on


@on.intake(c.TicketEmitted)
async def take_in(
    service: Hotline, emissions: Sequence[Emission[c.TicketEmitted]]
) -> Sequence[c.TicketAnswer | Refused]:
    return await door.take_in(service, emissions)


@on.command(c.TakeTicket)
async def take(service: Hotline, command: c.TakeTicket, cause: Cause) -> c.TicketTaken:
    """The same way in as from the bus. A citizen's ticket is always a new one: nobody can name another's and so
    change it or learn its query code."""
    emitter = {"citizen": "web", "person": "desk"}.get(cause.actor.kind, cause.actor.id)
    if cause.actor.kind == "citizen":
        command = command.model_copy(update={"ticket_no": None, "revision": 1})
    ticket = door.emitted(command, cause, f"W{service.digest(cause.id)[:16]}")
    (answer,) = await door.take_in(service, [Emission(ticket, emitter, cause)])
    if isinstance(answer, Refused):
        raise answer
    held = await service.cases.load(str(answer.case))
    return c.TicketTaken(
        id=held.id,
        version=held.version,
        state=held.state.state.value,
        repeated=answer.outcome == "repeated",
        outcome=answer.outcome,
        due_at=answer.due_at,
        query_code=str(answer.query_code),
        notice=answer.notice,
    )


@on.command(c.ClassifyTicket)
async def classify(service: Hotline, command: c.ClassifyTicket, cause: Cause) -> Done:
    for code in command.accused:
        service.register.require(code, "accused")
    calendar = service.calendars.current
    done = await service.decide(
        command.id,
        lambda case: dispatching.classify(case, command.category, command.matter, command.accused, calendar),
        cause,
    )
    await service.sketches.categorise(command.id, command.category, cause.now)
    return done


@on.command(c.DispatchTicket)
async def dispatch(service: Hotline, command: c.DispatchTicket, cause: Cause) -> Done:
    for field, code in (("lead", command.lead), *(("co", code) for code in command.co)):
        if not service.register.require(code, field).in_force(cause.now.date()):
            raise Refused("agency_gone", "该机构已不存在。", field=field, remedy="请派给承继其职责的机构。")
    calendar = service.calendars.current
    return await service.decide(
        command.id,
        lambda case: dispatching.dispatch(case, command.lead, command.co, cause.now, calendar, service.above),
        cause,
    )


@on.command(c.ConfirmHandOver)
async def confirm_hand_over(service: Hotline, command: c.ConfirmHandOver, cause: Cause) -> Done:
    official(cause)
    return await service.decide(
        command.id, lambda case: dispatching.confirm_hand_over(case, command.number, cause.now), cause
    )


@on.command(c.SignTicket)
async def sign(service: Hotline, command: c.SignTicket, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide(command.id, lambda case: dispatching.sign(case, by.agency, cause.now), cause)


@on.command(c.RecordContact)
async def contact(service: Hotline, command: c.RecordContact, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide(
        command.id, lambda case: dispatching.contact(case, by.agency, of_centre(by), cause.now), cause
    )


@on.command(c.RequestReturn)
async def request_return(service: Hotline, command: c.RequestReturn, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide_with_words(
        command.id,
        Words(text=command.reason),
        lambda case, paper: dispatching.request_return(case, by.agency, paper, cause.now),
        cause,
    )


@on.command(c.DecideReturn)
async def decide_return(service: Hotline, command: c.DecideReturn, cause: Cause) -> Done:
    centre = service.at_centre(official(cause), cause.now)
    return await service.decide(
        command.id, lambda case: dispatching.decide_return(case, command.approve, centre, cause.now), cause
    )


@on.command(c.RequestExtension)
async def request_extension(service: Hotline, command: c.RequestExtension, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide_with_words(
        command.id,
        Words(text=command.reason),
        lambda case, paper: handling.request_extension(case, by.agency, command.days, paper, cause.now),
        cause,
    )


@on.command(c.DecideExtension)
async def decide_extension(service: Hotline, command: c.DecideExtension, cause: Cause) -> Done:
    calendar = service.calendars.current
    return await service.decide(
        command.id, lambda case: handling.decide_extension(case, command.approve, cause.now, calendar), cause
    )


@on.command(c.SuspendTicket)
async def suspend(service: Hotline, command: c.SuspendTicket, cause: Cause) -> Done:
    return await service.decide_with_words(
        command.id,
        Words(text=command.promise),
        lambda case, paper: handling.suspend(case, command.until, command.caller_told, paper, cause.now),
        cause,
    )


@on.command(c.ResumeTicket)
async def resume(service: Hotline, command: c.ResumeTicket, cause: Cause) -> Done:
    by = official(cause)
    return await service.decide(
        command.id, lambda case: handling.resume(case, by.agency, of_centre(by), cause.now), cause
    )


@on.command(c.UrgeTicket)
async def urge(service: Hotline, command: c.UrgeTicket, cause: Cause) -> Done:
    return await service.decide(command.id, lambda case: dispatching.urge(case, cause.now), cause)


@on.command(c.SuperviseTicket)
async def supervise(service: Hotline, command: c.SuperviseTicket, cause: Cause) -> Done:
    return await service.decide(command.id, lambda case: dispatching.supervise(case, command.level, cause.now), cause)


@on.command(c.ReplyTicket)
async def reply(service: Hotline, command: c.ReplyTicket, cause: Cause) -> Done:
    by, reasoned = official(cause), bool(command.adoption_reason.strip())
    return await service.decide_with_words(
        command.id,
        Words(text=command.text, reason=command.adoption_reason),
        lambda case, paper: handling.reply(case, by.agency, by.id, paper, command.adopted, reasoned, cause.now),
        cause,
    )


@on.command(c.ReviewReply)
async def review(service: Hotline, command: c.ReviewReply, cause: Cause) -> Done:
    by, reasoned = official(cause), bool(command.reason.strip())
    return await service.decide_with_words(
        command.id,
        Words(text=command.reason),
        lambda case, paper: handling.review(
            case, command.approve, by.id, paper if reasoned else None, cause.now, service.calendars.current
        ),
        cause,
    )


@on.command(c.RecordVisit)
async def visit(service: Hotline, command: c.RecordVisit, cause: Cause) -> Done:
    return await service.decide(
        command.id,
        lambda case: ending.visit(case, command.reached, command.solved, command.satisfaction, cause.now),
        cause,
    )


@on.command(c.CloseTicket)
async def close(service: Hotline, command: c.CloseTicket, cause: Cause) -> Done:
    said = bool(command.text.strip())
    return await service.decide_with_words(
        command.id,
        Words(text=command.text),
        lambda case, paper: ending.close(case, command.ending, paper if said else None, cause.now),
        cause,
    )


@on.command(c.ReopenTicket)
async def reopen(service: Hotline, command: c.ReopenTicket, cause: Cause) -> Done:
    calendar = service.calendars.current
    return await service.decide_with_words(
        command.id,
        Words(text=command.reason),
        lambda case, paper: ending.reopen(case, paper, cause.now, calendar),
        cause,
    )


@on.command(c.ArchiveTicket)
async def archive(service: Hotline, command: c.ArchiveTicket, cause: Cause) -> Done:
    return await service.decide(command.id, lambda case: ending.archive(case, cause.now), cause)


@on.command(c.MergeTicket)
async def merge(service: Hotline, command: c.MergeTicket, cause: Cause) -> Done:
    """The main ticket takes the duplicate up when it hears of it (`merged`)."""
    into = (await service.cases.load(command.into)).state
    return await service.decide(command.id, lambda case: ending.merge(case, into, cause.now), cause)


@on.command(c.UnmergeTicket)
async def unmerge(service: Hotline, command: c.UnmergeTicket, cause: Cause) -> Done:
    main = (await service.cases.load(command.id)).state.merged_into
    if main is not None:
        await service.cases.execute(main, lambda case: ending.release(case, command.id), cause)
    return await service.decide(command.id, lambda case: ending.unmerge(case, cause.now), cause)


@on.command(c.RateTicket)
async def rate(service: Hotline, command: c.RateTicket, cause: Cause) -> Done:
    """The rating is a case of its own before the ticket knows of it: whichever of both a crash leaves out, the
    caller's repeat makes good."""
    _check_code(service, command.number, command.code)
    held = await service.cases.get(command.number)
    if held is None:
        raise unknown()
    if held.state.rating is None and ending.rate(held.state, command.level, cause.now):
        await ratings.of_ticket(service, held.state, command.level, cause)
    return await service.decide(command.number, lambda case: ending.rate(case, command.level, cause.now), cause)


@on.query(FollowTicket)
async def follow(service: Hotline, query: FollowTicket, cause: Cause) -> Following:
    _check_code(service, query.number, query.code)
    held = await service.cases.get(query.number)
    if held is None:
        raise unknown()
    return following(held.state, await reading.reply_of(service, held.state, cause))


@on.query(ShowTicket)
async def show(service: Hotline, query: ShowTicket, cause: Cause) -> TicketPage:
    return await reading.page(service, query.id, query.purpose, cause)


@on.query(ListTickets)
async def list_(service: Hotline, query: ListTickets, cause: Cause) -> TicketRows:
    """A unit sees what is in its hands; the centre and the supervisors see all."""
    sees_all = bool({Role.DISPATCHER, Role.SUPERVISOR, Role.ARCHIVIST, Role.SERVICE} & cause.actor.roles)
    agency = query.agency if sees_all else cause.actor.agency
    where = {"state": query.state and query.state.value, "open": query.open, "agency": agency}
    given = {name: value for name, value in where.items() if value is not None}
    found = await service.cases.find(given, sort=[("_id", -1)], limit=query.limit)
    return TicketRows(tickets=tuple(record(held.state) for held in found))


@on.event(c.TicketMerged)
async def absorb(service: Hotline, event: c.TicketMerged, cause: Cause) -> None:
    duplicate = (await service.cases.load(event.record.id)).state
    if duplicate.merged_into is not None:
        await service.cases.execute(duplicate.merged_into, lambda case: ending.absorb(case, duplicate), cause)


@on.event(c.TicketReplied)
async def reply_to_merged(service: Hotline, event: c.TicketReplied, cause: Cause) -> None:
    await _share_reply(service, event.record, cause)


@on.event(c.TicketClosed)
async def close_merged(service: Hotline, event: c.TicketClosed, cause: Cause) -> None:
    await _share_reply(service, event.record, cause)


@on.event(CalendarNoticeLoaded)
async def recompute(service: Hotline, event: CalendarNoticeLoaded, cause: Cause) -> None:
    await service.calendars.add(Notice.model_validate_json(event.record.notice_json), event.epoch, event.version)
    calendar = service.calendars.current
    async for held in service.each_open():
        if clock.recompute(held.state, calendar):
            await service.cases.execute(held.id, lambda case: clock.recompute(case, calendar), cause)
    async for rated in each_open(service.ratings):
        await service.ratings.execute(rated.id, lambda state: rating.recompute(state, calendar), cause)


async def _share_reply(service: Hotline, ticket: Ticket, cause: Cause) -> None:
    """Every merged caller gets the reply, and keeps visit and rating of their own."""
    if not ticket.absorbed:
        return
    main = (await service.cases.load(ticket.id)).state
    for duplicate in ticket.absorbed:
        await service.cases.execute(
            duplicate, lambda case: handling.reply_with(case, main, cause.now, service.calendars.current), cause
        )


def _check_code(service: Hotline, number: str, code: str) -> None:
    """Checked before anything is looked up: a stranger learns nothing about which numbers exist."""
    if not hmac.compare_digest(service.code(number), code.strip().upper()):
        raise unknown()

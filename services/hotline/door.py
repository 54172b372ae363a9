"""The door: emissions become tickets, many at a time. One query, one block of numbers and one write each for all new
papers and tickets; what belongs to a ticket that we have is decided one by one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from chassis.actors import Cause
from chassis.cases import Held, Opening
from chassis.handlers import Emission
from chassis.papers import Paper
from chassis.store import Document
from contracts.hotline.tickets import TakeTicket, TicketAnswer, TicketEmitted
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import Case, intake
from services.hotline.domain.intake import Arrival, Outcome
from services.hotline.domain.triage import transfer_notice
from services.hotline.papers import Sheet
from services.hotline.service import Hotline

Held_ = Held[Case]


@dataclass(frozen=True)
class _Waiting:
    """A checked emission with its place in the batch."""

    place: int
    arrival: Arrival
    cause: Cause


async def take_in(service: Hotline, emissions: Sequence[Emission[TicketEmitted]]) -> list[TicketAnswer | Refused]:
    """An answer or a refusal for each emission, in order. Revisions of one ticket are taken in their own order."""
    answers: dict[int, TicketAnswer | Refused] = {}
    waiting: list[_Waiting] = []
    for place, emission in enumerate(emissions):
        try:
            waiting.append(_checked(service, place, emission))
        except Refused as refused:
            answers[place] = refused
    waiting.sort(key=lambda each: (each.arrival.origin, each.arrival.ticket.revision, each.place))
    known = await service.cases.by_origin(list(dict.fromkeys(each.arrival.origin for each in waiting)))
    first = {each.arrival.origin: each for each in reversed(waiting) if each.arrival.origin not in known}
    opened = await _open(service, list(first.values()))
    known |= opened
    for each in waiting:
        origin = each.arrival.origin
        if origin in opened and first[origin] is each:
            answers[each.place] = _answer(service, each, known[origin].state, "accepted")
        else:
            answers[each.place] = await _take(service, each, known)
    return [answers[place] for place in range(len(emissions))]


def _checked(service: Hotline, place: int, emission: Emission[TicketEmitted]) -> _Waiting:
    cause = emission.cause
    arrival = intake.arrive(emission.message, emission.emitter, cause.now, service.digest, service.names)
    return _Waiting(place, arrival, replace(cause, id=arrival.cause))


async def _open(service: Hotline, waiting: Sequence[_Waiting]) -> dict[str, Held_]:
    """Open a ticket for each; only those that are ours: another replica may have been first."""
    if not waiting:
        return {}
    now, calendar = waiting[0].cause.now, service.calendars.current
    sheets = [_sheet(service, each) for each in waiting]
    numbers, _ = await asyncio.gather(service.new_numbers(now, len(waiting)), service.papers.put(sheets, now))
    held = await service.cases.open_many(
        [
            Opening(number, intake.open_case(each.arrival, number, now, calendar), each.cause, each.arrival.origin)
            for number, each in zip(numbers, waiting, strict=True)
        ]
    )
    opened = {each.arrival.origin: case for each, case in zip(waiting, held, strict=True) if case is not None}
    ours = [each for each in waiting if each.arrival.origin in opened]
    await service.sketches.add([_sketch(service, each, opened[each.arrival.origin]) for each in ours])
    return opened


def _sketch(service: Hotline, each: _Waiting, held: Held_) -> Document:
    return service.sketches.of(held.state, each.arrival.text, each.arrival.ticket.place, each.cause.now)


async def _take(service: Hotline, each: _Waiting, known: dict[str, Held_]) -> TicketAnswer | Refused:
    """What an emission does to a ticket that stands."""
    origin, calendar = each.arrival.origin, service.calendars.current
    outcome: Outcome = "repeated"

    def decide(case: Case) -> Sequence[Fact]:
        nonlocal outcome
        outcome, facts = intake.take(case, each.arrival, calendar)
        return facts

    try:
        held = known.get(origin) or (await service.cases.by_origin([origin]))[origin]
        if decide(held.state):
            await service.papers.put([_sheet(service, each)], each.cause.now)
            held = await service.cases.execute(held.id, decide, each.cause)
            if outcome == "updated":
                await service.sketches.replace(_sketch(service, each, held))
        known[origin] = held
    except Refused as refused:
        return refused
    return _answer(service, each, held.state, outcome)


def _sheet(service: Hotline, each: _Waiting) -> Paper:
    arrival = each.arrival
    return Paper(arrival.paper, intake.dossier_of(arrival.origin, service.digest), "sheet", Sheet.of(arrival.ticket))


def _answer(service: Hotline, each: _Waiting, case: Case, outcome: Outcome) -> TicketAnswer:
    return TicketAnswer(
        emission=each.arrival.ticket.emission,
        outcome=outcome,
        case=case.number,
        due_at=case.limit.due_at if case.running else None,
        query_code=service.code(case.number),
        notice=transfer_notice(case.emergency) if case.alarmed else None,
        merged_into=case.merged_into,
    )


def emitted(command: TakeTicket, cause: Cause, own_number: str) -> TicketEmitted:
    """A ticket by the web or a file as if it had come by the bus."""
    given = {name: getattr(command, name) for name in TicketEmitted.model_fields}
    received_at = command.received_at or cause.now
    defaults = {
        "ticket_no": command.ticket_no or own_number,
        "received_at": received_at,
        "occurred_at": command.occurred_at or received_at,
    }
    return TicketEmitted.model_construct(**{**given, **defaults})

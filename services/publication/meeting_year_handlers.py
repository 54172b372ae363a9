"""Meetings with invited people counted by year, and years that ended with too few."""

from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from chassis.actors import CLOCK, Cause
from chassis.cases import Opening
from contracts.base import Done, Role
from contracts.publication import meetings as c
from contracts.publication.meeting_years import ExplainShortfall
from services.publication.domain.examining import without_personal_data
from services.publication.meetings import telling, years
from services.publication.meetings.domain import Session
from services.publication.meetings.rules import RULES
from services.publication.service import Publication, official, on

LOOK_SECONDS = 60
KEEPERS: dict[c.MeetingType, str] = {c.MeetingType.STANDING: "government", c.MeetingType.UNIT: "department"}
"""Kinds of agencies that hold the meetings that are counted."""


class Held(NamedTuple):
    """Meetings of one type of an agency in a year, and those in which others sat in."""

    all: int = 0
    invited: int = 0


@on.every(LOOK_SECONDS)
async def look(service: Publication) -> None:
    """On 1 January the year before is looked at, once."""
    await look_back(service, service.clock.now())


async def look_back(service: Publication, now: datetime) -> None:
    """Find who had too few in the year that is over. A year in which this platform did not run is not judged."""
    await service.watched_years.update_one({"_id": now.year}, {"$setOnInsert": {"since": now}}, upsert=True)
    year = years.over(now)
    watched = await service.watched_years.find_one({"_id": year})
    if watched is None or watched.get("judged"):
        return
    await _judge(service, year, now)
    await service.watched_years.update_one({"_id": year}, {"$set": {"judged": True}})


async def _judge(service: Publication, year: int, now: datetime) -> None:
    held, required = await _held(service, year), RULES.invited_a_year.value
    short = [
        (agency, type, counted)
        for agency, type in sorted(_keepers(service, date(year, 12, 31)))
        if (counted := held.get((agency, type), Held())).invited < required
    ]
    origins = {_origin(agency, type, year): (agency, type, counted) for agency, type, counted in short}
    numbers = await service.numbers.claim(f"HC/{now.year}", list(origins))
    openings = []
    for origin, (agency, type, counted) in origins.items():
        id = f"{service.region}-HC-{now.year}-{numbers[origin]:06d}"
        fact = years.YearFellShort(
            id=id,
            agency=agency,
            year=year,
            type=type,
            held=counted.all,
            with_invitees=counted.invited,
            required=required,
            at=now,
        )
        openings.append(Opening(id, [fact], Cause(CLOCK, origin, now), origin))
    await service.shortfalls.open_many(openings)


def _origin(agency: str, type: c.MeetingType, year: int) -> str:
    return f"meetings:{year}:{agency}:{type.value}"


async def entered(service: Publication, meeting: Session, cause: Cause) -> None:
    """A meeting was entered; if its year had fallen short, that is counted anew."""
    origin = _origin(meeting.agency, meeting.type, meeting.day.year)
    known = (await service.shortfalls.by_origin([origin])).get(origin)
    if known is None:
        return
    counted = (await _held(service, meeting.day.year)).get((meeting.agency, meeting.type), Held())
    each = replace(cause, id=f"{cause.id}:{known.id}")
    await service.shortfalls.execute(known.id, lambda it: years.recount(it, counted.all, counted.invited), each)


@on.command(ExplainShortfall)
async def explain(service: Publication, command: ExplainShortfall, cause: Cause) -> Done:
    by, office = official(cause), Role.OPENNESS in cause.actor.roles
    without_personal_data(service.phones, reason=command.reason)
    held = await service.shortfalls.execute(
        command.id, lambda state: years.explain(state, command.reason, office, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state=years.record(held.state).state, repeated=held.repeated)


@on.query(c.GetMeetingCounts)
async def counts(service: Publication, query: c.GetMeetingCounts, cause: Cause) -> c.MeetingCounts:
    """Each agency that holds such meetings, also one that held none."""
    held = await _held(service, query.year)
    counted = {key for key in held if key[1] in RULES.invited_a_year.types} | _keepers(service, cause.now.date())
    rows = [
        _count(service, agency, type, held.get((agency, type), Held()))
        for agency, type in sorted(counted, key=lambda key: (key[1].value != c.MeetingType.STANDING, key[0]))
        if query.agency in (None, agency)
    ]
    return c.MeetingCounts(year=query.year, source=RULES.invited_a_year.source, rows=tuple(rows))


async def _held(service: Publication, year: int) -> dict[tuple[str, c.MeetingType], Held]:
    """By what the store has indexed, so that no meeting is read."""
    by = {name: f"$index.{name}" for name in ("agency", "type", "invited")}
    where = {"kind": telling.KIND.name, "index.marks": f"held:{year}"}
    found = await service.meetings.collection.aggregate(
        [{"$match": where}, {"$group": {"_id": by, "count": {"$sum": 1}}}]
    )
    counted: dict[tuple[str, c.MeetingType], Held] = {}
    for row in found:
        key = (row["_id"]["agency"], c.MeetingType(row["_id"]["type"]))
        before = counted.get(key, Held())
        invited = row["count"] if row["_id"]["invited"] else 0
        counted[key] = Held(before.all + row["count"], before.invited + invited)
    return counted


def _count(service: Publication, agency: str, type: c.MeetingType, held: Held) -> c.MeetingCount:
    known, required = service.register.by_code(agency), RULES.invited_a_year.value
    return c.MeetingCount(
        agency=agency,
        agency_name=known.name if known else agency,
        type=type,
        held=held.all,
        with_invitees=held.invited,
        required=required,
        missing=max(required - held.invited, 0),
    )


def _keepers(service: Publication, on: date) -> set[tuple[str, c.MeetingType]]:
    """Agencies that hold the meetings that are counted, on a day."""
    return {
        (agency.code, type)
        for agency in service.register.in_force(on)
        for type, kind in KEEPERS.items()
        if agency.kind == kind
    }

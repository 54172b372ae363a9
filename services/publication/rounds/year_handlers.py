"""What agencies owe a number of times a year: meetings with invited people, explanations by the leader in person.
Counted by year; years that ended with too few are found on 1 January."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from chassis.actors import CLOCK, Cause
from chassis.cases import Opening
from contracts.base import Done, Role
from contracts.publication import meetings as c
from contracts.publication.explaining import CountExplanations, ExplanationCounts, UnitExplained
from contracts.publication.shortfalls import ExplainShortfall, YearDuty
from services.publication.domain import explaining
from services.publication.domain.examining import without_personal_data
from services.publication.domain.law import LEAD_FLAGS, LEAD_OWES
from services.publication.meetings import telling
from services.publication.meetings.rules import RULES
from services.publication.rounds import shortfalls
from services.publication.rounds.shortfalls import RULE, Tally
from services.publication.service import Publication, official, on

LOOK_SECONDS = 60
KEEPERS: dict[c.MeetingType, str] = {c.MeetingType.STANDING: "government", c.MeetingType.UNIT: "department"}
"""Kinds of agencies that hold the meetings that are counted."""
Duty = tuple[str, YearDuty]
"""An agency and what it owes a year."""


@on.every(LOOK_SECONDS)
async def look(service: Publication) -> None:
    """On 1 January the year before is looked at, once."""
    await look_back(service, service.clock.now())


async def look_back(service: Publication, now: datetime) -> None:
    """Find who had too few in the year that is over. A year in which this platform did not run is not judged."""
    await service.watched_years.update_one({"_id": now.year}, {"$setOnInsert": {"since": now}}, upsert=True)
    year = shortfalls.over(now)
    watched = await service.watched_years.find_one({"_id": year})
    if watched is None or watched.get("judged"):
        return
    await _judge(service, year, now)
    await service.watched_years.update_one({"_id": year}, {"$set": {"judged": True}})


async def _judge(service: Publication, year: int, now: datetime) -> None:
    done, owed = await _done(service, year), sorted(_owed(service, date(year, 12, 31)))
    short = {
        _origin(agency, duty, year): (agency, duty, tally)
        for agency, duty in owed
        if (tally := done.get((agency, duty), Tally())).counted < RULE[duty].required
    }
    numbers = await service.numbers.claim(f"HC/{now.year}", list(short))
    openings = []
    for origin, (agency, duty, tally) in short.items():
        id = f"{service.region}-HC-{now.year}-{numbers[origin]:06d}"
        fact = shortfalls.YearFellShort(
            id=id,
            agency=agency,
            year=year,
            duty=duty,
            held=tally.all,
            counted=tally.counted,
            required=RULE[duty].required,
            at=now,
        )
        openings.append(Opening(id, [fact], Cause(CLOCK, origin, now), origin))
    await service.shortfalls.open_many(openings)


def _origin(agency: str, duty: YearDuty, year: int) -> str:
    return f"{duty.name.lower()}:{year}:{agency}"


async def entered(service: Publication, duty: YearDuty, agency: str, year: int, cause: Cause) -> None:
    """Something was entered; if its year had fallen short, that is counted anew."""
    origin = _origin(agency, duty, year)
    known = (await service.shortfalls.by_origin([origin])).get(origin)
    if known is None:
        return
    tally = (await _done(service, year)).get((agency, duty), Tally())
    each = replace(cause, id=f"{cause.id}:{known.id}")
    await service.shortfalls.execute(known.id, lambda it: shortfalls.recount(it, tally), each)


@on.command(ExplainShortfall)
async def explain(service: Publication, command: ExplainShortfall, cause: Cause) -> Done:
    by, office = official(cause), Role.OPENNESS in cause.actor.roles
    without_personal_data(service.phones, reason=command.reason)
    held = await service.shortfalls.execute(
        command.id, lambda state: shortfalls.explain(state, command.reason, office, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state=shortfalls.record(held.state).state, repeated=held.repeated)


async def _done(service: Publication, year: int) -> Mapping[Duty, Tally]:
    held = await _held(service, year)
    met = {(agency, YearDuty(type.value)): tally for (agency, type), tally in held.items() if type in KEEPERS}
    explained = await _explained(service, year, date(year, 12, 31))
    return met | {(agency, YearDuty.LEAD): tally for agency, tally in explained.items()}


def _owed(service: Publication, on: date) -> set[Duty]:
    meetings = {(agency, YearDuty(type.value)) for agency, type in _keepers(service, on)}
    return meetings | {(agency, YearDuty.LEAD) for agency in _leading(service, on)}


@on.query(CountExplanations)
async def count_explanations(service: Publication, query: CountExplanations, cause: Cause) -> ExplanationCounts:
    today = cause.now.date()
    explained, owing = await _explained(service, query.year, today), _leading(service, today)
    units = []
    for code in sorted(owing | explained.keys()):
        known, tally, owed = service.register.by_code(code), explained.get(code, Tally()), LEAD_OWES * (code in owing)
        units.append(
            UnitExplained(
                agency=code,
                name=known.name if known else code,
                explanations=tally.all,
                by_lead=tally.counted,
                owed=owed,
                left=max(owed - tally.counted, 0),
            )
        )
    return ExplanationCounts(year=query.year, as_of=today, units=tuple(units))


async def _explained(service: Publication, year: int, until: date) -> dict[str, Tally]:
    """Explanations of a year by agency, and those by its leader in person."""
    tallies: dict[str, Tally] = {}
    async for held in service.documents.every({"marks": f"explained:{year}"}):
        for each in explaining.in_year(held.state, year, until):
            before = tallies.get(each.agency, Tally())
            tallies[each.agency] = Tally(before.all + 1, before.counted + each.lead)
    return tallies


def _leading(service: Publication, on: date) -> set[str]:
    """Units of 宏观经济 or 民生, whose leaders explain in person."""
    return {agency.code for flag in LEAD_FLAGS for agency in service.register.flagged(flag, on)}


@on.query(c.GetMeetingCounts)
async def counts(service: Publication, query: c.GetMeetingCounts, cause: Cause) -> c.MeetingCounts:
    """Each agency that holds such meetings, also one that held none."""
    held = await _held(service, query.year)
    counted = {key for key in held if key[1] in RULES.invited_a_year.types} | _keepers(service, cause.now.date())
    rows = [
        _count(service, agency, type, held.get((agency, type), Tally()))
        for agency, type in sorted(counted, key=lambda key: (key[1].value != c.MeetingType.STANDING, key[0]))
        if query.agency in (None, agency)
    ]
    return c.MeetingCounts(year=query.year, source=RULES.invited_a_year.source, rows=tuple(rows))


async def _held(service: Publication, year: int) -> dict[tuple[str, c.MeetingType], Tally]:
    """By what the store has indexed, so that no meeting is read."""
    by = {name: f"$index.{name}" for name in ("agency", "type", "invited")}
    where = {"kind": telling.KIND.name, "index.marks": f"held:{year}"}
    found = await service.meetings.collection.aggregate(
        [{"$match": where}, {"$group": {"_id": by, "count": {"$sum": 1}}}]
    )
    counted: dict[tuple[str, c.MeetingType], Tally] = {}
    for row in found:
        key = (row["_id"]["agency"], c.MeetingType(row["_id"]["type"]))
        before = counted.get(key, Tally())
        invited = row["count"] if row["_id"]["invited"] else 0
        counted[key] = Tally(before.all + row["count"], before.counted + invited)
    return counted


def _count(service: Publication, agency: str, type: c.MeetingType, held: Tally) -> c.MeetingCount:
    known, required = service.register.by_code(agency), RULES.invited_a_year.value
    return c.MeetingCount(
        agency=agency,
        agency_name=known.name if known else agency,
        type=type,
        held=held.all,
        with_invitees=held.counted,
        required=required,
        missing=max(required - held.counted, 0),
    )


def _keepers(service: Publication, on: date) -> set[tuple[str, c.MeetingType]]:
    """Agencies that hold the meetings that are counted, on a day."""
    return {
        (agency.code, type)
        for agency in service.register.in_force(on)
        for type, kind in KEEPERS.items()
        if agency.kind == kind
    }

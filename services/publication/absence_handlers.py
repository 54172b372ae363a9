"""Absences of those who sign, and their deputies (P03)."""

from hashlib import sha256

from chassis.actors import Cause
from contracts.base import Done
from contracts.publication import absences as c
from services.publication.domain import deputies
from services.publication.domain.facts import Official
from services.publication.service import Publication, official, on


@on.command(c.RecordAbsence)
async def record_absence(service: Publication, command: c.RecordAbsence, cause: Cause) -> Done:
    """The same absence is recorded once."""
    by = official(cause)
    said = command.model_dump(include=set(c.Absence.model_fields))
    absence = c.Absence(agency=by.agency, recorded_by=by.name, **said)
    deputies.recordable(absence, by)
    key = "\n".join((by.agency, absence.absent, absence.deputy, str(absence.since), str(absence.until)))
    id = f"{service.region}-QG-{sha256(key.encode()).hexdigest()[:24]}"
    kept = absence.model_dump(mode="json") | {"at": cause.now}
    known = await service.absences.find_one({"_id": id})
    await service.absences.update_one({"_id": id}, {"$setOnInsert": kept}, upsert=True)
    return Done(id=id, version=1, state="recorded", repeated=known is not None)


@on.query(c.GetAbsences)
async def get_absences(service: Publication, query: c.GetAbsences, cause: Cause) -> c.Absences:
    found = await _of(service, query.agency)
    return c.Absences(items=tuple(each for each in found if each.until >= query.on)[:200])


async def deputising(service: Publication, absent: str, by: Official, cause: Cause) -> str:
    """The name for which a deputy signs. Raises `Refused` outside of a recorded absence."""
    known = await _of(service, by.agency) if absent else []
    return deputies.deputising(absent, known, by, cause.now.date())


async def _of(service: Publication, agency: str) -> list[c.Absence]:
    rows = await service.absences.find({"agency": agency}, sort=[("since", 1)])
    return [c.Absence.model_validate({name: row[name] for name in c.Absence.model_fields}) for row in rows]

"""Matters of decision and their yearly catalogues."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from chassis.actors import Cause
from chassis.cases import Held
from contracts.base import Done
from contracts.publication import decisions as c
from contracts.publication.decision_catalogue import PublishDecisionCatalogue, PutDecisionCatalogue
from contracts.publication.documents import Step
from kernel.facts import Fact
from services.publication import takedown
from services.publication.decisions import catalogue, domain, ending, telling
from services.publication.decisions import facts as f
from services.publication.decisions.clocks import recount
from services.publication.decisions.domain import Met, Setting
from services.publication.decisions.state import Decision
from services.publication.domain.examining import without_personal_data
from services.publication.service import Publication, official, on

PAGE = 200


@on.command(PutDecisionCatalogue)
async def put_catalogue(service: Publication, command: PutDecisionCatalogue, cause: Cause) -> Done:
    """One catalogue a year, level and agency."""
    by = official(cause)
    without_personal_data(service.phones, reason=command.reason)
    for entry in command.entries:
        service.register.require(entry.agency, "entries")
        without_personal_data(service.phones, entries="\n".join((entry.title, entry.basis, entry.needs.exempt_reason)))
    service.register.require(command.agency, "agency")
    origin = f"{command.year}:{command.level.name}:{command.agency}"
    wanted = catalogue.YearPut(**dict(command), id="", by=by, at=cause.now)
    known = (await service.years.by_origin([origin])).get(origin)
    if known is None:
        catalogue.put(None, wanted)
        n = await service.numbers.block(f"JM/{command.year}")
        wanted = wanted.model_copy(update={"id": f"{service.region}-JM-{command.year}-{n:06d}"})
        return _year(await service.years.open(wanted.id, catalogue.put(None, wanted), cause, origin))
    return _year(await service.years.execute(known.id, lambda year: catalogue.put(year, wanted), cause))


@on.command(PublishDecisionCatalogue)
async def publish_catalogue(service: Publication, command: PublishDecisionCatalogue, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, agreed=command.agreed)
    return _year(
        await service.years.execute(
            command.id, lambda year: catalogue.publish(year, command.agreed, command.secrecy, by, cause.now), cause
        )
    )


def _year(held: Held[catalogue.Year]) -> Done:
    return Done(id=held.id, version=held.version, state=catalogue.record(held.state).state, repeated=held.repeated)


@on.command(c.StartDecision)
async def start(service: Publication, command: c.StartDecision, cause: Cause) -> Done:
    """The entry of the catalogue is taken before the matter stands; its number stays the same when this is repeated."""
    by = official(cause)
    if known := (await service.decisions.by_origin([cause.id])).get(cause.id):
        return _done(known)
    service.register.require(by.agency, "agency")
    for code in command.co_agencies:
        service.register.require(code, "co_agencies")
    without_personal_data(
        service.phones,
        title=command.title,
        basis=command.basis,
        background=command.background,
        proposed_by=command.proposed_by,
        outside_reason=command.outside_reason,
        needs=command.needs.exempt_reason,
    )
    wanted = f.DecisionStarted(**dict(command), id="", agency=by.agency, by=by, at=cause.now)
    domain.start(wanted)
    year = await service.years.load(command.catalogue) if command.catalogue else None
    if year:
        catalogue.begin(year.state, command.entry, "new", by.agency)
        entry = catalogue.entry_of(year.state, command.entry)
        needs = catalogue.promised(entry, command.needs)
        wanted = wanted.model_copy(update={"needs": needs, "planned_on": command.planned_on or entry.planned_on})
    n = (await service.numbers.claim(f"JC/{cause.now.year}", [cause.id]))[cause.id]
    id = f"{service.region}-JC-{cause.now.year}-{n:06d}"
    if year:
        taking = replace(cause, id=f"{cause.id}:entry")
        await service.years.execute(year.id, lambda state: catalogue.begin(state, command.entry, id, by.agency), taking)
    return _done(await service.decisions.open(id, [wanted.model_copy(update={"id": id})], cause))


@on.command(c.SetDecisionDraft)
async def set_draft(service: Publication, command: c.SetDecisionDraft, cause: Cause) -> Done:
    without_personal_data(service.phones, again_for=command.again_for)
    public = (await service.documents.load(command.document)).state.public
    return await _step(
        service,
        command.id,
        cause,
        lambda state, on: domain.set_draft(state, command.document, public, on, command.again_for),
    )


@on.command(c.PlanConsultation)
async def plan(service: Publication, command: c.PlanConsultation, cause: Cause) -> Done:
    places = "\n".join(f"{form.place} {form.selection}" for form in command.forms)
    without_personal_data(
        service.phones,
        explanation=command.explanation,
        contact=command.contact,
        shorter_reason=command.shorter_reason,
        forms=places,
    )
    wanted = c.Consultation(**command.model_dump(exclude={"id"}))
    return await _step(service, command.id, cause, lambda state, on: domain.plan(state, wanted, on))


@on.command(c.OpenConsultation)
async def begin(service: Publication, command: c.OpenConsultation, cause: Cause) -> Done:
    return await _step(service, command.id, cause, lambda state, on: domain.begin(state, command.secrecy, on))


@on.command(c.ExtendConsultation)
async def extend(service: Publication, command: c.ExtendConsultation, cause: Cause) -> Done:
    without_personal_data(service.phones, reason=command.reason)
    said = (command.until, command.reason, command.secrecy)
    return await _step(service, command.id, cause, lambda state, on: domain.extend(state, *said, on))


@on.command(c.RecordParticipation)
async def hold(service: Publication, command: c.RecordParticipation, cause: Cause) -> Done:
    without_personal_data(service.phones, summary=command.held.summary)
    return await _step(service, command.id, cause, lambda state, on: domain.hold(state, command.held, on))


@on.command(c.RecordExperts)
async def experts(service: Publication, command: c.RecordExperts, cause: Cause) -> Done:
    _assessed(service, command.assessment)
    return await _step(service, command.id, cause, lambda state, on: domain.hear_experts(state, command, on))


@on.command(c.RecordRisk)
async def risk(service: Publication, command: c.RecordRisk, cause: Cause) -> Done:
    _assessed(service, command.assessment)
    without_personal_data(service.phones, measures=command.measures)
    return await _step(service, command.id, cause, lambda state, on: domain.assess_risk(state, command, on))


def _assessed(service: Publication, given: c.Assessment) -> None:
    without_personal_data(service.phones, conclusion=given.conclusion, assessors="\n".join(given.assessors))


@on.command(c.SendToLegalReview)
async def send_to_review(service: Publication, command: c.SendToLegalReview, cause: Cause) -> Done:
    without_personal_data(service.phones, reason=command.reason)
    return await _step(service, command.id, cause, lambda state, on: domain.send_to_review(state, command, on))


@on.command(c.RecordLegalReview)
async def review(service: Publication, command: c.RecordLegalReview, cause: Cause) -> Done:
    without_personal_data(service.phones, note=command.note)
    return await _step(
        service, command.id, cause, lambda state, on: domain.review(state, command.lawful, command.note, on)
    )


@on.command(c.RecordDiscussion)
async def discuss(service: Publication, command: c.RecordDiscussion, cause: Cause) -> Done:
    meeting = (await service.meetings.load(command.meeting)).state
    on_agenda = any(item.matter == command.id for item in meeting.agenda)
    met = Met(command.meeting, meeting.held_on, on_agenda, meeting.agency)
    said = (command.outcome, command.head_last, command.dissent, command.party_asked_on)
    return await _step(service, command.id, cause, lambda state, on: domain.discuss(state, met, *said, on))


@on.command(c.PublishDecision)
async def publish(service: Publication, command: c.PublishDecision, cause: Cause) -> Done:
    public = (await service.documents.load(command.document)).state.public
    return await _step(
        service,
        command.id,
        cause,
        lambda state, on: domain.publish(state, command.document, public, command.secrecy, on),
    )


@on.command(c.AssignExecution)
async def assign(service: Publication, command: c.AssignExecution, cause: Cause) -> Done:
    for code in command.agencies:
        service.register.require(code, "agencies")
    if command.ledger:
        await service.ledgers.load(command.ledger)
    return await _step(
        service, command.id, cause, lambda state, on: domain.assign(state, command.agencies, command.ledger, on)
    )


@on.command(c.PublishEvaluation)
async def evaluate(service: Publication, command: c.PublishEvaluation, cause: Cause) -> Done:
    given = command.evaluation
    without_personal_data(service.phones, evaluator=given.evaluator, result=given.result)
    public = (await service.documents.load(given.document)).state.public if given.document else False
    return await _step(
        service, command.id, cause, lambda state, on: domain.evaluate(state, given, public, command.secrecy, on)
    )


@on.command(c.ArchiveDecision)
async def archive(service: Publication, command: c.ArchiveDecision, cause: Cause) -> Done:
    return await _step(service, command.id, cause, lambda state, on: ending.archive(state, command.archive_no, on))


@on.command(c.StopDecision)
async def stop(service: Publication, command: c.StopDecision, cause: Cause) -> Done:
    without_personal_data(service.phones, reason=command.reason)
    return await _step(service, command.id, cause, lambda state, on: ending.stop(state, command.reason, on))


@on.command(c.ResumeDecision)
async def resume(service: Publication, command: c.ResumeDecision, cause: Cause) -> Done:
    without_personal_data(service.phones, reason=command.reason)
    return await _step(service, command.id, cause, lambda state, on: ending.resume(state, command.reason, on))


@on.query(c.GetMatter)
async def get_matter(service: Publication, query: c.GetMatter, cause: Cause) -> c.MatterFile:
    state = (await service.decisions.load(query.id)).state
    takedown.standing(state)
    return c.MatterFile(
        record=telling.record(state),
        matter=telling.public_record(state),
        public=state.public,
        steps=tuple(Step(step=each.step, by=each.by.name, at=each.at, note=each.note) for each in state.signatures),
    )


async def recount_all(service: Publication, cause: Cause) -> None:
    """Under another calendar every running limit is counted anew."""
    after, calendar = "", service.calendars.current
    while held := await service.decisions.find({"timed": True, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
        for each in held:
            await service.decisions.execute(each.id, lambda state: recount(state, service.limits, calendar), cause)
        after = held[-1].id


async def _step(
    service: Publication, id: str, cause: Cause, decide: Callable[[Decision, Setting], Sequence[Fact]]
) -> Done:
    setting = service.setting(official(cause), cause)
    return _done(await service.decisions.execute(id, lambda state: decide(state, setting), cause))


def _done(held: Held[Decision]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)

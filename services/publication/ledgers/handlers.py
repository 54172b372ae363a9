"""Work ledgers of deployed tasks."""

from collections.abc import Callable, Sequence

from chassis.actors import Cause
from chassis.cases import Held
from contracts.base import Done
from contracts.publication import ledgers as c
from kernel.facts import Fact
from services.publication.domain.examining import without_personal_data
from services.publication.ledgers import domain
from services.publication.ledgers import facts as f
from services.publication.ledgers.domain import Work
from services.publication.service import Publication, official, on


@on.command(c.OpenLedger)
async def open_ledger(service: Publication, command: c.OpenLedger, cause: Cause) -> Done:
    by = official(cause)
    if known := (await service.ledgers.by_origin([cause.id])).get(cause.id):
        return _done(known)
    service.register.require(by.agency, "agency")
    await _plan(service, command.plan)
    wanted = f.LedgerOpened(id="", agency=by.agency, plan=command.plan, by=by, at=cause.now)
    domain.open_ledger(wanted)
    n = await service.numbers.block(f"TZ/{cause.now.year}")
    id = f"{service.region}-TZ-{cause.now.year}-{n:06d}"
    return _done(await service.ledgers.open(id, [wanted.model_copy(update={"id": id})], cause))


async def _plan(service: Publication, plan: c.LedgerPlan) -> None:
    """No personal data in the words; agencies and sources are known."""
    source = plan.source
    words = [*plan.measures, *(step.what for step in plan.steps), *(duty.duty for duty in plan.duties)]
    without_personal_data(
        service.phones, title=plan.title, source=source.text, supervision=plan.supervision, plan="\n".join(words)
    )
    for code in {*(step.agency for step in plan.steps), *(duty.agency for duty in plan.duties)}:
        service.register.require(code, "plan")
    if source.document:
        await service.documents.load(source.document)
    if source.matter:
        await service.decisions.load(source.matter)
    if source.meeting:
        await service.meetings.load(source.meeting)


@on.command(c.ChangeLedger)
async def change(service: Publication, command: c.ChangeLedger, cause: Cause) -> Done:
    by = official(cause)
    await _plan(service, command.plan)
    without_personal_data(service.phones, reason=command.reason)
    said = (command.plan, command.reason)
    return await _step(service, command.id, cause, lambda state: domain.change(state, *said, by, cause.now))


@on.command(c.PublishLedger)
async def publish(service: Publication, command: c.PublishLedger, cause: Cause) -> Done:
    by = official(cause)
    return await _step(service, command.id, cause, lambda state: domain.publish(state, command.secrecy, by, cause.now))


@on.command(c.ReportStep)
async def report(service: Publication, command: c.ReportStep, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, text=command.text)
    said = (command.text, command.step)
    return await _step(service, command.id, cause, lambda state: domain.report(state, *said, by, cause.now))


@on.command(c.RecordEffect)
async def effect(service: Publication, command: c.RecordEffect, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, text=command.text)
    return await _step(
        service, command.id, cause, lambda state: domain.state_effect(state, command.text, by, cause.now)
    )


@on.command(c.PublishInspection)
async def inspect(service: Publication, command: c.PublishInspection, cause: Cause) -> Done:
    by, given = official(cause), command.inspection
    without_personal_data(service.phones, inspector=given.inspector, result=given.result)
    service.register.require(given.unit, "unit")
    return await _step(
        service, command.id, cause, lambda state: domain.inspect(state, given, command.secrecy, by, cause.now)
    )


@on.command(c.FinishLedger)
async def finish(service: Publication, command: c.FinishLedger, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, note=command.note)
    return await _step(service, command.id, cause, lambda state: domain.finish(state, command.note, by, cause.now))


async def _step(service: Publication, id: str, cause: Cause, decide: Callable[[Work], Sequence[Fact]]) -> Done:
    return _done(await service.ledgers.execute(id, decide, cause))


def _done(held: Held[Work]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage.value, repeated=held.repeated)

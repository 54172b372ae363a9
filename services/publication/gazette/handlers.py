"""Issues of the gazette, and compilations of what is in force."""

from dataclasses import replace

from chassis.actors import Cause
from contracts.base import Done
from contracts.publication import gazette as c
from services.publication.domain import showing
from services.publication.domain.examining import without_personal_data
from services.publication.gazette.domain import COMPILATION
from services.publication.service import Publication, official, on


@on.command(c.IssueGazette)
async def issue(service: Publication, command: c.IssueGazette, cause: Cause) -> Done:
    """The documents are marked after the issue stands; a repeat marks what a crash left."""
    by = official(cause)
    without_personal_data(name=command.name)
    press, ids = service.gazette, command.documents
    held = await press.issue(command.name, lambda: press.named(ids) if ids else press.waiting(), by, cause)
    for item in held.state.items:
        each = replace(cause, id=f"{cause.id}:{item.document}")
        await service.documents.execute(item.document, lambda case: showing.gazetted(case, held.id), each)
    return Done(id=held.id, version=held.version, state="issued", repeated=held.repeated)


@on.command(c.Compile)
async def compile_(service: Publication, command: c.Compile, cause: Cause) -> Done:
    by, press = official(cause), service.compilations
    without_personal_data(name=command.name)
    if command.issuer:
        service.register.require(command.issuer, "issuer")
    held = await press.issue(command.name, lambda: press.in_force(command.issuer, command.theme), by, cause)
    return Done(id=held.id, version=held.version, state="issued", repeated=held.repeated)


@on.command(c.SubmitToGazette)
async def submit(service: Publication, command: c.SubmitToGazette, cause: Cause) -> Done:
    by = official(cause)
    return await service.execute(command.id, lambda case: showing.submit(case, by, cause.now), cause)


@on.command(c.ReturnFromGazette)
async def return_(service: Publication, command: c.ReturnFromGazette, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(reason=command.reason)
    return await service.execute(
        command.id, lambda case: showing.return_from_gazette(case, command.reason, by, cause.now), cause
    )


@on.query(c.NotInGazette)
async def not_in_gazette(service: Publication, query: c.NotInGazette, cause: Cause) -> c.GazetteCandidates:
    if query.unit:
        service.register.require(query.unit, "unit")
    total, held = await service.documents.not_in_gazette(query.limit, submitted=query.submitted, unit=query.unit)
    return c.GazetteCandidates(
        total=total,
        items=tuple(
            c.GazetteCandidate(
                id=each.id,
                title=each.state.metadata.title,
                doc_no=each.state.metadata.doc_no,
                unit=next(iter(each.state.metadata.issuers), None),
                published_at=each.state.published_at,
                submitted_on=each.state.submitted_at.date() if each.state.submitted_at else None,
                returned_for=each.state.gazette_returned,
            )
            for each in held
            if each.state.published_at
        ),
    )


@on.query(c.GetGazetteIssue)
async def get_issue(service: Publication, query: c.GetGazetteIssue, cause: Cause) -> c.IssueFound:
    press = service.compilations if f"-{COMPILATION.letters}-" in query.id else service.gazette
    return c.IssueFound(issue=press.series.record_of((await press.issues.load(query.id)).state))

"""Issues of the gazette."""

from dataclasses import replace

from chassis.actors import Cause
from contracts import publication as c
from contracts.base import Done
from services.publication.domain import showing
from services.publication.domain.examining import without_personal_data
from services.publication.gazette import domain
from services.publication.service import Publication, official, on


@on.command(c.IssueGazette)
async def issue(service: Publication, command: c.IssueGazette, cause: Cause) -> Done:
    """The documents are marked after the issue stands; a repeat marks what a crash left."""
    by = official(cause)
    without_personal_data(name=command.name)
    held = await service.gazette.issue(command.name, command.documents, by, cause)
    for item in held.state.items:
        each = replace(cause, id=f"{cause.id}:{item.document}")
        await service.documents.execute(item.document, lambda case: showing.gazetted(case, held.id), each)
    return Done(id=held.id, version=held.version, state="issued", repeated=held.repeated)


@on.query(c.NotInGazette)
async def not_in_gazette(service: Publication, query: c.NotInGazette, cause: Cause) -> c.GazetteCandidates:
    held = await service.documents.not_in_gazette(query.limit)
    return c.GazetteCandidates(
        total=await service.documents.count({"to_gazette": True}),
        items=tuple(
            c.GazetteCandidate(
                id=each.id,
                title=each.state.metadata.title,
                doc_no=each.state.metadata.doc_no,
                published_at=each.state.published_at,
            )
            for each in held
            if each.state.published_at
        ),
    )


@on.query(c.GetGazetteIssue)
async def get_issue(service: Publication, query: c.GetGazetteIssue, cause: Cause) -> c.IssueFound:
    return c.IssueFound(issue=domain.record((await service.gazette.issues.load(query.id)).state))

"""Clean-up rounds and proposals."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from chassis.store import Document, UpdateOne
from contracts.base import Done, Role
from contracts.publication import rounds as c
from contracts.publication.record import Metadata, Validity
from contracts.requests.procedure import ProactiveProposed
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import drafting, publishing
from services.publication.domain.examining import examine, without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.state import Case
from services.publication.rounds import cleanup, proposals
from services.publication.service import Publication, official, on

MAX_DOCUMENTS = 5000


@on.command(c.OpenCleanup)
async def open_cleanup(service: Publication, command: c.OpenCleanup, cause: Cause) -> Done:
    """The documents of the round are written before it; a repeat writes the same. Open rounds are ended first."""
    by = official(cause)
    if known := (await service.rounds.by_origin([cause.id])).get(cause.id):
        return _done(known)
    if await service.rounds.count({"stage": "open"}):
        raise Refused("round_open", "还有一轮清理没有结束。", remedy="请先结束那一轮。")
    held = await _normative(service, command.until)
    n = await service.numbers.block(f"QL/{cause.now.year}")
    id = f"{service.region}-QL-{cause.now.year}-{n:06d}"
    facts = cleanup.open_round(id, command.until, len(held), by, cause.now, command.opinions_by)
    rows: list[Document] = [
        {"_id": f"{id}:{each.id}", "round": id, "document": each.id, "agency": each.state.agency} for each in held
    ]
    await service.judged.insert_many(rows)
    opened = await service.rounds.open(id, facts, cause)
    for before in await service.rounds.find({"followed": False}):
        if before.id != opened.id:
            await service.rounds.execute(before.id, cleanup.followed, replace(cause, id=f"{cause.id}:{before.id}"))
    return _done(opened)


async def _normative(service: Publication, until: date) -> list[Held[Case]]:
    """Normative documents formed until a day that have not ended."""
    found = []
    async for each in service.documents.normative():
        if (each.state.metadata.formed_on or date.max) <= until:
            found.append(each)
        if len(found) > MAX_DOCUMENTS:
            raise Refused("too_many_documents", f"超过 {MAX_DOCUMENTS} 件。", remedy="请缩短清理范围。")
    return found


@on.command(c.Judge)
async def judge(service: Publication, command: c.Judge, cause: Cause) -> Done:
    """Judgements are records of their own: a round has more of them than a case may have facts."""
    by = official(cause)
    without_personal_data(reason=command.reason)
    held = await service.rounds.load(command.id)
    cleanup.in_hand(held.state)
    rows = await service.judged.find({"_id": {"$in": [f"{command.id}:{id}" for id in command.documents]}})
    if len(rows) != len(set(command.documents)):
        raise Refused("not_in_round", "有文件不在这一轮清理中。", field="documents", remedy="请核对文件编号。")
    office = bool(cause.actor.roles & {Role.OPENNESS, Role.REVIEWER})
    if not office and any(row["agency"] != by.agency for row in rows):
        raise Refused("other_agency", "只能对本单位的文件提出意见。", field="documents", remedy="请由主办单位办理。")
    said = {"conclusion": command.conclusion.value, "reason": command.reason, "by": by.name, "at": cause.now}
    await service.judged.bulk([UpdateOne({"_id": row["_id"]}, {"$set": said}) for row in rows])
    return _done(held)


@on.command(c.CloseCleanup)
async def close_cleanup(service: Publication, command: c.CloseCleanup, cause: Cause) -> Done:
    """The lists are drafted under the round's own causes, so that a repeat drafts them once."""
    by = official(cause)
    service.register.require(command.issuer, "issuer")
    held = await service.rounds.load(command.id)
    rows = await service.judged.find({"round": command.id}, sort=[("_id", 1)])
    lists, calendar = {}, service.calendars.current
    rows = await _in_force(service, rows) if held.state.stage == "open" else rows
    left = sum("conclusion" not in row for row in rows)
    if held.state.stage == "open":
        cleanup.close(held.state, left, {}, by, cause.now, calendar)
        for conclusion in c.Conclusion:
            listed = [row["document"] for row in rows if row["conclusion"] == conclusion]
            if listed:
                draft = _draft_list(service, held.state, conclusion, listed, command.issuer, by, cause)
                lists[conclusion] = await draft
    after = await service.rounds.execute(
        command.id, lambda state: cleanup.close(state, left, lists, by, cause.now, calendar), cause
    )
    return _done(after)


async def _in_force(service: Publication, rows: Sequence[Document]) -> list[Document]:
    """Without documents that ended or were taken down while the round went on: no list says that they are in force,
    and nobody needs to judge them."""
    found = await service.documents.load_many([row["document"] for row in rows])
    return [row for row in rows if _stands(found[row["document"]].state)]


def _stands(case: Case) -> bool:
    return case.public and case.metadata.validity in (Validity.VALID, Validity.AMENDED)


async def _draft_list(
    service: Publication,
    state: cleanup.Round,
    conclusion: c.Conclusion,
    listed: Sequence[str],
    issuer: str,
    by: Official,
    cause: Cause,
) -> str:
    """One of the three lists as a draft; the same round has each list once."""
    origin = f"cleanup:{state.id}:{conclusion.name}"
    if known := (await service.documents.by_origin([origin])).get(origin):
        return known.id
    title = f"{conclusion.value}的规范性文件目录（清理截至{state.until}）"
    text = f"{title}\n" + "\n".join([await _line(service, n, id) for n, id in enumerate(listed, 1)])
    metadata = Metadata(title=title, issuers=(issuer,), issuer_names=service.names((issuer,)), genre="公告")
    kept = examine(text, service.phones)
    (id,) = await service.new_ids(cause.now)
    facts = drafting.draft(id, issuer, metadata, kept, "PUB.GENERAL", by, cause.now)
    await service.texts.keep([(id, kept.sha256, text)])
    each = replace(cause, id=f"{cause.id}:{conclusion.name}")
    return (await service.documents.open(id, facts, each, origin)).id


async def _line(service: Publication, n: int, id: str) -> str:
    metadata = (await service.documents.load(id)).state.metadata
    return "\t".join([str(n), metadata.title, metadata.doc_no or "", str(metadata.formed_on or "")])


@on.command(c.CarryOutCleanup)
async def carry_out_cleanup(service: Publication, command: c.CarryOutCleanup, cause: Cause) -> Done:
    """Documents are marked first; the round says that it is done when all are."""
    by = official(cause)
    held = await service.rounds.load(command.id)
    lists, ended = held.state.lists, held.state.lists.get(c.Conclusion.END)
    unpublished = [name for name, id in lists.items() if not (await service.documents.load(id)).state.public]
    cleanup.carry_out(held.state, unpublished, by, cause.now)
    if ended and held.state.stage == "closed":
        for row in await service.judged.find({"round": command.id, "conclusion": c.Conclusion.END.value}):
            await _repeal(service, row["document"], ended, cause)
    after = await service.rounds.execute(command.id, lambda state: cleanup.carry_out(state, (), by, cause.now), cause)
    return _done(after)


async def _repeal(service: Publication, id: str, by_document: str, cause: Cause) -> None:
    """Mark one document as repealed by the list; one that ended or went meanwhile stays as it is."""

    def decide(case: Case) -> list[Fact]:
        day = cause.now.date()
        return publishing.mark_validity(case, Validity.REPEALED, day, by_document, cause.now) if _stands(case) else []

    each = replace(cause, id=f"{cause.id}:{id}")
    await service.documents.execute(id, decide, each)
    await service.catalogues.basis_changed(id, each)


@on.query(c.GetCleanup)
async def get_cleanup(service: Publication, query: c.GetCleanup, cause: Cause) -> c.CleanupPage:
    held = await service.rounds.load(query.id)
    unjudged = {"round": query.id, "conclusion": {"$exists": False}}
    where: dict[str, Any] = dict(unjudged) if query.unjudged else {"round": query.id}
    if query.after:
        where["_id"] = {"$gt": f"{query.id}:{query.after}"}
    rows = await service.judged.find(where, sort=[("_id", 1)], limit=query.limit)
    return c.CleanupPage(
        round=cleanup.record(held.state),
        left=await service.judged.count(unjudged),
        units=await _owing(service, unjudged),
        items=tuple([await _judged(service, row) for row in rows]),
        next=rows[-1]["document"] if len(rows) == query.limit else None,
    )


async def _owing(service: Publication, unjudged: dict[str, Any]) -> tuple[c.UnitLeft, ...]:
    """Units by how many of their documents are not judged."""
    counted = Counter(row["agency"] for row in await service.judged.find(unjudged, {"agency": 1}))
    agencies = {agency: service.register.by_code(agency) for agency in counted}
    return tuple(
        c.UnitLeft(agency=agency, name=known.name if (known := agencies[agency]) else agency, left=left)
        for agency, left in counted.most_common()
    )


async def _judged(service: Publication, row: Document) -> c.Judged:
    metadata = (await service.documents.load(row["document"])).state.metadata
    said = {name: row[name] for name in ("conclusion", "reason", "by") if name in row}
    known = {"document": row["document"], "agency": row["agency"]}
    return c.Judged.model_validate(known | {"title": metadata.title, "doc_no": metadata.doc_no} | said)


@on.event(ProactiveProposed)
async def proposed(service: Publication, event: ProactiveProposed, cause: Cause) -> None:
    """One proposal an agency and information, however often it is proposed."""
    proposal, agency = event.proposal, event.record.agency
    origin = f"{agency}:{proposal.information}"
    known = (await service.proposals.by_origin([origin])).get(origin)
    if known:
        await service.proposals.execute(
            known.id, lambda state: proposals.propose_again(state, proposal.requests, proposal.applicants), cause
        )
        return
    n = await service.numbers.block(f"JY/{cause.now.year}")
    id = f"{service.region}-JY-{cause.now.year}-{n:06d}"
    facts = proposals.propose(id, agency, proposal.requests, proposal.applicants, cause.now, service.calendars.current)
    await service.proposals.open(id, facts, cause, origin)


@on.command(c.AdoptProposal)
async def adopt(service: Publication, command: c.AdoptProposal, cause: Cause) -> Done:
    by, public = official(cause), (await service.documents.load(command.document)).state.public
    held = await service.proposals.execute(
        command.id, lambda state: proposals.adopt(state, command.document, public, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state="adopted", repeated=held.repeated)


@on.command(c.DeclineProposal)
async def decline(service: Publication, command: c.DeclineProposal, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(reason=command.reason)
    held = await service.proposals.execute(
        command.id, lambda state: proposals.decline(state, command.reason, by, cause.now), cause
    )
    return Done(id=held.id, version=held.version, state="declined", repeated=held.repeated)


def _done(held: Held[cleanup.Round]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage, repeated=held.repeated)

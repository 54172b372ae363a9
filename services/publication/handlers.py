"""What the publication service reacts to."""

from collections.abc import Iterator
from datetime import date

from chassis.actors import Cause
from contracts.base import Done, Role
from contracts.publication import documents as c
from contracts.publication.record import Metadata, Validity
from contracts.publication.terms import HOUSE, Remark
from contracts.supervision import CalendarNoticeLoaded
from kernel import personal
from kernel.calendar import Notice
from kernel.facts import Fact
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication import absence_handlers, candidates, domain, explaining_handlers, importing, takedown
from services.publication.decisions import handlers as decisions
from services.publication.domain import drafting, publishing, stock
from services.publication.domain.clocks import recompute, timed
from services.publication.domain.examining import clean, examine, mask, without_personal_data
from services.publication.domain.facts import Kept
from services.publication.domain.state import UNDECIDED, Case, Stage
from services.publication.domain.telling import public_record, record
from services.publication.meetings import handlers as meetings
from services.publication.service import Publication, done, official, on

SEES_ALL = frozenset({Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST, Role.SUPERVISOR})
"""Roles that may read every agency's drafts."""


@on.command(c.Draft)
async def draft(service: Publication, command: c.Draft, cause: Cause) -> Done:
    by = official(cause)
    if known := (await service.documents.by_origin([cause.id])).get(cause.id):
        return done(known).model_copy(update={"repeated": True})
    names = service.names(command.issuers)
    party = service.register.require(command.issuers[0], "issuers").kind == "party"
    metadata = Metadata(title=command.title, issuers=command.issuers, issuer_names=names, party=party)
    metadata = drafting.with_changes(metadata, command.details)
    clean(metadata)
    kept = examine(command.text, service.phones)
    (id,) = await service.new_ids(cause.now)
    facts = drafting.draft(id, by.agency or command.issuers[0], metadata, kept, command.clock, by, cause.now)
    await service.texts.keep([(id, kept.sha256, command.text)])
    return done(await service.documents.open(id, facts, cause))


@on.command(c.Revise)
async def revise(service: Publication, command: c.Revise, cause: Cause) -> Done:
    by, names, calendar = official(cause), service.new_names(command.changes), service.calendars.current
    importing.clean_changes(command.changes)
    return await service.execute_with_text(
        command.id,
        command.text,
        lambda case, text: drafting.revise(case, text, command.changes, names, by, cause.now, calendar),
        cause,
    )


@on.command(c.SetAttribute)
async def set_attribute(service: Publication, command: c.SetAttribute, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    without_personal_data(reason=command.reason)
    return await service.execute(
        command.id,
        lambda case: drafting.propose(
            case,
            command.attribute,
            command.ground,
            command.reason,
            command.interpretation,
            by,
            cause.now,
            calendar,
        ),
        cause,
    )


@on.command(c.PlanInterpretation)
async def plan_interpretation(service: Publication, command: c.PlanInterpretation, cause: Cause) -> Done:
    by, plan = official(cause), command.interpretation
    without_personal_data(plan=plan.plan)
    if plan.material:
        await explaining_handlers.material_of(service, plan.material)
    answer = await service.execute(command.id, lambda case: drafting.plan_interpretation(case, plan, by), cause)
    if plan.material:
        await explaining_handlers.link(service, plan.material, command.id, by, cause)
    return answer


@on.command(c.ApproveByOpenness)
async def approve_by_openness(service: Publication, command: c.ApproveByOpenness, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(note=command.note)
    absent = await absence_handlers.deputising(service, command.deputising_for, by, cause)
    return await service.execute(
        command.id, lambda case: drafting.approve_by_openness(case, command.note, by, cause.now, absent), cause
    )


@on.command(c.ApproveByHead)
async def approve_by_head(service: Publication, command: c.ApproveByHead, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    without_personal_data(note=command.note)
    absent = await absence_handlers.deputising(service, command.deputising_for, by, cause)
    return await service.execute(
        command.id,
        lambda case: drafting.approve_by_head(case, command.note, absent, by, cause.now, calendar),
        cause,
    )


@on.command(c.Review)
async def review(service: Publication, command: c.Review, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(note=command.note)
    absent = await absence_handlers.deputising(service, command.deputising_for, by, cause)
    points = (command.secrecy, command.wording, command.timing)
    return await service.execute(
        command.id,
        lambda case: drafting.review(case, *points, command.note, by, cause.now, absent),
        cause,
    )


@on.command(c.MaskText)
async def mask_text(service: Publication, command: c.MaskText, cause: Cause) -> Done:
    by = official(cause)
    held = await service.documents.load(command.id)
    text = await service.texts.bring(held.state.text.sha256)
    if text is None:
        raise Refused("text_gone", "正文已不存在。", field="id", remedy="请核对文件状态。")

    def decide(case: Case, kept: Kept | None) -> list[Fact]:
        if kept is None or case.text != held.state.text:
            raise Refused("busy", "文件刚被修改。", remedy="请重试。")
        return drafting.mask(case, kept, by, cause.now)

    return await service.execute_with_text(command.id, mask(text, service.phones), decide, cause)


@on.command(c.AllowFindings)
async def allow_findings(service: Publication, command: c.AllowFindings, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(basis=command.basis, reason=command.reason)
    return await service.execute(
        command.id,
        lambda case: drafting.allow_findings(case, command.basis, command.reason, by, cause.now),
        cause,
    )


@on.command(c.Return)
async def send_back(service: Publication, command: c.Return, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(missing=" ".join(command.missing), reason=command.reason)
    return await service.execute(
        command.id,
        lambda case: drafting.send_back(case, command.missing, command.reason, by, cause.now),
        cause,
    )


@on.command(c.AssignNumber)
async def assign_number(service: Publication, command: c.AssignNumber, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    doc_no = DocumentNumber.parse(command.doc_no)
    return await service.execute(
        command.id,
        lambda case: drafting.number(case, doc_no, command.formed_on, by, cause.now, calendar),
        cause,
    )


@on.command(c.Publish)
async def publish(service: Publication, command: c.Publish, cause: Cause) -> Done:
    """The number is claimed once the decision is known to hold; a document that fails after that keeps its number."""
    by = official(cause)
    case = (await service.documents.load(command.id)).state
    index_no = case.metadata.index_no or ""
    if case.stage is Stage.CLEARED:
        after = domain.KIND.fold(case, publishing.publish(case, index_no, command.channels, by, cause.now))
        index_no = await service.claim(after, case.id)
    calendar = service.calendars.current
    answer = await service.execute(
        command.id,
        lambda now: timed(now, publishing.publish(now, index_no, command.channels, by, cause.now), calendar),
        cause,
    )
    await explaining_handlers.tell_of_material(service, command.id, cause)
    await service.compare_claims(command.id, cause)
    return answer


@on.command(c.File)
async def file(service: Publication, command: c.File, cause: Cause) -> Done:
    by = official(cause)
    return await service.execute(command.id, lambda case: publishing.file(case, by, cause.now), cause)


@on.command(c.KeepAttribute)
async def keep_attribute(service: Publication, command: c.KeepAttribute, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(reason=command.reason)
    return await service.execute(
        command.id, lambda case: publishing.keep_attribute(case, command.reason, by, cause.now), cause
    )


@on.command(c.Correct)
async def correct(service: Publication, command: c.Correct, cause: Cause) -> Done:
    by, names = official(cause), service.new_names(command.changes)
    without_personal_data(reason=command.reason)
    importing.clean_changes(command.changes)
    answer = await service.execute_with_text(
        command.id,
        command.text,
        lambda case, text: publishing.correct(case, text, command.changes, names, command.reason, by, cause.now),
        cause,
    )
    await explaining_handlers.tell_of_material(service, command.id, cause)
    await service.catalogues.basis_changed(command.id, cause)
    await service.compare_claims(command.id, cause)
    return answer


@on.command(c.MarkValidity)
async def mark_validity(service: Publication, command: c.MarkValidity, cause: Cause) -> Done:
    official(cause)
    without_personal_data(by_document=command.by_document)
    cited = await _cited(service, command.id, command.by_document)
    answer = await service.execute(
        command.id,
        lambda case: publishing.mark_validity(case, command.validity, command.on, cited, cause.now),
        cause,
    )
    await service.catalogues.basis_changed(command.id, cause)
    return answer


async def _cited(service: Publication, id: str, said: str | None) -> str | None:
    """The document that ends another one: one of this platform is public, a 发文字号 is normalised, what others decided
    is cited as it is called."""
    if said and said.startswith(f"{service.region}-GW-"):
        held = await service.documents.get(said)
        if held is None or not held.state.public or said == id:
            raise Refused(
                "document_unknown",
                "依据的文件不是本平台已公开的另一件文件。",
                field="by_document",
                remedy="请核对编号；其他机关的文件请写文号。",
            )
        return said
    try:
        return DocumentNumber.parse(said).canonical if said else None
    except Refused:
        return said


@on.command(c.Withdraw)
async def withdraw(service: Publication, command: c.Withdraw, cause: Cause) -> Done:
    without_personal_data(note=command.note)
    return await takedown.withdraw(service, command, official(cause), cause)


@on.command(c.ApproveWithdrawal)
async def approve_withdrawal(service: Publication, command: c.ApproveWithdrawal, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(note=command.note)
    return await takedown.approve(service, command, by, cause)


@on.command(c.ConfirmCleared)
async def confirm_cleared(service: Publication, command: c.ConfirmCleared, cause: Cause) -> Done:
    by = official(cause)
    return await takedown.confirm(service, command.id, command.channel, by, cause)


@on.query(c.GetDocument)
async def get_document(service: Publication, query: c.GetDocument, cause: Cause) -> c.DocumentFile:
    case = (await service.documents.load(query.id)).state
    published = case.published_at is not None
    return c.DocumentFile(
        record=record(case),
        steps=tuple(
            c.Step(step=signature.step, by=signature.by.name, at=signature.at, note=signature.note)
            for signature in case.signatures[-60:]
        ),
        findings=tuple(_findings(case)),
        allowed=case.allowed,
        conflicts=tuple(Remark(code=doubt.code, message=doubt.message) for doubt in case.doubts),
        missing=case.missing,
        lacks=_lacks(case, cause.now.date()),
        reason=case.reason,
        versions=public_record(case).versions if published else (),
    )


def _lacks(case: Case, today: date) -> tuple[str, ...]:
    if case.stage in UNDECIDED:
        return drafting.lacks(case, today)
    return stock.lacks(case, today) if case.stage is Stage.IMPORTED else ()


def _findings(case: Case) -> Iterator[c.Finding]:
    """What was found in the fields, in the text and in the attachments, masked."""
    for each in case.in_fields:
        title, place = personal.TITLES[personal.Kind(each.kind)], candidates.PLACES[each.field]
        yield c.Finding(kind=title, masked=each.masked, place=place)
    places = [("正文", case.text.data), *((file.attachment.name, file.data) for file in case.files)]
    for place, data in places:
        for datum in data:
            yield c.Finding(kind=personal.TITLES[personal.Kind(datum.kind)], masked=datum.masked, place=place)


@on.query(c.GetText)
async def get_text(service: Publication, query: c.GetText, cause: Cause) -> c.TextContent:
    held = await service.documents.with_text(query.sha256)
    text = await service.texts.bring(query.sha256) if any(_may_read(h.state, cause) for h in held) else None
    if text is None:
        raise Refused("not_found", "没有这份公开的正文。", field="sha256", remedy="请核对文件是否已公开。")
    return c.TextContent(sha256=query.sha256, text=text)


def _may_read(case: Case, cause: Cause) -> bool:
    if case.stage in (Stage.WITHDRAWN, Stage.SEALED):
        return False
    inside = cause.actor.kind == "person" and bool(cause.actor.roles & frozenset(HOUSE))
    return case.public or (inside and (cause.actor.agency == case.agency or bool(cause.actor.roles & SEES_ALL)))


@on.every(takedown.ERASE_SECONDS)
async def erase(service: Publication) -> None:
    """Remove what is left of what was taken down."""
    await takedown.erase_all(service)


@on.event(c.ValidityChanged)
async def validity_changed(service: Publication, event: c.ValidityChanged, cause: Cause) -> None:
    """A document that expired by itself flags what rests on it; what a person marks does so at once."""
    if event.record.metadata.validity is Validity.EXPIRED:
        await service.catalogues.basis_changed(event.record.id, cause)


@on.event(CalendarNoticeLoaded)
async def calendar_loaded(service: Publication, event: CalendarNoticeLoaded, cause: Cause) -> None:
    """Every running limit is counted anew."""
    await service.calendars.add(Notice.model_validate_json(event.record.notice_json), event.epoch, event.version)
    after, calendar = "", service.calendars.current
    while held := await service.documents.timed(after):
        for each in held:
            await service.documents.execute(each.id, lambda case: recompute(case, calendar), cause)
        after = held[-1].id
    await service.catalogues.timing.recount(calendar, cause)
    await decisions.recount_all(service, cause)
    await meetings.recount_all(service, cause)

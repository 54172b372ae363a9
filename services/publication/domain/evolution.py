"""How each fact changes a document."""

from datetime import datetime
from typing import Any

from contracts.publication.record import Attribute, Changes, Check, Metadata, Notice, Validity
from kernel.facts import Fact
from services.publication.domain import explaining as e
from services.publication.domain import facts as f
from services.publication.domain import running, stocked
from services.publication.domain.deputies import as_signed
from services.publication.domain.facts import File, Kept, Official
from services.publication.domain.state import HEAD_STEP, Case, Replaced, Signature, Stage


def evolve(case: Case | None, fact: Fact) -> Case:
    """The document after one more fact."""
    match fact:
        case f.Drafted():
            return _drafted(fact)
        case stocked.Imported():
            return _imported(fact)
    if case is None:
        raise ValueError("the first fact opens a document")
    match fact:
        case f.Revised() | f.AttributeProposed() | f.InterpretationPlanned() | f.Masked() | f.FindingsAllowed():
            return _prepared(case, fact)
        case f.Attached() | f.Detached() | f.AttachmentMasked() | f.AttachmentConfirmed():
            return _attached(case, fact)
        case f.SourceSet() | f.NoticeSet() | f.Delivered() | f.NoticeEnded() | f.NoticeConcluded():
            return _shown(case, fact)
        case e.Explained() | e.QuestionRaised() | e.QuestionDeclined() | e.Linked() | e.MaterialOut():
            return e.evolve(case, fact)
        case f.SubmittedToGazette() | f.GazetteReturned() | f.Gazetted():
            return _printed(case, fact)
        case f.ItemsClaimed():
            return case.model_copy(update={"claims": fact.items})
        case f.ObjectionReceived() | f.ObjectionAnswered():
            return _objected(case, fact)
        case f.ObjectionsErased():
            return _destroyed(case, fact)
        case f.OpennessApproved() | f.HeadApproved() | f.Reviewed() | f.Returned() | f.Numbered():
            return _approved(case, fact)
        case stocked.Confirmed() | stocked.AttributeAssigned():
            return _judged(case, fact)
        case f.Published() | f.Filed() | f.ReassessmentFellDue() | f.AttributeKept():
            return _ended(case, fact)
        case f.Corrected() | f.ValidityMarked():
            return _changed(case, fact)
        case f.Withdrawn() | f.Erased() | f.WithdrawalApproved() | f.ChannelCleared():
            return _withdrawn(case, fact)
        case f.DueSet() | f.Warned() | f.WentOverdue() | f.IssueDayNear() | f.IssueDayPassed() | f.ExpiryWarned():
            return _timed(case, fact)
        case _:
            raise TypeError(f"unknown fact {fact.kind}")


def _drafted(fact: f.Drafted) -> Case:
    return Case(
        id=fact.id,
        agency=fact.agency,
        stage=Stage.DRAFT,
        metadata=fact.metadata,
        text=fact.text,
        opened_at=fact.at,
        clock=fact.clock,
        drafters=frozenset({fact.by.id}),
        signatures=(Signature(step="起草", by=fact.by, at=fact.at),),
    )


def _imported(fact: stocked.Imported) -> Case:
    return Case(
        id=fact.id,
        agency=fact.agency,
        stage=Stage.IMPORTED,
        metadata=fact.metadata,
        text=fact.text,
        opened_at=fact.at,
        attribute=fact.attribute,
        ground=fact.ground,
        reason=fact.reason,
        published_on=fact.published_on,
        doubts=fact.doubts,
        in_fields=fact.in_fields,
        imported=True,
        signatures=(Signature(step="导入", by=fact.by, at=fact.at),),
    )


def _prepared(
    case: Case, fact: f.Revised | f.AttributeProposed | f.InterpretationPlanned | f.Masked | f.FindingsAllowed
) -> Case:
    match fact:
        case f.Revised():
            stage = Stage.IMPORTED if case.stage is Stage.IMPORTED else Stage.DRAFT
            changed = _signed(case, "修改", fact.by, fact.at)
            left = tuple(each for each in case.in_fields if _same(each.field, case.metadata, fact.metadata))
            update = {"stage": stage, "metadata": fact.metadata, "approvals": (), "in_fields": left}
            return _with_text(changed, fact.text).model_copy(update=update | _drafter(case, fact.by))
        case f.AttributeProposed():
            withheld = fact.attribute is Attribute.WITHHELD
            converted = case.stage in (Stage.FILED, Stage.REASSESS)
            proposed = {
                "stage": Stage.OPENNESS if withheld else Stage.HEAD,
                "attribute": fact.attribute,
                "ground": fact.ground,
                "reason": fact.reason,
                "interpretation_needed": fact.interpretation,
                "approvals": (),
                "missing": (),
                "reassess_at": None,
                "converted_on": fact.at.date() if converted else case.converted_on,
            }
            signed = _signed(case, f"提出公开属性：{fact.attribute}", fact.by, fact.at)
            return signed.model_copy(update=proposed | _drafter(case, fact.by))
        case f.InterpretationPlanned():
            return case.model_copy(update={"interpretation": fact.interpretation})
        case f.Masked():
            return _with_text(_signed(case, "去标识化", fact.by, fact.at), fact.text).model_copy(
                update={"in_fields": ()}
            )
        case f.FindingsAllowed():
            signed = _signed(case, "个人信息公开例外", fact.by, fact.at, fact.reason)
            return signed.model_copy(update={"allowed": fact.basis})


def _same(field: str, before: Metadata, after: Metadata) -> bool:
    return bool(getattr(before, field) == getattr(after, field))


def _attached(case: Case, fact: f.Attached | f.Detached | f.AttachmentMasked | f.AttachmentConfirmed) -> Case:
    """Another file needs its own exception for what is found in it."""
    match fact:
        case f.Attached():
            changed = {"files": (*case.files, fact.file), "allowed": None}
            return _signed(case, "添加附件", fact.by, fact.at).model_copy(update=changed | _drafter(case, fact.by))
        case f.Detached():
            left = tuple(file for file in case.files if file.attachment.sha256 != fact.sha256)
            return _signed(case, "移除附件", fact.by, fact.at).model_copy(update={"files": left})
        case f.AttachmentMasked():
            files = tuple(fact.file if file.attachment.sha256 == fact.sha256 else file for file in case.files)
            masked = {"files": files, "allowed": None}
            return _signed(case, "附件去标识化", fact.by, fact.at).model_copy(update=masked)
        case f.AttachmentConfirmed():
            files = tuple(_confirmed(file) if file.attachment.sha256 == fact.sha256 else file for file in case.files)
            signed = _signed(case, "专人确认附件", fact.by, fact.at, fact.note)
            return signed.model_copy(update={"files": files})


def _confirmed(file: File) -> File:
    return file.model_copy(update={"attachment": file.attachment.model_copy(update={"check": Check.CONFIRMED})})


def _shown(case: Case, fact: f.SourceSet | f.NoticeSet | f.Delivered | f.NoticeEnded | f.NoticeConcluded) -> Case:
    match fact:
        case f.SourceSet():
            return case.model_copy(update={"source": fact.source})
        case f.NoticeSet():
            return case.model_copy(update={"notice": Notice(until=fact.until, contact=fact.contact)})
        case f.Delivered():
            return case.model_copy(update={"deliveries": (*case.deliveries, fact.delivery)})
        case f.NoticeEnded():
            return _noticed(case, {"ended": True})
        case f.NoticeConcluded():
            return _noticed(_signed(case, "公示结果", fact.by, fact.at), {"result": fact.result or "（已撤下）"})


def _destroyed(case: Case, fact: f.ObjectionsErased) -> Case:
    step = "销毁封存原件" if case.taken_down else "销毁异议原件"
    gone = {"objections_erased": True, "originals_destroyed": case.taken_down}
    return _signed(case, step, fact.by, fact.at).model_copy(update=gone)


def _objected(case: Case, fact: f.ObjectionReceived | f.ObjectionAnswered) -> Case:
    notice = case.notice
    if notice is None:
        return case
    match fact:
        case f.ObjectionReceived():
            received = {"objections": (*case.objections, fact.paper)}
            return _noticed(case, {"objections": notice.objections + 1}).model_copy(update=received)
        case f.ObjectionAnswered():
            counted = {"answered": notice.answered + 1, "accepted": notice.accepted + fact.accepted}
            return _noticed(case, counted).model_copy(update={"answers": case.answers | {fact.no: fact.paper}})


def _noticed(case: Case, changes: dict[str, Any]) -> Case:
    return case.model_copy(update={"notice": case.notice.model_copy(update=changes)}) if case.notice else case


def _printed(case: Case, fact: f.SubmittedToGazette | f.GazetteReturned | f.Gazetted) -> Case:
    match fact:
        case f.SubmittedToGazette():
            handed_in = {"submitted_at": fact.at, "gazette_returned": ""}
            return _signed(case, "报送公报", fact.by, fact.at).model_copy(update=handed_in)
        case f.GazetteReturned():
            returned = {"submitted_at": None, "gazette_returned": fact.reason}
            return _signed(case, "公报退回", fact.by, fact.at).model_copy(update=returned)
        case f.Gazetted():
            return case.model_copy(update={"gazette": fact.issue, "gazette_returned": ""})


def _judged(case: Case, fact: stocked.Confirmed | stocked.AttributeAssigned) -> Case:
    """Of the stock: a named person decided its attribute, or stands for all that was read."""
    judged = {"attribute": fact.attribute, "ground": fact.ground, "reason": fact.reason}
    match fact:
        case stocked.Confirmed():
            return _signed(case, "确认导入", fact.by, fact.at).model_copy(update=judged | {"doubts": ()})
        case stocked.AttributeAssigned():
            return _signed(case, f"属性认定：{fact.attribute}", fact.by, fact.at).model_copy(update=judged)


def _approved(case: Case, fact: f.OpennessApproved | f.HeadApproved | f.Reviewed | f.Returned | f.Numbered) -> Case:
    match fact:
        case f.OpennessApproved():
            step = as_signed("公开工作机构审查", fact.deputising_for)
            return _approval(case, step, fact.by, fact.at, fact.note, Stage.HEAD)
        case f.HeadApproved():
            step = as_signed(HEAD_STEP, fact.deputising_for)
            return _approval(case, step, fact.by, fact.at, fact.note, Stage.REVIEW)
        case f.Reviewed():
            step = as_signed("发布前审查（保密审查）", fact.deputising_for)
            return _approval(case, step, fact.by, fact.at, fact.note, Stage.CLEARED)
        case f.Returned():
            signed = _signed(case, "退文", fact.by, fact.at, fact.reason)
            return signed.model_copy(update={"stage": Stage.RETURNED, "missing": fact.missing, "approvals": ()})
        case f.Numbered():
            given = {"doc_no": fact.doc_no, "formed_on": fact.formed_on, "party": fact.party or case.metadata.party}
            numbered = case.metadata.model_copy(update=given)
            return _signed(case, "编号", fact.by, fact.at).model_copy(update={"metadata": numbered})


def _ended(case: Case, fact: f.Published | f.Filed | f.ReassessmentFellDue | f.AttributeKept) -> Case:
    match fact:
        case f.Published():
            out = {
                "stage": Stage.PUBLISHED,
                "metadata": fact.metadata,
                "published_at": fact.published_at,
                "days_late": fact.days_late,
            }
            return _signed(case, "公开", fact.by, fact.at).model_copy(update=out | _NO_LIMIT)
        case f.Filed():
            filed = {"stage": Stage.FILED, "reassess_at": fact.reassess_at, "withheld_since": fact.at}
            return _signed(case, "归档", fact.by, fact.at).model_copy(update=filed | _NO_LIMIT)
        case f.ReassessmentFellDue():
            return case.model_copy(update={"stage": Stage.REASSESS})
        case f.AttributeKept():
            kept = {"stage": Stage.FILED, "reassess_at": fact.reassess_at, "withheld_since": fact.at}
            return _signed(case, "定期评估：维持", fact.by, fact.at, fact.reason).model_copy(update=kept)


def _changed(case: Case, fact: f.Corrected | f.ValidityMarked) -> Case:
    match fact:
        case f.Corrected():
            before = Replaced(
                text=case.text, at=fact.at, reason=fact.reason, fields=_before(case.metadata, fact.metadata)
            )
            corrected = {"metadata": fact.metadata, "replaced": (*case.replaced, before)}
            signed = _signed(case, "更正", fact.by, fact.at, fact.reason)
            return _with_text(signed, fact.text).model_copy(update=corrected)
        case f.ValidityMarked():
            ended = fact.validity is not Validity.VALID
            marked = {
                "validity": fact.validity,
                "ended_on": fact.on if ended else None,
                "ended_by": fact.by_document if ended else None,
            }
            return case.model_copy(update={"metadata": case.metadata.model_copy(update=marked)})


def _before(before: Metadata, after: Metadata) -> dict[str, str]:
    """What each field that another version changes said, by its Chinese name."""
    return {
        (field.description or name): _words(getattr(before, name))
        for name, field in Changes.model_fields.items()
        if getattr(before, name) != getattr(after, name)
    }


def _words(value: Any) -> str:
    if isinstance(value, tuple):
        return "、".join(value)
    return {None: "", True: "是", False: "否"}.get(value, str(value))


def _withdrawn(case: Case, fact: f.Withdrawn | f.Erased | f.WithdrawalApproved | f.ChannelCleared) -> Case:
    """A take-down ends when nothing is left, another person has approved it and every channel has confirmed it."""
    match fact:
        case f.Erased():
            return _sealed(case.model_copy(update={"erased": True}))
        case f.Withdrawn():
            signed = _signed(case, "紧急撤下", fact.by, fact.at, fact.note)
            delivered = (delivery.channel for delivery in case.deliveries)
            channels = tuple(dict.fromkeys((*case.metadata.channels, *delivered))) if case.public else ()
            to_clear = (*channels, *fact.also)
            update = {"stage": Stage.WITHDRAWN, "leak": fact.leak, "to_clear": to_clear, "taken_down_at": fact.at}
            return signed.model_copy(update=update | _NO_LIMIT)
        case f.WithdrawalApproved():
            step = "撤下未获批准" if fact.improper else "撤下补批"
            judged = {"withdrawal_approved": True, "improper": fact.improper}
            return _sealed(_signed(case, step, fact.by, fact.at, fact.note).model_copy(update=judged))
        case f.ChannelCleared():
            left = tuple(channel for channel in case.to_clear if channel != fact.channel)
            signed = _signed(case, f"渠道已撤下：{fact.channel}", fact.by, fact.at)
            return _sealed(signed.model_copy(update={"to_clear": left}))


def _sealed(case: Case) -> Case:
    """Nothing is late any more once the persons have done their part."""
    if case.clear_until:
        return case
    stage = Stage.SEALED if case.erased else case.stage
    return case.model_copy(update={"stage": stage, "overdue": False, "warned": False})


def _timed(
    case: Case,
    fact: f.DueSet | f.Warned | f.WentOverdue | f.IssueDayNear | f.IssueDayPassed | f.ExpiryWarned,
) -> Case:
    match fact:
        case f.DueSet() | f.Warned() | f.WentOverdue():
            return case.model_copy(update=running.changed(fact))
        case f.IssueDayNear():
            return case.model_copy(update={"issue_day_near": True})
        case f.IssueDayPassed():
            return case.model_copy(update={"issue_day_passed": True})
        case f.ExpiryWarned():
            return case.model_copy(update={"expiry_warned": True})


_NO_LIMIT = running.changed(running.NONE)


def _signed(case: Case, step: str, by: Official, at: datetime, note: str = "") -> Case:
    signature = Signature(step=step, by=by, at=at, note=note)
    return case.model_copy(update={"signatures": (*case.signatures, signature)})


def _approval(case: Case, step: str, by: Official, at: datetime, note: str, stage: Stage) -> Case:
    signed = _signed(case, step, by, at, note)
    return signed.model_copy(update={"stage": stage, "approvals": (*case.approvals, signed.signatures[-1])})


def _drafter(case: Case, by: Official) -> dict[str, frozenset[str]]:
    return {"drafters": case.drafters | {by.id}}


def _with_text(case: Case, text: Kept | None) -> Case:
    """Another text needs its own exception for what is found in it."""
    return case if text is None else case.model_copy(update={"text": text, "allowed": None})

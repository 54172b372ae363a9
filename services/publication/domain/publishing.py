"""What is public: publication, filing without it, correction, validity, take-down."""

from datetime import date, datetime

from contracts.publication.record import Attribute, Changes, Leak, Validity
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import facts as f
from services.publication.domain.checks import changed, formed_by, known_channels, stands
from services.publication.domain.clocks import reassess_at
from services.publication.domain.drafting import no_open_findings
from services.publication.domain.facts import Kept, Official
from services.publication.domain.law import NUMBERED
from services.publication.domain.sealing import reasoned
from services.publication.domain.state import Case, Stage

MAX_VERSIONS = 50


def publish(case: Case, index_no: str, channels: tuple[str, ...], by: Official, now: datetime) -> list[Fact]:
    """Open a cleared document to everyone under its 索引号 (条例12, 17, 19).

    Asked with an empty 索引号 it only says whether it may be published: the number is claimed after that.
    """
    stands(case, Stage.CLEARED)
    known_channels(channels)
    if case.attribute is not Attribute.PROACTIVE:
        raise Refused("not_proactive", "不是主动公开的文件，不能公开。", field="attribute", remedy="请归档办结。")
    if by.id in case.drafters:
        raise Refused("own_draft", "起草人不能公开自己起草的文件。", remedy="请由另一名有权人员办理。")
    if case.metadata.category in NUMBERED and not case.metadata.doc_no:
        raise Refused("number_missing", "法规公文没有发文字号不能公开。", field="doc_no", remedy="请先编号。")
    return [published(case, index_no, channels, now, by, now)]


def published(
    case: Case, index_no: str, channels: tuple[str, ...], published_at: datetime, by: Official, now: datetime
) -> f.Published:
    """The publication itself, of a draft or of an imported document. `days_late` counts from the day of issue: a
    publishable document goes out on that day (P06); one that was not public by right was not to go out then. An
    unknown 成文日期 is the day of the head's signature (党政机关公文处理工作条例, M), else it stays empty."""
    no_open_findings(case)
    if not case.metadata.issuers:
        raise Refused("issuer_missing", "没有发布机构，不能公开。", field="issuers", remedy="请填写发布机构代码。")
    day = published_at.date()
    formed_by(case.metadata.formed_on, day)
    issued = None if case.converted_on else case.metadata.issued_on or case.metadata.formed_on
    metadata = case.metadata.model_copy(
        update={
            "index_no": index_no or case.metadata.index_no,
            "formed_on": case.metadata.formed_on or case.signed_on,
            "channels": channels or case.metadata.channels,
        }
    )
    late = max((day - issued).days, 0) if issued else None
    return f.Published(metadata=metadata, published_at=published_at, days_late=late, by=by, at=now)


def file(case: Case, by: Official, now: datetime) -> list[Fact]:
    """End the handling of a cleared document that is not proactive; it is looked at again every year (条例18)."""
    stands(case, Stage.CLEARED)
    if case.attribute is Attribute.PROACTIVE:
        raise Refused("proactive", "主动公开的文件应当公开，不能只归档。", field="attribute", remedy="请公开。")
    return [f.Filed(reassess_at=reassess_at(now), by=by, at=now)]


def keep_attribute(case: Case, reason: str, by: Official, now: datetime) -> list[Fact]:
    """The regular review of non-public information found nothing to change (条例18)."""
    stands(case, Stage.REASSESS, Stage.FILED)
    return [f.AttributeKept(reason=reason, reassess_at=reassess_at(now), by=by, at=now)]


def correct(
    case: Case,
    text: Kept | None,
    changes: Changes,
    names: tuple[str, ...] | None,
    reason: str,
    by: Official,
    now: datetime,
) -> list[Fact]:
    """Correct what is public; the reason is public too and the old text stays readable (P26)."""
    stands(case, Stage.PUBLISHED)
    metadata = changed(case.metadata, changes, names)
    text = None if text is None or text.sha256 == case.text.sha256 else text
    if text is None and metadata == case.metadata:
        raise Refused("nothing_changed", "没有需要更正的内容。", remedy="请填写更正后的正文或字段。")
    if text is not None and text.found:
        raise Refused(
            "personal_data", f"更正后的正文有 {text.found} 处个人信息。", field="text", remedy="请去标识化后重新提交。"
        )
    if len(case.replaced) >= MAX_VERSIONS:
        raise Refused("too_many_versions", "更正次数已达上限。", remedy="请另发新件并标注本件废止。")
    return [f.Corrected(metadata=metadata, text=text, reason=reason, by=by, at=now)]


def mark_validity(case: Case, validity: Validity, on: date, by_document: str | None, now: datetime) -> list[Fact]:
    """有效性: repealed and amended name the document that did it. Status by fact with date and citing document."""
    stands(case, Stage.PUBLISHED)
    if validity in (Validity.REPEALED, Validity.AMENDED) and not by_document:
        raise Refused(
            "document_missing", "废止或修改须写明依据的文件。", field="by_document", remedy="请填写文件编号或文号。"
        )
    until = case.metadata.valid_until
    if validity is Validity.VALID and until and until < now.date():
        raise Refused("ended", "有效期已过，不能标为有效。", field="validity", remedy="请先更正有效期截止日。")
    if on > now.date():
        raise Refused("in_future", "日期还没有到。", field="on", remedy="请到生效当日再标注。")
    formed = case.metadata.formed_on
    if validity is not Validity.VALID and formed and on < formed:
        raise Refused("ended_before_formed", "日期早于文件的成文日期。", field="on", remedy="请核对两个日期。")
    if validity is case.metadata.validity and validity is Validity.VALID:
        return []
    return [f.ValidityMarked(validity=validity, on=on, by_document=by_document)]


def withdraw(case: Case, leak: Leak, note: str, by: Official, now: datetime, also: tuple[str, ...] = ()) -> list[Fact]:
    """紧急撤下 (P26): one reviewer acts at once, approval follows. Any document, also a draft that must be sealed."""
    if case.stage in (Stage.WITHDRAWN, Stage.SEALED):
        return []
    return [f.Withdrawn(leak=leak, note=note, also=also, by=by, at=now)]


def erased(case: Case, now: datetime) -> list[Fact]:
    """Every store was looked through, and nothing of what was taken down is left."""
    return [f.Erased(at=now)] if case.erasing else []


def approve_withdrawal(case: Case, note: str, by: Official, now: datetime, *, improper: bool = False) -> list[Fact]:
    """Another person's judgement, afterwards."""
    stands(case, Stage.WITHDRAWN)
    if case.withdrawal_approved:
        raise Refused("already_approved", "撤下已经补批。", remedy="请确认各渠道已撤下。")
    if any(signature.step == "紧急撤下" and signature.by.id == by.id for signature in case.signatures):
        raise Refused("own_withdrawal", "撤下的人不能自己补批。", remedy="请由另一名负责人补批。")
    return [f.WithdrawalApproved(note=reasoned(note, improper), improper=improper, by=by, at=now)]


def confirm_cleared(case: Case, channel: str, by: Official, now: datetime) -> list[Fact]:
    """A named person confirms that one channel no longer shows what was taken down (P26)."""
    if case.stage is not Stage.SEALED:
        stands(case, Stage.WITHDRAWN)
    if channel in case.to_clear:
        return [f.ChannelCleared(channel=channel, by=by, at=now)]
    if any(signature.step == f"渠道已撤下：{channel}" for signature in case.signatures):
        return []
    raise Refused("unknown_channel", "文件没有在这个渠道公开。", field="channel", remedy="请核对公开渠道。")

"""What a document tells: the internal record at every step, the public one when the public sees something else."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.publication.documents import (
    DocumentChanged,
    DocumentClosed,
    DocumentCorrected,
    DocumentDrafted,
    DocumentImported,
    DocumentOverdue,
    DocumentPublished,
    DocumentRestated,
    DocumentReturned,
    DocumentTakenDown,
    DocumentWithdrawn,
    NoticeChanged,
    PublicDocumentRestated,
    QuestionsSettled,
    ValidityChanged,
)
from contracts.publication.record import (
    ATTACHED_BYTES,
    INLINE_BYTES,
    Attachment,
    Document,
    Leak,
    Metadata,
    PublicDocument,
    Text,
    Validity,
    Version,
)
from kernel.facts import Fact
from services.publication.domain import clocks, explaining, showing, stocked
from services.publication.domain import facts as f
from services.publication.domain.checks import LABELS, WAITS
from services.publication.domain.facts import Kept
from services.publication.domain.sealing import TOMBSTONE, labelled, tombstone, waits_for
from services.publication.domain.state import Case, Stage

TextOf = Callable[[str], str | None]
"""The text behind a digest, where it is at hand."""
EXCERPT = 200
WITHDRAWN_FOR = {Leak.PERSONAL: "保护个人信息", Leak.SECRET: "依法不予公开", Leak.UNLAWFUL: "依法不予公开"}
"""What the public is told of the reason: its class, and nothing that says that there was a secret."""


def nothing_at_hand(sha256: str) -> str | None:
    return None


def record(case: Case) -> Document:
    """The internal record; it never carries the text, and of a sealed document nothing that could hold what leaked."""
    hidden, metadata = case.taken_down, tombstone(case.metadata) if case.taken_down else case.metadata
    return Document(
        id=case.id,
        title=metadata.title,
        state=case.stage.value,
        state_label=labelled(LABELS[case.stage], case.improper),
        open=case.open,
        agency=case.agency,
        opened_at=case.opened_at,
        provisional=case.provisional,
        waits_for=_waits_for(case),
        metadata=metadata,
        text=Text() if hidden else Text(sha256=case.text.sha256, bytes=case.text.bytes),
        attribute=case.attribute,
        ground=case.ground,
        published_at=case.published_at,
        days_late=case.days_late,
        issue_day_passed=case.issue_day_passed and case.stage is Stage.CLEARED,
        findings=case.open_findings,
        conflicts=len(case.doubts),
        interpretation=None if hidden else case.interpretation,
        clock=case.clock,
        to_clear=case.to_clear,
        erased=case.erased,
        attachments=() if hidden else tuple(file.attachment for file in case.files),
        source=None if hidden else case.source,
        delay_hours=_delay(case),
        deliveries=() if hidden else case.deliveries,
        notice=None if hidden else case.notice,
        gazette=case.gazette,
        gazette_returned="" if hidden else case.gazette_returned,
        claims=case.claims,
        explanations=() if hidden else case.explanations,
        questions=() if hidden else case.questions,
        expires_soon=case.expiry_warned and case.metadata.validity is Validity.VALID and not hidden,
        imported=case.imported,
        **_limited(case),
    )


def public_record(case: Case, text_of: TextOf = nothing_at_hand) -> PublicDocument:
    """What anyone may see; after a take-down a tombstone: number and class of the reason. The document must have been
    published."""
    if case.published_at is None:
        raise ValueError("never published")
    if not case.public:
        return PublicDocument(
            id=case.id,
            metadata=Metadata(title=TOMBSTONE, index_no=case.metadata.index_no),
            text=Text(),
            published_at=case.published_at,
            withdrawn=True,
            withdrawn_for=WITHDRAWN_FOR[case.leak] if case.leak else "",
        )
    return PublicDocument(
        id=case.id,
        metadata=case.metadata,
        text=_public_text(case.text, text_of),
        published_at=case.published_at,
        days_late=case.days_late,
        interpretation=case.interpretation.material if case.interpretation else None,
        attachments=tuple(_public_files(case, text_of)),
        source=case.source,
        delay_hours=_delay(case),
        deliveries=case.deliveries,
        notice=case.notice,
        gazette=case.gazette,
        claims=case.claims,
        explanations=case.explanations,
        versions=tuple(
            Version(
                text=Text(sha256=older.text.sha256, bytes=older.text.bytes),
                replaced_at=older.at,
                reason=older.reason,
                fields=older.fields,
            )
            for older in case.replaced
        ),
    )


def _limited(case: Case) -> dict[str, Any]:
    """The limit that runs, and how far it has come."""
    running = clocks.shown(case)
    if running is None:
        return {"overdue": case.overdue}
    told = {"due_at": running.due_at, "overdue": running.overdue, "warned": running.warned}
    return told | {"limit": running.limit}


def _delay(case: Case) -> int | None:
    """Whole hours from the source's publication to ours (P22)."""
    if case.source is None or case.published_at is None:
        return None
    return max(int((case.published_at - case.source.published_at).total_seconds() // 3600), 0)


def _waits_for(case: Case) -> str:
    if case.notice and case.notice_open:
        return "答复公示异议" if case.notice.answered < case.notice.objections else "登记公示结果"
    if case.stage is Stage.WITHDRAWN:
        return waits_for(case.withdrawal_approved, case.to_clear, case.erased)
    if case.issue_day and case.issue_day_passed:
        return "发文机关公开（已过发文当日）"
    if case.lacks_material:
        return "公开解读材料"
    if case.to_explain:
        return "二次解读"
    return "按退回理由修改后重新报送公报" if case.to_hand_in else WAITS.get(case.stage, "")


def _public_text(text: Kept, text_of: TextOf) -> Text:
    content = text_of(text.sha256)
    return Text(
        sha256=text.sha256,
        bytes=text.bytes,
        inline=content if content is not None and text.bytes <= INLINE_BYTES else None,
        excerpt=(content or "")[:EXCERPT],
    )


def _public_files(case: Case, text_of: TextOf) -> Iterator[Attachment]:
    """Attachments with the beginning of their texts, as long as there is room, without what was found in them."""
    room = ATTACHED_BYTES
    for file in case.files:
        text = file.attachment.text
        content = (text_of(text.sha256) or "").encode()[:room].decode("utf-8", "ignore")
        room -= len(content.encode())
        shown = text.model_copy(update={"inline": content or None})
        yield file.attachment.model_copy(update={"text": shown, "findings": 0, "pictures": 0})


def tell(case: Case, facts: Sequence[Fact], text_of: TextOf = nothing_at_hand) -> list[Event]:
    """Events of one commit: what the public sees first, then the record for the offices."""
    told = _told_to_public(case, facts, text_of)
    return [*told, _told_inside(case, facts)]


def retell(case: Case, text_of: TextOf = nothing_at_hand) -> list[Event]:
    told: list[Event] = [DocumentRestated(record=record(case))]
    if case.published_at is not None:
        told.append(PublicDocumentRestated(record=public_record(case, text_of)))
    return told


def _told_to_public(case: Case, facts: Sequence[Fact], text_of: TextOf) -> list[Event]:
    if case.published_at is None:
        return []
    for fact in reversed(facts):
        match fact:
            case f.Published():
                return [DocumentPublished(record=public_record(case, text_of))]
            case f.Corrected():
                return [DocumentCorrected(record=public_record(case, text_of))]
            case f.ValidityMarked():
                return [ValidityChanged(record=public_record(case, text_of))]
            case f.ItemsClaimed() | f.Gazetted() | f.Delivered() | explaining.Explained() | explaining.Linked():
                return [PublicDocumentRestated(record=public_record(case, text_of))]
            case f.ObjectionReceived() | f.ObjectionAnswered() | f.NoticeEnded() | f.NoticeConcluded():
                return [NoticeChanged(record=public_record(case, text_of))]
            case f.Withdrawn():
                return [DocumentWithdrawn(record=public_record(case))]
    return []


def _told_inside(case: Case, facts: Sequence[Fact]) -> Event:
    for fact in reversed(facts):
        match fact:
            case f.Drafted():
                return DocumentDrafted(record=record(case))
            case stocked.Imported():
                return DocumentImported(record=record(case))
            case f.Returned():
                return DocumentReturned(record=record(case))
            case f.WentOverdue() | f.IssueDayPassed():
                return DocumentOverdue(record=record(case))
            case f.Withdrawn():
                return DocumentTakenDown(record=record(case))
            case explaining.QuestionDeclined():
                return QuestionsSettled(record=record(case))
            case explaining.Explained() if fact.explanation.answers:
                return QuestionsSettled(record=record(case))
            case f.Published() | f.Filed() | f.AttributeKept():
                return DocumentClosed(record=record(case))
            case f.WithdrawalApproved() | f.ChannelCleared() | f.Erased() if case.stage is Stage.SEALED:
                return DocumentClosed(record=record(case))
    return DocumentChanged(record=record(case))


def _numbers(case: Case) -> list[str]:
    """By which people name a public document."""
    numbers = (case.metadata.doc_no, case.metadata.index_no) if case.public else ()
    return [number for number in numbers if number]


def index(case: Case) -> Mapping[str, Any]:
    """By what cases are found: state, agency, whether a limit runs, and marks: texts, claims, rare conditions."""
    stands = case.metadata.validity in (Validity.VALID, Validity.AMENDED)
    normative = case.public and case.normative and stands
    conditions = {
        "erasing": case.erasing,
        "to_gazette": case.to_gazette,
        "submitted": case.to_gazette and bool(case.submitted_at),
        "normative": normative,
        "unattributed": case.unattributed,
        "to_explain": case.to_explain,
        "withheld": case.stage in (Stage.FILED, Stage.REASSESS),
    }
    marks = [
        *(name for name, holds in conditions.items() if holds),
        *(f"text:{digest}" for digest in sorted(case.digests)),
        *(f"explained:{year}" for year in explaining.years(case)),
        *(f"delivered:{year}" for year in showing.years(case)),
        *(f"claims:{item}" for item in case.claims if case.public),
        *(f"to_gazette:{unit}" for unit in case.metadata.issuers[:1] if case.to_gazette),
        *(f"named:{number}" for number in _numbers(case)),
    ]
    withheld = {"withheld_since": case.withheld_since} if conditions["withheld"] else {}
    claimed = {"published_on": case.published_at} if case.claims and case.public else {}
    timed = case.due_at is not None
    plain = {"state": case.stage.value, "agency": case.agency, "open": case.open, "timed": timed, "marks": marks}
    return claimed | withheld | plain

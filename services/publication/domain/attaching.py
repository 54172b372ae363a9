"""Attachments: added and removed before anything is decided, confirmed by a named person where nobody could check."""

from collections.abc import Mapping
from datetime import datetime

from contracts.publication.record import MAX_ATTACHMENTS, Check
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import facts as f
from services.publication.domain.checks import same_agency, stands
from services.publication.domain.drafting import EDITABLE, RETURNABLE, may_mask
from services.publication.domain.facts import File, Official
from services.publication.domain.state import Case, Stage


def attach(case: Case, file: File, by: Official, now: datetime) -> list[Fact]:
    """Add a file that was looked through; the same file is added once."""
    may_change(case, by)
    if case.file(file.attachment.sha256):
        return []
    if len(case.files) >= MAX_ATTACHMENTS:
        raise Refused("too_many_attachments", f"附件不能超过 {MAX_ATTACHMENTS} 个。", remedy="请合并附件。")
    if any(file.attachment.name == held.attachment.name for held in case.files):
        raise Refused("name_taken", "已有同名附件。", field="name", remedy="请先移除旧附件，或改文件名。")
    return [f.Attached(file=file, by=by, at=now)]


def may_change(case: Case, by: Official) -> None:
    """Attachments change before the approvals begin, and of imported documents before they are confirmed."""
    stands(case, *EDITABLE)
    if case.stage is not Stage.IMPORTED:
        same_agency(case, by)


def detach(case: Case, sha256: str, by: Official, now: datetime) -> list[Fact]:
    """Remove a file."""
    may_change(case, by)
    return [f.Detached(sha256=sha256, by=by, at=now)] if case.file(sha256) else []


def to_mask(case: Case, sha256: str | None, by: Official) -> tuple[File, ...]:
    """Attachments with personal data: the one that is meant, or all. A file that cannot be read whole can be masked as
    far as it is read; it stays 未能检查."""
    may_mask(case, by)
    return tuple(file for file in case.files if file.attachment.findings and sha256 in (None, file.attachment.sha256))


def mask(case: Case, sha256: str | None, made: Mapping[str, File], by: Official, now: datetime) -> list[Fact]:
    """Masked files, by the digests of those whose place they take. Approvals stay: nothing else has changed."""
    may_mask(case, by)
    if any(case.file(each) is None for each in (*made, *filter(None, [sha256]))):
        raise Refused("unknown_attachment", "没有这个附件。", field="sha256", remedy="请核对附件。")
    return [f.AttachmentMasked(sha256=sha256, file=file, by=by, at=now) for sha256, file in made.items()]


def confirm(case: Case, sha256: str, note: str, by: Official, now: datetime) -> list[Fact]:
    """A named person, not the drafter, has read a file that could not be checked: 未能检查 is never clean (P05)."""
    stands(case, *EDITABLE, *RETURNABLE)
    if by.id in case.drafters:
        raise Refused("own_draft", "起草人不能确认自己的附件。", remedy="请由另一名有权人员办理。")
    file = case.file(sha256)
    if file is None:
        raise Refused("unknown_attachment", "没有这个附件。", field="sha256", remedy="请核对附件。")
    return (
        [f.AttachmentConfirmed(sha256=sha256, note=note, by=by, at=now)]
        if file.attachment.check is Check.UNREADABLE
        else []
    )

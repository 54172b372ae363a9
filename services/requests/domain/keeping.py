"""Decisions about what is kept beside the procedure: attachments (保守国家秘密法35), help that was given (条例43)."""

from contracts.requests.papers import AttachmentRole
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import facts as f
from services.requests.domain.state import Attachment, Case, Value

MAX_ATTACHMENTS = 20
MEDIA: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "application/ofd": (".ofd",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "text/plain": (".txt",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
}
"""Kinds of files that are taken, with the endings of their names."""
OF_APPLICANTS: frozenset[AttachmentRole] = frozenset({"申请材料", "委托书"})


class File(Value):
    """A file whose pieces are all kept: `digest` is keyed, `checked` says whether its text was looked through."""

    role: AttachmentRole
    digest: str
    bytes: int
    media_type: str
    pieces: int
    paper: str
    checked: bool


def require_welcome(case: Case, role: AttachmentRole, media_type: str, name: str, own: bool) -> None:
    """Refuse what may not be attached: by the applicant, to a case that is closed or full, or of that kind."""
    if case.erased:
        raise Refused("erased", "材料已依法销毁，不能再收入附件。")
    if own and (role not in OF_APPLICANTS or not case.open):
        raise Refused("not_yours", "申请人只能在办结前补充申请材料和委托书。", field="role")
    if len(case.attachments) >= MAX_ATTACHMENTS:
        raise Refused("too_many", "附件的数量已达上限。", remedy="请合并后再提交。")
    if not name.lower().endswith(MEDIA.get(media_type, ("\0",))):
        raise Refused(
            "media_type",
            "不接收这种文件。",
            field="media_type",
            remedy="请使用 PDF、OFD、图片、文本、Word 或者 Excel 文件。",
        )


def attach(case: Case, file: File) -> list[Fact]:
    """The file is complete; attaching the same file in the same role again changes nothing."""
    if any(each.digest == file.digest and each.role == file.role for each in case.attachments):
        return []
    return [f.Attached(attachment=f"F{len(case.attachments) + 1}", **dict(file))]


def clear(case: Case, id: str) -> list[Fact]:
    """A person read what no program can, and found no secret."""
    return [] if attachment(case, id).checked else [f.AttachmentCleared(attachment=id)]


def attachment(case: Case, id: str) -> Attachment:
    """Raises `Refused` where the request has no such attachment."""
    for each in case.attachments:
        if each.id == id:
            return each
    raise Refused("no_attachment", "没有这个附件。", field="attachment", remedy="请核对序号。")


def contact_changed(case: Case, application: str) -> list[Fact]:
    """The applicant is reached elsewhere from now on; whatever is closed is no longer sent to anyone."""
    if not case.open:
        raise Refused("closed", "申请已经办结，不再更改联系方式。", remedy="需要时请联系受理机构。")
    return [f.ContactChanged(application=application)]


def contacted(case: Case, paper: str) -> list[Fact]:
    """A note of a conversation with the applicant."""
    if case.erased:
        raise Refused("erased", "材料已依法销毁，不能再登记。")
    return [f.ContactNoted(paper=paper)]


def help_given(case: Case, paper: str) -> list[Fact]:
    """条例43: necessary help for an applicant with difficulties in reading, seeing or hearing."""
    if not case.open:
        raise Refused("closed", "申请已经办结。")
    return [f.Helped(paper=paper)]

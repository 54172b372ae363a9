"""Attachments: pieces kept encrypted, put together and checked when the last one has come."""

import base64
import binascii
import hashlib
import html
import io
import re
import zipfile

from pydantic import Field

from chassis.actors import Cause
from chassis.papers import Paper
from contracts.base import Contract
from contracts.requests import papers as c
from contracts.requests.papers import MAX_FILE_TEXT
from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.requests.domain import keeping
from services.requests.domain.state import Attachment, Case
from services.requests.service import Requests

MAX_PAPERS, MAX_PAPERS_BY_APPLICANT = 600, 100
"""Papers of one request, up to which an office or the applicant may add another piece."""
MAX_UNPACKED = 20 * 1024 * 1024
_TAG = re.compile(r"<[^>]*>")
_LINE_END = re.compile(r"</(?:w:p|a:p|row|si|is|comment|odd(?:Header|Footer))>")
_WORDS = {
    "docx": re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml"),
    "xlsx": re.compile(r"xl/(?:sharedStrings|worksheets/\w+|comments\d*|drawings/\w+)\.xml"),
}
_PRINTER_CODE = re.compile(r'&amp;(?:"[^"]*"|&quot;.*?&quot;|\d+|[A-Z])')
"""In the page headers of sheets: left, centre, right, fonts and the like."""


class Piece(Contract):
    """One piece of an attachment, with the name of its file."""

    name: str
    content: str = Field(max_length=MAX_FILE_TEXT)


async def attach(service: Requests, command: c.Attach, cause: Cause) -> c.Attaching:
    """Keep a piece; the last one makes the attachment, if length and digest are those that were announced."""
    held = await service.admitted(command.number, cause, command.code)
    own = cause.actor.kind == "citizen"
    keeping.require_welcome(held.state, command.role, command.media_type, command.name, own)
    digest = service.digest(f"attachment\0{held.id}\0{command.sha256}")
    prefix = f"{held.id}-file-{digest[:24]}"
    pieces = -(-command.bytes // c.MAX_PIECE)
    for each in held.state.attachments:
        if each.digest == digest and each.role == command.role:
            return c.Attaching(attachment=each.id, pieces=pieces, complete=True, checked=each.checked)
    content = _content(command, pieces)
    most = MAX_PAPERS_BY_APPLICANT if own else MAX_PAPERS
    if await service.kept.count({"case": held.id}, limit=most) >= most:
        raise Refused("too_many", "附件的数量已达上限。", remedy="请合并后再提交。")
    if command.piece < pieces - 1:
        await _keep(service, held.id, f"{prefix}-{command.piece}", command, cause)
        return c.Attaching(attachment="", pieces=command.piece + 1, complete=False, checked=False)
    words = await _words(service, held.state, prefix, pieces, content, command, cause)
    await _keep(service, held.id, f"{prefix}-{command.piece}", command, cause)
    file = keeping.File(
        role=command.role,
        digest=digest,
        bytes=command.bytes,
        media_type=command.media_type,
        pieces=pieces,
        paper=prefix,
        checked=words is not None,
    )
    after = await service.cases.execute(held.id, lambda case: keeping.attach(case, file), cause)
    made = next(each for each in after.state.attachments if each.digest == digest and each.role == command.role)
    return c.Attaching(attachment=made.id, pieces=pieces, complete=True, checked=made.checked)


async def _words(
    service: Requests, case: Case, prefix: str, pieces: int, last: bytes, command: c.Attach, cause: Cause
) -> str | None:
    """The words of the whole file; what does not fit together, or bears a mark of secrecy, is not kept."""
    ids = [f"{prefix}-{n}" for n in range(pieces - 1)]
    try:
        before = [await _read(service, id, "附件合并校验", cause) for id in ids]
        whole = b"".join((*(base64.b64decode(each.content) for each in before), last))
        if len(whole) != command.bytes or hashlib.sha256(whole).hexdigest() != command.sha256:
            raise Refused(
                "attachment_damaged", "附件的长度或者摘要不符。", field="sha256", remedy="请重新提交全部分段。"
            )
        words = words_of(command.media_type, whole)
        refuse_classified(words or "")
    except Refused:
        if all(each.paper != prefix for each in case.attachments):
            await service.kept.delete_many({"_id": {"$in": ids}})
        raise
    return words


def _content(command: c.Attach, pieces: int) -> bytes:
    """The bytes of a piece; raises `Refused` where its place or length cannot be right."""
    try:
        content = base64.b64decode(command.content, validate=True)
    except binascii.Error:
        raise Refused("attachment_encoding", "附件分段不是有效的base64。", field="content") from None
    last = command.piece == pieces - 1
    wanted = command.bytes - (pieces - 1) * c.MAX_PIECE if last else c.MAX_PIECE
    if command.piece >= pieces or len(content) != wanted:
        raise Refused(
            "attachment_piece", "附件分段的序号或者长度不符。", field="piece", remedy="请按256KiB分段，依次提交。"
        )
    return content


async def _keep(service: Requests, number: str, id: str, command: c.Attach, cause: Cause) -> None:
    piece = Piece(name=command.name, content=command.content)
    await service.papers.put([Paper(id, number, "attachment", piece)], cause.now)


async def _read(service: Requests, id: str, purpose: str, cause: Cause) -> Piece:
    return await service.papers.read(id, Piece, cause.actor, purpose, cause.now)


async def read(service: Requests, query: c.ReadAttachment, cause: Cause) -> c.AttachmentPiece:
    """A piece, for an officer of the agency in charge."""
    held = await service.admitted(query.number, cause)
    found = keeping.attachment(held.state, query.attachment)
    if query.piece >= found.pieces:
        raise Refused("attachment_piece", "没有这个分段。", field="piece")
    piece = await _read(service, f"{found.paper}-{query.piece}", query.purpose, cause)
    return c.AttachmentPiece(
        name=piece.name,
        media_type=found.media_type,
        sha256=hashlib.sha256(base64.b64decode(piece.content)).hexdigest(),
        pieces=found.pieces,
        content=piece.content,
    )


async def whole(service: Requests, found: Attachment, purpose: str, cause: Cause) -> tuple[str, bytes]:
    """Name and bytes of an attachment."""
    read = [await _read(service, f"{found.paper}-{n}", purpose, cause) for n in range(found.pieces)]
    return read[0].name, b"".join(base64.b64decode(each.content) for each in read)


def words_of(media_type: str, content: bytes) -> str | None:
    """The words of a file, as far as a program reads them without risk; `None`: a person must look."""
    if media_type == "text/plain":
        return _decoded(content)
    for ending, parts in _WORDS.items():
        if keeping.MEDIA[media_type] == (f".{ending}",):
            return _office_words(content, parts)
    return None


def _decoded(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _office_words(content: bytes, wanted: re.Pattern[str]) -> str | None:
    """Words of the parts of an office file; `None` for one that is damaged or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            inside = [part for part in parts.infolist() if wanted.fullmatch(part.filename)]
            if not inside or sum(part.file_size for part in inside) > MAX_UNPACKED:
                return None
            inside.sort(key=lambda part: part.filename != "word/document.xml" and "header" not in part.filename)
            text = "\n".join(parts.read(part).decode("utf-8", "replace") for part in inside)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        return None
    return html.unescape(_TAG.sub("", _PRINTER_CODE.sub("\n", _LINE_END.sub("\n", text))))

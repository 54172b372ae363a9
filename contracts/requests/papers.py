"""Documents, attachments and the case file of a request."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Personal, Query, Reply, Role
from contracts.requests.terms import APPROVERS, OFFICE, READERS, Step

MAX_PIECE = 256 * 1024
"""Bytes of one piece of an attachment; in base64 it fits one command."""
MAX_ATTACHMENT = 5 * 1024 * 1024
MAX_PIECES = MAX_ATTACHMENT // MAX_PIECE
MAX_FILE_TEXT = 600_000
"""Signs of a file in base64, in one reply."""
BASE64 = r"^[A-Za-z0-9+/]*={0,2}$"
AttachmentRole = Literal["申请材料", "委托书", "答复附件", "办理材料"]
Format = Literal["docx", "html"]


class DocumentKind(StrEnum):
    """文书. The template of each is named in lower case by the English name."""

    RECEIPT = "登记回执"
    ACCEPTANCE = "受理通知书"
    CORRECTION = "补正告知书"
    EXTENSION = "延期答复告知书"
    THIRD_PARTY = "征求第三方意见书"
    CO_ORGAN = "征求机关意见函"
    REASONS = "说明理由通知书"
    DELAY = "延迟答复告知书"
    FEE = "收费通知书"
    REPLY = "答复书"
    THIRD_PARTY_NOTICE = "告知第三方书"
    CLOSING = "不再处理告知书"
    WITHDRAWAL = "终止办理告知书"


class Document(Reply):
    """A document, ready to be printed."""

    number: CaseId
    kind: DocumentKind
    name: str = Field(description="File name.")
    title: str
    issued: bool = Field(description="As it was issued; otherwise a draft.")
    media_type: str
    content: Personal[str] = Field(max_length=MAX_FILE_TEXT, description="The file, base64.")


class MakeDocument(Command, by=(Role.CITIZEN, *OFFICE, *APPROVERS, Role.ARCHIVIST), reply=Document):
    """A document from its template. Its words are papers: who makes it and why is kept; what was issued stays."""

    number: CaseId
    kind: DocumentKind
    format: Format = "docx"
    consultation: str = Field(default="", max_length=20, description="Which consultation, for its letter.")
    purpose: str = Field(default="", max_length=200, description="Needed from officers.")
    code: Personal[str] = Field(default="", max_length=40, description="Query code, from a citizen.")


class Attaching(Reply):
    """How far an attachment has come."""

    attachment: str
    pieces: int = Field(description="Pieces kept so far.")
    complete: bool
    checked: bool = Field(description="Its text was looked through for marks of secrecy.")


class Attach(Step, by=(Role.CITIZEN, *OFFICE), reply=Attaching):
    """One piece of an attachment of at most 5 MiB; the last one completes it, when digest and length agree."""

    role: AttachmentRole
    name: Personal[str] = Field(min_length=1, max_length=200, description="File name.")
    media_type: str = Field(max_length=100)
    bytes: int = Field(ge=1, le=MAX_ATTACHMENT)
    sha256: str = Field(pattern="^[0-9a-f]{64}$", description="Of the whole file.")
    piece: int = Field(default=0, ge=0, lt=MAX_PIECES, description="From 0, in order.")
    content: Personal[str] = Field(min_length=4, max_length=MAX_PIECE * 4 // 3 + 4, pattern=BASE64)
    code: Personal[str] = Field(default="", max_length=40, description="Query code, from a citizen.")


class ClearAttachment(Step, by=OFFICE):
    """A named person has read an attachment whose text could not be looked through: no secrets (保守国家秘密法35)."""

    attachment: str = Field(max_length=20)


class AttachmentPiece(Reply):
    """A piece of an attachment."""

    name: Personal[str]
    media_type: str
    sha256: str
    pieces: int
    content: Personal[str] = Field(max_length=MAX_FILE_TEXT, description="base64")


class ReadAttachment(Query, by=READERS, reply=AttachmentPiece):
    """A piece of an attachment; the reading is kept."""

    number: CaseId
    attachment: str = Field(max_length=20)
    piece: int = Field(default=0, ge=0, lt=MAX_PIECES)
    purpose: str = Field(min_length=2, max_length=200)


class FileEntry(Contract):
    """One file of a case file."""

    name: str
    bytes: int
    sha256: str


class CaseFile(Reply):
    """What a case file holds, signed: the files are fetched one by one."""

    number: CaseId
    version: int
    manifest: str = Field(description="JSON text of the manifest: what is signed.")
    signature: str = Field(description="Ed25519 over the manifest, base64.")
    entries: tuple[FileEntry, ...]


class ExportCaseFile(Command, by=(*OFFICE, *APPROVERS, Role.SUPERVISOR, Role.ARCHIVIST), reply=CaseFile):
    """The whole case for a review, a court or the archive: facts with their chain, papers, documents, digests."""

    number: CaseId
    purpose: str = Field(min_length=2, max_length=200)


class CaseFilePiece(Reply):
    content: Personal[str] = Field(max_length=MAX_FILE_TEXT, description="base64")


class GetCaseFilePiece(Query, by=(*OFFICE, *APPROVERS, Role.SUPERVISOR, Role.ARCHIVIST), reply=CaseFilePiece):
    """A piece of one file of a case file, as long as the case has not moved on since the export."""

    number: CaseId
    version: int
    name: str = Field(max_length=200)
    piece: int = Field(default=0, ge=0, lt=4 * MAX_PIECES)
    purpose: str = Field(min_length=2, max_length=200)


class PublicKey(Reply):
    """The key by which exported case files are verified."""

    algorithm: str = "Ed25519"
    key: str = Field(description="base64")
    fingerprint: str = Field(description="SHA-256 of the key, hexadecimal.")


class CaseFileKey(Query, by=(Role.CITIZEN, *READERS, Role.OPERATOR, Role.SERVICE), reply=PublicKey):
    """The public key of case files: publish its fingerprint where those who verify can read it."""

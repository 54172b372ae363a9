"""Attachments of documents."""

from pydantic import ConfigDict, Field

from contracts.base import CaseId, Command, Personal, Reply, Role

MAX_FILE = 100 * 1024 * 1024
MAX_PIECE = 384 * 1024
"""Bytes of one piece; in base64 it fits one command."""
KEEPERS = (Role.CLERK, Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST)
UPLOAD = r"^[A-Za-z0-9]{16,40}$"
DIGEST = r"^[0-9a-f]{64}$"


class Uploaded(Reply):
    """How far an upload has come."""

    upload: str
    bytes: int = Field(description="Bytes kept so far.")


class Piece(Command, by=KEEPERS, reply=Uploaded):
    """The next piece of a file, in order. Nobody sees the file before `Attach` has examined it; a file that is not
    attached within a day is removed."""

    model_config = ConfigDict(str_max_length=2 * MAX_PIECE)
    id: CaseId
    upload: str = Field(pattern=UPLOAD, description="Chosen by the sender, new for each file.")
    offset: int = Field(ge=0, lt=MAX_FILE)
    content: Personal[str] = Field(min_length=1, max_length=MAX_PIECE * 4 // 3 + 4, description="Base64.")


class Attach(Command, by=KEEPERS):
    """The upload is complete: it is checked against its digest, scanned for viruses, looked through for secrecy marks
    and personal data, and attached. A file that cannot be read is 未能检查 and waits for a named person."""

    id: CaseId
    upload: str = Field(pattern=UPLOAD)
    name: Personal[str] = Field(min_length=1, max_length=200, description="File name.")
    sha256: str = Field(pattern=DIGEST)
    bytes: int = Field(ge=1, le=MAX_FILE)


class Detach(Command, by=KEEPERS):
    """Remove an attachment of a document that is not public yet."""

    id: CaseId
    sha256: str = Field(pattern=DIGEST)


class MaskAttachments(Command, by=(Role.CLERK, Role.REVIEWER)):
    """Mask every personal datum found in the attachments (去标识化): text, Word, Excel, web pages. The masked file
    takes the place of the original, which is removed; it is looked through again, and nothing changes unless it is
    clean. A PDF cannot be masked."""

    id: CaseId
    sha256: str | None = Field(default=None, pattern=DIGEST, description="One attachment; none: all with findings.")


class ConfirmAttachment(Command, by=(Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST)):
    """A named person has read an attachment that could not be checked: no secrecy mark, no personal data."""

    id: CaseId
    sha256: str = Field(pattern=DIGEST)
    note: str = Field(min_length=2, max_length=300, description="What was looked at.")

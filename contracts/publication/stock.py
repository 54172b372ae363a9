"""The stock of documents: taken in, and confirmed by a named person."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Personal, Query, Reply, Role
from contracts.publication.record import Attribute, Changes, Metadata
from contracts.publication.terms import HOUSE, Remark

IMPORT_BATCH = 100
"""Documents in one `Import`, which as a whole must stay below `IMPORT_BYTES`."""
IMPORT_BYTES = 512 * 1024


class Given(Contract):
    """A document of the stock whose fields are known, not to be read from the text."""

    metadata: Metadata
    attribute: Attribute | None = None
    ground: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=500)
    published_on: date | None = None


class ImportItem(Contract):
    """One file or line. `content` is the file's text, one line of JSON, or with `given` the body of the document."""

    name: str = Field(max_length=300, description="Name of the file, or file and line.")
    form: Literal["text", "jsonl", "given"] = "text"
    content: Personal[str] = Field(min_length=1)
    given: Given | None = None


class ImportOutcome(Contract):
    """What became of one item."""

    name: str
    outcome: Literal["imported", "published", "filed", "exists", "refused"]
    id: CaseId | None = None
    title: str = Field(default="", description="The title as read, personal data masked.")
    read: tuple[str, ...] = Field(default=(), description="Fields that were read, in Chinese.")
    missing: tuple[str, ...] = Field(default=(), description="Fields of which the text says nothing, in Chinese.")
    conflicts: tuple[Remark, ...] = Field(default=(), description="What contradicts itself and a person must decide.")
    notes: tuple[Remark, ...] = ()
    findings: int = Field(default=0, description="Personal data found in the text and in the fields")
    found_in: tuple[str, ...] = Field(default=(), description="Where it was found, in Chinese: 标题、正文 …")
    code: str | None = None
    reason: str | None = Field(default=None, description="Why it was refused, or stays internal.")
    field: str | None = Field(default=None, description="The field that is wrong.")
    remedy: str | None = Field(default=None, description="What to do next.")


class ImportOutcomes(Reply):
    items: tuple[ImportOutcome, ...]


class Import(
    Command,
    by=(Role.CLERK, Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST),
    reply=ImportOutcomes,
    one_by_one="items",
):
    """Take documents of the stock in. Each one is taken once by its content, however often it is sent.

    With `confirm` the person confirms at once all that carry an attribute, no contradiction and no finding.
    """

    items: tuple[ImportItem, ...] = Field(min_length=1, max_length=IMPORT_BATCH)
    confirm: bool = False


class ConfirmImport(Command, by=(Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST)):
    """A named person confirms one imported document: it is published, or filed when it is not 主动公开."""

    id: CaseId
    attribute: Attribute | None = Field(default=None, description="Where the document itself carries none.")
    ground: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=500)
    settle: Changes = Field(default=Changes(), description="What the person decided where the text was in doubt.")
    published_on: date | None = Field(default=None, description="Day on which it had been published before.")
    accept_conflicts: bool = Field(default=False, description="The contradictions were looked at.")


class ConfirmImports(Command, by=(Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST), reply=ImportOutcomes):
    """Confirm many; those that lack something stay internal, each with its reason."""

    ids: tuple[CaseId, ...] = Field(min_length=1, max_length=IMPORT_BATCH)


class Waiting(Contract):
    """An imported document that waits for a person."""

    id: CaseId
    title: str
    attribute: Attribute | None
    findings: int
    found_in: tuple[str, ...] = Field(default=(), description="Where they are, in Chinese: 标题、正文 …")
    conflicts: tuple[Remark, ...]
    lacks: tuple[str, ...] = Field(description="Why it cannot be confirmed as it is, in Chinese.")


class WaitingPage(Reply):
    total: int
    items: tuple[Waiting, ...]
    next: CaseId | None = None


class ImportReport(Query, by=(*HOUSE, Role.OPERATOR), reply=WaitingPage):
    """Imported documents that wait for confirmation, by number."""

    after: CaseId | None = None
    limit: int = Field(default=50, ge=1, le=IMPORT_BATCH)

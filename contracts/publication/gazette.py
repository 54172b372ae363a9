"""政府公报: issues made of published normative documents."""

from datetime import date

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Query, Record, Reply, Role
from contracts.publication.terms import ANYONE, HOUSE, OFFICE

MAX_ITEMS = 40
"""Documents of one issue."""
MAX_COMPILED = 150
"""Documents of one compilation."""


class GazetteItem(Contract):
    """One document of an issue; after a take-down an empty place with its number."""

    no: int
    document: CaseId
    title: str
    doc_no: str | None = None
    issuer_names: tuple[str, ...] = ()
    formed_on: date | None = None
    sha256: str = Field(default="", description="Digest of the text as printed.")
    withdrawn: bool = False


class Edition(Contract):
    """An issue in one form. It lies in the object store `documents` under `<issue>/<sha256>`."""

    form: str = Field(description="html, pdf, or json (open data)")
    sha256: str
    bytes: int


class GazetteIssue(Record):
    """An issue of the gazette; it never changes, except that a document is taken down and leaves its gap."""

    title: str = Field(max_length=200)
    year: int
    no: int = Field(description="期号, without gap in the year")
    issued_at: AwareDatetime
    items: tuple[GazetteItem, ...]
    editions: tuple[Edition, ...]


class GazetteIssued(Event, record="gazette_issue", name="issued", audience=Audience.PUBLIC):
    """Sent when an issue of the gazette was published."""

    record: GazetteIssue


class GazetteGapped(Event, record="gazette_issue", name="gapped", audience=Audience.PUBLIC):
    """Sent when a document of an issue was taken down: delete older editions of the issue."""

    record: GazetteIssue


class GazetteIssueRestated(Event, record="gazette_issue", name="restated", audience=Audience.PUBLIC):
    """Sent when all issues are told again."""

    record: GazetteIssue


class Compilation(GazetteIssue):
    """重点制度文件汇编: the normative documents in force on a day, printed together like an issue of the gazette."""


class CompilationIssued(Event, record="compilation", name="issued", audience=Audience.PUBLIC):
    """Sent when the normative documents in force were compiled."""

    record: Compilation


class CompilationGapped(Event, record="compilation", name="gapped", audience=Audience.PUBLIC):
    """Sent when a document of a compilation was taken down: delete older editions of it."""

    record: Compilation


class CompilationRestated(Event, record="compilation", name="restated", audience=Audience.PUBLIC):
    """Sent when all compilations are told again."""

    record: Compilation


class Compile(Command, by=OFFICE):
    """Compile the published normative documents that are in force, of everyone or of one issuer or theme."""

    name: str = Field(default="重点制度文件汇编", min_length=2, max_length=60)
    issuer: str | None = Field(default=None, max_length=40, description="Code of the issuing agency.")
    theme: str | None = Field(default=None, max_length=60, description="主题分类, its first level or both.")


class SubmitToGazette(Command, by=(Role.CLERK, Role.OPENNESS)):
    """A unit hands its published normative document in for the gazette."""

    id: CaseId


class ReturnFromGazette(Command, by=OFFICE):
    """The gazette office returns what a unit handed in, with its reason; the unit may hand it in again."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300)


class IssueGazette(Command, by=OFFICE):
    """Publish the next issue of the year, from the documents named, or from the oldest that are in no issue yet
    and were not returned."""

    name: str = Field(default="政府公报", min_length=2, max_length=60, description="Name of the gazette.")
    documents: tuple[CaseId, ...] = Field(default=(), max_length=MAX_ITEMS, description="In the order of printing.")


class GazetteCandidate(Contract):
    """A normative document that is in no issue yet."""

    id: CaseId
    title: str
    doc_no: str | None
    unit: str | None = Field(default=None, description="Code of the unit that issued it, the lead one of several.")
    published_at: AwareDatetime
    submitted_on: date | None = Field(default=None, description="Day on which its unit handed it in.")
    returned_for: str = Field(default="", description="Why it was returned, until it is handed in again.")


class GazetteCandidates(Reply):
    total: int
    items: tuple[GazetteCandidate, ...]


class NotInGazette(Query, by=(*HOUSE, Role.OPERATOR), reply=GazetteCandidates):
    """Published normative documents that are in no issue of the gazette yet, the oldest first."""

    limit: int = Field(default=50, ge=1, le=200)
    submitted: bool = Field(default=False, description="Only those that their units handed in.")
    unit: str | None = Field(default=None, max_length=40, description="Only those of this unit.")


class IssueFound(Reply):
    issue: GazetteIssue


class GetGazetteIssue(Query, by=ANYONE, reply=IssueFound):
    """One issue, or one compilation, with its documents and editions."""

    id: CaseId

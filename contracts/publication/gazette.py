"""政府公报: issues made of published normative documents."""

from datetime import date

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Query, Record, Reply, Role
from contracts.publication.terms import ANYONE, HOUSE, OFFICE

MAX_ITEMS = 40
"""Documents of one issue."""


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

    form: str = Field(description="html or json (open data)")
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


class IssueGazette(Command, by=OFFICE):
    """Publish the next issue of the year, from the documents named, or from the oldest that are in no issue yet."""

    name: str = Field(default="政府公报", min_length=2, max_length=60, description="Name of the gazette.")
    documents: tuple[CaseId, ...] = Field(default=(), max_length=MAX_ITEMS, description="In the order of printing.")


class GazetteCandidate(Contract):
    """A normative document that is in no issue yet."""

    id: CaseId
    title: str
    doc_no: str | None
    published_at: AwareDatetime


class GazetteCandidates(Reply):
    total: int
    items: tuple[GazetteCandidate, ...]


class NotInGazette(Query, by=(*HOUSE, Role.OPERATOR), reply=GazetteCandidates):
    """Published normative documents that are in no issue of the gazette yet, the oldest first."""

    limit: int = Field(default=50, ge=1, le=200)


class IssueFound(Reply):
    issue: GazetteIssue


class GetGazetteIssue(Query, by=ANYONE, reply=IssueFound):
    """One issue with its documents and editions."""

    id: CaseId

"""What the read model answers: search, catalogues, lists, counts."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from contracts.base import STAFF, Audience, CaseId, Command, Contract, Event, Query, Reply, Role
from contracts.readmodel.terms import (
    MAX_NARRATIVE,
    AnnualReport,
    CellCases,
    ChangePage,
    Collected,
    DisclosureStatistics,
    Figure,
    FileReply,
    Form,
    OfReport,
    Opening,
    Part,
    ReportReply,
)

ANYONE = (Role.CITIZEN, Role.SERVICE, *STAFF)
REPORTERS = (Role.CLERK, Role.OPENNESS, Role.HEAD)
REPORT_APPROVERS = (Role.OPENNESS, Role.HEAD)
MAX_QUESTION = 500
MAX_OFFSET = 1000
Dimension = Literal["theme", "genre", "agency", "field", "openness", "category", "year", "validity"]
"""主题、体裁、发布机构、领域（组配分类）、五公开、信息类别、发布年份、有效性."""


class AgencyEntry(Contract):
    code: str
    name: str
    kind: str
    parent: str | None = None


class AgencyList(Reply):
    agencies: tuple[AgencyEntry, ...]


class Agencies(Query, by=ANYONE, reply=AgencyList):
    """The agency register as it is in force."""


class Hit(Contract):
    """One found document. `title` and `snippets` are HTML with `<mark>` around what matched, all else escaped."""

    id: CaseId
    title: str
    snippets: tuple[str, ...] = ()
    score: float = 0.0
    issuer: str = ""
    doc_no: str | None = None
    published_on: str | None = None
    validity: str | None = None
    url: str = ""


class Bucket(Contract):
    """One value of a dimension with the number of its documents."""

    value: str
    label: str
    count: int


class SearchPage(Reply):
    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[Bucket, ...]] = Field(default_factory=dict)
    suggestion: str | None = None
    took_ms: float


class Search(Query, by=ANYONE, reply=SearchPage):
    """Full-text search. Staff may search the internal records too; everyone else sees the public ones."""

    q: str = Field(max_length=MAX_QUESTION)
    audience: Audience = Audience.PUBLIC
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET)
    limit: int = Field(default=10, ge=1, le=50)
    sort: Literal["relevance", "date"] = "relevance"
    filters: dict[Dimension, str] = Field(default_factory=dict)


class CataloguePage(Reply):
    """Documents of a catalogue, newest first, and the counts of each dimension under the same filters."""

    total: int
    items: tuple[dict[str, Any], ...] = Field(description="PublicDocument records without their texts.")
    counts: dict[str, tuple[Bucket, ...]]
    next: str | None = Field(default=None, description="Cursor of the next page.")


class Catalogue(Query, by=ANYONE, reply=CataloguePage):
    """The catalogue of published documents (公开目录, 条例12), by any of its dimensions."""

    filters: dict[Dimension, str] = Field(default_factory=dict)
    notices: Literal["running", "ended"] | None = Field(default=None, description="公示 only: running, or ended.")
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=20, ge=1, le=100)


class DocumentLink(Contract):
    """A published document by its title."""

    id: CaseId
    title: str


class Related(Reply):
    """Published documents that explain this one, and those that it explains, whichever of the two says so."""

    explained_by: tuple[DocumentLink, ...] = ()
    explains: tuple[DocumentLink, ...] = ()


class GetRelated(Query, by=ANYONE, reply=Related):
    """What a published document is linked to by interpretation (解读), in both directions."""

    id: CaseId


class View(Reply):
    """One record as the read model holds it."""

    record: dict[str, Any]
    epoch: int
    version: int
    changed_at: str


class GetView(Query, by=ANYONE, reply=View):
    """One record by type and id. Without a staff role only records told to the public are found."""

    type: str = Field(max_length=80, description="Service and record, e.g. `publication.public_document`.")
    id: CaseId
    wait_version: int | None = Field(default=None, ge=0, description="Wait up to 3 s until this version is there.")


class ViewPage(Reply):
    total: int
    items: tuple[View, ...]
    next: str | None = None


class ListViews(Query, by=ANYONE, reply=ViewPage):
    """Records of one type, newest change first, filtered by the fields of work records. Without a staff role only
    records told to the public are listed."""

    type: str = Field(max_length=80)
    agency: str | None = None
    state: str | None = None
    open: bool | None = None
    overdue: bool | None = None
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)


class WorkItem(Contract):
    """A line of a desk: what is to be done, by when, by whom."""

    type: str
    id: CaseId
    title: str
    state: str
    state_label: str
    agency: str
    agency_name: str
    due_at: AwareDatetime | None
    overdue: bool
    provisional: bool
    waits_for: str
    warned: bool = Field(default=False, description="The end of the limit is near, as its service judged.")
    basis: str = Field(default="", description="Title and source of the limit, where its record names them.")


class DeskPage(Reply):
    overdue: tuple[WorkItem, ...]
    due_soon: tuple[WorkItem, ...]
    waiting: tuple[WorkItem, ...]
    counts: dict[str, int]
    by_type: tuple[Bucket, ...] = Field(default=(), description="Open records of each type, for this agency.")
    by_waiting: tuple[Bucket, ...] = Field(default=(), description="For whom they wait, under the type chosen.")


class Desk(Query, by=STAFF, reply=DeskPage):
    """What is overdue, what is due within the next working days, and what else waits, over all services."""

    agency: str | None = None
    type: str | None = Field(default=None, max_length=80, description="Only records of this type.")
    waits_for: str | None = Field(default=None, max_length=100, description="Only what waits for them.")
    working_days: int = Field(default=10, ge=1, le=60)
    limit: int = Field(default=50, ge=1, le=200)


class CountTable(Reply):
    """First figures: records by type and state, publications by category and month, requests and tickets by state."""

    year: int
    tables: dict[str, dict[str, int]]


class Counts(Query, by=(*STAFF, Role.SERVICE), reply=CountTable):
    year: int = Field(ge=2000, le=2100)


class ReportChanged(Event, record="annual_report", name="changed"):
    """Sent when a figure, an opening balance or a narrative part of an annual report was entered."""

    record: AnnualReport


class ReportSubmitted(Event, record="annual_report", name="submitted"):
    """Sent when a unit handed in its annual report (条例49: by 31 January)."""

    record: AnnualReport


class ReportReturned(Event, record="annual_report", name="returned"):
    """Sent when a submitted annual report was given back for correction."""

    record: AnnualReport


class ReportIssued(Event, record="annual_report", name="issued"):
    """Sent when an edition of an annual report was issued; it is frozen from then on."""

    record: AnnualReport


class ReportRestated(Event, record="annual_report", name="restated"):
    """Sent when all annual reports are told again."""

    record: AnnualReport


class DeclareFigures(OfReport, by=REPORTERS):
    """Enter figures that no record of the platform gives (许可, 处罚, 收费 …), with their source; zeros too."""

    figures: tuple[Figure, ...] = Field(min_length=1, max_length=60)
    source: str = Field(min_length=2, max_length=200, description="来源: who gave them, from which statistics.")


class EnterOpening(OfReport, by=REPORTERS):
    """Enter the opening balance: requests carried into the first year, of which the platform holds no record."""

    opening: Opening
    source: str = Field(min_length=2, max_length=200)


class ExplainCarry(OfReport, by=REPORT_APPROVERS):
    """Say why 上年结转 differs from what was carried on before (机构改革, another scope): X-CARRY then only warns."""

    reason: str = Field(min_length=4, max_length=300)


class WritePart(OfReport, by=REPORTERS):
    """Write a narrative part in place of its draft; an empty text brings the draft back."""

    part: Part
    text: str = Field(max_length=MAX_NARRATIVE)


class SubmitReport(OfReport, by=REPORTERS):
    """报送: a unit hands in its report. Refused while an error-grade relation is broken or a figure is missing."""


class ReturnReport(OfReport, by=REPORT_APPROVERS):
    """退回修改."""

    reason: str = Field(min_length=2, max_length=300)


class IssueReport(OfReport, by=REPORT_APPROVERS):
    """定稿: freeze the report as it stands with the digest of its inputs. A further edition needs a reason."""

    reason: str = Field(default="", max_length=300, description="Why the issued edition must be replaced.")


class OpenCollection(Command, by=REPORT_APPROVERS, reply=Collected):
    """布置年报: open the report of every unit that must hand one in, so that it stands on its desk."""

    year: int = Field(ge=2008, le=2100)


class ReportsDue(Query, by=(*STAFF, Role.SERVICE), reply=Collected):
    """Which units have handed in their report of a year, and which are late (条例49: 31 January)."""

    year: int = Field(ge=2008, le=2100)


class GetAnnualReport(Query, by=ANYONE, reply=ReportReply):
    """The annual report of a year, as it stood on any day. Without a staff role only issued editions are answered."""

    year: int = Field(ge=2008, le=2100)
    agency: str = Field(default="", max_length=40, description="Agency code; empty for the whole region.")
    as_of: date | None = Field(default=None, description="As it stood at the end of that day; empty for today.")
    edition: int | None = Field(default=None, ge=1, description="An issued edition, as it was frozen.")
    issued: bool = Field(default=False, description="Only an issued edition; the last one where none is named.")
    form: Form | None = Field(default=None, description="Format of 2019 or of 2021; empty: the one of the year.")
    merge_other: bool = Field(default=False, description="Print （六）其他处理 as one row.")
    format: Literal["json", "html", "docx", "xlsx"] = "json"


class ExplainCell(Query, by=(*STAFF, Role.SERVICE), reply=CellCases):
    """From a cell of table 2 or 3 down to its cases."""

    year: int = Field(ge=2008, le=2100)
    agency: str = Field(default="", max_length=40)
    as_of: date | None = None
    row: str = Field(max_length=120, description="Label, or its end, e.g. `（一）予以公开`; also r01 to r25.")
    column: str = Field(max_length=20)
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=1000, ge=1, le=2000)


class GetDisclosure(Query, by=ANYONE, reply=DisclosureStatistics):
    """Published information by category with shares, and deliveries by channel (the statistics before 2019)."""

    year: int = Field(ge=2000, le=2100)
    agency: str = Field(default="", max_length=40)
    as_of: date | None = None


class CatalogueFile(Query, by=ANYONE, reply=FileReply):
    """A page of the catalogue as a file, newest first; `atom` is a feed of it."""

    format: Literal["csv", "xlsx", "json", "jsonld", "atom"]
    filters: dict[Dimension, str] = Field(default_factory=dict)
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=100)
    site: str = Field(default="", max_length=200, description="Address of the site before the path, for links.")


class Changes(Query, by=ANYONE, reply=ChangePage):
    """What has changed among published documents since a cursor. Without one, from the beginning."""

    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=100)

"""What the read model answers: search, catalogues, lists, counts."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Query, Reply, Role

STAFF = (
    Role.CLERK,
    Role.HEAD,
    Role.OPENNESS,
    Role.REVIEWER,
    Role.DISPATCHER,
    Role.WEBMASTER,
    Role.SUPERVISOR,
    Role.ARCHIVIST,
    Role.OPERATOR,
)
ANYONE = (Role.CITIZEN, Role.SERVICE, *STAFF)
Dimension = Literal["theme", "genre", "agency", "openness", "category", "year", "validity"]


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

    q: str = Field(max_length=500)
    audience: Audience = Audience.PUBLIC
    offset: int = Field(default=0, ge=0, le=1000)
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
    cursor: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=20, ge=1, le=100)


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


class ListViews(Query, by=(*STAFF, Role.SERVICE), reply=ViewPage):
    """Records of one type, newest change first, filtered by the fields of work records."""

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


class DeskPage(Reply):
    overdue: tuple[WorkItem, ...]
    due_soon: tuple[WorkItem, ...]
    waiting: tuple[WorkItem, ...]
    counts: dict[str, int]


class Desk(Query, by=STAFF, reply=DeskPage):
    """What is overdue, what is due within the next working days, and what else waits, over all services."""

    agency: str | None = None
    working_days: int = Field(default=10, ge=1, le=60)
    limit: int = Field(default=50, ge=1, le=200)


class CountTable(Reply):
    """First figures: records by type and state, publications by category and month, requests and tickets by state."""

    year: int
    tables: dict[str, dict[str, int]]


class Counts(Query, by=(*STAFF, Role.SERVICE), reply=CountTable):
    year: int = Field(ge=2000, le=2100)


class RebuildState(Reply):
    """How far a rebuild is."""

    running: bool
    generation: int
    applied: int = 0
    total: int = 0
    per_second: float = 0.0
    seconds_left: float | None = None


class Rebuild(Command, by=(Role.OPERATOR,), reply=RebuildState):
    """Replay the event log into a new generation beside the old one and switch when it has caught up."""


class RebuildProgress(Query, by=(Role.OPERATOR,), reply=RebuildState):
    """How far the running rebuild is."""


class LagState(Reply):
    """How far the read model is behind the event log."""

    pending: int
    last_event_at: str | None
    views: dict[str, int]


class Lag(Query, by=(*STAFF, Role.SERVICE), reply=LagState):
    """Events that wait to be applied, and the number of views by type."""

"""The words of the reports that the read model makes: the record of an annual report, figures, findings."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Reply, WorkRecord

Form = Literal["2019", "2021"]
Part = Literal["overview", "problems", "other"]
"""Narrative parts of the annual report: 一、总体情况, 五、存在的主要问题及改进情况, 六、其他需要报告的事项."""
Severity = Literal["error", "warning"]
MAX_NARRATIVE = 12_000


class ReportStage(StrEnum):
    """Where the annual report of one agency and year stands."""

    COLLECTING = "collecting"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ISSUED = "issued"


class Figure(Contract):
    """A number that an agency declares, with where it comes from."""

    item: str = Field(min_length=1, max_length=80, description="e.g. `行政许可/本年处理决定数量`, `类别/人事`")
    value: Decimal = Field(description="As declared; at most four decimal places.")
    approximate: bool = Field(default=False, description="Declared as “余”: at least so many.")


class Declared(Contract):
    """A declared figure as it stands, with source, person and time."""

    figure: Figure
    source: str
    by: str
    at: datetime


class Opening(Contract):
    """Requests carried into the first year of which the platform holds no record, and what became of them there.

    Both by applicant class (自然人, 商业企业 …); `results` by row of the form (r03 to r23) first. What has no result
    is carried on.
    """

    carried: dict[str, int] = Field(default_factory=dict)
    results: dict[str, dict[str, int]] = Field(default_factory=dict)


class Issue(Contract):
    """One issued edition of a report: frozen, with the digest of what it was made from."""

    edition: int
    issued_on: date
    issued_by: str
    as_of: date
    digest: str = Field(description="SHA-256 of the inputs, hexadecimal.")
    content: str = Field(description="SHA-256 of the report's JSON as issued, hexadecimal.")
    reason: str = Field(default="", description="Why a further edition was needed.")


class AnnualReport(WorkRecord):
    """政府信息公开工作年度报告 of one agency, or of the whole region, for one year (条例第49条、第50条)."""

    year: int
    scope: str = Field(description="Agency code; empty for the whole region.")
    submitted_on: date | None = None
    returned: int = Field(default=0, ge=0, description="How often it was returned for correction.")
    issues: tuple[Issue, ...] = ()


class CheckFinding(Contract):
    """A relation between cells that does not hold."""

    id: str = Field(description="Identity, e.g. T2-COL.")
    severity: Severity
    cells: tuple[str, ...] = Field(description="The cells concerned, as `table/row/column`.")
    message: str = Field(description="e.g. `T3-SUM 行政复议: 11 != 0`")


class Due(Contract):
    """One unit in the collection of reports."""

    agency: str
    agency_name: str
    state: str
    state_label: str
    due_on: date
    overdue: bool
    issue: int | None = None


class Share(Contract):
    """One category of published information."""

    category: str
    count: int
    share: float | None = Field(description="Per cent with two decimals; empty when everything is zero.")
    declared: bool = False


class Delivered(Contract):
    """One channel of publication: deliveries, not documents."""

    channel: str
    count: int
    approximate: bool = False
    declared: bool = False


class OfReport(Command):
    """Common to the steps of one annual report."""

    year: int = Field(ge=2008, le=2100)
    agency: str = Field(default="", max_length=40, description="Agency code; empty for the whole region.")


class Collected(Reply):
    """The units of a year's collection, the late ones first."""

    year: int
    units: tuple[Due, ...]


class ReportReply(Reply):
    """An annual report: its JSON, or a file in another format."""

    report: dict[str, Any] = Field(description="Tables by verbatim labels, narrative parts, checks, figures.")
    findings: tuple[CheckFinding, ...] = ()
    file: str | None = Field(default=None, description="The file, base64.")
    media_type: str = "application/json"


class CellCases(Reply):
    """The requests behind a cell."""

    row: str
    column: str
    value: int | None
    total: int
    cases: tuple[CaseId, ...] = Field(description="Up to the limit of the query, by number.")
    opening: int = Field(default=0, description="Part of the value that comes from the opening balance.")


class DisclosureStatistics(Reply):
    """The older statistics of proactive disclosure. Zeros are printed."""

    year: int
    agency: str
    as_of: date
    total: int
    by_category: tuple[Share, ...]
    by_channel: tuple[Delivered, ...]
    channel_total: int = Field(description="Deliveries; channels overlap, so this is not `total`.")


class FileReply(Reply):
    """A file of one page of a catalogue."""

    file: str = Field(description="The file, base64.")
    media_type: str
    total: int
    next: str | None = Field(default=None, description="Cursor of the next page.")


class Change(Contract):
    """One published document that was changed; a removed one carries no record."""

    id: CaseId
    removed: bool
    changed_at: str
    record: dict[str, Any] | None = None


class ChangePage(Reply):
    """Changes in their order; the cursor stands behind the last of them."""

    changes: tuple[Change, ...]
    cursor: str
    more: bool
    restarted: bool = Field(default=False, description="The read model was rebuilt: read everything again.")

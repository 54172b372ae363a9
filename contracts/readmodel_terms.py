"""The words of the reports that the read model makes: the record of an annual report, figures, findings."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.base import Command, Contract, WorkRecord

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

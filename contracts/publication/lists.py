"""What is asked of single types of catalogues: guides by code, rates of proposals, lists against those from above.
Published from `contracts.publication`."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Event, Query, Reply, WorkRecord
from contracts.publication.catalogue import ROWS, CatalogueItem
from contracts.publication.terms import ANYONE, HOUSE, KEEPERS, Row, TypeName

Kind = Literal["missing", "extra", "different"]
"""漏领, 多领, 错领."""


class GuideFound(Reply):
    """The guide that stands, the one source for hall, web and hotline (同源管理)."""

    item: CatalogueItem
    remarks: tuple[str, ...] = Field(default=(), description="Vague words, for the offices only.")


class GetGuide(Query, by=ANYONE, reply=GuideFound):
    """A guide by its code (事项编码), as the hall, the website and the hotline show it."""

    code: str = Field(max_length=100)
    agency: str | None = Field(default=None, max_length=40, description="Where several agencies have the same code.")


class DemandChecked(Contract):
    """Whether something demanded of a person stands in the guide."""

    demand: str
    in_guide: bool
    basis: str = Field(default="", description="Why it may be demanded, as the guide says.")


class DemandsChecked(Reply):
    guide: CaseId
    edition: int
    demands: tuple[DemandChecked, ...]


class CheckDemands(Query, by=ANYONE, reply=DemandsChecked):
    """Whether what a window asks for stands in the guide: nothing else may be demanded (翁源县2018年分工 第35项)."""

    code: str = Field(max_length=100)
    agency: str | None = Field(default=None, max_length=40)
    demands: tuple[str, ...] = Field(min_length=1, max_length=40, description="Names of materials.")


class ProposalRate(Contract):
    """One rate with its own denominator; the share is empty when that is zero."""

    name: str
    count: int
    of: int
    of_what: str = Field(description="What the denominator counts.")
    share: float | None


class ProposalTable(Contract):
    """建议 or 提案 of one level, or of all levels together."""

    kind: str
    level: str = Field(description="国家, 省, 市, 县, 乡; empty: all.")
    total: int
    rates: tuple[ProposalRate, ...]


class ProposalRates(Reply):
    year: int
    tables: tuple[ProposalTable, ...]


class GetProposalRates(Query, by=ANYONE, reply=ProposalRates):
    """Handling of proposals of deputies in a year: met, satisfied, adopted, planned, explained, replies in full."""

    year: int = Field(ge=2000, le=2100)
    agency: str | None = Field(default=None, max_length=40)


class Difference(Contract):
    """One way in which a list does not agree with the one from above."""

    kind: Kind
    key: str
    column: str = ""
    reason: str = Field(default="", description="Why it stays so, as the keeper explained.")


class Reconciliation(WorkRecord):
    """认领核对: a list of an agency against the one from above."""

    type: TypeName
    upper: str = Field(description="上级清单: its name.")
    reconciled_on: date = Field(description="核对日期")
    items: int = Field(description="上级清单项数")
    missing: int = Field(description="漏领")
    extra: int = Field(description="多领")
    different: int = Field(description="错领")
    differences: tuple[Difference, ...] = Field(default=(), description="差异: the first fifty.")


class ReconciliationChanged(Event, record="reconciliation", name="changed"):
    """Sent when a list was compared with the one from above, or a difference was explained."""

    record: Reconciliation


class ReconciliationRestated(Event, record="reconciliation", name="restated"):
    """Sent when all reconciliations are told again."""

    record: Reconciliation


class UpperRows(Reply):
    """How many rows of the list from above are kept now."""

    kept: int


class PutUpperRows(Command, by=KEEPERS, reply=UpperRows):
    """Rows of a list from above, with the official headings; those of an earlier list are left out with `begin`."""

    type: TypeName = Field(max_length=30)
    agency: str = Field(max_length=40, description="Code of the agency whose list is compared.")
    rows: tuple[Row, ...] = Field(min_length=1, max_length=ROWS)
    begin: bool = False


class Reconcile(Command, by=KEEPERS):
    """Compare the list of an agency with the rows kept from above: 不漏领、不多领、不错领."""

    type: TypeName = Field(max_length=30)
    agency: str = Field(max_length=40)
    upper: str = Field(min_length=2, max_length=200, description="Name of the list from above.")


class ExplainDifference(Command, by=KEEPERS):
    """Why a difference stays: a power that the county does not hold, a matter of its own."""

    id: CaseId
    kind: Kind
    key: str = Field(max_length=500)
    reason: str = Field(min_length=4, max_length=300)


class ReconciliationFound(Reply):
    record: Reconciliation
    differences: tuple[Difference, ...]


class GetReconciliation(Query, by=HOUSE, reply=ReconciliationFound):
    """A reconciliation with all that differs, up to two hundred."""

    id: CaseId

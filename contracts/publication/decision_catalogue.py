"""重大行政决策事项目录: the yearly catalogue of matters of decision, at the level of the government and of its units.
Published from `contracts.publication`."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Record, WorkRecord
from contracts.publication.terms import OFFICE, SECRECY, WORKERS

ENTRIES = 40
"""Matters of one catalogue."""
Code = Field(min_length=2, max_length=40, description="Code of an agency.")


class DecisionLevel(StrEnum):
    """Who decides: the government, or a unit of it."""

    GOVERNMENT = "政府"
    UNIT = "部门"


class DecisionNeeds(Contract):
    """The procedure that a matter goes through; legal review and collective discussion always belong to it."""

    participation: bool = Field(default=True, description="公众参与")
    exempt_reason: str = Field(default="", max_length=150, description="依法不公开征求意见的理由")
    experts: bool = Field(default=False, description="专家论证")
    risk: bool = Field(default=False, description="风险评估")


class DecisionEntry(Contract):
    """One matter of a yearly catalogue."""

    no: int = Field(ge=1, le=ENTRIES, description="序号")
    title: str = Field(min_length=4, max_length=120, description="决策事项名称")
    agency: str = Code
    basis: str = Field(min_length=2, max_length=200, description="决策依据")
    needs: DecisionNeeds = DecisionNeeds()
    planned_on: date | None = Field(default=None, description="计划完成时间")
    matter: CaseId | None = Field(default=None, description="决策事项编号, set when it was started.")


class CatalogueEdition(Contract):
    """A published edition, and why it differs from the one before."""

    edition: int
    reason: str
    published_at: AwareDatetime


class DecisionCatalogue(WorkRecord):
    """重大行政决策事项目录 of a year, as its keeper works on it."""

    year: int
    level: DecisionLevel
    entries: tuple[DecisionEntry, ...] = Field(max_length=ENTRIES, description="As last put, published or not.")
    reason: str = Field(default="", max_length=300, description="Reason of a change that is not published yet.")


class DecisionCatalogueChanged(Event, record="decision_catalogue", name="changed"):
    """Sent when a yearly catalogue was put, published, or one of its matters was started."""

    record: DecisionCatalogue


class DecisionCatalogueRestated(Event, record="decision_catalogue", name="restated"):
    """Sent when all yearly catalogues are told again."""

    record: DecisionCatalogue


class PublicDecisionCatalogue(Record):
    """重大行政决策事项目录 of a year as anyone may read it."""

    title: str = Field(max_length=200)
    year: int
    level: DecisionLevel
    agency: str
    agreed: str = Field(description="同级党委同意的情况")
    entries: tuple[DecisionEntry, ...] = Field(max_length=ENTRIES)
    editions: tuple[CatalogueEdition, ...] = Field(max_length=60)


class DecisionCataloguePublished(Event, record="public_decision_catalogue", name="published", audience=Audience.PUBLIC):
    """Sent when a yearly catalogue or a change of it was published."""

    record: PublicDecisionCatalogue


class PublicDecisionCatalogueChanged(
    Event, record="public_decision_catalogue", name="changed", audience=Audience.PUBLIC
):
    """Sent when a matter of a published catalogue was started."""

    record: PublicDecisionCatalogue


class PublicDecisionCatalogueRestated(
    Event, record="public_decision_catalogue", name="restated", audience=Audience.PUBLIC
):
    """Sent when all published yearly catalogues are told again."""

    record: PublicDecisionCatalogue


class PutDecisionCatalogue(Command, by=WORKERS):
    """The matters of a year at one level. A change of a published catalogue states its reason."""

    year: int = Field(ge=2000, le=2100)
    level: DecisionLevel
    agency: str = Code
    entries: tuple[DecisionEntry, ...] = Field(min_length=1, max_length=ENTRIES)
    reason: str = Field(default="", max_length=300)


class PublishDecisionCatalogue(Command, by=OFFICE):
    """Publish a yearly catalogue, or its change, that the party committee of the level has agreed to."""

    id: CaseId
    agreed: str = Field(min_length=4, max_length=200, description="同级党委同意的文号或会议")
    secrecy: bool = SECRECY

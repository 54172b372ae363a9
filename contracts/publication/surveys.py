"""Rounds over documents of one state: those that never had an attribute, those that are not public; the register of
what must not enter. Published from `contracts.publication`."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Event, Query, Reply, Role, WorkRecord
from contracts.publication.record import Attribute
from contracts.publication.rounds import TOGETHER
from contracts.publication.terms import HOUSE, OFFICE


class SurveyKind(StrEnum):
    """What a survey goes through."""

    UNATTRIBUTED = "unattributed"
    WITHHELD = "withheld"


class Survey(WorkRecord):
    """存量属性认定 (valid documents that never had an attribute) or 不公开信息年度评估 (what is not public)."""

    kind: SurveyKind
    total: int = Field(description="Documents when it began.")
    left: int = Field(description="Of them not decided, when last counted.")
    result: CaseId | None = Field(default=None, description="Draft of the report on its result.")
    next_on: date | None = Field(default=None, description="When the next one is due.")


class SurveyChanged(Event, record="survey", name="changed"):
    """Sent when a survey of documents was opened or closed."""

    record: Survey


class SurveyDue(Event, record="survey", name="due"):
    """Sent once when a year after a survey of what is not public the next one is due."""

    record: Survey


class SurveyRestated(Event, record="survey", name="restated"):
    """Sent when all surveys are told again."""

    record: Survey


class OpenSurvey(Command, by=OFFICE):
    """Begin a survey of all documents of one state."""

    kind: SurveyKind


class AssignAttribute(Command, by=(Role.CLERK, *OFFICE)):
    """Retroactive 属性认定 of imported documents, by their own agency or the office; confirmation still follows."""

    documents: tuple[CaseId, ...] = Field(min_length=1, max_length=TOGETHER)
    attribute: Attribute
    ground: str | None = Field(default=None, max_length=40)
    reason: str | None = Field(default=None, max_length=500)


class KeepAttributes(Command, by=OFFICE):
    """The yearly review finds nothing to change about these documents."""

    documents: tuple[CaseId, ...] = Field(min_length=1, max_length=TOGETHER)
    reason: str = Field(min_length=4, max_length=300)


class CloseSurvey(Command, by=OFFICE):
    """End a survey in which nothing is left: its result becomes a draft of the issuer."""

    id: CaseId
    issuer: str = Field(max_length=40)


class Surveyed(Contract):
    """A document that a survey has not decided yet, or any line of the inventory."""

    id: CaseId
    title: str
    agency: str
    state_label: str
    attribute: Attribute | None = None
    ground: str | None = None
    reason: str | None = None
    published_at: AwareDatetime | None = None
    reassess_at: AwareDatetime | None = None


class SurveyPage(Reply):
    survey: Survey
    left: int
    items: tuple[Surveyed, ...] = Field(description="What is not decided yet, by number.")
    next: CaseId | None = None


class GetSurvey(Query, by=(*HOUSE, Role.OPERATOR), reply=SurveyPage):
    """A survey with what it has not decided yet."""

    id: CaseId
    after: CaseId | None = None
    limit: int = Field(default=TOGETHER, ge=1, le=TOGETHER)


class InventoryPage(Reply):
    items: tuple[Surveyed, ...]
    next: CaseId | None = None


class Inventory(Query, by=(*HOUSE, Role.OPERATOR), reply=InventoryPage):
    """All documents with their attribute and its basis (信息底数), by number."""

    agency: str | None = Field(default=None, max_length=40)
    after: CaseId | None = None
    limit: int = Field(default=TOGETHER, ge=1, le=TOGETHER)


class SecretLine(WorkRecord):
    """登记: that somewhere off-line a document is a state secret. Nothing of it stands here."""

    number: str = Field(description="Number of the register, not of the document.")
    decided_by: str
    decided_on: date
    declassified_on: date | None = None


class SecretLineChanged(Event, record="secret_line", name="changed"):
    """Sent when a line of the secrecy register was made, reviewed or ended."""

    record: SecretLine


class SecretLineDue(Event, record="secret_line", name="due"):
    """Sent once when a line of the secrecy register is due for its yearly review."""

    record: SecretLine


class SecretLineRestated(Event, record="secret_line", name="restated"):
    """Sent when all lines of the secrecy register are told again."""

    record: SecretLine


class RegisterSecret(Command, by=(Role.HEAD, *OFFICE)):
    """Keep the line of the secrecy register for a document that must not enter: own number, who decided, when."""

    number: str = Field(pattern=r"^[A-Za-z0-9〔〕\-]{2,30}$", description="登记号: letters, figures, 〔〕 and -.")
    decided_by: str = Field(min_length=2, max_length=30, description="定密责任人")
    decided_on: date


class ReviewSecret(Command, by=(Role.HEAD, *OFFICE)):
    """The review off-line kept the secret, or ended it (解密); what is declassified may then be drafted."""

    id: CaseId
    declassified: bool
    decided_by: str = Field(min_length=2, max_length=30)
    decided_on: date

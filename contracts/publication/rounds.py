"""Rounds over what was decided long ago: clean-up of normative documents, proposals to publish what people ask for.
Published from `contracts.publication`."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Event, Query, Reply, Role, WorkRecord
from contracts.publication.terms import HOUSE, OFFICE

TOGETHER = 100


class Conclusion(StrEnum):
    """What a clean-up finds of a normative document; each is one of the three lists that are published."""

    KEEP = "继续有效"
    END = "失效废止"
    AMEND = "需修改"


class CleanupRound(WorkRecord):
    """规范性文件清理: a round over all normative documents of a region."""

    until: date = Field(description="Documents formed until this day are looked at.")
    total: int = Field(description="Documents in the round.")
    judged: int = Field(default=0, description="Of them judged, when last counted: at the end.")
    opinions_by: date | None = Field(default=None, description="Until when the units judge their documents.")
    lists: dict[str, CaseId] = Field(default_factory=dict, description="Conclusion to the document that is its list.")
    next_on: date | None = Field(default=None, description="When the next round is due.")


class CleanupChanged(Event, record="cleanup_round", name="changed"):
    """Sent when a clean-up round was opened, closed or carried out."""

    record: CleanupRound


class CleanupDue(Event, record="cleanup_round", name="due"):
    """Sent once when two years after a clean-up round the next one is due."""

    record: CleanupRound


class CleanupOverdue(Event, record="cleanup_round", name="overdue"):
    """Sent once when the day has passed by which the units judge their documents and the round is not closed."""

    record: CleanupRound


class CleanupRestated(Event, record="cleanup_round", name="restated"):
    """Sent when all clean-up rounds are told again."""

    record: CleanupRound


class OpenCleanup(Command, by=OFFICE):
    """Begin a round: every published normative document formed until a day and not ended yet is in it."""

    until: date
    opinions_by: date | None = Field(default=None, description="Until when the units judge their documents.")


class Judge(Command, by=(Role.CLERK, *OFFICE)):
    """Conclusion on documents of a round, by their own agency or by the office. It may be changed until the end."""

    id: CaseId = Field(description="The round.")
    documents: tuple[CaseId, ...] = Field(min_length=1, max_length=TOGETHER)
    conclusion: Conclusion
    reason: str = Field(min_length=2, max_length=300)


class CloseCleanup(Command, by=OFFICE):
    """End a round in which every document is judged: its three lists become drafts of the issuer."""

    id: CaseId
    issuer: str = Field(max_length=40, description="Agency that publishes the lists.")


class CarryOutCleanup(Command, by=OFFICE):
    """Once the list of what has ended is published, mark the documents on it as repealed by it."""

    id: CaseId


class Judged(Contract):
    """A document of a round."""

    document: CaseId
    title: str
    doc_no: str | None
    agency: str
    conclusion: Conclusion | None = None
    reason: str = ""
    by: str = ""


class UnitLeft(Contract):
    """A unit that has not judged all its documents."""

    agency: str
    name: str
    left: int


class CleanupPage(Reply):
    round: CleanupRound
    left: int = Field(description="Documents that are not judged yet.")
    units: tuple[UnitLeft, ...] = Field(default=(), description="Whose they are; late, once the round is overdue.")
    items: tuple[Judged, ...]
    next: CaseId | None = None


class GetCleanup(Query, by=(*HOUSE, Role.OPERATOR), reply=CleanupPage):
    """A round with its documents, by number."""

    id: CaseId
    unjudged: bool = Field(default=False, description="Only those that are not judged yet.")
    after: CaseId | None = None
    limit: int = Field(default=TOGETHER, ge=1, le=TOGETHER)


class PublicationProposal(WorkRecord):
    """Several people asked for the same information, or one suggested to publish it (条例44)."""

    requests: tuple[CaseId, ...] = Field(max_length=100, description="The requests that it stems from.")
    applicants: int
    document: CaseId | None = Field(default=None, description="The document by which it was published.")
    reason: str = Field(default="", max_length=300, description="Why it is not published.")


class ProposalChanged(Event, record="proposal", name="changed"):
    """Sent when information was proposed for publication, or the proposal was decided."""

    record: PublicationProposal


class ProposalOverdue(Event, record="proposal", name="overdue"):
    """Sent once when a proposal was not decided in its time."""

    record: PublicationProposal


class ProposalRestated(Event, record="proposal", name="restated"):
    """Sent when all proposals are told again."""

    record: PublicationProposal


class AdoptProposal(Command, by=(Role.OPENNESS, Role.REVIEWER)):
    """The information is public now, by this document."""

    id: CaseId
    document: CaseId


class DeclineProposal(Command, by=(Role.OPENNESS, Role.REVIEWER)):
    """The information is not published, with the reason."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)

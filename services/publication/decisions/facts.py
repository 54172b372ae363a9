"""What the case of a matter of decision remembers. Opinions of the public are only counted here."""

from datetime import date, datetime

from contracts.publication.comments import CommentTally
from contracts.publication.decision_catalogue import DecisionLevel, DecisionNeeds
from contracts.publication.decisions import (
    Assessment,
    Consultation,
    DecisionScope,
    Discussion,
    Evaluation,
    Extension,
    Held,
)
from kernel.facts import Fact
from services.publication.domain.facts import Official


class Step(Fact):
    """Something that an official did."""

    by: Official
    at: datetime


class DecisionStarted(Step):
    id: str
    title: str
    level: DecisionLevel
    scope: DecisionScope
    agency: str
    co_agencies: tuple[str, ...]
    basis: str
    background: str
    proposed_by: str
    needs: DecisionNeeds
    planned_on: date | None
    catalogue: str | None
    entry: int | None
    outside_reason: str


class DraftSet(Step):
    document: str


class ConsultedAgain(Step):
    """The draft was changed so much that the public is asked once more."""

    document: str
    reason: str


class ConsultationPlanned(Step):
    consultation: Consultation


class ConsultationBegun(Step):
    consultation: Consultation


class ConsultationExtended(Step):
    extension: Extension


class ConsultationEnded(Fact):
    """The last day for opinions has passed."""


class ParticipationHeld(Step):
    held: Held


class FeedbackGiven(Step):
    tally: CommentTally
    note: str


class ExpertsHeard(Step):
    assessment: Assessment
    experts: int


class RiskAssessed(Step):
    assessment: Assessment
    measures: str
    controllable: bool


class LegalReviewSent(Step):
    until: date
    reason: str


class LegallyReviewed(Step):
    lawful: bool
    note: str


class Discussed(Step):
    discussion: Discussion
    dissent: int
    party_asked_on: date | None


class DecisionMadePublic(Step):
    document: str


class ExecutionAssigned(Step):
    agencies: tuple[str, ...]
    ledger: str | None


class EvaluationMadePublic(Step):
    evaluation: Evaluation


class DecisionArchived(Step):
    archive_no: str


class DecisionStopped(Step):
    reason: str


class DecisionResumed(Step):
    """What was stopped goes on."""

    reason: str


class CommentsErased(Step):
    """The words of the opinions were destroyed after hand-over to the archive; so many papers."""

    handed_over_on: date
    papers: int

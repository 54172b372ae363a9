"""What the case of a work ledger remembers."""

from datetime import date, datetime

from contracts.publication.comments import CommentTally
from contracts.publication.ledgers import Inspection, LedgerPlan, ProgressReport
from kernel.facts import Fact
from services.publication.domain.facts import Official


class LedgerOpened(Fact):
    id: str
    agency: str
    plan: LedgerPlan
    by: Official
    at: datetime


class PlanChanged(Fact):
    plan: LedgerPlan
    reason: str
    by: Official
    at: datetime


class StepReported(Fact):
    report: ProgressReport
    by: Official
    at: datetime


class EffectStated(Fact):
    text: str
    by: Official
    at: datetime


class LedgerShown(Fact):
    """What stands in the ledger now is public."""

    by: Official
    at: datetime


class InspectionShown(Fact):
    inspection: Inspection
    by: Official
    at: datetime


class CommentsReleased(Fact):
    """The answers to comments given until now are public."""

    tally: CommentTally
    note: str
    by: Official
    at: datetime


class LedgerFinished(Fact):
    note: str
    by: Official
    at: datetime


class StepsWentOverdue(Fact):
    """The day of these steps has passed."""

    nos: tuple[int, ...]
    on: date


class ReportWentMissing(Fact):
    """Nothing was reported for too long."""


class CommentsDestroyed(Fact):
    """The words of the comments were destroyed after hand-over to the archive; so many papers."""

    handed_over_on: date
    papers: int
    by: Official
    at: datetime

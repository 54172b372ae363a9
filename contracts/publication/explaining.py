"""政策解读: who explained what, the questions that ask for more, and how much each unit's leader owes.
Published from `contracts.publication`."""

from datetime import date

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Query, Reply, Role
from contracts.publication.record import Explanation, Raised
from contracts.publication.terms import HOUSE


class RecordExplanation(Command, by=(Role.CLERK, Role.OPENNESS)):
    """A published policy document was explained, also again and again while it is carried out. An explanation that
    answers questions settles them (二次解读)."""

    id: CaseId
    explanation: Explanation


class RaiseQuestion(Command, by=(Role.CLERK, Role.OPENNESS, Role.REVIEWER)):
    """A consultation, the hotline or the net shows that a policy document is not understood: it waits for an
    explanation."""

    id: CaseId
    source: Raised
    reference: str = Field(default="", max_length=80, description="Number of the ticket, event or consultation.")
    point: str = Field(min_length=2, max_length=200, description="What is not understood; no personal data.")


class UnitExplained(Contract):
    """How a unit explained in a year."""

    agency: str
    name: str
    explanations: int
    by_lead: int = Field(description="By its principal leader in person (第一解读人).")
    owed: int = Field(description="What its principal leader owes a year.")
    left: int = Field(description="What its principal leader has not explained yet.")


class ExplanationCounts(Reply):
    year: int
    as_of: date
    units: tuple[UnitExplained, ...]


class CountExplanations(Query, by=(*HOUSE, Role.OPERATOR), reply=ExplanationCounts):
    """Explanations of a year by unit; units whose leaders owe some are listed without any, too."""

    year: int = Field(ge=2008, le=2100)

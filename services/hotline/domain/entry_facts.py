"""What happens to a text for the public, and what is left of that after a take-down (紧急撤下)."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from contracts.hotline.public import EntrySort
from contracts.hotline.terms import TicketKind
from kernel.facts import Fact

TOMBSTONE = "（已撤下）"
WORDS = ("question", "answer", "reason")


class Origin(BaseModel):
    """What of its ticket the public may know."""

    model_config = ConfigDict(frozen=True)

    ticket: str
    kind: TicketKind
    area: str | None
    received_on: date
    adopted: bool | None


class Drafted(Fact):
    """The words stand in `paper` until they are published."""

    number: str
    at: datetime
    sort: EntrySort
    origin: Origin | None
    category: str
    agency: str
    guide: str | None
    writer: str
    paper: str
    same_text: bool = False
    guide_edition: int | None = None


class Rewritten(Fact):
    at: datetime
    writer: str
    guide: str | None
    paper: str
    guide_edition: int | None = None


class Published(Fact):
    """Words that passed the scan and the eyes of a second person."""

    at: datetime
    question: str
    answer: str
    guide_edition: int | None = None


class Withdrawn(Fact):
    at: datetime
    reason: str


class GuideMoved(Fact):
    """The guide has another edition than the text was written under, or is gone: a person must compare."""

    at: datetime
    edition: int
    gone: bool
    taken_down: bool = False


class GuideFollowed(Fact):
    """The answer that is the guide's own text has changed with it."""

    at: datetime
    edition: int
    answer: str


class GuideConfirmed(Fact):
    """A person has compared, and the text holds."""

    at: datetime
    edition: int
    by: str


class WordsTakenDown(Fact):
    """The words leaked what they must not: they go from the facts and from what was told, too. `reason` says why
    without repeating them."""

    at: datetime
    reason: str


class CopiesGone(Fact):
    """Nothing of the words is left in what was told."""

    at: datetime


FACTS = (
    Drafted,
    Rewritten,
    Published,
    Withdrawn,
    GuideMoved,
    GuideFollowed,
    GuideConfirmed,
    WordsTakenDown,
    CopiesGone,
)


def forget(fact: Fact) -> Fact:
    """The fact without words; the take-down itself is decided after that and keeps its own."""
    return fact.model_copy(update={name: TOMBSTONE for name in WORDS if name in type(fact).model_fields})

"""What is remembered of an event of public opinion. The words in facts are those of officials, never of a post."""

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.doubts import DoubtAnswer, RaisedDoubt
from contracts.opinion import Duty, Emergency, Focus, Handling, Level, Reach
from kernel.facts import Fact


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Frozen):
    """A duty with its limit."""

    duty: Duty
    warn_at: AwareDatetime
    due_at: AwareDatetime


class Opened(Fact):
    id: str
    title: str
    place: str
    subject: str
    at: AwareDatetime
    detected_at: AwareDatetime
    happened_at: AwareDatetime | None
    clock_from: AwareDatetime
    emergency: Emergency | None
    terms: tuple[Term, ...]
    matter: str
    """The posts that it was opened from; empty when a person opened it."""
    proposed_agency: str
    proposed_reason: str


class PostsAdded(Fact):
    """Totals, not differences: a later one replaces an earlier one."""

    posts: int
    texts: int
    reach: Reach
    heat: float
    at: AwareDatetime


class Levelled(Fact):
    level: Level
    by_person: bool
    heat: float
    reason: str


class Assessed(Fact):
    handling: Handling
    focus: Focus | None
    reason: str


class Declared(Fact):
    emergency: Emergency
    happened_at: AwareDatetime | None
    clock_from: AwareDatetime
    terms: tuple[Term, ...]
    reason: str


class Assigned(Fact):
    lead: str
    co_agencies: tuple[str, ...]
    reason: str


class Warned(Fact):
    duty: Duty


class Overdue(Fact):
    duty: Duty


class Responded(Fact):
    duty: Duty
    document: str | None
    url: str
    speaker: str
    causes: str
    solution: str
    constraints: str
    at: AwareDatetime


class Doubted(Fact):
    """The posts misunderstand or doubt a public document."""

    doubt: RaisedDoubt


class DoubtAnswered(Fact):
    """Publication has taken the doubt, refused it, explained the document again, or said why not."""

    answer: DoubtAnswer


class Dismissed(Fact):
    reason: str


class Closed(Fact):
    result: str


EventFact = (
    Opened
    | PostsAdded
    | Levelled
    | Assessed
    | Declared
    | Assigned
    | Warned
    | Overdue
    | Responded
    | Doubted
    | DoubtAnswered
    | Dismissed
    | Closed
)
FACTS: tuple[type[Fact], ...] = (
    Opened,
    PostsAdded,
    Levelled,
    Assessed,
    Declared,
    Assigned,
    Warned,
    Overdue,
    Responded,
    Doubted,
    DoubtAnswered,
    Dismissed,
    Closed,
)

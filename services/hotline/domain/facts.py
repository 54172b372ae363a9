"""What a ticket remembers. Nothing personal: papers by their ids, contents by keyed digests."""

from datetime import date, datetime

from contracts.doubts import DoubtAnswer, RaisedDoubt
from contracts.hotline.terms import Duty, Ending, Matter, Satisfaction, TicketKind, Urgency
from kernel.facts import Fact
from services.hotline.domain.limit import Limit


class Received(Fact):
    """The first revision that reached us."""

    number: str
    at: datetime
    emitter: str
    source: str
    ticket_no: str
    revision: int
    received_at: datetime
    channel: str
    ticket_kind: TicketKind
    category: str | None
    area: str | None
    urgency: Urgency
    matter: Matter
    secret: bool
    digests: dict[str, str]
    paper: str
    named: tuple[str, ...]
    hints: tuple[str, ...]
    emergency: tuple[str, ...]
    cap: datetime | None
    limit: Limit
    contact_due_at: datetime


class Revised(Fact):
    """A higher revision took the place of the one before."""

    revision: int
    received_at: datetime
    channel: str
    ticket_kind: TicketKind
    category: str | None
    area: str | None
    urgency: Urgency
    matter: Matter
    secret: bool
    digests: dict[str, str]
    paper: str
    named: tuple[str, ...]
    hints: tuple[str, ...]
    cap: datetime | None
    limit: Limit
    contact_due_at: datetime


class Noted(Fact):
    """A higher revision came after the ticket was closed."""

    revision: int
    digests: dict[str, str]
    paper: str


class Predated(Fact):
    """A lower revision, otherwise ignored, showed that the caller's clock began earlier."""

    received_at: datetime
    limit: Limit
    contact_due_at: datetime


class EmergencyRaised(Fact):
    numbers: tuple[str, ...]
    at: datetime


class AlarmRepeated(Fact):
    """Nobody has confirmed the hand-over yet."""

    at: datetime


class HandedOver(Fact):
    """A person confirmed that an emergency number has taken over."""

    number: str
    at: datetime


class Classified(Fact):
    category: str
    matter: Matter
    accused: tuple[str, ...]
    limit: Limit


class Dispatched(Fact):
    at: datetime
    lead: str
    co: tuple[str, ...]
    sign_due_at: datetime
    return_due_at: datetime


class Signed(Fact):
    at: datetime


class Contacted(Fact):
    at: datetime


class ReturnRequested(Fact):
    paper: str


class ReturnApproved(Fact):
    at: datetime


class ReturnDenied(Fact):
    at: datetime


class ExtensionRequested(Fact):
    days: int
    paper: str


class ExtensionApproved(Fact):
    at: datetime
    limit: Limit


class ExtensionDenied(Fact):
    at: datetime


class Suspended(Fact):
    at: datetime
    until: date
    paper: str
    limit: Limit


class Resumed(Fact):
    at: datetime


class Urged(Fact):
    at: datetime


class Supervised(Fact):
    level: int
    at: datetime


class Replied(Fact):
    """`by` is the id of the person who gave the reply; another one reviews it."""

    at: datetime
    by: str
    paper: str
    adopted: bool | None


class ReplyApproved(Fact):
    at: datetime
    visit_due_at: datetime


class SentBack(Fact):
    """The reply was not enough: another one is needed."""

    at: datetime
    paper: str | None


class Visited(Fact):
    at: datetime
    reached: bool
    solved: bool | None
    satisfaction: Satisfaction


class Closed(Fact):
    at: datetime
    ending: Ending
    paper: str | None


class Reopened(Fact):
    at: datetime
    paper: str
    limit: Limit


class Archived(Fact):
    at: datetime


class Rated(Fact):
    at: datetime
    level: int


class Merged(Fact):
    into: str
    at: datetime


class Unmerged(Fact):
    at: datetime


class Absorbed(Fact):
    """`secret`: the caller of the duplicate wants secrecy; the strictest holds for all."""

    duplicate: str
    secret: bool


class Released(Fact):
    duplicate: str


class Warned(Fact):
    at: datetime


class FellOverdue(Fact):
    at: datetime


class DutyWarned(Fact):
    duty: Duty
    at: datetime


class DutyMissed(Fact):
    """A limit beside the caller's has passed: signing, first contact, visit."""

    duty: Duty
    at: datetime


class LimitRecomputed(Fact):
    """A new holiday notice moved the limits."""

    limit: Limit
    contact_due_at: datetime
    sign_due_at: datetime | None
    return_due_at: datetime | None
    visit_due_at: datetime | None


class InformationTold(Fact):
    """The caller was told how to apply for government information."""

    at: datetime


class BecameRequest(Fact):
    """With the caller's consent it became a request for information; its number and code are among the papers."""

    at: datetime
    request: str
    paper: str


class Doubted(Fact):
    """The caller does not understand a public document: marked by who handles the ticket."""

    doubt: RaisedDoubt


class DoubtAnswered(Fact):
    """Publication has taken the doubt, refused it, explained the document again, or said why not."""

    answer: DoubtAnswer
    at: datetime


class Imported(Fact):
    """A closed ticket of another system. What its export left out stays empty."""

    number: str
    at: datetime
    source: str
    ticket_no: str
    received_at: datetime
    closed_at: datetime | None
    channel: str
    ticket_kind: TicketKind
    category: str | None
    area: str | None
    lead: str
    digests: dict[str, str]
    paper: str
    reply: str | None
    solved: bool | None
    satisfaction: Satisfaction | None


FACTS: tuple[type[Fact], ...] = (
    Received,
    Revised,
    Noted,
    Predated,
    EmergencyRaised,
    AlarmRepeated,
    HandedOver,
    Classified,
    Dispatched,
    Signed,
    Contacted,
    ReturnRequested,
    ReturnApproved,
    ReturnDenied,
    ExtensionRequested,
    ExtensionApproved,
    ExtensionDenied,
    Suspended,
    Resumed,
    Urged,
    Supervised,
    Replied,
    ReplyApproved,
    SentBack,
    Visited,
    Closed,
    Reopened,
    Archived,
    Rated,
    Merged,
    Unmerged,
    Absorbed,
    Released,
    Warned,
    FellOverdue,
    DutyWarned,
    DutyMissed,
    LimitRecomputed,
    InformationTold,
    BecameRequest,
    Doubted,
    DoubtAnswered,
    Imported,
)

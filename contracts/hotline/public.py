"""What of the hotline becomes public: results, knowledge, bulletins; and the signals of bursts. Published from
`contracts.hotline`."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Personal, Query, Record, Reply, Role, WorkRecord
from contracts.hotline.ratings import RatingRow
from contracts.hotline.terms import CENTRE, STAFF, UNIT, AgencyCode, AsOf, TicketKind

WRITERS = (*CENTRE, *UNIT, Role.OPENNESS)
PUBLISHERS = (Role.OPENNESS, Role.HEAD, Role.DISPATCHER)
Guide = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$", description="事项编码 in the service guide (办事指南)")]


class EntrySort(StrEnum):
    """What a text for the public is."""

    RESULT = "result"  # 办理结果公开
    KNOWLEDGE = "knowledge"  # 知识条目, shared with the service guide


class Entry(WorkRecord):
    """A text on its way to the public. Its words are not in it before a person has published them."""

    sort: EntrySort
    ticket: CaseId | None = Field(default=None, description="The ticket that it came from.")
    category: str
    guide: str | None = None
    doubted: bool = Field(default=False, description="The service guide has changed since it was written.")
    edition: int = Field(default=0, ge=0, description="How often it was published.")
    published_at: AwareDatetime | None = None


class EntryChanged(Event, record="entry", name="changed"):
    """Sent when a text for the public was drafted, revised, published or withdrawn."""

    record: Entry


class EntryRestated(Event, record="entry", name="restated"):
    """Sent when the record is told again as it stands."""

    record: Entry


class PublicTicket(Record):
    """What everybody may know of a ticket and its result. After a withdrawal question and answer are empty."""

    kind: TicketKind
    category: str
    area: str | None = Field(default=None, description="Town or subdistrict.")
    agency: str
    received_on: date
    published_at: AwareDatetime
    question: str
    answer: str
    adopted: bool | None = Field(default=None, description="A suggestion's end.")
    withdrawn: bool = False


class PublicTicketPublished(Event, record="public_ticket", name="published", audience=Audience.PUBLIC):
    """Sent when a person has published the result of a ticket, or a corrected text of it."""

    record: PublicTicket


class PublicTicketWithdrawn(Event, record="public_ticket", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a published result was taken back."""

    record: PublicTicket


class Knowledge(Record):
    """One question and its answer, the same in the hotline's knowledge base and in the service guide (同源)."""

    category: str
    agency: str
    guide: str | None = Field(default=None, description="The matter of the service guide that shows it.")
    guide_edition: int | None = Field(default=None, description="The edition of the guide that it agrees with.")
    same_text: bool = Field(default=False, description="The answer is the guide's own text and changes with it.")
    doubted: bool = Field(default=False, description="The guide has changed since; a person is comparing.")
    edition: int = Field(ge=1)
    published_at: AwareDatetime
    question: str
    answer: str
    withdrawn: bool = False


class KnowledgePublished(Event, record="knowledge", name="published", audience=Audience.PUBLIC):
    """Sent when a knowledge entry, or a new edition of one, was published."""

    record: Knowledge


class KnowledgeDoubted(Event, record="knowledge", name="doubted", audience=Audience.PUBLIC):
    """Sent when the guide behind a published entry has changed and a person must compare the two."""

    record: Knowledge


class KnowledgeConfirmed(Event, record="knowledge", name="confirmed", audience=Audience.PUBLIC):
    """Sent when a person has found that an entry holds under the guide's new edition."""

    record: Knowledge


class KnowledgeWithdrawn(Event, record="knowledge", name="withdrawn", audience=Audience.PUBLIC):
    """Sent when a knowledge entry was taken back."""

    record: Knowledge


class OfferResult(Command, by=WRITERS):
    """Offer the result of a ticket for publication. Without texts its own ones are taken, what the scan finds masked;
    a person must read them before they are published."""

    ticket: CaseId
    question: Personal[str] = Field(default="", max_length=2000)
    answer: Personal[str] = Field(default="", max_length=8000)


class ProposeKnowledge(Command, by=WRITERS):
    """Propose a knowledge entry, from a consultation or of one's own. With `same_text` its answer is the text of the
    service guide, now and whenever that changes."""

    ticket: CaseId | None = None
    category: str = Field(default="", max_length=40, description="By default the ticket's.")
    agency: AgencyCode | None = Field(default=None, description="Who answers for it; by default the ticket's unit.")
    guide: Guide | None = None
    same_text: bool = False
    question: Personal[str] = Field(default="", max_length=2000)
    answer: Personal[str] = Field(default="", max_length=8000)


class ReviseEntry(Command, by=WRITERS):
    """Write another text; what is public stays until it is published."""

    id: CaseId
    question: Personal[str] = Field(min_length=2, max_length=2000)
    answer: Personal[str] = Field(min_length=2, max_length=8000)
    guide: Guide | None = None


class ConfirmEntry(Command, by=WRITERS):
    """The guide has changed; a person has compared, and the entry holds as it is."""

    id: CaseId


class PublishEntry(Command, by=PUBLISHERS):
    """A person other than the writer publishes the text. Personal data in it is refused, naming the field."""

    id: CaseId


class WithdrawEntry(Command, by=PUBLISHERS):
    """Take back what was offered or published. With `leak` (紧急撤下) its words also leave the history of the case
    and of the events, and nobody reads them here any more."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300, description="Without personal data, and not what leaked.")
    leak: bool = Field(default=False, description="含有泄露的个人信息或者秘密，紧急撤下")


class GuideShown(Contract):
    """A matter of the service guide as its keeper has published it."""

    item: CaseId = Field(description="Its number in the catalogue.")
    code: str
    agency: str
    title: str
    edition: int
    removed: bool = False
    text: str = Field(description="Conditions, materials, way, limits, fee, place: one line each.")


class EntryPage(Reply):
    """A text for the public as it was written last, beside the matter of the guide that shares its source."""

    record: Entry
    question: Personal[str]
    answer: Personal[str]
    findings: tuple[str, ...] = Field(default=(), description="Kinds of personal data that stand in the way.")
    guide: GuideShown | None = None


class ShowEntry(Query, by=(*STAFF, Role.OPENNESS), reply=EntryPage):
    """Read a text on its way to the public; who read it is kept."""

    id: CaseId


class EntryRows(Reply):
    entries: tuple[Entry, ...] = Field(description="On their way, newest first; none for the public.")
    results: tuple[PublicTicket, ...]
    knowledge: tuple[Knowledge, ...]
    guide: GuideShown | None = Field(default=None, description="The matter that was asked for, where it is known.")


class ListEntries(Query, by=(Role.CITIZEN, Role.SERVICE, *STAFF, Role.OPENNESS), reply=EntryRows):
    """Published results and knowledge, newest first; by category, unit, matter of the guide, kind or period."""

    sort: EntrySort | None = None
    category: str | None = Field(default=None, max_length=40)
    agency: str | None = Field(default=None, max_length=20)
    guide: Guide | None = None
    kind: TicketKind | None = None
    first: date | None = Field(default=None, description="Published on this day or later.")
    last: date | None = None
    open: bool = Field(default=False, description="Those on their way too; for staff only.")
    limit: int = Field(default=50, ge=1, le=100)


class SuggestionRow(Contract):
    """Suggestions of one unit in a period: how they ended."""

    agency: str
    name: str = ""
    ended: int
    adopted: int
    not_adopted: int
    waiting: int = Field(description="Received and not yet ended.")


class SuggestionFigures(Reply):
    """Suggestions received in a period, and those whose result with its reason was published."""

    first: date
    last: date
    rows: tuple[SuggestionRow, ...]
    total: SuggestionRow
    results: tuple[PublicTicket, ...]


class CountSuggestions(Query, by=(Role.CITIZEN, Role.SERVICE, *STAFF, Role.OPENNESS), reply=SuggestionFigures):
    """How the suggestions of a period ended, as they stand now or stood on a day, with the reasons published by now."""

    first: date
    last: date
    as_of: AsOf = None


class Bulletin(Record):
    """Figures of a period as they were published."""

    about: Literal["ratings", "suggestions"]
    first: date
    last: date
    issued_at: AwareDatetime
    ratings: tuple[RatingRow, ...] = ()
    suggestions: tuple[SuggestionRow, ...] = ()
    results: tuple[CaseId, ...] = Field(default=(), description="Published results of suggestions of the period.")


class BulletinIssued(Event, record="bulletin", name="issued", audience=Audience.PUBLIC):
    """Sent when a person has published the ratings or the suggestions of a period."""

    record: Bulletin


class IssueBulletin(Command, by=(Role.OPENNESS, Role.SUPERVISOR, Role.DISPATCHER)):
    """Publish the ratings or the suggestions of a period that is over."""

    about: Literal["ratings", "suggestions"]
    first: date
    last: date


class BulletinRows(Reply):
    bulletins: tuple[Bulletin, ...]


class ListBulletins(Query, by=(Role.CITIZEN, Role.SERVICE, *STAFF, Role.OPENNESS), reply=BulletinRows):
    """Figures of periods as they were published, the newest first."""

    about: Literal["ratings", "suggestions"] | None = None
    limit: int = Field(default=20, ge=1, le=100)


class Signal(WorkRecord):
    """Many tickets on one place and class, or more of one class than its own history lets expect (苗头预警). It names
    a town at most, and holds no word of any caller."""

    sort: Literal["burst", "volume"]
    category: str
    area: str = Field(default="", description="Town or subdistrict, where there is one.")
    count: int = Field(ge=1)
    days: int = Field(ge=1, description="Length of the window.")
    expected: float | None = Field(default=None, description="What the class's own history lets expect.")
    first_at: AwareDatetime
    last_at: AwareDatetime
    tickets: tuple[CaseId, ...] = Field(default=(), max_length=20, description="Some of them.")
    reason: str = Field(description="The rule that raised it, in a sentence.")


class SignalRaised(Event, record="signal", name="raised"):
    """Sent when a burst was found."""

    record: Signal


class SignalGrew(Event, record="signal", name="grew"):
    """Sent when more tickets belong to a burst."""

    record: Signal


class SignalClosed(Event, record="signal", name="closed"):
    """Sent when a person has done with a signal."""

    record: Signal


class SignalRestated(Event, record="signal", name="restated"):
    """Sent when the record is told again as it stands."""

    record: Signal


class CloseSignal(Command, by=(*CENTRE, Role.SUPERVISOR)):
    """A person has looked at a signal and says what was done."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300, description="Without personal data.")


class SignalRows(Reply):
    signals: tuple[Signal, ...]


class ListSignals(Query, by=(*STAFF, Role.OPENNESS, Role.SERVICE), reply=SignalRows):
    """Signals, newest first."""

    open: bool | None = None
    limit: int = Field(default=50, ge=1, le=200)

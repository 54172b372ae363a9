"""What the hotline service takes, tells and answers (12345 政务服务便民热线 and every other mailbox)."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import (
    Answer,
    CaseId,
    Command,
    Contract,
    Done,
    Event,
    Intake,
    Personal,
    Role,
)
from contracts.hotline_figures import BecomeRequest as BecomeRequest
from contracts.hotline_figures import Dimension as Dimension
from contracts.hotline_figures import DutyPage as DutyPage
from contracts.hotline_figures import DutySheet as DutySheet
from contracts.hotline_figures import Figures as Figures
from contracts.hotline_figures import HistoryBad as HistoryBad
from contracts.hotline_figures import HistoryRow as HistoryRow
from contracts.hotline_figures import HistoryTaken as HistoryTaken
from contracts.hotline_figures import ImportTickets as ImportTickets
from contracts.hotline_figures import MonthlyBulletin as MonthlyBulletin
from contracts.hotline_figures import MonthPage as MonthPage
from contracts.hotline_figures import Reported as Reported
from contracts.hotline_figures import ReportedRows as ReportedRows
from contracts.hotline_figures import ReportedTickets as ReportedTickets
from contracts.hotline_figures import Share as Share
from contracts.hotline_figures import Statistics as Statistics
from contracts.hotline_figures import StatisticsTable as StatisticsTable
from contracts.hotline_figures import SupervisionLine as SupervisionLine
from contracts.hotline_figures import SupervisionList as SupervisionList
from contracts.hotline_figures import SupervisionPage as SupervisionPage
from contracts.hotline_figures import TellHowToApply as TellHowToApply
from contracts.hotline_figures import Topic as Topic
from contracts.hotline_public import Bulletin as Bulletin
from contracts.hotline_public import BulletinIssued as BulletinIssued
from contracts.hotline_public import CloseSignal as CloseSignal
from contracts.hotline_public import CountSuggestions as CountSuggestions
from contracts.hotline_public import Entry as Entry
from contracts.hotline_public import EntryChanged as EntryChanged
from contracts.hotline_public import EntryPage as EntryPage
from contracts.hotline_public import EntryRestated as EntryRestated
from contracts.hotline_public import EntryRows as EntryRows
from contracts.hotline_public import EntrySort as EntrySort
from contracts.hotline_public import IssueBulletin as IssueBulletin
from contracts.hotline_public import Knowledge as Knowledge
from contracts.hotline_public import KnowledgePublished as KnowledgePublished
from contracts.hotline_public import KnowledgeWithdrawn as KnowledgeWithdrawn
from contracts.hotline_public import ListEntries as ListEntries
from contracts.hotline_public import ListSignals as ListSignals
from contracts.hotline_public import OfferResult as OfferResult
from contracts.hotline_public import ProposeKnowledge as ProposeKnowledge
from contracts.hotline_public import PublicTicket as PublicTicket
from contracts.hotline_public import PublicTicketPublished as PublicTicketPublished
from contracts.hotline_public import PublicTicketWithdrawn as PublicTicketWithdrawn
from contracts.hotline_public import PublishEntry as PublishEntry
from contracts.hotline_public import ReviseEntry as ReviseEntry
from contracts.hotline_public import ShowEntry as ShowEntry
from contracts.hotline_public import Signal as Signal
from contracts.hotline_public import SignalClosed as SignalClosed
from contracts.hotline_public import SignalGrew as SignalGrew
from contracts.hotline_public import SignalRaised as SignalRaised
from contracts.hotline_public import SignalRestated as SignalRestated
from contracts.hotline_public import SignalRows as SignalRows
from contracts.hotline_public import SuggestionFigures as SuggestionFigures
from contracts.hotline_public import SuggestionRow as SuggestionRow
from contracts.hotline_public import WithdrawEntry as WithdrawEntry
from contracts.hotline_ratings import AppealRating as AppealRating
from contracts.hotline_ratings import ContactRater as ContactRater
from contracts.hotline_ratings import CountRatings as CountRatings
from contracts.hotline_ratings import ListRatings as ListRatings
from contracts.hotline_ratings import RatedObject as RatedObject
from contracts.hotline_ratings import Rating as Rating
from contracts.hotline_ratings import RatingAnswer as RatingAnswer
from contracts.hotline_ratings import RatingChanged as RatingChanged
from contracts.hotline_ratings import RatingClosed as RatingClosed
from contracts.hotline_ratings import RatingFigures as RatingFigures
from contracts.hotline_ratings import RatingGiven as RatingGiven
from contracts.hotline_ratings import RatingOverdue as RatingOverdue
from contracts.hotline_ratings import RatingPage as RatingPage
from contracts.hotline_ratings import RatingReceived as RatingReceived
from contracts.hotline_ratings import RatingRestated as RatingRestated
from contracts.hotline_ratings import RatingRow as RatingRow
from contracts.hotline_ratings import RatingRows as RatingRows
from contracts.hotline_ratings import RatingState as RatingState
from contracts.hotline_ratings import RatingWay as RatingWay
from contracts.hotline_ratings import Remedy as Remedy
from contracts.hotline_ratings import RemedyRating as RemedyRating
from contracts.hotline_ratings import RevisitRater as RevisitRater
from contracts.hotline_ratings import ShowRating as ShowRating
from contracts.hotline_ratings import Verdict as Verdict
from contracts.hotline_ratings import VerifyRating as VerifyRating
from contracts.hotline_reading import Following as Following
from contracts.hotline_reading import FollowTicket as FollowTicket
from contracts.hotline_reading import ListTickets as ListTickets
from contracts.hotline_reading import ProposedUnit as ProposedUnit
from contracts.hotline_reading import ShowTicket as ShowTicket
from contracts.hotline_reading import SimilarTicket as SimilarTicket
from contracts.hotline_reading import Step as Step
from contracts.hotline_reading import TicketPage as TicketPage
from contracts.hotline_reading import TicketRows as TicketRows
from contracts.hotline_terms import CATEGORIES as CATEGORIES
from contracts.hotline_terms import CENTRE as CENTRE
from contracts.hotline_terms import OWNER as OWNER
from contracts.hotline_terms import STAFF as STAFF
from contracts.hotline_terms import UNIT as UNIT
from contracts.hotline_terms import AgencyCode as AgencyCode
from contracts.hotline_terms import Attachment as Attachment
from contracts.hotline_terms import Caller as Caller
from contracts.hotline_terms import Duty as Duty
from contracts.hotline_terms import Ending as Ending
from contracts.hotline_terms import Location as Location
from contracts.hotline_terms import Matter as Matter
from contracts.hotline_terms import Reason as Reason
from contracts.hotline_terms import Satisfaction as Satisfaction
from contracts.hotline_terms import Ticket as Ticket
from contracts.hotline_terms import TicketKind as TicketKind
from contracts.hotline_terms import TicketState as TicketState
from contracts.hotline_terms import Urgency as Urgency


class Told(Contract):
    """What a caller says, by whatever door it comes."""

    channel: str = Field(min_length=1, max_length=20, description="渠道: 电话, 网站, 微信 …")
    kind: TicketKind = Field(description="诉求类型")
    title: Personal[str] = Field(min_length=1, max_length=200, description="标题, as given")
    content: Personal[str] = Field(min_length=1, max_length=20_000, description="内容, as given")
    category: str | None = Field(default=None, max_length=40, description="问题分类, one of the first-level subjects")
    place: Personal[str | None] = Field(default=None, max_length=200, description="问题发生地")
    location: Personal[Location | None] = None
    urgency: Urgency = Field(default=Urgency.NORMAL, description="紧急程度")
    caller: Personal[Caller | None] = None
    reply_by: AwareDatetime | None = Field(default=None, description="When the emitter has promised a reply.")
    attachments: Personal[tuple[Attachment, ...]] = Field(default=(), max_length=20)


class TicketAnswer(Answer):
    """Answer to a ticket emission. `outcome`: accepted, updated, noted (came after the end), merged, repeated (known
    already), ignored (a lower revision), rejected (see `field`, `reason`). `emission` is source:ticket_no:revision."""

    due_at: AwareDatetime | None = Field(default=None, description="When the caller is to have a reply at the latest.")
    query_code: str | None = Field(default=None, description="With the case number the caller follows the ticket.")
    notice: str | None = Field(default=None, description="Transfer notice of an emergency, to be acted on at once.")
    merged_into: str | None = Field(default=None, description="The case that this one is handled with.")


class TicketEmitted(Told, Intake, what="ticket", answer=TicketAnswer, named_by=("source", "ticket_no", "revision")):
    """A ticket as a hotline system emits it. The same source, ticket_no and revision is the same however often it
    comes; a higher revision updates; a lower one is ignored."""

    source: str = Field(pattern=r"^[\w-]{1,20}$", description="来源: 12345, 领导信箱, 网民留言 …")
    ticket_no: str = Field(pattern=r"^[A-Za-z0-9_./-]{1,64}$", description="工单编号 of the emitter")
    revision: int = Field(default=1, ge=1, le=100_000)
    occurred_at: AwareDatetime = Field(description="When the matter happened.")
    received_at: AwareDatetime = Field(description="受理时间 at the emitter; the caller's clock begins here.")


class TicketAccepted(Event, record="ticket", name="accepted"):
    """Sent when a ticket has become a case."""

    record: Ticket


class TicketAlarmed(Event, record="ticket", name="alarmed"):
    """Sent when an emergency has come by ticket and a person must confirm the hand-over."""

    record: Ticket


class TicketDispatched(Event, record="ticket", name="dispatched"):
    """Sent when a ticket was given to a lead unit."""

    record: Ticket


class TicketReplied(Event, record="ticket", name="replied"):
    """Sent when a reply to the caller stands, by the lead unit or by the centre."""

    record: Ticket


class TicketMerged(Event, record="ticket", name="merged"):
    """Sent when a ticket is handled with another from now on."""

    record: Ticket


class TicketClosed(Event, record="ticket", name="closed"):
    """Sent when a ticket is closed."""

    record: Ticket


class TicketOverdue(Event, record="ticket", name="overdue"):
    """Sent once when the caller's limit has passed without a reply."""

    record: Ticket


class TicketChanged(Event, record="ticket", name="changed"):
    """Sent when any other step was taken."""

    record: Ticket


class TicketRestated(Event, record="ticket", name="restated"):
    """Sent when the record is told again as it stands."""

    record: Ticket


class TicketTaken(Done):
    """A ticket was taken in; the caller follows it with number and query code."""

    outcome: str
    due_at: AwareDatetime | None = None
    query_code: str
    notice: str | None = None


class TakeTicket(Told, Command, by=(Role.CITIZEN, Role.DISPATCHER, Role.SERVICE), reply=TicketTaken):
    """Take in a ticket by the web, Open311 or a file; the same way as one from the bus."""

    source: str = Field(default="web", pattern=r"^[\w-]{1,20}$")
    ticket_no: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_./-]{1,64}$", description="By default our own.")
    revision: int = Field(default=1, ge=1, le=100_000)
    occurred_at: AwareDatetime | None = Field(default=None, description="By default now.")
    received_at: AwareDatetime | None = Field(default=None, description="By default now.")


class ClassifyTicket(Command, by=CENTRE):
    """Decide category and limit, and whom the ticket accuses. The rules only propose."""

    id: CaseId
    category: str = Field(max_length=40)
    matter: Matter
    accused: tuple[AgencyCode, ...] = Field(default=(), max_length=10)


class DispatchTicket(Command, by=CENTRE):
    """Give the ticket to a lead unit and co-operating units; never to a unit that it accuses."""

    id: CaseId
    lead: AgencyCode
    co: tuple[AgencyCode, ...] = Field(default=(), max_length=10)


class ConfirmHandOver(Command, by=CENTRE):
    """Confirm that an emergency was handed over to its number by voice."""

    id: CaseId
    number: Literal["110", "119", "120", "122"]


class SignTicket(Command, by=UNIT):
    """The lead unit signs for the ticket."""

    id: CaseId


class RecordContact(Command, by=(*CENTRE, *UNIT)):
    """The caller was contacted."""

    id: CaseId


class RequestReturn(Command, by=UNIT):
    """The lead unit asks to give the ticket back as not its duty (退单)."""

    id: CaseId
    reason: Reason


class DecideReturn(Command, by=CENTRE):
    """Approve or deny a return. A second one only the centre itself may approve."""

    id: CaseId
    approve: bool


class RequestExtension(Command, by=UNIT):
    """The lead unit asks for more working days, once, before the limit has passed."""

    id: CaseId
    days: int = Field(ge=1, le=60, description="Working days")
    reason: Reason


class DecideExtension(Command, by=CENTRE):
    """Approve or deny an extension."""

    id: CaseId
    approve: bool


class SuspendTicket(Command, by=CENTRE):
    """The matter will be done by a promised day (承诺办理), which the caller has been told."""

    id: CaseId
    until: date
    promise: Reason
    caller_told: bool = Field(description="The caller knows the promised day; without that no clock is changed.")


class ResumeTicket(Command, by=(*CENTRE, *UNIT)):
    """Take up a suspended ticket again."""

    id: CaseId


class UrgeTicket(Command, by=(*CENTRE, Role.SUPERVISOR)):
    """Remind the unit (催办)."""

    id: CaseId


class SuperviseTicket(Command, by=(Role.SUPERVISOR,)):
    """Put the ticket under supervision (督办), or raise the level."""

    id: CaseId
    level: int = Field(ge=1, le=3)


class ReplyTicket(Command, by=UNIT):
    """The lead unit's reply to the caller. A suggestion also says whether it is adopted, and why."""

    id: CaseId
    text: Personal[str] = Field(min_length=2, max_length=20_000)
    adopted: bool | None = None
    adoption_reason: Personal[str] = Field(default="", max_length=2000)


class ReviewReply(Command, by=CENTRE):
    """Let a reply stand, or send it back for another."""

    id: CaseId
    approve: bool
    reason: Personal[str] = Field(default="", max_length=2000)


class RecordVisit(Command, by=CENTRE):
    """The caller was visited (回访): reached or not, what is solved, how satisfied."""

    id: CaseId
    reached: bool
    solved: bool | None = None
    satisfaction: Satisfaction = Satisfaction.SILENT


class CloseTicket(Command, by=CENTRE):
    """Close: answered at once, visited, handed over outside, refused as outside the remit, or handled as it can be."""

    id: CaseId
    ending: Ending
    text: Personal[str] = Field(default="", max_length=20_000, description="Answer, contact outside, or reason.")


class ReopenTicket(Command, by=(*CENTRE, Role.SUPERVISOR)):
    """Take up a closed ticket again, with a new limit."""

    id: CaseId
    reason: Reason


class ArchiveTicket(Command, by=(*CENTRE, Role.ARCHIVIST)):
    """File a closed ticket; nothing changes after that."""

    id: CaseId


class MergeTicket(Command, by=CENTRE):
    """Handle a duplicate with another ticket. Its caller keeps reply, visit and rating."""

    id: CaseId
    into: CaseId


class UnmergeTicket(Command, by=CENTRE):
    """Handle a merged ticket by itself again."""

    id: CaseId


class RateTicket(Command, by=(Role.CITIZEN,)):
    """The caller's rating of a reply (好差评), once."""

    number: CaseId
    code: str = Field(max_length=20)
    level: int = Field(ge=1, le=5)

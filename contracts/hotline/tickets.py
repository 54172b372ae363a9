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
from contracts.hotline.terms import (
    CENTRE,
    UNIT,
    AgencyCode,
    Attachment,
    Caller,
    Ending,
    Location,
    Matter,
    Reason,
    Satisfaction,
    Ticket,
    TicketKind,
    Urgency,
)


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

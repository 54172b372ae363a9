"""What the hotline answers about tickets."""

from datetime import date

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Contract, Personal, Query, Reply, Role
from contracts.hotline.terms import STAFF, Caller, Ticket, TicketKind, TicketState


class Step(Contract):
    """One step that the caller may see."""

    at: AwareDatetime
    label: str


class Following(Reply):
    """What the caller sees of the ticket."""

    number: str
    state: str
    state_label: str
    kind: TicketKind
    category: str | None
    received_at: AwareDatetime
    due_at: AwareDatetime | None
    overdue: bool
    promised_on: date | None
    agency: str
    steps: tuple[Step, ...]
    reply: Personal[str | None] = None
    can_rate: bool = False
    merged_into: str | None = None


class FollowTicket(Query, by=(Role.CITIZEN, Role.SERVICE), reply=Following):
    """The caller follows the ticket by number and query code."""

    number: CaseId
    code: str = Field(max_length=20)


class SimilarTicket(Contract):
    """Another open ticket that may be about the same matter."""

    id: CaseId
    state_label: str
    likeness: int = Field(ge=0, le=100, description="How much of the text they share, in per cent.")
    same_place: bool


class ProposedUnit(Contract):
    """A unit that the duty catalogue names for the ticket's category, or for the town where the matter is."""

    agency: str
    name: str
    reason: str
    barred: bool = Field(default=False, description="It is accused, or stands under who is.")


class TicketPage(Reply):
    """A ticket with what the asker may read of its papers."""

    record: Ticket
    title: Personal[str | None] = None
    content: Personal[str | None] = None
    place: Personal[str | None] = None
    caller: Personal[Caller | None] = None
    reply: Personal[str | None] = None
    notes: Personal[tuple[str, ...]] = Field(default=(), description="Reasons given with requests and decisions.")
    accused: tuple[str, ...] = Field(default=(), description="Agencies complained of; shown to the centre alone.")
    named: tuple[str, ...] = Field(default=(), description="Agencies that a complaint names, for a person to judge.")
    similar: tuple[SimilarTicket, ...] = Field(default=(), description="Proposed for merging; a person decides.")
    proposed: tuple[ProposedUnit, ...] = Field(default=(), description="Units in charge by the duty catalogue.")


class ShowTicket(Query, by=STAFF, reply=TicketPage):
    """Read a ticket and its papers; who read them and why is kept."""

    id: CaseId
    purpose: str = Field(default="办理", max_length=100)


class TicketRows(Reply):
    tickets: tuple[Ticket, ...]


class ListTickets(Query, by=(*STAFF, Role.SERVICE), reply=TicketRows):
    """Tickets, newest first."""

    state: TicketState | None = None
    agency: str | None = Field(default=None, max_length=20)
    open: bool | None = None
    limit: int = Field(default=50, ge=1, le=200)

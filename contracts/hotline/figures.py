"""Numbers of the hotline, its history from elsewhere, and what Open311 asks."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Personal, Query, Reply, Role
from contracts.hotline.public import Signal
from contracts.hotline.terms import CENTRE, STAFF, AgencyCode, AsOf, Satisfaction, Ticket, TicketKind

READERS = (*STAFF, Role.OPENNESS, Role.SERVICE)
Dimension = Literal["total", "unit", "category", "channel", "kind", "area"]


class Share(Contract):
    """A rate with what it is made of. `value` is in per cent with two decimals; none where nothing is counted."""

    part: int
    of: int
    value: float | None


class Figures(Contract):
    """Tickets received in a period. Parts need not add up to totals: imported data may leave fields empty."""

    key: str
    label: str = ""
    received: int
    direct: int = Field(description="Answered by the centre without dispatch (直办).")
    dispatched: int = Field(description="Given to a unit (转办).")
    closed: int
    merged: int = Field(description="Handled with another ticket, the measure of repeated matters.")
    returned: int = Field(description="Given back by a unit at least once (退单).")
    reopened: int
    redone: int = Field(description="Whose reply was sent back at least once (重办).")
    overdue: int = Field(description="Whose limit has passed without a reply in time.")
    supervised: int
    response: Share = Field(description="响应率: contacted in time, of those whose contact is due or made.")
    solution: Share = Field(description="解决率: solved, of those that said solved or not.")
    satisfaction: Share = Field(description="满意率: satisfied, of those satisfied or dissatisfied; silent ones not.")
    on_time: Share = Field(description="按期办结率: answered in time, of those answered or past their limit.")
    returning: Share = Field(description="退单率: returned, of those dispatched at some time.")
    redoing: Share = Field(description="重办率: redone, of those answered at some time.")
    repeating: Share = Field(description="重复诉求率: merged, of those received.")


class StatisticsTable(Reply):
    first: date
    last: date
    by: Dimension
    total: Figures
    rows: tuple[Figures, ...]


class Statistics(Query, by=READERS, reply=StatisticsTable):
    """Tickets received from `first` to `last`, both included, by one dimension, as they stand now or stood on a day."""

    first: date
    last: date
    by: Dimension = "total"
    unit: str = Field(default="", max_length=40, description="Only tickets of this unit.")
    as_of: AsOf = None


class DutyPage(Reply):
    """The daily sheet of the duty desk (值班日报)."""

    day: date
    received: int
    closed: int
    open: int
    by_channel: dict[str, int]
    by_kind: dict[str, int]
    emergencies: tuple[Ticket, ...] = Field(description="Not yet confirmed as handed over.")
    overdue: tuple[Ticket, ...]
    due: tuple[Ticket, ...] = Field(description="Due before the end of the next day.")
    unsigned: tuple[Ticket, ...]
    visits: tuple[Ticket, ...] = Field(description="Callers to be visited.")
    signals: tuple[Signal, ...]


class DutySheet(Query, by=READERS, reply=DutyPage):
    """What came in on a day, and what the desk must see to now."""

    day: date | None = Field(default=None, description="Today if empty.")


class SupervisionLine(Contract):
    """A ticket that supervision must look at, and why."""

    ticket: Ticket
    reasons: tuple[str, ...]


class SupervisionPage(Reply):
    total: int
    lines: tuple[SupervisionLine, ...]


class SupervisionList(Query, by=READERS, reply=SupervisionPage):
    """Open tickets that are overdue, supervised, often urged, returned, redone or reopened (督办清单)."""

    agency: str | None = Field(default=None, max_length=20)


class Topic(Contract):
    """A hot topic: a class in a town."""

    category: str
    area: str
    count: int
    share: float = Field(description="Of all received, in per cent.")
    before: int = Field(description="In the month before.")


class MonthPage(Reply):
    """Data of the monthly bulletin (月度通报)."""

    year: int
    month: int
    total: Figures
    last_year: int = Field(description="Received in the same month of the year before.")
    last_month: int = Field(description="Received in the month before.")
    year_on_year: float | None = Field(description="Change in per cent; none where nothing came then.")
    month_on_month: float | None
    by_channel: tuple[Figures, ...]
    by_kind: tuple[Figures, ...]
    by_category: tuple[Figures, ...]
    by_unit: tuple[Figures, ...]
    topics: tuple[Topic, ...]


class MonthlyBulletin(Query, by=READERS, reply=MonthPage):
    """Figures of one month: total, changes, by channel, kind, class and unit, hot topics."""

    year: int = Field(ge=2004, le=2100)
    month: int = Field(ge=1, le=12)
    as_of: AsOf = None


class HistoryRow(Contract):
    """A closed ticket of another system, as its export has it. What the export leaves out stays empty."""

    line: int = Field(ge=1, description="Where it stood in the file.")
    source: str = Field(pattern=r"^[\w-]{1,20}$")
    ticket_no: str = Field(pattern=r"^[A-Za-z0-9_./-]{1,64}$")
    received_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    channel: str = Field(default="", max_length=40)
    kind: TicketKind | None = None
    category: str = Field(default="", max_length=40)
    unit: str = Field(default="", max_length=100, description="办理单位, its name or code")
    area: str = Field(default="", max_length=200)
    title: Personal[str] = Field(default="", max_length=500)
    content: Personal[str] = Field(default="", max_length=20_000)
    reply: Personal[str] = Field(default="", max_length=20_000)
    solved: bool | None = None
    satisfaction: Satisfaction | None = None


class HistoryBad(Contract):
    """A line that was not taken in, and why."""

    line: int
    code: str
    field: str | None = None
    reason: str


class HistoryTaken(Reply):
    """What became of a batch: new ones, ones known already, and refused lines."""

    imported: int
    known: int
    refused: tuple[HistoryBad, ...]


class ImportTickets(Command, by=(*CENTRE, Role.ARCHIVIST, Role.OPERATOR), reply=HistoryTaken, one_by_one="rows"):
    """Take in closed tickets of another system. A line is recognised by source and number: a repeat changes nothing."""

    rows: tuple[HistoryRow, ...] = Field(min_length=1, max_length=100)


class TellHowToApply(Command, by=CENTRE):
    """The caller was told how to apply for government information. It starts no statutory clock."""

    id: CaseId


class BecomeRequest(Command, by=CENTRE):
    """With the caller's consent the ticket becomes a request for information, at an agency, under its own rules."""

    id: CaseId
    agency: AgencyCode
    consent: bool = Field(description="The caller has agreed; without that it is refused.")
    description: Personal[str] = Field(default="", max_length=20_000, description="By default the ticket's own words.")


class Reported(Contract):
    """What Open311 shows of a ticket that came by it: nothing personal."""

    id: CaseId
    open: bool
    state_label: str
    kind: TicketKind
    category: str | None
    area: str | None
    agency: str
    agency_name: str
    received_at: AwareDatetime
    updated_at: AwareDatetime
    due_at: AwareDatetime | None


class ReportedRows(Reply):
    tickets: tuple[Reported, ...]


class ReportedTickets(Query, by=(Role.CITIZEN, Role.SERVICE), reply=ReportedRows):
    """Tickets that came by Open311, newest first. Reports and secret callers' tickets are never among them."""

    ids: tuple[CaseId, ...] = Field(default=(), max_length=200)
    category: tuple[str, ...] = Field(default=(), max_length=20)
    open: bool | None = None
    first: AwareDatetime | None = None
    last: AwareDatetime | None = None
    limit: int = Field(default=100, ge=1, le=1000)

"""What the case of a meeting remembers. Who sat in is counted by class; nobody is named."""

from datetime import datetime

from contracts.publication.meetings import AgendaItem, Attendance, ItemResult, MeetingType
from kernel.facts import Fact
from services.publication.domain.facts import Official


class MeetingPlanned(Fact):
    id: str
    agency: str
    title: str
    type: MeetingType
    meets_at: datetime
    agenda: tuple[AgendaItem, ...]
    by: Official
    at: datetime


class AgendaRevised(Fact):
    meets_at: datetime
    agenda: tuple[AgendaItem, ...]
    by: Official
    at: datetime


class MeetingApproved(Fact):
    by: Official
    at: datetime


class LiveSet(Fact):
    url: str
    channel: str
    by: Official
    at: datetime


class MeetingHeld(Fact):
    results: tuple[ItemResult, ...]
    attendance: tuple[Attendance, ...]
    by: Official
    at: datetime


class ResultPublished(Fact):
    """`notes`: what came of the opinions of the public, by item. `days_late` in working days."""

    notes: dict[int, str]
    days_late: int
    by: Official
    at: datetime


class MeetingCancelled(Fact):
    reason: str
    by: Official
    at: datetime

"""Work around requests: collection from units, complaints, tests of channels."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Done, Event, Personal, Query, Reply, Role, WorkRecord
from contracts.requests.answers import LedgerPage
from contracts.requests.terms import MAX_TEXT, OFFICE, READERS, Channel, Step

WATCHERS = (Role.OPENNESS, Role.SUPERVISOR)
Finding = Literal["属实", "部分属实", "不属实"]
Measure = Literal["督促整改", "通报批评"]
Ending = Literal["答复", "撤回", "不属于受理范围"]


class Held(StrEnum):
    """What a unit answers when it is asked for information."""

    PROVIDED = "已提供"
    PARTLY = "部分提供"
    NOT_HELD = "不掌握"
    OBJECTS = "建议不予公开"


class Collection(WorkRecord):
    """协查: a unit is asked for what it holds on a request. On the desk of that unit."""

    request: CaseId
    asked_by: str = Field(description="Code of the agency in charge of the request.")
    answer: Held | None = None
    answered_on: date | None = None


class CollectionChanged(Event, record="collection", name="changed"):
    """Sent when a unit was asked, has answered, or need not answer any more."""

    record: Collection


class CollectionOverdue(Event, record="collection", name="overdue"):
    """Sent once when a unit has not answered in time."""

    record: Collection


class CollectionRestated(Event, record="collection", name="restated"):
    """Sent when the collection is told again as it stands."""

    record: Collection


class AskUnit(Step, by=OFFICE):
    """协查: ask a unit for what it holds, by a day within the reply limit. Several units may be asked."""

    unit: str = Field(max_length=40)
    question: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)
    due_on: date


class AnswerCollection(Command, by=(Role.CLERK, Role.OPENNESS, Role.HEAD)):
    """The unit's answer."""

    id: CaseId
    held: Held
    answer: Personal[str] = Field(min_length=2, max_length=MAX_TEXT, description="What, or where it was searched.")


class WithdrawCollection(Command, by=OFFICE):
    """The unit need not answer any more."""

    id: CaseId


class CollectionDetail(Reply):
    """A collection with its words, read for a purpose."""

    record: Collection
    question: Personal[str] | None = None
    answer: Personal[str] | None = None


class GetCollection(Query, by=READERS, reply=CollectionDetail):
    """What a unit was asked. With a purpose its words are read too, and the reading is kept."""

    id: CaseId
    purpose: str = Field(default="", max_length=200)


class CollectionList(Reply):
    rows: tuple[Collection, ...]


class ListCollections(Query, by=(*READERS, Role.SERVICE), reply=CollectionList):
    """Collections of a request, or open ones of a unit, the most urgent first."""

    request: str = Field(default="", max_length=80)
    unit: str = Field(default="", max_length=40)
    limit: int = Field(default=100, ge=1, le=200)


class Complaint(WorkRecord):
    """投诉举报 about a unit's open-government work (条例47, 51), at the office that supervises it."""

    about: str = Field(description="Code of the unit complained about.")
    request: CaseId | None = None
    received_on: date
    due_on: date = Field(description="Our own limit for the answer: the regulation names none.")
    finding: Finding | None = None
    measure: Measure | None = None
    rectify_by: date | None = None
    rectified_on: date | None = None
    ending: Ending | None = None
    closed_on: date | None = None


class ComplaintReceived(Event, record="complaint", name="received"):
    """Sent when a complaint was registered."""

    record: Complaint


class ComplaintChanged(Event, record="complaint", name="changed"):
    """Sent when a complaint was verified, ordered, rectified or closed."""

    record: Complaint


class ComplaintOverdue(Event, record="complaint", name="overdue"):
    """Sent once when a complaint's limit, or that of an ordered rectification, has passed."""

    record: Complaint


class ComplaintRestated(Event, record="complaint", name="restated"):
    """Sent when the complaint is told again as it stands."""

    record: Complaint


class FileComplaint(Command, by=WATCHERS, reply=Done):
    """登记投诉举报 at the supervising office (条例51)."""

    about: str = Field(max_length=40)
    request: CaseId | None = None
    complainant: Personal[str] = Field(default="", max_length=300, description="Name and contact; may stay empty.")
    text: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)
    received_on: date | None = None


class ComplaintStep(Command):
    """Common to the steps of one complaint."""

    id: CaseId


class VerifyComplaint(ComplaintStep, by=WATCHERS):
    """核实 (条例47)."""

    finding: Finding
    text: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)


class OrderRectification(ComplaintStep, by=WATCHERS):
    """督促整改 or 通报批评 of a unit that does not do its duty (条例47)."""

    measure: Measure
    text: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)
    until: date | None = Field(default=None, description="Last day, for 督促整改.")


class RecordRectification(ComplaintStep, by=WATCHERS):
    """The unit has done what was ordered."""

    text: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)
    rectified_on: date | None = None


class CloseComplaint(ComplaintStep, by=WATCHERS):
    """答复 the complainant, or end it otherwise. An upheld complaint is answered after its order only."""

    ending: Ending
    text: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)


class ComplaintDetail(Reply):
    """A complaint; its words only for a purpose."""

    record: Complaint
    words: Personal[tuple[str, ...]] = ()


class GetComplaint(Query, by=WATCHERS, reply=ComplaintDetail):
    """One complaint. With a purpose its words are read too, and the reading is kept."""

    id: CaseId
    purpose: str = Field(default="", max_length=200)


class ComplaintList(Reply):
    rows: tuple[Complaint, ...]


class ListComplaints(Query, by=(*WATCHERS, Role.ARCHIVIST, Role.SERVICE), reply=ComplaintList):
    """Complaints, the most urgent first."""

    about: str = Field(default="", max_length=40)
    open: bool | None = None
    limit: int = Field(default=100, ge=1, le=200)


class ChannelTest(WorkRecord):
    """渠道畅通: whether one channel of one agency was tried and is open."""

    channel: Channel
    tested_on: date | None = None
    works: bool = False
    next_on: date = Field(description="Last day for the next test.")


class ChannelTested(Event, record="channel", name="tested"):
    """Sent when a channel was tried."""

    record: ChannelTest


class ChannelUntested(Event, record="channel", name="overdue"):
    """Sent once when a channel was not tried in its period."""

    record: ChannelTest


class ChannelRestated(Event, record="channel", name="restated"):
    """Sent when the channel is told again as it stands."""

    record: ChannelTest


class RecordChannelTest(Command, by=(*OFFICE, Role.SUPERVISOR)):
    """登记一次渠道测试."""

    agency: str = Field(max_length=40)
    channel: Channel
    works: bool
    note: str = Field(default="", max_length=500, description="How it was tried, what was wrong; no personal data.")
    tested_on: date | None = None


class ChannelList(Reply):
    rows: tuple[ChannelTest, ...]
    never: tuple[str, ...] = Field(default=(), description="Channels of the agency that were never tried.")


class ListChannels(Query, by=(*READERS, Role.SERVICE), reply=ChannelList):
    """The channels of an agency, or all that are broken or were not tried in time."""

    agency: str = Field(default="", max_length=40)


class RecordHelp(Step, by=OFFICE):
    """提供必要帮助: to an applicant with difficulties in reading, seeing or hearing (条例43)."""

    help: Personal[str] = Field(min_length=2, max_length=2000)


class NoteContact(Step, by=OFFICE):
    """联系记录: what was said by telephone or at the counter."""

    note: Personal[str] = Field(min_length=2, max_length=2000)


class ListArrived(Query, by=(*READERS, Role.SERVICE), reply=LedgerPage):
    """What came in during the last days, the newest first."""

    days: int = Field(default=1, ge=0, le=60, description="How many days back.")
    agency: str = Field(default="", max_length=40)
    limit: int = Field(default=100, ge=1, le=200)


class PublicHit(Contract):
    """Something public already."""

    id: str
    title: str
    url: str
    published_on: str | None = None


class AlreadyPublicFound(Reply):
    """What is public already and may be what is wanted. It never keeps anyone from applying."""

    searched: bool = Field(description="The search answered; otherwise nothing is known.")
    hits: tuple[PublicHit, ...] = ()


class AlreadyPublic(Query, by=(Role.CITIZEN, *OFFICE), reply=AlreadyPublicFound):
    """Look for what is asked for among what is public, before an application is filed (条例36(1))."""

    description: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)

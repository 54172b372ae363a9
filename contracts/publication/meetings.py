"""会议公开: meetings with the openness of each item, who was invited, and what was decided.
Published from `contracts.publication`."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Query, Record, Reply, Role, WorkRecord
from contracts.publication.record import Attribute, RunningLimit
from contracts.publication.terms import ANYONE, OFFICE, SECRECY, WORKERS

ITEMS = 30
"""Items of one agenda."""


class MeetingType(StrEnum):
    """Meetings whose decisions concern the public."""

    PLENARY = "政府全体会议"
    STANDING = "政府常务会议"
    UNIT = "部门办公会议"
    VIDEO = "电视电话会议"
    OTHER = "其他会议"


class InviteeClass(StrEnum):
    """Who is invited to sit in (七星关区 2017 一(一)2; 义乌市 2018 三(三))."""

    CONCERNED = "利益相关方"
    CITIZEN = "市民代表"
    DEPUTY = "人大代表"
    MEMBER = "政协委员"
    EXPERT = "专家学者"
    MEDIA = "新闻媒体"


class OpennessProposal(Contract):
    """Whether and how an item is made public, and who is invited; approved together with the plan of the meeting."""

    attribute: Attribute
    ground: str | None = Field(default=None, max_length=20, description="不公开的法定依据")
    reason: str | None = Field(default=None, max_length=300, description="不公开的理由")
    ways: tuple[str, ...] = Field(default=(), max_length=10, description="公开渠道")
    invite: tuple[InviteeClass, ...] = Field(default=(), max_length=6, description="拟邀请列席的人员类别")


class AgendaItem(Contract):
    """One item of a meeting."""

    no: int = Field(ge=1, le=ITEMS)
    title: str = Field(min_length=2, max_length=150)
    field: str | None = Field(default=None, max_length=20, description="重大民生事项领域")
    matter: CaseId | None = Field(default=None, description="决策事项编号")
    proposal: OpennessProposal | None = None


class Attendance(Contract):
    """Invited people of one class, by number; nobody is named."""

    invitees: InviteeClass
    invited: int = Field(ge=1, le=500)
    attended: int = Field(default=0, ge=0, le=500)


class ItemResult(Contract):
    """What a meeting decided about an item."""

    no: int = Field(ge=1, le=ITEMS)
    result: str = Field(min_length=2, max_length=600)


class MeetingStage(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    APPROVED = "approved"
    HELD = "held"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Meeting(WorkRecord):
    """会议, as the offices work on it."""

    type: MeetingType
    meets_at: AwareDatetime
    items: int
    unproposed: tuple[int, ...] = Field(default=(), description="Items of livelihood fields without a proposal.")
    invited: dict[InviteeClass, int] = Field(default_factory=dict)
    attended: dict[InviteeClass, int] = Field(default_factory=dict)
    days_late: int | None = Field(default=None, description="Working days after the limit; 0 in time.")
    limit: RunningLimit | None = Field(default=None, description="The limit that runs or was missed.")
    warned: bool = Field(default=False, description="The warning before the end of the limit has been given.")


class MeetingChanged(Event, record="meeting", name="changed"):
    """Sent when a meeting was planned, approved, held, published or cancelled."""

    record: Meeting


class MeetingOverdue(Event, record="meeting", name="overdue"):
    """Sent once when the result of a meeting was not public in its time."""

    record: Meeting


class MeetingRestated(Event, record="meeting", name="restated"):
    """Sent when all meetings are told again."""

    record: Meeting


class PublicItem(Contract):
    """An item as anyone may read it."""

    no: int
    title: str
    field: str | None = None
    matter: CaseId | None = None
    result: str
    adoption_note: str = Field(default="", description="意见征集和采纳情况说明")


class PublicMeeting(Record):
    """会议 as anyone may read it: the live broadcast, and the result."""

    title: str = Field(max_length=200)
    type: MeetingType
    agency: str
    meets_at: AwareDatetime
    live_url: str = Field(default="", description="直播地址")
    live_channel: str = ""
    attended: dict[InviteeClass, int] = Field(default_factory=dict, description="列席人员")
    items: tuple[PublicItem, ...] = Field(default=(), max_length=ITEMS)
    withheld: dict[str, int] = Field(default_factory=dict, description="不公开的议题数, by legal ground")
    published_at: AwareDatetime | None = None
    stage: MeetingStage
    stage_label: str


class LiveAnnounced(Event, record="public_meeting", name="live_announced", audience=Audience.PUBLIC):
    """Sent when the live broadcast of a meeting was announced."""

    record: PublicMeeting


class MeetingPublished(Event, record="public_meeting", name="published", audience=Audience.PUBLIC):
    """Sent when the result of a meeting was published."""

    record: PublicMeeting


class PublicMeetingChanged(Event, record="public_meeting", name="changed", audience=Audience.PUBLIC):
    """Sent when an announced meeting was held or cancelled."""

    record: PublicMeeting


class PublicMeetingRestated(Event, record="public_meeting", name="restated", audience=Audience.PUBLIC):
    """Sent when all public meetings are told again."""

    record: PublicMeeting


class PlanMeeting(Command, by=WORKERS):
    """A meeting with its agenda and the openness of each item."""

    title: str = Field(min_length=4, max_length=150)
    type: MeetingType
    meets_at: AwareDatetime
    agenda: tuple[AgendaItem, ...] = Field(min_length=1, max_length=ITEMS)


class ReviseAgenda(Command, by=WORKERS):
    """Another agenda or another time, before the meeting; it is approved again."""

    id: CaseId
    meets_at: AwareDatetime | None = None
    agenda: tuple[AgendaItem, ...] = Field(min_length=1, max_length=ITEMS)


class ApproveMeeting(Command, by=(Role.HEAD,)):
    """The plan of the meeting is approved together with the openness of its items."""

    id: CaseId


class AnnounceLive(Command, by=OFFICE):
    """Where the meeting can be watched or heard."""

    id: CaseId
    url: str = Field(pattern=r"^https://[^\s<>\"']{4,300}$", description="直播地址, https")
    channel: str = Field(min_length=2, max_length=40, description="电视、广播、网络、微直播")
    secrecy: bool = SECRECY


class HoldMeeting(Command, by=WORKERS):
    """The meeting was held: what it decided about each item, and who sat in."""

    id: CaseId
    results: tuple[ItemResult, ...] = Field(min_length=1, max_length=ITEMS)
    attendance: tuple[Attendance, ...] = Field(default=(), max_length=6)


class PublishMeeting(Command, by=OFFICE):
    """Publish what was decided, as approved; an item that the public was consulted about carries what came of it."""

    id: CaseId
    secrecy: bool = SECRECY


class CancelMeeting(Command, by=(*WORKERS, Role.HEAD)):
    """The meeting does not take place."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=200)


class MeetingCount(Contract):
    """How many meetings of an agency others sat in on in a year."""

    agency: str
    agency_name: str
    type: MeetingType
    held: int
    with_invitees: int
    required: int
    missing: int


class MeetingCounts(Reply):
    year: int
    source: str
    rows: tuple[MeetingCount, ...]


class GetMeetingCounts(Query, by=ANYONE, reply=MeetingCounts):
    """常务会议 and 部门办公会议 with invited people, counted apart, against the number that each should reach."""

    year: int = Field(ge=2000, le=2100)
    agency: str | None = Field(default=None, max_length=40)

"""What the opinion service tells, answers and takes (政务舆情)."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Event, Personal, Query, Reply, Role, WorkRecord
from contracts.doubts import NAMED, POINT, SHOWN, RaisedDoubt

COORDINATORS = (Role.OPENNESS, Role.SUPERVISOR)
"""Who may assess and assign: the offices that co-ordinate (政府办公室会同宣传部门, 七星党办字〔2017〕78号 (七)1)."""


class Tier(StrEnum):
    """Weight class of a source."""

    CENTRAL = "中央媒体"
    PROVINCIAL = "省级媒体"
    CITY = "市级媒体"
    SELF = "自媒体"


class Level(StrEnum):
    """Alert level (预警级别), the highest first."""

    RED = "特别重大"
    ORANGE = "重大"
    YELLOW = "较大"
    BLUE = "一般"
    NONE = "未预警"


class Focus(StrEnum):
    """What is watched for above all (监测重点; 七星党办字〔2017〕78号 (七)2)."""

    DECISIONS = "重要决策部署"
    INTERESTS = "切身利益"
    IMAGE = "政府形象和公信力"
    EMERGENCY = "突发事件和自然灾害"
    MORALS = "社会道德底线"
    FALSEHOOD = "不实信息"


class Handling(StrEnum):
    """The six ways of handling (分类处置; 七星党办字〔2017〕78号 (七)3). An emergency is a clock, not one of them."""

    PROPOSAL = "建设性意见建议"
    HARDSHIP = "实际困难"
    MAJOR = "重大问题"
    UNCLEAR = "不了解或认识模糊"
    WRONG = "错误看法"
    FALSE = "虚假和不实信息"


class Emergency(StrEnum):
    """Grades of emergencies that have the 5 h and 24 h clocks (七星党办字〔2017〕78号 (七)4)."""

    GRAVE = "特别重大突发事件"
    MAJOR = "重大突发事件"


class Duty(StrEnum):
    """What must be done in time."""

    INFORM = "发布权威信息"
    PRESS = "举行新闻发布会"
    ANSWER = "回应"


class Reach(Contract):
    """How far posts went."""

    views: int = Field(default=0, ge=0, le=10**12, description="阅读")
    reposts: int = Field(default=0, ge=0, le=10**12, description="转发")
    comments: int = Field(default=0, ge=0, le=10**12, description="评论")
    likes: int = Field(default=0, ge=0, le=10**12, description="点赞")


class Post(Contract):
    """A post as it was collected. The author is kept as a keyed digest only."""

    source: str = Field(min_length=1, max_length=40, description="Where it stands: 微博, 论坛, 媒体 …")
    url: str = Field(pattern=r"^https?://\S+$", max_length=500, description="Its address; tells posts apart.")
    author: Personal[str] = Field(min_length=1, max_length=100)
    posted_at: AwareDatetime
    text: Personal[str] = Field(min_length=1, max_length=5000)
    place: str | None = Field(
        default=None, max_length=60, description="Place that it is about, as the collector read it."
    )
    tier: Tier | None = Field(default=None, description="Weight class of the source; else read from `source`.")
    reach: Reach = Reach()


class PostRefused(Contract):
    """A post of a batch that was not taken."""

    position: int = Field(ge=0, description="Place in the batch, from 0.")
    code: str
    reason: str = Field(description="Chinese sentence; never repeats the value.")


class Ingested(Reply):
    """What became of a batch of posts. They are grouped within seconds."""

    taken: int = Field(description="New posts.")
    known: int = Field(description="Posts known before; their reach was brought up to date.")
    refused: tuple[PostRefused, ...] = ()


class IngestPosts(
    Command, by=(Role.CLERK, Role.OPENNESS, Role.OPERATOR, Role.SERVICE), reply=Ingested, one_by_one="posts"
):
    """Take in collected posts. A post is recognised by its address, so a repeated batch changes nothing."""

    posts: tuple[Post, ...] = Field(min_length=1, max_length=200)


class DutyState(Contract):
    """One duty with its limit in hours from the start of the clock."""

    duty: Duty
    due_at: AwareDatetime
    done_at: AwareDatetime | None = None
    overdue: bool = False


class OpinionEvent(WorkRecord):
    """Posts on one matter, what was found about it and what is done (舆情事件). It holds no word of any post."""

    place: str = Field(default="", description="Place that the matter is about.")
    subject: str = Field(default="", description="Code of the subject.")
    subject_label: str = ""
    detected_at: AwareDatetime = Field(description="First detection.")
    happened_at: AwareDatetime | None = Field(default=None, description="When it happened, where known.")
    clock_from: AwareDatetime = Field(description="Start of the clocks.")
    posts: int = Field(default=0, ge=0, description="Posts, copies included.")
    texts: int = Field(default=0, ge=0, description="Posts that are not copies of each other.")
    reach: Reach = Reach()
    heat: float = Field(default=0, ge=0, le=100, description="Heat at `measured_at`, 0 to 100.")
    measured_at: AwareDatetime | None = None
    level: Level = Level.NONE
    level_by_person: bool = Field(default=False, description="A person has set the level.")
    handling: Handling | None = None
    focus: Focus | None = None
    emergency: Emergency | None = None
    co_agencies: tuple[str, ...] = Field(default=(), description="Agencies that take part.")
    proposed_agency: str = Field(default="", description="Who should answer by the rules, until a person assigns.")
    proposed_reason: str = ""
    duties: tuple[DutyState, ...] = ()
    responses: int = Field(default=0, ge=0)
    documents: tuple[CaseId, ...] = Field(default=(), description="Published responses.")
    doubts: tuple[RaisedDoubt, ...] = Field(
        default=(), max_length=SHOWN, description="What the posts misunderstand or doubt about public documents."
    )


class EventOpened(Event, record="event", name="opened"):
    """Sent when posts on one matter, or a person, have opened an event."""

    record: OpinionEvent


class EventAssigned(Event, record="event", name="assigned"):
    """Sent when a person has named who must answer."""

    record: OpinionEvent


class EventLevelled(Event, record="event", name="levelled"):
    """Sent when the alert level has changed."""

    record: OpinionEvent


class EventWarned(Event, record="event", name="warned"):
    """Sent when a limit is near."""

    record: OpinionEvent


class EventOverdue(Event, record="event", name="overdue"):
    """Sent once for each duty whose limit has passed."""

    record: OpinionEvent


class EventDoubted(Event, record="event", name="doubted"):
    """Sent when a doubt about a public document was marked on an event."""

    record: OpinionEvent


class EventResponded(Event, record="event", name="responded"):
    """Sent when a response has been published."""

    record: OpinionEvent


class EventClosed(Event, record="event", name="closed"):
    """Sent when an event is closed, or dismissed as none."""

    record: OpinionEvent


class EventChanged(Event, record="event", name="changed"):
    """Sent when anything else about an event has changed: its posts, its assessment."""

    record: OpinionEvent


class EventRestated(Event, record="event", name="restated"):
    """Sent when all records are told again."""

    record: OpinionEvent


class OpenEvent(Command, by=(Role.CLERK, *COORDINATORS, Role.SERVICE)):
    """A person opens an event without waiting for posts: after a notice, or for an emergency not yet online."""

    title: str = Field(min_length=4, max_length=100, description="Without personal data.")
    place: str = Field(default="", max_length=60)
    subject: str = Field(default="", max_length=40, description="Code of the subject.")
    happened_at: AwareDatetime | None = None
    emergency: Emergency | None = None


class Assess(Command, by=COORDINATORS):
    """A person says how the event is to be handled (研判)."""

    id: CaseId
    handling: Handling
    focus: Focus | None = None
    reason: str = Field(min_length=2, max_length=300)


class Declare(Command, by=COORDINATORS):
    """A person declares a grave or major emergency: the 5 h and 24 h clocks run from the start of the clock."""

    id: CaseId
    emergency: Emergency
    happened_at: AwareDatetime | None = Field(default=None, description="Moves the start of the clocks if earlier.")
    reason: str = Field(min_length=2, max_length=300)


class Assign(Command, by=COORDINATORS):
    """A person names the agency that must answer and those that take part."""

    id: CaseId
    lead: str = Field(max_length=40)
    co_agencies: tuple[str, ...] = Field(default=(), max_length=20)
    reason: str = Field(min_length=2, max_length=300)


class SetLevel(Command, by=COORDINATORS):
    """A person sets the alert level; the platform then only proposes."""

    id: CaseId
    level: Level
    reason: str = Field(min_length=2, max_length=300)


class Respond(Command, by=(Role.CLERK, Role.HEAD, *COORDINATORS)):
    """Record a published response: causes, solution, constraints, and who spoke
    (翁源县2018年分工方案 21; 七星党办字〔2017〕78号 (七)4)."""

    id: CaseId
    duty: Duty
    document: CaseId | None = Field(default=None, description="Number of the published document.")
    url: str = Field(default="", max_length=500, description="Where it stands, if not a document of the platform.")
    speaker: str = Field(min_length=2, max_length=60, description="第一新闻发言人: official who spoke.")
    causes: str = Field(min_length=2, max_length=500, description="成因")
    solution: str = Field(min_length=2, max_length=500, description="解决方案")
    constraints: str = Field(min_length=1, max_length=500, description="制约因素")


class RaiseEventDoubt(Command, by=(Role.CLERK, *COORDINATORS)):
    """A person marks that the posts misunderstand or doubt a public document: publication takes it up and answers.
    The event must be judged 不了解或认识模糊 or 错误看法."""

    id: CaseId
    document: str = NAMED
    point: str = POINT


class Dismiss(Command, by=COORDINATORS):
    """A person decides that this is no event."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300)


class Close(Command, by=COORDINATORS):
    """Close an event whose duties are done."""

    id: CaseId
    result: str = Field(min_length=2, max_length=500)


class HeatPoint(Contract):
    """Heat at the end of one window."""

    at: AwareDatetime
    heat: float


class HeatState(Reply):
    """How an event stands now, by its posts."""

    id: CaseId
    posts: int
    texts: int
    reach: Reach
    heat: float
    level: Level
    points: tuple[HeatPoint, ...] = Field(description="Of the last hours, oldest first.")


class ShowHeat(Query, by=(Role.CLERK, *COORDINATORS, Role.OPERATOR, Role.SERVICE), reply=HeatState):
    """Heat of an event at this moment, and its course."""

    id: CaseId


class ReadPost(Contract):
    """A post as kept."""

    source: str
    url: Personal[str]
    posted_at: AwareDatetime
    seen_at: AwareDatetime
    text: Personal[str]
    place: str
    copies: int = Field(description="Posts with the same text, this one included.")
    reach: Reach = Field(description="Over all copies.")


class PostList(Reply):
    """Texts of an event, the widest reach first; copies stand for one."""

    posts: tuple[ReadPost, ...]


class ReadPosts(Command, by=(Role.CLERK, Role.HEAD, *COORDINATORS), reply=PostList):
    """Read the posts of an event. Who read them and why is kept."""

    id: CaseId
    purpose: str = Field(min_length=2, max_length=200)
    limit: int = Field(default=15, ge=1, le=15, description="Few enough for one message.")

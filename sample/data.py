"""Typed readers of the sample files; README.md beside this file says what each field means."""

from datetime import date, datetime
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from sample.offset import Day, Load, Moment, WorkdaysBefore


class Sample(BaseModel):
    """Base of every sample record: frozen, strict, no unknown field."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Record = TypeVar("Record", bound=Sample)

AgencyKind = Literal[
    "government", "office", "party", "department", "vertical", "outpost",
    "township", "subdistrict", "institution", "utility", "court", "superior",
]  # fmt: skip


class SampleRegion(Sample):
    """The region: a code of six digits and its name."""

    code: str = Field(pattern=r"^\d{6}$")
    name: str


class SampleOffice(Sample):
    """An agency's office for open government (政务公开工作机构), as a public guide has to name it."""

    name: str
    leader: str
    phone: str
    fax: str
    email: str
    hours: str


class SampleAgency(Sample):
    """One row of the agency register; `valid_to` is the last day on which the agency existed."""

    code: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$")
    name: str
    aliases: list[str]
    org_code: str
    kind: AgencyKind
    parent: str | None
    groups: list[str]
    valid_from: date
    valid_to: date | None
    successors: list[str]
    reviewed_by: str | None
    court: str | None
    phone: str
    address: str
    flags: list[Literal["issuing_office", "openness_office", "hotline_centre", "macro", "livelihood", "enforcement"]]
    office: SampleOffice | None


class SampleRegister(Sample):
    """The region, its groups of agencies and its agencies."""

    notice: str
    region: SampleRegion
    groups: list[str]
    agencies: list[SampleAgency]


class SampleDocument(Sample):
    """One document of the stock; a document that is not public has neither `published_on` nor channels."""

    title: str
    body: str = Field(min_length=150, max_length=900)
    issuer: str
    co_issuers: list[str]
    doc_no: str | None
    kind: str
    category: Literal["概况", "计划总结", "法规公文", "工作动态", "人事", "财政", "其他"]
    genre: Literal[
        "决议", "决定", "命令", "公报", "公告", "通告", "意见", "通知",
        "通报", "报告", "请示", "批复", "议案", "函", "纪要", "其他",
    ]  # fmt: skip
    theme: str
    openness: Literal["决策", "执行", "管理", "服务", "结果"]
    formed_on: date
    published_on: date | None
    attribute: Literal["主动公开", "依申请公开", "不予公开"]
    ground: str | None
    reason: str | None
    keywords: list[str]
    summary: str = Field(max_length=100)
    validity: Literal["有效", "失效", "废止", "修改"]
    effective_on: date | None
    repealed_on: date | None
    repealed_by: str | None
    channels: list[str]
    interprets: str | None


class SampleTarget(Sample):
    """What a task has to reach."""

    value: int
    unit: str
    note: str


class SampleTask(Sample):
    """One task; `co` names agency codes or groups, `lead` is empty where each acts alone."""

    no: int
    section: str
    requirement: str
    lead: str | None
    co: list[str]
    each_alone: bool
    target: SampleTarget | None
    due_on: date | None


class SampleTaskTable(Sample):
    """A year's task table (工作要点分工)."""

    notice: str
    title: str
    doc_no: str
    year: int
    status: Literal["draft", "in_force"]
    issuer: str
    issued_on: date
    tasks: list[SampleTask]


class SampleInterval(Sample):
    """Days that the reply clock does not count, both ends included."""

    start: Day = Field(alias="from")
    end: Day = Field(alias="to")


class SampleReview(Sample):
    """A reconsideration or suit about a request."""

    kind: Literal["reconsideration", "suit_direct", "suit_after_review"]
    result: Literal["upheld", "corrected", "other", "pending"]
    filed_on: Day
    decided_on: Day | None


class SampleApplicant(Sample):
    """An invented applicant; no number here can be a real one."""

    name: str
    identity: str
    phone: str
    email: str
    address: str


class SampleStep(Sample):
    """One thing that happened to an open request; `days`, `party`, `amount` (yuan), `note` where the step has them."""

    on: Day
    step: Literal[
        "arrive", "confirm", "receive", "accept", "request_correction", "consult",
        "ask_reason", "charge_fee", "extend", "approve_reply",
    ]  # fmt: skip
    days: int | None = None
    party: str | None = None
    amount: int | None = None
    note: str | None = None


class SampleRequest(Sample):
    """A request: a closed one as an old ledger has it, an open one with content, applicant and steps."""

    id: str
    agency: str
    received_on: Day | None
    channel: Literal["当面", "邮寄", "平常信函", "互联网", "传真"]
    applicant_class: Literal["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"]
    outcome: str | None
    closed_on: Day | None
    extended_days: int = Field(ge=0, le=20)
    corrected_on: Day | None
    excluded: list[SampleInterval]
    fee: int
    reviews: list[SampleReview]
    stage: Literal[
        "arrived", "received", "correction_requested", "processing", "consulting", "reason_requested",
        "fee_pending", "extended", "reply_approved", "replied", "closed",
    ]  # fmt: skip
    subject: str
    content: str | None = None
    applicant: SampleApplicant | None = None
    delivery: str | None = None
    steps: list[SampleStep] = []

    def ledger(self) -> dict[str, Any]:
        """The line that `zwgk requests import` takes; dates as ISO text."""
        return self.model_dump(
            mode="json",
            by_alias=True,
            exclude={"stage", "subject", "content", "applicant", "delivery", "steps"},
        )


class SampleLocation(Sample):
    """A point in degrees; the sample's points lie in the sea off the equator, in no country."""

    lon: float
    lat: float


class SampleCaller(Sample):
    """An invented caller."""

    name: str
    phone: str
    wants_secrecy: bool


class SampleTicket(Sample):
    """A ticket as a hotline emits it, and how far the loader should take it (`lead`, `stage`)."""

    source: Literal["12345", "领导信箱", "网民留言", "政风行风热线"]
    ticket_no: str
    revision: int = Field(ge=1)
    occurred_at: Moment
    received_at: Moment
    channel: str
    kind: Literal["咨询", "求助", "投诉", "举报", "建议", "表扬"]
    title: str
    content: str
    category: str
    place: str | None
    location: SampleLocation | None
    urgency: Literal["一般", "普通", "紧急", "特急"]
    caller: SampleCaller | None
    lead: str | None
    stage: Literal["arrived", "dispatched", "handling", "replied", "closed"]

    def message(self) -> dict[str, Any]:
        """The body that goes on the bus: no empty field, datetimes as ISO text with their zone."""
        return self.model_dump(mode="json", exclude_none=True, exclude={"lead", "stage"})


class SampleReach(Sample):
    """How far a post went."""

    views: int
    reposts: int
    comments: int
    likes: int


class SamplePost(Sample):
    """A post about the county."""

    source: Literal["微博", "论坛", "短视频", "媒体", "网民留言板", "公众号"]
    url: str
    author: str
    posted_at: Moment
    text: str
    place: str | None
    reach: SampleReach


class SampleColumn(Sample):
    """A column of a site; older than `freshness_days` (calendar days) it is stale."""

    name: str
    type: str
    path: str
    keeper: str
    freshness_days: int


class SampleFlaw(Sample):
    """A flaw that stands in the sample site on purpose."""

    path: str
    flaw: Literal["blank_column", "dead_link", "wrong_date"]
    target: str | None = None
    note: str


class SampleSite(Sample):
    """A registered website whose pages lie in `folder`."""

    id_code: str = Field(pattern=r"^\d{10}$")
    name: str
    kind: Literal["门户", "部门"]
    domain: str
    owner: str
    operator: str
    icp: str
    police: str
    protection_grade: str
    status: Literal["正常运行", "例外", "关停", "临时下线", "迁移"]
    opened_on: date
    ipv6: bool
    folder: str
    home: str
    columns: list[SampleColumn]
    pages: list[str]
    planted: list[SampleFlaw]


class SampleAccount(Sample):
    """A new-media account (政务新媒体)."""

    platform: str
    name: str
    account_id: str
    owner: str
    operator: str
    opened_on: date
    filed_on: date
    status: Literal["正常", "停更公告", "注销"]
    followers: int
    last_post_on: Day
    interaction: str


class SampleSites(Sample):
    """Websites and accounts."""

    notice: str
    sites: list[SampleSite]
    accounts: list[SampleAccount]


def _text(path: str) -> str:
    return files("sample").joinpath(*path.split("/")).read_text(encoding="utf-8")


def _lines(record: type[Record], name: str, load: Load | None = None) -> list[Record]:
    return [record.model_validate_json(line, context=load) for line in _text(name).splitlines() if line]


def register() -> SampleRegister:
    """The agency register of the county."""
    return SampleRegister.model_validate_json(_text("agencies.json"))


def agencies() -> dict[str, Any]:
    """The agency register as plain JSON values, checked."""
    return register().model_dump(mode="json")


def documents() -> list[SampleDocument]:
    """All documents in file order; their dates are absolute."""
    return _lines(SampleDocument, "documents.jsonl")


def tasks() -> SampleTaskTable:
    """The year's task table."""
    return SampleTaskTable.model_validate_json(_text("tasks.json"))


def requests(now: datetime, workdays_before: WorkdaysBefore) -> list[SampleRequest]:
    """All requests, the dates of open ones counted back from `now` (aware)."""
    return _lines(SampleRequest, "requests.jsonl", Load(now, workdays_before))


def tickets(now: datetime, workdays_before: WorkdaysBefore) -> list[SampleTicket]:
    """All ticket emissions by the moment of receipt; a ticket comes once per revision."""
    read = _lines(SampleTicket, "tickets.jsonl", Load(now, workdays_before))
    return sorted(read, key=lambda ticket: ticket.received_at)


def posts(now: datetime, workdays_before: WorkdaysBefore) -> list[SamplePost]:
    """All posts by their moment."""
    return sorted(_lines(SamplePost, "posts.jsonl", Load(now, workdays_before)), key=lambda post: post.posted_at)


def sites(now: datetime, workdays_before: WorkdaysBefore) -> SampleSites:
    """Websites and accounts."""
    return SampleSites.model_validate_json(_text("sites.json"), context=Load(now, workdays_before))


def site_pages(site: SampleSite, now: datetime, workdays_before: WorkdaysBefore) -> dict[str, str]:
    """The site's pages by path, dates filled in.

    Keep `now` (the load day) between runs: a page whose date moves every day looks forged to the monitor.
    """
    load = Load(now, workdays_before)
    return {path: load.text(_text(f"{site.folder}/{path}")) for path in site.pages}

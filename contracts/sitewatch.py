"""What the sitewatch service tells, answers and takes (网站与政务新媒体监测)."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Event, Query, Record, Reply, Role, WorkRecord

KEEPERS = (Role.WEBMASTER, Role.OPENNESS)
"""Who keeps the register."""
STAFF = (Role.CLERK, Role.HEAD, *KEEPERS, Role.SUPERVISOR, Role.OPERATOR)
AgencyCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,15}$", description="Code in the agency register.")]


class SiteKind(StrEnum):
    """Kind of a site (国办发〔2017〕47号)."""

    PORTAL = "门户"
    DEPARTMENT = "部门"


class SiteStatus(StrEnum):
    """State of operation. Only what runs is probed."""

    RUNNING = "正常运行"
    EXEMPT = "例外"
    CLOSED = "关停"
    OFFLINE = "临时下线"
    MOVED = "迁移"


class ColumnType(StrEnum):
    """Which freshness a column owes."""

    NEWS = "动态要闻"
    NOTICES = "通知公告"
    POLICIES = "政策文件"
    EXPLANATIONS = "政策解读"
    STAFFING = "人事信息"
    PLANNING = "规划计划"
    OTHER = "其他"
    EXEMPT = "不要求更新"


class Outcome(StrEnum):
    """What a probe of a home page found. `UNKNOWN`: it could not be judged, and counts neither way."""

    OK = "OK"
    TIMEOUT = "TIMEOUT"
    DNS = "DNS"
    TCP = "TCP"
    TLS = "TLS"
    HTTP4XX = "HTTP4xx"
    HTTP5XX = "HTTP5xx"
    UNKNOWN = "UNKNOWN"


class Severity(StrEnum):
    """What a finding weighs."""

    VETO = "单项否决"
    DEDUCT = "扣分"
    WARN = "预警"


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"  # 待确认
    CONFIRMED = "confirmed"  # 待整改
    FIXED = "fixed"  # 待复核
    VERIFIED = "verified"  # 已整改
    REJECTED = "rejected"  # 不属实


class Column(Contract):
    """A column of a site."""

    name: str = Field(min_length=1, max_length=60)
    type: ColumnType
    path: str = Field(max_length=300, description="Path of its list page, from the root of the site.")
    keeper: AgencyCode
    freshness_days: int | None = Field(
        default=None, ge=1, le=3660, description="Promise of its own, in calendar days; else the limit of its type."
    )


class SiteDetails(Contract):
    """What the register knows of a site (全国政府网站信息报送 fields)."""

    id_code: str = Field(pattern=r"^(bm\d{8}|\d{10})$", description="政府网站标识码")
    site_name: str = Field(min_length=2, max_length=100)
    kind: SiteKind
    home_url: str = Field(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=300, description="首页网址")
    domain: str = Field(max_length=100, description="英文域名")
    owner: AgencyCode
    operator: AgencyCode
    icp: str = Field(default="", max_length=60, description="ICP备案号")
    police: str = Field(default="", max_length=60, description="公安机关备案号")
    protection_grade: str = Field(default="", max_length=20, description="等保 grade")
    opened_on: date | None = None
    ipv6: bool = False
    columns: tuple[Column, ...] = Field(default=(), max_length=200)


class Site(Record):
    """A site as the register has it."""

    details: SiteDetails
    status: SiteStatus
    status_reason: str = Field(default="", max_length=200)
    registered_at: AwareDatetime


class AccountDetails(Contract):
    """What the register knows of a new-media account (国办发〔2018〕123号)."""

    platform: str = Field(min_length=1, max_length=30)
    account_name: str = Field(min_length=1, max_length=60)
    account_id: str = Field(min_length=1, max_length=80)
    owner: AgencyCode
    operator: AgencyCode
    opened_on: date | None = None
    filed_on: date | None = Field(default=None, description="备案日期")
    status: str = Field(default="正常", pattern="^(正常|停更公告|注销)$")
    interaction: str = Field(default="", max_length=60)
    freshness_days: int | None = Field(default=None, ge=1, le=366, description="A local, shorter limit.")


class Account(Record):
    """A new-media account as the register has it."""

    details: AccountDetails
    registered_at: AwareDatetime


class SiteRegistered(Event, record="site", name="registered"):
    """Sent when a site has come into the register."""

    record: Site


class SiteChanged(Event, record="site", name="changed"):
    """Sent when the register's knowledge of a site or its state of operation has changed."""

    record: Site


class SiteRestated(Event, record="site", name="restated"):
    """Sent when all records are told again."""

    record: Site


class AccountChanged(Event, record="account", name="changed"):
    """Sent when a new-media account was registered or its entry has changed."""

    record: Account


class AccountRestated(Event, record="account", name="restated"):
    """Sent when all records are told again."""

    record: Account


class Evidence(Contract):
    """What was seen: enough to check it, not the page itself."""

    url: str = Field(max_length=500)
    observed_at: AwareDatetime
    sha256: str = Field(default="", description="Digest of the body that was judged, hexadecimal.")
    measured: str = Field(max_length=200, description="What was measured, in Chinese.")
    threshold: str = Field(max_length=200, description="What it is measured against, in Chinese.")


class Finding(WorkRecord):
    """A failed check of a site or account (问题), until it is put right."""

    site: CaseId = Field(description="Site or account.")
    site_name: str
    indicator: str = Field(description="Code of the indicator, e.g. D23.")
    indicator_title: str
    severity: Severity
    object: str = Field(max_length=500, description="What is wrong: a column, an address, an element.")
    assist: bool = Field(description="A person must confirm it.")
    unverified: bool = Field(description="The indicator's value was not read in the original document.")
    source: str = Field(description="Document of the indicator.")
    evidence: Evidence = Field(description="Of the latest observation.")
    times: int = Field(ge=1, description="How often the same thing has been found, this time included.")


class FindingOpened(Event, record="finding", name="opened"):
    """Sent when a check has failed."""

    record: Finding


class FindingConfirmed(Event, record="finding", name="confirmed"):
    """Sent when a person has confirmed a finding: it must be put right by `due_at`."""

    record: Finding


class FindingFixed(Event, record="finding", name="fixed"):
    """Sent when the agency says that it is put right."""

    record: Finding


class FindingOverdue(Event, record="finding", name="overdue"):
    """Sent once when the limit for putting it right has passed."""

    record: Finding


class FindingClosed(Event, record="finding", name="closed"):
    """Sent when a finding was verified as put right, or rejected."""

    record: Finding


class FindingChanged(Event, record="finding", name="changed"):
    """Sent when anything else about a finding has changed."""

    record: Finding


class FindingRestated(Event, record="finding", name="restated"):
    """Sent when all records are told again."""

    record: Finding


class RegisterSite(Command, by=(*KEEPERS, Role.OPERATOR, Role.SERVICE)):
    """Put a site into the register; from now on it is watched. The code makes it the same site."""

    site: SiteDetails


class CorrectSite(Command, by=KEEPERS):
    """Correct or complete what the register knows of a site, its columns included."""

    id: CaseId
    site: SiteDetails
    reason: str = Field(min_length=2, max_length=200)


class SetSiteStatus(Command, by=KEEPERS):
    """Close a site, take it off line, exempt it, bring it back."""

    id: CaseId
    status: SiteStatus
    reason: str = Field(min_length=2, max_length=200)


class RegisterAccount(Command, by=(*KEEPERS, Role.OPERATOR, Role.SERVICE)):
    """Put a new-media account into the register, or bring its entry up to date."""

    account: AccountDetails


class SeeAccount(Command, by=(*KEEPERS, Role.CLERK, Role.OPERATOR, Role.SERVICE)):
    """Note when an account last posted; the entry in the register stays as it is."""

    id: CaseId
    last_post_on: date
    followers: int = Field(default=0, ge=0)


class Probed(Reply):
    """What a probe found."""

    id: CaseId
    outcome: Outcome
    milliseconds: int
    status: int | None = Field(default=None, description="HTTP status, if there was an answer.")
    detail: str = Field(default="", description="Why it could not be judged, in Chinese.")


class ProbeNow(Command, by=(*KEEPERS, Role.SUPERVISOR, Role.OPERATOR), reply=Probed):
    """Probe a site's home page at once."""

    id: CaseId


class Scheduled(Reply):
    """An inspection will begin within seconds; what it finds is told as findings."""

    id: CaseId
    at: AwareDatetime


class InspectNow(Command, by=(*KEEPERS, Role.SUPERVISOR, Role.OPERATOR), reply=Scheduled):
    """Inspect a site at once: columns, links, footer, tags."""

    id: CaseId


class Confirm(Command, by=(*KEEPERS, Role.SUPERVISOR)):
    """A person confirms a finding that the platform only suspects."""

    id: CaseId
    note: str = Field(default="", max_length=300)


class Reject(Command, by=(*KEEPERS, Role.SUPERVISOR)):
    """A person rejects a finding; the same thing is not found again."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300)


class ReportFixed(Command, by=(Role.CLERK, Role.HEAD, Role.WEBMASTER)):
    """The agency says that it is put right; the next inspection verifies."""

    id: CaseId
    note: str = Field(min_length=2, max_length=300)


class Verify(Command, by=(Role.OPENNESS, Role.SUPERVISOR)):
    """A person verifies, or does not, what was reported as put right and a program cannot check."""

    id: CaseId
    fixed: bool
    note: str = Field(min_length=2, max_length=300)


class DayOfProbes(Contract):
    """Probes of one calendar day (China Standard Time)."""

    day: date
    probes: int
    fails: int


class Availability(Reply):
    """Availability of a site over the last seven full days (国办秘函〔2019〕19号, 站点无法访问)."""

    id: CaseId
    days: tuple[DayOfProbes, ...]
    probes: int
    fails: int
    share: float = Field(description="Share of probes that failed, 0 to 1.")
    complete: bool = Field(description="Each day had enough probes; otherwise the verdict is unknown.")
    veto: bool
    warn: bool
    last: Outcome | None = None
    last_at: AwareDatetime | None = None


class ShowAvailability(Query, by=(*STAFF, Role.SERVICE), reply=Availability):
    """How a site could be reached."""

    id: CaseId


class Looked(Contract):
    """How often a site was inspected, or an account read, in a quarter."""

    id: CaseId
    times: int = Field(ge=1)
    first_on: date
    last_on: date


class Checked(Reply):
    """What was checked in a quarter; a site of which no page could be read was not."""

    looked: tuple[Looked, ...]


class CountChecks(Query, by=(*STAFF, Role.SERVICE), reply=Checked):
    """Which sites and accounts were checked in a quarter (季度抽查)."""

    year: int = Field(ge=2008, le=2100)
    quarter: int = Field(ge=1, le=4)

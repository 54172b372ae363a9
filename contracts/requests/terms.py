"""The record of a request, and the words that it is made of (依申请公开)."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Personal, Role, WorkRecord

MAX_TEXT = 20_000
OFFICE = (Role.CLERK, Role.OPENNESS)
APPROVERS = (Role.HEAD, Role.OPENNESS, Role.REVIEWER)
READERS = (Role.CLERK, Role.HEAD, Role.OPENNESS, Role.REVIEWER, Role.SUPERVISOR, Role.ARCHIVIST)
ReviewKind = Literal["reconsideration", "suit_direct", "suit_after_review"]
ReviewResult = Literal["upheld", "corrected", "other", "pending"]
Notice = Literal["correction", "fee", "extension", "reply", "consultation", "third_party"]
"""third_party: that its information is disclosed although it refused (条例32)."""


class Channel(StrEnum):
    """申请渠道 (条例31)."""

    COUNTER = "当面"
    POST = "邮寄"
    LETTER = "平常信函"
    INTERNET = "互联网"
    FAX = "传真"


class ApplicantClass(StrEnum):
    """申请人类别, the six columns of the annual report (国办公开办函〔2021〕30号)."""

    PERSON = "自然人"
    COMPANY = "商业企业"
    RESEARCH = "科研机构"
    CHARITY = "社会公益组织"
    LAW = "法律服务机构"
    OTHER = "其他"


class ApplicationKind(StrEnum):
    """What is asked for: information, or the correction of a record about oneself (条例41)."""

    DISCLOSURE = "公开申请"
    RECTIFICATION = "更正申请"


class Stage(StrEnum):
    """Where a request stands. A form that nobody has sent yet is no request."""

    ARRIVED = "arrived"
    RECEIVED = "received"
    CORRECTION_REQUESTED = "correction_requested"
    PROCESSING = "processing"
    CONSULTING = "consulting"
    REASON_REQUESTED = "reason_requested"
    FEE_PENDING = "fee_pending"
    REPLY_APPROVED = "reply_approved"
    REPLIED = "replied"
    CLOSED_ABANDONED_CORRECTION = "closed_abandoned_correction"
    CLOSED_ABANDONED_FEE = "closed_abandoned_fee"
    CLOSED_WITHDRAWN = "closed_withdrawn"
    REVIEW = "review"
    LITIGATION = "litigation"
    ARCHIVED = "archived"


class Outcome(StrEnum):
    """办理结果: the only lawful ones (条例36 to 40; rows of the annual report). RECTIFY_…: of a 更正申请 (条例41)."""

    OPEN_ALREADY = "OPEN_ALREADY"
    OPEN_PROVIDE = "OPEN_PROVIDE"
    PARTIAL = "PARTIAL"
    DENY_1 = "DENY_1"
    DENY_2 = "DENY_2"
    DENY_3 = "DENY_3"
    DENY_4 = "DENY_4"
    DENY_5 = "DENY_5"
    DENY_6 = "DENY_6"
    DENY_7 = "DENY_7"
    DENY_8 = "DENY_8"
    NONE_NOT_HELD = "NONE_NOT_HELD"
    NONE_MUST_CREATE = "NONE_MUST_CREATE"
    NONE_STILL_UNCLEAR = "NONE_STILL_UNCLEAR"
    NOPROC_PETITION = "NOPROC_PETITION"
    NOPROC_REPEAT = "NOPROC_REPEAT"
    NOPROC_PUBLICATION = "NOPROC_PUBLICATION"
    NOPROC_EXCESS = "NOPROC_EXCESS"
    NOPROC_CONFIRM = "NOPROC_CONFIRM"
    CLOSE_NO_CORRECTION = "CLOSE_NO_CORRECTION"
    CLOSE_FEE_UNPAID = "CLOSE_FEE_UNPAID"
    CLOSE_OTHER = "CLOSE_OTHER"
    RECTIFY_DONE = "RECTIFY_DONE"
    RECTIFY_TRANSFERRED = "RECTIFY_TRANSFERRED"
    RECTIFY_DIRECTED = "RECTIFY_DIRECTED"
    RECTIFY_UNFOUNDED = "RECTIFY_UNFOUNDED"


class Route(StrEnum):
    """送达方式. By hand the day of signature counts, by post the day of posting (国办公开办函〔2016〕235号)."""

    HAND = "直接送达"
    ENTRUSTED = "委托送达"
    POST = "邮寄"
    ELECTRONIC = "电子"


class Consulted(StrEnum):
    """Who is asked for an opinion (条例32, 34)."""

    THIRD_PARTY = "第三方"
    CO_ORGAN = "共同制作机关"
    OTHER_ORGAN = "其他机关"


class Stance(StrEnum):
    """What the consulted party answered."""

    AGREES = "同意公开"
    PARTLY = "部分同意"
    REFUSES = "不同意公开"
    UNREACHABLE = "无法送达"


class Result(Contract):
    """One result of a request: the first, or one after an ordered redo."""

    outcome: Outcome
    row: str = Field(description="Row of table 3 of the annual report, r03 to r23; empty for a 更正申请.")
    closed_on: date
    on_time: bool | None = Field(description="Within the limit; empty where an old ledger does not tell.")


class Review(Contract):
    """行政复议 or 行政诉讼 about a request; counted by case, not by request."""

    id: str
    kind: ReviewKind
    filed_on: date
    answer_by: date | None = Field(default=None, description="Limit for our answer, or defence.")
    answered_on: date | None = None
    result: ReviewResult = "pending"
    decided_on: date | None = None


class Excluded(Contract):
    """Days that do not count in the reply limit, first and last included (条例33(3))."""

    first: date
    last: date


class Request(WorkRecord):
    """政府信息公开申请, without anything about the applicant but the class."""

    channel: Channel
    applicant_class: ApplicantClass
    kind: ApplicationKind = Field(
        default=ApplicationKind.DISCLOSURE, description="A 更正申请 (条例41) is not counted in table 3."
    )
    arrived_on: date = Field(description="Day on which it reached the office.")
    received_on: date | None = Field(default=None, description="收到申请之日 (条例31); its year counts.")
    due_on: date | None = Field(default=None, description="Last day of the reply limit, also after the reply.")
    internal_due_on: date | None = Field(default=None, description="Last day of the office's own, shorter limit.")
    alert: str = Field(default="", description="What the office should look at now, in Chinese.")
    correct_by: date | None = Field(default=None, description="Last day for the one notice of correction (条例30).")
    corrected_on: date | None = Field(default=None, description="Day of the corrected application: the clock restarts.")
    extended_days: int = Field(default=0, ge=0, le=20, description="Working days of extension (条例33).")
    excluded: tuple[Excluded, ...] = Field(default=(), description="Days of ended consultations, in order of sending.")
    paused: bool = Field(default=False, description="A consultation stops the clock (条例33).")
    fee: int | None = Field(default=None, ge=0, description="Fee noticed, in yuan (国办函〔2020〕109号).")
    fee_paid: bool = False
    suggested: bool = Field(default=False, description="The applicant suggests publication to everyone (条例44).")
    needs_help: bool = Field(default=False, description="The applicant asks for help in applying (条例43).")
    outcome: Outcome | None = Field(default=None, description="Last result; empty while none.")
    row: str | None = Field(default=None, description="Its row of table 3 of the annual report.")
    closed_on: date | None = Field(default=None, description="Day of the last result.")
    results: tuple[Result, ...] = Field(default=(), description="All results; the first counts for its year.")
    reviews: tuple[Review, ...] = ()
    ledger_id: str | None = Field(default=None, description="Number in the old ledger it was imported from.")


class Proposal(Contract):
    """Information given to several applicants, or that its applicant suggests to publish (条例44)."""

    information: str = Field(description="Keyed digest that tells the same information.")
    requests: tuple[CaseId, ...] = Field(description="Requests that asked for it and were answered openly.")
    applicants: int = Field(ge=1, description="Distinct applicants; one only where the applicant suggests it.")


class Applicant(Contract):
    """One applicant. What a paper application leaves out stays empty and is asked for by a notice of correction."""

    name: Personal[str] = Field(default="", max_length=100, description="姓名或者名称")
    id_document: Personal[str] = Field(default="", max_length=80, description="身份证明: kind and number")
    contact: Personal[str] = Field(default="", max_length=200, description="联系方式")
    address: Personal[str] = Field(default="", max_length=200, description="通信地址")


class Agent(Contract):
    """代理人, with the power of attorney (委托书)."""

    name: Personal[str] = Field(min_length=1, max_length=100)
    id_document: Personal[str] = Field(min_length=1, max_length=80)
    contact: Personal[str] = Field(min_length=1, max_length=200)
    authority: Personal[str] = Field(min_length=2, max_length=500, description="委托书: number, date, extent")


class Application(Contract):
    """What an applicant asks for (条例29). The purpose is never asked."""

    kind: ApplicationKind = ApplicationKind.DISCLOSURE
    applicant_class: ApplicantClass
    applicants: tuple[Applicant, ...] = Field(min_length=1, max_length=20, description="One, or joint applicants.")
    agent: Agent | None = None
    description: Personal[str] = Field(default="", max_length=MAX_TEXT, description="信息名称、文号或者其他特征描述")
    form: Personal[str] = Field(default="", max_length=200, description="获取信息的方式、途径")
    route: Route = Field(default=Route.ELECTRONIC, description="How notices and the reply shall be sent.")
    suggests_publication: bool = Field(default=False, description="建议主动公开 (条例44)")
    assistance: Personal[str] = Field(
        default="", max_length=500, description="阅读、视听困难等需要的帮助 (条例43); empty: none is needed."
    )


class BadLine(Contract):
    """A line of a ledger that was not taken in, and why."""

    line: int
    code: str
    field: str | None = None
    reason: str


class Similar(Contract):
    """Another request by the same applicant or for the same information."""

    number: CaseId
    state_label: str
    received_on: date | None
    outcome: Outcome | None
    same_applicant: bool
    same_information: bool
    likeness: float = Field(default=0.0, ge=0, le=1, description="Estimated likeness of the descriptions.")


class Happened(Contract):
    """One step in the life of a request."""

    at: AwareDatetime
    by: str
    what: str
    kind: str


class CountedDay(Contract):
    """A day of a limit: counted, or why not."""

    date: date
    counted: bool
    reason: str
    source: str = Field(description="Notice or law by which the day is what it is, or by which it does not count.")
    provisional: bool = False


class Step(Command):
    """Common to the steps of one request."""

    number: CaseId

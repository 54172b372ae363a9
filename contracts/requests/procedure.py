"""What the requests service tells, answers and takes (依申请公开; 政府信息公开条例 第二十七条至第四十五条)."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Command, Event, Personal, Query, Role
from contracts.requests.answers import Detail, Explained, Followed, LedgerImported, LedgerPage, Submitted
from contracts.requests.terms import (
    APPROVERS,
    MAX_TEXT,
    OFFICE,
    READERS,
    Application,
    Channel,
    Consulted,
    Notice,
    Outcome,
    Proposal,
    Request,
    ReviewKind,
    Route,
    Stance,
    Step,
)

MAX_LEDGER_LINES = 500


class RequestReceived(Event, record="request", name="received"):
    """Sent when the receipt date of a request stands and its clock begins."""

    record: Request


class RequestExtended(Event, record="request", name="extended"):
    """Sent when the reply limit was extended (条例33)."""

    record: Request


class RequestReplied(Event, record="request", name="replied"):
    """Sent when a reply was served on the applicant."""

    record: Request


class RequestOverdue(Event, record="request", name="overdue"):
    """Sent once when a reply limit has passed without a reply."""

    record: Request


class RequestChanged(Event, record="request", name="changed"):
    """Sent when a request moved on by a step that has no event of its own."""

    record: Request


class RequestRestated(Event, record="request", name="restated"):
    """Sent when the request is told again as it stands."""

    record: Request


class ProactiveProposed(Event, record="request", name="proactive_proposed"):
    """Sent when two or more applicants have openly been given the same information (条例44)."""

    record: Request
    proposal: Proposal


class Submit(Command, by=(Role.CITIZEN, Role.SERVICE, *OFFICE), reply=Submitted):
    """Register an application. A citizen's own comes by the internet; an office may register any channel's."""

    agency: str = Field(max_length=40)
    channel: Channel
    application: Application
    arrived_on: date | None = Field(default=None, description="Day of arrival or signature; today if empty.")


class ConfirmReceipt(Step, by=OFFICE):
    """Fix the receipt date after confirming with the applicant (条例31(2)(3))."""

    confirmed_on: date | None = Field(default=None, description="Today if empty.")


class Accept(Step, by=OFFICE):
    """The content is clear; the request is being handled."""

    information: Personal[str] = Field(
        default="", max_length=500, description="Name of the information asked for, by which the same is recognised."
    )


class RequestCorrection(Step, by=OFFICE):
    """补正告知: once, within 7 working days of receipt (条例30)."""

    items: Personal[str] = Field(min_length=2, max_length=MAX_TEXT, description="What must be corrected.")
    within: int = Field(default=15, ge=1, le=60, description="Working days left to the applicant.")
    delivered_on: date | None = Field(default=None, description="Day the applicant got it, if known already.")


class SubmitCorrection(Step, by=(Role.CITIZEN, *OFFICE)):
    """补正: the corrected application starts the clock anew (条例30)."""

    application: Application
    code: Personal[str] = Field(default="", max_length=40, description="Query code, from a citizen.")
    corrected_on: date | None = None
    good_reason: Personal[str] = Field(default="", max_length=2000, description="Why late, as accepted by the office.")


class Consult(Step, by=OFFICE):
    """征求意见: in writing; the days until the answer do not count (条例32, 33(3), 34)."""

    whom: Consulted
    letter: Personal[str] = Field(min_length=2, max_length=MAX_TEXT, description="Who is asked, and what.")
    sent_on: date | None = None
    delivered_on: date | None = None


class ConsultationAnswered(Step, by=OFFICE):
    """A consulted party has answered."""

    consultation: str = Field(max_length=20)
    stance: Stance
    answer: Personal[str] = Field(default="", max_length=MAX_TEXT)
    answered_on: date | None = None


class RecordDelivery(Step, by=OFFICE):
    """The day on which a notice or letter reached its addressee; limits for answers run from it."""

    notice: Notice
    consultation: str = Field(default="", max_length=20, description="Which consultation, for its letter.")
    delivered_on: date
    returned: bool = Field(default=False, description="It came back instead.")


class AskReasons(Step, by=OFFICE):
    """要求说明理由: number or frequency plainly beyond the reasonable (条例35). The clock runs on."""

    notice: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)


class AcceptReasons(Step, by=OFFICE):
    """The reasons hold; where the limit cannot be kept the applicant is told a later day (条例35)."""

    reasons: Personal[str] = Field(min_length=2, max_length=MAX_TEXT)
    delayed_to: date | None = None


class NoticeFee(Step, by=OFFICE):
    """收费通知: the amount is computed from the tariff (国办函〔2020〕109号); the reply clock stops."""

    method: Literal["按件", "按量"]
    quantity: int = Field(ge=1, le=100_000, description="Requests, or pages.")
    reduction: int = Field(default=0, ge=0, description="Reduction in yuan.")
    reason: Personal[str] = Field(default="", max_length=2000, description="Why reduced.")
    payment: Personal[str] = Field(min_length=2, max_length=500, description="How to pay.")
    delivered_on: date | None = None


class RecordPayment(Step, by=OFFICE):
    """The fee has been paid; 20 fresh working days begin on the day after."""

    paid_on: date | None = None


class Extend(Step, by=(Role.OPENNESS, Role.HEAD)):
    """延长答复期限: once, at most 20 working days, approved and told before the limit ends (条例33(2))."""

    days: int = Field(ge=1, le=20, description="Working days.")
    reason: Personal[str] = Field(min_length=2, max_length=2000)
    notified_on: date | None = Field(default=None, description="Day the applicant was told; today if empty.")


class RecordSearch(Step, by=OFFICE):
    """检索记录: what was searched before it is said that the information does not exist (条例36(4))."""

    unit: str = Field(min_length=2, max_length=100, description="检索单位")
    place: Personal[str] = Field(min_length=2, max_length=500, description="检索范围: archives, systems")
    terms: Personal[str] = Field(min_length=1, max_length=500, description="检索词")
    person: str = Field(min_length=1, max_length=40, description="检索人")
    found: bool = Field(default=False, description="Something was found.")


class DraftReply(Step, by=OFFICE):
    """起草答复. What each outcome must state stands in the table of outcomes; the remedy text is added by rule."""

    outcome: Outcome
    text: Personal[str] = Field(min_length=2, max_length=MAX_TEXT, description="正文: content, way, route and time")
    reasons: Personal[str] = Field(default="", max_length=MAX_TEXT, description="理由")
    ground: str = Field(default="", max_length=40, description="Ground of a refusal, e.g. EX16-PROCESS")
    law: str = Field(default="", max_length=200, description="Special law for DENY_8.")
    earlier: str = Field(default="", max_length=80, description="The request answered before, for NOPROC_REPEAT.")
    right_organ: str = Field(default="", max_length=200, description="负责公开的机关, if it is not ours (条例36(5)).")
    public_interest: Personal[str] = Field(
        default="", max_length=2000, description="Why disclosed although the third party refuses (条例32)."
    )


class ApproveReply(Step, by=APPROVERS):
    """审批答复: by another person than the drafter."""


class ReturnReply(Step, by=APPROVERS):
    """退回修改."""

    opinion: Personal[str] = Field(min_length=2, max_length=2000)


class ReplyRequest(Step, by=OFFICE, name="reply"):
    """送达答复: the approved reply is served; the day depends on the route (国办公开办函〔2016〕235号)."""

    route: Route
    replied_on: date | None = Field(default=None, description="Day of signature, posting or sending; today if empty.")
    proof: str = Field(default="", max_length=60, description="Post number, or number of the receipt.")


class Withdraw(Step, by=(Role.CITIZEN, *OFFICE)):
    """撤回申请, in writing."""

    statement: Personal[str] = Field(min_length=2, max_length=2000)
    code: Personal[str] = Field(default="", max_length=40, description="Query code, from a citizen.")
    withdrawn_on: date | None = None


class ChangeContact(Step, by=(Role.CITIZEN, *OFFICE)):
    """更改联系方式: where an applicant is reached from now on; kept among the papers only."""

    contact: Personal[str] = Field(min_length=2, max_length=200, description="联系方式")
    address: Personal[str] = Field(default="", max_length=200, description="通信地址；不填则不变")
    code: Personal[str] = Field(default="", max_length=40, description="Query code, from a citizen.")


class CloseLapsed(Step, by=OFFICE):
    """An officer confirms that correction or payment was not made in time without good reason (条例30; 109号6)."""


class RecordReview(Step, by=OFFICE):
    """行政复议 or 行政诉讼 has been brought; our limit to answer begins (复议法48, 54; 诉讼法67)."""

    kind: ReviewKind
    filed_on: date
    notified_on: date = Field(description="Day our organ got the copy.")
    simplified: bool = Field(default=False, description="简易程序 (复议法53).")


class AnswerReview(Step, by=OFFICE):
    """Our answer (答复书, 答辩状) has gone out."""

    review: str = Field(max_length=20)
    answered_on: date | None = None


class RecordDecision(Step, by=OFFICE):
    """The review organ or the court has decided."""

    review: str = Field(max_length=20)
    result: Literal["upheld", "corrected", "other"]
    decided_on: date


class Redo(Step, by=OFFICE):
    """重新答复: ordered by the decision, within its period, else 20 working days (复议法64)."""

    review: str = Field(max_length=20)
    notified_on: date
    until: date | None = Field(default=None, description="Last day as fixed by the decision.")


class Archive(Step, by=(Role.CLERK, Role.OPENNESS, Role.ARCHIVIST)):
    """归档 (条例45)."""

    archive_no: str = Field(pattern=r"^[0-9A-Za-z\u4e00-\u9fa5·.-]{1,60}$", description="档号")


class EraseApplicantData(Step, by=(Role.ARCHIVIST,)):
    """Erase the papers after hand-over to the archive, while no review or suit is open."""

    handed_over_on: date


class ImportLedger(Command, by=(*OFFICE, Role.OPERATOR), reply=LedgerImported, one_by_one="lines"):
    """Take in lines of an old ledger. Idempotent by the line's `id`; a bad line does not stop the others."""

    lines: tuple[str, ...] = Field(max_length=MAX_LEDGER_LINES, description="JSON, one request each.")
    first: int = Field(default=1, ge=1, description="Number of the first line in its file.")


class Follow(Query, by=(Role.CITIZEN, *OFFICE, Role.SERVICE), reply=Followed):
    """How a request stands, for whoever holds its number and query code. A wrong code looks like a wrong number."""

    number: str = Field(max_length=80)
    code: Personal[str] = Field(max_length=40)


class GetRequest(Query, by=(*READERS, Role.OPERATOR), reply=Detail):
    """One request. With a purpose its papers are read too, and the reading is kept."""

    number: CaseId
    purpose: str = Field(default="", max_length=200)


class Explain(Query, by=(*READERS, Role.SERVICE), reply=Explained):
    """Every counted, skipped and excluded day of a request's reply limit, with its reason."""

    number: CaseId


class Ledger(Query, by=(*READERS, Role.SERVICE), reply=LedgerPage):
    """台账: requests received in a period, by receipt date."""

    received_from: date
    received_to: date
    agency: str = Field(default="", max_length=40)
    cursor: str = Field(default="", max_length=120)
    limit: int = Field(default=200, ge=1, le=200)


class ListDue(Query, by=(*READERS, Role.SERVICE), reply=LedgerPage):
    """Open requests whose running limit ends within so many working days, the overdue ones first."""

    agency: str = Field(default="", max_length=40)
    working_days: int = Field(default=10, ge=0, le=60)
    limit: int = Field(default=100, ge=1, le=200)

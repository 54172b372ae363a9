"""What a request is at a moment: folded from its facts, changed by nothing else."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from contracts.requests.papers import AttachmentRole
from contracts.requests.terms import (
    ApplicantClass,
    ApplicationKind,
    Channel,
    Consulted,
    Outcome,
    Result,
    ReviewKind,
    ReviewResult,
    Route,
    Stage,
    Stance,
)
from services.requests.domain.limits import WARN_LEFT, days

LABELS: dict[Stage, str] = {
    Stage.ARRIVED: "待确认收到",
    Stage.RECEIVED: "已收到",
    Stage.CORRECTION_REQUESTED: "待补正",
    Stage.PROCESSING: "办理中",
    Stage.CONSULTING: "征求意见中",
    Stage.REASON_REQUESTED: "待说明理由",
    Stage.FEE_PENDING: "待缴费",
    Stage.REPLY_APPROVED: "待送达",
    Stage.REPLIED: "已答复",
    Stage.CLOSED_ABANDONED_CORRECTION: "逾期未补正结案",
    Stage.CLOSED_ABANDONED_FEE: "逾期未缴费结案",
    Stage.CLOSED_WITHDRAWN: "已撤回或其他处理",
    Stage.REVIEW: "行政复议中",
    Stage.LITIGATION: "行政诉讼中",
    Stage.ARCHIVED: "已归档",
}
OPEN = frozenset(
    {
        Stage.ARRIVED,
        Stage.RECEIVED,
        Stage.CORRECTION_REQUESTED,
        Stage.PROCESSING,
        Stage.CONSULTING,
        Stage.REASON_REQUESTED,
        Stage.FEE_PENDING,
        Stage.REPLY_APPROVED,
    }
)
CLOSED = frozenset(
    {
        Stage.REPLIED,
        Stage.CLOSED_ABANDONED_CORRECTION,
        Stage.CLOSED_ABANDONED_FEE,
        Stage.CLOSED_WITHDRAWN,
    }
)
WAITS_FOR_APPLICANT = frozenset({Stage.CORRECTION_REQUESTED, Stage.FEE_PENDING})


class Value(BaseModel):
    """Base of the parts of a request."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Policy(Value):
    """What an agency has set for itself; a request keeps what held when it arrived."""

    internal: int | None = None
    """Working days of the office's own limit, shorter than the lawful one."""
    warn_left: tuple[int, ...] = WARN_LEFT
    """Working days left at which the office is warned."""


class Limit(Value):
    """The reply limit: its last day, that of the office's own limit, and the days on which the office is warned."""

    due: date
    provisional: bool
    warn_on: tuple[date, ...] = ()
    internal: date | None = None


class Deadlines(Value):
    """Every limit that runs for a request, computed from its state and a calendar. None: does not run."""

    confirm_by: date | None = None
    correct_by: date | None = None
    reply: Limit | None = None
    submit_by: date | None = None
    pay_by: date | None = None
    consultations: dict[str, date] = {}
    """Last day for the answer, by number of the consultation."""
    answers: dict[str, date] = {}
    """Last day for our answer, by number of the review or suit."""


class Correction(Value):
    """The one notice of correction (条例30)."""

    within: int
    paper: str
    requested_on: date
    delivered_on: date | None
    corrected_on: date | None = None


class Consultation(Value):
    """A letter asking for an opinion. `ended_on` is the last excluded day."""

    id: str
    whom: Consulted
    sent_on: date
    delivered_on: date | None
    ended_on: date | None = None
    stance: Stance | None = None


class Fee(Value):
    """The fee notice."""

    amount: int
    noticed_on: date
    delivered_on: date | None
    paper: str
    paid_on: date | None = None


class Draft(Value):
    """A drafted reply."""

    outcome: Outcome
    drafter: str
    paper: str
    override: bool = False
    """It discloses, for a stated public interest, what a third party refuses (条例32)."""
    approver: str | None = None
    approved_on: date | None = None
    told: dict[str, date] = {}
    """When each refusing third party got the content and the reasons, by number of its consultation."""


class Attachment(Value):
    """A file of the applicant, of the reply, or of the handling."""

    id: str
    role: AttachmentRole
    digest: str
    media_type: str
    pieces: int
    paper: str
    checked: bool


class Review(Value):
    """行政复议 or 行政诉讼. `late` is noted once."""

    id: str
    kind: ReviewKind
    filed_on: date
    notified_on: date | None
    simplified: bool
    answered_on: date | None = None
    result: ReviewResult = "pending"
    decided_on: date | None = None
    redone: bool = False
    late: bool = False


class Case(Value):
    """政府信息公开申请 as the rules see it."""

    number: str
    agency: str
    channel: Channel
    applicant_class: ApplicantClass
    stage: Stage
    asks: ApplicationKind = ApplicationKind.DISCLOSURE
    arrived_on: date
    opened_at: datetime
    applicant: str
    """Keyed digest of the applicant; empty where unknown."""
    information: str
    """Keyed digest of the information asked for; empty where unknown."""
    sketch: tuple[str, ...] = ()
    """Keyed sketch of the description: tells how alike two are, and nothing else."""
    suggested: bool = False
    """The applicant suggests publication (条例44)."""
    needs_help: bool = False
    policy: Policy = Policy()
    application: str = ""
    """Paper of the application in force."""
    code: str = ""
    """Keyed digest of the query code."""
    content: str = ""
    """Keyed digest of what was submitted: tells a repeat from another application under the same key."""
    missing: tuple[str, ...] = ()
    received_on: date | None = None
    start: date | None = None
    """Day 0 of the reply limit."""
    start_reason: str = ""
    base: int = days("APP.REPLY")
    extension: int = 0
    """Working days added to the running limit."""
    extended_days: int = 0
    """The one extension, also after a redo."""
    fixed: date | None = None
    """A day told to the applicant, or ordered, in place of a count of working days."""
    correction: Correction | None = None
    consultations: tuple[Consultation, ...] = ()
    reasons_asked: bool = False
    fee: Fee | None = None
    searches: int = 0
    returned: bool = False
    """The reply came back and has not been delivered since."""
    draft: Draft | None = None
    route: Route | None = None
    results: tuple[Result, ...] = ()
    settled: Stage | None = None
    """Where the request stood before a review or suit."""
    reviews: tuple[Review, ...] = ()
    deadlines: Deadlines = Field(default_factory=Deadlines)
    warned_on: date | None = None
    warned_left: int | None = None
    internal_for: date | None = None
    """The own limit whose end was noted."""
    overdue_for: date | None = None
    unconfirmed: bool = False
    attachments: tuple[Attachment, ...] = ()
    lapsed: bool = False
    """The applicant's time has run out; an officer must confirm."""
    archive_no: str | None = None
    erased: bool = False
    ledger_id: str | None = None
    proposed: bool = False

    @property
    def open(self) -> bool:
        return self.stage in OPEN

    @property
    def outcome(self) -> Outcome | None:
        return self.results[-1].outcome if self.results and not self.open else None

    @property
    def overdue(self) -> bool:
        """The running reply limit has passed without a reply."""
        limit = self.deadlines.reply
        return self.open and limit is not None and self.overdue_for == limit.due

    @property
    def open_consultations(self) -> tuple[Consultation, ...]:
        return tuple(each for each in self.consultations if each.ended_on is None)

    @property
    def refusing(self) -> tuple[Consultation, ...]:
        """Third parties that answered that they do not agree."""
        asked = [each for each in self.consultations if each.whom is Consulted.THIRD_PARTY]
        return tuple(each for each in asked if each.stance is Stance.REFUSES)

    @property
    def untold(self) -> tuple[Consultation, ...]:
        """Refusing third parties that must yet be told that the reply discloses all the same."""
        draft = self.draft
        return tuple(each for each in self.refusing if each.id not in draft.told) if draft and draft.override else ()

    @property
    def open_reviews(self) -> tuple[Review, ...]:
        return tuple(each for each in self.reviews if each.result == "pending")

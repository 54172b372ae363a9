"""What a request remembers. No fact names an applicant: papers stand behind ids, equality behind keyed digests."""

from datetime import date, datetime
from typing import Literal

from contracts.requests.papers import AttachmentRole
from contracts.requests.terms import (
    ApplicantClass,
    ApplicationKind,
    Channel,
    Consulted,
    Notice,
    Outcome,
    Review,
    ReviewKind,
    Route,
    Stance,
)
from kernel.facts import Fact
from services.requests.domain.state import Deadlines, Policy


class Arrived(Fact):
    """An application reached the office (#1)."""

    number: str
    agency: str
    channel: Channel
    applicant_class: ApplicantClass
    asks: ApplicationKind
    arrived_on: date
    opened_at: datetime
    applicant: str
    information: str
    sketch: tuple[str, ...]
    application: str
    code: str
    content: str
    missing: tuple[str, ...]
    route: Route
    suggested: bool
    needs_help: bool
    policy: Policy


class ReceiptConfirmed(Fact):
    """The receipt date stands; the clock begins (#2, 条例31)."""

    received_on: date
    workdays: int


class ConfirmationMissed(Fact):
    """Nobody has confirmed the receipt in time."""

    confirm_by: date


class Accepted(Fact):
    """The content is clear (#4)."""

    information: str


class CorrectionRequested(Fact):
    """The one notice of correction (#5, 条例30)."""

    requested_on: date
    within: int
    delivered_on: date | None
    paper: str


class Corrected(Fact):
    """The corrected application came; the clock begins anew (#6)."""

    corrected_on: date
    application: str
    information: str
    sketch: tuple[str, ...]
    missing: tuple[str, ...]
    late: bool


class NoticeDelivered(Fact):
    """A notice or letter reached its addressee, or came back."""

    notice: Notice
    consultation: str
    delivered_on: date
    returned: bool


class ConsultationSent(Fact):
    """An opinion was asked for (#9)."""

    consultation: str
    whom: Consulted
    sent_on: date
    delivered_on: date | None
    paper: str


class ConsultationAnswered(Fact):
    """The opinion came (#10)."""

    consultation: str
    stance: Stance
    answered_on: date
    paper: str | None


class ConsultationLapsed(Fact):
    """No opinion came in time (#10)."""

    consultation: str
    ended_on: date


class ReasonsRequested(Fact):
    """The applicant was asked for reasons (#11, 条例35)."""

    paper: str


class ReasonsAccepted(Fact):
    """The reasons hold (#13, 条例35)."""

    delayed_to: date | None
    paper: str


class FeeNoticed(Fact):
    """The fee notice (#14, 国办函〔2020〕109号 第六条). Amounts in yuan, after the reduction."""

    method: Literal["按件", "按量"]
    quantity: int
    before: int
    amount: int
    reduction: int
    noticed_on: date
    delivered_on: date | None
    paper: str


class Paid(Fact):
    """The fee was paid; the clock begins anew (#15)."""

    paid_on: date


class Extended(Fact):
    """The extension (#17, 条例33(2))."""

    days: int
    approver: str
    notified_on: date
    paper: str


class Helped(Fact):
    """The applicant was helped (条例43)."""

    paper: str


class ContactChanged(Fact):
    """The applicant is to be reached elsewhere: the application with it is a paper of its own."""

    application: str


class ContactNoted(Fact):
    """The office and the applicant spoke with each other."""

    paper: str


class Attached(Fact):
    """A file was attached. `digest` is keyed; `checked`: its text was looked through for marks of secrecy."""

    attachment: str
    role: AttachmentRole
    digest: str
    bytes: int
    media_type: str
    pieces: int
    paper: str
    """Prefix of the papers that hold its pieces."""
    checked: bool


class AttachmentCleared(Fact):
    """A person found an attachment free of secrets."""

    attachment: str


class Searched(Fact):
    """A search record."""

    unit: str
    person: str
    found: bool
    paper: str


class ReplyDrafted(Fact):
    """A reply was drafted; `basis` quotes the article, or the document where the regulation has none."""

    outcome: Outcome
    basis: str
    grounds: tuple[str, ...]
    override: bool
    drafter: str
    paper: str


class ReplyApproved(Fact):
    """The draft was approved by another person (#18)."""

    approver: str
    approved_on: date


class ReplyReturned(Fact):
    """The draft was sent back."""

    paper: str


class Replied(Fact):
    """The reply was served (#3, #8, #12, #18)."""

    outcome: Outcome
    row: str
    replied_on: date
    route: Route
    proof: str
    on_time: bool


class InformationProposed(Fact):
    """Several applicants were given the same: proposed for publication (条例44)."""

    information: str
    requests: tuple[str, ...]
    applicants: int


class ApplicantLapsed(Fact):
    """The applicant's time for correction or payment has run out."""

    limit: Literal["correction", "fee"]
    on: date


class LapseClosed(Fact):
    """An officer confirmed the lapse (#7, #16)."""

    outcome: Outcome
    row: str
    closed_on: date


class Withdrawn(Fact):
    """The applicant withdrew (#19)."""

    row: str
    closed_on: date
    paper: str


class ReviewBrought(Fact):
    """行政复议 or 行政诉讼 was brought (#20)."""

    review: str
    review_kind: ReviewKind
    filed_on: date
    notified_on: date
    simplified: bool


class ReviewAnswered(Fact):
    """Our answer went out."""

    review: str
    answered_on: date


class AnswerMissed(Fact):
    """Our answer is late: the act is treated as having no evidence (行政复议法70)."""

    review: str
    answer_by: date


class ReviewDecided(Fact):
    """The review organ or the court has decided."""

    review: str
    result: Literal["upheld", "corrected", "other"]
    decided_on: date


class RedoOrdered(Fact):
    """The decision orders a new reply (#21)."""

    review: str
    notified_on: date
    until: date | None
    workdays: int


class Archived(Fact):
    """Handed to the files (条例45)."""

    archive_no: str


class ApplicantDataErased(Fact):
    """The papers were erased after hand-over to the archive."""

    handed_over_on: date


class DeadlinesSet(Fact):
    """The limits as computed with a version of the calendar."""

    deadlines: Deadlines
    calendar: str


class Warned(Fact):
    """The reply limit comes near."""

    on: date
    due: date
    days_left: int


class InternalLimitReached(Fact):
    """The last day of the office's own, shorter limit has come."""

    internal: date
    due: date


class BecameOverdue(Fact):
    """The reply limit has passed."""

    due: date


class Imported(Fact):
    """A line of an old ledger."""

    number: str
    ledger_id: str
    agency: str
    channel: Channel
    applicant_class: ApplicantClass
    received_on: date
    outcome: Outcome | None
    row: str | None
    closed_on: date | None
    on_time: bool | None
    extended_days: int
    corrected_on: date | None
    excluded: tuple[tuple[date, date], ...]
    fee: int | None
    reviews: tuple[Review, ...]
    opened_at: datetime
    content: str


FACTS: tuple[type[Fact], ...] = (
    Arrived, ReceiptConfirmed, ConfirmationMissed, Accepted, CorrectionRequested, Corrected, NoticeDelivered,
    ConsultationSent, ConsultationAnswered, ConsultationLapsed, ReasonsRequested, ReasonsAccepted, FeeNoticed, Paid,
    Extended, Searched, ReplyDrafted, ReplyApproved, ReplyReturned, Replied, InformationProposed, ApplicantLapsed,
    LapseClosed, Withdrawn, ReviewBrought, ReviewAnswered, AnswerMissed, ReviewDecided, RedoOrdered, Archived,
    ApplicantDataErased, Helped, ContactChanged, ContactNoted, Attached, AttachmentCleared, DeadlinesSet, Warned,
    InternalLimitReached, BecameOverdue, Imported,
)  # fmt: skip

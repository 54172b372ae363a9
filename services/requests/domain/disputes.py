"""Decisions after the reply: reconsideration, suit, ordered redo, archive, erasure (条例45, 51; 行政复议法)."""

from datetime import date, datetime
from typing import Literal

from contracts.requests.terms import ReviewKind
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import facts as f
from services.requests.domain.deadline import timed
from services.requests.domain.intake import between, not_after
from services.requests.domain.limits import days
from services.requests.domain.state import Case, Review
from services.requests.domain.transitions import require

MAX_REVIEWS = 20


def bring(
    case: Case, kind: ReviewKind, filed_on: date, notified_on: date, simplified: bool, now: datetime, calendar: Calendar
) -> list[Fact]:
    """#20: begins our limit to answer. Against silence it may come while the request is open and overdue (法释8号2)."""
    if not (case.open and case.overdue):
        require(case, "bring_review")
    if len(case.reviews) >= MAX_REVIEWS:
        raise Refused("too_many", "复议、诉讼的件数已达上限。")
    between(filed_on, case.arrived_on, now, "filed_on")
    between(notified_on, filed_on, now, "notified_on")
    fact = f.ReviewBrought(
        review=f"V{len(case.reviews) + 1}",
        review_kind=kind,
        filed_on=filed_on,
        notified_on=notified_on,
        simplified=simplified and kind == "reconsideration",
    )
    return timed(case, [fact], calendar)


def answer(case: Case, id: str, on: date, now: datetime, calendar: Calendar) -> list[Fact]:
    """Our answer went out; an earlier record of it stands."""
    review = _review(case, id)
    if review.answered_on is not None:
        return []
    between(on, review.notified_on or review.filed_on, now, "answered_on")
    return timed(case, [f.ReviewAnswered(review=id, answered_on=on)], calendar)


def decide(
    case: Case, id: str, result: Literal["upheld", "corrected", "other"], on: date, now: datetime, calendar: Calendar
) -> list[Fact]:
    """The decision or judgment: counted as 维持, 纠正 or 其他 in table 4 of the annual report."""
    review = _review(case, id)
    if review.result != "pending":
        raise Refused("decided_already", "该案已经登记结果。", field="review")
    between(on, review.filed_on, now, "decided_on")
    return timed(case, [f.ReviewDecided(review=id, result=result, decided_on=on)], calendar)


def redo(case: Case, id: str, notified_on: date, until: date | None, now: datetime, calendar: Calendar) -> list[Fact]:
    """#21: within the period of the decision, else 20 working days, our own rule (行政复议法64)."""
    review = _review(case, id)
    require(case, "redo")
    if review.result != "corrected" or review.decided_on is None:
        raise Refused("not_corrected", "只有纠正原答复的决定才能责令重新答复。", field="review")
    if review.redone:
        raise Refused("redone_already", "该案的重新办理已经登记。", field="review")
    between(notified_on, review.decided_on, now, "notified_on")
    if until is not None and until <= notified_on:
        raise Refused("not_later", "期限应当晚于收到决定之日。", field="until", remedy="请核对日期。")
    fact = f.RedoOrdered(review=id, notified_on=notified_on, until=until, workdays=days("REDO"))
    return timed(case, [fact], calendar)


def _review(case: Case, id: str) -> Review:
    for review in case.reviews:
        if review.id == id:
            return review
    raise Refused("no_review", "没有这一件复议或者诉讼。", field="review", remedy="请核对序号。")


def archive(case: Case, archive_no: str, calendar: Calendar) -> list[Fact]:
    """归档 (条例45): when answered or closed, and no review or suit is open."""
    require(case, "archive")
    return timed(case, [f.Archived(archive_no=archive_no)], calendar)


def erase(case: Case, handed_over_on: date, complaints: int, now: datetime) -> list[Fact]:
    """The papers go after hand-over to the archive, and only while no review, suit or complaint is open.

    `complaints`: open ones about this request.
    """
    if case.erased:
        return []
    if case.archive_no is None or case.open:
        raise Refused("not_archived", "尚未归档，不能销毁申请人材料。", remedy="请先归档并移交档案。")
    if case.open_reviews:
        raise Refused("dispute_open", "复议或者诉讼尚未审结，不能销毁申请人材料。", remedy="请在审结后再办理。")
    if complaints:
        raise Refused("complaint_open", "有关投诉举报尚未办结，不能销毁申请人材料。", remedy="请在办结后再办理。")
    not_after(handed_over_on, now, "handed_over_on")
    return [f.ApplicantDataErased(handed_over_on=handed_over_on)]

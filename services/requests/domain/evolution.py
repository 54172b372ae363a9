"""How facts become the state of a request."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from contracts.requests.terms import Consulted, Outcome, Result, Stage
from contracts.requests.terms import Review as ReviewRecord
from kernel.facts import Fact
from services.requests.domain import facts as f
from services.requests.domain.state import Attachment, Case, Consultation, Correction, Draft, Fee, Review

CLOSED_BY: dict[Outcome, Stage] = {
    Outcome.CLOSE_NO_CORRECTION: Stage.CLOSED_ABANDONED_CORRECTION,
    Outcome.CLOSE_FEE_UNPAID: Stage.CLOSED_ABANDONED_FEE,
    Outcome.CLOSE_OTHER: Stage.CLOSED_WITHDRAWN,
}


def fold(case: Case, facts: Sequence[Fact]) -> Case:
    """The state after more facts."""
    for fact in facts:
        case = evolve(case, fact)
    return case


def evolve(case: Case | None, fact: Fact) -> Case:
    """The state after one fact; raises `TypeError` for a fact that cannot stand there."""
    if case is None:
        return _begin(fact)
    change = _CHANGES.get(type(fact))
    if change is None:
        raise TypeError(f"{fact.kind} does not continue a request")
    return case.model_copy(update=change(case, fact))


def _begin(fact: Fact) -> Case:
    match fact:
        case f.Arrived():
            return Case(stage=Stage.ARRIVED, **dict(fact))
        case f.Imported():
            return _imported(fact)
        case _:
            raise TypeError(f"{fact.kind} does not begin a request")


def _imported(fact: f.Imported) -> Case:
    start = fact.corrected_on or fact.received_on
    consultations = tuple(
        Consultation(
            id=f"C{n}", whom=Consulted.OTHER_ORGAN, sent_on=first - timedelta(days=1), delivered_on=None, ended_on=last
        )
        for n, (first, last) in enumerate(fact.excluded, 1)
    )
    correction = (
        Correction(within=0, paper="", requested_on=fact.received_on, delivered_on=None, corrected_on=fact.corrected_on)
        if fact.corrected_on
        else None
    )
    noticed = fact.fee is not None
    fee = Fee(amount=fact.fee or 0, noticed_on=start, delivered_on=None, paper="", paid_on=None) if noticed else None
    case = Case(
        number=fact.number, agency=fact.agency, channel=fact.channel, applicant_class=fact.applicant_class,
        stage=Stage.PROCESSING, arrived_on=fact.received_on, opened_at=fact.opened_at, applicant="", information="",
        content=fact.content, received_on=fact.received_on, start=start,
        start_reason="收到补正" if fact.corrected_on else "收到申请", extension=fact.extended_days,
        extended_days=fact.extended_days, correction=correction, consultations=consultations, fee=fee,
        reviews=tuple(_imported_review(review) for review in fact.reviews), ledger_id=fact.ledger_id,
    )  # fmt: skip
    if fact.outcome is None or fact.closed_on is None:
        return case
    result = Result(outcome=fact.outcome, row=fact.row or "", closed_on=fact.closed_on, on_time=fact.on_time)
    settled = CLOSED_BY.get(fact.outcome, Stage.REPLIED)
    case = case.model_copy(update={"stage": settled, "settled": settled, "results": (result,)})
    return case.model_copy(update={"stage": _disputed(case)})


def _imported_review(review: ReviewRecord) -> Review:
    return Review(notified_on=None, simplified=False, **review.model_dump(exclude={"answer_by"}))


def _disputed(case: Case) -> Stage:
    """Where a closed request stands with its reviews and suits: the latest open one decides."""
    pending = case.open_reviews
    if not pending:
        return case.settled or case.stage
    return Stage.REVIEW if pending[-1].kind == "reconsideration" else Stage.LITIGATION


def _settle(case: Case, stage: Stage, result: Result) -> dict[str, Any]:
    return {"stage": stage, "settled": stage, "results": (*case.results, result), "lapsed": False}


def _received(case: Case, fact: f.ReceiptConfirmed) -> dict[str, Any]:
    return {
        "stage": Stage.RECEIVED,
        "received_on": fact.received_on,
        "start": fact.received_on,
        "start_reason": "收到申请",
        "base": fact.workdays,
        "unconfirmed": False,
    }


def _accepted(case: Case, fact: f.Accepted) -> dict[str, Any]:
    return {"stage": Stage.PROCESSING, "information": fact.information or case.information}


def _correction_requested(case: Case, fact: f.CorrectionRequested) -> dict[str, Any]:
    return {
        "stage": Stage.CORRECTION_REQUESTED,
        "correction": Correction(**fact.model_dump()),
        "draft": None,
    }


def _corrected(case: Case, fact: f.Corrected) -> dict[str, Any]:
    correction = case.correction.model_copy(update={"corrected_on": fact.corrected_on}) if case.correction else None
    return {
        "stage": Stage.PROCESSING,
        "correction": correction,
        "application": fact.application,
        "information": fact.information,
        "sketch": fact.sketch,
        "missing": fact.missing,
        "start": fact.corrected_on,
        "start_reason": "收到补正",
        "lapsed": False,
    }


def _delivered(case: Case, fact: f.NoticeDelivered) -> dict[str, Any]:
    on = None if fact.returned else fact.delivered_on
    match fact.notice:
        case "correction" if case.correction:
            return {"correction": case.correction.model_copy(update={"delivered_on": on})}
        case "fee" if case.fee:
            return {"fee": case.fee.model_copy(update={"delivered_on": on})}
        case "consultation":
            return {"consultations": _change(case.consultations, fact.consultation, {"delivered_on": on})}
        case "reply":
            return {"returned": fact.returned}
        case "third_party" if case.draft and on:
            told = case.draft.told | {fact.consultation: on}
            return {"draft": case.draft.model_copy(update={"told": told})}
        case _:
            return {}


def _change(parts: tuple[Any, ...], id: str, update: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(part.model_copy(update=update) if part.id == id else part for part in parts)


def _consulted(case: Case, fact: f.ConsultationSent) -> dict[str, Any]:
    sent = Consultation(id=fact.consultation, whom=fact.whom, sent_on=fact.sent_on, delivered_on=fact.delivered_on)
    return {"stage": Stage.CONSULTING, "consultations": (*case.consultations, sent)}


def _consultation_ended(case: Case, id: str, update: dict[str, Any]) -> dict[str, Any]:
    consultations = _change(case.consultations, id, update)
    still = any(each.ended_on is None for each in consultations)
    return {"consultations": consultations, "stage": Stage.CONSULTING if still else Stage.PROCESSING}


def _answered(case: Case, fact: f.ConsultationAnswered) -> dict[str, Any]:
    return _consultation_ended(case, fact.consultation, {"ended_on": fact.answered_on, "stance": fact.stance})


def _lapsed(case: Case, fact: f.ConsultationLapsed) -> dict[str, Any]:
    return _consultation_ended(case, fact.consultation, {"ended_on": fact.ended_on})


def _fee(case: Case, fact: f.FeeNoticed) -> dict[str, Any]:
    fee = Fee(amount=fact.amount, noticed_on=fact.noticed_on, delivered_on=fact.delivered_on, paper=fact.paper)
    return {"stage": Stage.FEE_PENDING, "fee": fee, "draft": None}


def _paid(case: Case, fact: f.Paid) -> dict[str, Any]:
    fee = case.fee.model_copy(update={"paid_on": fact.paid_on}) if case.fee else None
    return {
        "stage": Stage.PROCESSING,
        "fee": fee,
        "start": fact.paid_on,
        "start_reason": "缴费",
        "fixed": None,
        "lapsed": False,
    }


def _extended(case: Case, fact: f.Extended) -> dict[str, Any]:
    return {"extension": fact.days, "extended_days": fact.days}


def _drafted(case: Case, fact: f.ReplyDrafted) -> dict[str, Any]:
    return {
        "draft": Draft(outcome=fact.outcome, drafter=fact.drafter, paper=fact.paper, override=fact.override),
    }


def _approved(case: Case, fact: f.ReplyApproved) -> dict[str, Any]:
    approval = {"approver": fact.approver, "approved_on": fact.approved_on}
    draft = case.draft.model_copy(update=approval) if case.draft else None
    return {"stage": Stage.REPLY_APPROVED, "draft": draft}


def _returned(case: Case, fact: f.ReplyReturned) -> dict[str, Any]:
    return {"draft": None, "stage": Stage.PROCESSING if case.stage is Stage.REPLY_APPROVED else case.stage}


def _replied(case: Case, fact: f.Replied) -> dict[str, Any]:
    result = Result(outcome=fact.outcome, row=fact.row, closed_on=fact.replied_on, on_time=fact.on_time)
    return _settle(case, Stage.REPLIED, result)


def _lapse_closed(case: Case, fact: f.LapseClosed) -> dict[str, Any]:
    result = Result(outcome=fact.outcome, row=fact.row, closed_on=fact.closed_on, on_time=True)
    return _settle(case, CLOSED_BY[fact.outcome], result)


def _withdrawn(case: Case, fact: f.Withdrawn) -> dict[str, Any]:
    late = case.overdue
    result = Result(outcome=Outcome.CLOSE_OTHER, row=fact.row, closed_on=fact.closed_on, on_time=not late)
    return _settle(case, Stage.CLOSED_WITHDRAWN, result)


def _review_brought(case: Case, fact: f.ReviewBrought) -> dict[str, Any]:
    review = Review(
        id=fact.review,
        kind=fact.review_kind,
        filed_on=fact.filed_on,
        notified_on=fact.notified_on,
        simplified=fact.simplified,
    )
    brought = case.model_copy(update={"reviews": (*case.reviews, review)})
    return {"reviews": brought.reviews, "stage": brought.stage if case.open else _disputed(brought)}


def _review_decided(case: Case, fact: f.ReviewDecided) -> dict[str, Any]:
    update = {"result": fact.result, "decided_on": fact.decided_on}
    decided = case.model_copy(update={"reviews": _change(case.reviews, fact.review, update)})
    return {"reviews": decided.reviews, "stage": decided.stage if case.open else _disputed(decided)}


def _redo(case: Case, fact: f.RedoOrdered) -> dict[str, Any]:
    return {
        "stage": Stage.PROCESSING,
        "reviews": _change(case.reviews, fact.review, {"redone": True}),
        "start": fact.notified_on,
        "start_reason": "责令重新答复",
        "base": fact.workdays,
        "extension": 0,
        "fixed": fact.until,
        "draft": None,
        "settled": None,
    }


def _archived(case: Case, fact: f.Archived) -> dict[str, Any]:
    return {"stage": Stage.ARCHIVED, "settled": Stage.ARCHIVED, "archive_no": fact.archive_no}


def _deadlines(case: Case, fact: f.DeadlinesSet) -> dict[str, Any]:
    before, after = case.deadlines.reply, fact.deadlines.reply
    moved = before is None or after is None or before.due != after.due
    unwarned = {"warned_on": None, "warned_left": None} if moved else {}
    return {"deadlines": fact.deadlines, **unwarned}


def _attached(case: Case, fact: f.Attached) -> dict[str, Any]:
    attached = Attachment(id=fact.attachment, **fact.model_dump(exclude={"attachment", "bytes"}))
    return {"attachments": (*case.attachments, attached)}


_CHANGES: dict[type[Fact], Callable[[Case, Any], dict[str, Any]]] = {
    f.ReceiptConfirmed: _received,
    f.ConfirmationMissed: lambda case, fact: {"unconfirmed": True},
    f.Accepted: _accepted,
    f.CorrectionRequested: _correction_requested,
    f.Corrected: _corrected,
    f.NoticeDelivered: _delivered,
    f.ConsultationSent: _consulted,
    f.ConsultationAnswered: _answered,
    f.ConsultationLapsed: _lapsed,
    f.ReasonsRequested: lambda case, fact: {"stage": Stage.REASON_REQUESTED, "reasons_asked": True, "draft": None},
    f.ReasonsAccepted: lambda case, fact: {
        "stage": Stage.PROCESSING,
        "fixed": fact.delayed_to or case.fixed,
        "draft": None,
    },
    f.FeeNoticed: _fee,
    f.Paid: _paid,
    f.Extended: _extended,
    f.Searched: lambda case, fact: {"searches": case.searches + (0 if fact.found else 1)},
    f.ReplyDrafted: _drafted,
    f.ReplyApproved: _approved,
    f.ReplyReturned: _returned,
    f.Replied: _replied,
    f.InformationProposed: lambda case, fact: {"proposed": True},
    f.ApplicantLapsed: lambda case, fact: {"lapsed": True},
    f.LapseClosed: _lapse_closed,
    f.Withdrawn: _withdrawn,
    f.ReviewBrought: _review_brought,
    f.ReviewAnswered: lambda case, fact: {
        "reviews": _change(case.reviews, fact.review, {"answered_on": fact.answered_on})
    },
    f.AnswerMissed: lambda case, fact: {"reviews": _change(case.reviews, fact.review, {"late": True})},
    f.ReviewDecided: _review_decided,
    f.RedoOrdered: _redo,
    f.Archived: _archived,
    f.ApplicantDataErased: lambda case, fact: {"erased": True, "application": ""},
    f.DeadlinesSet: _deadlines,
    f.Warned: lambda case, fact: {"warned_on": fact.on, "warned_left": fact.days_left},
    f.InternalLimitReached: lambda case, fact: {"internal_for": fact.internal},
    f.Helped: lambda case, fact: {},
    f.ContactChanged: lambda case, fact: {"application": fact.application},
    f.ContactNoted: lambda case, fact: {},
    f.Attached: _attached,
    f.AttachmentCleared: lambda case, fact: {
        "attachments": _change(case.attachments, fact.attachment, {"checked": True})
    },
    f.BecameOverdue: lambda case, fact: {"overdue_for": fact.due},
}

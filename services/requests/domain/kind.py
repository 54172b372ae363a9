"""The record of a request, what is told of it, and by what it is found."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from contracts.base import Event
from contracts.requests import procedure as c
from contracts.requests.terms import Excluded, Proposal, Request, Stage
from contracts.requests.terms import Review as ReviewRecord
from kernel.calendar import end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from services.requests.domain import facts as f
from services.requests.domain.alarm import alarm, tick
from services.requests.domain.deadline import excluded_days
from services.requests.domain.evolution import evolve
from services.requests.domain.likeness import bands
from services.requests.domain.outcomes import OUTCOMES
from services.requests.domain.state import LABELS, WAITS_FOR_APPLICANT, Case

TOLD: dict[type[Fact], type[c.RequestReceived | c.RequestExtended | c.RequestReplied | c.RequestOverdue]] = {
    f.ReceiptConfirmed: c.RequestReceived,
    f.Extended: c.RequestExtended,
    f.Replied: c.RequestReplied,
    f.BecameOverdue: c.RequestOverdue,
}


def record(case: Case) -> Request:
    """The request as it is told: nothing of the applicant but the class."""
    limits, last = case.deadlines, case.results[-1] if case.results and not case.open else None
    running = _running(case)
    return Request(
        id=case.number,
        title=f"政府信息{case.asks.value}（{case.channel.value}，{case.applicant_class.value}）",
        state=case.stage.value,
        state_label=LABELS[case.stage],
        open=case.open,
        agency=case.agency,
        opened_at=case.opened_at,
        due_at=end_of_day(running) if running else None,
        overdue=case.overdue,
        provisional=bool(case.open and limits.reply and limits.reply.provisional),
        waits_for=waits_for(case),
        channel=case.channel,
        applicant_class=case.applicant_class,
        kind=case.asks,
        arrived_on=case.arrived_on,
        received_on=case.received_on,
        due_on=limits.reply.due if limits.reply else None,
        internal_due_on=limits.reply.internal if limits.reply else None,
        alert=alert(case),
        correct_by=limits.correct_by,
        corrected_on=case.correction.corrected_on if case.correction else None,
        extended_days=case.extended_days,
        excluded=tuple(_excluded(case)),
        paused=bool(case.open_consultations),
        fee=case.fee.amount if case.fee else None,
        fee_paid=bool(case.fee and case.fee.paid_on),
        suggested=case.suggested,
        needs_help=case.needs_help,
        outcome=last.outcome if last else None,
        row=last.row if last else None,
        closed_on=last.closed_on if last else None,
        results=case.results,
        reviews=tuple(_review(case, review) for review in case.reviews),
        ledger_id=case.ledger_id,
    )


def _excluded(case: Case) -> Iterator[Excluded]:
    for pause in excluded_days(case):
        yield Excluded(first=pause.after + timedelta(days=1), last=pause.until)


def _running(case: Case) -> Any:
    """The last day of the limit that runs now, whoever must keep it: ours, the applicant's, a consulted party's."""
    limits = case.deadlines
    if not case.open:
        return min(limits.answers.values(), default=None)
    if limits.reply:
        return limits.reply.due
    return limits.confirm_by or limits.submit_by or limits.pay_by or max(limits.consultations.values(), default=None)


def _review(case: Case, review: Any) -> ReviewRecord:
    return ReviewRecord(
        id=review.id,
        kind=review.kind,
        filed_on=review.filed_on,
        answer_by=case.deadlines.answers.get(review.id),
        answered_on=review.answered_on,
        result=review.result,
        decided_on=review.decided_on,
    )


def alert(case: Case) -> str:
    """What the office should look at now, the gravest first; empty when there is nothing."""
    if any(review.late for review in case.open_reviews):
        return "复议、诉讼答复逾期"
    if not case.open:
        return "答复被退回，请另行送达" if case.returned else ""
    if case.overdue:
        return "答复逾期"
    if case.stage is Stage.ARRIVED and case.unconfirmed:
        return "逾期未与申请人确认收到"
    if case.lapsed:
        return "申请人期限届满，请确认"
    if case.warned_left is not None:
        return f"答复期限剩余不超过{case.warned_left}个工作日"
    if case.stage is Stage.REPLY_APPROVED and case.untold:
        return "送达答复前须告知第三方"
    limit = case.deadlines.reply
    if limit and limit.internal and case.internal_for == limit.internal:
        return "内部期限已到"
    return ""


def waits_for(case: Case) -> str:
    """Who must act next, in Chinese; empty when nobody must."""
    if not case.open:
        return "经办人" if case.deadlines.answers else ""
    if case.stage in WAITS_FOR_APPLICANT:
        return "经办人" if case.lapsed else "申请人"
    if case.stage is Stage.CONSULTING:
        return "、".join(sorted({each.whom.value for each in case.open_consultations}))
    if case.stage is Stage.REASON_REQUESTED and case.draft is None:
        return "申请人"
    if case.draft is not None and case.stage is not Stage.REPLY_APPROVED:
        return "审批人"
    return "经办人"


def tell(case: Case, facts: Sequence[Fact]) -> list[Event]:
    """One event at least for every commit, since each carries how the record stands."""
    standing = record(case)
    told: list[Event] = [TOLD[type(fact)](record=standing) for fact in facts if type(fact) in TOLD]
    told += [
        c.ProactiveProposed(
            record=standing,
            proposal=Proposal(information=fact.information, requests=fact.requests, applicants=fact.applicants),
        )
        for fact in facts
        if isinstance(fact, f.InformationProposed)
    ]
    return told or [c.RequestChanged(record=standing)]


def retell(case: Case) -> list[Event]:
    return [c.RequestRestated(record=record(case))]


def index(case: Case) -> Mapping[str, Any]:
    """By what requests are found. `ledger` orders by receipt date; digests tell repeats."""
    running = _running(case)
    outcome = case.outcome
    given = outcome is not None and OUTCOMES[outcome].open
    return {
        "agency": case.agency,
        "open": case.open,
        "ledger": f"{case.received_on or ''}/{case.number}",
        "due": f"{running or '9999-12-31'}/{case.number}",
        "watched": case.open or bool(case.open_reviews),
        "given": given,
        **_rare(case, given),
    }


def _rare(case: Case, given: bool) -> dict[str, Any]:
    """Values that few requests have: those of an old ledger have none, and cost their indexes nothing."""
    found: dict[str, Any] = {}
    if case.applicant:
        found["applicant"] = case.applicant
        found["month"] = f"{case.arrived_on:%Y-%m}"
    if case.information:
        found["information"] = case.information
    if case.ledger_id is None:
        found["arrived"] = f"{case.arrived_on}/{case.number}"
    if case.sketch:
        found["bands"] = bands(case.sketch)
    if given and case.information and not case.proposed:
        found["candidate"] = f"{case.results[-1].closed_on}/{case.number}"
    return found


KIND: CaseKind[Case] = CaseKind(
    name="request",
    title="政府信息公开申请",
    facts=f.FACTS,
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)

"""Decisions that end a request: draft, approval, service of the reply, lapse, withdrawal (条例30, 35 to 40; 109号6)."""

from dataclasses import dataclass
from datetime import date, datetime

from contracts.requests.terms import ApplicationKind, Consulted, Outcome, Route, Stage
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import facts as f
from services.requests.domain.deadline import timed
from services.requests.domain.intake import between
from services.requests.domain.outcomes import CLOSINGS, GROUNDS, OUTCOMES, RECTIFICATIONS, Need
from services.requests.domain.state import Case
from services.requests.domain.transitions import require

NEEDED: dict[Need, tuple[str, str]] = {
    "reasons": ("reasons", "该结果应当说明理由。"),
    "ground": ("ground", "部分公开应当写明不予公开部分的依据代码。"),
    "law": ("law", "应当写明查询所依据的法律、行政法规。"),
    "earlier": ("earlier", "应当写明此前已作出答复的申请编号。"),
    "searched_or_elsewhere": ("outcome", "告知政府信息不存在之前应当登记检索记录，或者写明负责公开的机关。"),
    "corrected": ("outcome", "只有经过补正仍不明确的，才能以此答复。"),
    "reasons_asked": ("outcome", "应当先要求申请人说明理由。"),
    "right_organ": ("right_organ", "应当写明有权更正的行政机关。"),
    "third_party_asked": ("outcome", "涉及第三方合法权益的，应当先书面征求第三方意见。"),
}


@dataclass(frozen=True)
class Wording:
    """What a drafted reply states, as far as the rules look at it. `has_…`: the text itself is a paper."""

    outcome: Outcome
    has_reasons: bool
    ground: str
    law: str
    earlier: str
    right_organ: str
    public_interest: bool


def draft(case: Case, wording: Wording, drafter: str, paper: str, calendar: Calendar) -> list[Fact]:
    """A reply that states what its outcome requires (条例36 to 40); a new draft replaces an earlier one."""
    require(case, "draft")
    rule = OUTCOMES[wording.outcome]
    if wording.outcome in CLOSINGS:
        raise Refused("not_a_reply", "这种结果不是答复。", field="outcome", remedy="请使用结案或者撤回。")
    _suit_the_kind(case, wording.outcome)
    if (wording.outcome is Outcome.NOPROC_EXCESS) != (case.stage is Stage.REASON_REQUESTED):
        raise Refused(
            "reasons_first",
            "要求说明理由之后，才能且只能以“无正当理由大量反复申请”答复。",
            field="outcome",
            remedy="理由成立的，请先认可理由。",
        )
    for need in rule.needs:
        if not _given(case, wording, need):
            field, sentence = NEEDED[need]
            raise Refused(f"needs_{need}", sentence, field=field, remedy=f"{rule.duty}。")
    _respect_third_party(case, wording)
    fact = f.ReplyDrafted(
        outcome=wording.outcome,
        basis=rule.basis_text(elsewhere=bool(wording.right_organ)),
        grounds=tuple(filter(None, (rule.ground or wording.ground,))),
        override=wording.public_interest and (rule.open or rule.code is Outcome.PARTIAL),
        drafter=drafter,
        paper=paper,
    )
    return timed(case, [fact], calendar)


def repeats(case: Case, number: str, earlier: Case | None) -> None:
    """条例36(6): what is called a repeat was answered before. That applicant and information are the same an officer
    finds, as an old request may stand on paper only; a request that is held here must have its answer."""
    if number == case.number or (earlier is not None and not earlier.results):
        raise Refused(
            "earlier_unanswered",
            "所写的申请尚未作出答复，不能以重复申请答复。",
            field="earlier",
            remedy="请填写此前已经作出答复的申请编号。",
        )


def _suit_the_kind(case: Case, outcome: Outcome) -> None:
    """A 更正申请 is answered under 条例41 and is no request for information; either may stay unclear."""
    rectifies = case.asks is ApplicationKind.RECTIFICATION
    either = outcome in {Outcome.NONE_STILL_UNCLEAR, Outcome.NOPROC_EXCESS}
    if not either and rectifies != (outcome in RECTIFICATIONS):
        raise Refused(
            "wrong_kind",
            f"这种结果不适用于{case.asks.value}。",
            field="outcome",
            remedy="更正申请依照条例第四十一条答复；公开申请依照第三十六条至第四十条答复。",
        )


def _given(case: Case, wording: Wording, need: Need) -> bool:
    match need:
        case "reasons":
            return wording.has_reasons
        case "ground":
            return wording.ground in GROUNDS
        case "law":
            return bool(wording.law)
        case "earlier":
            return bool(wording.earlier)
        case "searched_or_elsewhere":
            return case.searches > 0 or bool(wording.right_organ)
        case "corrected":
            return case.correction is not None and case.correction.corrected_on is not None
        case "reasons_asked":
            return case.reasons_asked
        case "right_organ":
            return bool(wording.right_organ)
        case "third_party_asked":
            return any(each.whom is Consulted.THIRD_PARTY and each.ended_on for each in case.consultations)


def _respect_third_party(case: Case, wording: Wording) -> None:
    """A refusing third party is overridden only for a stated public interest (条例32)."""
    if OUTCOMES[wording.outcome].open and case.refusing and not wording.public_interest:
        raise Refused(
            "third_party_refuses",
            "第三方不同意公开。",
            field="public_interest",
            remedy="认为不公开会对公共利益造成重大影响的，请写明理由并书面告知第三方（条例第三十二条）。",
        )


def approve(case: Case, approver: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """#3, #8, #12, #18: by another person than the drafter, when what goes with it was found free of secrets."""
    if case.draft is None and case.open:
        raise Refused("no_draft", "还没有答复稿。", remedy="请先起草答复。")
    require(case, _approval(case))
    if case.draft and case.draft.drafter == approver:
        raise Refused("same_person", "起草人不能审批自己的答复。", remedy="请由其他人审批。")
    if any(each.role == "答复附件" and not each.checked for each in case.attachments):
        raise Refused("unchecked", "答复附件尚未核对是否涉密。", remedy="请先由经办人核对附件。")
    return timed(case, [f.ReplyApproved(approver=approver, approved_on=now.date())], calendar)


def _approval(case: Case) -> str:
    match case.stage:
        case Stage.RECEIVED:
            return "reply_at_once"
        case Stage.REASON_REQUESTED:
            return "reply_excess"
        case Stage.PROCESSING if case.draft and case.draft.outcome is Outcome.NONE_STILL_UNCLEAR:
            return "reply_unclear"
        case _:
            return "approve"


def return_reply(case: Case, paper: str, calendar: Calendar) -> list[Fact]:
    """The draft goes back to its drafter, before or after the approval."""
    require(case, "return_reply")
    if case.draft is None:
        raise Refused("no_draft", "还没有答复稿。", remedy="请先起草答复。")
    return timed(case, [f.ReplyReturned(paper=paper)], calendar)


def serve(case: Case, route: Route, on: date, proof: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """#18: the day of signature, by post that of posting, electronically that of sending (国办公开办函〔2016〕235号).

    In time when served on the last day of the limit at the latest. What a third party refuses is not disclosed before
    that party was told what and why (条例32; that the telling comes first is our own reading).
    """
    require(case, "serve")
    if case.draft is None or case.received_on is None:
        raise Refused("no_draft", "还没有答复稿。", remedy="请先起草答复。")
    if case.untold:
        raise Refused(
            "third_party_untold",
            "不同意公开的第三方还没有收到告知书。",
            remedy="请先送达告知第三方书并登记送达日期（条例第三十二条）。",
        )
    between(on, max([case.start or case.received_on, *case.draft.told.values()]), now, "replied_on")
    if route is Route.POST and not proof:
        raise Refused("post_number", "邮寄送达应当登记邮件号。", field="proof", remedy="请填写邮政企业给据邮件的号码。")
    limit = case.deadlines.reply
    outcome = case.draft.outcome
    fact = f.Replied(
        outcome=outcome,
        row=row_of(case, outcome),
        replied_on=on,
        route=route,
        proof=proof,
        on_time=limit is None or on <= limit.due,
    )
    return timed(case, [fact], calendar)


def row_of(case: Case, outcome: Outcome) -> str:
    """Row of table 3 of the annual report; a 更正申请 stands in none."""
    return "" if case.asks is ApplicationKind.RECTIFICATION else OUTCOMES[outcome].row


def propose(case: Case, others: dict[str, str]) -> list[Fact]:
    """条例44: two or more applicants were openly given the same information, or the one suggests to publish it; an
    officer of publication decides.

    `others`: digest of the applicant by number, of requests with the same information and an open outcome.
    """
    outcome = case.draft.outcome if case.draft else case.outcome
    applicants = {case.applicant, *others.values()} - {""}
    if case.proposed or not case.information or outcome is None or not OUTCOMES[outcome].open:
        return []
    if not applicants or (len(applicants) < 2 and not case.suggested):
        return []
    requests = tuple(sorted({case.number, *others}))
    return [f.InformationProposed(information=case.information, requests=requests, applicants=len(applicants))]


def close_lapsed(case: Case, now: datetime, calendar: Calendar) -> list[Fact]:
    """#7, #16: an officer confirms that correction (条例30) or payment (109号6) was not made in time."""
    paid = case.stage is Stage.FEE_PENDING
    require(case, "close_unpaid" if paid else "close_uncorrected")
    last = case.deadlines.pay_by if paid else case.deadlines.submit_by
    if last is None:
        raise Refused("not_delivered", "告知书尚未登记送达，期限未起算。", remedy="请先登记送达日期。")
    if now.date() <= last:
        raise Refused("not_lapsed", "申请人的期限还没有届满。", remedy="请在期限届满后再确认。")
    outcome = Outcome.CLOSE_FEE_UNPAID if paid else Outcome.CLOSE_NO_CORRECTION
    return timed(case, [f.LapseClosed(outcome=outcome, row=row_of(case, outcome), closed_on=now.date())], calendar)


def withdraw(case: Case, on: date, paper: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """#19: by the applicant, in writing; counted as 其他处理 (row （六）3)."""
    require(case, "withdraw")
    between(on, case.arrived_on, now, "withdrawn_on")
    row = row_of(case, Outcome.CLOSE_OTHER)
    return timed(case, [f.Withdrawn(row=row, closed_on=on, paper=paper)], calendar)

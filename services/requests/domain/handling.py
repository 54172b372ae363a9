"""Decisions while a request is handled: consultation, reasons, fee, extension, search (条例32 to 36, 42)."""

from datetime import date, datetime
from typing import Literal

from contracts.requests.terms import Consulted, Notice, Stance
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import facts as f
from services.requests.domain import fee as tariff
from services.requests.domain.deadline import answer_limit, timed
from services.requests.domain.intake import between, delivery_day
from services.requests.domain.limits import days
from services.requests.domain.state import Case, Consultation
from services.requests.domain.transitions import require

MAX_CONSULTATIONS = 20


def consult(
    case: Case,
    whom: Consulted,
    sent_on: date,
    delivered_on: date | None,
    paper: str,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """#9: in writing; the clock stops after the day of sending (条例32, 33(3), 34)."""
    require(case, "consult")
    if len(case.consultations) >= MAX_CONSULTATIONS:
        raise Refused("too_many", "征求意见的次数已达上限。")
    between(sent_on, case.start or case.arrived_on, now, "sent_on")
    delivery_day(delivered_on, sent_on, now)
    fact = f.ConsultationSent(
        consultation=f"C{len(case.consultations) + 1}",
        whom=whom,
        sent_on=sent_on,
        delivered_on=delivered_on,
        paper=paper,
    )
    return timed(case, [fact], calendar)


def answer_consultation(
    case: Case, id: str, stance: Stance, on: date, paper: str | None, now: datetime, calendar: Calendar
) -> list[Fact]:
    """#10: the answer ends the pause; one that comes after the 15 working days ends it on their last day."""
    require(case, "end_consultation")
    asked = _consultation(case, id)
    between(on, asked.sent_on, now, "answered_on")
    if asked.delivered_on:
        on = min(on, answer_limit(asked, asked.delivered_on, calendar))
    fact = f.ConsultationAnswered(consultation=id, stance=stance, answered_on=on, paper=paper)
    return timed(case, [fact], calendar)


def _consultation(case: Case, id: str) -> Consultation:
    for each in case.open_consultations:
        if each.id == id:
            return each
    raise Refused("no_consultation", "没有这一件未结束的征求意见。", field="consultation", remedy="请核对序号。")


def record_delivery(
    case: Case, notice: Notice, consultation: str, on: date, returned: bool, now: datetime, calendar: Calendar
) -> list[Fact]:
    """The day on which a notice or letter arrived: limits for answers run from it (条例30, 32, 34; 109号6)."""
    if notice == "third_party":
        consultation = _to_be_told(case, consultation).id
    between(on, _sent_on(case, notice, consultation), now, "delivered_on")
    fact = f.NoticeDelivered(notice=notice, consultation=consultation, delivered_on=on, returned=returned)
    return timed(case, [fact], calendar)


def _to_be_told(case: Case, id: str) -> Consultation:
    """The refusing third party that gets the notice; it need not be named where there is only one (条例32)."""
    waiting = [each for each in case.untold if id in ("", each.id)]
    if case.draft is None or case.draft.approver is None or len(waiting) != 1:
        raise Refused(
            "no_such_notice",
            "没有这一份待登记送达的告知第三方书。",
            field="consultation",
            remedy="答复审批后，请写明是哪一件征求意见的第三方。",
        )
    return waiting[0]


def _sent_on(case: Case, notice: Notice, consultation: str) -> date:
    match notice:
        case "consultation":
            return _consultation(case, consultation).sent_on
        case "correction" if case.correction and case.correction.corrected_on is None:
            return case.correction.requested_on
        case "fee" if case.fee and case.fee.paid_on is None:
            return case.fee.noticed_on
        case "extension" if case.extended_days:
            return case.start or case.arrived_on
        case "reply" if case.results:
            return case.results[-1].closed_on
        case "third_party" if case.draft and case.draft.approved_on:
            return case.draft.approved_on
        case _:
            raise Refused("no_such_notice", "没有发出过这种文书，或已不需要登记送达。", field="notice")


def ask_reasons(case: Case, paper: str, calendar: Calendar) -> list[Fact]:
    """#11: number or frequency plainly beyond the reasonable, as an officer finds; the clock runs on (条例35)."""
    require(case, "ask_reasons")
    return timed(case, [f.ReasonsRequested(paper=paper)], calendar)


def accept_reasons(case: Case, delayed_to: date | None, paper: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """#13: where the limit of 条例33 cannot be kept, the later day that the applicant is told becomes the limit."""
    require(case, "accept_reasons")
    limit = case.deadlines.reply
    if delayed_to is not None:
        if not calendar.is_workday(delayed_to):
            raise Refused("not_a_workday", "延迟答复的期限应当是工作日。", field="delayed_to", remedy="请改为工作日。")
        if delayed_to <= now.date() or (limit and delayed_to <= limit.due):
            raise Refused("not_later", "延迟答复的期限应当晚于原期限。", field="delayed_to", remedy="请核对日期。")
    return timed(case, [f.ReasonsAccepted(delayed_to=delayed_to, paper=paper)], calendar)


def notice_fee(
    case: Case,
    method: Literal["按件", "按量"],
    quantity: int,
    before: int,
    reduction: int,
    delivered_on: date | None,
    paper: str,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """#14: within the reply limit, once; the amount follows the tariff (国办函〔2020〕109号 第三条至第六条).

    `before`: requests of the same applicant earlier in the same calendar month.
    """
    require(case, "notice_fee")
    if case.fee is not None:
        raise Refused("fee_once", "收费通知只能发出一次。")
    limit = case.deadlines.reply
    if limit and now.date() > limit.due:
        raise Refused("fee_late", "办理期限已过，不能再收取信息处理费。", remedy="请直接答复。")
    full = tariff.amount(method, quantity, before)
    if full == 0:
        raise Refused("fee_zero", "按收费标准不应收费。", field="quantity", remedy="请直接办理。")
    if reduction >= full:
        raise Refused("fee_waived", "减免后无需缴费。", field="reduction", remedy="全部减免的不必发出收费通知。")
    delivery_day(delivered_on, now.date(), now)
    fact = f.FeeNoticed(
        method=method,
        quantity=quantity,
        before=before,
        amount=full - reduction,
        reduction=reduction,
        noticed_on=now.date(),
        delivered_on=delivered_on,
        paper=paper,
    )
    return timed(case, [fact], calendar)


def record_payment(case: Case, on: date, now: datetime, calendar: Calendar) -> list[Fact]:
    """#15: paid within 20 working days; 20 fresh working days from the day after (109号7, not verified)."""
    require(case, "pay")
    between(on, case.fee.noticed_on if case.fee else case.arrived_on, now, "paid_on")
    last = case.deadlines.pay_by
    if last is not None and on > last:
        raise Refused("fee_lapsed", "缴费期限已过。", field="paid_on", remedy="请确认逾期未缴费结案。")
    return timed(case, [f.Paid(paid_on=on)], calendar)


def extend(
    case: Case, number_of_days: int, approver: str, notified_on: date, paper: str, now: datetime, calendar: Calendar
) -> list[Fact]:
    """#17: once, at most 20 working days, approved and told to the applicant before the limit ends (条例33(2))."""
    if case.extended_days:
        raise Refused("extended_once", "答复期限只能延长一次。", remedy="请在现有期限内答复。")
    require(case, "extend")
    if case.fixed is not None:
        raise Refused("limit_fixed", "告知或责令的期限不能再延长。", remedy="请在该期限内答复。")
    if not 1 <= number_of_days <= days("APP.EXTEND"):
        raise Refused("extension_days", "延长的期限最长为20个工作日。", field="days", remedy="请填写1至20。")
    limit = case.deadlines.reply
    if limit is None or now.date() > limit.due:
        raise Refused("extension_late", "答复期限已过，不能再延长。", remedy="请尽快答复。")
    between(notified_on, case.start or case.arrived_on, now, "notified_on")
    fact = f.Extended(days=number_of_days, approver=approver, notified_on=notified_on, paper=paper)
    return timed(case, [fact], calendar)


def record_search(case: Case, unit: str, person: str, found: bool, paper: str, calendar: Calendar) -> list[Fact]:
    """What was searched, where, by whom: needed before it is said that the information does not exist (条例36(4))."""
    require(case, "search")
    return timed(case, [f.Searched(unit=unit, person=person, found=found, paper=paper)], calendar)

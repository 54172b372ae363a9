"""Decisions at the beginning: arrival, receipt date, acceptance, the one notice of correction (条例29 to 31)."""

from datetime import date, datetime

from contracts.requests.terms import ApplicantClass, Application, ApplicationKind, Channel, Route
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import facts as f
from services.requests.domain.deadline import correct_by, timed
from services.requests.domain.evolution import evolve
from services.requests.domain.limits import days
from services.requests.domain.state import Case, Policy, Value
from services.requests.domain.transitions import require

CONFIRMED_BY_ARRIVAL = frozenset({Channel.COUNTER, Channel.POST})


class Arrival(Value):
    """An application as it is to be registered: its papers are kept already, here stand their ids and digests."""

    number: str
    agency: str
    channel: Channel
    applicant_class: ApplicantClass
    arrived_on: date
    asks: ApplicationKind = ApplicationKind.DISCLOSURE
    applicant: str
    information: str
    sketch: tuple[str, ...] = ()
    application: str
    code: str
    content: str
    missing: tuple[str, ...]
    route: Route
    suggested: bool = False
    needs_help: bool = False
    policy: Policy = Policy()


def missing_content(application: Application) -> tuple[str, ...]:
    """What 条例29 requires and the application lacks, in Chinese."""
    lacks: list[str] = []
    first = application.applicants[0]
    if not first.name.strip():
        lacks.append("申请人的姓名或者名称")
    if any(not applicant.id_document.strip() for applicant in application.applicants):
        lacks.append("身份证明")
    if not first.contact.strip():
        lacks.append("联系方式")
    if not application.description.strip():
        lacks.append("政府信息的名称、文号或者其他特征性描述")
    if not application.form.strip():
        lacks.append("形式要求，包括获取信息的方式、途径")
    return tuple(lacks)


def submit(arrival: Arrival, own: bool, now: datetime, calendar: Calendar) -> list[Fact]:
    """#1, and #2 where the channel fixes the receipt date at once: 当面 that day, 邮寄 the day of signature (条例31).

    `own`: sent in by the applicant, who must give everything that 条例29 requires; what an office registers from paper
    may lack something, which is what the notice of correction is for.
    """
    if own and arrival.channel is not Channel.INTERNET:
        raise Refused("wrong_channel", "网上提交的申请渠道只能是互联网。", field="channel")
    if own and arrival.missing:
        raise Refused(
            "incomplete",
            f"申请缺少：{'、'.join(arrival.missing)}。",
            field="application",
            remedy="请补充后再提交（条例第二十九条）。",
        )
    not_after(arrival.arrived_on, now, "arrived_on")
    arrived = f.Arrived(opened_at=now, **dict(arrival))
    facts: list[Fact] = [arrived]
    if arrival.channel in CONFIRMED_BY_ARRIVAL:
        facts.append(f.ReceiptConfirmed(received_on=arrival.arrived_on, workdays=days("APP.REPLY")))
    case = evolve(None, arrived)
    return [arrived, *timed(case, facts[1:], calendar)]


def confirm_receipt(case: Case, on: date, now: datetime, calendar: Calendar) -> list[Fact]:
    """#2: 平常信函 on the day of confirmation, 互联网 and 传真 on the day both sides have confirmed (条例31(2)(3))."""
    require(case, "receive")
    between(on, case.arrived_on, now, "confirmed_on")
    return timed(case, [f.ReceiptConfirmed(received_on=on, workdays=days("APP.REPLY"))], calendar)


def accept(case: Case, information: str, calendar: Calendar) -> list[Fact]:
    """#4: the content is clear. `information`: digest of its agreed name, empty to keep the one from the text."""
    require(case, "accept")
    return timed(case, [f.Accepted(information=information)], calendar)


def request_correction(
    case: Case, within: int, delivered_on: date | None, paper: str, now: datetime, calendar: Calendar
) -> list[Fact]:
    """#5: once, within 7 working days of receipt, with a reasonable period (条例30)."""
    if case.correction is not None:
        raise Refused("corrected_once", "补正只能告知一次。", remedy="内容仍不明确的，可以据此作出答复。")
    require(case, "request_correction")
    last = correct_by(case, calendar)
    if last is None or now.date() > last:
        raise Refused(
            "correction_late",
            "已超过收到申请之日起7个工作日，不能再告知补正（条例第三十条）。",
            remedy="请受理并答复。",
        )
    delivery_day(delivered_on, now.date(), now)
    fact = f.CorrectionRequested(requested_on=now.date(), within=within, delivered_on=delivered_on, paper=paper)
    return timed(case, [fact], calendar)


def submit_correction(
    case: Case,
    on: date,
    application: str,
    information: str,
    sketch: tuple[str, ...],
    missing: tuple[str, ...],
    good_reason: bool,
    own: bool,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """#6: in time, or late with good reason as the office finds; 20 fresh working days from its receipt (条例30)."""
    require(case, "correct")
    between(on, case.correction.requested_on if case.correction else case.arrived_on, now, "corrected_on")
    last = case.deadlines.submit_by
    late = last is not None and on > last
    if late and own:
        raise Refused(
            "correction_lapsed",
            "补正期限已过，不能再在网上补正。",
            remedy="有正当理由的，请联系受理机构说明；也可以重新提出申请。",
        )
    if late and not good_reason:
        raise Refused(
            "correction_lapsed",
            "补正期限已过。",
            field="corrected_on",
            remedy="有正当理由的，请由经办人注明理由后登记。",
        )
    fact = f.Corrected(
        corrected_on=on, application=application, information=information, sketch=sketch, missing=missing, late=late
    )
    return timed(case, [fact], calendar)


def not_after(day: date, now: datetime, field: str) -> None:
    """Refuse a day that has not come yet."""
    if day > now.date():
        raise Refused("in_future", "日期不能晚于今天。", field=field, remedy="请核对日期。")


def between(day: date, first: date, now: datetime, field: str) -> None:
    """Refuse a day before the step that it follows, or one that has not come yet."""
    not_after(day, now, field)
    if day < first:
        raise Refused("too_early", "日期早于上一步骤的日期。", field=field, remedy="请核对日期。")


def delivery_day(day: date | None, sent_on: date, now: datetime) -> None:
    """Refuse an impossible day of delivery; none is known yet where it is empty."""
    if day is not None:
        between(day, sent_on, now, "delivered_on")

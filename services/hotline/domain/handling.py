"""At the unit: extension, promise, reply; and the centre's review of the reply."""

from datetime import date, datetime, timedelta

from contracts.hotline.terms import TicketKind
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import facts as f
from services.hotline.domain.limit import PROFILE, extended, promised, workdays_after
from services.hotline.domain.ticket import Case, S, require, require_unit


def request_extension(case: Case, agency: str, days: int, paper: str, now: datetime) -> list[Fact]:
    """Ask for more working days: once, with a reason, before the limit has passed, never for hour limits."""
    require_unit(case, agency)
    require(case, S.SIGNED)
    most = PROFILE.extension_workdays.value
    if case.extended:
        raise Refused("extended_already", "办理时限只能延长一次。", remedy="请按期回复；确需更长时间的可申请承诺办理。")
    if case.limit.unit != "workdays":
        raise Refused("not_extendable", "按小时计的时限和承诺日期不能延长。", remedy="请立即办理并先行联系来电人。")
    if days > most:
        raise Refused("too_long", f"延长不得超过{most}个工作日。", field="days", remedy="请缩短延长天数。")
    if now >= case.limit.due_at:
        raise Refused("extension_late", "时限已过，不能再申请延期。", remedy="请尽快回复并说明原因。")
    return [f.ExtensionRequested(days=days, paper=paper)]


def decide_extension(case: Case, approve: bool, now: datetime, calendar: Calendar) -> list[Fact]:
    """Approve or deny an extension."""
    require(case, S.EXTENSION_REQUESTED)
    if not approve:
        return [f.ExtensionDenied(at=now)]
    return [f.ExtensionApproved(at=now, limit=extended(case.limit, case.extension_days, calendar))]


def suspend(case: Case, until: date, caller_told: bool, paper: str, now: datetime) -> list[Fact]:
    """承诺办理: the limit becomes a promised day, once the caller was told it: no clock stops silently."""
    require(case, S.SIGNED)
    today = now.astimezone(CST).date()
    most = PROFILE.promise_days.value
    if not caller_told:
        raise Refused(
            "caller_not_told", "须先把承诺日期告知来电人。", field="caller_told", remedy="请联系来电人后再提交。"
        )
    if until <= today:
        raise Refused("not_in_future", "承诺日期应晚于今天。", field="until", remedy="请更正承诺日期。")
    if until > today + timedelta(days=most):
        raise Refused("too_long", f"承诺办理不得超过{most}天。", field="until", remedy="请缩短承诺日期。")
    return [f.Suspended(at=now, until=until, paper=paper, limit=promised(until, now))]


def resume(case: Case, agency: str, centre: bool, now: datetime) -> list[Fact]:
    """Take up a promised matter; the promised day stays the limit."""
    if not centre:
        require_unit(case, agency)
    require(case, S.SUSPENDED)
    return [f.Resumed(at=now)]


def reply(
    case: Case, agency: str, by: str, paper: str, adopted: bool | None, reason_given: bool, now: datetime
) -> list[Fact]:
    """The lead unit's reply. A suggestion ends as adopted or not, with the reason (七星党办字〔2017〕78号 (二)4)."""
    require_unit(case, agency)
    require(case, S.SIGNED, S.SUSPENDED)
    suggestion = case.kind is TicketKind.SUGGESTION
    if suggestion and adopted is None:
        raise Refused(
            "adoption_missing", "建议类工单须写明是否采纳。", field="adopted", remedy="请选择采纳或不采纳并说明理由。"
        )
    if suggestion and not adopted and not reason_given:
        raise Refused("reason_missing", "不采纳须说明理由。", field="adoption_reason", remedy="请填写理由。")
    return [f.Replied(at=now, by=by, paper=paper, adopted=adopted if suggestion else None)]


def review(
    case: Case, approve: bool, reviewer: str, paper: str | None, now: datetime, calendar: Calendar
) -> list[Fact]:
    """Let a reply stand or send it back; nobody reviews a reply of their own."""
    require(case, S.REPLIED)
    if reviewer == case.replier:
        raise Refused("own_reply", "回复人不能审核自己的回复。", remedy="请由其他人员审核。")
    if approve:
        return [_approved(now, calendar)]
    if paper is None:
        raise Refused("reason_missing", "退回重办须说明理由。", field="reason", remedy="请填写理由。")
    return [f.SentBack(at=now, paper=paper)]


def reply_with(case: Case, main: Case, now: datetime, calendar: Calendar) -> list[Fact]:
    """A merged ticket gets the reply of the ticket that it is handled with; visit and rating stay its caller's own."""
    if case.state is not S.MERGED or main.reply is None or main.replied_at is None:
        return []
    adopted = main.adopted
    replied = f.Replied(at=main.replied_at, by=main.replier, paper=main.reply, adopted=adopted)
    return [replied, _approved(now, calendar)]


def _approved(now: datetime, calendar: Calendar) -> f.ReplyApproved:
    return f.ReplyApproved(at=now, visit_due_at=workdays_after(now, PROFILE.visit_workdays.value, calendar))

"""The reply limit day by day: what was counted, skipped and excluded, and why (民法典201; 条例33)."""

from datetime import date, timedelta

from contracts.requests.answers import Explained
from contracts.requests.terms import CountedDay, Stage
from kernel.calendar import Calendar, Interval
from kernel.refused import Refused
from services.requests.domain.deadline import excluded_days
from services.requests.domain.limits import LIMITS
from services.requests.domain.state import Case


def explain(case: Case, today: date, calendar: Calendar) -> Explained:
    """Every day from the one after the start up to the last, or up to today while the clock stands still."""
    if case.start is None:
        raise Refused("not_received", "尚未确认收到申请，期限未起算。", remedy="请先确认收到。")
    limit = case.deadlines.reply
    ends = limit.due if limit else max(today, case.start)
    excluded = [] if case.fixed else [*excluded_days(case), *_still(case, today)]
    span = (ends - case.start).days
    days = [_day(case.start + timedelta(days=n), calendar, excluded) for n in range(1, span + 1)]
    return Explained(
        number=case.number,
        began_on=case.start,
        began_by=case.start_reason,
        workdays=case.base,
        extension=case.extension,
        due_on=limit.due if limit else None,
        provisional=any(day.provisional for day in days),
        calendar=calendar.version,
        days=tuple(days),
        source=_source(case),
    )


def _still(case: Case, today: date) -> list[Interval]:
    """What stops the clock at the moment, up to today."""
    pauses = [
        Interval(each.sent_on, today, f"正在征求{each.whom.value}意见（条例第三十三条第三款）")
        for each in case.open_consultations
    ]
    if case.stage is Stage.FEE_PENDING and case.fee:
        pauses.append(Interval(case.fee.noticed_on, today, "等待缴费（国办函〔2020〕109号第六条）"))
    if case.stage is Stage.CORRECTION_REQUESTED and case.correction:
        pauses.append(Interval(case.correction.requested_on, today, "等待补正（条例第三十条）"))
    return pauses


def _day(day: date, calendar: Calendar, excluded: list[Interval]) -> CountedDay:
    known = calendar.day(day)
    why = next((pause.why for pause in excluded if known.working and pause.covers(day)), None)
    return CountedDay(
        date=day,
        counted=known.working and why is None,
        reason=why or known.reason,
        source=known.source,
        provisional=known.provisional,
    )


def _source(case: Case) -> str:
    if case.fixed:
        return "告知或者决定确定的期限（条例第三十五条；行政复议法第六十四条）"
    return LIMITS["APP.REPLY"].source

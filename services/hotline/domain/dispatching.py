"""From the centre to the unit in charge, and back: classify, dispatch, sign, contact, return."""

from collections.abc import Callable, Sequence
from datetime import datetime

from contracts.hotline.terms import Matter
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import facts as f
from services.hotline.domain.limit import PROFILE, limit_for, workdays_after
from services.hotline.domain.ticket import AT_UNIT, Case, S, require, require_open, require_unit
from services.hotline.domain.triage import RULES


def classify(case: Case, category: str, matter: Matter, accused: Sequence[str], calendar: Calendar) -> list[Fact]:
    """A person decides category and limit, and whom the ticket accuses; the rules had only proposed."""
    require(case, S.TRIAGE)
    if category not in RULES.categories:
        raise Refused("unknown_category", "没有这个问题分类。", field="category", remedy="请从分类目录中选择。")
    start = case.limit.start if case.reopened else case.received_at
    limit = limit_for(matter, start, calendar, case.cap)
    fact = f.Classified(category=category, matter=matter, accused=tuple(sorted(accused)), limit=limit)
    same = (case.category, case.matter, case.accused) == (fact.category, fact.matter, fact.accused)
    return [] if case.classified and same else [fact]


def nobody(unit: str) -> Sequence[str]:
    """A unit without superiors."""
    return ()


def dispatch(
    case: Case,
    lead: str,
    co: Sequence[str],
    now: datetime,
    calendar: Calendar,
    above: Callable[[str], Sequence[str]] = nobody,
) -> list[Fact]:
    """Give the ticket to a lead unit and co-operating ones; one that is complained of, or that stands under it, never
    gets it (信访工作条例: no matter is passed to whom it accuses). `above` names the superiors of a unit."""
    require(case, S.TRIAGE)
    if case.category is None:
        raise Refused("not_classified", "尚未确定问题分类。", field="category", remedy="请先分类。")
    if lead in co:
        raise Refused("lead_is_co", "主办单位不能同时是协办单位。", field="co", remedy="请从协办单位中去掉主办单位。")
    for field, unit in (("lead", lead), *(("co", each) for each in co)):
        _not_accused(case, unit, field)
        _not_under_accused(case, above(unit), field)
    return [
        f.Dispatched(
            at=now,
            lead=lead,
            co=tuple(co),
            sign_due_at=workdays_after(now, PROFILE.sign_workdays.value, calendar),
            return_due_at=workdays_after(now, PROFILE.return_workdays.value, calendar),
        )
    ]


def _not_accused(case: Case, unit: str, field: str) -> None:
    if unit in case.accused:
        raise Refused(
            "accused_unit", "不得将投诉举报转给被投诉单位。", field=field, remedy="请派给其主管部门或监督部门。"
        )
    if unit in case.named and unit not in case.cleared:
        raise Refused(
            "named_unit",
            "投诉举报内容提到该单位，须先由派单员确认其是否为被投诉单位。",
            field=field,
            remedy="请先分类并写明被投诉单位。",
        )


def _not_under_accused(case: Case, superiors: Sequence[str], field: str) -> None:
    if set(superiors) & set(case.accused):
        raise Refused(
            "accused_superior", "该单位隶属于被投诉单位，不得派给它。", field=field, remedy="请派给上级主管或监督部门。"
        )


def sign(case: Case, agency: str, now: datetime) -> list[Fact]:
    """The lead unit signs."""
    require_unit(case, agency)
    if case.state is S.SIGNED:
        return []
    require(case, S.DISPATCHED)
    return [f.Signed(at=now)]


def contact(case: Case, agency: str, centre: bool, now: datetime) -> list[Fact]:
    """The caller was contacted, by the unit or by the centre; only the first contact counts."""
    require_open(case)
    if not centre:
        require_unit(case, agency, co=True)
    return [] if case.contacted_at else [f.Contacted(at=now)]


def request_return(case: Case, agency: str, paper: str, now: datetime) -> list[Fact]:
    """The unit asks to give the ticket back, within the profile's working days after dispatch."""
    require_unit(case, agency)
    require(case, S.DISPATCHED, S.SIGNED)
    if case.return_due_at is not None and now >= case.return_due_at:
        raise Refused("return_late", "已超过退单期限。", remedy="请继续办理；确有困难的请联系热线中心协调。")
    return [f.ReturnRequested(paper=paper)]


def decide_return(case: Case, approve: bool, at_centre: bool, now: datetime) -> list[Fact]:
    """Approve or deny a return; a second one only the centre itself may approve."""
    require(case, S.RETURN_REQUESTED)
    if not approve:
        return [f.ReturnDenied(at=now)]
    if case.return_asked > 1 and not at_centre:
        raise Refused("second_return", "第二次退单只能由热线中心批准。", remedy="请报热线中心决定。")
    return [f.ReturnApproved(at=now)]


def urge(case: Case, now: datetime) -> list[Fact]:
    """Remind the unit; nothing of the state changes."""
    require(case, *AT_UNIT)
    return [f.Urged(at=now)]


def supervise(case: Case, level: int, now: datetime) -> list[Fact]:
    """Put under supervision; the level only rises."""
    require_open(case)
    if level < case.supervised:
        raise Refused("level_falls", "督办级别只能提高。", field="level", remedy="请选择不低于当前的级别。")
    return [] if level == case.supervised else [f.Supervised(level=level, at=now)]


def confirm_hand_over(case: Case, number: str, now: datetime) -> list[Fact]:
    """A person confirms that an emergency number has taken over; until then the alarm stands."""
    if number not in case.emergency:
        raise Refused(
            "no_such_emergency", "该工单没有这一类紧急事项。", field="number", remedy="请核对工单的紧急提示。"
        )
    return [] if number in case.handed_over else [f.HandedOver(number=number, at=now)]

"""Work ledgers: steps and their days, what is public, and who confirms that all is done."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest

from contracts.publication import ledgers as c
from contracts.publication.comments import CommentTally
from contracts.publication.ledgers import LedgerStage
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.ledgers import domain, telling
from services.publication.ledgers import facts as f
from services.publication.ledgers.domain import REPORT_DAYS, Work

CALENDAR = Calendar.shipped()
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=CST)
ZHANG = Official(id="zhang", name="张台账", agency="jyj")
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")
SUN = Official(id="sun", name="孙督查", agency="zf")
STEPS = tuple(
    c.LedgerStep(no=no, what=f"第{no}步", agency="jyj", due_on=date(2026, month, 1)) for no, month in ((1, 4), (2, 6))
)
PLAN = c.LedgerPlan(
    title="新建两所幼儿园",
    source=c.SourceReference(kind=c.LedgerSource.REPORT, text="2026年政府工作报告第三部分"),
    measures=("选址", "建设"),
    steps=STEPS,
    duties=(c.Duty(agency="jyj", duty="统筹"),),
    supervision="拨打12345热线反映",
)


def after(state: Work, facts: Sequence[Fact]) -> Work:
    return telling.KIND.fold(state, facts)


def refused(code: str, decide: Callable[..., object], *given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(*given)
    assert caught.value.code == code
    return caught.value


def opened() -> Work:
    facts = domain.open_ledger(f.LedgerOpened(id="t-1", agency="jyj", plan=PLAN, by=ZHANG, at=NOW))
    return telling.KIND.fold(None, facts)


def shown(state: Work | None = None, now: datetime = NOW) -> Work:
    state = state or opened()
    return after(state, domain.publish(state, True, ZHAO, now))


def test_nothing_is_public_before_somebody_else_has_signed_it() -> None:
    state = opened()
    assert [event.record_name for event in telling.retell(state)] == ["work_ledger"]
    refused("own_work", domain.publish, state, True, ZHANG, NOW)
    refused("secrecy_unsigned", domain.publish, state, False, ZHAO, NOW)
    state = shown(state)
    state = after(state, domain.report(state, "选址完成", 1, ZHANG, NOW))
    public = telling.public_record(state)
    assert (public.reports, public.plan.steps[0].done_on, telling.record(state).unpublished) == ((), None, True)
    facts = domain.publish(state, True, ZHAO, NOW + timedelta(hours=1))
    state = after(state, facts)
    assert [event.event_name for event in telling.tell(state, facts)] == ["changed", "updated"]
    assert telling.public_record(state).plan.steps[0].done_on == NOW.date()


def test_a_step_is_late_on_the_day_after_its_last_and_each_once() -> None:
    state = shown()
    ends = end_of_day(date(2026, 4, 1))
    assert telling.KIND.alarm(state) == ends
    assert domain.tick(state, ends - timedelta(seconds=1), CALENDAR) == []
    facts = domain.tick(state, ends, CALENDAR)
    state = after(state, facts)
    assert telling.tell(state, facts)[0].event_name == "overdue"
    assert (telling.record(state).late_steps, telling.record(state).overdue) == ((1,), True)
    assert telling.KIND.alarm(state) == end_of_day(date(2026, 6, 1))
    assert domain.tick(state, ends, CALENDAR) == []
    state = after(state, domain.report(state, "完成", 1, ZHANG, ends))
    assert not telling.record(state).overdue
    refused("step_done", domain.report, state, "再次完成", 1, ZHANG, ends)


def test_a_quarter_without_a_report_is_flagged() -> None:
    plan = PLAN.model_copy(update={"steps": (STEPS[0].model_copy(update={"due_on": date(2026, 12, 1)}),)})
    state = opened()
    state = shown(after(state, domain.change(state, plan, "工期调整", ZHANG, NOW)))
    due = end_of_day(NOW.date() + timedelta(days=REPORT_DAYS))
    assert telling.KIND.alarm(state) == due
    assert domain.tick(state, due - timedelta(seconds=1), CALENDAR) == []
    state = after(state, domain.tick(state, due, CALENDAR))
    assert telling.record(state).overdue
    assert telling.KIND.alarm(state) == end_of_day(date(2026, 12, 1))
    state = after(state, domain.report(state, "进展正常", None, ZHANG, due))
    assert not telling.record(state).overdue


def test_a_change_is_public_with_its_reason_and_keeps_what_is_done() -> None:
    state = shown()
    state = after(state, domain.report(state, "选址完成", 1, ZHANG, NOW))
    refused("step_done", domain.change, state, PLAN.model_copy(update={"steps": STEPS[1:]}), "精简", ZHANG, NOW)
    later = (STEPS[0], STEPS[1].model_copy(update={"due_on": date(2026, 9, 1)}))
    state = after(state, domain.change(state, PLAN.model_copy(update={"steps": later}), "汛期停工", ZHANG, NOW))
    state = shown(state)
    public = telling.public_record(state)
    assert (public.changes, public.plan.steps[0].done_on) == (("汛期停工",), NOW.date())
    assert domain.change(state, PLAN.model_copy(update={"steps": later}), "汛期停工", ZHANG, NOW) == []


def test_a_ledger_is_finished_by_somebody_else_when_all_is_done_and_public() -> None:
    state = shown()
    assert "第 1 步" in refused("unfinished", domain.finish, state, "完成", SUN, NOW).message
    for step in (1, 2):
        state = after(state, domain.report(state, "完成", step, ZHANG, NOW))
    assert "工作成效" in refused("unfinished", domain.finish, state, "完成", SUN, NOW).message
    state = after(state, domain.state_effect(state, "新增学位三百个", ZHANG, NOW))
    refused("unpublished", domain.finish, state, "完成", SUN, NOW)
    state = shown(state)
    refused("own_work", domain.finish, state, "完成", ZHANG, NOW)
    state = after(state, domain.finish(state, "现场核实", SUN, NOW))
    assert (state.stage, telling.record(state).open, telling.KIND.alarm(state)) == (LedgerStage.FINISHED, False, None)
    refused("ledger_finished", domain.report, state, "继续", None, ZHANG, NOW)


def test_the_result_of_an_inspection_is_public_but_not_from_the_own_unit() -> None:
    slow = c.Inspection(
        on=NOW.date(), inspector="县政府督查室", unit="jyj", grade=c.InspectionGrade.SLOW, result="第一步推进缓慢"
    )
    refused("ledger_not_public", domain.inspect, opened(), slow, True, SUN, NOW)
    state = shown()
    refused("own_unit", domain.inspect, state, slow, True, Official(id="x", name="某", agency="jyj"), NOW)
    facts = domain.inspect(state, slow, True, SUN, NOW)
    state = after(state, facts)
    assert [event.event_name for event in telling.tell(state, facts)] == ["changed", "inspection_published"]
    assert telling.public_record(state).inspections == (slow,)
    assert domain.inspect(state, slow, True, SUN, NOW) == []


def test_answers_to_comments_are_public_once_released() -> None:
    state = shown()
    tally = CommentTally(received=2, adopted=1)
    refused("nothing_answered", domain.release, state, CommentTally(received=1), 1, "", True, ZHAO, NOW)
    state = after(state, domain.release(state, tally, 1, "采纳夜间施工的意见", True, ZHAO, NOW))
    assert telling.public_record(state).tally.adopted == 1
    assert domain.release(state, tally, 1, "采纳夜间施工的意见", True, ZHAO, NOW) == []

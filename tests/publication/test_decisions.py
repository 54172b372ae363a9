"""Matters of decision: minimums, gates and limits, on the boundary day and the day after."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.publication import decisions as c
from contracts.publication.comments import CommentTally, ParticipationForm
from contracts.publication.decision_catalogue import DecisionEntry, DecisionLevel, DecisionNeeds
from contracts.publication.decision_events import PublicMatterChanged
from contracts.publication.decisions import DecisionStage
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions import catalogue, domain, keeping, limits, telling
from services.publication.decisions import facts as f
from services.publication.decisions.clocks import alarm, recount, tick
from services.publication.decisions.domain import Met, Setting
from services.publication.decisions.state import Decision
from services.publication.domain.facts import Official, Warned

CALENDAR, SHIPPED = Calendar.shipped(), limits.read(None)
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=CST)
ZHANG = Official(id="zhang", name="张起草", agency="sthjj")
QIAN = Official(id="qian", name="钱公开", agency="bgs")
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")
HEARING = c.PlannedForm(form=ParticipationForm.HEARING, on=date(2026, 3, 20), place="会议中心", selection="公开报名")
WEB = c.PlannedForm(form=ParticipationForm.WEB)


def on(by: Official = ZHANG, now: datetime = NOW, rules: limits.Limits = SHIPPED) -> Setting:
    return Setting(by, now, rules, CALENDAR)


def after(state: Decision, facts: Sequence[Fact]) -> Decision:
    return telling.KIND.fold(state, facts)


def refused(code: str, decide: Callable[..., object], *given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(*given)
    assert caught.value.code == code
    return caught.value


def started(level: DecisionLevel = DecisionLevel.GOVERNMENT, **needs: Any) -> Decision:
    fact = f.DecisionStarted(
        id="999901-JC-2026-000001",
        title="示例县湿地保护规划",
        level=level,
        scope=c.DecisionScope.PLAN,
        agency="sthjj",
        co_agencies=(),
        basis="湿地保护法第十五条",
        background="示例湖湿地面积减少。",
        proposed_by="县生态环境局",
        needs=DecisionNeeds(**needs),
        planned_on=None,
        catalogue=None,
        entry=None,
        outside_reason="上级新部署的任务",
        by=ZHANG,
        at=NOW,
    )
    return telling.KIND.fold(None, domain.start(fact))


def planned(until: date, *forms: c.PlannedForm, reason: str = "", state: Decision | None = None) -> Decision:
    state = state or started()
    state = after(state, domain.set_draft(state, "d-1", True, on()))
    wanted = c.Consultation(
        until=until,
        forms=forms or (WEB,),
        explanation="规划范围和主要措施",
        contact="县生态环境局",
        shorter_reason=reason,
    )
    return after(state, domain.plan(state, wanted, on()))


def consulted(state: Decision | None = None) -> Decision:
    """The consultation has ended and the answers are public."""
    until = CALENDAR.add_days(NOW.date(), 30)
    state = planned(until, state=state)
    state = after(state, domain.begin(state, True, on(QIAN)))
    state = after(state, tick(SHIPPED)(state, end_of_day(until), CALENDAR))
    return after(state, domain.give_feedback(state, CommentTally(received=2, adopted=2), 0, "", True, late(QIAN)))


def late(by: Official = ZHANG, days: int = 40) -> Setting:
    return on(by, NOW + timedelta(days=days))


def reviewed(state: Decision) -> Decision:
    until = CALENDAR.due(late().today, 7)
    state = after(state, domain.send_to_review(state, c.SendToLegalReview(id="x", until=until), late()))
    return after(state, domain.review(state, True, "合法", late(ZHAO, 42)))


def discussed(state: Decision, outcome: c.DiscussionOutcome = c.DiscussionOutcome.PASSED) -> Decision:
    met = Met("m-1", late(days=45).today, True)
    return after(state, domain.discuss(state, met, outcome, True, 1, None, late(days=45)))


@pytest.mark.parametrize(("day", "allowed"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True)])
def test_a_consultation_takes_thirty_days_at_least(day: date, allowed: bool) -> None:
    """第十五条: 2 March is not counted, 1 April is the thirtieth day after it."""
    state = planned(day)
    if allowed:
        assert after(state, domain.begin(state, True, on(QIAN))).stage is DecisionStage.CONSULTING
        return
    assert "30 日" in refused("consultation_too_short", domain.begin, state, True, on(QIAN)).message
    state = planned(day, reason="防汛工作紧急，须在汛期前出台")
    asked = after(state, domain.begin(state, True, on(QIAN))).consultation
    assert asked is not None
    assert (asked.from_on, asked.shorter_reason[:4]) == (NOW.date(), "防汛工作")
    assert asked.minimum is not None
    assert (asked.minimum.days, asked.minimum.grade) == (30, "A")


@pytest.mark.parametrize(("hearing", "allowed"), [(date(2026, 3, 8), False), (date(2026, 3, 9), True)])
def test_the_people_in_a_hearing_have_seven_days_for_its_materials(hearing: date, allowed: bool) -> None:
    """第十六条."""
    state = planned(date(2026, 4, 1), HEARING.model_copy(update={"on": hearing}))
    if not allowed:
        refused("hearing_too_early", domain.begin, state, True, on(QIAN))
        return
    state = after(state, domain.begin(state, True, on(QIAN)))
    assert "听证会情况" in state.missing
    held = c.Held(form=ParticipationForm.HEARING, on=hearing, participants=12, summary="赞成为主")
    for sent in (None, hearing - timedelta(days=6)):
        wrong = held.model_copy(update={"materials_sent_on": sent})
        refused("hearing_materials", domain.hold, state, wrong, late(days=8))
    right = held.model_copy(update={"materials_sent_on": hearing - timedelta(days=7)})
    state = after(state, domain.hold(state, right, late(days=8)))
    assert "听证会情况" not in state.missing


def test_a_hearing_is_announced_with_day_place_and_selection() -> None:
    for missing in ("place", "selection"):
        refused("hearing_incomplete", planned, date(2026, 4, 1), HEARING.model_copy(update={missing: ""}))


def test_nobody_publishes_what_they_have_prepared_or_not_reviewed_for_secrecy() -> None:
    state = planned(date(2026, 4, 1))
    refused("own_work", domain.begin, state, True, on(ZHANG))
    refused("secrecy_unsigned", domain.begin, state, False, on(QIAN))


def test_no_participation_needs_its_reason_and_a_matter_outside_the_catalogue_too() -> None:
    with pytest.raises(Refused) as caught:
        started(participation=False)
    assert caught.value.code == "exempt_reason"
    state = started(participation=False, exempt_reason="依法应当保密的内容已另行处理")
    assert state.stage is DecisionStage.ASSESSING
    refused("no_participation", domain.plan, state, c.Consultation.model_construct(forms=(WEB,)), on())


def test_opinions_end_by_themselves_on_the_day_after_the_last() -> None:
    state = planned(date(2026, 4, 1))
    state = after(state, domain.begin(state, True, on(QIAN)))
    ends = end_of_day(date(2026, 4, 1))
    assert alarm(state) == ends
    assert tick(SHIPPED)(state, ends - timedelta(microseconds=1), CALENDAR) == []
    state = after(state, tick(SHIPPED)(state, ends, CALENDAR))
    assert (state.stage, state.due_at) == (DecisionStage.SORTING, end_of_day(CALENDAR.due(date(2026, 4, 1), 20)))
    assert not tick(SHIPPED)(state, ends, CALENDAR)
    assert state.due_at is not None
    assert tick(SHIPPED)(state, state.due_at - timedelta(seconds=1), CALENDAR) == [Warned()]
    state = after(state, [Warned()])
    assert telling.record(state).warned
    assert tick(SHIPPED)(state, state.due_at - timedelta(seconds=1), CALENDAR) == []
    state = after(state, tick(SHIPPED)(state, state.due_at, CALENDAR))
    assert (telling.record(state).overdue, alarm(state)) == (True, None)
    feedback = domain.give_feedback(state, CommentTally(), 0, "没有收到意见", True, late(QIAN))
    assert not after(state, feedback).overdue


def test_feedback_waits_for_every_answer() -> None:
    state = planned(date(2026, 4, 1))
    state = after(state, domain.begin(state, True, on(QIAN)))
    refused("wrong_stage", domain.give_feedback, state, CommentTally(), 0, "", True, on(QIAN))
    state = after(state, tick(SHIPPED)(state, end_of_day(date(2026, 4, 1)), CALENDAR))
    tally = CommentTally(received=3, adopted=1)
    assert "2 条" in refused("comments_open", domain.give_feedback, state, tally, 2, "", True, late(QIAN)).message


@pytest.mark.parametrize(("until", "allowed"), [(date(2026, 4, 20), False), (date(2026, 4, 21), True)])
def test_the_legal_review_has_seven_working_days(until: date, allowed: bool) -> None:
    """第二十六条: sent on 11 April, a Saturday; the seventh working day after it is Tuesday, 21 April."""
    state = consulted()
    assert late().today == date(2026, 4, 11)
    wanted = c.SendToLegalReview(id="x", until=until)
    if not allowed:
        refused("review_too_short", domain.send_to_review, state, wanted, late())
        wanted = wanted.model_copy(update={"reason": "县委专题部署，时间紧迫"})
    state = after(state, domain.send_to_review(state, wanted, late()))
    assert state.due_at == end_of_day(wanted.until)
    refused("own_work", domain.review, state, True, "合法", late(ZHANG))
    assert after(state, domain.review(state, True, "合法", late(ZHAO))).stage is DecisionStage.DISCUSSABLE


def test_every_gate_before_the_meeting_and_before_publication() -> None:
    state = started(experts=True, risk=True)
    publish = (domain.publish, state, "d-2", True, True, on(QIAN))
    message = refused("steps_missing", *publish).message
    for step in ("公开征求意见", "意见采纳情况", "专家论证", "风险评估", "合法性审查", "集体讨论"):
        assert step in message
    state = reviewed(consulted(state))
    met = Met("m-1", late().today, True)
    said = (met, c.DiscussionOutcome.PASSED, True, 0, None)
    refused("wrong_stage", domain.discuss, state, *said, late())
    assessment = c.Assessment(on=NOW.date(), assessors=("示例规划院",), conclusion="可行")
    experts = c.RecordExperts(id="x", assessment=assessment, experts=5)
    refused("experts_unconfirmed", domain.hear_experts, state, experts, late())
    signed = experts.model_copy(update={"independent": True, "signed": True})
    state = after(state, domain.hear_experts(state, signed, late()))
    risk = c.RecordRisk(id="x", assessment=assessment, measures="分期实施，设立补偿", controllable=False)
    state = after(state, domain.assess_risk(state, risk, late()))
    assert state.missing == ("风险可控的评估结论",)
    state = after(state, domain.assess_risk(state, risk.model_copy(update={"controllable": True}), late()))
    assert state.stage is DecisionStage.DISCUSSABLE


def test_only_a_meeting_after_the_review_with_the_matter_on_its_agenda_counts() -> None:
    state = reviewed(consulted())
    passed = c.DiscussionOutcome.PASSED
    for met in (Met("m-1", None, True), Met("m-1", late(days=45).today, False)):
        refused("not_on_agenda", domain.discuss, state, met, passed, True, 0, None, late(days=45))
    early = Met("m-1", late(days=41).today, True)
    refused("discussed_before_review", domain.discuss, state, early, passed, True, 0, None, late(days=45))
    same_day = Met("m-1", late(days=42).today, True)
    refused("head_last", domain.discuss, state, same_day, passed, False, 0, None, late(days=45))
    assert after(state, domain.discuss(state, same_day, passed, True, 0, None, late(days=45))).agreed_on


def test_what_is_to_be_changed_is_reviewed_and_discussed_again() -> None:
    state = discussed(reviewed(consulted()), c.DiscussionOutcome.AGAIN)
    assert (state.stage, state.missing) == (DecisionStage.ASSESSING, ("合法性审查",))
    state = after(state, domain.set_draft(state, "d-9", True, late()))
    again = reviewed(state)
    refused("discussed", domain.discuss, again, Met("m-1", late(days=45).today, True), "通过", True, 0, None, late())
    assert after(reviewed(consulted()), domain.set_draft(reviewed(consulted()), "d-9", True, late())).legal is None


def test_a_decision_is_public_within_twenty_working_days_of_the_meeting() -> None:
    """条例第26条."""
    state = discussed(reviewed(consulted()))
    assert state.due_at == end_of_day(CALENDAR.due(late(days=45).today, 20))
    refused("document_not_public", domain.publish, state, "d-2", False, True, late(QIAN))
    refused("own_work", domain.publish, state, "d-2", True, True, late())
    state = after(state, domain.publish(state, "d-2", True, True, late(QIAN, 46)))
    assert (state.stage, state.due_at) == (DecisionStage.EXECUTING, None)


def test_who_has_assessed_the_draft_does_not_evaluate_the_decision() -> None:
    """第三十六条."""
    assessment = c.Assessment(on=NOW.date(), assessors=("示例规划院",), conclusion="可行")
    state = consulted()
    experts = c.RecordExperts(id="x", assessment=assessment, experts=5, independent=True, signed=True)
    state = discussed(reviewed(after(state, domain.hear_experts(state, experts, late()))))
    state = after(state, domain.publish(state, "d-2", True, True, late(QIAN, 46)))
    given = c.Evaluation(
        kind=c.EvaluationKind.THIRD_PARTY, evaluator="示例规划院", on=date(2026, 8, 1), result="目标基本实现"
    )
    setting = on(QIAN, datetime(2026, 8, 2, 9, tzinfo=CST))
    refused("assessed_before", domain.evaluate, state, given, False, True, setting)
    other = given.model_copy(update={"evaluator": "示例大学"})
    refused(
        "before_decision", domain.evaluate, state, other.model_copy(update={"on": NOW.date()}), False, True, setting
    )
    state = after(state, domain.evaluate(state, other, False, True, setting))
    told = telling.tell(
        state, domain.evaluate(state, other.model_copy(update={"result": "再评"}), False, True, setting)
    )
    assert told[-1].event_name == "evaluation_published"
    assert domain.evaluate(state, other, False, True, setting) == []


def test_the_public_hears_of_a_matter_from_its_consultation_on() -> None:
    state = planned(date(2026, 4, 1))
    assert [event.record_name for event in telling.retell(state)] == ["decision"]
    facts = domain.begin(state, True, on(QIAN))
    state = after(state, facts)
    assert [event.event_name for event in telling.tell(state, facts)] == ["changed", "consultation_opened"]
    assert telling.public_record(state).consultation is not None


def test_a_region_sets_its_own_minimum_with_its_source(tmp_path: Path) -> None:
    """A unit's consultation may be shorter by local rule; a government's may not be (第十五条)."""
    row = {"days": 5, "unit": "workdays", "source": "义乌市2018年政务公开工作要点三(二)", "grade": "C"}
    path = tmp_path / "limits.json"
    path.write_text(json.dumps({"consultation": {"部门": row}}, ensure_ascii=False), encoding="utf-8")
    own = limits.read(path)
    fifth = CALENDAR.due(NOW.date(), 5)
    for day, allowed in ((fifth, True), (fifth - timedelta(days=1), False)):
        state = planned(day, state=started(DecisionLevel.UNIT))
        if allowed:
            asked = after(state, domain.begin(state, True, on(QIAN, rules=own))).consultation
            assert asked is not None
            assert asked.minimum is not None
            assert "义乌市" in asked.minimum.source
        else:
            refused("consultation_too_short", domain.begin, state, True, on(QIAN, rules=own))
    for wrong in ({"consultation": {"政府": row}}, {"consultation": {"部门": {"days": 5}}}, []):
        path.write_text(json.dumps(wrong, ensure_ascii=False), encoding="utf-8")
        refused("limits", limits.read, path)


def test_limits_are_counted_anew_under_another_calendar() -> None:
    state = discussed(reviewed(consulted()))
    moved = state.model_copy(update={"due_at": None})
    assert after(moved, recount(moved, SHIPPED, CALENDAR)).due_at == state.due_at
    assert recount(state, SHIPPED, CALENDAR) == []


def entry(no: int = 1, **changes: Any) -> DecisionEntry:
    given = {"no": no, "title": f"示例决策事项{no}", "agency": "sthjj", "basis": "湿地保护法"}
    return DecisionEntry.model_validate(given | changes)


def put(year: catalogue.Year | None, *entries: DecisionEntry, reason: str = "") -> list[Fact]:
    wanted = catalogue.YearPut(
        id="999901-JM-2026-000001",
        year=2026,
        level=DecisionLevel.GOVERNMENT,
        agency="zf",
        entries=entries,
        reason=reason,
        by=ZHANG,
        at=NOW,
    )
    return catalogue.put(year, wanted)


def test_a_published_catalogue_is_changed_for_a_reason_only() -> None:
    year = catalogue.KIND.fold(None, put(None, entry(2), entry(1)))
    assert [each.no for each in year.entries] == [1, 2]
    refused("own_work", catalogue.publish, year, "县委常委会会议", True, ZHANG, NOW)
    refused("unknown_entry", catalogue.begin, year, 1, "m-1", "sthjj")
    year = catalogue.KIND.fold(year, catalogue.publish(year, "县委常委会会议", True, QIAN, NOW))
    assert (year.pending, year.editions[0].reason) == (False, "首次公布")
    assert put(year, entry(1), entry(2)) == []
    refused("reason_missing", put, year, entry(1))
    year = catalogue.KIND.fold(year, catalogue.begin(year, 1, "m-1", "sthjj"))
    refused("entry_started", catalogue.begin, year, 1, "m-2", "sthjj")
    refused("other_agency", catalogue.begin, year, 2, "m-2", "czj")
    with pytest.raises(Refused, match="不能移出"):
        put(year, entry(2), reason="根据上级要求调整")
    year = catalogue.KIND.fold(year, put(year, entry(1), reason="第二项条件不成熟"))
    assert len(catalogue.public_record(year).entries) == 2
    facts = catalogue.publish(year, "县委常委会会议", True, QIAN, NOW)
    year = catalogue.KIND.fold(year, facts)
    shown = catalogue.public_record(year)
    assert [(each.no, each.matter) for each in shown.entries] == [(1, "m-1")]
    assert shown.editions[-1].reason == "第二项条件不成熟"
    assert [event.event_name for event in catalogue.tell(year, facts)] == ["changed", "published"]


@pytest.mark.parametrize(("day", "allowed"), [(date(2026, 4, 1), True), (date(2026, 4, 2), False)])
def test_a_running_consultation_is_extended_until_its_last_day_and_never_made_shorter(day: date, allowed: bool) -> None:
    state = after(planned(date(2026, 4, 1)), domain.begin(planned(date(2026, 4, 1)), True, on(QIAN)))
    now = on(QIAN, datetime.combine(day, NOW.timetz()))
    refused("consultation_shorter" if allowed else "consultation_over", domain.extend, state, date(2026, 3, 31), "多人请求延期", True, now)  # fmt: skip  # noqa: E501
    if not allowed:
        return
    refused("secrecy_unsigned", domain.extend, state, date(2026, 4, 30), "多人请求延期", False, now)
    assert domain.extend(state, date(2026, 4, 1), "多人请求延期", True, now) == []
    longer = after(state, domain.extend(state, date(2026, 4, 30), "多人请求延期", True, now))
    assert alarm(longer) == end_of_day(date(2026, 4, 30))
    assert tick(SHIPPED)(longer, end_of_day(date(2026, 4, 1)), CALENDAR) == []
    told = telling.tell(longer, domain.extend(state, date(2026, 4, 30), "多人请求延期", True, now))
    (public,) = [event.record for event in told if isinstance(event, PublicMatterChanged)]
    assert [(each.from_until, each.reason) for each in public.consultation.extended] == [
        (date(2026, 4, 1), "多人请求延期")
    ]  # type: ignore[union-attr]


@pytest.mark.parametrize(("day", "allowed"), [(date(2027, 3, 2), False), (date(2027, 3, 3), True)])
def test_opinions_are_kept_a_year_after_the_end(day: date, allowed: bool) -> None:
    """The length is no verified rule; a region sets its own."""
    now, ended = on(now=datetime.combine(day, NOW.timetz())), NOW.date()
    assert "未核实" in SHIPPED.comments_kept.source
    refused("not_over", keeping.may_erase, None, 0, ended, now)
    refused("comments_open", keeping.may_erase, ended, 1, ended, now)
    refused("handed_over", keeping.may_erase, ended, 0, ended - timedelta(days=1), now)
    if allowed:
        keeping.may_erase(ended, 0, ended, now)
    else:
        refused("kept_longer", keeping.may_erase, ended, 0, ended, now)

"""Which command is taken in which stage of a matter of decision; stopped, resumed, and asked about once more."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest

from contracts.base import Command, Role
from contracts.publication import comments as o
from contracts.publication import decisions as c
from contracts.publication.comments import CommentTally, ParticipationForm
from contracts.publication.decision_catalogue import DecisionEntry, DecisionNeeds
from contracts.publication.decisions import DecisionStage as S
from kernel.calendar import end_of_day
from kernel.facts import Fact
from kernel.refused import Refused
from services.gateway.steps import offered
from services.publication.comments import handlers as comment_handlers
from services.publication.decisions import catalogue, domain, ending, telling
from services.publication.decisions import handlers as decision_handlers
from services.publication.decisions.clocks import alarm, tick
from services.publication.decisions.domain import Met, Setting
from services.publication.decisions.stages import TAKEN, next_step, taken
from services.publication.decisions.state import Decision
from tests.publication.test_decisions import (
    CALENDAR,
    HEARING,
    NOW,
    QIAN,
    SHIPPED,
    WEB,
    ZHANG,
    after,
    consulted,
    discussed,
    late,
    on,
    planned,
    refused,
    reviewed,
    started,
)

ALL = frozenset({Role.CLERK, Role.OPENNESS, Role.REVIEWER, Role.ARCHIVIST})
LATER = NOW + timedelta(days=60)
EVALUATED = c.Evaluation(kind=c.EvaluationKind.OWN, evaluator="县政府", on=LATER.date(), result="目标基本实现")
ASSESSED = c.Assessment(on=NOW.date(), assessors=("示例规划院",), conclusion="可行")


def running() -> Decision:
    state = planned(CALENDAR.add_days(NOW.date(), 30))
    return after(state, domain.begin(state, True, on(QIAN)))


def sorting() -> Decision:
    return after(running(), tick(SHIPPED)(running(), end_of_day(date(2026, 4, 1)), CALENDAR))


def executing() -> Decision:
    state = discussed(reviewed(consulted()))
    return after(state, domain.publish(state, "d-2", True, True, late(QIAN, 46)))


STATES: dict[S, Callable[[], Decision]] = {
    S.PREPARING: started,
    S.CONSULTING: running,
    S.SORTING: sorting,
    S.ASSESSING: consulted,
    S.DISCUSSABLE: lambda: reviewed(consulted()),
    S.AGREED: lambda: discussed(reviewed(consulted())),
    S.EXECUTING: executing,
    S.ARCHIVED: lambda: after(executing(), ending.archive(executing(), "2026-1", late(days=50))),
    S.STOPPED: lambda: after(running(), ending.stop(running(), "上级另有部署", on(QIAN))),
}
Decide = Callable[[Decision, Setting], Sequence[Fact]]
UNTIL = LATER.date() + timedelta(days=60)
ASKED = c.Consultation(until=UNTIL, forms=(WEB,), explanation="规划范围和主要措施", contact="县生态环境局")
TRIED: dict[type[Command], Decide] = {
    c.SetDecisionDraft: lambda state, on: domain.set_draft(state, "d-9", True, on),
    c.PlanConsultation: lambda state, on: domain.plan(state, ASKED, on),
    c.OpenConsultation: lambda state, on: domain.begin(state, True, on),
    c.ExtendConsultation: lambda state, on: domain.extend(state, UNTIL, "应公众要求", True, on),
    c.RecordParticipation: lambda state, on: domain.hold(
        state, c.Held(form=ParticipationForm.FORUM, on=NOW.date(), participants=3, summary="赞成"), on
    ),
    o.PublishFeedback: lambda state, on: domain.give_feedback(state, CommentTally(), 0, "", True, on),
    c.RecordExperts: lambda state, on: domain.hear_experts(
        state, c.RecordExperts(id="x", assessment=ASSESSED, experts=3, independent=True, signed=True), on
    ),
    c.RecordRisk: lambda state, on: domain.assess_risk(
        state, c.RecordRisk(id="x", assessment=ASSESSED, measures="分期实施", controllable=True), on
    ),
    c.SendToLegalReview: lambda state, on: domain.send_to_review(state, c.SendToLegalReview(id="x", until=UNTIL), on),
    c.RecordLegalReview: lambda state, on: domain.review(state, True, "合法", on),
    c.RecordDiscussion: lambda state, on: domain.discuss(
        state, Met("m-9", NOW.date(), True), c.DiscussionOutcome.PASSED, True, 0, None, on
    ),
    c.PublishDecision: lambda state, on: domain.publish(state, "d-2", True, True, on),
    c.AssignExecution: lambda state, on: domain.assign(state, ("sthjj",), None, on),
    c.PublishEvaluation: lambda state, on: domain.evaluate(state, EVALUATED, False, True, on),
    c.ArchiveDecision: lambda state, on: ending.archive(state, "2026-9", on),
    c.StopDecision: lambda state, on: ending.stop(state, "条件不具备", on),
    c.ResumeDecision: lambda state, on: ending.resume(state, "条件已经具备", on),
}
IN_HANDLERS: dict[type[Command], str] = {o.GiveComment: "", o.RecordComment: "", o.AnswerComments: ""}
"""Commands about opinions: their handlers ask the same table; tried with servers in `test_deciding`."""
REPEATS = {(S.ARCHIVED, c.ArchiveDecision), (S.STOPPED, c.StopDecision)}


def test_the_table_has_every_command_about_a_matter() -> None:
    known = {name for module in (decision_handlers, comment_handlers) for name in vars(module.c)}
    defined = {
        value
        for module in (c, o)
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Command) and value.__module__ == module.__name__
    }
    assert defined >= set(TAKEN)
    assert {each.__name__ for each in defined - set(TAKEN)} <= {"StartDecision", "EraseComments", "RaiseCommentDoubt"}
    assert {each.__name__ for each in TAKEN} <= known
    assert set(TRIED) | set(IN_HANDLERS) == set(TAKEN)


@pytest.mark.parametrize("stage", list(S))
def test_in_each_stage_only_its_commands_are_taken(stage: S) -> None:
    state = STATES[stage]()
    assert state.stage is stage
    for kind, decide in TRIED.items():
        for by in (ZHANG, QIAN):
            setting = Setting(by, LATER, SHIPPED, CALENDAR, ALL)
            code, remedy, facts = "", "", list[Fact]()
            try:
                facts = list(decide(state, setting))
            except Refused as caught:
                code, remedy = caught.code, caught.remedy or ""
            if stage in TAKEN[kind]:
                assert code not in ("wrong_stage", "steps_missing"), kind
            elif (stage, kind) in REPEATS:
                assert (code, facts) == ("", []), kind
            else:
                assert code in ("wrong_stage", "steps_missing", "other_agency"), kind
                assert remedy.endswith("。"), kind
        assert any("一" <= sign <= "鿿" for sign in next_step(state))


@pytest.mark.parametrize("stage", list(S))
def test_the_desk_offers_what_is_taken(stage: S) -> None:
    record = telling.record(STATES[stage]())
    shown = {each.kind for each in offered("publication.decision", record.model_dump(mode="json"), ALL)}
    known = set(TAKEN) - {o.GiveComment}
    assert {each for each in shown if each in known} == {each for each in known if stage in TAKEN[each]}


def test_a_stopped_matter_takes_no_opinion_and_rings_no_more() -> None:
    state = STATES[S.STOPPED]()
    for kind in (o.GiveComment, o.RecordComment, o.AnswerComments):
        assert not taken(state, kind)
    assert (state.consulting, alarm(state), state.due_at) == (False, None, None)
    assert "恢复" in (refused("wrong_stage", domain.plan, state, ASKED, late()).remedy or "")


def test_what_was_stopped_while_the_public_was_asked_asks_again_for_the_whole_time() -> None:
    stopped = STATES[S.STOPPED]()
    facts = ending.resume(stopped, "资金已经落实", on(QIAN, LATER))
    state = after(stopped, facts)
    assert (state.stage, state.consultation, state.ended_on) == (S.PREPARING, None, None)
    assert [(each.reason, each.feedback) for each in state.earlier] == [("资金已经落实", None)]
    assert [event.event_name for event in telling.tell(state, facts)] == ["changed", "changed"]
    refused("not_prepared", domain.begin, state, True, on(QIAN, LATER))
    refused("wrong_stage", ending.resume, state, "再次恢复", on(QIAN, LATER))


def test_what_was_agreed_or_carried_out_goes_on_where_it_was() -> None:
    for before in (STATES[S.AGREED](), executing()):
        stopped = after(before, ending.stop(before, "上级另有部署", late(QIAN, 50)))
        assert after(stopped, ending.resume(stopped, "上级已经同意", late(QIAN, 51))).stage is before.stage
    until = late(days=60).today
    sent = after(consulted(), domain.send_to_review(consulted(), c.SendToLegalReview(id="x", until=until), late()))
    stopped = after(sent, ending.stop(sent, "上级另有部署", late(QIAN)))
    assert after(stopped, ending.resume(stopped, "上级已经同意", late(QIAN, 90))).legal is None


def test_a_matter_whose_opinions_are_destroyed_is_not_resumed() -> None:
    stopped = STATES[S.STOPPED]().model_copy(update={"comments_erased": True})
    refused("comments_erased", ending.resume, stopped, "条件已经具备", on(QIAN))


def test_after_a_major_change_the_public_is_asked_again_and_hears_again() -> None:
    refused("not_consulted", domain.set_draft, started(), "d-1", True, on(), "范围扩大一倍")
    first = reviewed(consulted())
    refused("reason_missing", domain.set_draft, first, "d-9", True, late(), "大 ")
    state = after(first, domain.set_draft(first, "d-9", True, late(), "规划范围扩大一倍"))
    assert (state.stage, state.draft, state.legal, state.feedback) == (S.PREPARING, "d-9", None, None)
    assert "公开征求意见" in state.missing
    assert first.feedback is not None
    assert state.answers_public_at == first.feedback.published_at
    assert telling.public_record(state).earlier[0].feedback == first.feedback
    asked = ASKED.model_copy(update={"until": late().today + timedelta(days=29)})
    short = after(state, domain.plan(state, asked, late()))
    refused("consultation_too_short", domain.begin, short, True, late(QIAN))
    hearing = HEARING.model_copy(update={"on": late(days=50).today})
    again = asked.model_copy(update={"until": late().today + timedelta(days=30), "forms": (WEB, hearing)})
    earlier = c.Held(form=ParticipationForm.HEARING, on=NOW.date(), participants=9, summary="赞成")
    state = state.model_copy(update={"held": (earlier,)})
    state = after(state, domain.plan(state, again, late()))
    state = after(state, domain.begin(state, True, late(QIAN)))
    assert (state.stage, "听证会情况" in state.missing) == (S.CONSULTING, True)


@pytest.mark.parametrize(("day", "allowed"), [(date(2026, 3, 9), True), (date(2026, 3, 10), False)])
def test_a_plan_whose_last_day_has_come_opens_nothing(day: date, allowed: bool) -> None:
    """Even where a reason makes it short: there would be no day left on which to say something."""
    state = planned(date(2026, 3, 10), reason="防汛工作紧急，须在汛期前出台")
    setting = on(QIAN, datetime.combine(day, NOW.timetz()))
    if allowed:
        assert after(state, domain.begin(state, True, setting)).consulting
    else:
        refused("in_past", domain.begin, state, True, setting)


def test_only_its_own_people_the_meetings_or_a_reviewer_say_what_a_meeting_decided() -> None:
    state = reviewed(consulted())
    met = Met("m-1", late(days=45).today, True, "xzf")
    said = (met, c.DiscussionOutcome.PASSED, True, 0, None)
    stranger = domain.Official(id="sun", name="孙旁人", agency="czj")
    clerk = late(stranger, 45)
    refused("other_agency", domain.discuss, state, *said, clerk)
    secretary = late(stranger.model_copy(update={"agency": "xzf"}), 45)
    reviewer = Setting(stranger, clerk.now, SHIPPED, CALENDAR, frozenset({Role.REVIEWER}))
    for allowed in (late(days=45), secretary, reviewer):
        assert domain.discuss(state, *said, allowed)
    refused("other_agency", ending.archive, executing(), "2026-1", late(stranger, 50))


def test_what_the_catalogue_says_of_the_procedure_holds_for_the_matter() -> None:
    entry = DecisionEntry(
        no=1, title="湖区保护规划", agency="sthjj", basis="湿地保护法", needs=DecisionNeeds(risk=True)
    )
    needs = catalogue.promised(entry, DecisionNeeds(experts=True))
    assert (needs.participation, needs.experts, needs.risk) == (True, True, True)
    hidden = DecisionNeeds(participation=False, exempt_reason="涉及国家秘密")
    with pytest.raises(Refused, match="公开征求意见"):
        catalogue.promised(entry, hidden)
    kept = entry.model_copy(update={"needs": hidden})
    assert catalogue.promised(kept, hidden) == hidden

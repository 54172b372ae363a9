"""Random people try random steps of a decision, a meeting and a ledger: what must hold after every one of them."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.base import Event
from contracts.publication import decisions as c
from contracts.publication import ledgers as work
from contracts.publication.comments import CommentTally, ParticipationForm
from contracts.publication.decision_catalogue import DecisionLevel, DecisionNeeds
from contracts.publication.decisions import DecisionStage
from contracts.publication.ledgers import LedgerStage
from contracts.publication.meetings import (
    AgendaItem,
    InviteeClass,
    ItemResult,
    MeetingStage,
    MeetingType,
    OpennessProposal,
)
from contracts.publication.record import Attribute
from kernel.calendar import Calendar
from kernel.cases import CaseKind
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions import domain as d
from services.publication.decisions import ending
from services.publication.decisions import facts as df
from services.publication.decisions import telling as decisions
from services.publication.decisions.domain import Met, Setting
from services.publication.decisions.limits import read
from services.publication.domain.facts import Official
from services.publication.ledgers import domain as w
from services.publication.ledgers import facts as wf
from services.publication.ledgers import telling as ledgers
from services.publication.meetings import domain as m
from services.publication.meetings import facts as mf
from services.publication.meetings import telling as meetings

CALENDAR, LIMITS = Calendar.shipped(), read(None)
BEGIN = datetime(2026, 3, 2, 9, 0, tzinfo=CST)
PEOPLE = [Official(id=name, name=name, agency=agency) for name, agency in (("甲", "aa"), ("乙", "aa"), ("丙", "bb"))]
WHO = st.sampled_from(PEOPLE)
ASSESSED = c.Assessment(on=BEGIN.date(), assessors=("某院",), conclusion="可行")
ITEM = AgendaItem(no=1, title="议题", field="教育")
OPEN = OpennessProposal(attribute=Attribute.PROACTIVE, invite=(InviteeClass.MEDIA,))
STEPS = (work.LedgerStep(no=1, what="步骤一", agency="aa", due_on=date(2026, 4, 1)),)
PLAN = work.LedgerPlan(
    title="任务台账",
    source=work.SourceReference(kind=work.LedgerSource.PLAN, text="规划"),
    measures=("措施",),
    steps=STEPS,
    duties=(work.Duty(agency="aa", duty="负责"),),
    supervision="热线反映",
)
ENDED = {DecisionStage.STOPPED, DecisionStage.ARCHIVED}


class Case:
    """One case with all its facts and what it told last."""

    def __init__(self, kind: CaseKind[Any], facts: Sequence[Fact]) -> None:
        self.kind, self.facts, self.told = kind, list(facts), dict[str, Any]()
        self.state = kind.fold(None, facts)
        self._tell(facts)

    def take(self, decide: Callable[[], Sequence[Fact]]) -> Sequence[Fact]:
        """The facts of one attempt; a refusal changes nothing."""
        try:
            facts = decide()
        except Refused:
            return ()
        if facts:
            self.facts += facts
            self.state = self.kind.fold(self.state, facts)
            self._tell(facts)
        return facts

    def _tell(self, facts: Sequence[Fact]) -> None:
        for event in self.kind.tell(self.state, facts):
            assert isinstance(event, Event)
            self.told[event.record_name] = event.record

    def holds(self) -> None:
        """What all facts fold to is what was told last; an alarm that rings brings something and is not set again for
        the same moment."""
        assert self.kind.fold(None, self.facts) == self.state
        for event in self.kind.retell(self.state):
            assert isinstance(event, Event)
            assert self.told[event.record_name] == event.record

    def ring(self, now: datetime) -> None:
        while (alarm := self.kind.alarm(self.state)) and alarm <= now:
            before = self.state
            self.take(lambda: self.kind.tick(self.state, now, CALENDAR))
            assert self.state != before


class Procedures(RuleBasedStateMachine):
    """A decision, a meeting about it and a ledger under it."""

    @initialize(experts=st.booleans(), risk=st.booleans(), participation=st.booleans())
    def begun(self, experts: bool, risk: bool, participation: bool) -> None:
        self.now = BEGIN
        needs = DecisionNeeds(participation=participation, exempt_reason="依法不公开", experts=experts, risk=risk)
        first = df.DecisionStarted(
            id="d", title="事项", level=DecisionLevel.UNIT, scope=c.DecisionScope.PLAN, agency="aa", co_agencies=(),
            basis="依据", background="背景", proposed_by="某", needs=needs, planned_on=None, catalogue=None, entry=None,
            outside_reason="上级部署", by=PEOPLE[0], at=BEGIN,
        )  # fmt: skip
        self.decision = Case(decisions.KIND, d.start(first))
        meeting = mf.MeetingPlanned(
            id="m", agency="aa", title="会议", type=MeetingType.UNIT, meets_at=BEGIN, agenda=(ITEM,), by=PEOPLE[0],
            at=BEGIN,
        )  # fmt: skip
        self.meeting = Case(meetings.KIND, m.plan(meeting))
        opened = wf.LedgerOpened(id="t", agency="aa", plan=PLAN, by=PEOPLE[0], at=BEGIN)
        self.ledger = Case(ledgers.KIND, w.open_ledger(opened))

    def on(self, by: Official) -> Setting:
        return Setting(by, self.now, LIMITS, CALENDAR)

    @rule(days=st.integers(1, 35))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        for case in (self.decision, self.meeting, self.ledger):
            case.ring(self.now)

    @rule(by=WHO, what=st.lists(st.integers(0, 16), min_size=1, max_size=8), secrecy=st.booleans(), good=st.booleans())
    def decide(self, by: Official, what: list[int], secrecy: bool, good: bool) -> None:
        for each in what:
            self.decision.take(lambda each=each: self._decision(each, by, secrecy, good))  # type: ignore[misc]

    @rule(upto=st.integers(1, 12))
    def goes_on(self, upto: int) -> None:
        """The usual way for so many steps, so that the end is reached too."""
        first, _, other = PEOPLE
        for what, by, days in (
            *((0, first, 0), (1, first, 0), (2, other, 45), (3, first, 0), (4, other, 0), (5, first, 0), (6, first, 0)),
            *((7, first, 1), (8, other, 0), (9, first, 0), (10, other, 1), (12, other, 0)),
        )[:upto]:
            if what == 9:
                for step in (0, 1, 3):
                    self.meet([first, PEOPLE[1]][step == 1], [step], True)
            self.decide(by, [what], True, True)
            if days:
                self.time_passes(days)

    def _decision(self, what: int, by: Official, secrecy: bool, good: bool) -> Sequence[Fact]:
        state, on = self.decision.state, self.on(by)
        until = on.today + timedelta(days=40 if good else 5)
        asked = c.Consultation(
            until=until, forms=(c.PlannedForm(form=ParticipationForm.WEB),), explanation="说明", contact="途径"
        )
        held = c.Held(form=ParticipationForm.FORUM, on=on.today, participants=3, summary="赞成")
        met = Met("m", self.meeting.state.held_on, True)
        outcome = c.DiscussionOutcome.PASSED if good else c.DiscussionOutcome.AGAIN
        result = c.Evaluation(kind=c.EvaluationKind.THIRD_PARTY, evaluator="某院", on=on.today, result="目标实现")
        attempts: tuple[Callable[[], Sequence[Fact]], ...] = (
            lambda: d.set_draft(state, f"doc-{what}", good, on),
            lambda: d.plan(state, asked, on),
            lambda: d.begin(state, secrecy, on),
            lambda: d.hold(state, held, on),
            lambda: d.give_feedback(state, CommentTally(), 0 if good else 1, "", secrecy, on),
            lambda: d.hear_experts(
                state, c.RecordExperts(id="d", assessment=ASSESSED, experts=3, independent=good, signed=True), on
            ),
            lambda: d.assess_risk(
                state, c.RecordRisk(id="d", assessment=ASSESSED, measures="分期实施", controllable=good), on
            ),
            lambda: d.send_to_review(state, c.SendToLegalReview(id="d", until=until), on),
            lambda: d.review(state, good, "意见", on),
            lambda: d.discuss(state, met, outcome, secrecy, 0, None, on),
            lambda: d.publish(state, "doc", good, secrecy, on),
            lambda: d.assign(state, ("aa",), "t", on),
            lambda: d.evaluate(state, result, False, secrecy, on),
            lambda: ending.archive(state, "号", on),
            lambda: ending.stop(state, "理由充分", on) if secrecy and good and by.agency == "bb" else [],
            lambda: ending.resume(state, "条件具备", on) if secrecy else [],
            lambda: d.set_draft(state, "doc-again", good, on, "范围扩大") if secrecy else [],
        )
        return attempts[what]()

    @rule(by=WHO, what=st.lists(st.integers(0, 5), min_size=1, max_size=5), secrecy=st.booleans())
    def meet(self, by: Official, what: list[int], secrecy: bool) -> None:
        for each in what:
            self.meeting.take(lambda each=each: self._meeting(each, by, secrecy))  # type: ignore[misc]

    def _meeting(self, what: int, by: Official, secrecy: bool) -> Sequence[Fact]:
        state, now = self.meeting.state, self.now
        agenda = (ITEM.model_copy(update={"proposal": OPEN if secrecy else None}),)
        result = ItemResult(no=1, result="同意")
        attempts: tuple[Callable[[], Sequence[Fact]], ...] = (
            lambda: m.revise(state, agenda, now, by, now),
            lambda: m.approve(state, by, now),
            lambda: m.announce(state, "https://live.example", "网络", secrecy, by, now),
            lambda: m.hold(state, (result,), (), by, now, CALENDAR),
            lambda: m.publish(state, {}, secrecy, by, now, CALENDAR),
            lambda: m.cancel(state, "改期", by, now) if not secrecy and by.agency == "bb" else [],
        )
        return attempts[what]()

    @rule(by=WHO, what=st.lists(st.integers(0, 6), min_size=1, max_size=6), secrecy=st.booleans())
    def work(self, by: Official, what: list[int], secrecy: bool) -> None:
        for each in what:
            self.ledger.take(lambda each=each: self._ledger(each, by, secrecy))  # type: ignore[misc]

    def _ledger(self, what: int, by: Official, secrecy: bool) -> Sequence[Fact]:
        state, now = self.ledger.state, self.now
        later = PLAN.model_copy(update={"measures": (f"措施{now.day}",)})
        found = work.Inspection(
            on=now.date(),
            inspector="督查室",
            unit="aa",
            grade=work.InspectionGrade.SLOW,
            result="推进缓慢",
        )
        attempts: tuple[Callable[[], Sequence[Fact]], ...] = (
            lambda: w.report(state, "进展", 1 if secrecy else None, by, now),
            lambda: w.change(state, later, "调整", by, now),
            lambda: w.state_effect(state, "成效明显", by, now),
            lambda: w.publish(state, secrecy, by, now),
            lambda: w.inspect(state, found, secrecy, by, now),
            lambda: w.release(state, CommentTally(received=now.day, adopted=1), 0, "", secrecy, by, now),
            lambda: w.finish(state, "核实", by, now),
        )
        return attempts[what]()

    @invariant()
    def folded_is_told(self) -> None:
        for case in (self.decision, self.meeting, self.ledger):
            case.holds()

    @invariant()
    def every_gate_was_passed(self) -> None:
        state = self.decision.state
        signers = {each.step: each.by.id for each in state.signatures}
        if state.decided:
            assert state.agreed_on
            assert not state.missing
            assert state.feedback or not state.needs.participation
            assert signers["公布决策"] not in state.workers
        if state.public and state.consultation and state.consultation.from_on:
            assert state.needs.participation
        assert all(each.consultation.ended and each.consultation.from_on for each in state.earlier)
        assert not (state.consulting and state.stage is not DecisionStage.CONSULTING)
        if self.meeting.state.stage in (MeetingStage.HELD, MeetingStage.PUBLISHED):
            assert not self.meeting.state.unproposed
        if self.ledger.state.stage is LedgerStage.FINISHED:
            assert self.ledger.state.shown == self.ledger.state.body
            assert not self.ledger.state.left

    @invariant()
    def what_is_over_is_off_the_desk(self) -> None:
        record = decisions.record(self.decision.state)
        assert record.open is not (self.decision.state.stage in ENDED)
        assert not (record.overdue and not record.open and self.decision.state.due_at)


Procedures.TestCase.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestProcedures = Procedures.TestCase

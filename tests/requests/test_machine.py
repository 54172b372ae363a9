"""Random commands, lawful and not, on the pure rules: what must hold after every step."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis import chain
from chassis.actors import CITIZEN, Cause
from contracts.base import Event
from contracts.requests.terms import Channel, Consulted, Outcome, Request, Route, Stage, Stance
from kernel.refused import Refused
from services.requests.domain import KIND, answering, disputes, handling, intake
from services.requests.domain.facts import CorrectionRequested, Extended, RedoOrdered
from services.requests.domain.kind import record
from services.requests.domain.outcomes import OUTCOMES
from services.requests.domain.state import CLOSED, OPEN, Policy
from services.requests.domain.transitions import TRANSITIONS
from tests.requests.story import CALENDAR, Story, words

ENDED = CLOSED | {Stage.ARCHIVED, Stage.REVIEW, Stage.LITIGATION}
ALLOWED = {(source, target) for step in TRANSITIONS.values() for source in step.sources for target in step.targets} | {
    (stage, stage) for stage in Stage
}
BACK = st.just(0) | st.integers(0, 25)
MAYBE = st.none() | BACK
OFFICERS = st.sampled_from(["甲", "乙", "丙"])


class Procedure(RuleBasedStateMachine):
    """One request under random officers."""

    @initialize(
        channel=st.sampled_from(Channel),
        on=st.dates(date(2026, 1, 5), date(2026, 12, 20)),
        policy=st.sampled_from([Policy(), Policy(internal=10), Policy(internal=19, warn_left=(8, 0))]),
    )
    def submitted(self, channel: Channel, on: date, policy: Policy) -> None:
        self.story = Story(channel, on, policy=policy)
        self.refusals: list[str] = []

    def attempt(self, decide: Callable[..., Sequence[Any]], *args: Any) -> None:
        before = self.story.case
        try:
            self.story.do(decide, *args)
        except Refused as error:
            self.refusals.append(error.message)
            assert self.story.case == before
            return
        after = self.story.case
        assert (before.stage, after.stage) in ALLOWED, (before.stage, after.stage)
        if before.stage in ENDED and after.stage in OPEN:
            assert any(isinstance(fact, RedoOrdered) for fact in self.story.facts)

    def day(self, back: int) -> date:
        return self.story.today - timedelta(days=back)

    def maybe(self, back: int | None) -> date | None:
        return None if back is None else self.day(back)

    @rule(choices=st.lists(st.integers(0, 9), min_size=1, max_size=8))
    def goes_on(self, choices: list[int]) -> None:
        """Some of the usual next steps, so that long lawful stories are told too."""
        for choice in choices:
            usual = self.usual()
            decide, *args = usual[choice % len(usual)]
            self.attempt(decide, *args)
            self.story.ring(self.story.today + timedelta(days=choice // 4))

    def usual(self) -> list[tuple[Any, ...]]:
        case, today = self.story.case, self.story.today
        third = (handling.consult, Consulted.THIRD_PARTY, today, today, "paper")
        answers: list[tuple[Any, ...]] = [
            (handling.answer_consultation, each.id, Stance.AGREES, today, None) for each in case.open_consultations
        ]
        draft = (answering.draft, words(Outcome.OPEN_PROVIDE), "甲", "paper")
        approve = (answering.approve, "乙")
        match case.stage:
            case Stage.ARRIVED:
                return [(intake.confirm_receipt, today)]
            case Stage.RECEIVED:
                return [(intake.accept, ""), (intake.request_correction, 10, today, "paper"), draft, approve]
            case Stage.CORRECTION_REQUESTED:
                return [(intake.submit_correction, today, "paper2", "", (), (), True, False), (answering.close_lapsed,)]
            case Stage.PROCESSING:
                fee = (handling.notice_fee, "按量", 72, 0, 0, today, "paper")
                return [approve, third, draft, fee, (handling.extend, 10, "head", today, "paper"), draft, approve]
            case Stage.CONSULTING:
                return [*answers, third, *answers]
            case Stage.REASON_REQUESTED:
                return [
                    (handling.accept_reasons, None, "paper"),
                    (answering.draft, words(Outcome.NOPROC_EXCESS), "甲", ""),
                    approve,
                ]
            case Stage.FEE_PENDING:
                return [(handling.record_payment, today), (answering.close_lapsed,)]
            case Stage.REPLY_APPROVED:
                return [(answering.serve, Route.HAND, today, "")]
            case Stage.REVIEW | Stage.LITIGATION:
                last = case.reviews[-1].id
                return [(disputes.decide, last, "corrected", today), (disputes.answer, last, today)]
            case _:
                redo = [(disputes.redo, each.id, today, None) for each in case.reviews]
                return [*redo, (disputes.bring, "reconsideration", today, today, False), (disputes.archive, "2026-001")]

    @rule(days=st.integers(1, 30))
    def time_passes(self, days: int) -> None:
        self.story.ring(self.story.today + timedelta(days=days))

    @rule(back=BACK)
    def confirm(self, back: int) -> None:
        self.attempt(intake.confirm_receipt, self.day(back))

    @rule()
    def accept(self) -> None:
        self.attempt(intake.accept, "")

    @rule(within=st.integers(1, 20), delivered=MAYBE)
    def request_correction(self, within: int, delivered: int | None) -> None:
        self.attempt(intake.request_correction, within, self.maybe(delivered), "paper")

    @rule(back=BACK, good=st.booleans())
    def correct(self, back: int, good: bool) -> None:
        self.attempt(intake.submit_correction, self.day(back), "paper2", "", (), (), good, False)

    @rule(whom=st.sampled_from(Consulted), sent=BACK, delivered=MAYBE)
    def consult(self, whom: Consulted, sent: int, delivered: int | None) -> None:
        self.attempt(handling.consult, whom, self.day(sent), self.maybe(delivered), "paper")

    @rule(n=st.integers(1, 3), stance=st.sampled_from(Stance), back=BACK)
    def answer(self, n: int, stance: Stance, back: int) -> None:
        self.attempt(handling.answer_consultation, f"C{n}", stance, self.day(back), None)

    @rule(
        notice=st.sampled_from(["correction", "fee", "consultation", "extension", "reply", "third_party"]),
        n=st.integers(1, 3),
        back=BACK,
        returned=st.booleans(),
    )
    def deliver(self, notice: str, n: int, back: int, returned: bool) -> None:
        self.attempt(handling.record_delivery, notice, f"C{n}", self.day(back), returned)

    @rule()
    def ask_reasons(self) -> None:
        self.attempt(handling.ask_reasons, "paper")

    @rule(ahead=st.none() | st.integers(1, 60))
    def accept_reasons(self, ahead: int | None) -> None:
        to = None if ahead is None else self.day(-ahead)
        self.attempt(handling.accept_reasons, to, "paper")

    @rule(pages=st.integers(1, 300), reduction=st.integers(0, 100), delivered=MAYBE)
    def notice_fee(self, pages: int, reduction: int, delivered: int | None) -> None:
        self.attempt(handling.notice_fee, "按量", pages, 0, reduction, self.maybe(delivered), "paper")

    @rule(back=BACK)
    def pay(self, back: int) -> None:
        self.attempt(handling.record_payment, self.day(back))

    @rule(days=st.integers(-1, 25), back=BACK)
    def extend(self, days: int, back: int) -> None:
        self.attempt(handling.extend, days, "head", self.day(back), "paper")

    @rule(found=st.booleans())
    def search(self, found: bool) -> None:
        self.attempt(handling.record_search, "档案室", "李四", found, "paper")

    @rule(outcome=st.sampled_from(Outcome), by=OFFICERS, reasons=st.booleans(), overrides=st.booleans())
    def draft(self, outcome: Outcome, by: str, reasons: bool, overrides: bool) -> None:
        self.attempt(answering.draft, words(outcome, has_reasons=reasons, public_interest=overrides), by, "paper")

    @rule(by=OFFICERS)
    def approve(self, by: str) -> None:
        drafter = self.story.case.draft.drafter if self.story.case.draft else None
        self.attempt(answering.approve, by)
        draft = self.story.case.draft
        assert draft is None or draft.approver is None or draft.approver != draft.drafter or drafter is None

    @rule()
    def send_back(self) -> None:
        self.attempt(answering.return_reply, "paper")

    @rule(route=st.sampled_from(Route), back=BACK)
    def serve(self, route: Route, back: int) -> None:
        self.attempt(answering.serve, route, self.day(back), "EX1")

    @rule(back=BACK)
    def withdraw(self, back: int) -> None:
        if len(self.story.facts) > 12:
            self.attempt(answering.withdraw, self.day(back), "paper")

    @rule()
    def close(self) -> None:
        self.attempt(answering.close_lapsed)

    @rule(kind=st.sampled_from(["reconsideration", "suit_direct", "suit_after_review"]), back=BACK)
    def bring(self, kind: str, back: int) -> None:
        self.attempt(disputes.bring, kind, self.day(back), self.day(0), False)

    @rule()
    def erase(self) -> None:
        self.attempt(disputes.erase, self.story.today, 0)

    @rule(n=st.integers(1, 2), result=st.sampled_from(["upheld", "corrected", "other"]))
    def decide(self, n: int, result: str) -> None:
        self.attempt(disputes.decide, f"V{n}", result, self.story.today)

    @rule(n=st.integers(1, 2), ahead=st.none() | st.integers(1, 40))
    def redo(self, n: int, ahead: int | None) -> None:
        until = None if ahead is None else self.day(-ahead)
        self.attempt(disputes.redo, f"V{n}", self.story.today, until)

    @rule()
    def archive(self) -> None:
        self.attempt(disputes.archive, "2026-001")

    @invariant()
    def limits_hold(self) -> None:
        case = self.story.case
        assert sum(isinstance(fact, CorrectionRequested) for fact in self.story.facts) <= 1
        assert sum(isinstance(fact, Extended) for fact in self.story.facts) <= 1
        assert 0 <= case.extension <= case.extended_days <= 20
        if case.open and case.deadlines.reply:
            assert CALENDAR.is_workday(case.deadlines.reply.due)
            own = case.deadlines.reply.internal
            assert own is None or own < case.deadlines.reply.due
        if case.start:
            assert all(each.ended_on is None or each.ended_on >= each.sent_on for each in case.consultations)

    @invariant()
    def every_refusal_has_its_basis(self) -> None:
        for result in self.story.case.results:
            given = OUTCOMES[result.outcome]
            assert result.row == given.row
            assert given.basis_text()

    @invariant()
    def nothing_is_disclosed_against_a_third_party_that_was_not_told(self) -> None:
        case = self.story.case
        assert case.untold == () or case.stage not in CLOSED or case.outcome is Outcome.CLOSE_OTHER

    @invariant()
    def ending_agrees(self) -> None:
        case = self.story.case
        assert case.open or case.results
        assert (case.stage is Stage.ARCHIVED) <= (case.archive_no is not None)

    @invariant()
    def alarm_never_rings_twice_for_the_same(self) -> None:
        self.story.ring(self.story.today)
        moment = KIND.alarm(self.story.case)
        assert moment is None or moment > self.story.now

    def teardown(self) -> None:
        """Stored, read and folded again, the request is the same, and so is what is told of it."""
        if not hasattr(self, "story"):
            return
        assert all(sentence.endswith("。") for sentence in self.refusals)
        cause = Cause(CITIZEN, "k", self.story.now)
        entries = chain.append("", self.story.facts, cause)
        state, _ = KIND.read(entry["text"] for entry in entries)
        assert state == self.story.case
        events = KIND.tell(state, self.story.facts)
        assert events
        standing = record(state)
        assert Request.model_validate_json(standing.model_dump_json()) == standing
        assert all(event.record == standing for event in events if isinstance(event, Event))
        KIND.index(state)


Procedure.TestCase.settings = settings(
    max_examples=150, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestProcedure = Procedure.TestCase

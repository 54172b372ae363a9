"""Any sequence of commands on a ticket: refused with words, or a state that holds together."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contracts.hotline.terms import Ending, Matter, Satisfaction, Ticket
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import KIND, Case, clock, dispatching, ending, handling, intake
from services.hotline.domain.record import record, tell
from services.hotline.domain.ticket import S
from tests.hotline.tickets import CALENDAR, NOW, arrival


class Tickets(RuleBasedStateMachine):
    """Random commands on one ticket: each is refused with words or leads to a state that holds together."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.facts: list[Fact] = []
        self.revision = 1

    @initialize(
        kind=st.sampled_from(["咨询", "投诉", "建议"]), content=st.sampled_from(["着火了", "县城管局不管", "有坑"])
    )
    def begin(self, kind: str, content: str) -> None:
        self.facts = intake.open_case(arrival(kind=kind, content=content), "n", NOW, CALENDAR)
        self.case = KIND.fold(None, self.facts)

    def act(self, decide: Callable[[Case], Sequence[Fact]]) -> None:
        self.now += timedelta(hours=5)
        if (at := clock.alarm(self.case)) is not None and at <= self.now:
            self._keep(clock.tick(self.case, self.now, CALENDAR))
        try:
            self._keep(decide(self.case))
        except Refused as refusal:
            if not refusal.remedy:
                raise

    def _keep(self, facts: Sequence[Fact]) -> None:
        if facts:
            self.case = KIND.fold(self.case, facts)
            self.facts += facts
            assert tell(self.case, facts)

    @rule(lead=st.sampled_from(["jtj", "cgj"]))
    def dispatch(self, lead: str) -> None:
        self.act(lambda case: dispatching.dispatch(case, lead, (), self.now, CALENDAR))

    @rule(matter=st.sampled_from(Matter), accused=st.sampled_from([(), ("cgj",)]))
    def classify(self, matter: Matter, accused: tuple[str, ...]) -> None:
        self.act(lambda case: dispatching.classify(case, "交通运输", matter, accused, CALENDAR))

    @rule()
    def sign(self) -> None:
        self.act(lambda case: dispatching.sign(case, case.lead or "jtj", self.now))

    @rule(centre=st.booleans(), approve=st.booleans())
    def give_back(self, centre: bool, approve: bool) -> None:
        self.act(lambda case: dispatching.request_return(case, case.lead, "w", self.now))
        self.act(lambda case: dispatching.decide_return(case, approve, centre, self.now))

    @rule(days=st.integers(1, 12), approve=st.booleans())
    def extend(self, days: int, approve: bool) -> None:
        self.act(lambda case: handling.request_extension(case, case.lead, days, "w", self.now))
        self.act(lambda case: handling.decide_extension(case, approve, self.now, CALENDAR))

    @rule(days=st.integers(0, 300))
    def suspend(self, days: int) -> None:
        self.act(lambda case: handling.suspend(case, self.now.date() + timedelta(days=days), True, "w", self.now))

    @rule()
    def resume(self) -> None:
        self.act(lambda case: handling.resume(case, case.lead, False, self.now))

    @rule(reviewer=st.sampled_from(["u1", "u2"]), approve=st.booleans())
    def reply(self, reviewer: str, approve: bool) -> None:
        self.act(lambda case: handling.reply(case, case.lead, "u1", "w", True, True, self.now))
        self.act(lambda case: handling.review(case, approve, reviewer, "w", self.now, CALENDAR))

    @rule(reached=st.booleans(), satisfaction=st.sampled_from(Satisfaction))
    def visit(self, reached: bool, satisfaction: Satisfaction) -> None:
        self.act(lambda case: ending.visit(case, reached, None, satisfaction, self.now))

    @rule(how=st.sampled_from(Ending))
    def close(self, how: Ending) -> None:
        self.act(lambda case: ending.close(case, how, "w", self.now))

    @rule()
    def reopen(self) -> None:
        self.act(lambda case: ending.reopen(case, "w", self.now, CALENDAR))

    @rule()
    def hand_over(self) -> None:
        self.act(lambda case: dispatching.confirm_hand_over(case, "119", self.now))

    @rule(higher=st.booleans())
    def revise(self, higher: bool) -> None:
        self.revision += higher
        given = arrival(revision=self.revision, content=f"第{self.revision}次", received_at=NOW)
        self.act(lambda case: intake.take(case, given, CALENDAR)[1])

    @invariant()
    def holds_together(self) -> None:
        if not self.facts:
            return
        case = self.case
        assert KIND.fold(None, self.facts) == case
        told = record(case)
        assert Ticket.model_validate(told.model_dump()) == told
        assert case.open is (case.closed_at is None)
        assert not (set(case.accused) & {case.lead, *case.co})
        assert (case.lead != "") or case.state not in (S.DISPATCHED, S.SIGNED, S.SUSPENDED)
        assert case.running or case.alarmed or case.state is S.VISITING or clock.alarm(case) is None
        assert not (told.overdue and told.due_at is None)
        assert not (case.alarmed and not case.open)


Tickets.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestTickets = Tickets.TestCase

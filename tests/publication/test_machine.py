"""Random steps of random people, lawful and not, on the pure rules of documents: what must hold after every step."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis import chain
from chassis.actors import CITIZEN, Cause
from contracts.base import Event
from contracts.publication import record as c
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import KIND, attaching, clocks, drafting, explaining, publishing, sealing, showing
from services.publication.domain.facts import File, Kept, Official, Withdrawn
from services.publication.domain.state import UNDECIDED, Case, Stage
from services.publication.domain.telling import public_record, record, tell
from tests.servers import MORNING

CALENDAR = Calendar.shipped()
PEOPLE = st.sampled_from([Official(id=name, name=name, agency="czj") for name in ("甲", "乙", "丙", "丁")])
TEXTS = [Kept(sha256=sign * 64, bytes=9, found=found) for sign, found in (("a", 0), ("b", 2), ("c", 0))]
TEXT = st.sampled_from(TEXTS)
CHANNELS = st.lists(st.sampled_from(["网站", "公报", "微信"]), max_size=2, unique=True).map(tuple)
NUMBER = DocumentNumber.parse("示财规〔2026〕1号")
WORD = "泄露的话"
"""Stands in every free text; nothing of it may be left after a take-down."""


class Publishing(RuleBasedStateMachine):
    """One document under random people."""

    @initialize(text=TEXT, category=st.sampled_from(["法规公文", "工作动态"]), formed=st.integers(0, 40))
    def drafted(self, text: Kept, category: str, formed: int) -> None:
        self.now = MORNING
        self.refusals: list[str] = []
        self.indexes: set[str | None] = set()
        metadata = c.Metadata(
            title=WORD, issuers=("czj",), category=category, formed_on=MORNING.date() - timedelta(days=formed)
        )
        by = Official(id="甲", name="甲", agency="czj")
        self.facts: list[Fact] = drafting.draft("d-1", "czj", metadata, text, "PUB.GENERAL", by, self.now)
        self.case: Case = KIND.fold(None, self.facts)
        self.entries = chain.append("", self.facts, self.cause)

    @property
    def cause(self) -> Cause:
        return Cause(CITIZEN, f"k{len(self.facts)}", self.now)

    def attempt(self, decide: Callable[..., Sequence[Fact]], *args: Any) -> None:
        try:
            facts = list(decide(self.case, *args))
        except Refused as error:
            self.refusals.append(error.message)
            return
        self.take(facts)

    def take(self, facts: list[Fact]) -> None:
        if not facts:
            return
        self.case = KIND.fold(self.case, facts)
        told = tell(self.case, facts)
        assert told[-1].record == record(self.case)
        assert all(isinstance(event, Event) for event in told)
        if self.case.stage in (Stage.WITHDRAWN, Stage.SEALED):
            assert not any(WORD in event.model_dump_json() for event in told), "the same write seals and tells"
        if any(isinstance(fact, Withdrawn) for fact in facts):
            self.facts = [sealing.forget(fact) for fact in self.facts]
            self.entries = [chain.seal(*each) for each in zip(self.entries, self.facts, strict=True)]
            self.case = KIND.fold(None, [*self.facts, *facts])
        self.entries += chain.append(self.entries[-1]["hash"], facts, self.cause)
        self.facts += facts

    @rule(choices=st.lists(st.integers(0, 5), min_size=1, max_size=8))
    def goes_on(self, choices: list[int]) -> None:
        """The usual next steps, so that long lawful stories are told too."""
        clerk, head, office = (Official(id=name, name=name, agency="czj") for name in ("甲", "乙", "丙"))
        for choice in choices:
            usual: dict[Stage, tuple[Any, ...]] = {
                Stage.DRAFT: (drafting.propose, c.Attribute.PROACTIVE, None, None, False, clerk, self.now, CALENDAR),
                Stage.HEAD: (drafting.approve_by_head, "", "", head, self.now, CALENDAR),
                Stage.REVIEW: (drafting.review, True, True, True, "", office, self.now),
                Stage.PUBLISHED: (publishing.correct, TEXTS[choice % 3], c.Changes(), None, WORD, office, self.now),
            }
            if self.case.stage is Stage.CLEARED:
                self.attempt(drafting.number, NUMBER, None, office, self.now, CALENDAR)
                self.attempt(publishing.publish, "ZZXXGK-2026-00001", ("网站",), office, self.now)
            elif self.case.stage in usual:
                decide, *args = usual[self.case.stage]
                self.attempt(decide, *args)

    @rule(days=st.integers(1, 400))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        for _ in range(6):
            moment = clocks.alarm(self.case)
            if moment is None or moment > self.now:
                return
            self.take(list(clocks.tick(self.case, self.now, CALENDAR)))
        raise AssertionError("the same alarm rings again and again")

    @rule(text=TEXT, by=PEOPLE)
    def revise(self, text: Kept, by: Official) -> None:
        self.attempt(drafting.revise, text, c.Changes(), None, by, self.now, CALENDAR)

    @rule(attribute=st.sampled_from(c.Attribute), interpretation=st.booleans(), by=PEOPLE)
    def propose(self, attribute: c.Attribute, interpretation: bool, by: Official) -> None:
        grounded = (None, None) if attribute is c.Attribute.PROACTIVE else ("EX16-PROCESS", WORD)
        self.attempt(drafting.propose, attribute, *grounded, interpretation, by, self.now, CALENDAR)

    @rule(material=st.sampled_from([None, "d-1", "d-2"]), by=PEOPLE)
    def plan(self, material: str | None, by: Official) -> None:
        given = c.Interpretation(plan=WORD, forms=("问答",), interpreter=WORD, material=material)
        self.attempt(drafting.plan_interpretation, given, by)

    @rule(step=st.sampled_from([drafting.approve_by_openness, publishing.file]), by=PEOPLE)
    def pass_on(self, step: Callable[..., Sequence[Fact]], by: Official) -> None:
        self.attempt(step, *(() if step is publishing.file else (WORD,)), by, self.now)

    @rule(by=PEOPLE)
    def approve(self, by: Official) -> None:
        self.attempt(drafting.approve_by_head, WORD, "", by, self.now, CALENDAR)

    @rule(secrecy=st.booleans(), by=PEOPLE)
    def review(self, secrecy: bool, by: Official) -> None:
        self.attempt(drafting.review, secrecy, True, True, WORD, by, self.now)

    @rule(by=PEOPLE, lawful=st.booleans())
    def settle_findings(self, by: Official, lawful: bool) -> None:
        given = ("行政处罚法第四十八条", WORD) if lawful else (TEXTS[2],)
        self.attempt(drafting.allow_findings if lawful else drafting.mask, *given, by, self.now)

    @rule(by=PEOPLE)
    def send_back(self, by: Official) -> None:
        self.attempt(drafting.send_back, (WORD,), WORD, by, self.now)

    @rule(by=PEOPLE, unread=st.booleans(), found=st.integers(0, 1))
    def attach(self, by: Official, unread: bool, found: int) -> None:
        check = c.Check.UNREADABLE if unread else c.Check.READ
        attachment = c.Attachment(
            sha256=f"{found}" * 64, name=WORD, bytes=1, media_type="x", check=check, findings=found
        )
        self.attempt(attaching.attach, File(attachment=attachment, upload="u"), by, self.now)

    @rule(by=PEOPLE, found=st.integers(0, 1), confirm=st.booleans())
    def handle_file(self, by: Official, found: int, confirm: bool) -> None:
        sha256 = f"{found}" * 64
        if confirm:
            self.attempt(attaching.confirm, sha256, WORD, by, self.now)
        else:
            self.attempt(attaching.detach, sha256, by, self.now)

    @rule(by=PEOPLE, channels=CHANNELS)
    def publish(self, by: Official, channels: tuple[str, ...]) -> None:
        self.attempt(publishing.publish, "ZZXXGK-2026-00001", channels, by, self.now)

    @rule(by=PEOPLE)
    def keep(self, by: Official) -> None:
        self.attempt(publishing.keep_attribute, WORD, by, self.now)

    @rule(validity=st.sampled_from(c.Validity), back=st.integers(-1, 3))
    def mark(self, validity: c.Validity, back: int) -> None:
        on = self.now.date() - timedelta(days=back)
        self.attempt(publishing.mark_validity, validity, on, "示财规〔2026〕2号", self.now)

    @rule(by=PEOPLE, ahead=st.integers(-1, 20))
    def set_notice(self, by: Official, ahead: int) -> None:
        self.attempt(showing.set_notice, self.now.date() + timedelta(days=ahead), WORD, by, self.now)

    @rule(by=PEOPLE, no=st.integers(0, 2))
    def objection(self, by: Official, no: int) -> None:
        if no:
            self.attempt(showing.answer, no, True, "paper", by, self.now)
        else:
            self.attempt(showing.object_to, "paper")

    @rule(by=PEOPLE)
    def conclude(self, by: Official) -> None:
        self.attempt(showing.conclude, WORD, by, self.now)

    @rule(by=PEOPLE, channel=st.sampled_from(["微信", "火星"]))
    def deliver(self, by: Official, channel: str) -> None:
        delivery = c.Delivery(channel=channel, on=self.now.date(), place=WORD)
        self.attempt(showing.deliver, delivery, by, self.now)

    @rule(by=PEOPLE, answers=st.lists(st.integers(1, 2), max_size=1).map(tuple))
    def explain(self, by: Official, answers: tuple[int, ...]) -> None:
        given = c.Explanation(on=self.now.date(), form="问答", interpreter=WORD, answers=answers)
        self.attempt(explaining.explain, given, by, self.now)

    @rule(by=PEOPLE)
    def ask(self, by: Official) -> None:
        self.attempt(explaining.ask, c.Raised.HOTLINE, WORD, WORD, by, self.now)

    @rule(by=PEOPLE, no=st.integers(1, 2))
    def decline(self, by: Official, no: int) -> None:
        self.attempt(explaining.decline, no, WORD, by, self.now)

    @rule(by=PEOPLE)
    def hand_in(self, by: Official) -> None:
        self.attempt(showing.submit, by, self.now)

    @rule(by=PEOPLE)
    def withdraw(self, by: Official) -> None:
        if len(self.facts) > 9:
            self.attempt(publishing.withdraw, c.Leak.PERSONAL, "", by, self.now)

    @rule(by=PEOPLE, channel=st.sampled_from(["网站", "微信"]), erased=st.booleans())
    def end_withdrawal(self, by: Official, channel: str, erased: bool) -> None:
        if erased and self.case.erasing:
            self.attempt(publishing.erased, self.now)
        self.attempt(publishing.approve_withdrawal, "", by, self.now)
        self.attempt(publishing.confirm_cleared, channel, by, self.now)

    @invariant()
    def public_means_the_whole_chain(self) -> None:
        case = self.case
        if case.published_at is not None:
            self.indexes.add(case.metadata.index_no)
            assert len(self.indexes) == 1, "a document keeps the 索引号 that it once got"
        if not case.public:
            return
        signers = [approval.by.id for approval in case.approvals]
        assert case.attribute is c.Attribute.PROACTIVE
        assert len(signers) == len(set(signers)) >= 2
        assert not set(signers) & case.drafters
        assert not case.unread
        assert case.metadata.doc_no or case.metadata.category != "法规公文"
        assert case.interpretation_needed <= (case.interpretation is not None)
        assert case.due_at is None

    @invariant()
    def what_is_taken_down_has_no_words(self) -> None:
        if self.case.stage in (Stage.WITHDRAWN, Stage.SEALED):
            assert WORD not in record(self.case).model_dump_json()
            assert WORD not in repr(self.entries)
            if self.case.published_at is not None:
                assert public_record(self.case).withdrawn

    @invariant()
    def limits_hold(self) -> None:
        case = self.case
        assert not (case.due_at and case.stage not in UNDECIDED)
        assert case.overdue <= ((case.due_at or case.clear_until) is not None)
        assert case.open or not case.to_explain

    def teardown(self) -> None:
        """Stored, read and folded again, the document is the same, and so is what is told of it."""
        if not hasattr(self, "case"):
            return
        assert all(sentence.endswith("。") for sentence in self.refusals)
        assert chain.broken_at(self.entries) is None
        state, _ = KIND.read(entry["text"] for entry in self.entries)
        assert state == self.case
        standing = record(state)
        assert c.Document.model_validate_json(standing.model_dump_json()) == standing
        assert KIND.retell(state)
        KIND.index(state)


Publishing.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestPublishing = Publishing.TestCase

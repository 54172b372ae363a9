"""Outcomes, fees, transitions, digests."""

from collections.abc import Sequence
from datetime import date

import pytest

from contracts.base import Event
from contracts.requests.procedure import RequestRestated
from contracts.requests.terms import Channel, Consulted, Outcome, Route, Stage, Stance
from kernel.codes import query_code
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import KIND, answering, disputes, handling, intake
from services.requests.domain.facts import FACTS
from services.requests.domain.fee import fee_of_items, fee_of_pages
from services.requests.domain.following import information_digest
from services.requests.domain.history import STEPS
from services.requests.domain.kind import record
from services.requests.domain.outcomes import CLOSINGS, OUTCOMES, RECTIFICATIONS, remedy_text
from services.requests.domain.transitions import TRANSITIONS
from tests.requests.story import Story, day_after, words

REPLIES = [outcome for outcome in Outcome if outcome not in CLOSINGS | RECTIFICATIONS]


def test_every_outcome_has_row_basis_and_remedy() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert {rule.row for rule in OUTCOMES.values() if rule.code not in RECTIFICATIONS} == {
        f"r{n:02d}" for n in range(3, 24)
    }
    assert all(rule.basis_text() for rule in OUTCOMES.values())
    first = {code for code, rule in OUTCOMES.items() if rule.remedy == "review_first"}
    assert first == {Outcome(f"DENY_{n}") for n in range(1, 8)}


def test_remedy_texts_name_organ_court_and_periods() -> None:
    denied = remedy_text("review_first", "县政府", "县法院")
    assert "应当先" in denied
    assert "六十日" in denied
    assert "十五日内向县法院" in denied
    choice = remedy_text("choice", "县政府", "县法院")
    assert "应当先" not in choice
    assert "六个月内向县法院" in choice
    assert remedy_text("none", "县政府", "县法院") == ""


@pytest.mark.parametrize("outcome", REPLIES)
def test_every_reply_can_be_given_when_its_duties_are_met(outcome: Outcome) -> None:
    story = ready_for(outcome).approved(outcome).replied()
    assert story.case.results[-1].outcome is outcome
    assert story.case.results[-1].row == OUTCOMES[outcome].row


def ready_for(outcome: Outcome) -> Story:
    story = Story()
    if outcome is Outcome.NONE_STILL_UNCLEAR:
        story.do(intake.request_correction, 15, story.today, "paper")
        story.do(intake.submit_correction, story.today, "paper2", "", (), (), False, False)
        return story
    story.accepted()
    if outcome is Outcome.NOPROC_EXCESS:
        story.do(handling.ask_reasons, "paper")
    if outcome is Outcome.NONE_NOT_HELD:
        story.searched()
    if outcome is Outcome.DENY_4:
        story.do(handling.consult, Consulted.THIRD_PARTY, story.today, None, "paper")
        story.do(handling.answer_consultation, "C1", Stance.REFUSES, story.today, None)
    return story


@pytest.mark.parametrize(
    ("outcome", "changes", "code"),
    [
        (Outcome.DENY_6, {"has_reasons": False}, "needs_reasons"),
        (Outcome.PARTIAL, {"ground": ""}, "needs_ground"),
        (Outcome.PARTIAL, {"ground": "EX99"}, "needs_ground"),
        (Outcome.DENY_8, {"law": ""}, "needs_law"),
        (Outcome.NOPROC_REPEAT, {"earlier": ""}, "needs_earlier"),
        (Outcome.NONE_NOT_HELD, {}, "needs_searched_or_elsewhere"),
        (Outcome.NONE_STILL_UNCLEAR, {}, "needs_corrected"),
        (Outcome.DENY_4, {}, "needs_third_party_asked"),
        (Outcome.NOPROC_EXCESS, {}, "reasons_first"),
        (Outcome.CLOSE_OTHER, {}, "not_a_reply"),
    ],
)
def test_reply_without_what_its_outcome_requires(outcome: Outcome, changes: dict[str, object], code: str) -> None:
    story = Story().accepted()
    with pytest.raises(Refused) as refused:
        story.do(answering.draft, words(outcome, **changes), "drafter", "paper")
    assert refused.value.code == code
    assert refused.value.remedy


def test_other_organ_is_responsible_without_a_search() -> None:
    story = Story().accepted().approved(Outcome.NONE_NOT_HELD, right_organ="县水利局")
    basis = story.facts[-2].model_dump()["basis"]
    assert "第（五）项" in basis


def test_refusing_third_party_is_overridden_only_for_the_public_interest() -> None:
    story = ready_for(Outcome.DENY_4)
    with pytest.raises(Refused) as refused:
        story.approved(Outcome.OPEN_PROVIDE)
    assert refused.value.code == "third_party_refuses"
    story.approved(Outcome.OPEN_PROVIDE, public_interest=True)


def informed(story: Story, consultation: str = "", returned: bool = False) -> None:
    story.do(handling.record_delivery, "third_party", consultation, story.today, returned)


@pytest.mark.parametrize("outcome", [Outcome.OPEN_PROVIDE, Outcome.PARTIAL])
def test_refusing_third_party_is_told_before_the_reply(outcome: Outcome) -> None:
    story = ready_for(Outcome.DENY_4)
    with pytest.raises(Refused):
        informed(story)
    story.approved(outcome, public_interest=True)
    assert record(story.case).alert == "送达答复前须告知第三方"
    informed(story, returned=True)
    with pytest.raises(Refused) as untold:
        story.replied()
    assert untold.value.code == "third_party_untold"
    approved_on = story.today
    story.on(day_after(approved_on))
    informed(story)
    with pytest.raises(Refused) as early:
        story.replied(approved_on)
    assert early.value.field == "replied_on"
    story.replied(story.today)


def test_another_draft_is_told_anew_and_each_third_party_for_itself() -> None:
    story = ready_for(Outcome.DENY_4)
    story.do(handling.consult, Consulted.THIRD_PARTY, story.today, None, "paper")
    story.do(handling.answer_consultation, "C2", Stance.REFUSES, story.today, None)
    story.approved(public_interest=True)
    with pytest.raises(Refused):
        informed(story)
    informed(story, "C1")
    informed(story)
    assert story.case.untold == ()
    story.do(answering.return_reply, "paper")
    story.approved(public_interest=True)
    assert [each.id for each in story.case.untold] == ["C1", "C2"]


def test_nobody_is_told_of_what_is_not_disclosed() -> None:
    story = ready_for(Outcome.DENY_4).approved(Outcome.DENY_4, public_interest=True)
    assert story.case.untold == ()
    story.replied()


def test_only_what_was_answered_can_be_repeated() -> None:
    story, earlier = Story().accepted(), Story().accepted()
    answering.repeats(story.case, "县旧台账2019-7", None)
    for number, held in ((story.case.number, None), ("999901-YSQ-2026-000009", earlier.case)):
        with pytest.raises(Refused) as refused:
            answering.repeats(story.case, number, held)
        assert refused.value.code == "earlier_unanswered"
    answering.repeats(story.case, "999901-YSQ-2026-000009", earlier.approved().replied().case)


def test_drafter_does_not_approve() -> None:
    story = Story().accepted()
    story.do(answering.draft, words(Outcome.OPEN_PROVIDE), "drafter", "paper")
    with pytest.raises(Refused) as refused:
        story.do(answering.approve, "drafter")
    assert refused.value.code == "same_person"
    story.do(answering.return_reply, "paper")
    with pytest.raises(Refused) as again:
        story.do(answering.approve, "head")
    assert again.value.code == "no_draft"


def test_post_needs_its_number() -> None:
    story = Story().accepted().approved()
    with pytest.raises(Refused) as refused:
        story.do(answering.serve, Route.POST, story.today, "")
    assert refused.value.code == "post_number"
    story.do(answering.serve, Route.POST, story.today, "EX123456789CN")


def test_reply_that_came_back_is_seen_until_it_is_delivered() -> None:
    story = Story().accepted().approved().replied(route=Route.HAND)
    story.do(handling.record_delivery, "reply", "", story.today, True)
    assert record(story.case).alert == "答复被退回，请另行送达"
    story.do(handling.record_delivery, "reply", "", story.today, False)
    assert record(story.case).alert == ""


def test_reply_at_once_from_receipt() -> None:
    assert Story().approved().replied().case.stage is Stage.REPLIED


def test_worked_fees() -> None:
    items = {10: 0, 11: 100, 16: 600, 25: 1500, 30: 2000, 31: 2200, 40: 4000, 41: 4300, 50: 7000, 60: 11000}
    pages = {30: 0, 31: 10, 100: 700, 101: 720, 109: 880, 119: 1080, 200: 2700, 201: 2740, 250: 4700, 72: 420}
    assert {n: fee_of_items(n) for n in items} == items
    assert {n: fee_of_pages(n) for n in pages} == pages
    assert fee_of_items(2, before=10) == 200


def test_no_fee_below_the_first_step() -> None:
    story = Story().accepted()
    with pytest.raises(Refused) as refused:
        story.do(handling.notice_fee, "按件", 10, 0, 0, None, "paper")
    assert refused.value.code == "fee_zero"
    with pytest.raises(Refused) as waived:
        story.do(handling.notice_fee, "按量", 31, 0, 10, None, "paper")
    assert waived.value.code == "fee_waived"


def test_own_application_must_be_complete_and_by_internet() -> None:
    from tests.requests.story import CALENDAR, arrival, at

    now = at(date(2026, 11, 2))
    with pytest.raises(Refused) as lacking:
        intake.submit(arrival(Channel.INTERNET, missing=("身份证明",)), True, now, CALENDAR)
    assert lacking.value.code == "incomplete"
    with pytest.raises(Refused) as channel:
        intake.submit(arrival(Channel.POST), True, now, CALENDAR)
    assert channel.value.code == "wrong_channel"
    with pytest.raises(Refused) as future:
        intake.submit(arrival(Channel.POST, date(2026, 11, 3)), False, now, CALENDAR)
    assert future.value.code == "in_future"


def test_erasure_needs_the_archive_and_no_open_dispute() -> None:
    story = Story().accepted().approved().replied()
    with pytest.raises(Refused) as early:
        story.do(disputes.erase, story.today, 0)
    assert early.value.code == "not_archived"
    story.do(disputes.archive, "2026-永久-001")
    story.do(disputes.bring, "suit_direct", story.today, story.today, False)
    assert story.case.stage is Stage.LITIGATION
    with pytest.raises(Refused) as disputed:
        story.do(disputes.erase, story.today, 0)
    assert disputed.value.code == "dispute_open"
    story.do(disputes.decide, "V1", "upheld", story.today)
    assert story.case.stage is Stage.ARCHIVED
    story.do(disputes.erase, story.today, 0)
    assert story.case.erased
    assert story.do(disputes.erase, story.today, 0) == []


def test_two_applicants_with_open_outcomes_make_a_proposal() -> None:
    story = Story().accepted().approved()
    assert answering.propose(story.case, {"n2": "a" * 64}) == []
    (proposed,) = answering.propose(story.case, {"n2": "e" * 64, "n3": "a" * 64})
    assert proposed.model_dump()["applicants"] == 2
    denied = Story().accepted().approved(Outcome.DENY_6)
    assert answering.propose(denied.case, {"n2": "e" * 64}) == []


def test_withdrawal_from_every_open_stage() -> None:
    story = Story(Channel.FAX)
    story.do(answering.withdraw, story.today, "paper")
    assert story.case.stage is Stage.CLOSED_WITHDRAWN
    assert story.case.results[-1].row == "r23"
    with pytest.raises(Refused) as refused:
        story.do(intake.confirm_receipt, story.today)
    assert refused.value.code == "wrong_stage"
    assert "已撤回" in refused.value.message


def test_review_of_silence_while_overdue() -> None:
    story = Story().accepted()
    with pytest.raises(Refused):
        story.do(disputes.bring, "reconsideration", story.today, story.today, False)
    story.ring(date(2026, 12, 1))
    story.do(disputes.bring, "reconsideration", story.today, story.today, False)
    assert story.case.stage is Stage.PROCESSING
    assert len(story.case.open_reviews) == 1


def test_all_twenty_two_transitions_stand_in_the_table() -> None:
    assert {step.number for step in TRANSITIONS.values() if step.number} == set(range(1, 23))
    assert all(step.source for step in TRANSITIONS.values() if step.number)


def test_every_fact_has_a_name_for_people() -> None:
    assert set(STEPS) == set(FACTS)


def test_same_information_whatever_the_punctuation() -> None:
    digest = str.upper
    assert information_digest("２０２５年 道路硬化项目清单。", digest) == information_digest(
        "2025年道路硬化项目清单", digest
    )
    assert information_digest(" 。", digest) == ""


def test_query_code_is_the_same_again() -> None:
    first = query_code("999901-YSQ-2026-000001", lambda text: "f0" * 32)
    assert first == query_code("999901-YSQ-2026-000001", lambda text: "f0" * 32)
    assert len(first) == 10


def test_each_step_tells_its_event() -> None:
    story = Story()
    assert told(story, story.facts) == ["received"]
    assert told(story, story.do(intake.accept, "")) == ["changed"]
    assert told(story, story.do(handling.extend, 5, "head", story.today, "paper")) == ["extended"]
    story.approved()
    facts = [*story.do(answering.serve, Route.HAND, story.today, ""), *answering.propose(story.case, {"n": "e" * 64})]
    assert told(story, facts) == ["replied", "proactive_proposed"]
    late = Story().accepted()
    assert told(late, late.ring(date(2026, 12, 1))) == ["overdue"]
    assert [type(event) for event in KIND.retell(late.case)] == [RequestRestated]


def told(story: Story, facts: Sequence[Fact]) -> list[str]:
    return [event.event_name for event in KIND.tell(story.case, facts) if isinstance(event, Event)]

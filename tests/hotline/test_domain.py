"""Every step of a ticket, legal and illegal."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest

from contracts.hotline.terms import Caller, Ending, Matter, Satisfaction, Ticket
from kernel.agencies import Register
from kernel.clock import CST
from kernel.codes import query_code
from kernel.facts import Fact
from kernel.refused import Refused
from sample import data as sample
from services.hotline.domain import Case, clock, dispatching, ending, handling, intake
from services.hotline.domain.following import following
from services.hotline.domain.record import index, record, tell
from services.hotline.domain.ticket import S
from services.hotline.domain.triage import in_charge
from tests.hotline.tickets import CALENDAR, NOW, after, arrival, classified, digest, dispatched, opened, signed, taken

LATER = NOW + timedelta(hours=2)


def refused(act: Callable[[], Sequence[Fact]]) -> tuple[str, str | None]:
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.remedy
    return caught.value.code, caught.value.field


def replied(**changes: object) -> Case:
    case = signed(**changes)  # type: ignore[arg-type]
    return after(case, handling.reply(case, "jtj", "u1", "w-1", True, True, LATER))


def visiting(**changes: object) -> Case:
    case = replied(**changes)
    return after(case, handling.review(case, True, "u2", None, LATER, CALENDAR))


def test_the_straight_way_from_dispatch_to_archive() -> None:
    case = visiting()
    assert case.on_time is True
    case = after(case, ending.visit(case, True, True, Satisfaction.SATISFIED, LATER))
    assert (case.state, case.ending, case.satisfaction) == (S.CLOSED, Ending.VISITED, Satisfaction.SATISFIED)
    case = after(case, ending.archive(case, LATER))
    assert case.state is S.ARCHIVED
    assert ending.archive(case, LATER) == []
    assert refused(lambda: ending.reopen(case, "w", LATER, CALENDAR))[0] == "wrong_state"
    told = record(case)
    assert (told.open, told.overdue, told.due_at, told.waits_for) == (False, False, None, "")
    Ticket.model_validate(told.model_dump())


def test_the_shares_of_centre_and_unit_are_apart() -> None:
    case = visiting()  # taken at NOW, dispatched at NOW, replied two hours later
    assert (case.centre_minutes, case.unit_minutes) == (0, 120)
    case = after(case, ending.visit(case, True, True, Satisfaction.SATISFIED, LATER + timedelta(minutes=30)))
    assert (case.centre_minutes, case.unit_minutes) == (30, 120)


def test_a_person_decides_category_and_limit() -> None:
    case = opened(category=None, content="小区停水两天。")
    assert case.matter is Matter.UTILITY
    assert any("公共服务" in hint and "停水" in hint for hint in case.hints)
    assert refused(lambda: dispatching.dispatch(case, "gongshui", (), NOW, CALENDAR)) == ("not_classified", "category")
    assert refused(lambda: dispatching.classify(case, "别的", Matter.SIMPLE, (), CALENDAR))[0] == "unknown_category"
    decided = after(case, dispatching.classify(case, "公共服务", Matter.COMPLEX, (), CALENDAR))
    assert (decided.category, decided.limit.amount) == ("公共服务", 15)
    assert dispatching.classify(decided, "公共服务", Matter.COMPLEX, (), CALENDAR) == []
    assert taken(decided, revision=2, category="交通运输", content="x")[1].category == "公共服务"


@pytest.mark.parametrize(
    ("kind", "urgency", "content", "matter"),
    [
        ("咨询", "一般", "怎样办理？", Matter.SIMPLE),
        ("投诉", "普通", "路面有坑", Matter.ORDINARY),
        ("求助", "紧急", "路面塌了", Matter.URGENT),
        ("求助", "紧急", "自来水发黄", Matter.UTILITY),
        ("咨询", "特急", "停电", Matter.URGENT),
    ],
)
def test_the_rules_propose_a_limit(kind: str, urgency: str, content: str, matter: Matter) -> None:
    assert opened(kind=kind, urgency=urgency, title="题", content=content).matter is matter


def test_a_complaint_never_goes_to_whom_it_accuses() -> None:
    case = opened(content="反映县城管局执法人员态度生硬。")
    assert case.named == ("cgj",)
    assert refused(lambda: dispatching.dispatch(case, "cgj", (), NOW, CALENDAR)) == ("named_unit", "lead")
    assert refused(lambda: dispatching.dispatch(case, "jtj", ("cgj",), NOW, CALENDAR)) == ("named_unit", "co")
    accusing = classified(case, Matter.ORDINARY, ("cgj",))
    assert refused(lambda: dispatching.dispatch(accusing, "cgj", (), NOW, CALENDAR)) == ("accused_unit", "lead")
    assert dispatching.dispatch(accusing, "jtj", (), NOW, CALENDAR)
    cleared = classified(case, Matter.ORDINARY)
    assert dispatching.dispatch(cleared, "cgj", (), NOW, CALENDAR)
    assert "cgj" not in record(accusing).model_dump_json()
    assert opened(kind="表扬", content="感谢县城管局。").named == ()


def test_a_unit_named_by_a_later_revision_is_judged_anew() -> None:
    case = classified(opened(), Matter.ORDINARY)
    named = taken(case, revision=2, content="县城管局的人打人。")[1]
    assert refused(lambda: dispatching.dispatch(named, "cgj", (), NOW, CALENDAR))[0] == "named_unit"


def test_only_the_lead_unit_signs_and_replies() -> None:
    case = dispatched()
    assert refused(lambda: dispatching.sign(case, "cgj", NOW))[0] == "not_your_ticket"
    assert dispatching.sign(signed(), "jtj", NOW) == []
    assert refused(lambda: handling.reply(case, "jtj", "u1", "w", None, False, NOW))[0] == "wrong_state"
    assert refused(lambda: handling.reply(signed(), "cgj", "u1", "w", None, False, NOW))[0] == "not_your_ticket"
    assert refused(lambda: dispatching.dispatch(opened(), "jtj", ("jtj",), NOW, CALENDAR)) == ("lead_is_co", "co")


def test_only_the_first_contact_counts() -> None:
    case = signed()
    assert refused(lambda: dispatching.contact(case, "other", False, NOW))[0] == "not_your_ticket"
    contacted = after(case, dispatching.contact(case, "cgj", False, NOW))
    assert contacted.contacted_at == NOW
    assert dispatching.contact(contacted, "", True, LATER) == []


def test_a_return_comes_within_a_working_day_and_the_second_is_for_the_centre_alone() -> None:
    case = dispatched()
    last = datetime(2026, 3, 5, 23, 59, 59, tzinfo=CST)
    late = last + timedelta(seconds=1)
    assert refused(lambda: dispatching.request_return(case, "jtj", "w", late))[0] == "return_late"
    asked = after(case, dispatching.request_return(case, "jtj", "w", last))
    denied = after(asked, dispatching.decide_return(asked, False, False, LATER))
    assert denied.state is S.SIGNED
    back = after(asked, dispatching.decide_return(asked, True, False, LATER))
    assert (back.state, back.lead, back.returned, back.holder) == (S.TRIAGE, "", 1, "centre")
    again = after(back, dispatching.dispatch(back, "cgj", (), LATER, CALENDAR))
    again = after(again, dispatching.request_return(again, "cgj", "w", LATER))
    assert refused(lambda: dispatching.decide_return(again, True, False, LATER))[0] == "second_return"
    assert after(again, dispatching.decide_return(again, True, True, LATER)).returned == 2


def test_one_extension_before_the_limit_has_passed() -> None:
    case = signed(received_at=NOW)
    due = case.limit.due_at
    assert refused(lambda: handling.request_extension(case, "jtj", 11, "w", NOW)) == ("too_long", "days")
    assert refused(lambda: handling.request_extension(case, "jtj", 5, "w", due))[0] == "extension_late"
    asked = after(case, handling.request_extension(case, "jtj", 5, "w", due - timedelta(seconds=1)))
    assert after(asked, handling.decide_extension(asked, False, LATER, CALENDAR)).limit == case.limit
    longer = after(asked, handling.decide_extension(asked, True, LATER, CALENDAR))
    assert longer.limit.due_at == datetime(2026, 3, 19, tzinfo=CST)
    assert longer.first_due_at == due
    assert refused(lambda: handling.request_extension(longer, "jtj", 1, "w", NOW))[0] == "extended_already"
    assert taken(longer, revision=2, content="x")[1].limit == longer.limit
    urgent = signed(urgency="特急")
    assert refused(lambda: handling.request_extension(urgent, "jtj", 1, "w", NOW))[0] == "not_extendable"


def test_a_promise_stops_no_clock_silently() -> None:
    case, day = signed(), date(2026, 6, 1)
    assert refused(lambda: handling.suspend(case, day, False, "w", NOW)) == ("caller_not_told", "caller_told")
    assert refused(lambda: handling.suspend(case, NOW.date(), True, "w", NOW)) == ("not_in_future", "until")
    edge = NOW.date() + timedelta(days=270)
    assert handling.suspend(case, edge, True, "w", NOW)
    assert refused(lambda: handling.suspend(case, edge + timedelta(days=1), True, "w", NOW))[0] == "too_long"
    promised = after(case, handling.suspend(case, day, True, "w", NOW))
    seen = following(promised, None)
    assert seen.promised_on == day
    assert seen.due_at == datetime(2026, 6, 2, tzinfo=CST)
    assert "承诺" in seen.steps[-1].label
    assert clock.alarm(promised) is not None
    resumed = after(promised, handling.resume(promised, "jtj", False, NOW))
    assert (resumed.state, resumed.limit) == (S.SIGNED, promised.limit)
    assert refused(lambda: handling.resume(promised, "cgj", False, NOW))[0] == "not_your_ticket"


def test_urging_and_supervision_leave_the_state() -> None:
    case = signed()
    assert after(case, dispatching.urge(case, NOW)).urged == 1
    assert refused(lambda: dispatching.urge(opened(), NOW))[0] == "wrong_state"
    watched = after(case, dispatching.supervise(case, 2, NOW))
    assert (watched.supervised, watched.state) == (2, S.SIGNED)
    assert dispatching.supervise(watched, 2, NOW) == []
    assert refused(lambda: dispatching.supervise(watched, 1, NOW)) == ("level_falls", "level")


def test_a_suggestion_ends_as_adopted_or_not_with_the_reason() -> None:
    case = signed(kind="建议")
    assert refused(lambda: handling.reply(case, "jtj", "u1", "w", None, True, NOW)) == ("adoption_missing", "adopted")
    assert refused(lambda: handling.reply(case, "jtj", "u1", "w", False, False, NOW))[1] == "adoption_reason"
    assert after(case, handling.reply(case, "jtj", "u1", "w", False, True, NOW)).adopted is False
    assert after(signed(), handling.reply(signed(), "jtj", "u1", "w", True, True, NOW)).adopted is None


def test_another_person_reviews_the_reply() -> None:
    case = replied()
    assert refused(lambda: handling.review(case, True, "u1", None, NOW, CALENDAR))[0] == "own_reply"
    assert refused(lambda: handling.review(case, False, "u2", None, NOW, CALENDAR)) == ("reason_missing", "reason")
    again = after(case, handling.review(case, False, "u2", "w-2", LATER, CALENDAR))
    assert (again.state, again.redone, again.replied_at, again.holder) == (S.SIGNED, 1, None, "unit")
    assert following(case, None).can_rate is False


def test_a_dissatisfied_caller_has_it_handled_once_more_and_then_a_person_decides() -> None:
    case = visiting()
    again = after(case, ending.visit(case, True, False, Satisfaction.DISSATISFIED, LATER))
    assert (again.state, again.redone) == (S.SIGNED, 1)
    again = after(again, handling.reply(again, "jtj", "u1", "w-3", None, False, LATER))
    again = after(again, handling.review(again, True, "u2", None, LATER, CALENDAR))
    again = after(again, ending.visit(again, True, False, Satisfaction.DISSATISFIED, LATER))
    assert again.state is S.VISITING
    assert refused(lambda: ending.close(again, Ending.FACTUAL, None, LATER)) == ("text_missing", "text")
    closed = after(again, ending.close(again, Ending.FACTUAL, "w-4", LATER))
    assert (closed.satisfaction, closed.ending) == (Satisfaction.DISSATISFIED, Ending.FACTUAL)


def test_a_caller_out_of_reach_has_said_nothing() -> None:
    case = visiting()
    closed = after(case, ending.visit(case, False, True, Satisfaction.SATISFIED, LATER))
    assert (closed.state, closed.satisfaction, closed.solved) == (S.CLOSED, None, None)


@pytest.mark.parametrize(
    ("make", "allowed"),
    [
        (opened, {Ending.ANSWERED, Ending.REFUSED, Ending.TRANSFERRED}),
        (dispatched, set()),
        (signed, {Ending.TRANSFERRED}),
        (replied, set()),
        (visiting, {Ending.FACTUAL}),
    ],
)
def test_each_ending_has_its_place(make: Callable[[], Case], allowed: set[Ending]) -> None:
    case = make()
    for each in Ending:
        if each in allowed:
            assert after(case, ending.close(case, each, "w", LATER)).ending is each
        else:
            refused(lambda: ending.close(case, each, "w", LATER))  # noqa: B023


def test_a_suggestion_is_not_closed_without_an_adoption() -> None:
    case = opened(kind="建议")
    assert refused(lambda: ending.close(case, Ending.ANSWERED, "w", LATER)) == ("adoption_missing", "ending")
    assert ending.close(case, Ending.REFUSED, "w", LATER)


def test_a_direct_answer_counts_as_direct_and_on_time() -> None:
    case = after(opened(), ending.close(opened(), Ending.ANSWERED, "w", LATER))
    told = record(case)
    assert (told.direct, told.on_time) == (True, True)
    assert following(case, "答复").can_rate


def test_an_emergency_stands_until_a_person_confirms() -> None:
    case = opened(content="桥下有人落水，还有人昏迷。")
    assert case.emergency == ("119", "120")
    assert record(case).waits_for == "值班员：确认移交119、120"
    events = tell(case, intake.open_case(arrival(content="着火了"), "n", NOW, CALENDAR))
    assert [event.event_name for event in events] == ["accepted", "alarmed"]  # type: ignore[attr-defined]
    assert refused(lambda: ending.close(case, Ending.TRANSFERRED, "w", NOW))[0] == "emergency_open"
    assert refused(lambda: dispatching.confirm_hand_over(case, "122", NOW)) == ("no_such_emergency", "number")
    one = after(case, dispatching.confirm_hand_over(case, "119", NOW))
    assert one.alarmed
    both = after(one, dispatching.confirm_hand_over(one, "120", NOW))
    assert record(both).emergency_confirmed
    assert dispatching.confirm_hand_over(both, "120", NOW) == []
    assert after(both, ending.close(both, Ending.TRANSFERRED, "w", NOW)).state is S.CLOSED


def test_an_emergency_told_after_the_end_is_still_work_for_a_person() -> None:
    case = after(opened(), ending.close(opened(), Ending.ANSWERED, "w", LATER))
    raised = taken(case, revision=2, content="现在着火了！")[1]
    assert (raised.state, record(raised).open, index(raised)["open"]) == (S.CLOSED, True, True)
    assert not record(after(raised, dispatching.confirm_hand_over(raised, "119", NOW))).open


def test_reopening_begins_a_new_limit() -> None:
    case = after(opened(), ending.close(opened(), Ending.ANSWERED, "w", LATER))
    week = NOW + timedelta(days=7)
    again = after(case, ending.reopen(case, "w-5", week, CALENDAR))
    assert (again.state, again.reopened, again.on_time) == (S.TRIAGE, 1, None)
    assert again.limit.start == week
    assert refused(lambda: ending.reopen(again, "w", week, CALENDAR))[0] == "wrong_state"
    assert classified(again, Matter.COMPLEX).limit.start == week


def test_merged_tickets_share_the_reply_and_keep_the_rest() -> None:
    main = signed().model_copy(update={"number": "999901-RX-2026-000002"})
    secret = opened(caller=Caller(name="甲", wants_secrecy=True))
    merged = after(secret, ending.merge(secret, main, NOW))
    assert (merged.state, merged.open) == (S.MERGED, True)
    assert ending.merge(merged, main, NOW) == []
    main = after(main, ending.absorb(main, merged))
    assert (main.absorbed, main.masked) == ((secret.number,), True)
    assert ending.absorb(main, merged) == []
    assert handling.reply_with(merged, main, NOW, CALENDAR) == []
    main = after(main, handling.reply(main, "jtj", "u1", "w-1", None, False, LATER))
    answered = after(merged, handling.reply_with(merged, main, LATER, CALENDAR))
    assert (answered.state, answered.reply, answered.rating) == (S.VISITING, "w-1", None)
    assert after(answered, ending.rate(answered, 2, LATER)).rating == 2
    assert after(answered, ending.visit(answered, True, False, Satisfaction.DISSATISFIED, LATER)).state is S.VISITING


def test_what_cannot_be_merged() -> None:
    case, main = opened(), signed().model_copy(update={"number": "999901-RX-2026-000002"})
    assert refused(lambda: ending.merge(case, opened(), NOW)) == ("same_ticket", "into")
    assert refused(lambda: ending.merge(case, visiting(), NOW))[0] == "wrong_state"
    assert refused(lambda: ending.merge(main.model_copy(update={"absorbed": ("x",)}), case, NOW))[0] == "has_merged"
    assert refused(lambda: ending.merge(opened(content="着火了"), main, NOW))[0] == "emergency_open"


def test_a_merged_ticket_can_stand_alone_again() -> None:
    main = signed().model_copy(update={"number": "999901-RX-2026-000002"})
    merged = after(opened(), ending.merge(opened(), main, NOW))
    main = after(main, ending.absorb(main, merged))
    assert after(merged, ending.unmerge(merged, NOW)).state is S.TRIAGE
    assert after(main, ending.release(main, merged.number)).absorbed == ()
    assert ending.unmerge(opened(), NOW) == []
    assert ending.release(signed(), "x") == []


def test_a_rating_once_and_only_for_an_answer() -> None:
    assert refused(lambda: ending.rate(replied(), 5, NOW))[0] == "no_reply"
    rated = after(visiting(), ending.rate(visiting(), 1, LATER))
    assert refused(lambda: ending.rate(rated, 5, NOW))[0] == "rated_already"


def test_a_ticket_taken_up_again_is_rated_again() -> None:
    rated = after(visiting(), ending.rate(visiting(), 1, LATER))
    closed = after(rated, ending.visit(rated, True, True, Satisfaction.SATISFIED, LATER))
    again = after(closed, ending.reopen(closed, "w-9", LATER, CALENDAR))
    assert (again.rating, again.adopted, again.answered) == (None, None, False)


def test_report_cases_and_secret_callers_are_masked() -> None:
    assert opened(kind="举报").masked
    assert opened(caller=Caller(name="甲", wants_secrecy=True)).masked
    assert not opened(caller=Caller(name="甲")).masked


def test_query_codes_are_unlike_and_derived() -> None:
    codes = {query_code(f"999901-RX-2026-{n:06d}", digest) for n in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 10 and code.isalnum() for code in codes)
    assert query_code("n", digest) == query_code("n", digest)


def test_the_index_holds_nothing_personal() -> None:
    values = index(opened(caller=Caller(name="示例甲", phone="0000-5558001")))
    assert set(values) == {"state", "open", "agency", "source", "shown", "counted_at", "closed_at", "main", "figures"}
    assert not {"示例甲", "0000-5558001", "样板路"} & set(values["figures"].values())


def test_a_complaint_goes_to_nobody_under_whom_it_accuses() -> None:
    above = {"gongshui": ["zjj", "xzf"], "zjj": ["xzf"]}
    case = classified(opened(), Matter.ORDINARY, ("zjj",))

    def dispatch(unit: str, co: tuple[str, ...] = ()) -> list[Fact]:
        return dispatching.dispatch(case, unit, co, NOW, CALENDAR, lambda code: above.get(code, []))

    assert refused(lambda: dispatch("gongshui")) == ("accused_superior", "lead")
    assert refused(lambda: dispatch("cgj", ("gongshui",))) == ("accused_superior", "co")
    assert dispatch("cgj")


def test_units_are_proposed_by_the_duty_catalogue() -> None:
    register = Register.from_dict(sample.agencies())
    found = in_charge("交通运输", "样桥镇", register.in_force(NOW.date()))
    assert [code for code, _ in found] == ["jtj", "yqz"]
    assert all(reason for _, reason in found)
    assert in_charge(None, None, register.in_force(NOW.date())) == ()

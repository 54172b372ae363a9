"""The rules of an event: clocks to the moment, levels, transitions, who may respond."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.opinion import Duty, Emergency, Handling, Level, OpinionEvent, Reach, Tier
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.opinion.domain import KIND, State, event, heat
from services.opinion.domain.facts import Opened, Overdue, PostsAdded, Responded, Warned
from services.opinion.domain.limits import shipped
from services.opinion.domain.responsible import Proposal, propose
from services.opinion.domain.subjects import subject_of

NOW = datetime(2026, 11, 23, 9, tzinfo=CST)
HOUR = timedelta(hours=1)
TINY = timedelta(milliseconds=1)
LIMITS = shipped()
CALENDAR = Calendar.shipped()


def opened(emergency: Emergency | None = None, happened_at: datetime | None = None) -> State:
    facts = event.open_event(
        "999901-YQ-2026-000001", title="样桥镇供水问题舆情", place="样桥镇", subject="water", detected_at=NOW,
        happened_at=happened_at, emergency=emergency, matter="m", proposal=Proposal("zjj", "涉事责任部门"),
        now=NOW, limits=LIMITS,
    )  # fmt: skip
    return KIND.fold(None, facts)


def then(state: State, facts: list[Fact]) -> State:
    return KIND.fold(state, facts) if facts else state


def answer(duty: Duty = Duty.ANSWER, at: datetime = NOW, document: str | None = "GW-1") -> Responded:
    return Responded(
        duty=duty, document=document, url="", speaker="局长", causes="原因", solution="方案", constraints="因素", at=at
    )


def dues(state: State) -> dict[Duty, timedelta]:
    return {clock.duty: clock.due_at - state.clock_from for clock in state.clocks}


def test_others_are_answered_within_48_hours_and_emergencies_have_5_and_24() -> None:
    assert dues(opened()) == {Duty.ANSWER: 48 * HOUR}
    assert dues(opened(Emergency.MAJOR)) == {Duty.INFORM: 5 * HOUR, Duty.PRESS: 24 * HOUR}


def test_the_clock_starts_at_the_earlier_of_occurrence_and_detection() -> None:
    assert opened(happened_at=NOW - 3 * HOUR).clock_from == NOW - 3 * HOUR
    assert opened().clock_from == NOW
    with pytest.raises(Refused) as refused:
        opened(happened_at=NOW + TINY)
    assert refused.value.code == "in_future"


@pytest.mark.parametrize(
    ("emergency", "hours", "duty"),
    [(None, 48, Duty.ANSWER), (Emergency.GRAVE, 5, Duty.INFORM), (Emergency.GRAVE, 24, Duty.PRESS)],
)
def test_overdue_begins_after_the_last_moment(emergency: Emergency | None, hours: int, duty: Duty) -> None:
    state = opened(emergency)
    due = NOW + hours * HOUR
    assert Overdue(duty=duty) not in event.tick(state, due, CALENDAR)
    assert Overdue(duty=duty) in event.tick(state, due + TINY, CALENDAR)
    in_time = then(state, event.respond(state, answer(duty, at=due), "", coordinates=True))
    late = then(state, event.respond(state, answer(duty, at=due + TINY), "", coordinates=True))
    assert [clock.overdue for clock in in_time.clocks if clock.duty is duty] == [False]
    assert [clock.overdue for clock in late.clocks if clock.duty is duty] == [True]


def test_alarms_warn_once_report_once_and_then_are_silent() -> None:
    state, seen = opened(Emergency.GRAVE), list[Fact]()
    while (moment := event.alarm(state)) is not None:
        facts = event.tick(state, moment, CALENDAR)
        assert facts, "an alarm that decides nothing would ring for ever"
        seen += facts
        state = then(state, facts)
    warned = [Warned(duty=Duty.INFORM), Overdue(duty=Duty.INFORM), Warned(duty=Duty.PRESS), Overdue(duty=Duty.PRESS)]
    assert seen == warned
    assert event.tick(state, NOW + 1000 * HOUR, CALENDAR) == []


def test_a_warning_missed_by_a_stopped_platform_is_not_made_up_after_the_limit() -> None:
    assert event.tick(opened(), NOW + 100 * HOUR, CALENDAR) == [Overdue(duty=Duty.ANSWER)]


def test_declaring_replaces_the_running_clock_and_keeps_what_was_done() -> None:
    state = opened()
    declared = then(state, event.declare(state, Emergency.MAJOR, None, "塌方", NOW + HOUR, LIMITS))
    assert dues(declared) == {Duty.INFORM: 5 * HOUR, Duty.PRESS: 24 * HOUR}
    answered = then(state, event.respond(state, answer(), "", coordinates=True))
    later = then(answered, event.declare(answered, Emergency.MAJOR, None, "塌方", NOW + HOUR, LIMITS))
    assert {clock.duty for clock in later.clocks} == {Duty.ANSWER, Duty.INFORM, Duty.PRESS}
    assert event.declare(declared, Emergency.MAJOR, None, "塌方", NOW + HOUR, LIMITS) == []


def test_only_the_agency_in_duty_or_the_coordinating_office_responds() -> None:
    state = then(opened(), event.assign(opened(), "zjj", ["yqz", "zjj"], "主管"))
    assert state.co_agencies == ("yqz",)
    for agency in ("zjj", "yqz"):
        assert event.respond(state, answer(), agency, coordinates=False)
    with pytest.raises(Refused) as refused:
        event.respond(state, answer(), "jyj", coordinates=False)
    assert refused.value.code == "not_yours"
    with pytest.raises(Refused, match="不是该舆情的回应主体"):
        event.respond(opened(), answer(), "zjj", coordinates=False)


def test_a_response_is_published_and_answers_a_duty_of_the_event() -> None:
    with pytest.raises(Refused) as unpublished:
        event.respond(opened(), answer(document=None), "", coordinates=True)
    with pytest.raises(Refused) as foreign:
        event.respond(opened(), answer(Duty.PRESS), "", coordinates=True)
    assert (unpublished.value.code, foreign.value.code) == ("not_published", "no_such_duty")


def test_closing_needs_assessment_assignment_and_every_duty() -> None:
    state = opened(Emergency.MAJOR)
    for step, code in (
        (lambda s: event.assess(s, Handling.MAJOR, None, "重大"), "not_assessed"),
        (lambda s: event.assign(s, "zjj", [], "主管"), "not_assigned"),
        (lambda s: event.respond(s, answer(Duty.INFORM), "zjj", coordinates=False), "duties_open"),
        (lambda s: event.respond(s, answer(Duty.PRESS), "zjj", coordinates=False), "duties_open"),
    ):
        with pytest.raises(Refused) as refused:
            event.close(state, "办结")
        assert refused.value.code == code
        state = then(state, step(state))
    assert then(state, event.close(state, "办结")).status == "closed"


def test_what_has_ended_takes_no_step() -> None:
    ended = then(opened(), event.dismiss(opened(), "与本地无关"))
    for step in (
        lambda: event.assess(ended, Handling.FALSE, None, "谣言"),
        lambda: event.assign(ended, "zjj", [], "主管"),
        lambda: event.set_level(ended, Level.RED, "升级"),
        lambda: event.dismiss(ended, "重复"),
        lambda: event.close(ended, "办结"),
        lambda: event.declare(ended, Emergency.MAJOR, None, "塌方", NOW, LIMITS),
        lambda: event.respond(ended, answer(), "", coordinates=True),
    ):
        with pytest.raises(Refused) as refused:
            step()
        assert refused.value.code == "ended"
    assert event.alarm(ended) is None
    answered = then(opened(), event.respond(opened(), answer(), "", coordinates=True))
    with pytest.raises(Refused) as responded:
        event.dismiss(answered, "重复")
    assert responded.value.code == "responded"


def test_a_person_s_level_is_not_moved_by_heat() -> None:
    state = then(opened(), event.set_level(opened(), Level.YELLOW, "研判"))
    assert event.follow_heat(state, Level.RED, 90) == []
    assert event.follow_heat(opened(), Level.BLUE, 31)


def test_posts_are_remembered_when_they_grow_by_a_quarter() -> None:
    def added(posts: int) -> PostsAdded:
        return PostsAdded(posts=posts, texts=1, reach=Reach(), heat=1, at=NOW)

    state = then(opened(), event.add_posts(opened(), added(8), LIMITS))
    assert event.add_posts(state, added(9), LIMITS) == []
    assert event.add_posts(state, added(10), LIMITS) == [added(10)]


def points(*heats: float) -> list[heat.Point]:
    """One heat for each window of ten minutes, the last at NOW."""
    return [heat.Point(NOW - (len(heats) - 1 - at) * HOUR / 6, value) for at, value in enumerate(heats)]


def test_a_level_is_raised_by_two_windows_and_lowered_after_three_hours() -> None:
    assert heat.proposed(Level.NONE, points(0, 30), NOW, LIMITS) is Level.NONE
    assert heat.proposed(Level.NONE, points(30, 30), NOW, LIMITS) is Level.BLUE
    assert heat.proposed(Level.NONE, points(90, 70), NOW, LIMITS) is Level.ORANGE
    assert heat.proposed(Level.RED, points(90, *[10] * 18), NOW, LIMITS) is Level.RED
    assert heat.proposed(Level.RED, points(90, *[10] * 19), NOW, LIMITS) is Level.NONE
    assert heat.proposed(Level.RED, points(90, *[10] * 18, 60), NOW, LIMITS) is Level.YELLOW


@pytest.mark.parametrize(
    ("value", "level"), [(29.99, Level.NONE), (30, Level.BLUE), (84.99, Level.ORANGE), (85, Level.RED)]
)
def test_lines_of_the_levels(value: float, level: Level) -> None:
    assert heat.level_of(value, LIMITS) is level


echoes = st.lists(
    st.builds(
        heat.Echo,
        st.integers(0, 96).map(lambda hours: NOW - hours * HOUR),
        st.builds(Reach, views=st.integers(0, 10**8), reposts=st.integers(0, 10**6)),
        st.sampled_from(Tier),
    ),
    max_size=30,
)


@given(echoes)
def test_heat_is_bounded_and_does_not_depend_on_order(given_echoes: list[heat.Echo]) -> None:
    value = heat.heat(given_echoes, NOW, LIMITS)
    assert 0 <= value <= 100
    assert heat.heat(list(reversed(given_echoes)), NOW, LIMITS) == value


@given(echoes)
def test_heat_falls_once_nothing_new_comes(given_echoes: list[heat.Echo]) -> None:
    quiet = NOW + 3 * HOUR
    assert heat.heat(given_echoes, quiet + HOUR, LIMITS) <= heat.heat(given_echoes, quiet, LIMITS)


def test_heat_doubles_its_weight_for_new_posts_and_forgets_by_half_lives() -> None:
    now, ago = (
        heat.heat([heat.Echo(at, Reach(views=10_000), Tier.SELF)], NOW, LIMITS) for at in (NOW, NOW - 12 * HOUR)
    )
    assert now > ago > 0
    assert heat.heat([heat.Echo(NOW + TINY, Reach(views=10_000), Tier.SELF)], NOW, LIMITS) == 0


@pytest.mark.parametrize(
    ("places", "departments", "agency"),
    [
        (["yqz"], [], "yqz"),
        (["yqz"], ["zjj"], "zjj"),
        (["yqz", "shz"], ["zjj"], "zjj"),
        ([], ["zjj", "slj"], "zjj"),
        (["yqz", "shz"], [], ""),
        ([], [], ""),
    ],
)
def test_who_should_answer(places: list[str], departments: list[str], agency: str) -> None:
    proposal = propose(places, departments)
    assert (proposal.agency, bool(proposal.reason)) == (agency, True)


def test_subjects_are_found_by_most_words() -> None:
    assert subject_of("小学门口停水，学校说自来水水质不好") == "water"
    assert subject_of("今天天气真好") == ""


def test_every_unverified_value_is_marked() -> None:
    assert not LIMITS.values["answer_hours"].unverified
    assert LIMITS.values["level_red"].unverified
    assert all(limit.source for limit in LIMITS.values.values())


def test_the_record_is_told_with_every_step() -> None:
    state = opened()
    (told,) = KIND.tell(state, [Opened.model_validate_json(_opened_fact().model_dump_json())])
    record = getattr(told, "record", None)
    assert isinstance(record, OpinionEvent)
    assert (record.state, record.due_at, record.open) == ("detected", NOW + 48 * HOUR, True)


def _opened_fact() -> Fact:
    return event.open_event(
        "x", title="标题标题", place="", subject="", detected_at=NOW, happened_at=None, emergency=None, matter="",
        proposal=Proposal("", ""), now=NOW, limits=LIMITS,
    )[0]  # fmt: skip

"""Collection from units, complaints, tests of channels: the rules."""

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.requests import terms as c
from contracts.requests.work import Held
from kernel.calendar import end_of_day
from kernel.refused import Refused
from services.requests.domain import channel, collection, complaint
from services.requests.domain.limits import LIMITS
from tests.requests.story import CALENDAR, Story, at

FRIDAY = date(2026, 11, 27)


def test_collection_day_and_the_day_after() -> None:
    story = Story().accepted()
    due = story.due
    assert due is not None
    args = ("999901-XC-2026-000001", "czj")
    facts = collection.ask(story.case, *args, due, "p", 0, story.now, CALENDAR)
    with pytest.raises(Refused) as late:
        collection.ask(story.case, *args, due + timedelta(days=1), "p", 0, story.now, CALENDAR)
    assert late.value.field == "due_on"
    with pytest.raises(Refused):
        collection.ask(story.case, *args, date(2026, 11, 7), "p", 0, story.now, CALENDAR)
    with pytest.raises(Refused) as many:
        collection.ask(story.case, *args, due, "p", collection.MAX_OPEN, story.now, CALENDAR)
    assert many.value.code == "too_many"
    state = collection.COLLECTION.fold(None, facts)
    assert collection.tick(state, at(due, 23), CALENDAR) == []
    assert collection.alarm(state) == end_of_day(due)
    overdue = collection.tick(state, at(due + timedelta(days=1), 0), CALENDAR)
    state = collection.COLLECTION.fold(state, overdue)
    assert collection.record(state).overdue
    assert collection.alarm(state) is None
    state = collection.COLLECTION.fold(state, collection.answer(state, Held.PROVIDED, "p", story.now))
    assert not collection.record(state).open
    assert collection.withdraw(state) == []
    with pytest.raises(Refused):
        collection.answer(state, Held.PROVIDED, "p", story.now)


def complained(until: date | None = None) -> complaint.State:
    now = at(date(2026, 11, 2))
    facts = complaint.file("n", "bgs", "zrzyj", None, now.date(), "p", now, CALENDAR)
    state = complaint.COMPLAINT.fold(None, facts)
    if until:
        state = complaint.COMPLAINT.fold(state, complaint.verify(state, "属实", "p"))
        state = complaint.COMPLAINT.fold(state, complaint.order(state, "督促整改", until, "p", now))
    return state


def test_complaint_limit_day_and_the_day_after() -> None:
    state = complained()
    assert state.due == date(2026, 11, 30)
    assert LIMITS["COMPLAINT.ANSWER"].unverified
    assert complaint.tick(state, at(state.due, 23), CALENDAR) == []
    late = complaint.tick(state, at(date(2026, 12, 1), 0), CALENDAR)
    after = complaint.COMPLAINT.fold(state, late)
    assert complaint.record(after).overdue
    assert complaint.alarm(after) is None
    assert complaint.recompute(state, CALENDAR) == []


def test_rectification_limit_day_and_the_day_after() -> None:
    state = complained(date(2026, 11, 13))
    assert complaint.tick(state, at(date(2026, 11, 13), 23), CALENDAR) == []
    after = complaint.COMPLAINT.fold(state, complaint.tick(state, at(date(2026, 11, 14), 0), CALENDAR))
    assert complaint.record(after).state_label == "整改逾期"
    assert not complaint.record(after).overdue
    assert complaint.alarm(after) == end_of_day(state.due)
    assert complaint.record(after).waits_for == "被投诉举报单位"


@pytest.mark.parametrize(
    ("measure", "until", "code"),
    [("督促整改", None, "until"), ("通报批评", FRIDAY, "until"), ("督促整改", date(2026, 11, 2), "not_later")],
)
def test_orders_that_are_refused(measure: Any, until: date | None, code: str) -> None:
    state = complained()
    with pytest.raises(Refused) as unverified:
        complaint.order(state, measure, until, "p", at(date(2026, 11, 2)))
    assert unverified.value.code == "not_upheld"
    state = complaint.COMPLAINT.fold(state, complaint.verify(state, "部分属实", "p"))
    with pytest.raises(Refused) as refused:
        complaint.order(state, measure, until, "p", at(date(2026, 11, 2)))
    assert refused.value.code == code


def test_closed_complaint_takes_no_step() -> None:
    state = complained()
    now = at(date(2026, 11, 3))
    state = complaint.COMPLAINT.fold(state, complaint.close(state, "撤回", "p", now))
    assert not complaint.record(state).open
    for decide in (
        lambda: complaint.verify(state, "属实", "p"),
        lambda: complaint.order(state, "通报批评", None, "p", now),
        lambda: complaint.rectify(state, now.date(), "p", now),
        lambda: complaint.close(state, "答复", "p", now),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.code == "closed"


def test_channel_period_day_and_the_day_after() -> None:
    on = date(2026, 8, 25)
    facts = channel.record_test("n", "czj", c.Channel.POST, True, "", on, at(on))
    state = channel.CHANNEL.fold(None, facts)
    assert state.next_on == date(2026, 11, 23)
    assert channel.tick(state, at(state.next_on, 23), CALENDAR) == []
    state = channel.CHANNEL.fold(state, channel.tick(state, at(date(2026, 11, 24), 0), CALENDAR))
    assert channel.record(state).overdue
    again = channel.record_test("n", "czj", c.Channel.POST, True, "", date(2026, 11, 24), at(date(2026, 11, 24)))
    state = channel.CHANNEL.fold(state, again)
    assert not channel.record(state).overdue
    earlier = channel.record_test("n", "czj", c.Channel.POST, False, "补记", date(2026, 11, 20), at(date(2026, 11, 24)))
    assert channel.CHANNEL.fold(state, earlier) == state

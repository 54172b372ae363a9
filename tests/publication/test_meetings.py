"""Meetings: proposals of livelihood fields, the five working days, who sat in."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts.publication import meetings as c
from contracts.publication.meetings import InviteeClass, MeetingStage
from contracts.publication.record import Attribute
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official, Warned
from services.publication.meetings import domain, telling
from services.publication.meetings import facts as f
from services.publication.meetings.domain import Session
from services.publication.meetings.rules import RULES

CALENDAR = Calendar.shipped()
NOW = datetime(2026, 9, 24, 9, 0, tzinfo=CST)
MEETS = NOW + timedelta(hours=2)
ZHANG = Official(id="zhang", name="张会务", agency="zf")
LI = Official(id="li", name="李负责", agency="zf")
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")
OPEN = c.OpennessProposal(attribute=Attribute.PROACTIVE, ways=("网站",), invite=(InviteeClass.CITIZEN,))
CLOSED = c.OpennessProposal(attribute=Attribute.WITHHELD, ground="EX16-PROCESS", reason="仍在磋商讨论之中")


def item(no: int, field: str | None = None, proposal: c.OpennessProposal | None = None, **more: Any) -> c.AgendaItem:
    return c.AgendaItem(no=no, title=f"议题{no}", field=field, proposal=proposal, **more)


def refused(code: str, decide: Callable[..., object], *given: object) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(*given)
    assert caught.value.code == code
    return caught.value


def after(state: Session, facts: Sequence[Fact]) -> Session:
    return telling.KIND.fold(state, facts)


def planned(*agenda: c.AgendaItem) -> Session:
    fact = f.MeetingPlanned(
        id="m-1",
        agency="zf",
        title="第12次常务会议",
        type=c.MeetingType.STANDING,
        meets_at=MEETS,
        agenda=agenda,
        by=ZHANG,
        at=NOW,
    )
    return telling.KIND.fold(None, domain.plan(fact))


def held(state: Session, *attendance: c.Attendance) -> Session:
    state = after(state, domain.approve(state, LI, NOW))
    results = [c.ItemResult(no=each.no, result="原则同意") for each in state.agenda]
    return after(state, domain.hold(state, results, attendance, ZHANG, MEETS, CALENDAR))


@pytest.mark.parametrize("field", RULES.fields.values)
def test_an_item_of_a_livelihood_field_is_not_approved_without_its_proposal(field: str) -> None:
    """七星关区 2017 一(一)2: 随会议方案一同报批."""
    state = planned(item(1), item(2, field))
    assert telling.record(state).unproposed == (2,)
    assert "第 2 项" in refused("proposal_missing", domain.approve, state, LI, NOW).message
    state = after(state, domain.revise(state, (item(1), item(2, field, OPEN)), None, ZHANG, NOW))
    refused("own_work", domain.approve, state, ZHANG, NOW)
    assert after(state, domain.approve(state, LI, NOW)).stage is MeetingStage.APPROVED


def test_what_is_not_public_needs_its_ground() -> None:
    with pytest.raises(Refused) as caught:
        planned(item(1, "教育", c.OpennessProposal(attribute=Attribute.WITHHELD)))
    assert caught.value.code == "ground_missing"
    with pytest.raises(Refused, match="没有这个民生领域"):
        planned(item(1, "天文"))


def test_another_agenda_is_approved_again() -> None:
    state = planned(item(1))
    state = after(state, domain.approve(state, LI, NOW))
    state = after(state, domain.revise(state, (item(1), item(2)), None, ZHANG, NOW))
    assert state.stage is MeetingStage.PLANNED
    refused("wrong_stage", domain.announce, state, "https://live.example", "网络", True, ZHAO, NOW)


@pytest.mark.parametrize(("day", "late"), [(date(2026, 10, 9), 0), (date(2026, 10, 10), 1)])
def test_the_result_is_public_within_five_working_days(day: date, late: int) -> None:
    """Held on Thursday, 24 September: after the holidays the fifth working day is 9 October, and 10 October, a
    Saturday, is worked."""
    state = held(planned(item(1)))
    due = CALENDAR.due(MEETS.date(), 5)
    assert (state.due_at, due) == (end_of_day(due), date(2026, 10, 9))
    assert state.due_at is not None
    assert domain_ticks(state, state.due_at - timedelta(days=1, seconds=1)) == []
    assert domain_ticks(state, state.due_at - timedelta(days=1)) == [Warned()]
    state = after(state, [Warned()])
    assert domain_ticks(state, state.due_at - timedelta(seconds=1)) == []
    overdue = after(state, domain_ticks(state, state.due_at))
    assert (telling.record(overdue).overdue, telling.KIND.alarm(overdue)) == (True, None)
    now = datetime.combine(day, NOW.timetz())
    published = after(state, domain.publish(state, {}, True, ZHAO, now, CALENDAR))
    assert telling.record(published).days_late == late
    assert telling.record(published).due_at is None


def domain_ticks(state: Session, now: datetime) -> Sequence[Fact]:
    return telling.KIND.tick(state, now, CALENDAR)


def test_the_public_reads_what_was_decided_and_how_much_was_withheld() -> None:
    attendance = c.Attendance(invitees=InviteeClass.CITIZEN, invited=5, attended=3)
    state = held(planned(item(1, "教育", OPEN), item(2, "教育", CLOSED), item(3)), attendance)
    assert not state.public
    refused("secrecy_unsigned", domain.publish, state, {}, False, ZHAO, MEETS, CALENDAR)
    refused("own_work", domain.publish, state, {}, True, ZHANG, MEETS, CALENDAR)
    facts = domain.publish(state, {1: "收到意见 2 条"}, True, ZHAO, MEETS, CALENDAR)
    state = after(state, facts)
    shown = telling.public_record(state)
    assert [(each.no, each.result, each.adoption_note) for each in shown.items] == [
        (1, "原则同意", "收到意见 2 条"),
        (3, "原则同意", ""),
    ]
    assert (shown.withheld, shown.attended) == ({"EX16-PROCESS": 1}, {InviteeClass.CITIZEN: 3})
    assert [event.event_name for event in telling.tell(state, facts)] == ["changed", "published"]
    assert "议题2" not in shown.model_dump_json()


def test_a_live_broadcast_is_public_before_the_meeting() -> None:
    state = planned(item(1, "教育", OPEN))
    state = after(state, domain.approve(state, LI, NOW))
    refused("own_work", domain.announce, state, "https://live.example", "网络", True, ZHANG, NOW)
    facts = domain.announce(state, "https://live.example", "网络", True, ZHAO, NOW)
    state = after(state, facts)
    assert [event.event_name for event in telling.tell(state, facts)] == ["changed", "live_announced"]
    assert telling.public_record(state).items == ()
    facts = domain.cancel(state, "改期", ZHANG, NOW)
    assert [event.event_name for event in telling.tell(after(state, facts), facts)] == ["changed", "changed"]


def test_a_meeting_is_held_once_it_has_begun_with_a_result_for_every_item() -> None:
    state = planned(item(1), item(2))
    state = after(state, domain.approve(state, LI, NOW))
    results = [c.ItemResult(no=no, result="同意") for no in (1, 2)]
    refused("in_future", domain.hold, state, results, (), ZHANG, MEETS - timedelta(seconds=1), CALENDAR)
    refused("results_incomplete", domain.hold, state, results[:1], (), ZHANG, MEETS, CALENDAR)
    more = c.Attendance(invitees=InviteeClass.MEDIA, invited=1, attended=2)
    refused("attendance", domain.hold, state, results, (more,), ZHANG, MEETS, CALENDAR)

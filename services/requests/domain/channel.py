"""渠道畅通: every channel of an agency is tried again and again, and whether it is open is kept.

How often is our own default (`limits.json`, CHANNEL.TEST).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from contracts.base import Event
from contracts.requests import work as c
from contracts.requests.terms import Channel
from contracts.requests.work import ChannelTest
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.personal import scan
from kernel.refused import Refused
from services.requests.domain.intake import not_after
from services.requests.domain.limits import days
from services.requests.domain.state import Value


class Tested(Fact):
    """The channel was tried."""

    number: str
    agency: str
    channel: Channel
    tested_on: date
    works: bool
    note: str
    next_on: date
    opened_at: datetime


class BecameDue(Fact):
    """It was not tried again in its period."""

    next_on: date


class State(Value):
    """A channel of an agency as the rules see it."""

    number: str
    agency: str
    channel: Channel
    opened_at: datetime
    tested_on: date
    works: bool
    next_on: date
    overdue: bool = False


def evolve(state: State | None, fact: Fact) -> State:
    match state, fact:
        case None, Tested():
            return State(**fact.model_dump(exclude={"note"}))
        case State(), Tested():
            if fact.tested_on < state.tested_on:
                return state
            told: dict[str, Any] = {"tested_on": fact.tested_on, "works": fact.works, "next_on": fact.next_on}
            return state.model_copy(update={**told, "overdue": False})
        case State(), BecameDue():
            return state.model_copy(update={"overdue": True})
        case _:
            raise TypeError(f"{fact.kind} cannot stand here in a channel")


def record_test(
    number: str, agency: str, channel: Channel, works: bool, note: str, on: date, now: datetime
) -> list[Fact]:
    """A channel was tried on a day; the next time is due within the period."""
    not_after(on, now, "tested_on")
    if scan(note):
        raise Refused("personal", "说明疑似包含个人信息。", field="note", remedy="请改写说明。")
    if not works and not note.strip():
        raise Refused("note", "渠道不通的，应当说明情况。", field="note")
    next_on = on + timedelta(days=days("CHANNEL.TEST"))
    tested = Tested(
        number=number,
        agency=agency,
        channel=channel,
        tested_on=on,
        works=works,
        note=note,
        next_on=next_on,
        opened_at=now,
    )
    return [tested]


def alarm(state: State) -> datetime | None:
    return None if state.overdue else end_of_day(state.next_on)


def tick(state: State, now: datetime, calendar: Calendar) -> list[Fact]:
    return [BecameDue(next_on=state.next_on)] if not state.overdue and state.next_on < now.date() else []


def record(state: State) -> ChannelTest:
    label = "不通" if not state.works else ("应测试" if state.overdue else "畅通")
    return ChannelTest(
        id=state.number,
        title=f"申请渠道测试（{state.channel.value}）",
        state="works" if state.works else "broken",
        state_label=label,
        open=state.overdue or not state.works,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=end_of_day(state.next_on),
        overdue=state.overdue,
        waits_for="经办人" if state.overdue or not state.works else "",
        channel=state.channel,
        tested_on=state.tested_on,
        works=state.works,
        next_on=state.next_on,
    )


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    late = any(isinstance(fact, BecameDue) for fact in facts)
    return [(c.ChannelUntested if late else c.ChannelTested)(record=record(state))]


def retell(state: State) -> list[Event]:
    return [c.ChannelRestated(record=record(state))]


def index(state: State) -> Mapping[str, Any]:
    return {
        "agency": state.agency,
        "channel": state.channel.value,
        "trouble": state.overdue or not state.works,
    }


CHANNEL: CaseKind[State] = CaseKind(
    name="channel",
    title="申请渠道",
    facts=(Tested, BecameDue),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)

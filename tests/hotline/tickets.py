"""Tickets for the tests: everything about them is invented."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from contracts.hotline.terms import Matter
from contracts.hotline.tickets import TicketEmitted
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from services.hotline.domain import KIND, Case, dispatching, intake
from services.hotline.domain.intake import Outcome

CALENDAR = Calendar.shipped()
NOW = datetime(2026, 3, 4, 10, 0, tzinfo=CST)  # a Wednesday in a week without holidays
NUMBER = "999901-RX-2026-000001"
NAMES = {"示例县城市管理局": "cgj", "县城管局": "cgj", "县供水公司": "gongshui"}


def digest(text: str) -> str:
    return hashlib.sha256(f"key:{text}".encode()).hexdigest()


def ticket(**changes: Any) -> TicketEmitted:
    """A plain complaint of ten minutes before `NOW`."""
    fields: dict[str, Any] = {
        "source": "12345",
        "ticket_no": "T-1",
        "revision": 1,
        "occurred_at": NOW - timedelta(hours=3),
        "received_at": NOW - timedelta(minutes=10),
        "channel": "电话",
        "kind": "投诉",
        "title": "路面有坑",
        "content": "样板路口的路面有一个坑，请尽快修补。",
        "category": "交通运输",
        "place": "样桥镇样板路1号",
    }
    return TicketEmitted.model_validate(fields | changes)


def arrival(given: TicketEmitted | None = None, *, now: datetime = NOW, **changes: Any) -> intake.Arrival:
    return intake.arrive(given or ticket(**changes), "h12345", now, digest, NAMES)


def opened(*, now: datetime = NOW, **changes: Any) -> Case:
    return KIND.fold(None, intake.open_case(arrival(now=now, **changes), NUMBER, now, CALENDAR))


def after(case: Case, facts: list[Fact]) -> Case:
    """The case after these facts, which must be some."""
    assert facts
    return KIND.fold(case, facts)


def taken(case: Case, now: datetime = NOW, **changes: Any) -> tuple[Outcome, Case]:
    """What an emission does to a case."""
    outcome, facts = intake.take(case, arrival(now=now, **changes), CALENDAR)
    return outcome, KIND.fold(case, facts) if facts else case


def dispatched(now: datetime = NOW, **changes: Any) -> Case:
    return after(opened(**changes), dispatching.dispatch(opened(**changes), "jtj", ("cgj",), now, CALENDAR))


def signed(now: datetime = NOW, **changes: Any) -> Case:
    case = dispatched(now, **changes)
    return after(case, dispatching.sign(case, "jtj", now))


def classified(case: Case, matter: Matter, accused: tuple[str, ...] = ()) -> Case:
    return after(case, dispatching.classify(case, case.category or "交通运输", matter, accused, CALENDAR))

"""How a finding is told: its record, which event each fact is, and by what it is found."""

import hashlib
from collections.abc import Sequence
from typing import Any

from contracts import sitewatch as c
from contracts.base import Event
from contracts.sitewatch import FindingState
from kernel.calendar import end_of_day
from kernel.facts import Fact
from services.sitewatch.domain.finding import Confirmed, FixReported, Found, Overdue, Rejected, State, Verified

_LABELS = {
    FindingState.OPEN: ("待确认", "网站管理员确认"),
    FindingState.CONFIRMED: ("待整改", "责任单位整改"),
    FindingState.FIXED: ("待复核", "复核"),
    FindingState.VERIFIED: ("已整改", ""),
    FindingState.REJECTED: ("不属实", ""),
}
_EVENTS: dict[type[Fact], type[Event]] = {
    Found: c.FindingOpened,
    Confirmed: c.FindingConfirmed,
    FixReported: c.FindingFixed,
    Verified: c.FindingClosed,
    Rejected: c.FindingClosed,
    Overdue: c.FindingOverdue,
}


def record(state: State) -> c.Finding:
    """The record of a finding as it now stands."""
    label, waits_for = _LABELS[state.status]
    running = state.running
    kept = {name: value for name, value in state if name in c.Finding.model_fields and name != "overdue"}
    return c.Finding(
        **kept,
        title=f"{state.site_name}：{state.indicator_title}（{state.object}）"[:300],
        state=state.status,
        state_label=label,
        open=state.open,
        agency=state.owner,
        due_at=end_of_day(running.due) if running else None,
        overdue=state.overdue and running is not None,
        provisional=running.provisional if running else False,
        waits_for=waits_for,
    )


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    """One event of each kind that the facts are."""
    kinds = dict.fromkeys(_EVENTS.get(type(fact), c.FindingChanged) for fact in facts)
    return [kind(record=record(state)) for kind in kinds]


def retell(state: State) -> list[Event]:
    return [c.FindingRestated(record=record(state))]


def key(site: str, indicator: str, object: str) -> str:
    """What makes it the same finding: site, indicator, object."""
    return f"{site}:{indicator}:{hashlib.sha256(object.encode()).hexdigest()[:16]}"


def index(state: State) -> dict[str, Any]:
    """Values by which findings are found."""
    running = state.running
    return {
        "key": key(state.site, state.indicator, state.object),
        "site": state.site,
        "open": state.open,
        "agency": state.owner,
        "due": running.due.isoformat() if running else "",
        "opened": state.opened_at.isoformat(),
    }

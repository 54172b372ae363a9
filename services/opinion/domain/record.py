"""How an event is told: its record, which event each fact is, and by what it is found."""

from collections.abc import Sequence
from typing import Any

from contracts import opinion as c
from contracts.base import Event
from kernel.facts import Fact
from services.opinion.domain.event import State
from services.opinion.domain.facts import (
    Assigned,
    Closed,
    Dismissed,
    Doubted,
    Levelled,
    Opened,
    Overdue,
    Responded,
    Warned,
)
from services.opinion.domain.subjects import label_of

_LABELS = {
    "detected": ("待研判", "研判"),
    "handling": ("处置中", "回应"),
    "responded": ("已回应", "办结"),
    "closed": ("已办结", ""),
    "dismissed": ("不予处置", ""),
}


def record(state: State) -> c.OpinionEvent:
    """The record of an event as it now stands."""
    label, waits_for = _LABELS[state.status]
    kept = state.model_dump(exclude={"matter", "clocks", "lead", "ended", "title"})
    return c.OpinionEvent(
        **kept,
        title=state.title,
        state=state.status,
        state_label=label,
        open=not state.ended,
        agency=state.lead,
        due_at=state.running[0].due_at if state.running else None,
        overdue=any(clock.overdue for clock in state.running),
        waits_for="明确回应主体" if state.status == "handling" and not state.lead else waits_for,
        subject_label=label_of(state.subject),
        duties=tuple(
            c.DutyState(duty=k.duty, due_at=k.due_at, done_at=k.done_at, overdue=k.overdue) for k in state.clocks
        ),
    )


_EVENTS: dict[type[Fact], type[Event]] = {
    Opened: c.EventOpened,
    Levelled: c.EventLevelled,
    Assigned: c.EventAssigned,
    Warned: c.EventWarned,
    Overdue: c.EventOverdue,
    Responded: c.EventResponded,
    Doubted: c.EventDoubted,
    Dismissed: c.EventClosed,
    Closed: c.EventClosed,
}


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    """One event of each kind that the facts are."""
    kinds = dict.fromkeys(_EVENTS.get(type(fact), c.EventChanged) for fact in facts)
    return [kind(record=record(state)) for kind in kinds]


def retell(state: State) -> list[Event]:
    return [c.EventRestated(record=record(state))]


def index(state: State) -> dict[str, Any]:
    """Values by which events are found."""
    return {"open": not state.ended, "agency": state.lead, "matter": state.matter, "level": state.level.value}

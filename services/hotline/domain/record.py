"""What is told of a ticket: its record, the event of each commit, and the values by which it is found."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.hotline import (
    Ticket,
    TicketAccepted,
    TicketAlarmed,
    TicketChanged,
    TicketClosed,
    TicketDispatched,
    TicketMerged,
    TicketOverdue,
    TicketReplied,
    TicketRestated,
)
from kernel.facts import Fact
from services.hotline.domain import facts as f
from services.hotline.domain.ticket import LABELS, RUNNING, Case, S

TOLD: tuple[tuple[type[Fact], type[Event]], ...] = (
    (f.Received, TicketAccepted),
    (f.Closed, TicketClosed),
    (f.ReplyApproved, TicketReplied),
    (f.Dispatched, TicketDispatched),
    (f.Merged, TicketMerged),
    (f.FellOverdue, TicketOverdue),
)
"""Which fact makes which event; the first that a commit holds."""
WAITS_FOR = {
    S.TRIAGE: "派单员：分类派单",
    S.DISPATCHED: "承办单位：签收",
    S.SIGNED: "承办单位：办理并回复",
    S.RETURN_REQUESTED: "派单员：审核退单",
    S.EXTENSION_REQUESTED: "派单员：审核延期",
    S.SUSPENDED: "承办单位：按承诺日期办理",
    S.REPLIED: "派单员：审核回复",
    S.VISITING: "派单员：回访来电人",
    S.MERGED: "主件答复",
    S.CLOSED: "",
    S.ARCHIVED: "",
}
SAME = (
    "emitter",
    "source",
    "ticket_no",
    "revision",
    "kind",
    "category",
    "channel",
    "area",
    "urgency",
    "matter",
    "classified",
    "hints",
    "emergency",
    "co",
    "received_at",
    "dispatched_at",
    "signed_at",
    "sign_due_at",
    "contacted_at",
    "contact_due_at",
    "replied_at",
    "closed_at",
    "first_due_at",
    "promised_on",
    "extended",
    "on_time",
    "centre_minutes",
    "unit_minutes",
    "returned",
    "reopened",
    "redone",
    "urged",
    "supervised",
    "satisfaction",
    "solved",
    "rating",
    "adopted",
    "ending",
    "merged_into",
    "absorbed",
)


def record(case: Case) -> Ticket:
    """The record of a ticket as everybody inside may know it."""
    return Ticket(
        id=case.number,
        title=title(case),
        state=case.state.value,
        state_label=LABELS[case.state],
        open=case.open or case.alarmed,
        agency=case.lead,
        opened_at=case.received_at,
        due_at=case.limit.due_at if case.state in RUNNING else None,
        overdue=case.overdue and case.state in RUNNING,
        provisional=case.limit.provisional,
        waits_for=waits_for(case),
        emergency_confirmed=bool(case.emergency) and not case.alarmed,
        secret=case.masked,
        direct=case.dispatched_at is None and case.closed_at is not None,
        **{name: getattr(case, name) for name in SAME},
    )


def title(case: Case) -> str:
    """Kind, subject and town: a caller's own words stay among the papers."""
    return " · ".join(filter(None, (case.kind.value, case.category or "未分类", case.area)))


def waits_for(case: Case) -> str:
    if case.alarmed:
        return f"值班员：确认移交{'、'.join(n for n in case.emergency if n not in case.handed_over)}"
    return WAITS_FOR[case.state]


def tell(case: Case, facts: Sequence[Fact]) -> list[Event]:
    """One event for what happened, and an alarm where an emergency came."""
    held = {type(fact) for fact in facts}
    kind = next((event for fact, event in TOLD if fact in held), TicketChanged)
    told: list[Event] = [kind(record=record(case))]
    raised = f.EmergencyRaised in held or any(isinstance(fact, f.Received) and fact.emergency for fact in facts)
    if raised:
        told.append(TicketAlarmed(record=record(case)))
    return told


def retell(case: Case) -> list[Event]:
    return [TicketRestated(record=record(case))]


def index(case: Case) -> Mapping[str, Any]:
    """Plain values: by state, unit and time, and by content for duplicates."""
    return {
        "state": case.state.value,
        "open": case.open or case.alarmed,
        "agency": case.lead,
        "received_at": case.received_at,
        "content": case.revisions[max(case.revisions)].get("content", ""),
        "main": case.merged_into,
    }

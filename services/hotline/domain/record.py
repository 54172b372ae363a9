"""What is told of a ticket: its record, the event of each commit, and the values by which it is found."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.hotline.doubts import TicketDoubted
from contracts.hotline.terms import Duty, Satisfaction, Ticket
from contracts.hotline.tickets import (
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
    (f.Imported, TicketChanged),
    (f.Closed, TicketClosed),
    (f.ReplyApproved, TicketReplied),
    (f.Dispatched, TicketDispatched),
    (f.Merged, TicketMerged),
    (f.Doubted, TicketDoubted),
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
    "visit_due_at",
    "missed",
    "imported",
    "request",
    "doubts",
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
        direct=is_direct(case),
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
    if held == {f.AlarmRepeated}:
        return [TicketAlarmed(record=record(case))]
    kind = next((event for fact, event in TOLD if fact in held), TicketChanged)
    told: list[Event] = [kind(record=record(case))]
    raised = f.EmergencyRaised in held or any(isinstance(fact, f.Received) and fact.emergency for fact in facts)
    if raised:
        told.append(TicketAlarmed(record=record(case)))
    return told


def retell(case: Case) -> list[Event]:
    return [TicketRestated(record=record(case))]


def index(case: Case) -> Mapping[str, Any]:
    """Plain values: by state, unit and time, and what is counted."""
    return {
        "state": case.state.value,
        "open": case.open or case.alarmed,
        "agency": case.lead,
        "source": case.source,
        "shown": is_shown(case),
        "counted_at": case.received_at,
        "closed_at": case.closed_at,
        "main": case.merged_into,
        "figures": figures(case),
    }


SAID: Mapping[Satisfaction | None, bool] = {Satisfaction.SATISFIED: True, Satisfaction.DISSATISFIED: False}
"""What counts in 满意率; who is silent (未表态) does not."""


def figures(case: Case) -> dict[str, Any]:
    """What statistics count of a ticket; `None` where it counts in no rate (yet)."""
    return {
        "unit": case.lead,
        "category": case.category or "",
        "channel": case.channel,
        "kind": case.kind.value,
        "area": case.area or "",
        "direct": is_direct(case),
        "dispatched": case.dispatched_at is not None,
        "closed": not case.open,
        "answered": case.replied_at is not None,
        "merged": case.merged_into is not None,
        "returned": case.returned > 0,
        "reopened": case.reopened > 0,
        "redone": case.redone > 0,
        "supervised": case.supervised > 0,
        "responded": _responded(case),
        "solved": case.solved,
        "satisfied": SAID.get(case.satisfaction),
        "on_time": False if case.overdue and case.running else case.on_time,
        "adopted": case.adopted,
    }


def is_shown(case: Case) -> bool:
    """May be shown without its words to who asks by Open311: no report, no secret caller."""
    return not case.masked


def is_direct(case: Case) -> bool:
    """Answered by the centre without dispatch; what another system closed is not known to be."""
    return case.dispatched_at is None and case.closed_at is not None and not case.imported


def _responded(case: Case) -> bool | None:
    """Whether the caller was contacted in time; a reply is a contact too. `None` while nobody can know."""
    if case.imported:
        return None
    first = min(filter(None, (case.contacted_at, case.replied_at)), default=None)
    if first is None:
        return False if Duty.CONTACT in case.missed else None
    return first < case.contact_due_at

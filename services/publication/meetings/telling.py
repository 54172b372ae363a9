"""What a meeting tells: the offices at every step, the public its live broadcast and its result."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.publication import meetings as c
from contracts.publication.meetings import AgendaItem, InviteeClass, MeetingStage
from contracts.publication.takedown import MeetingWithdrawn, PublicMeetingWithdrawn
from kernel.cases import CaseKind
from kernel.facts import Fact
from services.publication.domain import running
from services.publication.domain.facts import WentOverdue
from services.publication.domain.withdrawing import Tombstones, sealable
from services.publication.meetings.domain import LABELS, WAITS, Session, evolve, opens
from services.publication.meetings.facts import (
    AgendaRevised,
    LiveSet,
    MeetingApproved,
    MeetingCancelled,
    MeetingHeld,
    MeetingPlanned,
    ResultPublished,
)


def record(state: Session) -> c.Meeting:
    return c.Meeting(
        id=state.id,
        title=state.title,
        state=state.stage.value,
        state_label=LABELS[state.stage],
        open=state.stage in WAITS,
        agency=state.agency,
        opened_at=state.opened_at,
        **running.told(state),
        waits_for=WAITS.get(state.stage, ""),
        type=state.type,
        meets_at=state.meets_at,
        items=len(state.agenda),
        unproposed=state.unproposed,
        invited={each.invitees: each.invited for each in state.attendance},
        attended=_attended(state),
        days_late=state.days_late,
    )


def _attended(state: Session) -> dict[InviteeClass, int]:
    return {each.invitees: each.attended for each in state.attendance if each.attended}


def public_record(state: Session) -> c.PublicMeeting:
    shown = state.agenda if state.stage is MeetingStage.PUBLISHED else ()
    return c.PublicMeeting(
        id=state.id,
        title=state.title,
        type=state.type,
        agency=state.agency,
        meets_at=state.meets_at,
        live_url=state.live_url,
        live_channel=state.live_channel,
        attended=_attended(state) if state.published_at else {},
        items=tuple(_public_item(state, item) for item in shown if opens(item)),
        withheld=dict(Counter(_ground(item) for item in shown if not opens(item))),
        published_at=state.published_at,
        stage=state.stage,
        stage_label=LABELS[state.stage],
    )


def _public_item(state: Session, item: AgendaItem) -> c.PublicItem:
    return c.PublicItem(
        no=item.no,
        title=item.title,
        field=item.field,
        matter=item.matter,
        result=state.results.get(item.no, ""),
        adoption_note=state.notes.get(item.no, ""),
    )


def _ground(item: AgendaItem) -> str:
    return item.proposal.ground or "" if item.proposal else ""


def tell(state: Session, facts: Sequence[Fact]) -> list[Event]:
    kinds = {type(fact) for fact in facts}
    told: list[Event] = [
        c.MeetingOverdue(record=record(state)) if WentOverdue in kinds else c.MeetingChanged(record=record(state))
    ]
    if ResultPublished in kinds:
        told.append(c.MeetingPublished(record=public_record(state)))
    elif LiveSet in kinds:
        told.append(c.LiveAnnounced(record=public_record(state)))
    elif state.public and kinds & {MeetingHeld, MeetingCancelled, AgendaRevised, MeetingApproved}:
        told.append(c.PublicMeetingChanged(record=public_record(state)))
    return told


def retell(state: Session) -> list[Event]:
    told: list[Event] = [c.MeetingRestated(record=record(state))]
    return [*told, c.PublicMeetingRestated(record=public_record(state))] if state.public else told


def index(state: Session) -> Mapping[str, Any]:
    plain: dict[str, Any] = {"agency": state.agency, "type": state.type.value, "stage": state.stage.value}
    if state.held:
        plain["marks"] = [f"held:{state.day.year}"]
        plain["invited"] = bool(_attended(state))
    if state.due_at:
        plain["timed"] = True
    return plain


_KIND: CaseKind[Session] = CaseKind(
    name="meeting",
    title="会议",
    facts=(
        MeetingPlanned,
        AgendaRevised,
        MeetingApproved,
        LiveSet,
        MeetingHeld,
        ResultPublished,
        MeetingCancelled,
        *running.TIMING,
    ),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=running.alarm,
    tick=running.tick,
)
KIND = sealable(_KIND, Tombstones(MeetingWithdrawn, PublicMeetingWithdrawn))

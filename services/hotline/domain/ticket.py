"""A ticket as its facts make it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.doubts import RaisedDoubt
from contracts.hotline.reading import Step
from contracts.hotline.terms import Duty, Ending, Matter, Satisfaction, TicketKind, TicketState, Urgency
from kernel.refused import Refused
from services.hotline.domain.limit import Limit

S = TicketState
LABELS = {
    S.TRIAGE: "待派单",
    S.DISPATCHED: "待签收",
    S.SIGNED: "办理中",
    S.RETURN_REQUESTED: "退单待审",
    S.EXTENSION_REQUESTED: "延期待审",
    S.SUSPENDED: "承诺办理",
    S.REPLIED: "已回复待审",
    S.VISITING: "待回访",
    S.MERGED: "已并单",
    S.CLOSED: "已办结",
    S.ARCHIVED: "已归档",
}
ENDED = frozenset({S.CLOSED, S.ARCHIVED})
RUNNING = frozenset(
    {S.TRIAGE, S.DISPATCHED, S.SIGNED, S.RETURN_REQUESTED, S.EXTENSION_REQUESTED, S.SUSPENDED, S.MERGED}
)
"""States in which the caller waits for a reply and the limit runs."""
AT_UNIT = frozenset({S.DISPATCHED, S.SIGNED, S.EXTENSION_REQUESTED, S.SUSPENDED})


class Case(BaseModel):
    """State of one ticket. `limit` is the caller's clock; `held_*` tell whose share of the time is running."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    state: TicketState = S.TRIAGE
    opened_at: datetime
    emitter: str
    source: str
    ticket_no: str
    revision: int
    revisions: dict[int, dict[str, str]]
    """Keyed digests of the fields of every revision that was kept."""
    received_at: datetime
    channel: str
    kind: TicketKind
    category: str | None
    area: str | None
    urgency: Urgency
    matter: Matter
    secret: bool
    paper: str
    named: tuple[str, ...]
    cleared: tuple[str, ...] = ()
    """Named agencies that a person has found not to be accused."""
    accused: tuple[str, ...] = ()
    hints: tuple[str, ...]
    cap: datetime | None
    limit: Limit
    first_due_at: datetime
    contact_due_at: datetime
    warned_until: datetime | None = None
    overdue: bool = False
    classified: bool = False
    emergency: tuple[str, ...] = ()
    handed_over: tuple[str, ...] = ()
    rung_at: datetime | None = None
    """When the duty desk was alarmed last."""
    rings: int = 0
    lead: str = ""
    co: tuple[str, ...] = ()
    dispatched_at: datetime | None = None
    sign_due_at: datetime | None = None
    return_due_at: datetime | None = None
    duties_warned: tuple[Duty, ...] = ()
    missed: tuple[Duty, ...] = ()
    """Limits beside the caller's that were missed."""
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    returned: int = 0
    return_asked: int = 0
    extension_days: int = 0
    extended: bool = False
    promised_on: date | None = None
    urged: int = 0
    supervised: int = 0
    replied_at: datetime | None = None
    replier: str = ""
    reply: str | None = None
    """Paper of the reply that stands."""
    adopted: bool | None = None
    redone: int = 0
    approved_at: datetime | None = None
    visit_due_at: datetime | None = None
    visited_at: datetime | None = None
    solved: bool | None = None
    satisfaction: Satisfaction | None = None
    rating: int | None = None
    closed_at: datetime | None = None
    ending: Ending | None = None
    reopened: int = 0
    merged_into: str | None = None
    absorbed: tuple[str, ...] = ()
    strict: bool = False
    """A merged caller wants secrecy."""
    notes: tuple[str, ...] = ()
    """Papers with the reasons given on the way and with late revisions."""
    told_how_to_apply: bool = False
    request: str | None = None
    """Request for information that it has become."""
    imported: bool = False
    holder: Literal["centre", "unit", ""] = "centre"
    held_since: datetime
    centre_minutes: int = 0
    unit_minutes: int = 0
    steps: tuple[Step, ...] = ()
    doubts: tuple[RaisedDoubt, ...] = ()

    @property
    def open(self) -> bool:
        return self.state not in ENDED

    @property
    def running(self) -> bool:
        return self.state in RUNNING

    @property
    def alarmed(self) -> bool:
        """An emergency whose hand-over nobody has confirmed."""
        return not set(self.emergency) <= set(self.handed_over)

    @property
    def answered(self) -> bool:
        """A reply stands that the caller may read and rate."""
        return self.reply is not None and not self.running and self.state is not S.REPLIED

    @property
    def masked(self) -> bool:
        """The caller is shown to no unit: by wish, by a merged caller's wish, or because it is a report (举报)."""
        return self.secret or self.strict or self.kind is TicketKind.REPORT

    @property
    def on_time(self) -> bool | None:
        """Unknown before the reply, and of what another system has closed."""
        return None if self.replied_at is None or self.imported else self.replied_at < self.limit.due_at


def require(case: Case, *states: TicketState) -> None:
    """Raises `Refused` unless the ticket stands in one of these states."""
    if case.state not in states:
        allowed = "、".join(LABELS[state] for state in states)
        raise Refused(
            "wrong_state", f"工单现为“{LABELS[case.state]}”，不能这样处理。", remedy=f"此操作适用于：{allowed}。"
        )


def require_open(case: Case) -> None:
    """Raises `Refused` once the ticket is closed."""
    require(case, *(state for state in TicketState if state not in ENDED))


def require_unit(case: Case, agency: str, *, co: bool = False) -> None:
    """Raises `Refused` unless the person belongs to the lead (or a co-operating) unit."""
    if agency != case.lead and not (co and agency in case.co):
        raise Refused("not_your_ticket", "该工单不由本单位办理。", remedy="请由承办单位的人员办理。")


def without(values: Sequence[str], dropped: str) -> tuple[str, ...]:
    return tuple(value for value in values if value != dropped)

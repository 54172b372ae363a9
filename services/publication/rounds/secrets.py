"""The secrecy register: for a state secret only a line that holds nothing of it (保密不上网); looked at off-line
every year (条例18, D), and ended by its declassification (P04, P25)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from contracts.base import Event
from contracts.publication.surveys import SecretLine, SecretLineChanged, SecretLineDue, SecretLineRestated
from contracts.publication.takedown import SecretLineWithdrawn
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind, once
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable

EVERY_MONTHS = 12
LABELS = {"kept": "在密", "due": "应年度复核", "declassified": "已解密"}
WAITS = {"due": "线下复核后登记结果", "declassified": ""}


class SecretRegistered(Fact):
    id: str
    number: str
    agency: str
    decided_by: str
    decided_on: date
    review_on: date
    by: Official
    at: datetime


class SecretReviewed(Fact):
    declassified: bool
    decided_by: str
    decided_on: date
    review_on: date
    by: Official
    at: datetime


class SecretReviewFellDue(Fact):
    pass


class Secret(Sealable):
    """A line as its facts make it."""

    number: str
    decided_by: str
    decided_on: date
    review_on: date
    stage: str = "kept"
    declassified_on: date | None = None


def register(
    id: str, number: str, decided_by: str, decided_on: date, by: Official, now: datetime, calendar: Calendar
) -> list[Fact]:
    _happened(decided_on, now)
    return [
        SecretRegistered(
            id=id,
            number=number,
            agency=by.agency,
            decided_by=decided_by,
            decided_on=decided_on,
            review_on=calendar.add_months(now.date(), EVERY_MONTHS),
            by=by,
            at=now,
        )
    ]


def review(
    state: Secret,
    declassified: bool,
    decided_by: str,
    decided_on: date,
    by: Official,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """What was decided off-line. What is declassified may be drafted like anything else."""
    if state.stage == "declassified":
        raise Refused("declassified", "本件已经解密。", remedy="请按普通文件起草、认定公开属性。")
    if by.agency != state.agency:
        raise Refused("other_agency", "只能由登记单位办理。", remedy="请用登记单位的身份办理。")
    _happened(decided_on, now)
    review_on = calendar.add_months(now.date(), EVERY_MONTHS)
    return [
        SecretReviewed(
            declassified=declassified,
            decided_by=decided_by,
            decided_on=decided_on,
            review_on=review_on,
            by=by,
            at=now,
        )
    ]


def _happened(on: date, now: datetime) -> None:
    if on > now.date():
        raise Refused("in_future", "日期还没有到。", field="decided_on", remedy="请核对日期。")


def evolve(state: Secret | None, fact: Fact) -> Secret:
    if isinstance(fact, SecretRegistered):
        given = fact.model_dump(include={"id", "number", "agency", "decided_by", "decided_on", "review_on"})
        return Secret.model_validate(given | {"opened_at": fact.at})
    if state is None:
        raise ValueError("the first fact opens a line")
    match fact:
        case SecretReviewed():
            ended = {"stage": "declassified", "declassified_on": fact.decided_on}
            kept = {"stage": "kept", "review_on": fact.review_on}
            return state.model_copy(update=ended if fact.declassified else kept)
        case SecretReviewFellDue():
            return state.model_copy(update={"stage": "due"})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: Secret) -> SecretLine:
    due = state.stage == "due"
    return SecretLine(
        id=state.id,
        title=f"保密登记 {state.number}",
        state=state.stage,
        state_label=LABELS[state.stage],
        open=due,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=end_of_day(state.review_on) if due else None,
        overdue=due,
        waits_for=WAITS.get(state.stage, ""),
        number=state.number,
        decided_by=state.decided_by,
        decided_on=state.decided_on,
        declassified_on=state.declassified_on,
    )


def tell(state: Secret, facts: Sequence[Fact]) -> list[Event]:
    due = any(isinstance(fact, SecretReviewFellDue) for fact in facts)
    return [SecretLineDue(record=record(state)) if due else SecretLineChanged(record=record(state))]


def alarm(state: Secret) -> datetime | None:
    return end_of_day(state.review_on) if state.stage == "kept" else None


def index(state: Secret) -> Mapping[str, Any]:
    return {"stage": state.stage, "agency": state.agency}


_KIND: CaseKind[Secret] = CaseKind(
    name="secret_line",
    title="保密登记",
    facts=(SecretRegistered, SecretReviewed, SecretReviewFellDue),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [SecretLineRestated(record=record(state))],
    index=index,
    alarm=alarm,
    tick=once(alarm, SecretReviewFellDue),
)
KIND = sealable(_KIND, Tombstones(SecretLineWithdrawn))

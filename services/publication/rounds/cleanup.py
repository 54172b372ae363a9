"""规范性文件清理, every two years (国发〔2010〕33号, M), ends in three lists. What is not on the list of the valid ones
is no basis any more."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.publication.rounds import (
    CleanupChanged,
    CleanupDue,
    CleanupOverdue,
    CleanupRestated,
    CleanupRound,
    Conclusion,
)
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind, once
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official

EVERY_MONTHS = 24
"""国发〔2010〕33号 (M, not re-read); local rules agree (C)."""
LABELS = {"open": "清理中", "closed": "已出清单", "done": "已执行", "due": "应启动新一轮"}
WAITS = {"open": "各单位提出清理意见", "closed": "公布失效废止清单后标注", "due": "启动新一轮清理"}


class CleanupOpened(Fact):
    id: str
    until: date
    total: int
    opinions_by: date | None = None
    by: Official
    at: datetime


class CleanupWentOverdue(Fact):
    """The day has passed by which the units judge their documents."""


class CleanupClosed(Fact):
    lists: dict[Conclusion, str]
    next_on: date
    by: Official
    at: datetime


class CleanupCarriedOut(Fact):
    by: Official
    at: datetime


class CleanupFellDue(Fact):
    pass


class CleanupFollowed(Fact):
    """The next round was opened."""


class Round(BaseModel):
    """A round as its facts make it."""

    model_config = ConfigDict(frozen=True)

    id: str
    until: date
    total: int
    opened_at: datetime
    opinions_by: date | None = None
    overdue: bool = False
    stage: str = "open"
    lists: dict[Conclusion, str] = {}
    next_on: date | None = None
    followed: bool = False


def open_round(
    id: str, until: date, total: int, by: Official, now: datetime, opinions_by: date | None = None
) -> list[Fact]:
    if until > now.date():
        raise Refused("in_future", "清理截止日还没有到。", field="until", remedy="请核对日期。")
    if opinions_by and opinions_by < now.date():
        raise Refused("in_past", "提出意见的期限已经过去。", field="opinions_by", remedy="请核对日期。")
    if total == 0:
        raise Refused("nothing_to_clean", "没有需要清理的规范性文件。", field="until", remedy="请核对截止日。")
    return [CleanupOpened(id=id, until=until, total=total, opinions_by=opinions_by, by=by, at=now)]


def in_hand(state: Round) -> None:
    if state.stage != "open":
        raise Refused("round_over", "这一轮清理已经结束。", remedy="请在新一轮清理中提出。")


def close(
    state: Round, left: int, lists: dict[Conclusion, str], by: Official, now: datetime, calendar: Calendar
) -> list[Fact]:
    """All documents are judged; the next round is due two years later."""
    in_hand(state)
    if left:
        raise Refused("unjudged", f"还有 {left} 件没有清理结论。", remedy="请先提出全部清理意见。")
    return [CleanupClosed(lists=lists, next_on=calendar.add_months(now.date(), EVERY_MONTHS), by=by, at=now)]


def carry_out(state: Round, unpublished: Sequence[Conclusion], by: Official, now: datetime) -> list[Fact]:
    """The result is published as three lists; what has ended is marked so only once they are public."""
    if state.stage == "open":
        raise Refused("round_open", "清理还没有结束。", remedy="请先结束清理、形成清单。")
    if unpublished:
        which = "、".join(unpublished)
        raise Refused("list_not_public", f"{which}的清单还没有公布。", remedy="请先审批并公开清单。")
    return [CleanupCarriedOut(by=by, at=now)] if state.stage == "closed" else []


def followed(state: Round) -> list[Fact]:
    return [] if state.followed else [CleanupFollowed()]


def evolve(state: Round | None, fact: Fact) -> Round:
    if isinstance(fact, CleanupOpened):
        return Round(id=fact.id, until=fact.until, total=fact.total, opened_at=fact.at, opinions_by=fact.opinions_by)
    if state is None:
        raise ValueError("the first fact opens a round")
    match fact:
        case CleanupWentOverdue():
            return state.model_copy(update={"overdue": True})
        case CleanupClosed():
            closed = {"stage": "closed", "overdue": False, "lists": fact.lists, "next_on": fact.next_on}
            return state.model_copy(update=closed)
        case CleanupCarriedOut():
            return state.model_copy(update={"stage": "done"})
        case CleanupFellDue():
            return state.model_copy(update={"stage": "due"})
        case CleanupFollowed():
            return state.model_copy(update={"followed": True, "stage": "done" if state.stage == "due" else state.stage})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: Round) -> CleanupRound:
    return CleanupRound(
        id=state.id,
        title=f"规范性文件清理（截至 {state.until}）",
        state=state.stage,
        state_label=LABELS[state.stage],
        open=state.stage != "done",
        opened_at=state.opened_at,
        due_at=_due_at(state),
        overdue=state.overdue or state.stage == "due",
        waits_for=WAITS.get(state.stage, ""),
        until=state.until,
        total=state.total,
        opinions_by=state.opinions_by,
        judged=0 if state.stage == "open" else state.total,
        lists={conclusion.value: id for conclusion, id in state.lists.items()},
        next_on=state.next_on,
    )


def _due_at(state: Round) -> datetime | None:
    day = {"open": state.opinions_by, "due": state.next_on}.get(state.stage)
    return end_of_day(day) if day else None


def tell(state: Round, facts: Sequence[Fact]) -> list[Event]:
    if any(isinstance(fact, CleanupWentOverdue) for fact in facts):
        return [CleanupOverdue(record=record(state))]
    due = any(isinstance(fact, CleanupFellDue) for fact in facts)
    return [CleanupDue(record=record(state)) if due else CleanupChanged(record=record(state))]


def alarm(state: Round) -> datetime | None:
    if state.stage == "open":
        return end_of_day(state.opinions_by) if state.opinions_by and not state.overdue else None
    waits = state.next_on is not None and not state.followed and state.stage in ("closed", "done")
    return end_of_day(state.next_on) if waits and state.next_on else None


def tick(state: Round, now: datetime, calendar: Calendar) -> Sequence[Fact]:
    """The units are late, or the next round is due."""
    passed = CleanupWentOverdue if state.stage == "open" else CleanupFellDue
    return once(alarm, passed)(state, now, calendar)


def index(state: Round) -> Mapping[str, Any]:
    return {"stage": state.stage, "followed": state.followed}


KIND: CaseKind[Round] = CaseKind(
    name="cleanup_round",
    title="清理",
    facts=(CleanupOpened, CleanupWentOverdue, CleanupClosed, CleanupCarriedOut, CleanupFellDue, CleanupFollowed),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [CleanupRestated(record=record(state))],
    index=index,
    alarm=alarm,
    tick=tick,
)

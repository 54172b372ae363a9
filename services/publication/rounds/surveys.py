"""Surveys: 存量属性认定 (documents in force that never had an attribute; 梅陇镇 2024 要点 一4) and 不公开信息年度评估
(条例18 demands a regular review and names no period: yearly, D)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.publication.surveys import Survey, SurveyChanged, SurveyDue, SurveyKind, SurveyRestated
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind, once
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official

EVERY_MONTHS = 12
TITLES = {SurveyKind.UNATTRIBUTED: "存量文件公开属性认定", SurveyKind.WITHHELD: "不公开信息年度评估"}
LABELS = {"open": "进行中", "closed": "已结束", "due": "应启动新一轮"}
WAITS = {"open": "各单位逐件认定或评估", "due": "启动新一轮评估"}


class SurveyOpened(Fact):
    id: str
    survey: SurveyKind
    total: int
    last: str = ""
    """The last document that it covers; of what is imported later the next one thinks."""
    by: Official
    at: datetime


class SurveyClosed(Fact):
    result: str
    next_on: date | None
    by: Official
    at: datetime


class SurveyFellDue(Fact):
    pass


class SurveyFollowed(Fact):
    """The next survey of its kind was opened."""


class State(BaseModel):
    """A survey as its facts make it."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: SurveyKind
    total: int
    last: str
    opened_at: datetime
    stage: str = "open"
    result: str | None = None
    next_on: date | None = None
    followed: bool = False


def open_survey(id: str, kind: SurveyKind, total: int, by: Official, now: datetime, last: str = "") -> list[Fact]:
    if total == 0:
        raise Refused("nothing_to_survey", "没有需要认定或评估的文件。", field="kind", remedy="无需启动。")
    return [SurveyOpened(id=id, survey=kind, total=total, last=last, by=by, at=now)]


def may_close(state: State, left: int) -> None:
    if state.stage != "open":
        raise Refused("survey_over", "这一轮已经结束。", remedy="请在新一轮中办理。")
    if left:
        raise Refused("undecided", f"还有 {left} 件没有认定或评估。", remedy="请先逐件办理。")


def close(state: State, left: int, result: str, by: Official, now: datetime, calendar: Calendar) -> list[Fact]:
    """Nothing is left; of what is not public the next survey is due a year later."""
    may_close(state, left)
    again = state.kind is SurveyKind.WITHHELD
    next_on = calendar.add_months(now.date(), EVERY_MONTHS) if again else None
    return [SurveyClosed(result=result, next_on=next_on, by=by, at=now)]


def followed(state: State) -> list[Fact]:
    return [] if state.followed else [SurveyFollowed()]


def evolve(state: State | None, fact: Fact) -> State:
    if isinstance(fact, SurveyOpened):
        return State(id=fact.id, kind=fact.survey, total=fact.total, last=fact.last, opened_at=fact.at)
    if state is None:
        raise ValueError("the first fact opens a survey")
    match fact:
        case SurveyClosed():
            return state.model_copy(update={"stage": "closed", "result": fact.result, "next_on": fact.next_on})
        case SurveyFellDue():
            return state.model_copy(update={"stage": "due"})
        case SurveyFollowed():
            return state.model_copy(update={"followed": True, "stage": "closed"})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: State) -> Survey:
    due = state.stage == "due"
    return Survey(
        id=state.id,
        title=f"{TITLES[state.kind]}（{state.opened_at:%Y-%m-%d} 启动）",
        state=state.stage,
        state_label=LABELS[state.stage],
        open=state.stage != "closed",
        opened_at=state.opened_at,
        due_at=end_of_day(state.next_on) if due and state.next_on else None,
        overdue=due,
        waits_for=WAITS.get(state.stage, ""),
        kind=state.kind,
        total=state.total,
        left=state.total if state.stage == "open" else 0,
        result=state.result,
        next_on=state.next_on,
    )


def tell(state: State, facts: Sequence[Fact]) -> list[Event]:
    due = any(isinstance(fact, SurveyFellDue) for fact in facts)
    return [SurveyDue(record=record(state)) if due else SurveyChanged(record=record(state))]


def alarm(state: State) -> datetime | None:
    waits = state.next_on is not None and not state.followed and state.stage == "closed"
    return end_of_day(state.next_on) if waits and state.next_on else None


def index(state: State) -> Mapping[str, Any]:
    return {"stage": state.stage, "survey": state.kind.value, "unfollowed": not state.followed}


KIND: CaseKind[State] = CaseKind(
    name="survey",
    title="评估",
    facts=(SurveyOpened, SurveyClosed, SurveyFellDue, SurveyFollowed),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [SurveyRestated(record=record(state))],
    index=index,
    alarm=alarm,
    tick=once(alarm, SurveyFellDue),
)

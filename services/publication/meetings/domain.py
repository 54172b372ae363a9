"""A meeting: planned with the openness of its items, approved, held, published within five working days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import Field

from contracts.publication.meetings import AgendaItem, Attendance, ItemResult, MeetingStage, MeetingType
from contracts.publication.record import Attribute
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import running
from services.publication.domain.checks import known_channels, lawful_ground
from services.publication.domain.facts import DueSet, Official, Warned, WentOverdue
from services.publication.domain.law import CLOCKS
from services.publication.domain.running import Limited
from services.publication.domain.signing import own, sign
from services.publication.domain.withdrawing import Sealable
from services.publication.meetings.facts import (
    AgendaRevised,
    LiveSet,
    MeetingApproved,
    MeetingCancelled,
    MeetingHeld,
    MeetingPlanned,
    ResultPublished,
)
from services.publication.meetings.rules import RULES

RESULT = CLOCKS["MEETING.RESULT"]
LABELS = {
    MeetingStage.PLANNED: "待批准",
    MeetingStage.APPROVED: "待召开",
    MeetingStage.HELD: "待公开结果",
    MeetingStage.PUBLISHED: "已公开",
    MeetingStage.CANCELLED: "已取消",
}
WAITS = {
    MeetingStage.PLANNED: "负责人批准会议方案",
    MeetingStage.APPROVED: "登记会议结果",
    MeetingStage.HELD: "公开会议结果",
}


class Session(Sealable, Limited):
    """A meeting as its facts make it."""

    title: str
    type: MeetingType
    meets_at: datetime
    agenda: tuple[AgendaItem, ...]
    workers: frozenset[str]
    stage: MeetingStage = MeetingStage.PLANNED
    live_url: str = ""
    live_channel: str = ""
    results: dict[int, str] = Field(default_factory=dict)
    attendance: tuple[Attendance, ...] = ()
    notes: dict[int, str] = Field(default_factory=dict)
    published_at: datetime | None = None
    days_late: int | None = None

    @property
    def day(self) -> date:
        """The day on which it takes place."""
        return self.meets_at.astimezone(CST).date()

    @property
    def held(self) -> bool:
        return self.stage in (MeetingStage.HELD, MeetingStage.PUBLISHED)

    @property
    def held_on(self) -> date | None:
        return self.day if self.held else None

    @property
    def public(self) -> bool:
        return bool(self.live_url) or self.stage is MeetingStage.PUBLISHED

    @property
    def unproposed(self) -> tuple[int, ...]:
        """Items of livelihood fields that lack their proposal."""
        return tuple(item.no for item in self.agenda if item.field and item.proposal is None)

    @property
    def consulted(self) -> tuple[AgendaItem, ...]:
        """Public items that carry a matter of decision."""
        return tuple(item for item in self.agenda if item.matter and opens(item))


def opens(item: AgendaItem) -> bool:
    """What was decided about an item is public unless its approved proposal says no (以公开为常态)."""
    return item.proposal is None or item.proposal.attribute is Attribute.PROACTIVE


def plan(given: MeetingPlanned) -> list[Fact]:
    _agenda(given.agenda)
    return [given]


def _agenda(agenda: Sequence[AgendaItem]) -> None:
    """Numbers, fields and grounds are what they may be."""
    if len({item.no for item in agenda}) < len(agenda):
        raise Refused("numbers_repeat", "议题序号有重复。", field="agenda", remedy="请更正序号。")
    for item in agenda:
        if item.field and item.field not in RULES.fields.values:
            raise Refused(
                "unknown_field", "没有这个民生领域。", field="field", remedy=f"可用：{'、'.join(RULES.fields.values)}。"
            )
        if item.proposal:
            lawful_ground(item.proposal.attribute, item.proposal.ground, item.proposal.reason)
            known_channels(item.proposal.ways)


def revise(
    state: Session, agenda: tuple[AgendaItem, ...], meets_at: datetime | None, by: Official, now: datetime
) -> list[Fact]:
    own(state.agency, by)
    stands(state, MeetingStage.PLANNED, MeetingStage.APPROVED)
    _agenda(agenda)
    at = meets_at or state.meets_at
    if (agenda, at) == (state.agenda, state.meets_at):
        return []
    return [AgendaRevised(meets_at=at, agenda=agenda, by=by, at=now)]


def stands(state: Session, *stages: MeetingStage) -> None:
    if state.stage not in stages:
        waits = WAITS.get(state.stage)
        raise Refused(
            "wrong_stage",
            f"会议现在是“{LABELS[state.stage]}”，不能这样办理。",
            remedy=f"现在等待：{waits}。" if waits else None,
        )


def approve(state: Session, by: Official, now: datetime) -> list[Fact]:
    """涉及重大民生事项的议题，公开和邀请的意见随会议方案一同报批."""
    if state.stage is MeetingStage.APPROVED:
        return []
    stands(state, MeetingStage.PLANNED)
    own(state.agency, by)
    if by.id in state.workers:
        raise Refused("own_work", "拟订会议方案的人不能批准自己的方案。", remedy="请由负责人批准。")
    if state.unproposed:
        listed = "、".join(map(str, state.unproposed))
        raise Refused(
            "proposal_missing",
            f"第 {listed} 项议题涉及民生领域，没有公开和邀请列席的意见。",
            field="agenda",
            remedy="请补充是否公开、公开方式和是否邀请列席后报批。",
        )
    return [MeetingApproved(by=by, at=now)]


def announce(state: Session, url: str, channel: str, secrecy: bool, by: Official, now: datetime) -> list[Fact]:
    """直播: where anyone can follow an approved meeting."""
    stands(state, MeetingStage.APPROVED)
    sign(secrecy, by, state.workers)
    if (state.live_url, state.live_channel) == (url, channel):
        return []
    return [LiveSet(url=url, channel=channel, by=by, at=now)]


def hold(
    state: Session,
    results: Sequence[ItemResult],
    attendance: Sequence[Attendance],
    by: Official,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """What was decided about each item, and who sat in."""
    own(state.agency, by)
    stands(state, MeetingStage.APPROVED)
    if state.meets_at > now:
        raise Refused("in_future", "会议时间还没有到。", remedy="请在会后登记；时间有变的请先修改方案。")
    if sorted(each.no for each in results) != sorted(item.no for item in state.agenda):
        raise Refused("results_incomplete", "每项议题须有一条结果。", field="results", remedy="请逐项登记结果。")
    classes = [each.invitees for each in attendance]
    if len(set(classes)) < len(classes) or any(each.attended > each.invited for each in attendance):
        raise Refused(
            "attendance", "列席人数有误：同一类别重复，或到会多于邀请。", field="attendance", remedy="请更正人数。"
        )
    fact = MeetingHeld(results=tuple(results), attendance=tuple(attendance), by=by, at=now)
    return running.timed(state, [fact], evolve, limit, calendar)


def limit(state: Session, calendar: Calendar) -> DueSet:
    """在作出决策后5个工作日内公开 (MEETING.RESULT)."""
    return running.runs(RESULT, state.day, calendar) if state.stage is MeetingStage.HELD else running.NONE


def publish(
    state: Session, notes: Mapping[int, str], secrecy: bool, by: Official, now: datetime, calendar: Calendar
) -> list[Fact]:
    """公开会议结果. An item that the public was asked about carries what came of the opinions."""
    if state.stage is MeetingStage.PUBLISHED:
        return []
    stands(state, MeetingStage.HELD)
    sign(secrecy, by, state.workers)
    due = calendar.due(state.day, RESULT.days)
    late = max(calendar.workdays_between(due, now.date()), 0)
    fact = ResultPublished(notes=dict(notes), days_late=late, by=by, at=now)
    return running.timed(state, [fact], evolve, limit, calendar)


def recount(state: Session, calendar: Calendar) -> list[Fact]:
    return running.recount(state, limit, calendar)


def cancel(state: Session, reason: str, by: Official, now: datetime) -> list[Fact]:
    if state.stage is MeetingStage.CANCELLED:
        return []
    own(state.agency, by)
    stands(state, MeetingStage.PLANNED, MeetingStage.APPROVED)
    return [MeetingCancelled(reason=reason, by=by, at=now)]


def evolve(state: Session | None, fact: Fact) -> Session:
    if isinstance(fact, MeetingPlanned):
        given = fact.model_dump(exclude={"by", "at"})
        return Session.model_validate(given | {"opened_at": fact.at, "workers": {fact.by.id}})
    if state is None:
        raise ValueError("the first fact plans a meeting")
    return state.model_copy(update=_changed(state, fact))


def _changed(state: Session, fact: Fact) -> dict[str, Any]:
    match fact:
        case AgendaRevised():
            again = {"stage": MeetingStage.PLANNED, "workers": state.workers | {fact.by.id}}
            return again | {"meets_at": fact.meets_at, "agenda": fact.agenda}
        case MeetingApproved():
            return {"stage": MeetingStage.APPROVED}
        case LiveSet():
            return {"live_url": fact.url, "live_channel": fact.channel}
        case MeetingHeld():
            results = {each.no: each.result for each in fact.results}
            held = {"stage": MeetingStage.HELD, "workers": state.workers | {fact.by.id}}
            return held | {"results": results, "attendance": fact.attendance}
        case ResultPublished():
            published = {"stage": MeetingStage.PUBLISHED, "published_at": fact.at}
            return published | {"notes": fact.notes, "days_late": fact.days_late}
        case MeetingCancelled():
            return {"stage": MeetingStage.CANCELLED}
        case DueSet() | Warned() | WentOverdue():
            return running.changed(fact)
    raise TypeError(f"unknown fact {fact.kind}")

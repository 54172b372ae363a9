"""A work ledger: opened for a deployed task, published and updated, finished when all its steps are done."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.publication.comments import CommentTally
from contracts.publication.ledgers import (
    SHOWN_REPORTS,
    Inspection,
    InspectionGrade,
    LedgerPlan,
    LedgerStage,
    LedgerStep,
    ProgressReport,
)
from kernel.calendar import Calendar, end_of_day
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.signing import own, sign
from services.publication.domain.withdrawing import Sealable
from services.publication.ledgers import facts as f

REPORT_DAYS = 92
"""及时公开工作进展: no period is named; a quarter is taken (D)."""
MAX_REPORTS = 100
LABELS = {LedgerStage.DRAFT: "待公开", LedgerStage.RUNNING: "推进中", LedgerStage.FINISHED: "已完成"}


class Body(BaseModel):
    """What stands in a ledger. What is public is the body as it was when somebody signed it."""

    model_config = ConfigDict(frozen=True)

    plan: LedgerPlan
    reports: tuple[ProgressReport, ...] = ()
    effect: str = ""
    changes: tuple[str, ...] = ()


class Work(Sealable):
    """A ledger as its facts make it."""

    body: Body
    shown: Body | None = None
    workers: frozenset[str] = frozenset()
    inspections: tuple[Inspection, ...] = ()
    tally: CommentTally = CommentTally()
    note: str = ""
    answered_at: datetime | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    finished: bool = False
    late: tuple[int, ...] = ()
    report_missing: bool = False
    comments_erased: bool = False

    @property
    def stage(self) -> LedgerStage:
        if self.finished:
            return LedgerStage.FINISHED
        return LedgerStage.RUNNING if self.shown else LedgerStage.DRAFT

    @property
    def left(self) -> tuple[LedgerStep, ...]:
        """Steps that are not done."""
        return tuple(step for step in self.body.plan.steps if step.done_on is None)

    @property
    def unpublished(self) -> bool:
        return self.body != self.shown

    @property
    def reported_on(self) -> date | None:
        return self.body.reports[-1].on if self.body.reports else None

    @property
    def report_due_on(self) -> date | None:
        """Until when the next progress is to be reported."""
        if self.finished or self.published_at is None:
            return None
        return max(self.reported_on or date.min, self.published_at.date()) + timedelta(days=REPORT_DAYS)

    @property
    def next_step(self) -> LedgerStep | None:
        """The step that is due next and not late yet."""
        waiting = [step for step in self.left if step.no not in self.late]
        return min(waiting, key=lambda step: step.due_on, default=None) if not self.finished else None

    @property
    def commented(self) -> bool:
        """Comments are taken."""
        return self.stage is LedgerStage.RUNNING


def open_ledger(given: f.LedgerOpened) -> list[Fact]:
    _steps(given.plan)
    return [given]


def _steps(plan: LedgerPlan) -> None:
    if len({step.no for step in plan.steps}) < len(plan.steps):
        raise Refused("numbers_repeat", "步骤序号有重复。", field="steps", remedy="请更正序号。")


def running(state: Work) -> None:
    if state.finished:
        raise Refused("ledger_finished", "台账已经办结。", remedy="新的工作请另立台账。")


def change(state: Work, plan: LedgerPlan, reason: str, by: Official, now: datetime) -> list[Fact]:
    """Another plan. What is done stays done, and is not taken out; the reason becomes public with it."""
    own(state.agency, by)
    running(state)
    _steps(plan)
    done = {step.no: step for step in state.body.plan.steps if step.done_on}
    if not done.keys() <= {step.no for step in plan.steps}:
        raise Refused("step_done", "已完成的步骤不能删去。", field="steps", remedy="请保留已完成的步骤。")
    steps = tuple(done.get(step.no, step.model_copy(update={"done_on": None})) for step in plan.steps)
    after = plan.model_copy(update={"steps": steps})
    return [f.PlanChanged(plan=after, reason=reason, by=by, at=now)] if after != state.body.plan else []


def report(state: Work, text: str, step: int | None, by: Official, now: datetime) -> list[Fact]:
    """工作进展; with a step: it is done."""
    own(state.agency, by)
    running(state)
    if len(state.body.reports) >= MAX_REPORTS:
        raise Refused("too_many_reports", f"进展已达 {MAX_REPORTS} 条。", remedy="请办结本台账，另立新台账。")
    known = next((each for each in state.body.plan.steps if each.no == step), None)
    if step is not None and known is None:
        raise Refused("unknown_step", "没有这个步骤。", field="step", remedy="请核对步骤序号。")
    if known and known.done_on:
        raise Refused("step_done", "这个步骤已经完成。", field="step", remedy="请核对步骤序号。")
    return [f.StepReported(report=ProgressReport(on=now.date(), text=text, step=step), by=by, at=now)]


def state_effect(state: Work, text: str, by: Official, now: datetime) -> list[Fact]:
    own(state.agency, by)
    running(state)
    return [f.EffectStated(text=text, by=by, at=now)] if text != state.body.effect else []


def publish(state: Work, secrecy: bool, by: Official, now: datetime) -> list[Fact]:
    """What was entered since is public now."""
    if not state.unpublished:
        return []
    sign(secrecy, by, state.workers)
    return [f.LedgerShown(by=by, at=now)]


def inspect(state: Work, inspection: Inspection, secrecy: bool, by: Official, now: datetime) -> list[Fact]:
    """督查情况公开: also who was slow; nobody publishes an inspection of the own unit."""
    if state.shown is None:
        raise Refused("ledger_not_public", "台账还没有公开。", remedy="请先公开台账。")
    sign(secrecy, by, state.workers)
    if inspection.grade is not InspectionGrade.REGULAR and by.agency == inspection.unit:
        raise Refused("own_unit", "不能公布对本单位的表扬或曝光。", field="unit", remedy="请由督查单位公布。")
    if inspection.on > now.date():
        raise Refused("in_future", "督查日期还没有到。", field="on", remedy="请核对日期。")
    return [] if inspection in state.inspections else [f.InspectionShown(inspection=inspection, by=by, at=now)]


def release(
    state: Work, tally: CommentTally, left: int, note: str, secrecy: bool, by: Official, now: datetime
) -> list[Fact]:
    """The answers to comments are public; those that came since wait for the next time."""
    if state.shown is None or tally.received == left:
        raise Refused("nothing_answered", "没有可以公开的意见答复。", remedy="请先答复公众意见。")
    if (tally, note) == (state.tally, state.note):
        return []
    sign(secrecy, by, state.workers)
    return [f.CommentsReleased(tally=tally, note=note, by=by, at=now)]


def finish(state: Work, note: str, by: Official, now: datetime) -> list[Fact]:
    """All steps are done, the effect is stated and public; somebody who has not kept the ledger confirms it."""
    if state.finished:
        return []
    if state.left or not state.body.effect:
        missing = [f"第 {step.no} 步" for step in state.left[:10]] + ([] if state.body.effect else ["工作成效"])
        raise Refused("unfinished", f"台账还没有完成：{'、'.join(missing)}。", remedy="请完成并登记后再确认。")
    if state.unpublished:
        raise Refused("unpublished", "还有没有公开的进展。", remedy="请先审查公开。")
    if by.id in state.workers:
        raise Refused("own_work", "登记台账的人不能确认办结。", remedy="请由督查人员或负责人确认。")
    return [f.LedgerFinished(note=note, by=by, at=now)]


def comments_erased(state: Work, handed_over_on: date, papers: int, by: Official, now: datetime) -> list[Fact]:
    gone = f.CommentsDestroyed(handed_over_on=handed_over_on, papers=papers, by=by, at=now)
    return [] if state.comments_erased else [gone]


def evolve(state: Work | None, fact: Fact) -> Work:
    if isinstance(fact, f.LedgerOpened):
        return Work(
            id=fact.id,
            agency=fact.agency,
            opened_at=fact.at,
            body=Body(plan=fact.plan),
            workers=frozenset({fact.by.id}),
        )
    if state is None:
        raise ValueError("the first fact opens a ledger")
    return state.model_copy(update=_entered(state, fact))


def _entered(state: Work, fact: Fact) -> dict[str, Any]:
    match fact:
        case f.PlanChanged():
            changes = (*state.body.changes, fact.reason)[-SHOWN_REPORTS:]
            body = state.body.model_copy(update={"plan": fact.plan, "changes": changes})
            due = {step.no for step in fact.plan.steps if step.done_on is None and step.due_on < fact.at.date()}
            late = tuple(no for no in state.late if no in due)
            return {"body": body, "late": late, "workers": state.workers | {fact.by.id}}
        case f.StepReported():
            late = tuple(no for no in state.late if no != fact.report.step)
            entered = {"body": _reported(state.body, fact.report), "late": late, "report_missing": False}
            return entered | {"workers": state.workers | {fact.by.id}}
        case f.EffectStated():
            body = state.body.model_copy(update={"effect": fact.text})
            return {"body": body, "workers": state.workers | {fact.by.id}}
    return _shown(state, fact)


def _shown(state: Work, fact: Fact) -> dict[str, Any]:
    match fact:
        case f.LedgerShown():
            return {"shown": state.body, "published_at": state.published_at or fact.at, "updated_at": fact.at}
        case f.InspectionShown():
            return {"inspections": (*state.inspections, fact.inspection)[-SHOWN_REPORTS:], "updated_at": fact.at}
        case f.CommentsReleased():
            released = {"tally": fact.tally, "note": fact.note}
            return released | {"answered_at": fact.at, "updated_at": fact.at}
        case f.LedgerFinished():
            return {"finished": True, "late": (), "report_missing": False, "updated_at": fact.at}
        case f.StepsWentOverdue():
            return {"late": (*state.late, *fact.nos)}
        case f.ReportWentMissing():
            return {"report_missing": True}
        case f.CommentsDestroyed():
            return {"comments_erased": True}
    raise TypeError(f"unknown fact {fact.kind}")


def _reported(body: Body, report: ProgressReport) -> Body:
    steps = tuple(
        step.model_copy(update={"done_on": report.on}) if step.no == report.step else step for step in body.plan.steps
    )
    plan = body.plan.model_copy(update={"steps": steps})
    return body.model_copy(update={"plan": plan, "reports": (*body.reports, report)})


def alarm(state: Work) -> datetime | None:
    """The end of the next step's day, or of the time within which progress is reported."""
    step, report_due = state.next_step, state.report_due_on
    days = [step.due_on] if step and state.shown else []
    if report_due and not state.report_missing:
        days.append(report_due)
    return end_of_day(min(days)) if days else None


def tick(state: Work, now: datetime, calendar: Calendar) -> list[Fact]:
    """Steps whose day has passed, each once, and that nothing was reported for a quarter."""
    passed: list[Fact] = []
    late = tuple(step.no for step in state.left if step.no not in state.late and end_of_day(step.due_on) <= now)
    if late and state.shown and not state.finished:
        passed.append(f.StepsWentOverdue(nos=late, on=now.date()))
    due = state.report_due_on
    if due and not state.report_missing and end_of_day(due) <= now:
        passed.append(f.ReportWentMissing())
    return passed


def due_at(state: Work) -> datetime | None:
    """The end of the nearest limit, passed or not."""
    days: Sequence[date] = [step.due_on for step in state.left] if state.shown and not state.finished else []
    report_due = state.report_due_on
    nearest = min([*days, *([report_due] if report_due else [])], default=None)
    return end_of_day(nearest) if nearest else None

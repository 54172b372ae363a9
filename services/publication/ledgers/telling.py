"""What a work ledger tells: the offices at every entry, the public what somebody has signed."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.publication import ledgers as c
from contracts.publication.takedown import LedgerWithdrawn, PublicLedgerWithdrawn
from kernel.cases import CaseKind
from kernel.facts import Fact
from services.publication.domain.withdrawing import Tombstones, sealable
from services.publication.ledgers import facts as f
from services.publication.ledgers.domain import LABELS, Work, alarm, due_at, evolve, tick

LATE = (f.StepsWentOverdue, f.ReportWentMissing)


def record(state: Work) -> c.Ledger:
    return c.Ledger(
        id=state.id,
        title=state.body.plan.title,
        state=state.stage.value,
        state_label=LABELS[state.stage],
        open=not state.finished,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=due_at(state),
        overdue=bool(state.late) or state.report_missing,
        waits_for=_waits(state),
        source=state.body.plan.source.kind,
        steps=len(state.body.plan.steps),
        done=len(state.body.plan.steps) - len(state.left),
        unpublished=state.unpublished,
        late_steps=state.late,
        reported_on=state.reported_on,
    )


def _waits(state: Work) -> str:
    if state.finished:
        return ""
    if state.unpublished:
        return "审查公开台账"
    if state.left:
        return "责任单位推进下一步骤"
    return "登记工作成效" if not state.body.effect else "确认办结"


def public_record(state: Work) -> c.PublicLedger:
    body = state.shown
    if body is None or state.published_at is None or state.updated_at is None:
        raise ValueError("not public")
    return c.PublicLedger(
        id=state.id,
        title=body.plan.title,
        agency=state.agency,
        plan=body.plan,
        reports=body.reports[-c.SHOWN_REPORTS :],
        effect=body.effect,
        inspections=state.inspections,
        tally=state.tally,
        answered_at=state.answered_at,
        note=state.note,
        changes=body.changes,
        published_at=state.published_at,
        updated_at=state.updated_at,
        stage=state.stage,
        stage_label=LABELS[state.stage],
    )


def tell(state: Work, facts: Sequence[Fact]) -> list[Event]:
    late = any(isinstance(fact, LATE) for fact in facts)
    told: list[Event] = [c.LedgerOverdue(record=record(state)) if late else c.LedgerChanged(record=record(state))]
    if state.shown is None:
        return told
    public = public_record(state)
    for fact in facts[-1:]:
        match fact:
            case f.LedgerShown():
                first = state.published_at == state.updated_at
                told.append(c.LedgerPublished(record=public) if first else c.LedgerUpdated(record=public))
            case f.InspectionShown():
                told.append(c.InspectionPublished(record=public))
            case f.CommentsReleased() | f.LedgerFinished():
                told.append(c.LedgerUpdated(record=public))
    return told


def retell(state: Work) -> list[Event]:
    told: list[Event] = [c.LedgerRestated(record=record(state))]
    if state.shown:
        told.append(c.PublicLedgerRestated(record=public_record(state)))
    return told


def index(state: Work) -> Mapping[str, Any]:
    return {"agency": state.agency, "stage": state.stage.value}


_KIND: CaseKind[Work] = CaseKind(
    name="work_ledger",
    title="工作台账",
    facts=(
        f.LedgerOpened,
        f.PlanChanged,
        f.StepReported,
        f.EffectStated,
        f.LedgerShown,
        f.InspectionShown,
        f.CommentsReleased,
        f.LedgerFinished,
        f.StepsWentOverdue,
        f.ReportWentMissing,
        f.CommentsDestroyed,
    ),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)
KIND = sealable(_KIND, Tombstones(LedgerWithdrawn, PublicLedgerWithdrawn))

"""What a matter of decision tells: the offices at every step, the public from the consultation on."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.base import Event
from contracts.publication import decision_events as e
from contracts.publication import decisions as c
from contracts.publication.takedown import MatterWithdrawn, PublicMatterWithdrawn
from kernel.cases import CaseKind
from kernel.facts import Fact
from services.publication.decisions import facts as f
from services.publication.decisions.clocks import alarm, tick
from services.publication.decisions.evolution import evolve
from services.publication.decisions.limits import Limits, read
from services.publication.decisions.state import LABELS, Decision
from services.publication.domain import running
from services.publication.domain.facts import WentOverdue
from services.publication.domain.withdrawing import Tombstones, sealable

WAITS = {
    c.DecisionStage.PREPARING: "承办单位拟订草案、征求意见",
    c.DecisionStage.CONSULTING: "公众提出意见",
    c.DecisionStage.SORTING: "承办单位整理意见，公布采纳情况",
    c.DecisionStage.DISCUSSABLE: "提交会议集体讨论",
    c.DecisionStage.AGREED: "公布决策",
    c.DecisionStage.EXECUTING: "执行、评估、归档",
}
CLOSED = frozenset({c.DecisionStage.ARCHIVED, c.DecisionStage.STOPPED})
QUIET: tuple[type[Fact], ...] = (
    *running.TIMING,
    f.LegalReviewSent,
    f.ConsultationPlanned,
    f.DecisionStarted,
    f.CommentsErased,
)
"""Facts that change nothing that the public sees."""
ANNOUNCES: dict[type[Fact], type[Event]] = {
    f.ConsultationBegun: e.ConsultationOpened,
    f.FeedbackGiven: e.FeedbackPublished,
    f.DecisionMadePublic: e.DecisionPublished,
    f.EvaluationMadePublic: e.EvaluationPublished,
}


def record(state: Decision) -> c.Matter:
    missing = state.missing if state.stage not in CLOSED and not state.agreed_on else ()
    return c.Matter(
        id=state.id,
        title=state.title,
        state=state.stage.value,
        state_label=LABELS[state.stage],
        open=state.stage not in CLOSED,
        agency=state.agency,
        opened_at=state.opened_at,
        **running.told(state),
        waits_for=_waits(state),
        level=state.level,
        missing=missing,
        consult_until=state.consultation.until if state.consulting and state.consultation else None,
        legal_review_sent=bool(state.legal and state.legal.lawful is None),
        ledger=state.ledger,
        planned_on=state.planned_on,
    )


def _waits(state: Decision) -> str:
    if state.stage is c.DecisionStage.ASSESSING:
        if state.legal and state.legal.lawful is None and state.missing == ("合法性审查",):
            return "合法性审查部门"
        return f"承办单位：{'、'.join(state.missing)}"[:200]
    return WAITS.get(state.stage, "")


def public_record(state: Decision) -> c.PublicMatter:
    asked = state.consultation
    return c.PublicMatter(
        id=state.id,
        title=state.title,
        level=state.level,
        scope=state.scope,
        agency=state.agency,
        co_agencies=state.co_agencies,
        stage=state.stage,
        stage_label=LABELS[state.stage],
        basis=state.basis,
        background=state.background,
        catalogue=state.catalogue,
        draft=state.draft,
        consultation=asked if asked and asked.from_on else None,
        earlier=state.earlier,
        held=state.held,
        feedback=state.feedback,
        experts=state.experts,
        risk_assessed_on=state.risk.on if state.risk else None,
        legal_review_on=state.legal.on if state.legal and state.legal.lawful else None,
        discussions=state.discussions,
        decided=state.decided,
        executed_by=state.executed_by,
        ledger=state.ledger,
        evaluations=state.evaluations,
        stopped_for=state.stopped_for,
    )


def tell(state: Decision, facts: Sequence[Fact]) -> list[Event]:
    overdue = any(isinstance(fact, WentOverdue) for fact in facts)
    told: list[Event] = [e.MatterOverdue(record=record(state)) if overdue else e.MatterChanged(record=record(state))]
    seen = [type(fact) for fact in facts if not isinstance(fact, QUIET)]
    if state.public and seen:
        kind = next((ANNOUNCES[each] for each in seen if each in ANNOUNCES), e.PublicMatterChanged)
        told.append(kind(record=public_record(state)))
    return told


def retell(state: Decision) -> list[Event]:
    told: list[Event] = [e.MatterRestated(record=record(state))]
    return [*told, e.PublicMatterRestated(record=public_record(state))] if state.public else told


def index(state: Decision) -> Mapping[str, Any]:
    plain: dict[str, Any] = {"agency": state.agency, "stage": state.stage.value}
    if state.due_at:
        plain["timed"] = True
    return plain


FACTS: tuple[type[Fact], ...] = (
    f.DecisionStarted,
    f.DraftSet,
    f.ConsultedAgain,
    f.ConsultationPlanned,
    f.ConsultationBegun,
    f.ConsultationExtended,
    f.ConsultationEnded,
    f.ParticipationHeld,
    f.FeedbackGiven,
    f.ExpertsHeard,
    f.RiskAssessed,
    f.LegalReviewSent,
    f.LegallyReviewed,
    f.Discussed,
    f.DecisionMadePublic,
    f.ExecutionAssigned,
    f.EvaluationMadePublic,
    f.DecisionArchived,
    f.DecisionStopped,
    f.DecisionResumed,
    f.CommentsErased,
    *running.TIMING,
)


def kind(limits: Limits) -> CaseKind[Decision]:
    """Matters of decision under the limits of a region."""
    plain = CaseKind(
        name="decision",
        title="决策事项",
        facts=FACTS,
        evolve=evolve,
        tell=tell,
        retell=retell,
        index=index,
        alarm=alarm,
        tick=tick(limits),
    )
    return sealable(plain, Tombstones(MatterWithdrawn, PublicMatterWithdrawn))


KIND = kind(read(None))
"""With the shipped limits."""

"""How the facts of a matter of decision fold."""

from datetime import datetime
from typing import Any

from contracts.publication.decisions import Decided, DiscussionOutcome, EarlierConsultation, Feedback
from kernel.facts import Fact
from services.publication.decisions import facts as f
from services.publication.decisions.state import Decision, LegalReview
from services.publication.domain import running
from services.publication.domain.facts import DueSet, Warned, WentOverdue
from services.publication.domain.state import Signature

STEPS: dict[type[f.Step], str] = {
    f.DecisionStarted: "启动",
    f.DraftSet: "提出决策草案",
    f.ConsultedAgain: "修改草案，再次征求意见",
    f.ConsultationPlanned: "拟订征求意见方案",
    f.ConsultationBegun: "公布草案征求意见",
    f.ConsultationExtended: "延长征求意见期限",
    f.ParticipationHeld: "听取意见",
    f.FeedbackGiven: "公布意见采纳情况",
    f.ExpertsHeard: "专家论证",
    f.RiskAssessed: "风险评估",
    f.LegalReviewSent: "送合法性审查",
    f.LegallyReviewed: "合法性审查",
    f.Discussed: "集体讨论",
    f.DecisionMadePublic: "公布决策",
    f.ExecutionAssigned: "部署执行",
    f.EvaluationMadePublic: "公布评估结果",
    f.DecisionArchived: "归档",
    f.DecisionStopped: "终止",
    f.DecisionResumed: "恢复",
    f.CommentsErased: "销毁公众意见原件",
}
PREPARES = (
    f.DecisionStarted,
    f.DraftSet,
    f.ConsultedAgain,
    f.ConsultationPlanned,
    f.ParticipationHeld,
    f.ExpertsHeard,
    f.RiskAssessed,
)
"""Steps by which somebody becomes one of those who prepared the matter."""


def evolve(state: Decision | None, fact: Fact) -> Decision:
    if isinstance(fact, f.DecisionStarted):
        given = fact.model_dump(exclude={"by", "at", "entry", "outside_reason"})
        state = Decision.model_validate(given | {"opened_at": fact.at})
    elif state is None:
        raise ValueError("the first fact starts a matter")
    else:
        state = state.model_copy(update=_changed(state, fact))
    if not isinstance(fact, f.Step):
        return state
    step = Signature(step=STEPS[type(fact)], by=fact.by, at=fact.at, note=_note(fact))
    workers = state.workers | {fact.by.id} if isinstance(fact, PREPARES) else state.workers
    return state.model_copy(update={"signatures": (*state.signatures, step), "workers": workers})


def _note(fact: f.Step) -> str:
    match fact:
        case f.LegallyReviewed(note=note) | f.FeedbackGiven(note=note):
            return note
        case f.DecisionStopped(reason=reason) | f.DecisionResumed(reason=reason):
            return reason
        case f.LegalReviewSent(reason=reason) | f.ConsultedAgain(reason=reason):
            return reason
        case f.DecisionStarted(outside_reason=reason):
            return reason
        case f.RiskAssessed(measures=measures):
            return measures
        case f.DecisionArchived(archive_no=number):
            return number
        case f.ConsultationExtended(extension=given):
            return given.reason
        case f.CommentsErased(papers=papers):
            return f"{papers} 份"
    return ""


def _changed(state: Decision, fact: Fact) -> dict[str, Any]:
    match fact:
        case f.DraftSet():
            return {"draft": fact.document, "legal": None}
        case f.ConsultedAgain():
            return {"draft": fact.document, "legal": None, **_anew(state, fact.reason, fact.at)}
        case f.ConsultationPlanned() | f.ConsultationBegun():
            return {"consultation": fact.consultation}
        case f.ConsultationExtended() if state.consultation:
            asked = state.consultation
            longer = {"until": fact.extension.until, "extended": (*asked.extended, fact.extension)}
            return {"consultation": asked.model_copy(update=longer)}
        case f.ConsultationEnded() if state.consultation:
            return {"consultation": state.consultation.model_copy(update={"ended": True})}
        case f.ParticipationHeld():
            return {"held": (*state.held, fact.held)}
        case f.FeedbackGiven():
            return {"feedback": Feedback(published_at=fact.at, tally=fact.tally, note=fact.note)}
        case f.ExpertsHeard():
            return {"experts": fact.assessment}
        case f.RiskAssessed():
            return {"risk": fact.assessment, "risk_controllable": fact.controllable}
        case DueSet() | Warned() | WentOverdue():
            return running.changed(fact)
    return _decided(state, fact)


def _anew(state: Decision, reason: str, at: datetime) -> dict[str, Any]:
    """The consultation so far becomes an earlier one; another is to be planned."""
    asked = state.consultation
    if asked is None:
        return {}
    ended = asked.model_copy(update={"ended": True})
    was = EarlierConsultation(consultation=ended, feedback=state.feedback, again_on=at.date(), reason=reason)
    return {"consultation": None, "feedback": None, "earlier": (*state.earlier, was)}


def _resumed(state: Decision, fact: f.DecisionResumed) -> dict[str, Any]:
    asked_for = state.legal is not None and state.legal.lawful is None
    again = {"legal": None} if asked_for else {}
    anew = _anew(state, fact.reason, fact.at) if state.broken_off else {}
    return {"stopped_for": "", **again, **anew}


def _decided(state: Decision, fact: Fact) -> dict[str, Any]:
    """From the legal review on."""
    match fact:
        case f.LegalReviewSent():
            return {"legal": LegalReview(sent_on=fact.at.date(), until=fact.until)}
        case f.LegallyReviewed() if state.legal:
            return {"legal": state.legal.model_copy(update={"lawful": fact.lawful, "on": fact.at.date()})}
        case f.Discussed():
            passed = fact.discussion.outcome is DiscussionOutcome.PASSED
            after = {} if passed else {"legal": None}  # what is changed is reviewed again
            return after | {"discussions": (*state.discussions, fact.discussion)}
        case f.DecisionMadePublic():
            return {"decided": Decided(document=fact.document, published_at=fact.at)}
        case f.ExecutionAssigned():
            return {"executed_by": fact.agencies, "ledger": fact.ledger or state.ledger}
        case f.EvaluationMadePublic():
            return {"evaluations": (*state.evaluations, fact.evaluation)}
        case f.DecisionArchived():
            return {"archive_no": fact.archive_no}
        case f.DecisionStopped():
            return {"stopped_for": fact.reason}
        case f.DecisionResumed():
            return _resumed(state, fact)
        case f.CommentsErased():
            return {"comments_erased": True}
    raise TypeError(f"unknown fact {fact.kind}")

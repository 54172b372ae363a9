"""In which stage of a matter which command is taken, as one table; and what comes next in each stage."""

from collections.abc import Mapping

from contracts.base import Command
from contracts.publication import comments as o
from contracts.publication import decisions as c
from contracts.publication.decisions import DecisionStage as S
from kernel.refused import Refused
from services.publication.decisions.state import LABELS, Decision

BEFORE_MEETING = (S.PREPARING, S.SORTING, S.ASSESSING, S.DISCUSSABLE)
OPINIONS = (S.CONSULTING, S.SORTING)
_ROWS: Mapping[type[Command], tuple[S, ...]] = {
    c.SetDecisionDraft: BEFORE_MEETING,
    c.PlanConsultation: (S.PREPARING,),
    c.OpenConsultation: (S.PREPARING,),
    c.ExtendConsultation: (S.CONSULTING,),
    c.RecordParticipation: OPINIONS,
    o.GiveComment: (S.CONSULTING,),
    o.RecordComment: OPINIONS,
    o.AnswerComments: OPINIONS,
    o.PublishFeedback: (S.SORTING,),
    c.RecordExperts: (*BEFORE_MEETING, S.CONSULTING),
    c.RecordRisk: (*BEFORE_MEETING, S.CONSULTING),
    c.SendToLegalReview: BEFORE_MEETING,
    c.RecordLegalReview: BEFORE_MEETING,
    c.RecordDiscussion: (S.DISCUSSABLE,),
    c.PublishDecision: (S.AGREED,),
    c.AssignExecution: (S.EXECUTING,),
    c.PublishEvaluation: (S.EXECUTING, S.ARCHIVED),
    c.ArchiveDecision: (S.EXECUTING,),
    c.StopDecision: (*BEFORE_MEETING, S.CONSULTING, S.AGREED, S.EXECUTING),
    c.ResumeDecision: (S.STOPPED,),
}
TAKEN = {kind: frozenset(stages) for kind, stages in _ROWS.items()}
NEXT: Mapping[S, str] = {
    S.PREPARING: "请提出决策草案，拟订征求意见方案并公开征求意见",
    S.CONSULTING: "请在征求意见期满后办理；需要更多时间的，请延长期限",
    S.SORTING: "请答复全部意见，公布意见采纳情况",
    S.ASSESSING: "请补齐论证、评估和合法性审查",
    S.DISCUSSABLE: "请提交会议集体讨论，登记讨论结果",
    S.AGREED: "请公布决策；不再公布的，请登记终止并说明理由",
    S.EXECUTING: "请明确执行单位、公布评估结果，或者归档",
    S.ARCHIVED: "事项已经归档，只能公布决策后评估的结果",
    S.STOPPED: "确需继续的，请由公开工作机构恢复决策程序并说明理由",
}


def taken(state: Decision, kind: type[Command]) -> bool:
    return state.stage in TAKEN[kind]


def stands(state: Decision, kind: type[Command]) -> None:
    """Refuse a command that is not taken in the stage of the matter; the remedy names the next step."""
    if taken(state, kind):
        return
    raise Refused("wrong_stage", f"决策事项现在是“{LABELS[state.stage]}”，不能这样办理。", remedy=next_step(state))


def next_step(state: Decision) -> str:
    """What is missing, and what is to be done in this stage."""
    missing = "、".join(state.missing) if state.stage in BEFORE_MEETING else ""
    return f"{f'还缺：{missing}。' if missing else ''}{NEXT[state.stage]}。"

"""重大行政决策: a matter of decision from its start to its evaluation.
Published from `contracts.publication`."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import CaseId, Command, Contract, Query, Record, Reply, Role, WorkRecord
from contracts.publication.comments import CommentTally, ParticipationForm
from contracts.publication.decision_catalogue import DecisionLevel, DecisionNeeds
from contracts.publication.documents import Step
from contracts.publication.record import RunningLimit
from contracts.publication.terms import HOUSE, OFFICE, SECRECY, WORKERS


class DecisionScope(StrEnum):
    """What a major decision is about (重大行政决策程序暂行条例第三条)."""

    POLICY = "公共服务、市场监管、社会管理、环境保护重大政策措施"
    PLAN = "经济和社会发展重要规划"
    RESOURCES = "自然资源、文化资源开发利用保护重大公共政策和措施"
    PROJECT = "重大公共建设项目"
    OTHER = "其他重大事项"


class PlannedForm(Contract):
    """One way in which the public will take part; a hearing has its day, place and way of selection."""

    form: ParticipationForm
    on: date | None = None
    place: str = Field(default="", max_length=200)
    selection: str = Field(default="", max_length=300, description="听证参加人遴选方式和名单公布处")


class Minimum(Contract):
    """The shortest consultation that the rules allow."""

    days: int
    unit: Literal["days", "workdays"]
    source: str
    grade: str


class Extension(Contract):
    """征求意见期限的延长."""

    on: date
    from_until: date = Field(description="原截止日")
    until: date = Field(description="延长后的截止日")
    reason: str = Field(max_length=300)


class Consultation(Contract):
    """公开征求意见: from when until when, how, and what came of it."""

    from_on: date | None = Field(default=None, description="开始日")
    until: date = Field(description="截止日")
    forms: tuple[PlannedForm, ...] = Field(max_length=10)
    explanation: str = Field(description="主要内容和说明")
    contact: str = Field(description="提出意见的途径")
    shorter_reason: str = Field(default="", description="期限短于规定的理由")
    minimum: Minimum | None = Field(default=None, description="最短期限")
    extended: tuple[Extension, ...] = Field(default=(), max_length=10)
    ended: bool = False


class Held(Contract):
    """One way in which the public took part."""

    form: ParticipationForm
    on: date
    participants: int = Field(ge=1)
    summary: str = Field(min_length=2, max_length=500)
    materials_sent_on: date | None = Field(default=None, description="听证材料送达日")


class Feedback(Contract):
    """意见采纳情况."""

    published_at: AwareDatetime
    tally: CommentTally
    note: str = ""


class EarlierConsultation(Contract):
    """A consultation after which the public was asked again."""

    consultation: Consultation
    feedback: Feedback | None = None
    again_on: date = Field(description="决定再次征求意见的日期")
    reason: str = Field(max_length=300, description="再次征求意见的理由")


class Assessment(Contract):
    """专家论证 or 风险评估."""

    on: date
    assessors: tuple[str, ...] = Field(max_length=10, description="Organisations; experts are not named.")
    conclusion: str = Field(max_length=500)


class DiscussionOutcome(StrEnum):
    """What a meeting decided of a matter."""

    PASSED = "通过"
    AGAIN = "修改后再次讨论"
    FAILED = "不予通过"


class Discussion(Contract):
    """集体讨论."""

    meeting: CaseId
    on: date
    outcome: DiscussionOutcome


class Decided(Contract):
    """公布的决策."""

    document: CaseId
    published_at: AwareDatetime


class EvaluationKind(StrEnum):
    """决策后评估 (重大行政决策程序暂行条例第三十六条; 七星关区 2017 (五)4)."""

    THIRD_PARTY = "第三方评估"
    PROFESSIONAL = "专业机构鉴定"
    SURVEY = "社情民意调查"
    OWN = "自行评估"


class Evaluation(Contract):
    """An evaluation with its result."""

    kind: EvaluationKind
    evaluator: str = Field(min_length=2, max_length=100, description="Who evaluated: an organisation.")
    on: date
    result: str = Field(min_length=4, max_length=1000)
    document: CaseId | None = Field(default=None, description="The published report.")


class DecisionStage(StrEnum):
    """Where a matter stands."""

    PREPARING = "preparing"
    CONSULTING = "consulting"
    SORTING = "sorting"
    ASSESSING = "assessing"
    DISCUSSABLE = "discussable"
    AGREED = "agreed"
    EXECUTING = "executing"
    ARCHIVED = "archived"
    STOPPED = "stopped"


class Matter(WorkRecord):
    """决策事项, as the offices work on it."""

    level: DecisionLevel
    missing: tuple[str, ...] = Field(default=(), description="Steps that are still missing before it is published.")
    consult_until: date | None = None
    legal_review_sent: bool = False
    ledger: CaseId | None = None
    planned_on: date | None = None
    limit: RunningLimit | None = Field(default=None, description="The limit that runs or was missed.")
    warned: bool = Field(default=False, description="The warning before the end of the limit has been given.")


class PublicMatter(Record):
    """决策事项 as anyone may read it, from its consultation on."""

    title: str = Field(max_length=200)
    level: DecisionLevel
    scope: DecisionScope
    agency: str = Field(description="承办单位")
    co_agencies: tuple[str, ...] = ()
    stage: DecisionStage
    stage_label: str
    basis: str
    background: str
    catalogue: CaseId | None = None
    draft: CaseId | None = Field(default=None, description="决策草案: a published document.")
    consultation: Consultation | None = None
    earlier: tuple[EarlierConsultation, ...] = Field(default=(), description="此前各轮征求意见")
    held: tuple[Held, ...] = ()
    feedback: Feedback | None = None
    experts: Assessment | None = None
    risk_assessed_on: date | None = None
    legal_review_on: date | None = Field(default=None, description="合法性审查通过日")
    discussions: tuple[Discussion, ...] = ()
    decided: Decided | None = None
    executed_by: tuple[str, ...] = Field(default=(), description="执行单位")
    ledger: CaseId | None = Field(default=None, description="工作台账")
    evaluations: tuple[Evaluation, ...] = ()
    stopped_for: str = Field(default="", description="终止理由")


class StartDecision(Command, by=WORKERS):
    """启动决策程序: an entry of the year's catalogue, or a matter outside it with the reason."""

    title: str = Field(min_length=4, max_length=120)
    level: DecisionLevel
    scope: DecisionScope
    co_agencies: tuple[str, ...] = Field(default=(), max_length=20)
    basis: str = Field(min_length=2, max_length=500, description="决策依据")
    background: str = Field(min_length=4, max_length=2000, description="决策背景")
    proposed_by: str = Field(min_length=2, max_length=100, description="谁建议启动")
    needs: DecisionNeeds = DecisionNeeds()
    planned_on: date | None = None
    catalogue: CaseId | None = None
    entry: int | None = Field(default=None, ge=1)
    outside_reason: str = Field(default="", max_length=300, description="未列入目录的理由")


class SetDecisionDraft(Command, by=WORKERS):
    """The draft of the decision: a published document where opinions are asked for. A new draft voids the review;
    after a major change, for the stated reason, the public is asked again."""

    id: CaseId
    document: CaseId
    again_for: str = Field(default="", max_length=300, description="草案有重大修改、再次征求意见的理由，将公开")


class PlanConsultation(Command, by=WORKERS):
    """How the public is to take part, and until when. A shorter time than the rules allow needs its reason."""

    id: CaseId
    until: date
    forms: tuple[PlannedForm, ...] = Field(min_length=1, max_length=10)
    explanation: str = Field(min_length=10, max_length=3000, description="主要内容、背景和依据的说明")
    contact: str = Field(min_length=4, max_length=200, description="提出意见的途径：机构电话、地址、网址")
    shorter_reason: str = Field(default="", max_length=300)


class OpenConsultation(Command, by=OFFICE):
    """Publish the draft with its explanation for opinions, from today on."""

    id: CaseId
    secrecy: bool = SECRECY


class ExtendConsultation(Command, by=OFFICE):
    """Give the public more time, before the last day has passed; the reason is public. It is never made shorter."""

    id: CaseId
    until: date
    reason: str = Field(min_length=4, max_length=300)
    secrecy: bool = SECRECY


class RecordParticipation(Command, by=WORKERS):
    """A hearing, forum, survey or visit was held."""

    id: CaseId
    held: Held


class RecordExperts(Command, by=WORKERS):
    """专家论证, independent and signed."""

    id: CaseId
    assessment: Assessment
    experts: int = Field(ge=1, le=200)
    independent: bool = Field(default=False, description="No expert has an interest in the matter.")
    signed: bool = Field(default=False, description="The opinion is signed by the experts.")


class RecordRisk(Command, by=WORKERS):
    """风险评估. What cannot be controlled is not decided before the draft was adjusted."""

    id: CaseId
    assessment: Assessment
    measures: str = Field(min_length=4, max_length=1000, description="防范化解措施和处置预案")
    controllable: bool


class SendToLegalReview(Command, by=WORKERS):
    """送合法性审查, with the time that the reviewer has; less than the rules name needs a reason."""

    id: CaseId
    until: date
    reason: str = Field(default="", max_length=300)


class RecordLegalReview(Command, by=(Role.REVIEWER,)):
    """The opinion of the legal review, by somebody who has not worked on the matter."""

    id: CaseId
    lawful: bool
    note: str = Field(min_length=2, max_length=1000)


class RecordDiscussion(Command, by=(*WORKERS, Role.REVIEWER)):
    """集体讨论 in a meeting that was held with the matter on its agenda."""

    id: CaseId
    meeting: CaseId
    outcome: DiscussionOutcome
    head_last: bool = Field(default=False, description="The head spoke last.")
    dissent: int = Field(default=0, ge=0, description="Different opinions, all in the record.")
    party_asked_on: date | None = Field(default=None, description="按规定请示同级党委的日期")


class PublishDecision(Command, by=OFFICE):
    """The decision is public by this document, after every step of its procedure."""

    id: CaseId
    document: CaseId
    secrecy: bool = SECRECY


class AssignExecution(Command, by=WORKERS):
    """Who carries the decision out, and the ledger in which its progress stands."""

    id: CaseId
    agencies: tuple[str, ...] = Field(min_length=1, max_length=40)
    ledger: CaseId | None = None


class PublishEvaluation(Command, by=OFFICE):
    """The result of an evaluation of a decision that is carried out."""

    id: CaseId
    evaluation: Evaluation
    secrecy: bool = SECRECY


class ArchiveDecision(Command, by=(*WORKERS, Role.ARCHIVIST)):
    """归档: the whole process under one number of the archive."""

    id: CaseId
    archive_no: str = Field(min_length=2, max_length=80)


class StopDecision(Command, by=OFFICE):
    """End a matter that will not be decided, or that is not carried out further; the reason is public if it is."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)


class ResumeDecision(Command, by=OFFICE):
    """Go on with a matter that was stopped. A consultation that was broken off begins anew."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)


class MatterFile(Reply):
    """A matter with everything that its own people may see."""

    record: Matter
    matter: PublicMatter = Field(description="As it is or would be shown.")
    public: bool
    steps: tuple[Step, ...]


class GetMatter(Query, by=(*HOUSE, Role.OPERATOR), reply=MatterFile):
    """A matter of decision with its steps."""

    id: CaseId

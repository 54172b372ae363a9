"""The decisions about a matter of decision (重大行政决策程序暂行条例, 国务院令第713号)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contracts.base import Role
from contracts.publication.comments import CommentTally, ParticipationForm, PublishFeedback
from contracts.publication.decision_catalogue import DecisionNeeds
from contracts.publication.decisions import (
    AssignExecution,
    Consultation,
    DecisionStage,
    Discussion,
    DiscussionOutcome,
    Evaluation,
    EvaluationKind,
    ExtendConsultation,
    Extension,
    Held,
    OpenConsultation,
    PlanConsultation,
    PlannedForm,
    PublishDecision,
    PublishEvaluation,
    RecordDiscussion,
    RecordExperts,
    RecordLegalReview,
    RecordParticipation,
    RecordRisk,
    SendToLegalReview,
    SetDecisionDraft,
)
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.decisions import facts as f
from services.publication.decisions.clocks import end_of, timed
from services.publication.decisions.limits import Limits
from services.publication.decisions.stages import BEFORE_MEETING, stands
from services.publication.decisions.state import MAX_EARLIER, Decision
from services.publication.domain.facts import Official
from services.publication.domain.signing import own, sign

S = DecisionStage
MAX_HELD, MAX_EVALUATIONS, MAX_EXTENDED = 30, 20, 10
OUTSIDERS = frozenset({EvaluationKind.THIRD_PARTY, EvaluationKind.PROFESSIONAL})


@dataclass(frozen=True)
class Setting:
    """What every decision is taken under: who, when, with which limits and which calendar."""

    by: Official
    now: datetime
    limits: Limits
    calendar: Calendar
    roles: frozenset[Role] = frozenset()

    @property
    def today(self) -> date:
        return self.now.date()

    def timed(self, state: Decision, fact: Fact) -> list[Fact]:
        return timed(state, [fact], self.limits, self.calendar)


def needs(given: DecisionNeeds) -> None:
    """Without participation only where a law keeps the matter from the public (第十四条), and it is said why."""
    if not given.participation and len(given.exempt_reason.strip()) < 4:
        raise Refused(
            "exempt_reason",
            "不公开征求意见的，必须说明依法不予公开的理由。",
            field="needs",
            remedy="请写明依据和理由。",
        )


def start(fact: f.DecisionStarted) -> list[Fact]:
    """启动 (第十至十三条): in the year's catalogue, or outside it with a reason."""
    needs(fact.needs)
    if fact.catalogue is None and len(fact.outside_reason.strip()) < 4:
        raise Refused(
            "outside_catalogue",
            "未列入年度目录的事项，必须说明理由。",
            field="outside_reason",
            remedy="请写明理由，或先调整年度目录。",
        )
    if fact.planned_on and fact.planned_on < fact.at.date():
        raise Refused("in_past", "计划完成时间已经过去。", field="planned_on", remedy="请核对日期。")
    return [fact]


def set_draft(state: Decision, document: str, public: bool, on: Setting, again_for: str = "") -> list[Fact]:
    """The draft that is asked about, reviewed and discussed; where the public is asked it is a public document. With a
    reason the public is asked again."""
    own(state.agency, on.by)
    stands(state, SetDecisionDraft)
    if state.needs.participation and not public:
        raise Refused(
            "draft_not_public", "征求意见的决策草案还没有公开。", field="document", remedy="请先审批并公开草案文件。"
        )
    if again_for:
        return on.timed(state, _again(state, document, again_for, on))
    if state.draft == document:
        return []
    return on.timed(state, f.DraftSet(document=document, by=on.by, at=on.now))


def _again(state: Decision, document: str, reason: str, on: Setting) -> Fact:
    """A draft that was changed so much that the public is asked once more; that it was, its own people say (D)."""
    if state.consultation is None or state.consultation.from_on is None:
        raise Refused("not_consulted", "草案还没有征求过意见。", field="again_for", remedy="请不填此项，直接提出草案。")
    if len(reason.strip()) < 4:
        raise Refused(
            "reason_missing", "再次征求意见须说明理由。", field="again_for", remedy="请写明作了哪些重大修改。"
        )
    if len(state.earlier) >= MAX_EARLIER:
        raise Refused("too_often", f"征求意见已达 {MAX_EARLIER} 轮。", field="again_for", remedy="请核对编号。")
    return f.ConsultedAgain(document=document, reason=reason, by=on.by, at=on.now)


def plan(state: Decision, wanted: Consultation, on: Setting) -> list[Fact]:
    """How the public takes part: day, place and selection of a hearing are public before it (第十六条)."""
    own(state.agency, on.by)
    if not state.needs.participation:
        raise Refused("no_participation", "本事项依法不公开征求意见。", remedy="请核对决策程序。")
    stands(state, PlanConsultation)
    for form in wanted.forms:
        _hearing_announced(form, on)
    if wanted.until <= on.today:
        raise Refused("in_past", "征求意见截止日须在今天之后。", field="until", remedy="请核对日期。")
    return [f.ConsultationPlanned(consultation=wanted, by=on.by, at=on.now)] if wanted != state.consultation else []


def _hearing_announced(form: PlannedForm, on: Setting) -> None:
    if form.form is ParticipationForm.HEARING and not (form.on and form.place and form.selection):
        raise Refused(
            "hearing_incomplete",
            "听证会须公布时间、地点和听证参加人遴选方式。",
            field="forms",
            remedy="请补全听证会的三项内容。",
        )
    if form.on and form.on < on.today:
        raise Refused("in_past", "活动日期已经过去。", field="forms", remedy="请核对日期。")


def begin(state: Decision, secrecy: bool, on: Setting) -> list[Fact]:
    """Publish the draft for opinions. At least 30 days, shorter only with a reason (第十五条); the people in a hearing
    get its materials seven days before it (第十六条)."""
    stands(state, OpenConsultation)
    sign(secrecy, on.by, state.workers)
    planned = state.consultation
    if state.draft is None or planned is None:
        raise Refused(
            "not_prepared", "决策草案或者征求意见方案还没有。", remedy="请承办单位先提出公开的草案并拟订征求意见方案。"
        )
    if planned.until <= on.today:
        raise Refused("in_past", "征求意见截止日须在今天之后。", field="until", remedy="请重新拟订征求意见方案。")
    row = on.limits.consultation[state.level]
    if planned.until < end_of(row, on.today, on.calendar) and len(planned.shorter_reason.strip()) < 4:
        length = f"{row.days} {'日' if row.unit == 'days' else '个工作日'}"
        raise Refused(
            "consultation_too_short",
            f"征求意见期限少于 {length}（{row.source}）。",
            field="until",
            remedy="请延长期限，或说明缩短的理由，理由将一并公开。",
        )
    _time_for_materials(planned, on)
    opened = planned.model_copy(update={"from_on": on.today, "minimum": row.told()})
    return on.timed(state, f.ConsultationBegun(consultation=opened, by=on.by, at=on.now))


def _time_for_materials(planned: Consultation, on: Setting) -> None:
    days = on.limits.hearing_materials.days
    first = on.today + timedelta(days=days)
    if any(form.form is ParticipationForm.HEARING and form.on and form.on < first for form in planned.forms):
        raise Refused(
            "hearing_too_early", f"听证会须在送达材料至少 {days} 日之后举行。", field="forms", remedy="请推迟听证会。"
        )


def extend(state: Decision, until: date, reason: str, secrecy: bool, on: Setting) -> list[Fact]:
    """More time for opinions, from a day on which they are still taken; the public reads why. There is no way to make a
    running consultation shorter but to stop the matter with a reason."""
    stands(state, ExtendConsultation)
    asked = state.consultation
    if asked is None or asked.until < on.today:
        raise Refused("consultation_over", "征求意见期限已过，不能延长。", field="until", remedy="请整理已收到的意见。")
    if until == asked.until:
        return []
    if until < asked.until:
        raise Refused(
            "consultation_shorter",
            "已公布的征求意见期限只能延长，不能缩短。",
            field="until",
            remedy="请填写晚于原截止日的日期；不再决策的，请登记终止并说明理由。",
        )
    sign(secrecy, on.by, state.workers)
    if len(asked.extended) >= MAX_EXTENDED:
        raise Refused("too_often_extended", f"延长已达 {MAX_EXTENDED} 次。", field="until", remedy="请按期整理意见。")
    longer = Extension(on=on.today, from_until=asked.until, until=until, reason=reason)
    return on.timed(state, f.ConsultationExtended(extension=longer, by=on.by, at=on.now))


def hold(state: Decision, held: Held, on: Setting) -> list[Fact]:
    """A hearing, forum, survey or visit was held."""
    own(state.agency, on.by)
    stands(state, RecordParticipation)
    if held.on > on.today:
        raise Refused("in_future", "活动日期还没有到。", field="on", remedy="请核对日期。")
    if held.form is ParticipationForm.HEARING:
        days, sent = on.limits.hearing_materials.days, held.materials_sent_on
        if sent is None or (held.on - sent).days < days:
            raise Refused(
                "hearing_materials",
                f"听证材料须在听证会 {days} 日前送达听证参加人。",
                field="materials_sent_on",
                remedy="请如实填写送达日期；不足的须重新组织听证。",
            )
    if len(state.held) >= MAX_HELD:
        raise Refused("too_many_held", f"听取意见的活动已达 {MAX_HELD} 次。", remedy="请合并登记。")
    return [] if held in state.held else [f.ParticipationHeld(held=held, by=on.by, at=on.now)]


def give_feedback(state: Decision, tally: CommentTally, left: int, note: str, secrecy: bool, on: Setting) -> list[Fact]:
    """Which opinions were adopted, and why the others were not: once all are answered."""
    stands(state, PublishFeedback)
    sign(secrecy, on.by, state.workers)
    if left:
        raise Refused("comments_open", f"还有 {left} 条意见没有处理结论。", remedy="请先逐条或归类提出采纳意见。")
    return on.timed(state, f.FeedbackGiven(tally=tally, note=note, by=on.by, at=on.now))


def hear_experts(state: Decision, given: RecordExperts, on: Setting) -> list[Fact]:
    """专家论证 (第十九至二十一条): independent of who has an interest, and signed."""
    own(state.agency, on.by)
    stands(state, RecordExperts)
    _happened(given.assessment.on, on)
    if not (given.independent and given.signed):
        raise Refused(
            "experts_unconfirmed",
            "专家论证意见须由无利害关系的专家签名。",
            field="independent" if not given.independent else "signed",
            remedy="请核对后确认专家独立、意见已签名。",
        )
    if state.experts == given.assessment:
        return []
    return [f.ExpertsHeard(assessment=given.assessment, experts=given.experts, by=on.by, at=on.now)]


def assess_risk(state: Decision, given: RecordRisk, on: Setting) -> list[Fact]:
    """风险评估 (第二十二至二十四条). Whether it can be controlled is for the named person to say."""
    own(state.agency, on.by)
    stands(state, RecordRisk)
    _happened(given.assessment.on, on)
    if (state.risk, state.risk_controllable) == (given.assessment, given.controllable):
        return []
    said = {"assessment": given.assessment, "measures": given.measures, "controllable": given.controllable}
    return [f.RiskAssessed.model_validate({**said, "by": on.by, "at": on.now})]


def _happened(day: date, on: Setting) -> None:
    if day > on.today:
        raise Refused("in_future", "日期还没有到。", field="on", remedy="请核对日期。")


def send_to_review(state: Decision, given: SendToLegalReview, on: Setting) -> list[Fact]:
    """送合法性审查: as a rule seven working days at least (第二十六条); less is possible with a reason only."""
    own(state.agency, on.by)
    stands(state, SendToLegalReview)
    if state.draft is None:
        raise Refused("no_draft", "还没有决策草案。", remedy="请先提出决策草案。")
    row = on.limits.legal_review
    if given.until < end_of(row, on.today, on.calendar) and len(given.reason.strip()) < 4:
        raise Refused(
            "review_too_short",
            f"合法性审查的时间一般不少于 {row.days} 个工作日（{row.source}）。",
            field="until",
            remedy="请留足时间，或说明理由。",
        )
    if state.legal and state.legal.lawful:
        raise Refused("reviewed", "决策草案已经通过合法性审查。", remedy="草案有修改的，请先提出新的草案。")
    return on.timed(state, f.LegalReviewSent(until=given.until, reason=given.reason, by=on.by, at=on.now))


def review(state: Decision, lawful: bool, note: str, on: Setting) -> list[Fact]:
    """合法性审查 by somebody who has not worked on the matter; it cannot be replaced by asking for opinions."""
    stands(state, RecordLegalReview)
    if on.by.id in state.workers:
        raise Refused("own_work", "经办人不能审查自己经办的事项。", remedy="请由合法性审查部门的人员办理。")
    if state.legal is None or state.legal.lawful is not None:
        raise Refused("not_sent", "没有等待合法性审查的草案。", remedy="请承办单位先送审。")
    return on.timed(state, f.LegallyReviewed(lawful=lawful, note=note, by=on.by, at=on.now))


@dataclass(frozen=True)
class Met:
    """What the record of a meeting says about a matter."""

    meeting: str
    on: date | None
    on_agenda: bool
    agency: str = ""


def discuss(
    state: Decision,
    met: Met,
    outcome: DiscussionOutcome,
    head_last: bool,
    dissent: int,
    party_asked_on: date | None,
    on: Setting,
) -> list[Fact]:
    """集体讨论 (第三十条): nothing is discussed that was not reviewed or is not lawful (第二十五条); the head speaks
    last, and other opinions are in the record."""
    if Role.REVIEWER not in on.roles and on.by.agency != met.agency:
        own(state.agency, on.by)
    stands(state, RecordDiscussion)
    if met.on is None or not met.on_agenda:
        raise Refused(
            "not_on_agenda", "会议没有召开，或议程中没有本事项。", field="meeting", remedy="请先登记会议及其结果。"
        )
    if any(each.meeting == met.meeting for each in state.discussions):
        raise Refused("discussed", "这次会议的讨论已经登记。", field="meeting", remedy="请核对会议编号。")
    if state.legal and state.legal.on and met.on < state.legal.on:
        raise Refused(
            "discussed_before_review",
            "会议在合法性审查通过之前召开，讨论无效。",
            field="meeting",
            remedy="请在审查通过后重新提交会议讨论。",
        )
    if not head_last:
        raise Refused(
            "head_last", "行政首长应当在其他人员发表意见后发言。", field="head_last", remedy="请如实确认，或重新讨论。"
        )
    discussion = Discussion(meeting=met.meeting, on=met.on, outcome=outcome)
    fact = f.Discussed(discussion=discussion, dissent=dissent, party_asked_on=party_asked_on, by=on.by, at=on.now)
    return on.timed(state, fact)


def publish(state: Decision, document: str, public: bool, secrecy: bool, on: Setting) -> list[Fact]:
    """公布 (第三十二条), after legal review, feedback on the opinions and collective discussion."""
    if state.stage in (*BEFORE_MEETING, S.CONSULTING):
        steps = (*state.missing, "集体讨论通过")
        raise Refused("steps_missing", f"决策程序还没有完成，还缺：{'、'.join(steps)}。", remedy="请完成后再公布。")
    stands(state, PublishDecision)
    sign(secrecy, on.by, state.workers)
    if not public:
        raise Refused("document_not_public", "决策文件还没有公开。", field="document", remedy="请先审批并公开文件。")
    return on.timed(state, f.DecisionMadePublic(document=document, by=on.by, at=on.now))


def assign(state: Decision, agencies: tuple[str, ...], ledger: str | None, on: Setting) -> list[Fact]:
    """执行 (第三十四条): who carries it out; progress stands in the work ledger."""
    own(state.agency, on.by)
    stands(state, AssignExecution)
    if (state.executed_by, state.ledger) == (agencies, ledger or state.ledger):
        return []
    return [f.ExecutionAssigned(agencies=agencies, ledger=ledger, by=on.by, at=on.now)]


def evaluate(state: Decision, given: Evaluation, public: bool, secrecy: bool, on: Setting) -> list[Fact]:
    """决策后评估 (第三十六条): by a third party that has not done the main assessment before; the result is public."""
    stands(state, PublishEvaluation)
    sign(secrecy, on.by, state.workers)
    if given.kind in OUTSIDERS and given.evaluator in state.assessors:
        raise Refused(
            "assessed_before",
            "决策作出前承担主要论证评估工作的单位不能承担决策后评估。",
            field="evaluator",
            remedy="请委托其他机构。",
        )
    _happened(given.on, on)
    if state.decided and given.on < state.decided.published_at.date():
        raise Refused("before_decision", "评估日期早于决策公布日期。", field="on", remedy="请核对日期。")
    if given.document and not public:
        raise Refused("document_not_public", "评估报告还没有公开。", field="document", remedy="请先审批并公开报告。")
    if given in state.evaluations:
        return []
    if len(state.evaluations) >= MAX_EVALUATIONS:
        raise Refused("too_many_evaluations", f"评估已达 {MAX_EVALUATIONS} 次。", remedy="请核对编号。")
    return [f.EvaluationMadePublic(evaluation=given, by=on.by, at=on.now)]

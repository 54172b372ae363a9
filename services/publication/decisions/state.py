"""A matter of decision as its facts make it."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from contracts.publication.comments import ParticipationForm
from contracts.publication.decision_catalogue import DecisionLevel, DecisionNeeds
from contracts.publication.decisions import (
    Assessment,
    Consultation,
    Decided,
    DecisionScope,
    DecisionStage,
    Discussion,
    DiscussionOutcome,
    EarlierConsultation,
    Evaluation,
    Feedback,
    Held,
)
from services.publication.domain.running import Limited
from services.publication.domain.state import Signature
from services.publication.domain.withdrawing import Sealable

LABELS = {
    DecisionStage.PREPARING: "拟订草案",
    DecisionStage.CONSULTING: "征求意见中",
    DecisionStage.SORTING: "整理意见",
    DecisionStage.ASSESSING: "论证审查",
    DecisionStage.DISCUSSABLE: "待集体讨论",
    DecisionStage.AGREED: "待公布",
    DecisionStage.EXECUTING: "执行中",
    DecisionStage.ARCHIVED: "已归档",
    DecisionStage.STOPPED: "已终止",
}


MAX_EARLIER = 9
"""Consultations before the one that counts."""


class LegalReview(BaseModel):
    """合法性审查: sent when, answered until when, with what."""

    model_config = ConfigDict(frozen=True)

    sent_on: date
    until: date
    lawful: bool | None = None
    on: date | None = None


class Decision(Sealable, Limited):
    """A matter. `workers` are the people who have worked on it; none of them signs its publication."""

    title: str
    level: DecisionLevel
    scope: DecisionScope
    co_agencies: tuple[str, ...]
    basis: str
    background: str
    proposed_by: str
    needs: DecisionNeeds
    planned_on: date | None = None
    catalogue: str | None = None
    workers: frozenset[str] = frozenset()
    signatures: tuple[Signature, ...] = ()
    draft: str | None = None
    consultation: Consultation | None = None
    earlier: tuple[EarlierConsultation, ...] = ()
    held: tuple[Held, ...] = ()
    feedback: Feedback | None = None
    experts: Assessment | None = None
    risk: Assessment | None = None
    risk_controllable: bool = False
    legal: LegalReview | None = None
    discussions: tuple[Discussion, ...] = ()
    decided: Decided | None = None
    executed_by: tuple[str, ...] = ()
    ledger: str | None = None
    evaluations: tuple[Evaluation, ...] = ()
    archive_no: str = ""
    stopped_for: str = ""
    comments_erased: bool = False

    @property
    def ended_on(self) -> date | None:
        """The day on which it was archived or stopped."""
        over = [each.at for each in self.signatures if each.step in ("归档", "终止")]
        return over[-1].date() if over and (self.archive_no or self.stopped_for) else None

    @property
    def stage(self) -> DecisionStage:
        if self.stopped_for:
            return DecisionStage.STOPPED
        if self.archive_no:
            return DecisionStage.ARCHIVED
        if self.decided:
            return DecisionStage.EXECUTING
        if self.agreed_on:
            return DecisionStage.AGREED
        return self._before_discussion()

    def _before_discussion(self) -> DecisionStage:
        if self.consulting:
            return DecisionStage.CONSULTING
        if self.consultation and self.consultation.ended and self.feedback is None:
            return DecisionStage.SORTING
        if self.needs.participation and self.feedback is None:
            return DecisionStage.PREPARING
        return DecisionStage.ASSESSING if self.missing else DecisionStage.DISCUSSABLE

    @property
    def broken_off(self) -> bool:
        """Its consultation has not come to its end: it runs, or was stopped with the matter."""
        asked = self.consultation
        return asked is not None and asked.from_on is not None and not asked.ended

    @property
    def consulting(self) -> bool:
        return self.broken_off and not self.stopped_for

    @property
    def answers_public_at(self) -> datetime | None:
        """When it was last published what became of the opinions."""
        given = (*(each.feedback for each in self.earlier), self.feedback)
        return max((each.published_at for each in given if each), default=None)

    @property
    def agreed_on(self) -> date | None:
        """The day on which a meeting has passed it."""
        last = self.discussions[-1] if self.discussions else None
        return last.on if last and last.outcome is DiscussionOutcome.PASSED else None

    @property
    def public(self) -> bool:
        """The public knows of it: its draft was published, or the decision itself."""
        return bool(self.decided or self.earlier or (self.consultation and self.consultation.from_on))

    @property
    def missing(self) -> tuple[str, ...]:
        """What is missing before the meeting may discuss it (重大行政决策程序暂行条例第十四至二十九条)."""
        missing = [] if self.draft else ["决策草案"]
        if self.needs.participation:
            missing += [] if self.consultation and self.consultation.from_on else ["公开征求意见"]
            missing += [f"{form}情况" for form in self._not_held()]
            missing += [] if self.feedback else ["意见采纳情况公开"]
        if self.needs.experts and self.experts is None:
            missing.append("专家论证")
        if self.needs.risk and not (self.risk and self.risk_controllable):
            missing.append("风险可控的评估结论" if self.risk else "风险评估")
        if not (self.legal and self.legal.lawful):
            missing.append("合法性审查")
        return tuple(missing)

    def _not_held(self) -> list[str]:
        """Hearings that were announced must take place, in each consultation anew."""
        planned = self.consultation.forms if self.consultation else ()
        begun = self.consultation.from_on if self.consultation else None
        held = {each.form for each in self.held if begun is None or each.on >= begun}
        return [each.form.value for each in planned if each.form is ParticipationForm.HEARING and each.form not in held]

    @property
    def assessors(self) -> frozenset[str]:
        """Who has assessed the draft may not evaluate the decision (第三十六条)."""
        return frozenset(name for each in (self.experts, self.risk) if each for name in each.assessors)

"""A document as its facts make it."""

from datetime import date, datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from contracts.publication.record import (
    Attribute,
    Check,
    Delivery,
    Explanation,
    Interpretation,
    Leak,
    Metadata,
    Notice,
    Question,
    Source,
    Validity,
)
from kernel.calendar import add_hours
from services.publication.domain.facts import Doubt, File, InField, Kept, Official
from services.publication.domain.law import NUMBERED, TAKEDOWN
from services.publication.domain.running import Limited


class Stage(StrEnum):
    """Where a document stands."""

    DRAFT = "draft"
    OPENNESS = "openness"
    HEAD = "head"
    REVIEW = "review"
    CLEARED = "cleared"
    RETURNED = "returned"
    IMPORTED = "imported"
    PUBLISHED = "published"
    FILED = "filed"
    REASSESS = "reassess"
    WITHDRAWN = "withdrawn"
    SEALED = "sealed"


UNDECIDED = frozenset({Stage.DRAFT, Stage.RETURNED, Stage.OPENNESS, Stage.HEAD, Stage.REVIEW, Stage.CLEARED})
"""On the way of approval."""
HEAD_STEP = "单位负责人审批"
CLOSED = frozenset({Stage.PUBLISHED, Stage.FILED, Stage.SEALED})


class Signature(BaseModel):
    """One step of the approval chain: what, by whom, when."""

    model_config = ConfigDict(frozen=True)

    step: str
    by: Official
    at: datetime
    note: str = ""


class Replaced(BaseModel):
    """A text that a correction has replaced."""

    model_config = ConfigDict(frozen=True)

    text: Kept
    at: datetime
    reason: str
    fields: dict[str, str] = {}
    """What the corrected fields said, by their Chinese names."""


class Case(Limited):
    """A document. `signatures` are all steps so far; `approvals` those of the present round, void after a change."""

    model_config = ConfigDict(frozen=True)

    id: str
    agency: str
    stage: Stage
    metadata: Metadata
    text: Kept
    opened_at: datetime
    clock: str = "PUB.GENERAL"
    drafters: frozenset[str] = frozenset()
    approvals: tuple[Signature, ...] = ()
    signatures: tuple[Signature, ...] = ()
    attribute: Attribute | None = None
    ground: str | None = None
    reason: str | None = None
    interpretation_needed: bool = False
    interpretation: Interpretation | None = None
    material_out: bool = False
    """The material of its interpretation is public."""
    files: tuple[File, ...] = ()
    allowed: str | None = None
    missing: tuple[str, ...] = ()
    issue_day_near: bool = False
    issue_day_passed: bool = False
    source: Source | None = None
    notice: Notice | None = None
    objections: tuple[str, ...] = ()
    """Papers of the objections to the notice, in their order."""
    answers: dict[int, str] = Field(default_factory=dict)
    """Papers of the answers, by number of the objection."""
    objections_erased: bool = False
    originals_destroyed: bool = False
    """Of what was taken down: nothing is left of it, the sealed papers neither."""
    deliveries: tuple[Delivery, ...] = ()
    submitted_at: datetime | None = None
    gazette_returned: str = ""
    """Why the gazette office gave it back; nothing once it is handed in again or printed."""
    gazette: str | None = None
    explanations: tuple[Explanation, ...] = ()
    questions: tuple[Question, ...] = ()
    claims: tuple[str, ...] = ()
    published_at: datetime | None = None
    days_late: int | None = None
    replaced: tuple[Replaced, ...] = ()
    expiry_warned: bool = False
    reassess_at: datetime | None = None
    withheld_since: datetime | None = None
    """When it was last decided that the document is not public."""
    converted_on: date | None = None
    """The day on which it was proposed to make public what had been filed as not public (条例18)."""
    leak: Leak | None = None
    withdrawal_approved: bool = False
    improper: bool = False
    """Who judged the take-down found that it should not have been."""
    taken_down_at: datetime | None = None
    erased: bool = False
    to_clear: tuple[str, ...] = ()
    imported: bool = False
    published_on: date | None = None
    doubts: tuple[Doubt, ...] = ()
    in_fields: tuple[InField, ...] = ()

    @property
    def open_findings(self) -> int:
        """Personal data found, neither masked nor lawfully excepted. A field has no exception: it is rewritten, or a
        person has it masked."""
        return (0 if self.allowed else self.found) + len(self.in_fields)

    @property
    def found(self) -> int:
        """Personal data found in text and attachments."""
        return self.text.found + sum(file.attachment.findings for file in self.files)

    @property
    def signed_off(self) -> date | None:
        """The day on which the unit's head approved it, as it stands."""
        return next((each.at.date() for each in self.approvals if each.step.startswith(HEAD_STEP)), None)

    @property
    def signed_on(self) -> date | None:
        """成文日期 where none is given: the day on which the head signed, of what was filed the first time."""
        steps = [each.step for each in self.signatures]
        until = steps.index("归档") if "归档" in steps else len(steps)
        heads = [each for each in self.signatures[:until] if each.step.startswith(HEAD_STEP)]
        return heads[-1].at.date() if heads else None

    @property
    def issue_day(self) -> date | None:
        """The day of issue of what waits only to be published (P06); what was not public by right has missed none."""
        if self.converted_on:
            return None
        ready = self.stage is Stage.CLEARED and self.attribute is Attribute.PROACTIVE and self.metadata.doc_no
        return (self.metadata.issued_on or self.metadata.formed_on) if ready else None

    @property
    def unread(self) -> tuple[File, ...]:
        """Attachments that could not be checked and that no named person has read."""
        return tuple(file for file in self.files if file.attachment.check is Check.UNREADABLE)

    def file(self, sha256: str) -> File | None:
        return next((file for file in self.files if file.attachment.sha256 == sha256), None)

    @property
    def public(self) -> bool:
        return self.stage is Stage.PUBLISHED

    @property
    def erasing(self) -> bool:
        """Taken down, and copies may still be left."""
        return self.stage is Stage.WITHDRAWN and not self.erased

    @property
    def to_gazette(self) -> bool:
        """A published normative document that no issue of the gazette has printed (P09). What was repealed or has
        expired is not printed anew, as if it were in force."""
        ended = self.metadata.validity in (Validity.REPEALED, Validity.EXPIRED)
        return self.public and self.normative and self.gazette is None and not ended

    @property
    def normative(self) -> bool:
        """法规公文, what gazette and clean-up are about; papers under a party number have their own, and what explains
        another document is none."""
        metadata = self.metadata
        return metadata.category in NUMBERED and not metadata.party and not metadata.interprets

    @property
    def digests(self) -> frozenset[str]:
        """All texts of the document, those that were replaced and those of its attachments too."""
        attached = (file.attachment.text.sha256 for file in self.files)
        return frozenset({self.text.sha256, *(older.text.sha256 for older in self.replaced), *filter(None, attached)})

    @property
    def open(self) -> bool:
        waits = self.notice_open or self.to_explain or self.lacks_material or self.to_hand_in
        return self.stage not in CLOSED or waits

    @property
    def to_hand_in(self) -> bool:
        """The gazette returned it; its unit mends what was wrong and hands it in again."""
        return self.to_gazette and bool(self.gazette_returned)

    @property
    def lacks_material(self) -> bool:
        """Public, and the material that must explain it is not."""
        return self.public and self.interpretation_needed and not self.material_out

    @property
    def to_explain(self) -> bool:
        """People ask what a public document means, and nobody has explained it since."""
        return self.public and not all(question.settled for question in self.questions)

    @property
    def taken_down(self) -> bool:
        return self.stage in (Stage.WITHDRAWN, Stage.SEALED)

    @property
    def clear_until(self) -> datetime | None:
        """Until when a take-down is approved and confirmed by each channel, as long as that is missing."""
        waits = self.stage is Stage.WITHDRAWN and (self.to_clear or not self.withdrawal_approved)
        return add_hours(self.taken_down_at, TAKEDOWN.days) if waits and self.taken_down_at else None

    @property
    def shown_title(self) -> str:
        """The title, unless it may be what was taken down."""
        return "（已撤下）" if self.taken_down else self.metadata.title

    @property
    def unattributed(self) -> bool:
        """Of the stock, in force, and nobody ever decided its attribute (梅陇镇 2024 要点 一4)."""
        in_force = self.metadata.validity in (Validity.VALID, Validity.AMENDED)
        return self.stage is Stage.IMPORTED and self.attribute is None and in_force

    @property
    def notice_open(self) -> bool:
        """A public notice with something left to do: objections to answer, or a result to state after its end."""
        notice = self.notice if self.public else None
        return notice is not None and (notice.answered < notice.objections or (notice.ended and not notice.result))

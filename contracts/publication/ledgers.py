"""执行公开: the work ledger of a deployed task. Published from `contracts.publication`."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Record, Role, WorkRecord
from contracts.publication.comments import CommentTally
from contracts.publication.terms import OFFICE, SECRECY, WORKERS

STEPS = 30
"""Steps of one ledger."""
SHOWN_REPORTS = 30
"""Reports and inspections that a record shows, the newest."""
Line = Annotated[str, Field(min_length=2, max_length=200)]


class LedgerSource(StrEnum):
    """From where a task was deployed (七星关区 2017 (二)1)."""

    REPORT = "政府工作报告"
    PLAN = "发展规划"
    MEETING = "政府常务会议"
    DOCUMENT = "政府文件"
    PROJECT = "民生实事项目"
    DECISION = "重大行政决策"


class SourceReference(Contract):
    """The source of a task: in words, and the record of the platform where there is one."""

    kind: LedgerSource
    text: str = Field(min_length=2, max_length=200, description="出处：名称、文号、部分")
    document: CaseId | None = None
    matter: CaseId | None = None
    meeting: CaseId | None = None


class LedgerStep(Contract):
    """One step, who does it and until when."""

    no: int = Field(ge=1, le=STEPS)
    what: Line
    agency: str = Field(min_length=2, max_length=40, description="责任单位代码")
    due_on: date
    done_on: date | None = None


class Duty(Contract):
    """责任分工: what an agency is responsible for."""

    agency: str = Field(min_length=2, max_length=40)
    duty: Line


class LedgerPlan(Contract):
    """What stands in a ledger before anything is done."""

    title: str = Field(min_length=4, max_length=150)
    source: SourceReference
    measures: tuple[Line, ...] = Field(min_length=1, max_length=20, description="工作措施")
    steps: tuple[LedgerStep, ...] = Field(min_length=1, max_length=STEPS, description="实施步骤")
    duties: tuple[Duty, ...] = Field(min_length=1, max_length=30, description="责任分工")
    supervision: str = Field(min_length=4, max_length=300, description="监督方式")


class ProgressReport(Contract):
    """工作进展."""

    on: date
    text: str = Field(min_length=2, max_length=500)
    step: int | None = Field(default=None, ge=1, description="The step that is done by it.")


class InspectionGrade(StrEnum):
    """What an inspection found of the carrying out (七星关区 2017 (二)2)."""

    MODEL = "典型"
    REGULAR = "正常"
    SLOW = "不作为慢作为乱作为"


class Inspection(Contract):
    """督查结果."""

    on: date
    inspector: str = Field(min_length=2, max_length=100, description="督查单位")
    unit: str = Field(min_length=2, max_length=40, description="被督查单位代码")
    grade: InspectionGrade
    result: str = Field(min_length=4, max_length=500)


class LedgerStage(StrEnum):
    """Where a ledger stands."""

    DRAFT = "draft"
    RUNNING = "running"
    FINISHED = "finished"


class Ledger(WorkRecord):
    """工作台账, as the offices work on it."""

    source: LedgerSource
    steps: int
    done: int
    unpublished: bool = Field(description="Something was entered since the ledger was last published.")
    late_steps: tuple[int, ...] = Field(default=(), description="Steps whose day has passed.")
    reported_on: date | None = None


class LedgerChanged(Event, record="work_ledger", name="changed"):
    """Sent when something was entered in a work ledger."""

    record: Ledger


class LedgerOverdue(Event, record="work_ledger", name="overdue"):
    """Sent once for each step of a work ledger whose day has passed, and when a report is missing."""

    record: Ledger


class LedgerRestated(Event, record="work_ledger", name="restated"):
    """Sent when all work ledgers are told again."""

    record: Ledger


class PublicLedger(Record):
    """工作台账 as anyone may read it."""

    title: str = Field(max_length=200)
    agency: str = Field(description="牵头单位")
    plan: LedgerPlan
    reports: tuple[ProgressReport, ...] = Field(default=(), max_length=SHOWN_REPORTS)
    effect: str = Field(default="", description="工作成效")
    inspections: tuple[Inspection, ...] = Field(default=(), max_length=SHOWN_REPORTS)
    tally: CommentTally = Field(default=CommentTally(), description="公众意见")
    answered_at: AwareDatetime | None = Field(default=None, description="When answers were last published.")
    note: str = ""
    changes: tuple[str, ...] = Field(default=(), max_length=SHOWN_REPORTS, description="调整理由")
    published_at: AwareDatetime
    updated_at: AwareDatetime
    stage: LedgerStage
    stage_label: str


class LedgerPublished(Event, record="public_work_ledger", name="published", audience=Audience.PUBLIC):
    """Sent when a work ledger was published."""

    record: PublicLedger


class LedgerUpdated(Event, record="public_work_ledger", name="updated", audience=Audience.PUBLIC):
    """Sent when progress, effect, a change or the answers to comments of a ledger were published."""

    record: PublicLedger


class InspectionPublished(Event, record="public_work_ledger", name="inspection_published", audience=Audience.PUBLIC):
    """Sent when the result of an inspection was published."""

    record: PublicLedger


class PublicLedgerRestated(Event, record="public_work_ledger", name="restated", audience=Audience.PUBLIC):
    """Sent when all published work ledgers are told again."""

    record: PublicLedger


class OpenLedger(Command, by=WORKERS):
    """A work ledger of a deployed task, kept by the agency of who opens it."""

    plan: LedgerPlan


class ChangeLedger(Command, by=WORKERS):
    """Another plan; what is published says why it was changed."""

    id: CaseId
    plan: LedgerPlan
    reason: str = Field(min_length=2, max_length=300)


class PublishLedger(Command, by=OFFICE):
    """Publish the ledger, or what was entered since."""

    id: CaseId
    secrecy: bool = SECRECY


class ReportStep(Command, by=WORKERS):
    """工作进展; with the number of a step: the step is done."""

    id: CaseId
    text: str = Field(min_length=2, max_length=500)
    step: int | None = Field(default=None, ge=1)


class RecordEffect(Command, by=WORKERS):
    """工作成效."""

    id: CaseId
    text: str = Field(min_length=4, max_length=1000)


class PublishInspection(Command, by=(Role.SUPERVISOR, *OFFICE)):
    """Publish the result of an inspection of a published ledger."""

    id: CaseId
    inspection: Inspection
    secrecy: bool = SECRECY


class FinishLedger(Command, by=(Role.SUPERVISOR, Role.HEAD)):
    """All steps are done and the effect is stated: somebody else than its keeper confirms it."""

    id: CaseId
    note: str = Field(min_length=2, max_length=300)

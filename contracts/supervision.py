"""What the supervision service tells, answers and takes (督查考核): holiday notices, tasks and their progress."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from contracts.base import STAFF, CaseId, Command, Contract, Done, Event, Query, Record, Reply, Role, WorkRecord
from kernel.calendar import Notice

UNIT = (Role.CLERK, Role.HEAD)
MAX_ROWS = 200
AgencyCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,15}$", description="Code in the agency register.")]
UnitName = Annotated[str, Field(min_length=1, max_length=100, description="A unit or group as the table writes it.")]
Evidence = Annotated[str, Field(pattern=r"^[\x21-\x7e]{4,200}$", description="Number of a document, or an address.")]
Value = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Note = Annotated[str, Field(max_length=200)]


class CalendarNotice(Record):
    """A yearly holiday notice that was loaded at run time. Its id is `notice-<year>`."""

    year: int = Field(description="Year whose days it rules.")
    number: str = Field(max_length=60, description="Number of the notice, e.g. 国办发明电〔2025〕7号.")
    notice_json: str = Field(max_length=20_000, description="`kernel.calendar.Notice` as JSON.")


class CalendarNoticeLoaded(Event, record="calendar_notice", name="loaded"):
    """Sent when a yearly holiday notice, or its correction, was loaded: recompute every open limit that it touches."""

    record: CalendarNotice


class LoadCalendarNotice(Command, by=(Role.SUPERVISOR, Role.OPERATOR), reply=Done):
    """A holiday notice rules its year from now on. The same one again changes nothing; a corrected one replaces it."""

    notice: Notice


class NoticesInForce(Reply):
    notices: tuple[Notice, ...] = Field(description="Loaded since the platform was shipped, by year.")


class CalendarInForce(Query, by=(*STAFF, Role.SERVICE), reply=NoticesInForce):
    """The holiday notices that were loaded at run time; with the shipped ones they are the calendar in force."""


class TaskState(StrEnum):
    """How far a task is."""

    DRAFT = "draft"  # 征求意见稿: binds nobody yet
    IN_FORCE = "in_force"  # 推进中
    REPORTED = "reported"  # 待确认: all who answer for it have reported it finished
    COMPLETED = "completed"  # 已办结


class TaskUnit(Contract):
    """A unit or group as the table names it, and the agencies for which it stands on the day of the table."""

    name: UnitName
    lead: bool = Field(description="牵头")
    codes: tuple[AgencyCode, ...] = Field(default=(), description="Empty while a person must still map the name.")
    is_group: bool = False


class Target(Contract):
    """What a task has to reach (目标值)."""

    value: Value
    unit: str = Field(min_length=1, max_length=20, description="次, 件, % …")
    per_unit: bool = Field(default=False, description="Every unit has to reach it by itself, as with rates.")
    note: Note = ""


class UnitProgress(Contract):
    """What one agency last reported."""

    agency: AgencyCode
    on: date
    reached: Value | None = None
    finished: bool = False


class Task(WorkRecord):
    """One task of a division of tasks (工作要点分工). Its agency in charge is the first that leads, or the only one."""

    table: CaseId = Field(description="The table in which it stands: `RWB-` and the head of its digest.")
    table_title: str = Field(max_length=200)
    document: str = Field(default="", max_length=80, description="The document that divides the tasks.")
    no: int = Field(description="序号 in the table.")
    section: tuple[str, ...] = ()
    requirement: str = Field(max_length=1000, description="具体要求")
    units: tuple[TaskUnit, ...] = ()
    leads: tuple[AgencyCode, ...] = Field(default=(), description="牵头单位, groups expanded.")
    co: tuple[AgencyCode, ...] = Field(default=(), description="Co-operating agencies, groups expanded.")
    unknown: tuple[str, ...] = Field(default=(), description="Names that a person must still map.")
    each_alone: bool = Field(description="分别负责: every agency answers for its own share.")
    due_on: date | None = Field(default=None, description="Last day; null: 无期限.")
    warned: bool = Field(default=False, description="The last day is near.")
    target: Target | None = None
    reached: float | None = Field(default=None, description="Value reached so far.")
    progress: tuple[UnitProgress, ...] = ()
    reports: int = Field(default=0, description="Number of progress reports.")
    completed_on: date | None = None
    on_time: bool | None = Field(default=None, description="Completed by its last day; null: no last day, or open.")


class TaskImported(Event, record="task", name="imported"):
    """Sent when a task was taken from a table."""

    record: Task


class TaskChanged(Event, record="task", name="changed"):
    """Sent when units, limit or target of a task changed, it came into force, was opened again, or is due soon."""

    record: Task


class TaskProgressed(Event, record="task", name="progressed"):
    """Sent when a unit reported its progress."""

    record: Task


class TaskCompleted(Event, record="task", name="completed"):
    """Sent when a supervisor confirmed that a task is done."""

    record: Task


class TaskOverdue(Event, record="task", name="overdue"):
    """Sent when the last day of a task passed before it was confirmed as done."""

    record: Task


class TaskRestated(Event, record="task", name="restated"):
    """Sent when all tasks are told again."""

    record: Task


class TaskRow(Contract):
    """One row of a table as it is written. Names are names, codes or groups of the register; others wait for a
    person. Units lead only where the table says 牵头."""

    no: int = Field(ge=1, le=9999)
    section: tuple[Annotated[str, Field(max_length=100)], ...] = Field(default=(), max_length=4)
    requirement: str = Field(min_length=2, max_length=1000)
    lead_names: tuple[UnitName, ...] = Field(default=(), max_length=40)
    co_names: tuple[UnitName, ...] = Field(default=(), max_length=40)
    each_alone: bool = False
    due_on: date | None = None
    target: Target | None = None


class UnknownUnit(Contract):
    """A name that the register does not know, and the tasks in which it stands."""

    name: str
    tasks: tuple[int, ...] = Field(description="Numbers in the table.")


class ImportedTask(Contract):
    no: int
    id: CaseId
    state: TaskState
    repeated: bool = Field(description="It was there before.")


class TableImported(Reply):
    table: CaseId
    tasks: tuple[ImportedTask, ...]
    unknown: tuple[UnknownUnit, ...] = Field(description="For a person to map.")


class ImportTasks(Command, by=(Role.SUPERVISOR,), reply=TableImported):
    """Take in a table. The same title and rows are the same table, whatever has become of its draft since."""

    title: str = Field(min_length=2, max_length=200)
    draft: bool = Field(description="征求意见稿: its tasks bind nobody before they are put in force.")
    document: str = Field(default="", max_length=80, description="发文字号 or number of the document.")
    issued_on: date | None = Field(
        default=None, description="Groups stand for who was in them on this day; null: today."
    )
    rows: tuple[TaskRow, ...] = Field(min_length=1, max_length=MAX_ROWS)


class UnitMapped(Reply):
    unit: str
    agencies: tuple[AgencyCode, ...] = Field(description="For whom the name stands today.")
    tasks: int = Field(description="Tasks that changed.")


class MapUnit(Command, by=(Role.SUPERVISOR,), reply=UnitMapped):
    """A person says for whom a name stands that the register does not know, now and in later tables."""

    unit: UnitName
    to: str = Field(min_length=1, max_length=100, description="Code, name or group of the register.")


class TableInForce(Reply):
    table: CaseId
    tasks: int = Field(description="Tasks that came into force now.")


class PutInForce(Command, by=(Role.SUPERVISOR,), reply=TableInForce):
    """The table was issued: its draft tasks bind from now on."""

    table: CaseId
    document: str = Field(
        min_length=2, max_length=80, description="发文字号 or number of the document that was issued."
    )


class ReportProgress(Command, by=UNIT, reply=Done):
    """A unit of the task reports how far it is. Whoever reports it finished names the evidence."""

    id: CaseId
    text: str = Field(min_length=2, max_length=200, description="进展; what is longer stands in the evidence.")
    reached: Value | None = Field(default=None, description="Value reached since the beginning.")
    finished: bool = Field(default=False, description="The unit's part is done.")
    evidence: tuple[Evidence, ...] = Field(default=(), max_length=3)


class SetDue(Command, by=(Role.SUPERVISOR,), reply=Done):
    """Set, move or lift the last day of a task."""

    id: CaseId
    due_on: date | None = Field(description="null: 无期限")
    reason: str = Field(min_length=2, max_length=200)


class SetTarget(Command, by=(Role.SUPERVISOR,), reply=Done):
    """Set, change or lift what a task has to reach."""

    id: CaseId
    target: Target | None


class Complete(Command, by=(Role.SUPERVISOR,), reply=Done):
    """Confirm that a task is done; never by a unit that reported on it. What is still missing must be answered for."""

    id: CaseId
    note: Note = Field(default="", description="Needed where a unit has not finished or the target is not reached.")


class Reopen(Command, by=(Role.SUPERVISOR,), reply=Done):
    """A task that was confirmed as done is to be worked on again."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=200)


class ProgressReport(Contract):
    """A progress report as it was given."""

    agency: AgencyCode
    by: str = Field(description="Name of the official.")
    at: AwareDatetime
    text: str
    reached: float | None
    finished: bool
    evidence: tuple[str, ...]


class TaskFile(Reply):
    record: Task
    reports: tuple[ProgressReport, ...] = Field(description="Oldest first.")


class GetTask(Query, by=(*STAFF, Role.SERVICE), reply=TaskFile):
    """One task with all its progress reports."""

    id: CaseId


class TaskLine(Contract):
    """A task in a list."""

    id: CaseId
    table: CaseId
    no: int
    requirement: str
    lead: bool | None = Field(description="Whether the asked agency leads; null where none was asked for.")
    state: TaskState
    state_label: str
    due_on: date | None
    overdue: bool
    target: Target | None
    reached: float | None
    mine: UnitProgress | None = Field(description="What the asked agency last reported.")


class TaskPage(Reply):
    total: int
    counts: dict[str, int] = Field(description="By state, and `overdue`, whatever the filter of the list.")
    items: tuple[TaskLine, ...]
    next: CaseId | None = None


class TasksOfUnit(Query, by=(*STAFF, Role.SERVICE), reply=TaskPage):
    """The tasks of an agency, leading or co-operating, by number; without an agency all tasks."""

    agency: AgencyCode | None = None
    table: CaseId | None = None
    state: TaskState | None = None
    overdue: bool | None = None
    after: CaseId | None = None
    limit: int = Field(default=30, ge=1, le=50)


class UnknownUnitList(Reply):
    units: tuple[UnknownUnit, ...]


class UnknownUnits(Query, by=(*STAFF, Role.SERVICE), reply=UnknownUnitList):
    """Names in tasks that wait for a person to map them."""

    table: CaseId | None = None

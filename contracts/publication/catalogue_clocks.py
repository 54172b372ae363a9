"""Time limits of catalogues: something was decided, and from then on its publication, change or withdrawal is due.
Published from `contracts.publication`."""

from datetime import date
from typing import Literal

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Event, Query, Reply, Role, WorkRecord
from contracts.publication.terms import ANYONE, KEEPERS, OFFICE, TypeName

Act = Literal["publish", "change", "withdraw"]
"""What must be done in time: an item put, changed, or taken out."""


class CatalogueLimit(Contract):
    """A time limit of a type of catalogue, with its source."""

    act: Act
    id: str = Field(description="e.g. ENF.PERMIT_PENALTY")
    days: int
    unit: Literal["workdays", "days"]
    source: str
    grade: str = Field(description="How well the source was verified, A to M.")


class CatalogueClock(WorkRecord):
    """A running time limit: the publication, change or withdrawal of one item is due."""

    type: TypeName
    limit: CatalogueLimit
    warned: bool = Field(default=False, description="The end of the limit is near.")
    begun_on: date = Field(description="起算日期: of the decision, approval or annulment; not counted.")
    item: CaseId | None = Field(default=None, description="目录事项: once there is one.")
    disclosed: bool | None = Field(
        default=None, description="认定公开: as a person decided, where the law asks (行政处罚法48)."
    )
    done_on: date | None = Field(default=None, description="办结日期")
    days_late: int | None = Field(default=None, description="逾期天数: when it was done; 0: in time.")


class ClockChanged(Event, record="catalogue_clock", name="changed"):
    """Sent when a time limit of a catalogue began, was warned of, was met or dropped."""

    record: CatalogueClock


class ClockOverdue(Event, record="catalogue_clock", name="overdue"):
    """Sent once when what a catalogue must show or take out was not shown or taken out in time."""

    record: CatalogueClock


class ClockRestated(Event, record="catalogue_clock", name="restated"):
    """Sent when all time limits of catalogues are told again."""

    record: CatalogueClock


class StartClock(Command, by=KEEPERS):
    """Something was decided: a penalty made, a budget approved, a change of a guide approved, a penalty annulled. For a
    publication the key columns are given, for a change or a withdrawal the item."""

    type: TypeName = Field(max_length=30)
    agency: str = Field(max_length=40, description="Code of the agency that must act.")
    act: Act
    begun_on: date
    values: dict[str, str] = Field(default_factory=dict, max_length=10, description="Columns that name the item.")
    item: CaseId | None = None


class DecideDisclosure(Command, by=(Role.HEAD, Role.REVIEWER)):
    """A named person decides whether a decision has 一定社会影响 and is public (行政处罚法第四十八条); the reason is
    public where it is."""

    id: CaseId = Field(description="The running time limit.")
    public: bool
    reason: str = Field(min_length=4, max_length=300)


class DropClock(Command, by=(Role.HEAD, *OFFICE)):
    """The limit was begun by mistake, or what is due has no object any more."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)


class Late(Contract):
    """What was or is late."""

    agency: str
    title: str
    act: Act
    due_on: date
    done_on: date | None = Field(default=None, description="Nothing: it is still not done.")
    days_late: int
    source: str


class Missing(Contract):
    """An item for which nothing was published in its time."""

    item: CaseId
    title: str
    agency: str
    due_on: date | None


class Mismatched(Contract):
    """An item that a published document claims without agreeing with it."""

    item: CaseId
    title: str
    agency: str
    document: CaseId
    what: tuple[str, ...]


class LateRows(Reply):
    """Units that were late: what is still not done first, then by days."""

    rows: tuple[Late, ...]
    total: int
    missing: tuple[Missing, ...] = Field(default=(), description="Nothing published in time; for the offices only.")
    mismatched: tuple[Mismatched, ...] = Field(default=(), description="For the offices only.")


class GetLate(Query, by=ANYONE, reply=LateRows):
    """Who was late with a catalogue. Anyone may ask where the type says so (预决算); else the offices."""

    type: TypeName = Field(max_length=30)
    year: int | None = Field(default=None, ge=2008, le=2100, description="Year in which the limit ended.")

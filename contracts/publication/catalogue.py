"""Catalogues: every list that the law names, by one mechanism."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Audience, CaseId, Command, Contract, Event, Query, Record, Reply, WorkRecord
from contracts.publication.catalogue_clocks import CatalogueLimit
from contracts.publication.terms import ANYONE, KEEPERS, Row, TypeName

ROWS = 100
"""Rows of one `PutItems`, items of one page."""
Value = str | tuple[dict[str, str], ...]
"""Text of a field; of a table its rows."""


class Change(Contract):
    """The last change of an item."""

    reason: str = Field(max_length=300)
    approved_on: date | None = Field(default=None, description="完成审批程序的日期")
    effective_on: date | None = Field(default=None, description="实施时间")
    in_time: bool | None = Field(default=None, description="Made public within the type's limit after the approval.")


class CatalogueItem(Record):
    """One item of a catalogue as anyone may see it."""

    type: TypeName = Field(description="Type of the catalogue, e.g. `guide`.")
    type_title: str = Field(description="主动公开基本目录, 权责清单 …")
    title: str = Field(max_length=500)
    agency: str = Field(description="Code of the agency that keeps it.")
    values: dict[str, Value] = Field(description="By name of the field.")
    edition: int = Field(description="1 at first; each change makes the next one.")
    since: AwareDatetime = Field(description="When this edition was made public.")
    change: Change
    days_late: int | None = Field(default=None, description="Days after the limit of the type; 0: in time.")
    group: str = Field(default="", description="Value of the column by which the type is grouped: year, field, kind …")
    shown_until: date | None = Field(default=None, description="Last day of display, where the type has one.")
    removed: bool = False
    removed_for: str = Field(default="", max_length=300)


class Mismatch(Contract):
    """A published document that claims an item and does not agree with it, for a person to look at."""

    document: CaseId
    what: tuple[str, ...] = Field(max_length=4, description="In Chinese: elements, way, level, carriers.")


class CatalogueDuty(WorkRecord):
    """What an item asks of its keeper: something must be published in its time, or its basis has changed."""

    type: TypeName
    period_months: int | None = Field(default=None, description="公开周期（月）: something must be published so often.")
    last_on: date | None = Field(
        default=None, description="最近公开日期: of the newest document that claims it, when last looked at."
    )
    basis_changed: tuple[CaseId, ...] = Field(default=(), description="已变更的依据: documents it rests on.")
    cites: tuple[str, ...] = Field(
        default=(), description="依据中写明的文件: numbers and titles; a document so named flags it."
    )
    mismatches: tuple[Mismatch, ...] = Field(default=(), max_length=20, description="与目录不一致之处")
    remarks: tuple[str, ...] = Field(default=(), description="须复核的表述: vague words, in Chinese.")


class ItemAdded(Event, record="catalogue_item", name="added", audience=Audience.PUBLIC):
    """Sent when an item was put into a catalogue."""

    record: CatalogueItem


class ItemChanged(Event, record="catalogue_item", name="changed", audience=Audience.PUBLIC):
    """Sent when an item of a catalogue was changed; the reason stands with it."""

    record: CatalogueItem


class ItemRemoved(Event, record="catalogue_item", name="removed", audience=Audience.PUBLIC):
    """Sent when an item left its catalogue, or its time of display is over. Of decisions about somebody (penalties,
    permits, credit …) only number and reason are left; subscribers delete the rest."""

    record: CatalogueItem


class CatalogueItemRestated(Event, record="catalogue_item", name="restated", audience=Audience.PUBLIC):
    """Sent when all items are told again."""

    record: CatalogueItem


class DutyChanged(Event, record="catalogue_duty", name="changed"):
    """Sent when what an item asks of its keeper has changed."""

    record: CatalogueDuty


class DutyOverdue(Event, record="catalogue_duty", name="overdue"):
    """Sent once when nothing was published for an item in its time."""

    record: CatalogueDuty


class DutyRestated(Event, record="catalogue_duty", name="restated"):
    """Sent when all duties of items are told again."""

    record: CatalogueDuty


class PutItem(Command, by=KEEPERS):
    """Put an item into a catalogue, or change the one with the same key; the change is announced with its reason."""

    type: TypeName = Field(max_length=30)
    agency: str = Field(max_length=40, description="Code of the agency that keeps it.")
    values: dict[str, Value] = Field(max_length=40, description="By name of the field.")
    reason: str = Field(min_length=2, max_length=300)
    approved_on: date | None = None
    effective_on: date | None = None
    period_months: int | None = Field(
        default=None, ge=0, le=60, description="None: as it was. 0: as the words of the item say, or none."
    )
    rests_on: tuple[CaseId, ...] | None = Field(
        default=None, max_length=20, description="Documents that it is based on. None: as they were."
    )


class RowOutcome(Contract):
    """What became of one row."""

    row: int = Field(description="From 1.")
    outcome: Literal["added", "changed", "same", "refused"]
    id: CaseId | None = None
    reason: str | None = None


class RowOutcomes(Reply):
    rows: tuple[RowOutcome, ...]


class PutItems(Command, by=KEEPERS, reply=RowOutcomes, one_by_one="rows"):
    """Put many items, as rows with the official column headings. A row that is wrong is refused by itself."""

    type: TypeName = Field(max_length=30)
    agency: str = Field(max_length=40)
    rows: tuple[Row, ...] = Field(min_length=1, max_length=ROWS)
    reason: str = Field(min_length=2, max_length=300)
    approved_on: date | None = None
    effective_on: date | None = None
    period_months: int | None = Field(default=None, ge=1, le=60, description="For items that have none of their own.")


class RemoveItem(Command, by=KEEPERS):
    """Take an item out of its catalogue; the reason is public."""

    id: CaseId
    reason: str = Field(min_length=2, max_length=300)


class NameBasis(Command, by=KEEPERS):
    """The documents that an item rests on: it is flagged when one of them is corrected, amended or repealed."""

    id: CaseId
    documents: tuple[CaseId, ...] = Field(max_length=20)


class ReviewItem(Command, by=KEEPERS):
    """The keeper has looked at what was flagged, a changed basis, vague words, a mismatch, and the item stands."""

    id: CaseId
    note: str = Field(min_length=2, max_length=300)


class ClaimItems(Command, by=KEEPERS):
    """A document says which items of the catalogues it publishes."""

    id: CaseId = Field(description="The document.")
    items: tuple[CaseId, ...] = Field(max_length=20)


class Inner(Contract):
    """A column of the table inside a cell."""

    name: str
    label: str


class Column(Contract):
    """A column of a catalogue."""

    name: str
    label: str = Field(description="Official heading.")
    group: str = Field(default="", description="Heading above it.")
    kind: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    internal: bool = Field(default=False, description="For the offices only.")
    columns: tuple[Inner, ...] = Field(default=(), description="Of the table in its cells.")


class Running(Contract):
    """Columns that say from when to when an item runs, and what is published after its end by items of one kind."""

    starts: str
    ends: str
    results: tuple[str, ...] = Field(default=(), description="Columns, or `table.column`, any of which is a result.")
    kind_field: str = ""
    owed_by: str = Field(default="", description="Value of `kind_field` whose results are published.")


class CatalogueType(Contract):
    """A type of catalogue: its columns, its keeper, its time limits, where it comes from."""

    type: TypeName
    title: str
    keeper: str
    source: str
    grade: str = Field(description="How well the source was verified, A to M.")
    headline: str = Field(default="", description="Name of the column that an item is called by.")
    unverified: tuple[str, ...] = Field(default=(), description="Columns whose words were not checked with the source.")
    columns: tuple[Column, ...]
    limits: tuple[CatalogueLimit, ...] = ()
    group_by: str | None = None
    running: Running | None = None


class CatalogueTypes(Reply):
    types: tuple[CatalogueType, ...]


class GetCatalogueTypes(Query, by=ANYONE, reply=CatalogueTypes):
    """All types of catalogues."""


class CatalogueRow(Contract):
    """An item as a row."""

    id: CaseId
    agency: str
    edition: int
    cells: Row


class CatalogueRows(Reply):
    rows: tuple[CatalogueRow, ...]
    next: CaseId | None = None


class ExportItems(Query, by=ANYONE, reply=CatalogueRows):
    """The items of a catalogue that stand, as rows with the official headings, by number."""

    type: TypeName = Field(max_length=30)
    agency: str | None = Field(default=None, max_length=40)
    group: str | None = Field(default=None, max_length=100, description="A year, field, kind … of the type.")
    q: str | None = Field(default=None, min_length=1, max_length=60, description="Words that stand in the item.")
    after: CaseId | None = None
    limit: int = Field(default=ROWS, ge=1, le=ROWS)


class ItemGroup(Contract):
    """Items of one year, field, kind …"""

    value: str
    count: int


class ItemGroups(Reply):
    """Years with the newest in front; all else in the order of the column's choices."""

    group_by: str | None
    groups: tuple[ItemGroup, ...]


class GroupItems(Query, by=ANYONE, reply=ItemGroups):
    """How many items a catalogue has in each of its groups."""

    type: TypeName = Field(max_length=30)
    agency: str | None = Field(default=None, max_length=40)


class ItemHistory(Reply):
    """An item in all its editions, the oldest first."""

    duty: CatalogueDuty | None = Field(default=None, description="For the offices only.")
    editions: tuple[CatalogueItem, ...]


class GetItem(Query, by=ANYONE, reply=ItemHistory):
    """One item with its earlier editions."""

    id: CaseId

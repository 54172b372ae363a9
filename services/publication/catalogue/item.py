"""An item of a catalogue as its facts make it: editions, claims, flags."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from contracts.publication.catalogue import Change, Value
from kernel.calendar import end_of_day
from kernel.facts import Fact
from services.publication.catalogue import citing
from services.publication.catalogue.types import ItemType, type_of
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Sealable


class ItemPut(Fact):
    """An edition of an item. `days_late` after the limit of its type, `in_time` after the approval of the change."""

    id: str
    type: str
    agency: str
    values: dict[str, Value]
    period_months: int | None
    rests_on: tuple[str, ...]
    due_on: date | None
    days_late: int | None
    shown_until: date | None
    change: Change
    by: Official
    at: datetime


class ItemTakenOut(Fact):
    reason: str
    by: Official | None
    at: datetime


class Claimed(Fact):
    """The newest document that claims the item, and until when the next one is due."""

    on: date
    due_on: date | None


class Unclaimed(Fact):
    """The newest document that claimed it does so no more; `on` is the day of the newest one left."""

    on: date | None
    due_on: date | None


class FoundEmpty(Fact):
    """Nothing was published for the item in its time."""


class BasisChanged(Fact):
    document: str


class BasisNamed(Fact):
    """The documents that it rests on, where no edition names others."""

    rests_on: tuple[str, ...]
    by: Official
    at: datetime


class ClaimCompared(Fact):
    """A published document that claims the item, against what the item says; what differs."""

    document: str
    mismatches: tuple[str, ...]


class ItemReviewed(Fact):
    """Its keeper looked at what was flagged, and it stands as it is."""

    note: str
    by: Official
    at: datetime


class Edition(BaseModel):
    """What an edition said."""

    model_config = ConfigDict(frozen=True)

    values: dict[str, Value]
    change: Change
    since: datetime
    days_late: int | None


class Item(Sealable):
    """An item as its facts make it; the last edition stands."""

    type: str
    editions: tuple[Edition, ...]
    period_months: int | None = None
    rests_on: tuple[str, ...] = ()
    due_on: date | None = None
    last_on: date | None = None
    empty: bool = False
    basis_changed: tuple[str, ...] = ()
    mismatched: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """By document what of it does not agree with the item, as nobody has looked at it yet."""
    accepted: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The same where its keeper has looked at it; it is not listed again until the item or the document changes."""
    reviewed: bool = False
    """Its vague words were looked at since the last edition."""
    shown_until: date | None = None
    removed_for: str = ""

    @property
    def values(self) -> dict[str, Value]:
        return self.editions[-1].values

    @property
    def gone(self) -> bool:
        """Taken out, or taken down."""
        return bool(self.removed_for or self.seal)

    @property
    def kind(self) -> ItemType:
        return type_of(self.type)

    @property
    def ends_at(self) -> datetime | None:
        """The end of the time of display, where the type has one."""
        return end_of_day(self.shown_until) if self.shown_until and not self.removed_for else None

    @property
    def basis(self) -> str:
        """The words of its columns of 依据."""
        return citing.basis_text(self.kind, self.values)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Vague words that nobody has looked at yet."""
        return () if self.reviewed or self.removed_for else self.kind.remarks(self.values)

    @property
    def days_late(self) -> int | None:
        """As of the edition from which the limit counted."""
        return next((each.days_late for each in self.editions if each.days_late is not None), None)

    @property
    def group(self) -> str:
        return str(self.values.get(self.kind.group_by, "")) if self.kind.group_by else ""


def evolve(item: Item | None, fact: Fact) -> Item:
    if isinstance(fact, ItemPut):
        return _put(item, fact)
    if item is None:
        raise ValueError("the first fact opens an item")
    match fact:
        case ItemTakenOut():
            gone = {"removed_for": fact.reason, "empty": False, "basis_changed": (), "mismatched": {}}
            return item.model_copy(update=gone)
        case Claimed() | Unclaimed():
            return item.model_copy(update={"last_on": fact.on, "due_on": fact.due_on, "empty": False})
        case FoundEmpty():
            return item.model_copy(update={"empty": True})
        case BasisChanged():
            return item.model_copy(update={"basis_changed": (*item.basis_changed, fact.document)})
        case BasisNamed():
            return item.model_copy(update={"rests_on": fact.rests_on})
        case ItemReviewed():
            accepted = item.accepted | item.mismatched
            looked = {"basis_changed": (), "mismatched": {}, "accepted": accepted, "reviewed": True}
            return item.model_copy(update=looked)
        case ClaimCompared():
            others = {document: said for document, said in item.mismatched.items() if document != fact.document}
            differs = {fact.document: fact.mismatches} if fact.mismatches else {}
            return item.model_copy(update={"mismatched": others | differs})
    raise TypeError(f"unknown fact {fact.kind}")


def _put(item: Item | None, fact: ItemPut) -> Item:
    edition = Edition(values=fact.values, change=fact.change, since=fact.at, days_late=fact.days_late)
    changed: dict[str, Any] = {
        "agency": fact.agency,
        "editions": (*(item.editions if item else ()), edition),
        "period_months": fact.period_months,
        "rests_on": fact.rests_on,
        "due_on": fact.due_on,
        "empty": item is not None and item.empty and item.due_on == fact.due_on,
        "basis_changed": (),
        "accepted": {},
        "reviewed": False,
        "shown_until": fact.shown_until,
        "removed_for": "",
    }
    first = {"id": fact.id, "type": fact.type, "opened_at": fact.at}
    return item.model_copy(update=changed) if item else Item.model_validate(first | changed)

"""An item of a catalogue: its editions, its limit, its time of display, and what it asks of its keeper."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.base import Event
from contracts.publication import (
    CatalogueDuty,
    CatalogueItem,
    CatalogueItemRestated,
    Change,
    DutyChanged,
    DutyOverdue,
    DutyRestated,
    ItemAdded,
    ItemChanged,
    ItemRemoved,
    Value,
)
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue.types import ItemType, type_of
from services.publication.domain.facts import Official

ENDED = "公示期满"


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


class FoundEmpty(Fact):
    """Nothing was published for the item in its time."""


class BasisChanged(Fact):
    document: str


class BasisReviewed(Fact):
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


class Item(BaseModel):
    """An item as its facts make it; the last edition stands."""

    model_config = ConfigDict(frozen=True)

    id: str
    type: str
    agency: str
    opened_at: datetime
    editions: tuple[Edition, ...]
    period_months: int | None = None
    rests_on: tuple[str, ...] = ()
    due_on: date | None = None
    last_on: date | None = None
    empty: bool = False
    basis_changed: tuple[str, ...] = ()
    removed_for: str = ""

    @property
    def values(self) -> dict[str, Value]:
        return self.editions[-1].values

    @property
    def kind(self) -> ItemType:
        return type_of(self.type)

    @property
    def ends_at(self) -> datetime | None:
        """The end of the time of display, where the type has one."""
        name = self.kind.ends_by
        last = self.values.get(name) if name else None
        return end_of_day(date.fromisoformat(str(last))) if last and not self.removed_for else None


def put(
    item: Item | None,
    id: str,
    kind: ItemType,
    agency: str,
    values: dict[str, Value],
    period_months: int | None,
    rests_on: tuple[str, ...],
    change: Change,
    by: Official,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """A new item, or the next edition of one; the same again is nothing. Its keeper is the agency of the person, or the
    openness office puts it for an agency."""
    if item and not item.removed_for:
        if item.agency != agency:
            raise Refused("other_keeper", "目录事项由另一机构维护。", field="agency", remedy="请由维护机构办理。")
        if (item.values, item.period_months, item.rests_on) == (values, period_months, rests_on):
            return []
    _not_over(kind, values, now)
    due = _next(period_months, item.last_on if item and item.last_on else now.date(), calendar)
    in_time = _in_time(kind, change, now, calendar)
    return [
        ItemPut(
            id=item.id if item else id,
            type=kind.type,
            agency=agency,
            values=values,
            period_months=period_months,
            rests_on=rests_on,
            due_on=due,
            days_late=None if item else _days_late(kind, values, now, calendar),
            change=change.model_copy(update={"in_time": in_time}),
            by=by,
            at=now,
        )
    ]


def _not_over(kind: ItemType, values: Mapping[str, Value], now: datetime) -> None:
    last = values.get(kind.ends_by) if kind.ends_by else None
    if last and date.fromisoformat(str(last)) < now.date():
        raise Refused("display_over", "公示截止日期已经过去。", field=kind.ends_by, remedy="请核对日期。")


def _next(period_months: int | None, after: date, calendar: Calendar) -> date | None:
    """Until when the next document must be published."""
    return calendar.add_months(after, period_months) if period_months else None


def _days_late(kind: ItemType, values: Mapping[str, Value], now: datetime, calendar: Calendar) -> int | None:
    """Days after the type's limit (预算法14: 20 days; 双公示: 7 working days …); 0 in time."""
    day = values.get(kind.clock.field) if kind.clock else None
    if kind.clock is None or not day:
        return None
    begun = date.fromisoformat(str(day))
    if begun > now.date():
        raise Refused("in_future", "日期还没有到。", field=kind.clock.field, remedy="请核对日期。")
    by_workdays = kind.clock.unit == "workdays"
    due = calendar.due(begun, kind.clock.days) if by_workdays else calendar.add_days(begun, kind.clock.days)
    return max((now.date() - due).days, 0)


def _in_time(kind: ItemType, change: Change, now: datetime, calendar: Calendar) -> bool | None:
    """Whether a change was public within so many working days of its approval (001 第35条: one; local, a setting)."""
    if kind.change_workdays is None or change.approved_on is None:
        return None
    if change.approved_on > now.date():
        raise Refused("in_future", "审批日期还没有到。", field="approved_on", remedy="请核对日期。")
    return now.date() <= calendar.due(change.approved_on, kind.change_workdays)


def remove(item: Item, reason: str, by: Official, now: datetime) -> list[Fact]:
    """Take an item out; its editions stay readable."""
    return [] if item.removed_for else [ItemTakenOut(reason=reason, by=by, at=now)]


def look(item: Item, newest: date | None, now: datetime, calendar: Calendar) -> list[Fact]:
    """At the end of its period: the newest document that claims the item moves it on, else it is empty."""
    if item.removed_for or item.due_on is None:
        return []
    if newest and (item.last_on is None or newest > item.last_on):
        return [Claimed(on=newest, due_on=_next(item.period_months, newest, calendar))]
    overdue = now >= end_of_day(item.due_on) and not item.empty
    return [FoundEmpty()] if overdue else []


def basis_changed(item: Item, document: str) -> list[Fact]:
    """A document that the item rests on was corrected, amended or repealed (2024年梅陇镇政务公开工作要点 三2)."""
    known = item.removed_for or document in item.basis_changed or document not in item.rests_on
    return [] if known else [BasisChanged(document=document)]


def review_basis(item: Item, note: str, by: Official, now: datetime) -> list[Fact]:
    return [BasisReviewed(note=note, by=by, at=now)] if item.basis_changed else []


def evolve(item: Item | None, fact: Fact) -> Item:
    if isinstance(fact, ItemPut):
        return _put(item, fact)
    if item is None:
        raise ValueError("the first fact opens an item")
    match fact:
        case ItemTakenOut():
            return item.model_copy(update={"removed_for": fact.reason, "empty": False, "basis_changed": ()})
        case Claimed():
            return item.model_copy(update={"last_on": fact.on, "due_on": fact.due_on, "empty": False})
        case FoundEmpty():
            return item.model_copy(update={"empty": True})
        case BasisChanged():
            return item.model_copy(update={"basis_changed": (*item.basis_changed, fact.document)})
        case BasisReviewed():
            return item.model_copy(update={"basis_changed": ()})
    raise TypeError(f"unknown fact {fact.kind}")


def _put(item: Item | None, fact: ItemPut) -> Item:
    edition = Edition(values=fact.values, change=fact.change, since=fact.at, days_late=fact.days_late)
    changed = {
        "agency": fact.agency,
        "editions": (*(item.editions if item else ()), edition),
        "period_months": fact.period_months,
        "rests_on": fact.rests_on,
        "due_on": fact.due_on,
        "empty": False,
        "basis_changed": (),
        "removed_for": "",
    }
    first = {"id": fact.id, "type": fact.type, "opened_at": fact.at}
    return item.model_copy(update=changed) if item else Item.model_validate(first | changed)


def record(item: Item, edition: int | None = None) -> CatalogueItem:
    """One edition, by default the one that stands."""
    number = edition or len(item.editions)
    said, last = item.editions[number - 1], number == len(item.editions)
    return CatalogueItem(
        id=item.id,
        type=item.type,
        type_title=item.kind.title,
        title=str(said.values.get(item.kind.headline, ""))[:500],
        agency=item.agency,
        values=said.values,
        edition=number,
        since=said.since,
        change=said.change,
        days_late=said.days_late,
        removed=bool(item.removed_for) and last,
        removed_for=item.removed_for if last else "",
    )


def duty(item: Item) -> CatalogueDuty:
    waits = "复核依据已变更的事项" if item.basis_changed else "公开本事项的信息" if item.empty else ""
    return CatalogueDuty(
        id=item.id,
        title=f"{item.kind.title}：{record(item).title}"[:300],
        state="removed" if item.removed_for else "empty" if item.empty else "standing",
        state_label="已移出" if item.removed_for else "应公开未公开" if item.empty else "在列",
        open=item.empty or bool(item.basis_changed),
        agency=item.agency,
        opened_at=item.opened_at,
        due_at=end_of_day(item.due_on) if item.due_on and not item.removed_for else None,
        overdue=item.empty,
        waits_for=waits,
        type=item.type,
        period_months=item.period_months,
        last_on=item.last_on,
        basis_changed=item.basis_changed,
        remarks=item.kind.remarks(item.values),
    )


def tell(item: Item, facts: Sequence[Fact]) -> list[Event]:
    told: list[Event] = []
    for fact in facts[-1:]:
        match fact:
            case ItemPut():
                added = len(item.editions) == 1
                told.append(ItemAdded(record=record(item)) if added else ItemChanged(record=record(item)))
            case ItemTakenOut():
                told.append(ItemRemoved(record=record(item)))
    empty = any(isinstance(fact, FoundEmpty) for fact in facts)
    return [*told, DutyOverdue(record=duty(item)) if empty else DutyChanged(record=duty(item))]


def retell(item: Item) -> list[Event]:
    return [CatalogueItemRestated(record=record(item)), DutyRestated(record=duty(item))]


def index(item: Item) -> Mapping[str, Any]:
    """`looked_at`: when the item wants to be looked at because its period ends."""
    plain: dict[str, Any] = {"type": item.type, "agency": item.agency, "stands": not item.removed_for}
    if item.rests_on and not item.removed_for:
        plain["rests_on"] = list(item.rests_on)
    if item.due_on and not item.removed_for and not item.empty:
        plain["look_at"] = end_of_day(item.due_on)
    return plain


def alarm(item: Item) -> datetime | None:
    return item.ends_at


def tick(item: Item, now: datetime, calendar: Calendar) -> list[Fact]:
    """The time of display is over."""
    over = item.ends_at is not None and item.ends_at <= now
    return [ItemTakenOut(reason=ENDED, by=None, at=now)] if over else []


KIND: CaseKind[Item] = CaseKind(
    name="catalogue_item",
    title="目录事项",
    facts=(ItemPut, ItemTakenOut, Claimed, FoundEmpty, BasisChanged, BasisReviewed),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)

"""An item of a catalogue: its editions, its limit, its time of display, and what it asks of its keeper."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from contracts.base import Event
from contracts.publication.catalogue import (
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
    Mismatch,
    Value,
)
from contracts.publication.record import Metadata
from contracts.publication.takedown import DutyWithdrawn, ItemWithdrawn
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue import citing, claims, names
from services.publication.catalogue.claims import Shown
from services.publication.catalogue.item import (
    BasisChanged,
    BasisNamed,
    ClaimCompared,
    Claimed,
    FoundEmpty,
    Item,
    ItemPut,
    ItemReviewed,
    ItemTakenOut,
    Unclaimed,
    evolve,
)
from services.publication.catalogue.types import ItemType, type_of
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Tombstones, sealable

ENDED = "公示期满"
SEARCHED = 2000


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
    standing = item if item and not item.removed_for else None
    if standing and (standing.values, standing.period_months, standing.rests_on) == (values, period_months, rests_on):
        return []
    until = _shown_until(standing, kind, values, now, calendar)
    _dated(standing, kind, values, change)
    due = _due(item, standing, kind, values, period_months, now, calendar)
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
            days_late=_days_late(kind, values, now, calendar) if _first(item, kind) else None,
            shown_until=until,
            change=change.model_copy(update={"in_time": in_time}),
            by=by,
            at=now,
        )
    ]


def _due(
    item: Item | None,
    standing: Item | None,
    kind: ItemType,
    values: Mapping[str, Value],
    period_months: int | None,
    now: datetime,
    calendar: Calendar,
) -> date | None:
    """Until when something must be published for it. Other words move no day as long as the period is the same."""
    said = kind.period_field or ""
    same = standing and (standing.period_months, standing.values.get(said)) == (period_months, values.get(said))
    if standing and same:
        return standing.due_on
    return kind.next_by(values, period_months, item.last_on if item and item.last_on else now.date(), calendar)


def _first(item: Item | None, kind: ItemType) -> bool:
    """Whether this edition is the first that says from which day its limit counts."""
    limit = kind.limit("publish")
    return limit is not None and (item is None or limit.field not in item.values)


def _shown_until(
    standing: Item | None, kind: ItemType, values: Mapping[str, Value], now: datetime, calendar: Calendar
) -> date | None:
    """The last day of display, counted from the day on which the item became public."""
    since = (standing.editions[0].since if standing else now).date()
    limit = kind.limit("publish")
    until = kind.shown_until(values, limit.done_on(values, since) if limit else since, calendar)
    if until and until < now.date():
        raise Refused("display_over", "公示截止日期已经过去。", field=kind.ends_by, remedy="请核对日期。")
    if until is None and kind.ends_by:
        raise Refused("display_open", "须写明公示期限或截止日期。", field=kind.ends_by, remedy="请补充后重新提交。")
    return until


def _dated(standing: Item | None, kind: ItemType, values: Mapping[str, Value], change: Change) -> None:
    """A changed guide says when it was approved and from when it holds (翁源县2018年分工 第35项)."""
    limit = kind.limit("change")
    if standing is None or limit is None or not limit.dated or standing.values == values:
        return
    if change.approved_on is None or change.effective_on is None:
        raise Refused(
            "change_undated",
            "变更须写明完成审批的日期和实施时间。",
            field="approved_on" if change.approved_on is None else "effective_on",
            remedy="请补充后重新提交。",
        )


def _days_late(kind: ItemType, values: Mapping[str, Value], now: datetime, calendar: Calendar) -> int | None:
    """Days after the type's limit (预算法14: 20 days; 双公示: 7 working days …); 0 in time."""
    limit = kind.limit("publish")
    day = values.get(limit.field) if limit else None
    if limit is None or not day:
        return None
    begun = date.fromisoformat(str(day))
    if begun > now.date():
        raise Refused("in_future", "日期还没有到。", field=limit.field, remedy="请核对日期。")
    done = limit.done_on(values, now.date())
    if not begun <= done <= now.date():
        raise Refused("public_when", "公开日期应在决定之后、今天之前。", field=limit.done, remedy="请核对日期。")
    return max((done - limit.due(begun, calendar)).days, 0)


def _in_time(kind: ItemType, change: Change, now: datetime, calendar: Calendar) -> bool | None:
    """Whether a change was public in its time after the approval (guides: 翁源县2018年分工 第35项, one working day)."""
    limit = kind.limit("change")
    if limit is None or change.approved_on is None:
        return None
    if change.approved_on > now.date():
        raise Refused("in_future", "审批日期还没有到。", field="approved_on", remedy="请核对日期。")
    return now.date() <= limit.due(change.approved_on, calendar)


def remove(item: Item, reason: str, by: Official, now: datetime) -> list[Fact]:
    """Take an item out; its editions stay readable, where it is about nobody."""
    names.require_no_name(reason, item.kind.persons(item.values))
    return [] if item.removed_for else [ItemTakenOut(reason=reason, by=by, at=now)]


def look(item: Item, newest: date | None, now: datetime, calendar: Calendar) -> list[Fact]:
    """At the end of its period: the newest document that claims the item moves it on, else it is empty."""
    if item.gone or item.due_on is None:
        return []
    if newest and (item.last_on is None or newest > item.last_on):
        due = type_of(item.type).next_by(item.values, item.period_months, newest, calendar)
        return [Claimed(on=newest, due_on=due)]
    overdue = now >= end_of_day(item.due_on) and not item.empty
    return [FoundEmpty()] if overdue else []


def unclaim(item: Item, document: str, newest: date | None, calendar: Calendar) -> list[Fact]:
    """A document claims the item no more, or was taken down: what differed goes with it, and the newest that is left
    says until when the next one is due."""
    if item.gone:
        return []
    facts: list[Fact] = [ClaimCompared(document=document, mismatches=())] if document in item.mismatched else []
    if item.last_on and (newest is None or newest < item.last_on):
        since = newest or item.editions[0].since.date()
        facts.append(Unclaimed(on=newest, due_on=item.kind.next_by(item.values, item.period_months, since, calendar)))
    return facts


def basis_changed(item: Item, document: str, metadata: Metadata) -> list[Fact]:
    """A document that the item rests on, or cites in its words, was corrected, amended or repealed, or has expired
    (2024年梅陇镇政务公开工作要点 三2)."""
    rests = document in item.rests_on or citing.cites(item.basis, metadata)
    known = item.gone or document in item.basis_changed or not rests
    return [] if known else [BasisChanged(document=document)]


def compare(item: Item, document: str, shown: Shown) -> list[Fact]:
    """What of a document that claims the item does not agree with it (义乌市2018年要点 一(二))."""
    if item.gone:
        return []
    found = claims.mismatches(item.kind, item.values, shown)
    known = item.mismatched.get(document) or item.accepted.get(document, ())
    return [] if found == known else [ClaimCompared(document=document, mismatches=found)]


def name_basis(item: Item, documents: tuple[str, ...], by: Official, now: datetime) -> list[Fact]:
    if item.removed_for:
        raise Refused("item_removed", "目录事项已移出。", field="id", remedy="请核对事项编号。")
    return [] if item.rests_on == documents else [BasisNamed(rests_on=documents, by=by, at=now)]


def review(item: Item, note: str, by: Official, now: datetime) -> list[Fact]:
    return [ItemReviewed(note=note, by=by, at=now)] if item.basis_changed or item.remarks or item.mismatched else []


def record(item: Item, edition: int | None = None, *, inside: bool = False) -> CatalogueItem:
    """One edition, by default the one that stands. What was taken out is known in full to the offices only, where the
    type says so."""
    number = edition or len(item.editions)
    said, last = item.editions[number - 1], number == len(item.editions)
    buried = bool(item.removed_for) and not inside
    values = item.kind.tombstone(said.values) if buried else item.kind.outside(said.values)
    title = values.get(item.kind.headline) or " ".join(str(values[name]) for name in item.kind.key if name in values)
    return CatalogueItem(
        id=item.id,
        type=item.type,
        type_title=item.kind.title,
        title=str(title)[:500],
        agency=item.agency,
        values=values,
        edition=number,
        since=said.since,
        change=said.change,
        days_late=item.days_late,
        group="" if buried and item.kind.mask else item.group,
        shown_until=item.shown_until,
        removed=bool(item.removed_for) and last,
        removed_for=item.removed_for if last else "",
    )


def duty(item: Item) -> CatalogueDuty:
    if item.basis_changed:
        waits = "复核依据已变更的事项"
    elif item.empty:
        waits = "公开本事项的信息"
    elif item.mismatched:
        waits = "核对公开内容与目录是否一致"
    else:
        waits = "复核模糊表述" if item.remarks else ""
    return CatalogueDuty(
        id=item.id,
        title=f"{item.kind.title}：{record(item, inside=True).title}"[:300],
        state="removed" if item.removed_for else "empty" if item.empty else "standing",
        state_label="已移出" if item.removed_for else "应公开未公开" if item.empty else "在列",
        open=bool(waits),
        agency=item.agency,
        opened_at=item.opened_at,
        due_at=end_of_day(item.due_on) if item.due_on and not item.removed_for else None,
        overdue=item.empty,
        waits_for=waits,
        type=item.type,
        period_months=item.period_months,
        last_on=item.last_on,
        basis_changed=item.basis_changed,
        cites=citing.cited(item.basis),
        mismatches=tuple(Mismatch(document=id, what=said) for id, said in item.mismatched.items())[:20],
        remarks=item.remarks,
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
    if not item.removed_for:
        plain["text"] = _text(item)
    if code := item.values.get("code"):
        plain["code"] = code
    if item.group:
        plain["group"] = item.group
    if item.days_late:
        plain["late"] = item.days_late
    if marks := _marks(item):
        plain["marks"] = marks
    if item.due_on and not item.removed_for and not item.empty:
        plain["look_at"] = end_of_day(item.due_on)
    return plain


def _marks(item: Item) -> list[str]:
    """What few items have: the documents that they rest on or cite, and what a person must look at."""
    wrong = ["mismatched"] if item.mismatched else []
    if item.removed_for:
        return wrong
    named = [f"rests_on:{document}" for document in item.rests_on]
    named += [f"cites:{found}" for found in citing.cited(item.basis)]
    return [*named, *wrong, *(["empty"] if item.empty else [])]


def _text(item: Item) -> str:
    """What a search by words looks through: the public columns, up to a length."""
    values = item.kind.outside(item.values).values()
    said = [value if isinstance(value, str) else " ".join(" ".join(row.values()) for row in value) for value in values]
    return "\n".join(said)[:SEARCHED]


def alarm(item: Item) -> datetime | None:
    return item.ends_at


def tick(item: Item, now: datetime, calendar: Calendar) -> list[Fact]:
    """The time of display is over."""
    over = item.ends_at is not None and item.ends_at <= now
    return [ItemTakenOut(reason=ENDED, by=None, at=now)] if over else []


_KIND: CaseKind[Item] = CaseKind(
    name="catalogue_item",
    title="目录事项",
    facts=(
        ItemPut,
        ItemTakenOut,
        Claimed,
        Unclaimed,
        FoundEmpty,
        BasisChanged,
        BasisNamed,
        ClaimCompared,
        ItemReviewed,
    ),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)
KIND = sealable(_KIND, Tombstones(DutyWithdrawn, ItemWithdrawn))

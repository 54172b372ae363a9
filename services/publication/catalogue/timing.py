"""Limits of catalogues: begun, met, counted anew."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from chassis.actors import Cause
from chassis.calendars import Calendars
from chassis.cases import Cases, Held, Step
from chassis.numbers import Numbers
from contracts.publication.catalogue_clocks import Act, Late
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue import clocks
from services.publication.catalogue.clocks import CatalogueTimer
from services.publication.catalogue.item import Item
from services.publication.catalogue.types import ItemType, type_of
from services.publication.domain.facts import Official

PAGE = 200
MOST = 1000


@dataclass(frozen=True)
class Begun:
    """What is due: of which item, since when."""

    kind: ItemType
    agency: str
    act: Act
    key: str
    title: str
    item: str | None
    begun_on: date

    @property
    def origin(self) -> str:
        """One publication is due once; changes and withdrawals of an item once for each day of decision."""
        when = "" if self.act == "publish" else self.begun_on.isoformat()
        return f"clock:{self.kind.type}\n{self.agency}\n{self.act}\n{self.key}\n{when}"


@dataclass(frozen=True)
class Done:
    """An item that was put, and whether it was `added`, `changed` or is the `same`."""

    type: str
    agency: str
    key: str
    held: Held[Item]
    outcome: str
    cause: Cause


@dataclass(frozen=True)
class Timing:
    """The limits of all catalogues."""

    region: str
    timers: Cases[CatalogueTimer]
    items: Cases[Item]
    numbers: Numbers
    calendars: Calendars

    async def start(self, begun: Begun, by: Official, cause: Cause) -> Held[CatalogueTimer]:
        known = (await self.timers.by_origin([begun.origin])).get(begun.origin)
        if known:
            return replace(known, repeated=True)

        n = await self.numbers.block(f"MQ/{cause.now.year}")
        id = f"{self.region}-MQ-{cause.now.year}-{n:06d}"
        facts = clocks.start(
            id,
            begun.kind,
            begun.agency,
            begun.act,
            begun.key,
            begun.title,
            begun.item,
            begun.begun_on,
            by,
            cause.now,
            self.calendars.current,
        )
        return await self.timers.open(id, facts, cause, begun.origin)

    async def reasons(self, kind: ItemType, agency: str, keys: Sequence[str]) -> dict[str, str | Refused]:
        """By key why an item is public, as a person decided, or the refusal while nobody has."""
        where = _keyed(keys, kind.type, agency)
        newest = {held.state.key: held.state async for held in self._each(where)}
        return {key: _reason(kind, newest.get(key)) for key in keys}

    async def met(self, done: Sequence[Done]) -> None:
        """Items of one catalogue were put: what was due of them is done. Where an item is the same, a first try may
        have been cut off."""
        if not done:
            return
        by_key = {each.key: each for each in done}
        by_item = {each.held.id: each for each in done if each.outcome == "changed"}
        one = _keyed(list(by_key), done[0].type, done[0].agency)
        steps = [_step(timer, by_key[timer.state.key]) async for timer in self._each({**one, "open": True})]
        if by_item:
            other = {"marks": {"$in": [f"item:{item}" for item in by_item]}, "act": "change", "open": True}
            steps += [_step(timer, by_item[str(timer.state.item)]) async for timer in self._each(other)]
        for result in await self.timers.execute_many(steps):
            if isinstance(result, Refused):
                raise result

    async def _each(self, where: Mapping[str, Any]) -> AsyncIterator[Held[CatalogueTimer]]:
        """All limits of some kind, the oldest first."""
        after = ""
        while found := await self.timers.find({**where, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
            for held in found:
                yield held
            if len(found) < PAGE:
                return
            after = found[-1].id

    async def found(self, timer: Held[CatalogueTimer], held: Held[Item], cause: Cause) -> None:
        """What a limit is about was done before it was begun here."""
        each, on = replace(cause, id=f"{cause.id}:found"), held.state.editions[-1].since.date()
        await self.timers.execute(timer.id, lambda it: _met(it, held.state, on), each)

    async def withdrawn(self, held: Held[Item], cause: Cause) -> None:
        async for timer in self._each({"marks": f"item:{held.id}", "act": "withdraw", "open": True}):
            each = replace(cause, id=f"{cause.id}:{timer.id}")
            await self.timers.execute(timer.id, lambda it: _met(it, held.state, cause.now.date()), each)

    async def recount(self, calendar: Calendar, cause: Cause) -> None:
        """Every running limit by a new calendar."""
        after = ""
        while found := await self.timers.find({"open": True, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
            for held in found:
                each = replace(cause, id=f"{cause.id}:{held.id}")
                await self.timers.execute(held.id, lambda timer: clocks.recount(timer, calendar), each)
            after = found[-1].id

    async def late(self, type: str, year: int | None, today: date) -> list[Late]:
        """What was or is late: what is still not done first, then by days. Items put without a limit begun before
        count by their own dates."""
        kind, when = type_of(type), ({"year": year} if year else {})
        timers = await self.timers.find({"type": type, "late": True, **when}, limit=MOST)
        timed = {each.state.item for each in timers}
        items = await self.items.find({"type": type, "late": {"$gt": 0}}, limit=MOST)
        rows = [_late(each.state, today) for each in timers]
        rows += [row for each in items if each.id not in timed and (row := _late_item(kind, each.state, year))]
        return sorted(rows, key=lambda row: (row.done_on is not None, -row.days_late, row.agency, row.title))


def _keyed(keys: Sequence[str], type: str, agency: str) -> dict[str, Any]:
    """Limits for the publication of items, by the items' keys."""
    return {"marks": {"$in": [f"key:{key}" for key in keys]}, "type": type, "agency": agency, "act": "publish"}


def _reason(kind: ItemType, timer: CatalogueTimer | None) -> str | Refused:
    if kind.judged is None or timer is None or timer.dropped or timer.disclosed is None:
        question = kind.judged.question if kind.judged else ""
        return Refused(
            "undecided",
            f"还没有具名人员认定{question}。",
            field=kind.judged.field if kind.judged else None,
            remedy="请先登记期限（catalogue due），由单位负责人认定后再公示。",
        )
    if not timer.disclosed:
        return Refused("withheld", "已认定不予公示。", remedy="认定有误的，请由单位负责人重新认定。")
    return timer.reason


def _step(timer: Held[CatalogueTimer], done: Done) -> Step[CatalogueTimer]:
    cause = replace(done.cause, id=f"{done.cause.id}:{timer.id}")
    return Step(timer.id, lambda it: _met(it, done.held.state, cause.now.date()), cause)


def _met(timer: CatalogueTimer, item: Item, today: date) -> list[Fact]:
    """Done today, or on the day on which the item says that it was public."""
    on = timer.limit.done_on(item.values, today) if timer.act == "publish" else today
    return clocks.meet(timer, item.id, on)


def _late(timer: CatalogueTimer, today: date) -> Late:
    late = timer.days_late if timer.days_late is not None else max((today - timer.due_on).days, 0)
    return Late(
        agency=timer.agency,
        title=timer.title,
        act=timer.act,
        due_on=timer.due_on,
        done_on=timer.done_on,
        days_late=late,
        source=timer.limit.source,
    )


def _late_item(kind: ItemType, item: Item, year: int | None) -> Late | None:
    limit = kind.limit("publish")
    edition = next((each for each in item.editions if each.days_late), None)
    if limit is None or edition is None:
        return None
    done = limit.done_on(edition.values, edition.since.date())
    due = date.fromordinal(done.toordinal() - (edition.days_late or 0))
    if year and due.year != year:
        return None
    return Late(
        agency=item.agency,
        title=str(item.values.get(kind.headline, ""))[:200],
        act="publish",
        due_on=due,
        done_on=done,
        days_late=edition.days_late or 0,
        source=limit.source,
    )

"""Items put, found again by their key, and looked at when their time has come."""

import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from chassis.actors import CLOCK, Cause
from chassis.calendars import Calendars
from chassis.cases import Cases, Held, Opening, Step
from chassis.numbers import Numbers
from contracts.publication import catalogue as c
from contracts.publication.catalogue import Change, Value
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue import citing, domain, names
from services.publication.catalogue.claims import Shown
from services.publication.catalogue.item import Item
from services.publication.catalogue.timing import Done, Timing
from services.publication.catalogue.types import KEPT_BY, ItemType, type_of
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.state import Case
from services.publication.storage import Documents, Texts

PAGE = 200
Put = tuple[Held[Item], str]
"""An item, and what became of it."""


@dataclass(frozen=True)
class Wanted:
    """An item as somebody wants it to be. Period and basis of an item that is there stay where nothing is said of them;
    a period of 0, or none at all, is as the words of the item say. `persons`: names of natural persons in it, as they
    were given."""

    kind: ItemType
    agency: str
    values: dict[str, Value]
    change: Change
    period_months: int | None = None
    rests_on: tuple[str, ...] | None = None
    persons: tuple[str, ...] = ()
    row: bool = False
    """One of many: the period is for items that have none of their own."""

    def over(self, item: Item | None, reasons: Mapping[str, str | Refused]) -> "Wanted":
        """As it is put over what is there. Raises `Refused` while nobody has decided what a person must."""
        names.require_no_name(self.change.reason, self.persons)
        wanted = self
        if item:
            wanted = replace(
                self,
                period_months=self._kept(item),
                rests_on=item.rests_on if self.rests_on is None else self.rests_on,
            )
        judged = self.kind.judged
        if judged is None:
            return wanted
        reason = reasons[self.key]
        if isinstance(reason, Refused):
            raise reason
        known = item.values.get(judged.field) if item and any("*" in name for name in self.persons) else None
        return replace(wanted, values=wanted.values | {judged.field: known or names.hide(reason, self.persons)})

    def _kept(self, item: Item) -> int | None:
        """The period as somebody set it by hand; what the words said falls with the words."""
        by_hand = None if item.period_months == self.kind.period(item.values) else item.period_months
        if self.row:
            return by_hand or self.period_months
        return by_hand if self.period_months is None else self.period_months

    @property
    def key(self) -> str:
        return self.kind.key_of(self.values)

    @property
    def period(self) -> int | None:
        return self.period_months or self.kind.period(self.values)

    @property
    def origin(self) -> str:
        return _origin(self.kind, self.agency, self.key)


def wanted_of(
    kind: ItemType,
    agency: str,
    given: Mapping[str, Value],
    change: Change,
    period_months: int | None,
    rests_on: tuple[str, ...] | None = None,
) -> Wanted:
    """As it is read: with the names of natural persons masked, in the reason of the change too."""
    values, persons = kind.read(given), kind.persons(given)
    change = change.model_copy(update={"reason": names.hide(change.reason, persons)})
    return Wanted(kind, agency, values, change, period_months, rests_on, persons)


@dataclass(frozen=True)
class Catalogues:
    """The items of all catalogues."""

    region: str
    items: Cases[Item]
    timing: Timing
    documents: Documents
    texts: Texts
    numbers: Numbers
    calendars: Calendars
    register: Register
    phones: frozenset[str]

    async def put(self, wanted: Wanted, by: Official, cause: Cause) -> Put:
        """The item, and whether it was `added`, `changed` or is the `same`. A limit that ran for it is met."""
        (result,) = (await self._put_once({0: (wanted, cause)}, by)).values()
        if isinstance(result, Refused):
            raise result
        return result

    async def standing(self, kind: ItemType, agency: str, key: str) -> Held[Item] | None:
        """The item with a key, where it stands."""
        origin = _origin(kind, agency, key)
        found = (await self.items.by_origin([origin])).get(origin)
        return found if found and not found.state.removed_for else None

    async def put_rows(self, command: c.PutItems, by: Official, cause: Cause) -> list[c.RowOutcome]:
        """Each row by itself; period and basis of an item that is there stay."""
        kind = type_of(command.type)
        change = Change(reason=command.reason, approved_on=command.approved_on, effective_on=command.effective_on)
        results: dict[int, Put | Refused] = {}
        rows: dict[int, tuple[Wanted, Cause]] = {}
        for number, row in enumerate(command.rows, 1):
            try:
                self._require_own(dict(row), command.agency)
                wanted = wanted_of(kind, command.agency, kind.named(dict(row)), change, command.period_months)
                rows[number] = replace(wanted, row=True), replace(cause, id=f"{cause.id}:{number}")
            except Refused as refused:
                results[number] = refused
        results.update(await self._put_all(rows, by))
        return [_told(number, results[number]) for number in sorted(results)]

    def _require_own(self, row: Mapping[str, str], agency: str) -> None:
        """A file with the rows of several keepers adds nobody's items to another."""
        said, known = row.get(KEPT_BY, "").strip(), self.register.by_code(agency)
        if said and said not in (agency, known.name if known else agency):
            raise Refused("other_keeper", "该行由其他机构维护，没有导入。", field=KEPT_BY, remedy="请由维护机构导入。")

    async def _put_all(self, rows: Mapping[int, tuple[Wanted, Cause]], by: Official) -> list[tuple[int, Put | Refused]]:
        """Each row by itself, but read and written together. Rows of the same item come one after the other."""
        results: list[tuple[int, Put | Refused]] = []
        while rows:
            first = {wanted.origin: number for number, (wanted, _) in reversed(list(rows.items()))}
            results += (await self._put_once({number: rows[number] for number in sorted(first.values())}, by)).items()
            rows = {number: row for number, row in rows.items() if first[row[0].origin] != number}
        return results

    async def _put_once(self, rows: Mapping[int, tuple[Wanted, Cause]], by: Official) -> dict[int, Put | Refused]:
        """Rows of different items of one catalogue."""
        known = await self.items.by_origin([wanted.origin for wanted, _ in rows.values()])
        reasons = await self._judged([wanted for wanted, _ in rows.values()])
        results: dict[int, Put | Refused] = {}
        fresh: dict[int, tuple[Wanted, Cause]] = {}
        steps: dict[int, Step[Item]] = {}
        for number, (given, cause) in rows.items():
            try:
                self.register.require(given.agency, "agency")
                held = known.get(given.origin)
                wanted = given.over(held.state if held else None, reasons)
                self._without_personal_data(wanted.values)
                facts = self._facts(held.state if held else None, "new", wanted, by, cause)
                if held and wanted.row and not facts:  # a row does not tell whether it is sent again
                    results[number] = held, "same"
                elif held:
                    steps[number] = Step(held.id, self._decision(wanted, by, cause), cause)
                else:
                    fresh[number] = wanted, cause
            except Refused as refused:
                results[number] = refused
        results |= await self._open(fresh, by)
        for number, after in zip(steps, await self.items.execute_many([*steps.values()]), strict=True):
            results[number] = after if isinstance(after, Refused) else (after, _outcome(after, "changed"))
        puts = [(*rows[number], *result) for number, result in results.items() if not isinstance(result, Refused)]
        await self.timing.met([Done(w.kind.type, w.agency, w.key, held, told, cause) for w, cause, held, told in puts])
        await self._compare_changed(puts)
        return results

    async def _open(self, fresh: Mapping[int, tuple[Wanted, Cause]], by: Official) -> dict[int, Put | Refused]:
        """New items, in one write; one that somebody else opened at the same time is found."""
        if not fresh:
            return {}
        year = next(iter(fresh.values()))[1].now.year
        block = await self.numbers.block(f"ML/{year}", len(fresh))
        openings = []
        for n, (wanted, cause) in enumerate(fresh.values(), block):
            id = f"{self.region}-ML-{year}-{n:06d}"
            openings.append(Opening(id, self._facts(None, id, wanted, by, cause), cause, wanted.origin))
        results: dict[int, Put | Refused] = {}
        for number, opening, held in zip(fresh, openings, await self.items.open_many(openings), strict=True):
            held = held or await self.items.open(opening.id, opening.facts, opening.cause, opening.origin)
            results[number] = held, _outcome(held, "added")
        return results

    def _decision(self, wanted: Wanted, by: Official, cause: Cause) -> Callable[[Item], list[Fact]]:
        return lambda item: self._facts(item, "", wanted, by, cause)

    def _facts(self, item: Item | None, id: str, wanted: Wanted, by: Official, cause: Cause) -> list[Fact]:
        return domain.put(
            item,
            id,
            wanted.kind,
            wanted.agency,
            wanted.values,
            wanted.period,
            wanted.rests_on or (),
            wanted.change,
            by,
            cause.now,
            self.calendars.current,
        )

    async def _judged(self, rows: Sequence[Wanted]) -> Mapping[str, str | Refused]:
        """By key the reason for which a person decided that an item is public, or that nobody has."""
        if not rows or rows[0].kind.judged is None:
            return {}
        return await self.timing.reasons(rows[0].kind, rows[0].agency, [wanted.key for wanted in rows])

    async def remove(self, id: str, reason: str, by: Official, cause: Cause) -> Held[Item]:
        """Take an item out; a withdrawal that was due is met."""
        held = await self.items.execute(id, lambda item: domain.remove(item, reason, by, cause.now), cause)
        await self.timing.withdrawn(held, cause)
        return held

    async def all(self, type: str, agency: str | None) -> list[Item]:
        """Every item of a type that stands."""
        found: list[Item] = []
        where = {"type": type, "stands": True} | ({"agency": agency} if agency else {})
        after = ""
        while held := await self.items.find(where | {"_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
            found += [each.state for each in held]
            after = held[-1].id
        return found

    async def look(self, now: datetime) -> None:
        """Items whose period has ended: taken on by the newest document that claims them, or found empty."""
        while found := await self.items.find({"look_at": {"$lte": now}}, limit=PAGE):
            for held in found:
                due = held.state.due_on
                await self.look_at(held.id, Cause(CLOCK, f"look:{held.id}:{due}:{held.version}", now))
            if len(found) < PAGE:
                return

    async def look_at(self, id: str, cause: Cause) -> None:
        newest, calendar = await self.newest(id), self.calendars.current
        await self.items.execute(id, lambda item: domain.look(item, newest, cause.now, calendar), cause)

    async def newest(self, id: str) -> date | None:
        """The day of the newest published document that claims an item."""
        found = await self.documents.find({"marks": f"claims:{id}"}, sort=[("published_on", -1)], limit=1)
        return found[0].state.published_at.date() if found and found[0].state.published_at else None

    async def basis_changed(self, document: str, cause: Cause) -> None:
        """Flag the items that rest on a document that was changed, as their keepers said or as their words say."""
        metadata = (await self.documents.load(document)).state.metadata
        marks = [f"rests_on:{document}", *(f"cites:{each}" for each in citing.keys(metadata))]
        async for id in self._ids({"marks": {"$in": marks}}):
            each = replace(cause, id=f"{cause.id}:{id}")
            await self.items.execute(id, lambda item: domain.basis_changed(item, document, metadata), each)

    async def _ids(self, where: Mapping[str, Any]) -> AsyncIterator[str]:
        after = ""
        while found := await self.items.find({**where, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE):
            for held in found:
                yield held.id
            after = found[-1].id

    async def claimed(self, case: Case, cause: Cause, only: Collection[str] = ()) -> None:
        """A published document against each item that it claims, or those of `only`; one that was found empty is
        filled."""
        agency = self.register.by_code(case.metadata.issuers[0]) if case.metadata.issuers else None
        text = await self.texts.bring(case.text.sha256) or ""
        words = "\n".join([case.metadata.title, text, *(file.attachment.name for file in case.files)])
        channels = frozenset({*case.metadata.channels, *(each.channel for each in case.deliveries)})
        shown = Shown(case.attribute, channels, words, agency.kind if agency else "")
        for id in case.claims:
            if only and id not in only:
                continue
            if (await self.items.load(id)).state.empty:
                await self.look_at(id, replace(cause, id=f"{cause.id}:look:{id}"))
            each = replace(cause, id=f"{cause.id}:compare:{case.id}:{id}")
            await self.items.execute(id, lambda item: domain.compare(item, case.id, shown), each)

    async def unclaimed(self, document: str, ids: Iterable[str], cause: Cause) -> None:
        """A document that claims these items no more."""
        calendar = self.calendars.current
        for id in ids:
            newest, each = await self.newest(id), replace(cause, id=f"{cause.id}:unclaim:{id}")
            await self.items.execute(
                id, partial(domain.unclaim, document=document, newest=newest, calendar=calendar), each
            )

    async def _compare_changed(self, puts: Sequence[tuple[Wanted, Cause, Held[Item], str]]) -> None:
        """Published documents against the new words of the items that they claim."""
        changed = {held.id: cause for _, cause, held, outcome in puts if outcome == "changed"}
        if not changed:
            return
        async for held in self.documents.every({"marks": {"$in": [f"claims:{id}" for id in changed]}}):
            mine = [id for id in held.state.claims if id in changed]
            await self.claimed(held.state, changed[mine[0]], mine)

    def _without_personal_data(self, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            text = value if isinstance(value, str) else "\n".join(" ".join(row.values()) for row in value)
            without_personal_data(self.phones, **{name: text})


def _origin(kind: ItemType, agency: str, key: str) -> str:
    named = f"{kind.type}\n{agency}\n{key}"
    return f"item:{hashlib.sha256(named.encode()).hexdigest()}"


def _outcome(held: Held[Item], otherwise: str) -> str:
    return otherwise if held.facts and not held.repeated else "same"


def _told(number: int, result: Put | Refused) -> c.RowOutcome:
    if isinstance(result, Refused):
        return c.RowOutcome(row=number, outcome="refused", reason=result.message)
    held, outcome = result
    return c.RowOutcome.model_validate({"row": number, "outcome": outcome, "id": held.id})

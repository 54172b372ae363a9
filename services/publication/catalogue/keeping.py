"""Items put, found again by their key, and looked at when their time has come."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.actors import CLOCK, Cause
from chassis.calendars import Calendars
from chassis.cases import Cases, Held
from chassis.numbers import Numbers
from contracts import publication as c
from contracts.publication import Change, Value
from kernel.agencies import Register
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue import domain
from services.publication.catalogue.item import Item
from services.publication.catalogue.timing import Timing
from services.publication.catalogue.types import ItemType, type_of
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.storage import Documents

PAGE = 200


@dataclass(frozen=True)
class Wanted:
    """An item as somebody wants it to be. `period_months`: where nothing is said, the words of the item say it."""

    kind: ItemType
    agency: str
    values: dict[str, Value]
    change: Change
    period_months: int | None = None
    rests_on: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.kind.key_of(self.values)

    @property
    def period(self) -> int | None:
        return self.period_months or self.kind.period(self.values)

    @property
    def origin(self) -> str:
        return _origin(self.kind, self.agency, self.key)


@dataclass(frozen=True)
class Catalogues:
    """The items of all catalogues."""

    region: str
    items: Cases[Item]
    timing: Timing
    documents: Documents
    numbers: Numbers
    calendars: Calendars
    register: Register
    phones: frozenset[str]

    async def put(self, wanted: Wanted, by: Official, cause: Cause) -> tuple[Held[Item], str]:
        """The item, and whether it was `added`, `changed` or is the `same`. A limit that ran for it is met."""
        self.register.require(wanted.agency, "agency")
        wanted = await self._judged(wanted)
        self._without_personal_data(wanted.values)
        known = await self.known(wanted)
        held, outcome = await self._put(wanted, known, by, cause)
        await self.timing.met(wanted.kind.type, wanted.agency, wanted.key, held, outcome, cause)
        return held, outcome

    async def standing(self, kind: ItemType, agency: str, key: str) -> Held[Item] | None:
        """The item with a key, where it stands."""
        origin = _origin(kind, agency, key)
        found = (await self.items.by_origin([origin])).get(origin)
        return found if found and not found.state.removed_for else None

    async def known(self, wanted: Wanted) -> Held[Item] | None:
        return (await self.items.by_origin([wanted.origin])).get(wanted.origin)

    async def _judged(self, wanted: Wanted) -> Wanted:
        """With the reason for which a person decided that it is public. Raises `Refused` while nobody has."""
        judged = wanted.kind.judged
        if judged is None:
            return wanted
        reason = await self.timing.reason(wanted.kind, wanted.agency, wanted.key)
        return replace(wanted, values=wanted.values | {judged.field: reason})

    async def _put(
        self, wanted: Wanted, known: Held[Item] | None, by: Official, cause: Cause
    ) -> tuple[Held[Item], str]:
        calendar = self.calendars.current

        def decide(item: Item | None, id: str = "") -> list[Fact]:
            return domain.put(
                item,
                id,
                wanted.kind,
                wanted.agency,
                wanted.values,
                wanted.period,
                wanted.rests_on,
                wanted.change,
                by,
                cause.now,
                calendar,
            )

        if known is None:
            facts = decide(None, "new")
            n = await self.numbers.block(f"ML/{cause.now.year}")
            id = f"{self.region}-ML-{cause.now.year}-{n:06d}"
            held = await self.items.open(id, decide(None, id), cause, wanted.origin)
            return held, "same" if held.repeated or not facts else "added"
        held = await self.items.execute(known.id, decide, cause)
        return held, "changed" if held.facts and not held.repeated else "same"

    async def put_rows(self, command: c.PutItems, by: Official, cause: Cause) -> list[c.RowOutcome]:
        """Each row by itself; period and basis of an item that is there stay."""
        kind, outcomes = type_of(command.type), []
        change = Change(reason=command.reason, approved_on=command.approved_on, effective_on=command.effective_on)
        for number, row in enumerate(command.rows, 1):
            each = replace(cause, id=f"{cause.id}:{number}")
            try:
                wanted = Wanted(kind, command.agency, kind.read_row(dict(row)), change, command.period_months)
                if known := await self.known(wanted):
                    period = known.state.period_months or command.period_months
                    wanted = replace(wanted, period_months=period, rests_on=known.state.rests_on)
                held, outcome = await self.put(wanted, by, each)
                outcomes.append(c.RowOutcome.model_validate({"row": number, "outcome": outcome, "id": held.id}))
            except Refused as refused:
                outcomes.append(c.RowOutcome(row=number, outcome="refused", reason=refused.message))
        return outcomes

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
        for held in await self.items.find({"look_at": {"$lte": now}}, limit=PAGE):
            due = held.state.due_on
            await self.look_at(held.id, Cause(CLOCK, f"look:{held.id}:{due}:{held.version}", now))

    async def look_at(self, id: str, cause: Cause) -> None:
        newest, calendar = await self.newest(id), self.calendars.current
        await self.items.execute(id, lambda item: domain.look(item, newest, cause.now, calendar), cause)

    async def newest(self, id: str) -> date | None:
        """The day of the newest published document that claims an item."""
        found = await self.documents.find({"claims": id}, sort=[("published_on", -1)], limit=1)
        return found[0].state.published_at.date() if found and found[0].state.published_at else None

    async def basis_changed(self, document: str, cause: Cause) -> None:
        """Flag the items that rest on a document that was changed."""
        after = ""
        while found := await self.items.find(
            {"rests_on": document, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=PAGE
        ):
            for held in found:
                each = replace(cause, id=f"{cause.id}:{held.id}")
                await self.items.execute(held.id, lambda item: domain.basis_changed(item, document), each)
            after = found[-1].id

    def _without_personal_data(self, values: Mapping[str, Value]) -> None:
        for name, value in values.items():
            text = value if isinstance(value, str) else "\n".join(" ".join(row.values()) for row in value)
            without_personal_data(self.phones, **{name: text})


def _origin(kind: ItemType, agency: str, key: str) -> str:
    named = f"{kind.type}\n{agency}\n{key}"
    return f"item:{hashlib.sha256(named.encode()).hexdigest()}"

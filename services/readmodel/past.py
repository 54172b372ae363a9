"""How work and what is watched stood at the end of each day on which it changed: dated states of views, kept in sheets
beside them. A rebuild makes them again from the log. They answer for past days, and quickly say how all work stands."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from pydantic_core import to_json

from chassis.clock import Clock
from chassis.store import Collection, DeleteOne, Document, Unreachable
from kernel.clock import CST
from services.readmodel.storage import Generation, Generations
from services.readmodel.views import VERSION_BITS, Removal, work_of
from services.readmodel.work import READ, TYPES

WHOLE = ("opinion.event", "sitewatch.account", "sitewatch.finding", "sitewatch.site")
"""Records that bulletins read in full, without texts."""
TEXTS = ("text", "attachments", "versions")
WORK = ("agency", "state", "open", "overdue", "due_at", "opened_at")
WORDS = ("title", "waits_for", "duties", "reviews")
"""What is said in words; of what was taken down nothing stays of it but what is said now."""
TAKEN_DOWN = ("withdrawn", "sealed")
PARTS = frozenset({*WORK, *READ})
COUNTED: Mapping[str, tuple[str, ...]] = {
    "hotline.ticket": ("received_at", "replied_at", "channel"),
    "hotline.public_ticket": ("published_at", "agency"),
    "publication.public_document": (
        "published_at", "metadata.channels", "metadata.issuers", "metadata.category", "metadata.interprets",
    ),
    "publication.catalogue_item": (
        "type", "agency", "removed", "values.kind", "values.held_on", "values.opinions", "values.answered",
    ),
}  # fmt: skip
"""What the yearly form of a site counts beside, by type: no words."""
INTERACTIONS = "interactions"
"""The one type of catalogue items that is kept."""
KEPT = frozenset({*TYPES, *WHOLE, *COUNTED})
SHEET_BYTES = 1024 * 1024
LARGE = 1000
"""A sheet of so many states is bound to no other."""
BOUND_SHEETS = 500
"""Small sheets of a type that are bound at a time."""
EVER = "9999-12-31"
PAUSE_SECONDS = 60.0
log = logging.getLogger(__name__)


class State(NamedTuple):
    """How a record stood at the end of a day."""

    id: str
    day: str
    stamp: int
    told_at: str
    record: dict[str, Any]


def state(view: Document) -> State:
    """The dated state that a view brings."""
    told_at = view["told_at"]
    return State(view["id"], _day(told_at), view["stamp"], told_at, _part(view["type"], view["record"]))


def _day(moment: str) -> str:
    if moment.endswith("+08:00"):
        return moment[:10]
    return datetime.fromisoformat(moment).astimezone(CST).date().isoformat()


def _part(type_name: str, record: Mapping[str, Any]) -> dict[str, Any]:
    if type_name in WHOLE:
        return {key: value for key, value in record.items() if key not in TEXTS}
    if type_name not in TYPES:
        return _counted(type_name, record)
    kept = {key: value for key, value in record.items() if key in PARTS and value not in (None, [], "")}
    kept |= {"on_time": record["on_time"]} if "on_time" in record else {}
    return kept | {key: record.get(key) for key in COUNTED.get(type_name, ())}


def _counted(type_name: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """What is counted of a public record; of one that was taken down, that it was. Of words, whether there are any."""
    if record.get("withdrawn"):
        return {"withdrawn": True}
    found: dict[str, Any] = {}
    for field in COUNTED[type_name]:
        outer, _, inner = field.partition(".")
        if inner:
            found.setdefault(outer, {})[inner] = record[outer].get(inner)
        else:
            found[outer] = record.get(outer)
    if type_name == "publication.catalogue_item":
        values = record["values"]
        counts = [{"count": row.get("count")} for row in values.get("questions") or ()]
        found["values"] |= {"result": bool(values.get("result")), "questions": counts}
    return found


def _is_kept(view: Document) -> bool:
    """Whether the dated states of a view are kept."""
    record = view["record"]
    other_item = view["type"] == "publication.catalogue_item" and record.get("type", INTERACTIONS) != INTERACTIONS
    return view["type"] in KEPT and not other_item


class Kept(NamedTuple):
    """What views bring to the past."""

    sheets: Sequence[Document]
    down: Mapping[tuple[str, str], State]
    """What was taken down, by type and number."""


def kept(views: Iterable[Document]) -> Kept:
    """The states of views as they were told, before the newest of each record is chosen. Of one record and day the
    highest stamp counts, in whatever order they come and however often."""
    by_type: dict[str, list[State]] = {}
    down: dict[tuple[str, str], State] = {}
    for view in views:
        if _is_kept(view):
            by_type.setdefault(view["type"], []).append(state(view))
            if view["service"] == "publication" and view["record"].get("state") in TAKEN_DOWN:
                down[view["type"], view["id"]] = state(view)
    sheets = [sheet for name, states in by_type.items() for sheet in _sheets(name, states, lambda: uuid4().hex)]
    return Kept(sheets, down)


async def keep(past: Collection, what: Kept) -> None:
    """Write them; what was taken down loses its words in all its earlier states."""
    if what.sheets:
        await past.insert_many(what.sheets)
    for (name, _), now in what.down.items():
        await _forget(past, name, now)


async def _forget(past: Collection, name: str, now: State) -> None:
    """Take the words out of all earlier states of what was taken down. Sheets that are being bound meanwhile are found
    at the next telling: a take-down is told again once nothing was left."""
    said = {key: now.record[key] for key in WORDS if key in now.record}

    def without(each: State) -> State:
        kept = {key: value for key, value in each.record.items() if key not in WORDS}
        return each._replace(record=kept | said)

    async for sheet in past.each({"type": name}):
        states = list(_opened(sheet))
        left = [without(each) if each.id == now.id else each for each in states]
        if left != states:
            await past.update_one({"_id": sheet["_id"]}, {"$set": {"packed": _packed(map(_text, left))}})


def _sheets(name: str, states: Iterable[State], id: Callable[[], str], *, bound: bool = False) -> Iterator[Document]:
    newest: dict[tuple[str, str], State] = {}
    for each in sorted(states, key=lambda each: each.stamp):
        newest[each.id, each.day] = each
    waiting: list[str] = []
    first, size = EVER, 0
    for each in newest.values():
        text = _text(each)
        if waiting and size + len(text) * 2 > SHEET_BYTES:
            yield _sheet(name, id(), first, waiting, bound)
            waiting, first, size = [], EVER, 0
        waiting.append(text)
        first, size = min(first, each.day), size + len(text) * 2
    if waiting:
        yield _sheet(name, id(), first, waiting, bound)


def _sheet(name: str, id: str, first: str, texts: Sequence[str], bound: bool) -> Document:
    whole = bound or len(texts) >= LARGE
    return {"_id": id, "type": name, "first": first, "whole": whole, "packed": _packed(texts)}


def _text(state: State) -> str:
    return to_json(state).decode()


def _packed(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _opened(sheet: Document) -> Iterator[State]:
    return map(State._make, json.loads(sheet["packed"]))


async def bind(past: Collection) -> int:
    """Bind small sheets together, so that a reader finds few large ones; the number of sheets bound. The bound ones are
    there before their parts go. A second replica that binds the same only repeats it."""
    bound = 0
    for name in sorted(KEPT):
        small = await past.find({"type": name, "whole": False}, limit=BOUND_SHEETS)
        if len(small) >= BOUND_SHEETS // 2:
            await _bind(past, name, small)
            bound += len(small)
    return bound


async def _bind(past: Collection, name: str, small: Sequence[Document]) -> None:
    number = iter(range(len(small)))
    parts = hashlib.sha256(" ".join(sorted(sheet["_id"] for sheet in small)).encode()).hexdigest()
    states = (each for sheet in small for each in _opened(sheet))
    whole = await asyncio.to_thread(lambda: list(_sheets(name, states, lambda: f"{parts}-{next(number)}", bound=True)))
    await past.insert_many(whole)
    await past.bulk([DeleteOne({"_id": sheet["_id"]}) for sheet in small])


async def standing(generation: Generation, name: str, day: str = EVER) -> list[Document]:
    """Views of a type as they stood at the end of a day (ISO text), as far as they are kept; by their numbers.

    What a restored owner no longer tells stands no more from the day of its retelling on.
    """
    where = {"type": name, "first": {"$lte": day}}
    newest: dict[str, State] = {}
    waiting = {""}
    while waiting:  # again, where parts went while their bound sheet was not yet among what is read
        waiting = {sheet["_id"] for sheet in await generation.past.find(where, {"_id": 1})}
        async for sheet in generation.past.each(where):
            waiting.discard(sheet["_id"])
            await asyncio.to_thread(_take, newest, sheet, day)
    removals = [each for each in await generation.removals() if _day(each.since) <= day]
    return [_view(name, each) for each in sorted(newest.values()) if not _gone(name, each, removals)]


async def known(generation: Generation, day: str) -> bool:
    """Whether anything is kept that stood on a day (ISO text)."""
    return bool(await generation.past.find({"first": {"$lte": day}}, {"_id": 1}, limit=1))


async def keep_days(generations: Generations, clock: Clock, days: int) -> None:
    """For ever, once a day of the clock: forget how records stood more than so many days ago."""
    done: tuple[int, str] | None = None
    while True:
        try:
            generation = await generations.current()
            day = (clock.now().astimezone(CST).date() - timedelta(days=days)).isoformat()
            if (generation.number, day) != done:
                if await known(generation, day):
                    await generation.trimming(day)
                    await trim(generation.past, day)
                done = generation.number, day
        except Unreachable:
            log.info("the dated states cannot be read now")
        await asyncio.sleep(PAUSE_SECONDS)


async def trim(past: Collection, day: str) -> int:
    """Forget how records stood before a day (ISO text); the number of states forgotten. How each stood on that
    day stays, however long ago it became so."""
    return sum([await _trim(past, name, day) for name in sorted(KEPT)])


async def _trim(past: Collection, name: str, day: str) -> int:
    where = {"type": name, "first": {"$lte": day}}
    newest: dict[str, State] = {}
    async for sheet in past.each(where):
        await asyncio.to_thread(_take, newest, sheet, day)
    stamps = {id: each.stamp for id, each in newest.items()}
    forgotten = 0
    async for sheet in past.each(where):
        states = await asyncio.to_thread(list, _opened(sheet))
        left = [each for each in states if each.day > day or each.stamp == stamps.get(each.id, each.stamp)]
        if left and len(left) < len(states):
            first = min(each.day for each in left)
            change = {"packed": _packed(map(_text, left)), "first": first}
            await past.update_one({"_id": sheet["_id"]}, {"$set": change})
        elif not left:
            await past.bulk([DeleteOne({"_id": sheet["_id"]})])
        forgotten += len(states) - len(left)
    return forgotten


def _take(newest: dict[str, State], sheet: Document, day: str) -> None:
    for each in _opened(sheet):
        held = newest.get(each.id)
        if each.day <= day and (held is None or held.stamp <= each.stamp):
            newest[each.id] = each


def _gone(name: str, state: State, removals: Sequence[Removal]) -> bool:
    told = {"service": name.partition(".")[0], "epoch": state.stamp >> VERSION_BITS, "told_at": state.told_at}
    return any(removal.removes(told) for removal in removals)


def _view(name: str, state: State) -> Document:
    view = {"type": name, "id": state.id, "removed": bool(state.record.get("withdrawn")), "record": state.record}
    return view | {"work": work_of(state.record)} if name in TYPES else view

"""The published documents that the views hold, in memory: what catalogues choose, order and count by. The records
themselves are read from the views, a page at a time."""

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from sys import intern
from typing import ClassVar, Literal, NamedTuple

from chassis.store import Document
from contracts.readmodel.answers import Dimension
from services.readmodel.following import TOGETHER, Follower
from services.readmodel.storage import Generation
from services.readmodel.views import DIMENSIONS, PUBLIC_DOCUMENT

Notices = Literal["running", "ended"] | None
KEPT = 500


class Holding(NamedTuple):
    """What is known of a document without reading it."""

    sort: str
    """Day of publication and number: a catalogue begins with the highest."""
    id: str
    values: tuple[str, ...]
    """In the order of `DIMENSIONS`."""
    notice: str
    doc_no: str
    links: tuple[str, ...]
    """Documents that it explains or that explain it, by their number here, or by 发文字号."""


class Chosen(NamedTuple):
    """What a catalogue shows under some filters."""

    holdings: Sequence[Holding]
    """The oldest first."""
    counts: Mapping[str, Counter[str]]


class Holdings(Follower):
    """Published documents of the generation that serves."""

    types = (PUBLIC_DOCUMENT,)
    fields: ClassVar = {"id": 1, "removed": 1, "sort": 1, "dims": 1, "notice": 1, "doc_no": 1, "links": 1}

    def _forget(self) -> None:
        self._held: dict[str, Holding] = {}
        self._changed()

    def _changed(self) -> None:
        self._sorted: list[Holding] | None = None
        self._chosen: dict[tuple[Notices, tuple[tuple[Dimension, str], ...]], Chosen] = {}
        self._named: dict[str, set[str]] | None = None

    async def _stands(self, generation: Generation) -> None:
        views: list[Document] = []
        async for view in generation.views.each({"type": PUBLIC_DOCUMENT, "removed": False}, self.fields):
            views.append(view)
            if len(views) == TOGETHER:
                self._take(views)
                views = []
        self._take(views)

    def _take(self, views: Iterable[Document]) -> None:
        for view in views:
            held = None if view["removed"] else _holding(view)
            if held == self._held.get(view["id"]):
                continue
            if held:
                self._held[held.id] = held
            else:
                del self._held[view["id"]]
            self._changed()

    async def chosen(self, filters: Mapping[Dimension, str], notices: Notices) -> Chosen:
        """The documents under filters by dimension, and how many of them have each value of each dimension."""
        key = (notices, tuple(sorted(filters.items())))
        if key not in self._chosen:
            if len(self._chosen) > KEPT:
                self._chosen.clear()
            into = self._chosen  # what changes meanwhile begins anew
            into[key] = await asyncio.to_thread(_choose, self._in_order(), filters, notices)
            return into[key]
        return self._chosen[key]

    def _in_order(self) -> list[Holding]:
        if self._sorted is None:
            self._sorted = sorted(self._held.values())
        return self._sorted

    def related(self, id: str) -> list[Holding]:
        """Documents that name this one or that it names, by number or 发文字号; the newest first."""
        own = self._held.get(id)
        if own is None:
            return []
        if self._named is None:
            self._named = defaultdict(set)
            for each in self._held.values():
                for name in (each.id, each.doc_no, *(f"→{link}" for link in each.links)):
                    self._named[name].add(each.id)
        wanted = (*own.links, f"→{id}", *((f"→{own.doc_no}",) if own.doc_no else ()))
        found = {other for name in wanted for other in self._named.get(name, ())} - {id}
        return sorted((self._held[other] for other in found), reverse=True)

    def counted(self, filters: Mapping[Dimension, str], name: str) -> Counter[str]:
        """How many documents under filters have each value of a dimension."""
        return _counts(_under(self._in_order(), filters, None), name)


def before(holdings: Sequence[Holding], sort: str | None, limit: int) -> list[Holding]:
    """A page: the newest, or those that come behind a place."""
    end = len(holdings) if sort is None else bisect_left(holdings, sort, key=lambda each: each.sort)
    return list(holdings[max(0, end - limit) : end][::-1])


def _holding(view: Document) -> Holding:
    values = tuple(intern(str(view["dims"].get(name) or "")) for name in DIMENSIONS)
    links = tuple(view.get("links") or ())
    return Holding(view["sort"], view["id"], values, view.get("notice") or "", view.get("doc_no") or "", links)


def _under(holdings: Iterable[Holding], filters: Mapping[Dimension, str], notices: Notices) -> list[Holding]:
    wanted = [(DIMENSIONS.index(name), value) for name, value in filters.items()]
    return [
        each
        for each in holdings
        if all(each.values[place] == value for place, value in wanted) and (notices is None or each.notice == notices)
    ]


def _choose(holdings: Sequence[Holding], filters: Mapping[Dimension, str], notices: Notices) -> Chosen:
    found = _under(holdings, filters, notices)
    return Chosen(found, {name: _counts(found, name) for name in DIMENSIONS})


def _counts(holdings: Iterable[Holding], name: str) -> Counter[str]:
    place = DIMENSIONS.index(name)
    return Counter(each.values[place] for each in holdings)

"""The full-text index: entries in, pages of hits out."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from services.readmodel.search.entry import Entry, decode
from services.readmodel.search.folder import mark, open_folder
from services.readmodel.search.highlight import Marker
from services.readmodel.search.plan import document, plan, term
from services.readmodel.search.query import FACETS, Query
from services.readmodel.search.suggest import suggest

_FACET_VALUES = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """One record of a page. `entry` comes without its long texts; title and passages are HTML with <mark>.

    `score` compares hits of one page only; sorted by date it is a number that stands for the day.
    """

    id: str
    score: float
    title_html: str
    snippets_html: tuple[str, ...]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Page:
    """A page of hits of `total`. `facets` counts the values over all hits, most frequent first (none unless asked for).

    `suggestion` is what to type instead, only when nothing was found; it is plain text. `position` is the change up
    to which the index had been applied when the search began.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[tuple[str, int], ...]]
    suggestion: str | None
    took_ms: float
    position: int


class SearchIndex:
    """A full-text index in a folder or in memory. Any thread may search while one applies."""

    def __init__(self, index: tantivy.Index, writer: tantivy.IndexWriter, position: int) -> None:
        self._index = index
        self._writer: tantivy.IndexWriter | None = writer
        self._writing = threading.Lock()
        self._applied = position
        self._position = position

    @classmethod
    def open(cls, path: Path | None) -> "SearchIndex":
        """Open or create the index of a folder (None: in memory).

        A folder of another version, or a damaged one, is emptied, and its position is 0: the caller applies everything
        again. Raises Refused when another process has the folder or it holds foreign files.
        """
        return cls(*open_folder(path))

    @property
    def position(self) -> int:
        """The change counter up to which searches see everything; committed together with the entries."""
        return self._position

    @property
    def entries(self) -> int:
        """How many entries there are to search."""
        counted = int(self._index.searcher().num_docs)
        return counted - 1 if counted else 0  # one document holds the position

    def holds(self, id: str) -> bool:
        """Whether there is an entry of this id to search."""
        return bool(self._index.searcher().search(term("id", id), limit=1).hits)

    def apply(self, entries: Sequence[Entry], position: int) -> None:
        """Take over a batch of changes, in their order; `position` is the counter of the last. Seen after `commit`.

        Applying a batch again changes nothing. When this raises, nothing is taken over but by applying it again.
        """
        with self._writing:
            writer = self._open_writer()
            for entry in entries:
                writer.delete_documents_by_term("id", entry.id)
                if not entry.removed:
                    writer.add_document(document(entry))
            self._applied = max(self._applied, position)

    def commit(self) -> int:
        """Write what was applied to the disk and show it to searches; returns the position."""
        with self._writing:
            writer = self._open_writer()
            mark(writer, self._applied)
            writer.commit()
            self._index.reload()
            self._position = self._applied
            return self._position

    def close(self) -> None:
        """Let go of the folder; what was not committed is lost, and applied again from the position."""
        with self._writing:
            if self._writer is not None:
                writer, self._writer = self._writer, None
                writer.rollback()
                writer.wait_merging_threads()

    def search(self, query: Query) -> Page:
        """The page that a query asks for."""
        begun = time.perf_counter()
        position, searcher, marker = self._position, self._index.searcher(), Marker.of(query)
        for strict in (True, False):
            found = _ask(searcher, query, strict)
            total = int(found.count)  # type: ignore[attr-defined]
            if total:
                break
        return Page(
            total=total,
            hits=tuple(_hit(searcher, address, score, marker) for score, address in found.hits),
            facets=_facets(searcher, plan(query, scored=False, strict=strict)) if query.facets and total else {},
            suggestion=None if total else suggest(searcher, query),
            took_ms=(time.perf_counter() - begun) * 1000,
            position=position,
        )

    def _open_writer(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise ValueError("the index is closed")
        return self._writer


def _ask(searcher: tantivy.Searcher, query: Query, strict: bool) -> tantivy.SearchResult:
    by_date = query.sort == "date"
    return searcher.search(
        plan(query, scored=not by_date, strict=strict),
        limit=query.limit,
        offset=query.offset,
        order_by_field="by_date" if by_date else None,
        weight_by_field=None if by_date else "recency",
    )


def _hit(searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float, marker: Marker) -> Hit:
    entry = decode(searcher.doc(address)["entry"][0])
    return Hit(
        id=entry.id,
        score=score,
        title_html=marker.mark(entry.title),
        snippets_html=tuple(marker.passages([entry.body, entry.attachments_text])),
        entry=entry.without_texts(),
    )


def _facets(searcher: tantivy.Searcher, planned: tantivy.Query) -> dict[str, tuple[tuple[str, int], ...]]:
    asked = {name: {"terms": {"field": name, "size": _FACET_VALUES}} for name in FACETS}
    counted = searcher.aggregate(planned, asked)
    return {
        name: tuple(sorted(((b["key"], b["doc_count"]) for b in counted[name]["buckets"]), key=lambda v: (-v[1], v[0])))
        for name in FACETS
    }

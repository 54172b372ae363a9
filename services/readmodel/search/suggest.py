"""Did you mean: a term near to one that was not found, which is found, by the same audience.

Candidates come from pairs of characters in titles; each is verified by a search, and there are few of them, so that a
search that finds nothing stays fast.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import tantivy

from services.readmodel.search.plan import TITLE, plan
from services.readmodel.search.query import Clause, Phrase, Query, Words, write

_LONGEST = 24  # characters: in longer terms the mistake is not one character
_PER_PLACE = 3  # candidates for one wrong character
_MAX_TRIED = 60
_MAX_TERMS = 6  # with more of them, trying without each would take longer than a person waits


def suggest(searcher: tantivy.Searcher, query: Query) -> str | None:
    """What to type instead, with all that was typed besides; None when nothing near is found."""
    terms = [n for n, clause in enumerate(query.clauses) if isinstance(clause, Words | Phrase)]
    if len(terms) > _MAX_TERMS:
        return None
    unknown = [n for n in terms if not _count(searcher, replace(query, clauses=(query.clauses[n],), excluded=()))]
    if len(unknown) == 1:
        at = unknown[0]
        for text in _near(searcher, query.clauses[at]):
            if _count(searcher, _with(query, at, Phrase(text))):
                kept = Words(text) if isinstance(query.clauses[at], Words) else Phrase(text)
                return write(_with(query, at, kept))
    return _without_one(searcher, query, terms) if len(terms) > 1 else None


def _without_one(searcher: tantivy.Searcher, query: Query, terms: list[int]) -> str | None:
    """The query without the one term whose absence finds most."""
    shorter = [replace(query, clauses=query.clauses[:n] + query.clauses[n + 1 :]) for n in terms]
    counts = [_count(searcher, each) for each in shorter]
    return write(shorter[counts.index(max(counts))]) if max(counts) else None


def _count(searcher: tantivy.Searcher, query: Query) -> int:
    return int(searcher.search(plan(query, scored=False), limit=1).count)  # type: ignore[attr-defined]


def _with(query: Query, at: int, clause: Clause) -> Query:
    return replace(query, clauses=(*query.clauses[:at], clause, *query.clauses[at + 1 :]))


def _near(searcher: tantivy.Searcher, clause: Clause) -> list[str]:
    """The text of a term changed by one character, likeliest first."""
    if not isinstance(clause, Words | Phrase) or not 2 <= len(clause.text) <= _LONGEST:
        return []
    edits = dict.fromkeys(islice(_edits(clause.text, _Pairs(searcher)), _MAX_TRIED))
    return [text for text in edits if text != clause.text and len(text) > 1]


def _edits(text: str, pairs: "_Pairs") -> Iterator[str]:
    """Two characters exchanged, one replaced, one more, one less."""
    size = range(len(text))
    for n in size[:-1]:
        yield text[:n] + text[n + 1] + text[n] + text[n + 2 :]
    for n in size:
        for char in pairs.between(text[n - 1] if n else "", text[n + 1] if n + 1 < len(text) else ""):
            yield text[:n] + char + text[n + 1 :]
    for n in size[1:]:
        for char in pairs.between(text[n - 1], text[n]):
            yield text[:n] + char + text[n:]
    for n in size:
        yield text[:n] + text[n + 1 :]


class _Pairs:
    """Which characters stand beside which in titles, read from the index when asked."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self._after: dict[str, dict[str, int]] = {}

    def between(self, left: str, right: str) -> list[str]:
        """The likeliest characters between two others; `left` or `right` is empty at an end of the term."""
        if not left:  # the index is ordered by the first character: what stands before one cannot be listed
            return []
        after = self._following(left)
        if right:
            known = {char: min(seen, self._seen(char + right)) for char, seen in after.items() if char != right}
        else:
            known = dict(after)
        likeliest = sorted((char for char, seen in known.items() if seen), key=lambda char: (-known[char], char))
        return likeliest[:_PER_PLACE]

    def _following(self, left: str) -> dict[str, int]:
        if left not in self._after:
            pairs = self._searcher.terms_with_prefix(TITLE, left)
            self._after[left] = {pair[1]: seen for pair, seen in pairs if len(pair) == 2}
        return self._after[left]

    def _seen(self, pair: str) -> int:
        return int(self._searcher.doc_freq(TITLE, pair))

"""Titles and passages of a hit as HTML, with what was searched for marked in the original text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import islice

from services.readmodel.search.query import Contains, Phrase, Query, Words
from services.readmodel.search.tokens import fold, query_words

_BEFORE = 24  # characters shown before the first mark of a passage
_PASSAGE = 120  # characters of a passage
_MAX_PASSAGES = 3
_MAX_READ = 100_000  # characters of one text that are looked through
_MAX_NEEDLE = 100  # characters of one term that are marked
_MAX_MARKS = 100


@dataclass(frozen=True, slots=True)
class Marker:
    """What to mark for one query: whole terms first, their words where the terms do not stand as typed."""

    whole: re.Pattern[str] | None
    every: re.Pattern[str] | None

    @classmethod
    def of(cls, query: Query) -> "Marker":
        """The marker of a query; excluded terms and facets mark nothing."""
        whole: list[str] = []
        parts: list[str] = []
        for clause in query.clauses:
            if isinstance(clause, Words | Phrase) or (isinstance(clause, Contains) and clause.field == "title"):
                whole.append(clause.text)
            if isinstance(clause, Words):
                parts += [word for word in query_words(clause.text) if len(word) > 1]
        return cls(_any_of(whole), _any_of(whole + parts))

    def mark(self, text: str) -> str:
        """The whole text as HTML."""
        return _marked(text, fold(text), self.every, 0, len(text))

    def passages(self, texts: Sequence[str]) -> list[str]:
        """Up to three passages of the texts as HTML; the beginning where nothing of the query stands in them."""
        folded = [fold(text[:_MAX_READ]) for text in texts]
        for pattern in (self.whole, self.every):
            places = [(n, start) for n in range(len(texts)) for start in _starts(pattern, folded[n])]
            if places:
                return [self._passage(texts[n], folded[n], start) for n, start in places[:_MAX_PASSAGES]]
        return [self._passage(text, other, 0) for text, other in zip(texts, folded, strict=True) if text][:1]

    def _passage(self, text: str, folded: str, start: int) -> str:
        end = min(start + _PASSAGE, len(folded))
        inner = _marked(text, folded, self.every, start, end)
        return f"{'…' if start else ''}{inner}{'…' if end < len(text) else ''}"


def _any_of(needles: list[str]) -> re.Pattern[str] | None:
    """One pattern for all needles, longest first; gaps between their characters do not count."""
    longest_first = sorted({needle[:_MAX_NEEDLE] for needle in needles}, key=len, reverse=True)
    return re.compile("|".join(r"\s*".join(map(re.escape, needle)) for needle in longest_first)) if needles else None


def _starts(pattern: re.Pattern[str] | None, folded: str) -> list[int]:
    """Where passages begin: shortly before a match that the passage before does not show."""
    starts: list[int] = []
    for found in islice(pattern.finditer(folded) if pattern else (), _MAX_MARKS):
        if not starts or found.end() > starts[-1] + _PASSAGE:
            starts.append(max(0, found.start() - _BEFORE, starts[-1] + _PASSAGE if starts else 0))
        if len(starts) == _MAX_PASSAGES:
            break
    return starts


def _marked(text: str, folded: str, pattern: re.Pattern[str] | None, start: int, end: int) -> str:
    """The text from `start` to `end`, escaped, with its matches in <mark>; neighbouring matches are one."""
    parts: list[str] = []
    at = start
    for found in islice(pattern.finditer(folded, start, end) if pattern else (), _MAX_MARKS):
        parts += [escape(text[at : found.start()]), "<mark>", escape(text[found.start() : found.end()]), "</mark>"]
        at = found.end()
    return "".join([*parts, escape(text[at:end])]).replace("</mark><mark>", "")

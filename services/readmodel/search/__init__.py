"""Full-text search of Chinese official documents: every substring exactly, questions by rank."""

from services.readmodel.search.entry import Audience, Entry
from services.readmodel.search.index import Hit, Page, SearchIndex
from services.readmodel.search.query import FACETS, Contains, Equals, Phrase, Query, Sort, Words, parse

__all__ = [
    "FACETS",
    "Audience",
    "Contains",
    "Entry",
    "Equals",
    "Hit",
    "Page",
    "Phrase",
    "Query",
    "SearchIndex",
    "Sort",
    "Words",
    "parse",
]

"""The fields of the index, an entry as a document of it, and a query as what the index executes.

Text goes in already cut. `text` holds the bigrams of everything a record says, one value per part (no phrase spans two
parts); `words` the same as words, for ranking. User text never reaches the index's own query parser.
"""

from collections.abc import Iterable
from datetime import date
from zlib import crc32

import tantivy
from tantivy import Occur

from services.readmodel.search.entry import Audience, Entry, encode
from services.readmodel.search.query import FACETS, Clause, Contains, Equals, Phrase, Query, Words
from services.readmodel.search.tokens import bigrams, fold, phrase_terms, query_words, squeeze, words

TITLE, TEXT, TITLE_WORDS, WORDS, TITLE_CHARACTERS = "title", "text", "title_words", "words", "title_characters"
_PARTS = ("issuer", "doc_no", "index_no", "theme", "genre")
BIGRAM_FIELDS = (TITLE, TEXT, *(f"{part}_text" for part in _PARTS))

_EXACT_BOOST = 2.0
_TITLE_BOOST = 3.0
_TITLE_WORD_BOOST = 1.5
_HALVED_AFTER = 15 * 365.25  # days: a document fifteen years older needs twice the score to stand beside a new one
_EPOCH = date(2008, 5, 1)  # the first regulation on open government information took effect
_FARTHEST = 60 * 365  # days from there: a mistyped year must not outweigh everything
_MAX_WORDS = 24

_VISIBLE: dict[Audience, tuple[str, ...]] = {"public": ("public",), "internal": ("public", "internal")}


def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    for name in ("id", "audience", "mark"):
        build.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in BIGRAM_FIELDS:
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in (TITLE_WORDS, WORDS):
        build.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
    build.add_text_field(TITLE_CHARACTERS, tokenizer_name="whitespace", index_option="freq")
    for name in FACETS:
        build.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    build.add_float_field("recency", fast=True)
    build.add_integer_field("by_date", fast=True)
    build.add_bytes_field("entry", stored=True)
    return build.build()


SCHEMA = _schema()


def document(entry: Entry) -> tantivy.Document:
    """The document of an entry."""
    doc = tantivy.Document()
    doc.add_text("id", entry.id)
    doc.add_text("audience", entry.audience)
    doc.add_bytes("entry", encode(entry))
    _add_texts(doc, entry)
    for name in FACETS:
        if (value := getattr(entry, name)) is not None and value != "":
            doc.add_text(name, str(value).encode("utf-8", "replace").decode())
    # Equal scores and equal days are ordered by the id, so that every replica gives the same list.
    days, tie = ((entry.day or _EPOCH) - _EPOCH).days, crc32(entry.id.encode("utf-8", "replace"))
    recency = 2 ** (max(-_FARTHEST, min(days, _FARTHEST)) / _HALVED_AFTER)
    doc.add_float("recency", recency * (1 + tie * 1e-6 / 2**32))
    doc.add_integer("by_date", (days << 32) + tie if entry.day else -(2**62) + tie)
    return doc


def _add_texts(doc: tantivy.Document, entry: Entry) -> None:
    title = fold(entry.title)
    doc.add_text(TITLE, bigrams(squeeze(title)))
    doc.add_text(TITLE_WORDS, words(title))
    doc.add_text(TITLE_CHARACTERS, " ".join(squeeze(title)))
    for text in (entry.title, entry.body, entry.attachments_text, entry.issuer, entry.doc_no, entry.index_no):
        if text:
            folded = fold(text)
            doc.add_text(TEXT, bigrams(squeeze(folded)))
            doc.add_text(WORDS, words(folded))
    for part in _PARTS:
        if value := getattr(entry, part):
            doc.add_text(f"{part}_text", bigrams(squeeze(fold(value))))


def term(field: str, value: str) -> tantivy.Query:
    """Documents whose field has exactly this token."""
    return tantivy.Query.term_query(SCHEMA, field, value, "basic")


def visible(audience: Audience) -> tantivy.Query:
    """What an audience may find, without weight in the score: inside, what is public is seen too."""
    return _weightless(_any_of("audience", _VISIBLE[audience]))


def plan(query: Query) -> tantivy.Query:
    """A query as what the index executes; the audience always stands beside the clauses."""
    parts = [(Occur.Must, visible(query.audience))]
    for clause in query.clauses:
        parts += _required(clause)
    parts += [(Occur.MustNot, _found(clause)) for clause in query.excluded]
    return tantivy.Query.boolean_query(parts)


def _required(clause: Clause) -> Iterable[tuple[Occur, tantivy.Query]]:
    """What must match for a clause, and what lifts a document that matches."""
    match clause:
        case Words(text) | Phrase(text) if len(text) > 1:
            yield Occur.Should, tantivy.Query.boost_query(_substring(TITLE, text), _TITLE_BOOST)
            if isinstance(clause, Phrase):
                yield Occur.Must, _substring(TEXT, text)
                return
            found = query_words(text)[:_MAX_WORDS]
            exact = tantivy.Query.boost_query(_substring(TEXT, text), _EXACT_BOOST)
            yield Occur.Must, tantivy.Query.boolean_query([(Occur.Should, exact), (Occur.Should, _most_of(found))])
            for word in found:
                yield Occur.Should, tantivy.Query.boost_query(_word(TITLE_WORDS, word), _TITLE_WORD_BOOST)
        case _:
            yield Occur.Must, _found(clause)


def _found(clause: Clause) -> tantivy.Query:
    match clause:
        case Words(text) | Phrase(text):
            return _substring(TEXT, text) if len(text) > 1 else _word(TITLE_CHARACTERS, text)
        case Contains("title", text):
            return _substring(TITLE, text) if len(text) > 1 else _word(TITLE_CHARACTERS, text)
        case Contains(field, text):
            if len(text) == 1:  # single characters are indexed of titles alone; a facet may still be that short
                return _weightless(term(field, text)) if field in FACETS else tantivy.Query.empty_query()
            return _weightless(_substring(f"{field}_text", text))
        case Equals(field, values):
            return _weightless(_any_of(field, values))


def _substring(field: str, text: str) -> tantivy.Query:
    terms = phrase_terms(text)
    if len(terms) == 1:  # a phrase of one term is an error of the index
        return _word(field, terms[0][1])
    return tantivy.Query.phrase_query(SCHEMA, field, list(terms))


def _word(field: str, word: str) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, word, "freq")


def _most_of(found: list[str]) -> tantivy.Query:
    """All of up to three words, three quarters of more: a whole question finds what lacks one of its words."""
    if not found:
        return tantivy.Query.empty_query()
    if len(found) < 4:
        return tantivy.Query.boolean_query([(Occur.Must, _word(WORDS, word)) for word in found])
    parts = [(Occur.Should, _word(WORDS, word)) for word in found]
    return tantivy.Query.boolean_query(parts, minimum_number_should_match=len(found) - len(found) // 4)


def _any_of(field: str, values: tuple[str, ...]) -> tantivy.Query:
    return term(field, values[0]) if len(values) == 1 else tantivy.Query.term_set_query(SCHEMA, field, values)


def _weightless(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)

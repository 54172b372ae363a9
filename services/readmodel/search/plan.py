"""The fields of the index, an entry as a document of it, and a query as what the index executes.

Text goes in already cut. `text` holds the bigrams of everything a record says, `words` the same as words, for ranking.
User text never reaches the index's own query parser.
"""

from collections.abc import Iterator
from datetime import date
from zlib import crc32

import tantivy
from tantivy import Occur

from services.readmodel.search.entry import Audience, Entry, encode
from services.readmodel.search.query import FACETS, Clause, Contains, Equals, Phrase, Query, Words
from services.readmodel.search.tokens import bigrams, fold, phrase_terms, query_words, squeeze, words

TITLE, TEXT, TITLE_WORDS, WORDS, TITLE_CHARACTERS = "title", "text", "title_words", "words", "title_characters"
_BETWEEN_PARTS = " | | "  # two tokens that nobody can ask for: no phrase, read two by two, spans them
_PARTS = ("issuer", "doc_no", "index_no", "theme", "genre")
BIGRAM_FIELDS = (TITLE, TEXT, *(f"{part}_text" for part in _PARTS))

_EXACT_BOOST = 4.0
_TITLE_BOOST = 3.0
_TITLE_WORD_BOOST = 0.7
_HALVED_AFTER = 15 * 365.25  # days: a document fifteen years older needs twice the score to stand beside a new one
_EPOCH = date(2008, 5, 1)  # the first regulation on open government information took effect
_FARTHEST = 60 * 365  # days from there: a mistyped year must not outweigh everything
_MAX_WORDS = 24

POSITION = "position"  # the mark of the one document that is no entry: it holds the position of the index


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
_EVERYTHING = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)


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
    doc.add_text(TITLE_WORDS, words(title))
    doc.add_text(TITLE, bigrams(squeeze(title)))
    doc.add_text(TITLE_CHARACTERS, " ".join(squeeze(title)))
    parts = [title, *map(fold, (entry.body, entry.attachments_text, entry.issuer, entry.doc_no, entry.index_no))]
    doc.add_text(TEXT, _BETWEEN_PARTS.join(bigrams(squeeze(part)) for part in parts if part))
    doc.add_text(WORDS, " ".join(words(part) for part in parts[:4] if part))
    for part in _PARTS:
        doc.add_text(f"{part}_text", bigrams(squeeze(fold(getattr(entry, part)))))


def term(field: str, value: str) -> tantivy.Query:
    """Documents whose field has exactly this token."""
    return tantivy.Query.term_query(SCHEMA, field, value, "basic")


def plan(query: Query, *, scored: bool = True, strict: bool = True) -> tantivy.Query:
    """A query as what the index executes; the audience always stands beside the clauses.

    `scored` adds what lifts a hit without deciding whether it is one. `strict` asks for all words of a text that does
    not stand as typed; otherwise three quarters of them will do.
    """
    parts = [(Occur.Must, _found(clause, strict)) for clause in _deciding(query)] or [(Occur.Must, _EVERYTHING)]
    parts += [(Occur.MustNot, _found(clause)) for clause in query.excluded]
    if scored:
        parts += [(Occur.Should, lift) for clause in query.clauses for lift in _lifts(clause)]
    return tantivy.Query.boolean_query([*parts, _visible(query.audience)])


def _visible(audience: Audience) -> tuple[Occur, tantivy.Query]:
    """What an audience may find. Inside, that is everything: only the document with the position is no entry."""
    if audience == "internal":
        return Occur.MustNot, term("mark", POSITION)
    return Occur.Must, _weightless(term("audience", audience))


def _deciding(query: Query) -> tuple[Clause, ...]:
    """What a hit must have: all clauses, but of a character beside longer texts, as only titles are searched for it."""
    if any(isinstance(clause, Words | Phrase) and len(clause.text) > 1 for clause in query.clauses):
        return tuple(c for c in query.clauses if not (isinstance(c, Words) and len(c.text) == 1))
    return query.clauses


def _lifts(clause: Clause) -> Iterator[tantivy.Query]:
    """What puts a hit further up: the text in its title, or words of the text there."""
    if isinstance(clause, Words | Phrase) and len(clause.text) == 1:
        yield _found(clause)
    elif isinstance(clause, Words | Phrase):
        yield tantivy.Query.boost_query(_substring(TITLE, clause.text), _TITLE_BOOST)
        for word in _ranked(clause):
            yield tantivy.Query.boost_query(_word(TITLE_WORDS, word), _TITLE_WORD_BOOST)


def _ranked(clause: Clause) -> list[str]:
    return query_words(clause.text)[:_MAX_WORDS] if isinstance(clause, Words) else []


def _found(clause: Clause, strict: bool = True) -> tantivy.Query:
    match clause:
        case Words(text) if len(text) > 1:
            exact = tantivy.Query.boost_query(_substring(TEXT, text), _EXACT_BOOST)
            several = _several(_ranked(clause), strict)
            return tantivy.Query.boolean_query([(Occur.Should, exact), (Occur.Should, several)])
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


def _several(found: list[str], strict: bool) -> tantivy.Query:
    """All of the words, or three quarters of them (of up to three, all)."""
    if not found:
        return tantivy.Query.empty_query()
    if strict or len(found) < 4:
        return tantivy.Query.boolean_query([(Occur.Must, _word(WORDS, word)) for word in found])
    parts = [(Occur.Should, _word(WORDS, word)) for word in found]
    return tantivy.Query.boolean_query(parts, minimum_number_should_match=len(found) - len(found) // 4)


def _any_of(field: str, values: tuple[str, ...]) -> tantivy.Query:
    return term(field, values[0]) if len(values) == 1 else tantivy.Query.term_set_query(SCHEMA, field, values)


def _weightless(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)

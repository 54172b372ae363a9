"""Whatever publication or the hotline tells in words can be taken down (P26): a new kind of record is not forgotten."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from cli.contracts import case_kinds
from contracts.base import Audience, Event
from contracts.registry import REGISTRY
from services.hotline import erasing
from services.publication import takedown
from tests.publication.leaks import KINDS

PLAIN = frozenset({"agency", "state", "state_label", "waits_for"})
"""Codes, and labels of ours."""
OTHERWISE = {
    "publication.gazette_issue": "its words are those of its documents: each leaves a gap (`Press.gap`)",
    "publication.compilation": "its words are those of its documents: each leaves a gap (`Press.gap`)",
    "publication.cleanup_round": "its title is made of a day; conclusions lie beside and go with their document",
    "publication.survey": "its title is made of its kind and a day",
    "publication.records": "it names a service and a moment",
    "hotline.records": "it names a service and a moment",
    "hotline.bulletin": "figures, and names of agencies from the register",
}
"""Records with texts that no take-down of their own reaches, and why none is needed."""
HOTLINE = {f"hotline.{event.record_name}" for event in erasing.TOLD}
REACHED = {f"publication.{record}" for records in takedown.RECORDS.values() for record in records} | HOTLINE


def words(schema: Mapping[str, Any], known: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Fields of a schema that hold what somebody may write."""
    if name := schema.get("$ref", "").rsplit("/", 1)[-1]:
        yield from words(known[name], known, seen | {name}) if name not in seen else ()
    for name, field in schema.get("properties", {}).items():
        yield from (name for _ in words(field, known, seen) if name not in PLAIN)
    inner = [each for key in ("anyOf", "allOf", "oneOf", "prefixItems") for each in schema.get(key, ())]
    inner += [each for key in ("items", "additionalProperties") if isinstance(each := schema.get(key), dict)]
    for each in inner:
        yield from words(each, known, seen)
    if schema.get("type") == "string" and not {"enum", "const", "pattern", "format"} & set(schema):
        yield ""


def worded(events: Iterator[type[Event]] | tuple[type[Event], ...]) -> set[str]:
    """Records that are told in words; of other services those that the public sees."""
    found = set()
    for event in events:
        schema = event.model_json_schema()
        looked_at = event.service() == "publication" or event.audience is Audience.PUBLIC
        if looked_at and any(words(schema["properties"]["record"], schema.get("$defs", {}))):
            found.add(f"{event.service()}.{event.record_name}")
    return found


def test_every_record_in_words_can_be_taken_down_or_says_why_not() -> None:
    assert worded(REGISTRY.events()) <= REACHED | set(OTHERWISE)
    assert not REACHED & set(OTHERWISE)


def test_a_new_record_in_words_is_noticed() -> None:
    schema = {"properties": {"id": {"type": "string", "pattern": "^x$"}, "note": {"type": "string"}}}
    assert list(words(schema, {})) == ["note"]
    assert not list(words({"properties": {"state": {"type": "string"}, "n": {"type": "integer"}}}, {}))


def test_every_kind_of_case_of_publication_can_be_taken_down_or_says_why_not() -> None:
    kinds = {kind.name for service, kind in case_kinds() if service == "publication"}
    assert kinds == set(takedown.RECORDS) | {
        name.partition(".")[2] for name in OTHERWISE if name.startswith("publication.") and name[-7:] != "records"
    }


@pytest.mark.parametrize("kind", takedown.RECORDS)
def test_each_is_told_by_a_tombstone_and_looked_for_in_every_store(kind: str) -> None:
    tombstones = {event.record_name for event in REGISTRY.events() if event.event_name in takedown.KEPT}
    assert set(takedown.RECORDS[kind]) <= tombstones
    planted = {leaking.inside for leaking in KINDS.values()} | {"document"}
    assert set(takedown.RECORDS[kind]) & planted, "tests/publication/leaks.py"

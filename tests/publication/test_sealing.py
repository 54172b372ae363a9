"""What facts say after a take-down: no field that holds words is forgotten to be emptied."""

from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from chassis import chain
from chassis.actors import CLOCK, Cause
from contracts.publication import record as c
from kernel.facts import Fact
from services.publication.catalogue import clocks as catalogue_clocks
from services.publication.catalogue import domain as catalogue_item
from services.publication.catalogue.clocks import ClockMet
from services.publication.catalogue.item import ItemTakenOut
from services.publication.decisions import catalogue as decision_catalogue
from services.publication.decisions import telling as decisions
from services.publication.domain import KIND, drafting, facts, publishing, sealing, withdrawing
from services.publication.ledgers import telling as ledgers
from services.publication.meetings import telling as meetings
from tests.publication import documents as d

MARKER = "不该留下的话"
OURS = {
    "id", "agency", "sha256", "clock", "ground", "name", "deputising_for", "index_no", "issuers", "issuer_names",
    "category", "genre", "openness", "channels", "interprets", "channel", "material", "forms", "kind", "masked",
    "media_type", "virus_scan", "upload", "paper", "issue", "items",
}  # fmt: skip
"""Fields of text that hold codes, numbers, fixed words or the names of officials."""


def filled(kind: Any, name: str = "") -> Any:
    """A value of this type with the marker in every text that a person wrote."""
    if get_origin(kind) in (Union, UnionType):
        return filled(next(each for each in get_args(kind) if each is not type(None)), name)
    if get_origin(kind) is tuple:
        return (filled(get_args(kind)[0], name),)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {key: filled(field.annotation, key) for key, field in kind.model_fields.items()}
        return kind.model_construct(**fields)
    if kind is str:
        return "x" if name in OURS else MARKER
    return 0 if kind is int else None


def test_no_fact_keeps_a_word() -> None:
    for kind in facts.FACTS:
        if kind in (facts.Withdrawn, facts.Numbered):  # the act itself; a number in its canonical form
            continue
        fact: Fact = filled(kind)
        left = sealing.forget(fact)
        assert MARKER not in repr(left), kind.__name__


def test_a_sealed_case_folds_to_its_tombstone_and_its_chain_holds() -> None:
    def cause(number: int) -> Cause:
        return Cause(CLOCK, str(number), d.NOW)

    metadata = d.metadata(title=MARKER, summary=MARKER, keywords=(MARKER,), channels=("网站", "微信"))
    case = None
    told = drafting.draft("d-1", "cz", metadata, d.LEAKY, "PUB.GENERAL", d.ZHANG, d.NOW)
    entries = chain.append("", told, cause(1))
    case = KIND.fold(case, told)
    told = drafting.revise(case, d.CLEAN, c.Changes(scope=MARKER), None, d.ZHANG, d.NOW, d.CALENDAR)
    entries += chain.append(entries[-1]["hash"], told, cause(2))
    case = KIND.fold(case, told)
    sealed = [chain.seal(entry, sealing.forget(fact)) for entry, fact in zip(entries, _facts(entries), strict=True)]
    told = publishing.withdraw(case, c.Leak.PERSONAL, "", d.ZHAO, d.NOW)
    sealed += chain.append(sealed[-1]["hash"], told, cause(3))
    assert MARKER not in repr(sealed)
    assert chain.broken_at(sealed) is None
    after, _ = KIND.read(entry["text"] for entry in sealed)
    assert (after.metadata.title, after.metadata.channels) == ("（已撤下）", ("网站", "微信"))
    assert after.metadata.formed_on == date(2026, 3, 2)
    broken = [*sealed[:-1], {**sealed[-1], "text": sealed[-1]["text"].replace("d", "e", 1)}]
    assert chain.broken_at(broken) == len(sealed) - 1


def _facts(entries: list[chain.Entry]) -> list[Fact]:
    return [fact for _, fact in KIND.read(entry["text"] for entry in entries)[1]]


SEALABLE = (
    decisions.KIND, decision_catalogue.KIND, meetings.KIND, ledgers.KIND, catalogue_item.KIND, catalogue_clocks.KIND,
)  # fmt: skip


@pytest.mark.parametrize("kind", SEALABLE, ids=lambda kind: kind.name)
def test_what_is_left_of_any_other_fact_can_still_be_read(kind: Any) -> None:
    """A tombstone in place of a word must not be refused when the fact is read again."""
    for fact in kind.facts:
        for name, schema in _texts(fact.model_json_schema()):
            fixed = "const" in schema or "enum" in schema or "pattern" in schema
            short = schema.get("minLength", 0) <= len(sealing.TOMBSTONE) <= schema.get("maxLength", 99)
            assert short, f"{fact.kind} {name}"
            assert not fixed or name in withdrawing.CODES, f"{fact.kind} {name}"


def _texts(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Texts of a fact and of what it holds, by the name of the field. Enumerations are values of their own class."""
    parts = [schema, *(each for each in schema.get("$defs", {}).values() if "enum" not in each)]
    found = []
    for part in parts:
        for name, given in part.get("properties", {}).items():
            each = given.get("items", given)
            for choice in each.get("anyOf", [each]):
                plain = choice.get("type") == "string" and choice.get("format") not in ("date", "date-time")
                found += [(name, choice)] if plain else []
    return found


def test_only_codes_in_the_form_of_codes_stay() -> None:
    fact = ItemTakenOut(reason="张某的住址", by=None, at=d.NOW)
    assert withdrawing.forget(fact).model_dump()["reason"] == sealing.TOMBSTONE
    named = ClockMet(item="张某", on=date(2026, 3, 2), days_late=0)
    assert withdrawing.forget(named).model_dump()["item"] == sealing.TOMBSTONE

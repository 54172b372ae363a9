"""What facts say after a take-down: no field that holds words is forgotten to be emptied."""

from datetime import date, timedelta
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from chassis import chain
from chassis.actors import CLOCK, Cause
from cli.contracts import case_kinds
from contracts.publication import record as c
from contracts.publication.inspection import InspectionResult
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication import takedown
from services.publication.catalogue.clocks import ClockMet
from services.publication.catalogue.item import ItemTakenOut
from services.publication.domain import KIND, drafting, facts, publishing, sealing, withdrawing
from services.publication.inspection.domain import Found, ResultsGiven
from services.publication.meetings import telling
from services.publication.meetings.domain import Session
from services.publication.meetings.facts import MeetingPlanned
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
    if kind is c.RunningLimit:
        return None  # words of the law, from the data
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


SEALABLE = [
    kind
    for service, kind in case_kinds()
    if service == "publication" and kind.name in takedown.RECORDS and kind.name != "document"
]


@pytest.mark.parametrize("kind", SEALABLE, ids=lambda kind: kind.name)
def test_what_is_left_of_any_other_fact_can_still_be_read(kind: Any) -> None:
    """A tombstone in place of a word must not be refused when the fact is read again."""
    for fact in kind.facts:
        for name, schema in _texts(fact.model_json_schema()):
            if "enum" in schema or "const" in schema:  # one of a few words of ours stays
                continue
            fixed = "pattern" in schema
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


def test_one_of_a_few_words_of_ours_stays() -> None:
    result = InspectionResult(subject="张某", inspected_on=date(2026, 3, 2), outcome="未能检查", found="张某不在")
    found = Found(result=result, on=result.inspected_on, days_late=0)
    left = withdrawing.forget(ResultsGiven(found=(found,), by=d.LI, at=d.NOW)).model_dump()["found"][0]["result"]
    assert left == result.model_dump() | dict.fromkeys(("subject", "found"), sealing.TOMBSTONE)


@pytest.mark.parametrize("improper", [False, True])
def test_a_take_down_is_late_a_day_after_and_ends_with_approval_and_channels(improper: bool) -> None:
    """Twenty-four hours are our own setting (D). Also one that was improper stays down, and says so."""
    kind = telling.KIND
    plan = MeetingPlanned.model_construct(id="M-1", agency="xzf", at=d.NOW, by=d.LI)
    state = Session.model_construct(id="M-1", agency="xzf", opened_at=d.NOW, seal=None, plan=plan)
    after = kind.fold(state, withdrawing.withdraw(state, c.Leak.PERSONAL, "", True, ("微信",), d.ZHAO, d.NOW))
    until = d.NOW + timedelta(hours=24)
    assert (kind.alarm(after), kind.tick(after, until - timedelta(seconds=1), d.CALENDAR)) == (until, [])
    (late,) = kind.tick(after, until, d.CALENDAR)
    overdue = kind.fold(after, [late])
    assert (kind.alarm(overdue), kind.tick(overdue, until, d.CALENDAR)) == (None, [])
    told = kind.tell(overdue, [late])[0].record
    assert (told.overdue, told.due_at, told.waits_for) == (
        True,
        until,
        "另一名负责人补批；微信确认已撤下；系统清除副本",
    )
    d.refused("own_withdrawal", withdrawing.approve, overdue, "", d.ZHAO, until)
    if improper:
        with pytest.raises(Refused, match="说明理由"):
            withdrawing.approve(overdue, "不", d.LI, until, improper=True)
    note = "并无泄露" if improper else ""
    judged = kind.fold(overdue, withdrawing.approve(overdue, note, d.LI, until, improper=improper))
    cleared = kind.fold(judged, withdrawing.confirm(judged, "微信", d.LI, until))
    closed = kind.fold(cleared, withdrawing.erased(cleared, until))
    (inside, _) = kind.tell(closed, [])
    label = "已封存（撤下未获批准）" if improper else "已封存"
    assert (inside.record.state_label, inside.record.overdue, inside.record.open) == (label, False, False)

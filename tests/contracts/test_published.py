"""The published language: frozen, exemplified, unique, without personal data, and its generated files up to date."""

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from cli import contracts as commands
from contracts import freezing, subjects
from contracts.base import Audience, Event, Personal, Record, WorkRecord
from contracts.registry import REGISTRY
from contracts.titles import TITLES, title
from tests.contracts import examples

EVENTS = tuple(REGISTRY.events())
GENERATED = ("contracts/asyncapi.json", "docs/events.md", "docs/cli.md", "deploy/nats/nats.conf")
SENT = re.compile(r"^Sent [^.]+\.(\s|$)")


class Leaking(Event, record="note", name="leaked"):
    """Sent when a planted violation is told."""

    record: "Note"


class Note(Record):
    caller: Personal[str]


Leaking.model_rebuild()


def test_work_is_called_by_a_chinese_name() -> None:
    """Desks, overdue lists and the clock board show every kind of work: add yours to `contracts/titles.py`."""
    kinds = {f"{e.service()}.{e.record_name}": e.model_fields["record"].annotation for e in EVENTS}
    work = {name for name, record in kinds.items() if isinstance(record, type) and issubclass(record, WorkRecord)}
    assert work - set(TITLES) == set()
    assert "hotline.planted" in title("hotline.planted")


@pytest.fixture(scope="module")
def wanted() -> dict[str, dict[str, Any]]:
    """All schemas as the classes say them."""
    return commands.wanted()


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    """Generated files, by their place in the tree, and their contents."""
    return {path.relative_to(commands.ROOT).as_posix(): text for path, text in commands.generated().items()}


def personal(schema: dict[str, Any]) -> bool:
    return '"x-personal": true' in json.dumps(schema)


def test_what_is_published_is_frozen(wanted: dict[str, dict[str, Any]]) -> None:
    changes = [change for change in freezing.compare(commands.SCHEMAS, wanted) if change.kind != "reworded"]
    assert changes == [], "run `zwgk contracts generate`; what has changed needs a new version beside the old one"


def test_a_changed_a_new_and_a_removed_shape_are_noticed(tmp_path: Path, wanted: dict[str, dict[str, Any]]) -> None:
    freezing.freeze(tmp_path, wanted, freezing.compare(tmp_path, wanted))
    assert freezing.compare(tmp_path, wanted) == []
    changed, removed = sorted(wanted)[:2]
    planted = {name: schema for name, schema in wanted.items() if name != removed}
    planted[changed] = wanted[changed] | {"required": ["planted"]}
    planted["events/planted.json"] = {}
    found = {(change.file, change.kind) for change in freezing.compare(tmp_path, planted)}
    assert found == {(changed, "changed"), (removed, "gone"), ("events/planted.json", "new")}


def test_words_may_be_improved(tmp_path: Path, wanted: dict[str, dict[str, Any]]) -> None:
    freezing.freeze(tmp_path, wanted, freezing.compare(tmp_path, wanted))
    name = min(wanted)
    better = wanted | {name: wanted[name] | {"description": "better words"}}
    assert [change.kind for change in freezing.compare(tmp_path, better)] == ["reworded"]


def test_every_event_that_is_frozen_has_an_example() -> None:
    frozen = {path.stem for path in (commands.SCHEMAS / "events").glob("*.json")}
    assert [name for name in examples.missing() if name in frozen] == [], "see tests/contracts/examples.py"


@pytest.mark.parametrize("name", examples.held())
def test_an_example_is_understood(name: str) -> None:
    example = examples.held()[name]
    event = examples.understood(example)
    assert event.type() == name
    assert event.record.id == subjects.read_event(example["subject"]).id
    frozen = commands.SCHEMAS / "events" / f"{name}.json"
    if frozen.exists():
        jsonschema.validate(example["data"], json.loads(frozen.read_text(encoding="utf-8")))


def test_an_example_with_a_wrong_field_or_header_is_noticed() -> None:
    example = next(iter(examples.held().values()))
    with pytest.raises(ValidationError):
        examples.understood(example | {"data": example["data"] | {"version": -1}})
    with pytest.raises(ValueError, match="ce-type"):
        examples.understood(example | {"headers": example["headers"] | {"ce-type": "planted.note.told.v1"}})


def test_every_event_has_a_subject_of_its_own() -> None:
    told = Counter(subjects.events_of("999901", event) for event in EVENTS)
    assert [subject for subject, count in told.items() if count > 1] == []


def test_a_record_is_told_to_one_audience() -> None:
    """A view stands for what was told last: told to two audiences, it would change sides."""
    audiences: dict[tuple[str, str], set[Audience]] = defaultdict(set)
    for event in EVENTS:
        audiences[event.service(), event.record_name].add(event.audience)
    assert [record for record, told in audiences.items() if len(told) > 1] == []


def test_work_records_are_never_public() -> None:
    records = {event: event.model_fields["record"].annotation for event in EVENTS}
    public = [event for event in EVENTS if event.audience is Audience.PUBLIC]
    assert [event.type() for event in public if issubclass(records[event] or Record, WorkRecord)] == []


def test_no_event_and_no_fact_holds_personal_data(wanted: dict[str, dict[str, Any]]) -> None:
    assert [name for name, schema in wanted.items() if not name.startswith("intake/") and personal(schema)] == []


def test_personal_data_in_an_event_is_noticed() -> None:
    assert personal(freezing.schema(Leaking, "leaked"))


def test_every_event_says_when_it_is_sent() -> None:
    assert [event.type() for event in EVENTS if not SENT.match(event.__doc__ or "")] == []


@pytest.mark.parametrize("file", GENERATED)
def test_generated_files_are_up_to_date(file: str, generated: dict[str, str]) -> None:
    assert (commands.ROOT / file).read_text(encoding="utf-8") == generated[file], "run `just generate`"


def test_each_generated_file_is_looked_at(generated: dict[str, str]) -> None:
    assert set(generated) == set(GENERATED)

"""Published schemas are frozen: what is told once is understood for ever.

Events, intake, answers and facts stand as JSON Schema files. A class whose shape no longer agrees with its file is a
broken promise: the change needs a new version (`major=2`, `v=2`) beside the old one. Wording may be improved.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from contracts.registry import Registry

_WORDS = ("description", "title", "examples")


@dataclass(frozen=True)
class Change:
    """How a class and its frozen file differ."""

    file: str
    kind: Literal["new", "changed", "gone", "reworded"]


def schema(kind: type[BaseModel], name: str) -> dict[str, Any]:
    """JSON Schema of a class under its published name."""
    made = kind.model_json_schema(mode="serialization", ref_template="#/$defs/{model}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:zwgk:{name}", **made}


def published(registry: Registry) -> dict[str, dict[str, Any]]:
    """All schemas of the published language, by file name."""
    found: dict[str, dict[str, Any]] = {}
    for service in registry.services.values():
        for event in service.events:
            found[f"events/{event.type()}.json"] = schema(event, event.type())
        for intake in service.intakes:
            name = f"{service.name}.{intake.what}"
            found[f"intake/{name}.v1.json"] = _input_schema(intake, f"{name}.v1")
            found[f"intake/{name}.answer.v1.json"] = schema(intake.answer, f"{name}.answer.v1")
    return found


def _input_schema(kind: type[BaseModel], name: str) -> dict[str, Any]:
    made = kind.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:zwgk:{name}", **made}


def facts(kinds: Iterable[tuple[str, str, type[BaseModel], str]]) -> dict[str, dict[str, Any]]:
    """Schemas of facts by file name, from (service, kind of case, class, type of fact)."""
    return {f"facts/{s}.{case}.{fact}.json": schema(cls, f"fact:{s}.{case}.{fact}") for s, case, cls, fact in kinds}


def compare(folder: Path, wanted: Mapping[str, dict[str, Any]]) -> list[Change]:
    """Differences between the classes and the frozen files."""
    held = {
        path.relative_to(folder).as_posix(): json.loads(path.read_text(encoding="utf-8"))
        for path in folder.rglob("*.json")
    }
    changes = [Change(name, "new") for name in sorted(wanted.keys() - held.keys())]
    changes += [Change(name, "gone") for name in sorted(held.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & held.keys()):
        if shape(wanted[name]) != shape(held[name]):
            changes.append(Change(name, "changed"))
        elif wanted[name] != held[name]:
            changes.append(Change(name, "reworded"))
    return changes


def freeze(folder: Path, wanted: Mapping[str, dict[str, Any]], changes: Iterable[Change]) -> None:
    """Write what is new or reworded. What changed or is gone is left for a person to mend."""
    for change in changes:
        if change.kind in ("new", "reworded"):
            path = folder / change.file
            path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(wanted[change.file], ensure_ascii=False, indent=2, sort_keys=True)
            path.write_text(text + "\n", encoding="utf-8")


def shape(value: Any, *, names: bool = False) -> Any:
    """A schema without its words. `names`: the keys of this object are names of fields, not of the schema language."""
    if isinstance(value, dict):
        kept = value if names else {key: each for key, each in value.items() if key not in _WORDS}
        return {key: shape(each, names=key in ("properties", "$defs") and not names) for key, each in kept.items()}
    if isinstance(value, list):
        return [shape(each) for each in value]
    return value

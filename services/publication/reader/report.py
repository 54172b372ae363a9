"""A reading as a table for a person and as plain data for a program."""

from datetime import date
from typing import Any

from services.publication.reader.reading import FIELD_LABELS, Choice, Reading

_LONGEST = 80


def summarise_reading(reading: Reading) -> dict[str, Any]:
    """What was read, what could not be, what contradicts itself; ready for JSON.

    `read`: {field: {label, value, where}}, `value` None and `choices` given where the text says different things.
    `missing`: {field: label}. `conflicts` and `notes`: [{code, message}].
    """
    return {
        "name": reading.name,
        "is_draft": reading.is_draft,
        "is_party": reading.is_party,
        "read": {name: _entry(name, getattr(reading.fields, name).choices) for name in reading.read},
        "missing": {name: FIELD_LABELS[name] for name in reading.missing},
        "conflicts": [remark.model_dump() for remark in reading.conflicts],
        "notes": [remark.model_dump() for remark in reading.notes],
        "characters": len(reading.body),
    }


def rows_of(reading: Reading) -> list[tuple[str, str, str]]:
    """Rows of a report table: 项目, 内容, 出处 — the fields read, then what is missing, contradicted and noted."""
    rows = [row for name in reading.read for row in _rows(FIELD_LABELS[name], getattr(reading.fields, name).choices)]
    missing = "、".join(FIELD_LABELS[name] for name in reading.missing)
    rows += [("未读到", missing, "")] if missing else []
    rows += [("矛盾", remark.message, "") for remark in reading.conflicts]
    return rows + [("说明", remark.message, "") for remark in reading.notes]


def _rows(label: str, choices: tuple[Choice[Any], ...]) -> list[tuple[str, str, str]]:
    doubt = "（待确认）" if len(choices) > 1 else ""
    return [(label + doubt, _shortened(written(choice.value)), choice.where) for choice in choices]


def _entry(name: str, choices: tuple[Choice[Any], ...]) -> dict[str, Any]:
    entry: dict[str, Any] = {"label": FIELD_LABELS[name], "value": None, "where": "、".join(c.where for c in choices)}
    if len(choices) == 1:
        return entry | {"value": _plain(choices[0].value)}
    return entry | {"choices": [{"value": _plain(choice.value), "where": choice.where} for choice in choices]}


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [part if isinstance(part, str) else part.model_dump() for part in value]
    return value


def written(value: Any) -> str:
    """A field's value as a person reads it."""
    if isinstance(value, tuple):
        return "、".join(part if isinstance(part, str) else part.name for part in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"

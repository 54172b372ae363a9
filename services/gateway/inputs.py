"""The fields of a form, made from the contract that it fills: one mechanism for every command on the desk."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.base import Asked
from kernel.clock import CST
from services.gateway.fields import NAMES
from services.gateway.forms import Form
from services.gateway.inputs_words import HINTS, LABELS, PLACED, VALUES
from services.gateway.labels import chinese

LINE = 200
"""Longer texts get a field of several lines."""
GROUPS = 3
"""Entries of a list of groups that one form takes; a longer list comes by the interface or from a file."""
YES_NO = (("true", "是"), ("false", "否"))
Shape = Literal["line", "area", "date", "time", "number", "check", "choice", "lines", "pairs"]


@dataclass(frozen=True)
class Input:
    """One field. `name` is its path in the contract, joined by dots."""

    name: str
    label: str
    shape: Shape
    required: bool
    options: tuple[tuple[str, str], ...] = ()
    max: int = 2000
    hint: str = ""
    group: str = ""


def inputs(kind: type[Asked], naming: Mapping[str, Any]) -> list[Input]:
    """The fields that a person fills; what names the record is filled already, and a query code is the citizen's."""
    left = {name: field for name, field in kind.model_fields.items() if name not in naming and name != "code"}
    return [each for name, field in left.items() for each in _of(kind.verb, name, field, name)]


def filled(form: Form, wanted: list[Input]) -> dict[str, Any]:
    """What the form says, in the shape of the contract. What was left empty is left out."""
    made: dict[str, Any] = {}
    for each in wanted:
        if value := _value(each, form.get(each.name)):
            _put(made, each.name.split("."), value)
    return {name: _listed(value) for name, value in made.items()}


def _of(verb: str, name: str, field: FieldInfo, path: str, group: str = "", needed: bool = True) -> Iterator[Input]:
    kind, most = _plain(field.annotation, field.metadata)
    required = field.is_required() and needed
    label = PLACED.get(f"{verb}.{path}") or chinese(field.description) or LABELS.get(name) or NAMES.get(name, name)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for inner, each in kind.model_fields.items():
            yield from _of(verb, inner, each, f"{path}.{inner}", label, required)
        return
    inside = get_args(kind)[0] if get_origin(kind) is tuple else None
    if isinstance(inside, type) and issubclass(inside, BaseModel):
        for number in range(GROUPS):
            for inner, each in inside.model_fields.items():
                told = f"{label}（{number + 1}）"
                yield from _of(verb, inner, each, f"{path}.{number}.{inner}", told, required and number == 0)
        return
    shape, options = _shape(kind, field, most)
    yield Input(path, label, shape, required, options, most, HINTS.get(name, "") or _hint(shape), group)


def _plain(annotation: Any, metadata: list[Any]) -> tuple[Any, int]:
    """The type without `None` and marks, and how long a text may be."""
    most = next((each.max_length for each in metadata if isinstance(each, MaxLen)), 2000)
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *marks = get_args(annotation)
            most = next((each.max_length for each in marks if isinstance(each, MaxLen)), most)
        elif origin in (Union, types.UnionType):
            annotation = next(each for each in get_args(annotation) if each is not type(None))
        else:
            return annotation, most


def _shape(kind: Any, field: FieldInfo, most: int) -> tuple[Shape, tuple[tuple[str, str], ...]]:
    """How a value is asked for. A truth that decides something is chosen, never left as it was."""
    if kind is bool:
        return ("choice", YES_NO) if field.is_required() else ("check", ())
    if get_origin(kind) is Literal:
        return "choice", tuple((str(each), VALUES.get(str(each), str(each))) for each in get_args(kind))
    if get_origin(kind) is tuple:
        return "lines", ()
    if get_origin(kind) is dict:
        return "pairs", ()
    if issubclass(kind, Enum):
        return "choice", tuple((str(each.value), VALUES.get(str(each.value), str(each.value))) for each in kind)
    if issubclass(kind, datetime):
        return "time", ()
    if issubclass(kind, date):
        return "date", ()
    if issubclass(kind, int | float | Decimal):
        return "number", ()
    return ("area" if most > LINE else "line"), ()


def _hint(shape: Shape) -> str:
    return {"lines": "每行一项。", "pairs": "每行一项，写作“名称=内容”。"}.get(shape, "")


def _value(asked: Input, given: str) -> Any:
    """A value as the contract reads it; empty where nothing was filled in."""
    match asked.shape:
        case "check":
            return given == "on"
        case "lines":
            return [line.strip() for line in given.splitlines() if line.strip()]
        case "pairs":
            pairs = (line.partition("=") for line in given.splitlines() if line.strip())
            return {key.strip(): value.strip() for key, _, value in pairs}
        case "time" if given:
            return _time(given)
        case _:
            return given


def _time(given: str) -> str:
    """A time of the browser's is one of ours: China Standard Time."""
    try:
        return datetime.fromisoformat(given).replace(tzinfo=CST).isoformat()
    except ValueError:
        return given


def _put(into: dict[str, Any], path: list[str], value: Any) -> None:
    for name in path[:-1]:
        into = into.setdefault(name, {})
    into[path[-1]] = value


def _listed(value: Any) -> Any:
    """Entries by number are a list."""
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(each) for name, each in value.items()}
    return [inner[name] for name in sorted(inner)] if inner and all(name.isdecimal() for name in inner) else inner

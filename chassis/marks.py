"""The door for secrets: no command and no message from outside that bears a mark reaches a handler (涉密不上网)."""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from pydantic import BaseModel

from kernel.refused import Refused
from kernel.secrecy import classified, classified_mark
from kernel.text import compact

_SIGN = "密"
_IN_BYTES = (_SIGN.encode(), b"\\u5bc6", b"\\u5BC6")


def refuse_marked(message: BaseModel, raw: bytes | None = None, apart: str = "") -> None:
    """Raises `Refused`, naming the field, where a text of the message bears a mark. The entries of the field `apart`
    are judged one by one by whoever takes them in. `raw`: the message as it came; most hold no such sign at all."""
    if raw is not None and not any(sign in raw for sign in _IN_BYTES):
        return
    for name in type(message).model_fields:
        if name != apart:
            for path, text in _texts(name, getattr(message, name)):
                if _is_marked(text):
                    raise _refusal(path)


def _is_marked(text: str) -> bool:
    """The bare name of a level, as a key word has it, is no mark."""
    return _SIGN in text and len(compact(text)) > len("秘密") and classified_mark(text) is not None


def _refusal(path: str) -> Refused:
    given = classified()
    return Refused(given.code, given.message, field=path, remedy=given.remedy)


def _texts(path: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case Enum():
            return
        case str():
            yield path, value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _texts(f"{path}.{name}", getattr(value, name))
        case Mapping():
            for key, each in value.items():
                yield from ((path, text) for _, text in (*_texts(path, key), *_texts(path, each)))
        case tuple() | list() | set() | frozenset():
            for position, each in enumerate(value):
                yield from _texts(f"{path}.{position}", each)

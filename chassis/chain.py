"""The chain of facts: each entry is hashed over the one before it, so that a changed byte is found."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

from chassis.actors import Cause
from kernel.facts import Fact


class Entry(TypedDict):
    """A fact as stored: its canonical JSON text and the hash over it and the entry before."""

    text: str
    hash: str


def canonical(value: Any) -> str:
    """JSON with sorted keys, no spaces, UTF-8 left as it is: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def link(previous: str, text: str) -> str:
    """Hash of an entry: SHA-256 over the hash before it and its own text."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def append(head: str, facts: Sequence[Fact], cause: Cause) -> list[Entry]:
    """New entries after `head`, stamped with who, when and why."""
    entries: list[Entry] = []
    stamp = {"at": cause.now.isoformat(), "by": cause.actor.as_fact(), "cause": cause.id}
    for fact in facts:
        text = canonical({**stamp, "kind": fact.kind, "data": fact.model_dump(mode="json")})
        head = link(head, text)
        entries.append({"text": text, "hash": head})
    return entries


def broken_at(entries: Iterable[Entry]) -> int | None:
    """Position of the first entry whose hash does not follow, or `None` when the chain holds."""
    head = ""
    for position, entry in enumerate(entries):
        head = link(head, entry["text"])
        if head != entry["hash"]:
            return position
    return None

"""The chain of facts: each entry is hashed over the one before it, so that a changed byte is found."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, NotRequired, TypedDict

from chassis.actors import Cause
from kernel.facts import Fact


class Entry(TypedDict):
    """A fact as stored: its canonical JSON text and the hash over it and the entry before. `sealed`: the text was
    replaced by one that says less; the hash is still that of the text as it was."""

    text: str
    hash: str
    sealed: NotRequired[bool]


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


def seal(entry: Entry, fact: Fact) -> Entry:
    """The entry with `fact` instead of what it said; who, when and why stay. The entries after it still follow."""
    stored = json.loads(entry["text"])
    text = canonical({**stored, "kind": fact.kind, "data": fact.model_dump(mode="json")})
    return entry if text == entry["text"] else {"text": text, "hash": entry["hash"], "sealed": True}


def broken_at(entries: Iterable[Entry]) -> int | None:
    """Position of the first entry whose hash does not follow, or `None` when the chain holds. A sealed entry can only
    be checked with its text as it was, which the owner keeps encrypted."""
    head = ""
    for position, entry in enumerate(entries):
        if not entry.get("sealed") and link(head, entry["text"]) != entry["hash"]:
            return position
        head = entry["hash"]
    return None

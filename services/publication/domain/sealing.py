"""What is left of a document's facts after a take-down: numbers, dates, officials, digests; no word that could be what
leaked (P26)."""

from collections.abc import Callable, Sequence
from typing import Any

from contracts.publication.record import Interpretation, Metadata, Text
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import File, Kept

TOMBSTONE = "（已撤下）"


def reasoned(note: str, improper: bool) -> str:
    """Who finds a take-down improper says why."""
    if improper and len(note.strip()) < 4:
        raise Refused("reason_missing", "不予批准须说明理由。", field="note", remedy="请写明理由，不得写入撤下的内容。")
    return note


def labelled(label: str, improper: bool) -> str:
    return f"{label}（撤下未获批准）" if improper else label


def waits_for(approved: bool, to_clear: Sequence[str], erased: bool) -> str:
    """What a take-down waits for; the channels do not wait for the approval."""
    waits = [] if approved else ["另一名负责人补批"]
    waits += [f"{channel}确认已撤下" for channel in to_clear]
    waits += [] if erased else ["系统清除副本"]
    return "；".join(waits)[:200]


def tombstone(metadata: Metadata) -> Metadata:
    """Numbers, dates, issuers and channels only: the title may be what leaked."""
    return metadata.model_copy(update=_WORDLESS)


def forget(fact: Fact) -> Fact:
    """The fact without words. Withdrawing itself is decided after that and keeps its own."""
    changed = {name: _LEFT[name](value) for name, value in fact if name in _LEFT and value is not None}
    return fact.model_copy(update=changed) if changed else fact


def _bare(text: Kept) -> Kept:
    return text.model_copy(update={"data": ()})


def _file(file: File) -> File:
    text = Text(sha256=file.attachment.text.sha256, bytes=file.attachment.text.bytes)
    nameless = file.attachment.model_copy(update={"name": TOMBSTONE, "text": text})
    return file.model_copy(update={"attachment": nameless, "data": ()})


def _plan(interpretation: Interpretation) -> Interpretation:
    return interpretation.model_copy(update={"plan": TOMBSTONE, "interpreter": TOMBSTONE})


def _nothing(value: Any) -> Any:
    return "" if isinstance(value, str) else ()


_WORDS = ("theme", "group", "summary", "keywords", "scope", "doc_no", "ended_by")
_WORDLESS = {name: Metadata.model_fields[name].get_default() for name in _WORDS} | {"title": TOMBSTONE}
_LEFT: dict[str, Callable[[Any], Any]] = {
    "metadata": tombstone,
    "text": _bare,
    "file": _file,
    "source": lambda source: source.model_copy(update={"issuer": TOMBSTONE, "doc_no": None, "url": ""}),
    "delivery": lambda delivery: delivery.model_copy(update={"place": "", "target": ""}),
    "explanation": lambda given: given.model_copy(update={"interpreter": TOMBSTONE}),
    "question": lambda given: given.model_copy(update={"reference": "", "point": TOMBSTONE}),
    "interpretation": lambda given: given if isinstance(given, bool) else _plan(given),
    **dict.fromkeys(
        ("note", "reason", "basis", "missing", "doubts", "in_fields", "by_document", "contact", "result"), _nothing
    ),
}
"""By the name of the field: what is left of its value."""

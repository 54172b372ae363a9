"""From events to views: pure functions. A view is how a record stands; the highest `(epoch, version)` wins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.base import Event, WorkRecord
from contracts.platform import Retold

VERSION_BITS = 20
DIMENSIONS = ("theme", "genre", "agency", "field", "openness", "category", "year", "validity")
PUBLIC_DOCUMENT = "publication.public_document"


def stamp(epoch: int, version: int) -> int:
    """One number that orders `(epoch, version)`; below 2^53, so that every client reads it exactly."""
    return epoch << VERSION_BITS | version


@dataclass(frozen=True)
class Removal:
    """A service has told all its records again: what it told before `since` and not since then is gone."""

    service: str
    before_epoch: int
    since: str

    def removes(self, document: dict[str, Any]) -> bool:
        """Whether this view is among what is gone."""
        told_before = bool(document["epoch"] < self.before_epoch and document["told_at"] < self.since)
        return told_before and document["service"] == self.service


def view(kind: type[Event], data: dict[str, Any], at: str) -> dict[str, Any]:
    """The view document that an event brings."""
    record = data["record"]
    type_name = f"{kind.service()}.{kind.record_name}"
    document = {
        "_id": f"{type_name}:{record['id']}",
        "type": type_name,
        "id": record["id"],
        "service": kind.service(),
        "audience": kind.audience.value,
        "stamp": stamp(data["epoch"], data["version"]),
        "epoch": data["epoch"],
        "version": data["version"],
        "told_at": at,
        "removed": False,
        "record": record,
    }
    if issubclass(record_class(kind), WorkRecord):
        document["work"] = work_of(record)
    if kind.service() == "publication":
        document["removed"] = bool(record.get("withdrawn"))
    if type_name == PUBLIC_DOCUMENT:
        document["dims"] = _dimensions(record)
        document["sort"] = f"{record['published_at']}#{record['id']}"
        document["links"] = [each for each in (*explained(record), record.get("interpretation")) if each]
        if doc_no := record["metadata"].get("doc_no"):
            document["doc_no"] = doc_no
        if record.get("notice"):
            document["notice"] = "ended" if record["notice"].get("ended") else "running"
    return document


def explained(record: dict[str, Any]) -> list[str]:
    """Documents that a document says it explains: by their number here, or by 发文字号."""
    return list(record["metadata"].get("interprets") or ())


def removal(kind: type[Event], data: dict[str, Any]) -> Removal | None:
    """What an event removes, if it is the end of a retelling."""
    if not issubclass(kind, Retold):
        return None
    return Removal(data["record"]["owner"], data["epoch"], data["record"]["since"])


def newest(documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One document an id: the one with the highest stamp."""
    best: dict[str, dict[str, Any]] = {}
    for document in documents:
        held = best.get(document["_id"])
        if held is None or held["stamp"] < document["stamp"]:
            best[document["_id"]] = document
    return list(best.values())


def record_class(kind: type[Event]) -> type:
    """The class of the record that an event brings."""
    annotation = kind.model_fields["record"].annotation
    return annotation if isinstance(annotation, type) else object


def work_of(record: dict[str, Any]) -> dict[str, Any]:
    """What every work record has, as lists and boards read it."""
    due = record.get("due_at")
    return {
        "agency": record.get("agency") or "",
        "state": record["state"],
        "open": record["open"],
        "overdue": record.get("overdue", False),
        "due_at": datetime.fromisoformat(due) if due else None,
        "opened_at": datetime.fromisoformat(record["opened_at"]),
    }


def _dimensions(record: dict[str, Any]) -> dict[str, str]:
    metadata = record["metadata"]
    issuers = metadata.get("issuers") or [""]
    return {
        "theme": (metadata.get("theme") or "").split("/")[0],
        "genre": metadata.get("genre") or "",
        "agency": issuers[0],
        "field": metadata.get("group") or "",
        "openness": metadata.get("openness") or "",
        "category": metadata.get("category") or "",
        "year": record["published_at"][:4],
        "validity": metadata.get("validity") or "",
    }

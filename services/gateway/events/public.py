"""One public event as it stands in the stream, and as it is sent to a reader over HTTP."""

import json
from dataclasses import dataclass
from typing import Any

from contracts import cloudevents
from contracts.base import Audience
from contracts.registry import REGISTRY

ATTRIBUTES = ("id", "type", "source", "subject", "time", "dataschema")


@dataclass(frozen=True)
class PublicEvent:
    """A public event. `record` names its record; `sealed`: the record was taken down, what was told before is void."""

    sequence: int
    type: str
    record: str
    sealed: bool
    frame: bytes

    @property
    def size(self) -> int:
        return len(self.frame)


GAPPED = "gapped"
"""Name of the event that takes a part out of a record: what was told of the record before must go."""


class NotPublic(ValueError):
    """A message that may not leave the platform, or that is not what its subject says."""


def read(sequence: int, subject: str, headers: dict[str, str] | None, body: bytes) -> PublicEvent:
    """A message of the stream as an event; raises `NotPublic` for anything that the registry does not call public."""
    try:
        type_name = cloudevents.check(subject, headers)
    except cloudevents.Mismatch as error:
        raise NotPublic(str(error)) from None
    kind = REGISTRY.event(type_name)
    if kind is None or kind.audience is not Audience.PUBLIC:
        raise NotPublic("not a public type of event")
    data = json.loads(body)
    record = data["record"]
    found = {key.lower(): value for key, value in (headers or {}).items()}
    event = {name: cloudevents.decode(found[f"ce-{name}"]) for name in ATTRIBUTES if f"ce-{name}" in found}
    event |= {"specversion": "1.0", "datacontenttype": "application/json", "data": data}
    return PublicEvent(
        sequence=sequence,
        type=type_name,
        record=f"{kind.service()}.{kind.record_name}.{record['id']}",
        sealed=bool(record.get("withdrawn")) or kind.event_name == GAPPED,
        frame=_frame(sequence, type_name, event),
    )


def _frame(sequence: int, type_name: str, event: dict[str, Any]) -> bytes:
    text = json.dumps(event, ensure_ascii=False, separators=(",", ":"))  # one line: JSON escapes line ends
    return f"id: {sequence}\nevent: {type_name}\ndata: {text}\n\n".encode()

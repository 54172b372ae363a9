"""What a commit will tell: events made ready as bytes before the commit, so that nothing can fail after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from opentelemetry import propagate

from contracts import cloudevents, subjects
from contracts.base import Event
from kernel.refused import Refused

MAX_MESSAGE_BYTES = 256 * 1024
"""Largest event with its headers. The server closes the connection of who sends more than its own, higher limit."""
EVENTS_PER_COMMIT = 100


@dataclass(frozen=True)
class Outgoing:
    """One message of an outbox. `seq` orders the messages of a case."""

    seq: int
    subject: str
    headers: dict[str, str]
    body: str

    def stored(self) -> dict[str, Any]:
        return {"seq": self.seq, "subject": self.subject, "headers": self.headers, "body": self.body}

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> "Outgoing":
        return cls(stored["seq"], stored["subject"], stored["headers"], stored["body"])


def outgoing(
    events: Sequence[Event],
    *,
    region: str,
    case: str,
    epoch: int,
    version: int,
    head: str,
    at: datetime,
) -> list[Outgoing]:
    """Stamp and serialise the events of one commit; raises `Refused` for one that is larger than the bus takes."""
    if len(events) > EVENTS_PER_COMMIT:
        raise Refused("too_many_events", "一次操作涉及的变更过多。", remedy="请分批办理。")
    trace: dict[str, str] = {}
    propagate.inject(trace)
    ready = []
    for position, event in enumerate(events):
        stamped = event.model_copy(update={"epoch": epoch, "version": version, "chain": head})
        message = Outgoing(
            seq=version * EVENTS_PER_COMMIT + position,
            subject=subjects.event(region, type(event), event.record.id),
            headers=cloudevents.headers(
                type(event),
                message_id=f"{case}:{epoch}.{version}:{position}",
                region=region,
                record_id=event.record.id,
                at=at,
            )
            | trace,
            body=stamped.model_dump_json(),
        )
        check_size(message)
        ready.append(message)
    return ready


def check_size(message: Outgoing) -> None:
    """Raises `Refused` when subject, headers and body together exceed the limit of the bus."""
    headers = sum(len(key) + len(value) + 4 for key, value in message.headers.items())
    if len(message.subject) + headers + len(message.body.encode()) > MAX_MESSAGE_BYTES:
        raise Refused("too_large", "内容超过总线单条消息上限（256 KiB）。", remedy="请将长文作为附件提交。")

"""Subject grammar of the bus. Every subject of the platform is built and read here."""

import re
from dataclasses import dataclass

from contracts.base import ID_PATTERN, Command, Event, Intake, Query

ROOT = "zwgk"
_TOKEN = re.compile(ID_PATTERN)


def token(text: str) -> str:
    """`text` if it can stand as one token of a subject; raises `ValueError` otherwise."""
    if not _TOKEN.match(text):
        raise ValueError("not a subject token")
    return text


def event(region: str, kind: type[Event], record_id: str) -> str:
    """Where an event about one record is told."""
    return (
        f"{ROOT}.{token(region)}.evt.{kind.audience}.{kind.service()}.{kind.record_name}"
        f".{kind.event_name}.v{kind.major}.{token(record_id)}"
    )


def events_of(region: str, kind: type[Event]) -> str:
    """Filter for all events of one type."""
    return f"{ROOT}.{region}.evt.{kind.audience}.{kind.service()}.{kind.record_name}.{kind.event_name}.v{kind.major}.*"


def asked(region: str, kind: type[Command] | type[Query], sender: str, service: str | None = None) -> str:
    """Where a command or query is sent; the last token is pinned to the sender by permission.

    `service` names the receiver of what every service answers (`contracts.platform`).
    """
    act = "cmd" if issubclass(kind, Command) else "qry"
    return f"{ROOT}.{region}.{act}.{service or kind.service()}.{kind.verb}.{sender}"


def intake(region: str, kind: type[Intake], emitter: str) -> str:
    """Where an outside party emits; the last token is pinned to the party by its account."""
    return f"{ROOT}.{region}.in.{kind.service()}.{kind.what}.{emitter}"


def answer(region: str, emitter: str, what: str, answer_id: str) -> str:
    """Where the answer to one emission is kept for its emitter."""
    return f"{ROOT}.{region}.out.{token(emitter)}.{what}.{token(answer_id)}"


def parked(region: str, service: str, durable: str) -> str:
    """Where a message that cannot be handled waits for an operator."""
    return f"{ROOT}.{region}.parked.{service}.{durable}"


@dataclass(frozen=True)
class EventSubject:
    """An event subject taken apart."""

    region: str
    audience: str
    service: str
    record: str
    name: str
    major: str
    id: str

    @property
    def type(self) -> str:
        return f"{self.service}.{self.record}.{self.name}.{self.major}"


def read_event(subject: str) -> EventSubject:
    """Take an event subject apart; raises `ValueError` for any other subject."""
    tokens = subject.split(".")
    if len(tokens) != 9 or tokens[0] != ROOT or tokens[2] != "evt":
        raise ValueError("not an event subject")
    return EventSubject(tokens[1], *tokens[3:])


def template(subject: str) -> str:
    """The subject without ids, senders and regions: what telemetry may name."""
    tokens = subject.split(".")
    if len(tokens) < 5 or tokens[0] != ROOT:
        return tokens[0]
    match tokens[2]:
        case "evt":
            return ".".join(tokens[3:8])
        case "out":
            return "out"
        case _:
            return ".".join(tokens[2:5])

"""CloudEvents 1.0 in binary mode over NATS: the body is the data, the attributes are `ce-` headers."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote, unquote

from contracts.base import Event
from contracts.subjects import read_event

_PLAIN = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in '"%')
REQUIRED = ("ce-specversion", "ce-id", "ce-type", "ce-source", "ce-subject", "ce-time")


class Mismatch(ValueError):
    """The headers of a message do not agree with its subject, or one is missing."""


def encode(value: str) -> str:
    """Percent-encode what may not stand in a header: space, `"`, `%` and all outside printable ASCII, as UTF-8."""
    return quote(value, safe=_PLAIN)


def decode(value: str) -> str:
    """The attribute behind a header value."""
    return unquote(value, errors="strict")


def source(region: str, service: str) -> str:
    """`ce-source` of a service."""
    return f"/zwgk/{region}/{service}"


def headers(kind: type[Event], *, message_id: str, region: str, record_id: str, at: datetime) -> dict[str, str]:
    """Headers of an event, with the message id that the server removes duplicates by."""
    return {
        "Nats-Msg-Id": message_id,
        "content-type": "application/json",
        "ce-specversion": "1.0",
        "ce-id": message_id,
        "ce-type": kind.type(),
        "ce-source": encode(source(region, kind.service())),
        "ce-subject": encode(record_id),
        "ce-time": at.isoformat(),
        "ce-dataschema": f"urn:zwgk:{kind.type()}",
    }


def check(subject: str, given: Mapping[str, str] | None) -> str:
    """The event's type, once headers and subject agree; raises `Mismatch` otherwise."""
    found = {key.lower(): value for key, value in (given or {}).items()}
    missing = [key for key in REQUIRED if key not in found]
    if missing:
        raise Mismatch(f"missing header {missing[0]}")
    try:
        said = read_event(subject)
    except ValueError as error:
        raise Mismatch(str(error)) from None
    expected = {
        "ce-specversion": "1.0",
        "ce-type": said.type,
        "ce-source": source(said.region, said.service),
        "ce-subject": said.id,
    }
    for key, value in expected.items():
        if found[key] != value and decode(found[key]) != value:
            raise Mismatch(f"header {key} does not agree with the subject")
    return said.type

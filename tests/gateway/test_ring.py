import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import cloudevents, subjects
from contracts.publication.documents import DocumentChanged, DocumentPublished
from services.gateway.events.public import NotPublic, PublicEvent, read
from services.gateway.events.ring import Ring

REGION, ID = "999901", "999901-GW-2026-000001"
AT = "2026-11-23T09:00:00+08:00"
BODY = json.dumps({"epoch": 0, "version": 1, "chain": "", "record": {"id": ID, "withdrawn": False}}).encode()


def event(sequence: int, record: str = "r", *, sealed: bool = False, size: int = 10) -> PublicEvent:
    return PublicEvent(sequence, "publication.public_document.published.v1", record, sealed, b"x" * size)


def numbers(ring: Ring, after: int) -> list[int]:
    return [each.sequence for each in ring.after(after)]


def test_a_reader_gets_what_is_after_its_position() -> None:
    ring = Ring(5)
    for sequence in (6, 7, 9):
        ring.add(event(sequence, str(sequence)))
    assert numbers(ring, 5) == [6, 7, 9]
    assert numbers(ring, 7) == [9]
    assert numbers(ring, 8) == [9]
    assert numbers(ring, 9) == []
    assert ring.floor == 5


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=80))
def test_room_is_bounded_and_nothing_after_the_floor_is_missing(sizes: list[int]) -> None:
    ring = Ring(0, max_events=12, max_bytes=10_000)
    for sequence, size in enumerate(sizes, 1):
        ring.add(event(sequence, str(sequence), size=size))
        held = ring.after(ring.floor)
        assert sum(each.size for each in held) <= 10_000
        assert [each.sequence for each in held] == list(range(ring.floor + 1, sequence + 1))
        assert len(held) <= 12


def test_what_was_told_of_a_sealed_record_is_gone() -> None:
    ring = Ring(0)
    ring.add(event(1, "leaked"))
    ring.add(event(2, "other"))
    ring.add(event(3, "leaked", sealed=True))
    assert numbers(ring, 0) == [2, 3]


def public_headers() -> dict[str, str]:
    from datetime import datetime

    return cloudevents.headers(
        DocumentPublished, message_id="x:0.1:0", region=REGION, record_id=ID, at=datetime.fromisoformat(AT)
    )


def test_a_frame_carries_attributes_and_body() -> None:
    subject = subjects.event(REGION, DocumentPublished, ID)
    frame = read(7, subject, public_headers(), BODY).frame.decode()
    lines = frame.split("\n")
    assert lines[:2] == ["id: 7", "event: publication.public_document.published.v1"]
    data = json.loads(lines[2].removeprefix("data: "))
    assert data["data"]["record"]["id"] == data["subject"] == ID
    assert data["time"] == AT
    assert frame.endswith("\n\n")
    assert frame.count("\n\n") == 1


def test_an_internal_event_never_becomes_a_frame() -> None:
    from datetime import datetime

    subject = subjects.event(REGION, DocumentChanged, ID)
    headers = cloudevents.headers(
        DocumentChanged, message_id="x:0.1:0", region=REGION, record_id=ID, at=datetime.fromisoformat(AT)
    )
    with pytest.raises(NotPublic):
        read(7, subject, headers, BODY)


def test_headers_that_do_not_agree_with_the_subject_are_refused() -> None:
    with pytest.raises(NotPublic):
        read(7, subjects.event(REGION, DocumentChanged, ID), public_headers(), BODY)

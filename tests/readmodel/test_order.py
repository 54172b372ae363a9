"""However events come, each view stands as if each had come once, in order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.handlers import Heard
from services.readmodel.handlers import ReadModel
from tests.readmodel.telling import EPOCH, alone, changed, document, hear, heard, published, retold, ticket, views
from tests.servers import MORNING, Servers

LATER = MORNING + timedelta(hours=1)
AGAIN = EPOCH + 3600


def story(versions: list[int], told_again: list[bool], withdrawn: bool) -> list[Heard]:
    """Tickets with some versions each; then the hotline tells again those that still exist; one goes on afterwards.
    Beside them a document that may be withdrawn."""
    events = [
        heard(changed(ticket(f"T-{number}", revision=version)), version)
        for number, last in enumerate(versions)
        for version in range(1, last + 1)
    ]
    events += [heard(published(document("D-1", title=f"第{version}版")), version) for version in (1, 2)]
    events.append(heard(published(document("D-1", withdrawn=withdrawn)), 3))
    kept = [number for number, again in enumerate(told_again[: len(versions)]) if again]
    for number in kept:
        events.append(heard(changed(ticket(f"T-{number}", revision=50)), 9, epoch=AGAIN, at=LATER))
    events.append(heard(retold("hotline", LATER), 1, epoch=AGAIN, at=LATER))
    events.append(heard(changed(ticket("T-new")), 1, epoch=AGAIN + 5, at=LATER))
    if kept:
        events.append(heard(changed(ticket(f"T-{kept[0]}", revision=51)), 10, epoch=AGAIN, at=LATER))
    return events


async def hear_all(model: ReadModel, events: list[Heard], size: int) -> None:
    for first in range(0, len(events), size):
        await hear(model, events[first : first + size])


async def in_disorder(servers: Servers, data: st.DataObject) -> None:
    versions = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))
    events = story(versions, data.draw(st.lists(st.booleans(), min_size=3, max_size=3)), data.draw(st.booleans()))
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=5))
    shuffled = data.draw(st.permutations([*events, *repeats]))
    async with alone(servers) as straight, alone(servers) as crooked:
        await hear_all(straight, events, 1)
        await hear_all(crooked, shuffled, data.draw(st.integers(1, 6)))
        expected = await views(await straight.generations.current())
        assert await views(await crooked.generations.current()) == expected
        assert not expected["hotline.ticket:T-new"]["removed"]


SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(SLOW, max_examples=8)
@given(st.data())
async def test_disorder_and_repetition_change_nothing(servers: Servers, data: st.DataObject) -> None:
    await in_disorder(servers, data)


@pytest.mark.faults
@pytest.mark.timeout(600)
@settings(SLOW, max_examples=200)
@given(st.data())
async def test_much_disorder_and_repetition_change_nothing(servers: Servers, data: st.DataObject) -> None:
    await in_disorder(servers, data)


async def test_an_event_that_comes_after_its_record_was_found_gone_does_not_bring_it_back(servers: Servers) -> None:
    async with alone(servers) as model:
        await hear(model, [heard(retold("hotline", LATER), 1, epoch=AGAIN, at=LATER)])
        await hear(model, [heard(changed(ticket("T-late")), 1)])
        await hear(model, [heard(published(document("D-other")), 1)])
        held = await views(await model.generations.current())
        assert held["hotline.ticket:T-late"]["removed"]
        assert not held["publication.public_document:D-other"]["removed"]

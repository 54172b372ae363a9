"""Streams and durables: planned from the registry, compared, brought about, and never begun again by mistake."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, RetentionPolicy, StreamConfig

from chassis import permissions, streams
from chassis.credentials import write_private
from chassis.streams import Difference, Kind, Limits
from kernel.refused import Refused
from tests.permissions.permissions_place import REGION, Place
from tests.permissions.toy_contracts.registry import TOYS

SMALL = Limits(events=2**20, intake=2**20, answers=2**20, parked=2**20, documents=2**20)


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[Place]:
    """A server on which nothing has been provisioned."""
    place = Place(TOYS, tmp_path)
    async with place.server:
        yield place
        await place.close()


async def admin(place: Place) -> JetStreamContext:
    return (await place.user(permissions.OPERATOR)).jetstream(timeout=10)


def durables(stream: str) -> dict[str, ConsumerConfig]:
    (planned,) = [each for each in streams.plan(TOYS, REGION) if each.name == stream]
    return {str(durable.name): durable for durable in planned.durables}


def test_one_durable_for_each_listener() -> None:
    assert set(durables("EVENTS")) == {"hotline", "readmodel", "readmodel-replay"}
    assert set(durables("INTAKE")) == {"hotline-intake"}
    assert set(durables("ANSWERS")) == {"h12345-answers", "h12340-answers"}
    assert set(durables("PUBLIC")) == {"portal", "gateway"}
    heard = f"zwgk.{REGION}.evt.public.publication.sheet.shown.v1.*"
    assert durables("EVENTS")["hotline"].filter_subject == heard
    assert durables("EVENTS")["readmodel"].filter_subject == f"zwgk.{REGION}.evt.>"
    assert durables("EVENTS")["readmodel"].max_ack_pending == 1000
    assert durables("EVENTS")["hotline"].max_ack_pending == 200


async def test_everything_is_made_quickly_and_once(empty: Place) -> None:
    js = await admin(empty)
    begun = time.monotonic()
    made = await empty.provision()
    assert time.monotonic() - begun < 6
    assert {each.kind for each in made} == {Kind.MISSING}
    assert await streams.diff(js, empty.plan) == []
    assert await empty.provision() == []


async def test_what_differs_is_shown_and_brought_about(empty: Place) -> None:
    js = await admin(empty)
    small = streams.plan(TOYS, REGION, SMALL)
    await streams.apply(js, small, first_run=True, cases_exist=False)
    found = await streams.diff(js, empty.plan)
    assert Difference(Kind.DIFFERS, "EVENTS", "", "max_bytes", str(4 * 2**30), str(2**20)) in found
    assert await streams.apply(js, empty.plan, first_run=False, cases_exist=True) == found
    assert await streams.diff(js, empty.plan) == []


async def test_a_durable_that_hears_more_is_changed_in_place(empty: Place) -> None:
    js = await admin(empty)
    await empty.provision()
    (events, *rest) = streams.plan(TOYS, REGION)
    less = [
        each.evolve(filter_subject=f"zwgk.{REGION}.evt.internal.>") if each.name == "hotline" else each
        for each in events.durables
    ]
    await streams.apply(js, [streams.StreamPlan(events.config, tuple(less)), *rest], first_run=False, cases_exist=True)
    (found,) = await streams.diff(js, empty.plan)
    assert (found.durable, found.field) == ("hotline", "filter_subjects")
    assert await empty.provision() == [found]
    assert await streams.diff(js, empty.plan) == []


async def test_what_is_extra_stays_and_what_is_foreign_is_refused(empty: Place) -> None:
    js = await admin(empty)
    await empty.provision()
    await js.add_consumer("EVENTS", ConsumerConfig(name="own", durable_name="own"))
    assert await streams.diff(js, empty.plan) == [Difference(Kind.EXTRA, "EVENTS", "own")]
    assert await empty.provision() == []
    await js.delete_consumer("EVENTS", "hotline")
    await js.add_consumer("EVENTS", ConsumerConfig(name="hotline", durable_name="hotline"))
    with pytest.raises(Refused) as refused:
        await empty.provision()
    assert refused.value.code == "streams_foreign"


async def test_a_foreign_stream_is_not_taken_over(empty: Place) -> None:
    js = await admin(empty)
    await js.add_stream(StreamConfig(name="EVENTS", subjects=["foreign.>"]))
    with pytest.raises(Refused) as refused:
        await empty.provision()
    assert refused.value.code == "streams_foreign"
    assert (await js.stream_info("EVENTS")).config.subjects == ["foreign.>"]


async def test_what_cannot_be_changed_is_refused(empty: Place) -> None:
    await empty.provision()
    (events, *rest) = streams.plan(TOYS, REGION)
    queue = streams.StreamPlan(events.config.evolve(retention=RetentionPolicy.WORK_QUEUE), events.durables)
    with pytest.raises(Refused) as refused:
        await streams.apply(await admin(empty), [queue, *rest], first_run=False, cases_exist=True)
    assert refused.value.code == "streams_refused"


async def test_streams_are_not_made_where_cases_exist_unless_it_is_meant(empty: Place) -> None:
    js = await admin(empty)
    with pytest.raises(Refused) as refused:
        await streams.apply(js, empty.plan, first_run=False, cases_exist=True)
    assert refused.value.code == "streams_missing"
    assert {each.kind for each in await streams.diff(js, empty.plan)} == {Kind.MISSING}
    await streams.apply(js, empty.plan, first_run=True, cases_exist=True)
    assert await streams.diff(js, empty.plan) == []


async def test_a_wrong_key_looks_empty_and_is_refused_and_the_right_one_reads_again(empty: Place) -> None:
    await empty.provision()
    told = f"zwgk.{REGION}.evt.public.publication.sheet.shown.v1.kept"
    await (await empty.user("publication")).jetstream().publish(told, b"kept", stream="EVENTS")
    config = empty.server._config
    right = config.read_text()
    for text, refused in ((right.replace(empty.secrets.jetstream_key, "kwrong"), True), (right, False)):
        await empty.close()
        await asyncio.to_thread(empty.server.stop)
        write_private(config, text)
        await empty.server.start()
        js = await admin(empty)
        if refused:
            with pytest.raises(Refused) as error:
                await streams.apply(js, empty.plan, first_run=False, cases_exist=True)
            assert error.value.code == "streams_missing"
        else:
            assert await streams.diff(js, empty.plan) == []
            assert (await js.get_msg("EVENTS", 1)).data == b"kept"


async def test_public_follows_the_public_events_through_a_kill(empty: Place) -> None:
    await empty.provision()
    for attempt in range(2):
        publication = (await empty.user("publication")).jetstream()
        for audience, name in (("public", "shown"), ("internal", "drafted")):
            subject = f"zwgk.{REGION}.evt.{audience}.publication.sheet.{name}.v1.{attempt}"
            await publication.publish(subject, b"{}", stream="EVENTS")
        while await empty.stored("PUBLIC") <= attempt:  # noqa: ASYNC110, the server copies in its own time
            await asyncio.sleep(0.02)
        assert (await empty.stored("EVENTS"), await empty.stored("PUBLIC")) == (2 * attempt + 2, attempt + 1)
        await empty.close()
        empty.server.kill()
        await empty.server.start()

"""What an outside party or a service under foreign control would try."""

import asyncio
import json

import nats.errors
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import ServiceUnavailableError

from chassis.credentials import Credentials
from chassis.objects import read_object
from tests.permissions.permissions_place import REGION, Place
from tests.servers import until

R = f"zwgk.{REGION}"
SHOWN = f"{R}.evt.public.publication.sheet.shown.v1"
DRAFTED = f"{R}.evt.internal.publication.sheet.drafted.v1"
TICKET = f"{R}.in.hotline.ticket"


async def pull(client: Client, stream: str, durable: str, count: int, seconds: float = 20.0) -> list[Msg]:
    js = client.jetstream(timeout=seconds)
    bound = await js.pull_subscribe_bind(consumer=durable, stream=stream)
    try:
        messages = await bound.fetch(count, timeout=seconds)
        for message in messages:
            await message.ack_sync()
        return list(messages)
    finally:
        await bound.unsubscribe()


async def listen(client: Client, subject: str) -> list[Msg]:
    heard: list[Msg] = []

    async def keep(message: Msg) -> None:
        heard.append(message)

    await client.subscribe(subject, cb=keep)
    await client.flush()
    return heard


async def tell(place: Place, subject: str, body: bytes = b"{}") -> None:
    told = await (await place.user("publication")).jetstream().publish(subject, body, stream="EVENTS")
    assert told.stream == "EVENTS"


@pytest.mark.parametrize("name", ["h12345", "portal"])
async def test_a_party_has_no_jetstream_of_its_own(place: Place, name: str) -> None:
    party = await place.user(name)
    js = party.jetstream(timeout=0.3)
    with pytest.raises((nats.errors.TimeoutError, ServiceUnavailableError)):
        await js.account_info()
    with pytest.raises((nats.errors.TimeoutError, ServiceUnavailableError)):
        await js.pull_subscribe("", durable="thief", stream="PUBLIC")
    with pytest.raises((nats.errors.TimeoutError, ServiceUnavailableError)):
        await js.get_msg("EVENTS", 1)


async def test_portal_reads_acknowledges_and_rewinds_public_events_alone(place: Place) -> None:
    portal = await place.user("portal")
    before = await place.stored("PUBLIC")
    for number in range(3):
        await tell(place, f"{SHOWN}.p{number}")
        await tell(place, f"{DRAFTED}.p{number}")
    read = await pull(portal, "PUBLIC", "portal", before + 3)
    assert [message.subject for message in read][-3:] == [f"{SHOWN}.p{number}" for number in range(3)]
    first = read[0].metadata.sequence.stream
    await portal.jetstream().reset_consumer("PUBLIC", "portal", seq=first)
    again = await pull(portal, "PUBLIC", "portal", before + 3)
    assert [message.metadata.sequence.stream for message in again] == [m.metadata.sequence.stream for m in read]


async def test_portal_cannot_have_events_delivered_elsewhere(place: Place) -> None:
    await tell(place, f"{SHOWN}.elsewhere")
    stored = await place.stored("EVENTS")
    portal, service = await place.user("portal"), await place.user("publication")
    commanded = await listen(service, f"{R}.cmd.publication.>")
    ask = json.dumps({"batch": 1, "expires": 300_000_000}).encode()
    for target in (f"{R}.cmd.publication.show-sheet.desk", f"{SHOWN}.forged", "_INBOX_gateway.x"):
        await portal.publish("$JS.API.CONSUMER.MSG.NEXT.PUBLIC.portal", ask, reply=target)
    await portal.flush()
    await asyncio.sleep(0.4)
    assert commanded == []
    assert await place.stored("EVENTS") == stored


async def test_emitter_is_acknowledged_and_reads_its_own_answers(place: Place) -> None:
    given = Credentials.read(place.paths["h12345"])
    emitter, hotline = await place.user("h12345"), await place.user("hotline")
    stored = await emitter.jetstream().publish(given.publish[0], b'{"topic":"1"}')
    assert stored.stream == "INTAKE"
    (taken,) = await pull(hotline, "INTAKE", "hotline-intake", 1)
    assert taken.subject == f"{TICKET}.h12345"
    for party in ("h12345", "h12340"):
        await hotline.jetstream().publish(f"{R}.out.{party}.ticket.1", party.encode(), stream="ANSWERS")
    assert given.stream
    assert given.durable
    answers = await pull(emitter, given.stream, given.durable, 1)
    assert [answer.data for answer in answers] == [b"h12345"]
    with pytest.raises(nats.errors.TimeoutError):
        await pull(emitter, given.stream, given.durable, 1, seconds=0.3)


async def test_emitter_cannot_emit_as_another(place: Place) -> None:
    stored = await place.stored("INTAKE")
    emitter = await place.user("h12345")
    with pytest.raises((nats.errors.TimeoutError, nats.errors.NoRespondersError)):
        await emitter.request(f"{TICKET}.h12340", b"{}", timeout=0.3)
    with pytest.raises(nats.errors.TimeoutError):
        await pull(emitter, "ANSWERS", "h12340-answers", 1, seconds=0.3)
    assert await place.stored("INTAKE") == stored


async def test_a_forged_reply_subject_of_an_emission_reaches_nothing(place: Place) -> None:
    events, answers = await place.stored("EVENTS"), await place.stored("ANSWERS")
    service, portal = await place.user("publication"), await place.user("portal")
    heard = [await listen(service, f"{R}.cmd.publication.>"), await listen(portal, "_INBOX_portal.>")]
    emitter = await place.user("h12345")
    targets = (
        f"{SHOWN}.forged",
        f"{R}.cmd.publication.show-sheet.desk",
        f"{R}.out.h12340.ticket.1",
        "_INBOX_portal.x",
        "$JS.API.STREAM.DELETE.EVENTS",
    )
    for target in targets:
        await emitter.publish(f"{TICKET}.h12345", b'{"topic":"forged"}', reply=target)
    await emitter.flush()
    await asyncio.sleep(0.3)
    assert await place.stored("EVENTS") == events
    assert await place.stored("ANSWERS") == answers
    assert heard == [[], []]
    taken = await pull(await place.user("hotline"), "INTAKE", "hotline-intake", len(targets))
    assert len(taken) == len(targets)


async def test_an_emitter_cannot_swallow_the_message_of_another_by_its_id(place: Place) -> None:
    stored = await place.stored("INTAKE")
    for name in ("h12345", "h12340"):
        party = await place.user(name)
        await party.jetstream().publish(f"{TICKET}.{name}", b"{}", headers={"Nats-Msg-Id": "same"})
        await asyncio.sleep(0.15)
    assert await place.stored("INTAKE") == stored + 2
    await pull(await place.user("hotline"), "INTAKE", "hotline-intake", 2)


async def test_a_message_over_the_limit_is_refused_and_the_connection_lives(place: Place) -> None:
    emitter = await place.user("h12345")
    with pytest.raises(nats.js.errors.APIError) as refused:
        await emitter.jetstream().publish(f"{TICKET}.h12345", b"x" * (300 * 1024))
    assert refused.value.code == 400
    assert emitter.is_connected


async def test_services_do_not_hear_each_others_replies(place: Place) -> None:
    service, asking, thief = [await place.user(name) for name in ("publication", "gateway", "hotline")]

    async def reply(message: Msg) -> None:
        await message.respond(b"found")

    answering = await service.subscribe(f"{R}.qry.publication.>", cb=reply)
    await service.flush()
    stolen = await listen(thief, "_INBOX_gateway.>")
    answer = await asking.request(f"{R}.qry.publication.find-sheet.gateway", b"{}", timeout=1)
    assert answer.data == b"found"
    assert stolen == []
    await answering.unsubscribe()


async def test_a_service_replies_once(place: Place) -> None:
    service, asking = await place.user("publication"), await place.user("gateway")
    replies = 0

    async def reply(message: Msg) -> None:
        await message.respond(b"1")
        await message.respond(b"2")

    async def count(_: Msg) -> None:
        nonlocal replies
        replies += 1

    answering = await service.subscribe(f"{R}.qry.publication.>", cb=reply)
    await service.flush()
    await asking.subscribe("_INBOX_gateway.once", cb=count)
    await asking.publish(f"{R}.qry.publication.find-sheet.gateway", b"{}", reply="_INBOX_gateway.once")
    await asking.flush()
    await asyncio.sleep(0.2)
    assert replies == 1
    await answering.unsubscribe()


async def test_the_read_model_rewinds_its_replay(place: Place) -> None:
    await tell(place, f"{DRAFTED}.replayed")
    readmodel, total = await place.user("readmodel"), await place.stored("EVENTS")
    for _ in range(2):
        await readmodel.jetstream().reset_consumer("EVENTS", "readmodel-replay", seq=1)
        read = await pull(readmodel, "EVENTS", "readmodel-replay", total)
        assert read[0].metadata.sequence.stream == 1
        assert len(read) == total


async def test_gateway_reads_public_events_by_sequence(place: Place) -> None:
    await tell(place, f"{SHOWN}.sse")
    js = (await place.user("gateway")).jetstream()

    async def there() -> bool:
        last = (await js.stream_info("PUBLIC")).state.last_seq
        message = await js.get_msg("PUBLIC", seq=last, subject=">", next=True)
        return message.subject == f"{SHOWN}.sse"

    await until(there)


async def test_objects_are_put_by_their_writer_and_read_by_readers(place: Place) -> None:
    body = bytes(range(256)) * 1500  # three chunks
    writing = await (await place.user("publication")).jetstream().object_store("documents")
    await writing.put("a", b"old")
    await writing.put("a", body)
    for name in ("gateway", "readmodel", "publication"):
        assert await read_object((await place.user(name)).jetstream(), "documents", "a") == body
    hotline = (await place.user("hotline")).jetstream(timeout=0.3)
    with pytest.raises(nats.errors.TimeoutError):
        await read_object(hotline, "documents", "a")
    reading = (await place.user("gateway")).jetstream(timeout=0.3)
    with pytest.raises(nats.errors.TimeoutError):
        await reading.publish("$O.documents.M.YQ==", b"forged")


@pytest.mark.parametrize("given", [{"user": "publication", "pass": "wrong"}, {}])
async def test_a_wrong_password_and_no_user_are_turned_away(place: Place, given: dict[str, str]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", place.server.port)
    assert (await reader.readline()).startswith(b"INFO ")
    writer.write(f"CONNECT {json.dumps({'verbose': False, **given})}\r\nPING\r\n".encode())
    assert b"Authorization Violation" in await asyncio.wait_for(reader.readline(), 2)
    writer.close()
    await writer.wait_closed()

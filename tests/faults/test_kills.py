"""A crash at any point loses and doubles nothing: kill -9 of the services, of NATS and of the database under load."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chassis.store import Store
from contracts.hotline.terms import Ticket
from services.hotline.domain import KIND
from services.hotline.domain.record import record
from tests.faults.crashing import (
    HOTLINE,
    Emitter,
    Process,
    Stored,
    answers,
    impatient,
    process,
    settled,
    stored,
    traffic,
)
from tests.faults.scanning import Spans, collecting_spans, personal
from tests.servers import Servers

SERVED = ("hotline", "readmodel")
Blow = Callable[[Servers, Process], Awaitable[None]]


async def kill_service(servers: Servers, serving: Process) -> None:
    serving.kill()
    await serving.start()


async def kill_nats(servers: Servers, serving: Process) -> None:
    servers.nats.kill()
    await asyncio.sleep(0.3)
    await servers.nats.start()


async def kill_database(servers: Servers, serving: Process) -> None:
    servers.mongo.kill()
    await asyncio.sleep(0.3)
    await servers.mongo.start()


async def survive(path: Path, tickets: int, blows: list[Blow], seed: int) -> None:
    """Emit while the blows fall at random moments, then compare every ticket in every place."""
    chance = random.Random(seed)
    emissions = traffic(tickets, chance)
    changes = {"max_deliveries": 20, "log_level": "DEBUG"}
    async with (
        impatient(path) as servers,
        collecting_spans() as spans,
        process(servers, SERVED, path / "serving.log", otlp_endpoint=spans.url, **changes) as serving,
    ):
        emitter = Emitter(await servers.client("h12345"), servers.region)
        share = len(emissions) // (len(blows) + 1) + 1
        for position, blow in enumerate(blows):
            part = emissions[position * share : (position + 1) * share]
            emitting = asyncio.create_task(emitter.emit_all(part, over=0.6))
            await asyncio.sleep(chance.uniform(0.02, 0.6))
            await blow(servers, serving)
            await emitting
        await emitter.emit_all(emissions[len(blows) * share :])
        await settled(servers, HOTLINE, 300)
        assert serving.alive
        await everything_once(servers, tickets)
        answered = await answers(servers)
        await every_emission_answered(servers, answered)
        assert await serving.stop() == 0, "the last spans are exported at the stop"
        await nothing_personal_outside_the_papers(servers, serving.log, answered, spans)


async def everything_once(servers: Servers, tickets: int) -> None:
    cases, views = Store(servers.mongo.url, "zwgk_hotline"), Store(servers.mongo.url, "zwgk_readmodel")
    try:
        held = {document["_id"]: document for document in await cases.collection("cases").find({"kind": "ticket"})}
        seen = {
            document["id"]: document for document in await views.collection("views_1").find({"type": "hotline.ticket"})
        }
    finally:
        await asyncio.gather(cases.close(), views.close())
    states = {id: KIND.read(entry["text"] for entry in document["facts"])[0] for id, document in held.items()}
    numbers = Counter(case.ticket_no for case in states.values())
    assert numbers == Counter(f"T-{number}" for number in range(tickets)), "a ticket is missing or there twice"
    for case in states.values():
        assert case.revision == (2 if int(case.ticket_no[2:]) % 10 == 0 else 1)
    assert seen.keys() == held.keys()
    for id, view in seen.items():
        assert (view["epoch"], view["version"]) == (held[id]["epoch"], held[id]["version"])
        assert Ticket.model_validate(view["record"]) == record(states[id])
    events = await stored(servers, "EVENTS", f"zwgk.{servers.region}.evt.internal.hotline.ticket.")
    assert len({message.headers["Nats-Msg-Id"] for message in events}) == len(events), "an event was told twice"
    accepted = Counter(message.subject.rsplit(".", 1)[-1] for message in events if ".accepted." in message.subject)
    assert accepted == Counter(held.keys())


async def nothing_personal_outside_the_papers(
    servers: Servers, log: Path, answered: list[Stored], spans: Spans
) -> None:
    """Each ticket carries marks in its personal fields: they may stand in the sealed papers, nowhere else."""
    messages = [*answered, *[each for name in ("EVENTS", "PARKED") for each in await stored(servers, name)]]
    texts = {f"{n} {each.subject}": each.text for n, each in enumerate(messages)}
    texts |= {str(path): path.read_bytes() for path in (log, servers.nats.log, servers.mongo.log)}
    texts |= {f"span {n}": body for n, body in enumerate(spans.bodies)}
    assert spans.bodies
    assert personal(texts) == []


async def every_emission_answered(servers: Servers, given: list[Stored]) -> None:
    js = (await servers.client("operator")).jetstream(timeout=10)
    emitted = (await js.stream_info("INTAKE")).state.last_seq
    answered = Counter(int(message.subject.rsplit(".", 1)[-1]) for message in given)
    assert answered == Counter(range(1, emitted + 1)), "an emission has no answer or two"
    outcomes = Counter(json.loads(message.data)["outcome"] for message in given)
    assert set(outcomes) <= {"accepted", "updated", "repeated", "ignored"}
    assert await stored(servers, "PARKED") == []


@pytest.mark.timeout(170)
async def test_nothing_is_lost_or_doubled_by_crashes(tmp_path: Path) -> None:
    await survive(tmp_path, 200, [kill_service, kill_nats, kill_service, kill_database, kill_service], seed=1)


@pytest.mark.faults
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("blow", "times"), [(kill_service, 20), (kill_nats, 5), (kill_database, 5)], ids=["service", "nats", "database"]
)
async def test_nothing_is_lost_or_doubled_by_many_crashes(tmp_path: Path, blow: Blow, times: int) -> None:
    await survive(tmp_path, 2000, [blow] * times, seed=times)

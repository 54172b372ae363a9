"""Ten thousand tickets as a hotline really emits them, and a service that dies: every well-formed ticket once, every
emission answered, counts exact."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chassis.store import Store
from contracts.base import Role
from contracts.hotline import figures as c
from services.hotline.domain import KIND
from tests.faults.crashing import HOTLINE, Emitter, answers, impatient, process, settled, stored, ticket
from tests.servers import MORNING, Servers

DUPLICATES, REORDERED, MALFORMED = 0.20, 0.10, 0.02


def traffic(count: int, chance: random.Random) -> tuple[list[dict[str, Any] | bytes], set[str]]:
    """Emissions in the order in which they come, and the tickets that must be there in the end.

    A fifth comes twice; a tenth has two revisions, of which the higher comes first; one in fifty cannot be read or
    breaks a rule."""
    emissions: list[tuple[float, dict[str, Any] | bytes]] = []
    good: set[str] = set()
    for n in range(count):
        number, body = f"F-{n}", ticket(f"F-{n}")
        if chance.random() < MALFORMED:
            wrong: list[dict[str, Any] | bytes] = [
                b'{"ticket_no": ',
                {**body, "kind": "抱怨"},
                {**body, "channel": "鸽子"},
            ]
            emissions.append((n, wrong[n % 3]))
            continue
        good.add(number)
        emissions.append((n, body))
        if chance.random() < DUPLICATES:
            emissions.append((n + chance.uniform(0, 50), body))
        if chance.random() < REORDERED:
            emissions.append((n - chance.uniform(0, 50), ticket(number, 2, content="更正后的内容")))
    return [body for _, body in sorted(emissions, key=lambda each: each[0])], good


async def survive(path: Path, tickets: int, kills: int, seed: int) -> None:
    """Emit while the service dies at random moments, then count."""
    chance = random.Random(seed)
    emissions, good = traffic(tickets, chance)
    async with (
        impatient(path) as servers,
        process(servers, ["hotline"], path / "serving.log", max_deliveries=20) as serving,
    ):
        emitter = Emitter(await servers.client("h12345"), servers.region)
        share = len(emissions) // (kills + 1) + 1
        for first in range(0, len(emissions), share):
            emitting = asyncio.create_task(_emit(emitter, emissions[first : first + share]))
            if first + share < len(emissions):
                await asyncio.sleep(chance.uniform(0.05, 0.8))
                serving.kill()
                await serving.start()
            await emitting
        await settled(servers, HOTLINE[:2], 600)
        assert serving.alive
        revised = {each["ticket_no"] for each in emissions if isinstance(each, dict) and each["revision"] == 2}
        await _every_ticket_once(servers, good, revised)
        await _every_emission_answered(servers, len(emissions), len(good))
        await _counts_exact(servers, len(good))


async def _emit(emitter: Emitter, bodies: list[dict[str, Any] | bytes]) -> None:
    for first in range(0, len(bodies), 50):
        await asyncio.gather(*(emitter.emit(body) for body in bodies[first : first + 50]))


async def _every_ticket_once(servers: Servers, good: set[str], revised: set[str]) -> None:
    store = Store(servers.mongo.url, "zwgk_hotline")
    try:
        documents = await store.collection("cases").find({"kind": "ticket"})
    finally:
        await store.close()
    cases = [KIND.read(entry["text"] for entry in document["facts"])[0] for document in documents]
    assert Counter(case.ticket_no for case in cases) == Counter(good)
    assert {case.ticket_no for case in cases if case.revision == 2} == revised
    accepted = [each.subject for each in await stored(servers, "EVENTS") if ".hotline.ticket.accepted." in each.subject]
    assert len(accepted) == len(set(accepted)) == len(good)


async def _every_emission_answered(servers: Servers, emitted: int, good: int) -> None:
    """By the sequence of the emission: one answer each. Rejections name the emission where its body says it. An
    emission that was delivered twice may have been published twice by the emitter: each of these has its answer."""
    last = (await (await servers.client("operator")).jetstream().stream_info("INTAKE")).state.last_seq
    given = await answers(servers)
    assert Counter(int(each.subject.rsplit(".", 1)[-1]) for each in given) == Counter(range(1, last + 1))
    assert last >= emitted
    told = [json.loads(each.data) for each in given]
    assert {each["outcome"] for each in told} <= {"accepted", "updated", "repeated", "ignored", "rejected"}
    assert len({each["case"] for each in told if each["case"]}) == good
    refused = [each for each in told if each["outcome"] == "rejected"]
    assert {(each["field"], bool(each["emission"])) for each in refused} == {
        (None, False),
        ("kind", True),
        ("channel", True),
    }
    assert all(each["reason"] for each in refused)


async def _counts_exact(servers: Servers, good: int) -> None:
    desk, day = await servers.asker(), MORNING.date()
    query = c.Statistics(first=day, last=day, by="kind")
    table = await desk(query, c.StatisticsTable, roles=[Role.SUPERVISOR], timeout=60)
    assert (table.total.received, [row.received for row in table.rows]) == (good, [good])


@pytest.mark.timeout(170)
async def test_a_hotline_of_three_hundred_and_one_death(tmp_path: Path) -> None:
    await survive(tmp_path, 300, 1, seed=3)


@pytest.mark.faults
@pytest.mark.timeout(1800)
async def test_a_hotline_of_ten_thousand_and_ten_deaths(tmp_path: Path) -> None:
    await survive(tmp_path, 10_000, 10, seed=10)

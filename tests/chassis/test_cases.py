"""Load, decide, append: on the real database, with both drivers."""

import asyncio
import json
from dataclasses import replace

import pytest

from chassis import chain
from chassis.actors import Expected
from chassis.cases import MAX_FACTS, Held, Opening, Step
from kernel.refused import Refused
from tests.chassis.conftest import Bench, cause
from tests.chassis.toy import Opened, Put, put


async def opened(bench: Bench, id: str) -> None:
    await bench.cases.open(id, [Opened(id=id)], cause())


async def test_a_case_is_opened_changed_and_read(bench: Bench) -> None:
    await opened(bench, "a")
    after = await bench.cases.execute("a", lambda jar: put(jar, 3), cause())
    held = await bench.cases.load("a")
    assert (after.version, held.version, held.state.coins) == (2, 2, 3)
    assert [(case, version, len(outbox)) for case, version, outbox in bench.told] == [("a", 1, 1), ("a", 2, 1)]


async def test_opening_twice_by_one_origin_is_one_case(bench: Bench) -> None:
    first = await bench.cases.open("b-1", [Opened(id="b-1")], cause(), origin="door:7")
    second = await bench.cases.open("b-2", [Opened(id="b-2")], cause(), origin="door:7")
    assert (first.id, second.id, second.repeated) == ("b-1", "b-1", True)
    assert await bench.cases.count({}) == 1


async def test_many_are_opened_in_one_write_and_the_known_are_told_apart(bench: Bench) -> None:
    await bench.cases.open("c-1", [Opened(id="c-1")], cause(), origin="o1")
    openings = [Opening(f"c-{n}", [Opened(id=f"c-{n}")], cause(), f"o{n}") for n in range(1, 6)]
    held = await bench.cases.open_many(openings)
    assert [None if each is None else each.id for each in held] == [None, "c-2", "c-3", "c-4", "c-5"]
    assert set(await bench.cases.by_origin(["o1", "o5", "o9"])) == {"o1", "o5"}


async def test_concurrent_decisions_all_count(bench: Bench) -> None:
    await opened(bench, "d")
    await asyncio.gather(*(bench.cases.execute("d", lambda jar: put(jar, 1), cause()) for _ in range(12)))
    held = await bench.cases.load("d")
    assert (held.state.coins, held.version) == (12, 13)


async def test_a_cause_is_decided_once_and_answered_with_what_was_decided(bench: Bench) -> None:
    await opened(bench, "e")
    first = await bench.cases.execute("e", lambda jar: put(jar, 5), cause("key-1"))
    await bench.cases.execute("e", lambda jar: put(jar, 1), cause("key-2"))
    again = await bench.cases.execute("e", lambda jar: put(jar, 5), cause("key-1"))
    assert again.repeated
    assert not first.repeated
    assert list(again.facts) == [Put(coins=5)]
    assert (await bench.cases.load("e")).state.coins == 6


async def test_a_decision_on_another_version_than_the_present_one_is_refused(bench: Bench) -> None:
    await opened(bench, "x")
    seen = replace(cause("one"), expects=Expected("x", 1))
    await bench.cases.execute("x", lambda jar: put(jar, 5), seen)
    await bench.cases.execute("x", lambda jar: put(jar, 1), replace(seen, id="one:again"))
    with pytest.raises(Refused, match="已有变动") as refused:
        await bench.cases.execute("x", lambda jar: put(jar, 5), replace(cause(), expects=Expected("x", 2)))
    assert refused.value.code == "version_changed"
    repeated = await bench.cases.execute("x", lambda jar: put(jar, 5), replace(seen, expects=Expected("x", 1)))
    assert (repeated.repeated, (await bench.cases.load("x")).state.coins) == (True, 6)
    (other,) = await bench.cases.execute_many(
        [Step("x", lambda jar: put(jar, 1), replace(cause(), expects=Expected("y", 9)))]
    )
    assert isinstance(other, Held)


async def test_many_decisions_are_one_write_and_each_is_refused_by_itself(bench: Bench) -> None:
    for id in ("m-1", "m-2"):
        await opened(bench, id)
    first = Step("m-1", lambda jar: put(jar, 5), cause("many-1"))
    steps = [first, Step("m-2", lambda jar: [], cause()), Step("m-9", lambda jar: put(jar, 1), cause())]
    steps += [Step("m-2", lambda jar: put(jar, 2), cause())]
    results = await bench.cases.execute_many(steps)
    assert [each.code if isinstance(each, Refused) else each.state.coins for each in results] == [5, 0, "not_found", 2]
    (again,) = await bench.cases.execute_many([first])
    assert isinstance(again, Held)
    assert (again.repeated, list(again.facts)) == (True, [Put(coins=5)])
    assert [(case, version) for case, version, _ in bench.told[2:]] == [("m-1", 2), ("m-2", 2)]


async def test_many_decisions_at_once_all_count(bench: Bench) -> None:
    ids = [f"n-{n}" for n in range(5)]
    for id in ids:
        await opened(bench, id)

    async def all_of_them() -> None:
        await bench.cases.execute_many([Step(id, lambda jar: put(jar, 1), cause()) for id in ids])

    await asyncio.gather(*(all_of_them() for _ in range(6)))
    held = await bench.cases.load_many([*ids, "n-9"])
    assert {id: each.state.coins for id, each in held.items()} == dict.fromkeys(ids, 6)


async def test_a_refusal_changes_nothing_and_an_unknown_case_is_refused(bench: Bench) -> None:
    await opened(bench, "f")
    with pytest.raises(Refused, match="满"):
        await bench.cases.execute("f", lambda jar: put(jar, 1001), cause())
    with pytest.raises(Refused) as unknown:
        await bench.cases.execute("nobody", lambda jar: put(jar, 1), cause())
    assert unknown.value.code == "not_found"
    assert (await bench.cases.load("f")).version == 1


async def test_a_case_that_has_grown_too_long_says_so(bench: Bench) -> None:
    await opened(bench, "g")
    many = [Put(coins=1)] * (MAX_FACTS - 1)
    await bench.cases.execute("g", lambda jar: many[:90], cause())
    await bench.cases.execute("g", lambda jar: many[:90], cause())
    with pytest.raises(Refused) as full:
        await bench.cases.execute("g", lambda jar: many[:20], cause())
    assert full.value.code == "case_full"


async def test_an_event_larger_than_the_bus_takes_is_refused_before_the_commit(bench: Bench) -> None:
    await opened(bench, "h")
    with pytest.raises(Refused) as large:
        await bench.cases.execute("h", lambda jar: put(jar, 1, "长" * 100_000), cause())
    assert large.value.code == "too_large"
    assert (await bench.cases.load("h")).version == 1


async def test_a_changed_byte_in_a_stored_fact_is_found(bench: Bench) -> None:
    await opened(bench, "i")
    for _ in range(3):
        await bench.cases.execute("i", lambda jar: put(jar, 1), cause())
    entries = await bench.cases.entries("i")
    assert chain.broken_at(entries) is None
    stored = json.loads(entries[2]["text"])
    entries[2]["text"] = chain.canonical({**stored, "data": {"coins": 9, "note": ""}})
    assert chain.broken_at(entries) == 2


async def test_retelling_gives_the_same_state_a_higher_epoch(bench: Bench) -> None:
    await opened(bench, "j")
    await bench.cases.execute("j", lambda jar: put(jar, 4), cause())
    await bench.cases.retell("j", 1_800_000_000, cause().now)
    held = await bench.cases.load("j")
    assert (held.epoch, held.version, held.state.coins) == (1_800_000_000, 3, 4)
    told = json.loads(bench.told[-1][2][0].body)
    assert (told["epoch"], told["version"], told["record"]["coins"]) == (1_800_000_000, 3, 4)


async def test_cases_are_found_by_index_values(bench: Bench) -> None:
    for n in range(3):
        await opened(bench, f"k{n}")
        await bench.cases.execute(f"k{n}", lambda jar, n=n: put(jar, n + 1), cause())  # type: ignore[misc]
    found = await bench.cases.find({"coins": {"$gte": 2}}, sort=[("coins", -1)])
    assert [held.id for held in found] == ["k2", "k1"]

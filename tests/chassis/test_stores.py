"""Papers, numbers, calendars and alarms on the real database."""

import asyncio
from datetime import date, timedelta

import pytest
from pydantic import BaseModel

from chassis import numbers as number_store
from chassis.actors import Actor
from chassis.alarms import Alarms
from chassis.calendars import Calendars
from chassis.numbers import Numbers
from chassis.papers import Keys, Paper, Papers
from kernel.calendar import Notice, Rest
from kernel.refused import Refused
from tests.chassis.conftest import Bench, cause
from tests.chassis.toy import LATER, Opened
from tests.servers import MORNING

OLD = "old:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
NEW = "new:" + "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
CLERK = Actor("person", "wang", "王五")


class Letter(BaseModel):
    applicant: str


def papers(bench: Bench, keys: str) -> Papers:
    return Papers(bench.store.collection("papers"), bench.store.collection("audit"), Keys(keys))


async def test_a_paper_is_stored_encrypted_read_with_an_audit_and_erased(bench: Bench) -> None:
    kept = papers(bench, OLD)
    await kept.put([Paper("p1", "case-1", "letter", Letter(applicant="示例甲"))], MORNING)
    stored = await bench.store.collection("papers").find_one({"_id": "p1"})
    assert stored is not None
    assert "示例甲".encode() not in bytes(stored["sealed"])
    assert (await kept.read("p1", Letter, CLERK, "办理申请", MORNING)).applicant == "示例甲"
    (reading,) = await kept.readings(["p1"])
    assert (reading["by"]["name"], reading["purpose"]) == ("王五", "办理申请")
    assert await kept.erase("case-1") == 1
    with pytest.raises(Refused) as gone:
        await kept.read("p1", Letter, CLERK, "再看", MORNING)
    assert gone.value.code == "paper_erased"
    assert len(await kept.readings(["p1"])) == 2, "an attempt to read is kept too"


async def test_keys_are_rotated_and_digests_stay(bench: Bench) -> None:
    before = papers(bench, OLD)
    await before.put([Paper("p2", "case-2", "letter", Letter(applicant="示例乙"))], MORNING)
    after = papers(bench, f"{NEW},{OLD}")
    await after.put([Paper("p3", "case-2", "letter", Letter(applicant="示例丙"))], MORNING)
    assert (await after.read("p2", Letter, CLERK, "核对", MORNING)).applicant == "示例乙"
    assert after.keys.digest("示例乙") == before.keys.digest("示例乙")
    with pytest.raises(Refused) as unknown:
        await before.read("p3", Letter, CLERK, "核对", MORNING)
    assert unknown.value.code == "papers_key_unknown"


async def test_a_paper_moved_to_another_id_or_changed_is_noticed(bench: Bench) -> None:
    kept = papers(bench, OLD)
    await kept.put([Paper("p4", "c", "letter", Letter(applicant="示例丁"))], MORNING)
    stored = await bench.store.collection("papers").find_one({"_id": "p4"})
    assert stored is not None
    await bench.store.collection("papers").insert_one({**stored, "_id": "p5"})
    with pytest.raises(Refused) as damaged:
        await kept.read("p5", Letter, CLERK, "核对", MORNING)
    assert damaged.value.code == "papers_damaged"


@pytest.mark.parametrize("text", ["", "1:", "1:abc", "1:" + "QUFB", ":" + OLD.partition(":")[2]])
def test_unusable_keys_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        Keys(text)


async def test_claimed_numbers_have_no_gap_and_no_repeat_under_concurrency(bench: Bench) -> None:
    claimed = bench.store.collection("numbers")
    await number_store.create_indexes(claimed)
    numbers = Numbers(claimed, bench.store.collection("counters"))
    others = Numbers(claimed, bench.store.collection("counters"))
    cases = [f"doc-{n % 20}" for n in range(40)]
    each = (numbers if n % 3 else others for n in range(40))
    given = await asyncio.gather(*(store.claim("bgs/2026", [case]) for store, case in zip(each, cases, strict=True)))
    numbered = {case: n for one in given for case, n in one.items()}
    assert sorted(numbered.values()) == list(range(1, 21))
    assert [one[case] for one, case in zip(given, cases, strict=True)] == [numbered[case] for case in cases]
    together = await others.claim("bgs/2026", ["new", "doc-3", "newer"])
    assert together["doc-3"] == numbered["doc-3"]
    assert {together["new"], together["newer"]} == {21, 22}, "who remembers an old number may give them in either order"
    assert await numbers.claim("fgj/2026", ["doc-3"]) == {"doc-3": 1}


async def test_a_reserved_number_is_not_given_again(bench: Bench) -> None:
    claimed = bench.store.collection("numbers")
    await number_store.create_indexes(claimed)
    numbers = Numbers(claimed, bench.store.collection("counters"))
    assert await numbers.reserve("s", 5, "imported")
    assert await numbers.reserve("s", 5, "imported")
    assert not await numbers.reserve("s", 5, "another")
    assert await numbers.claim("s", ["next"]) == {"next": 6}


async def test_blocks_of_running_numbers_do_not_overlap(bench: Bench) -> None:
    numbers = Numbers(bench.store.collection("numbers"), bench.store.collection("counters"))
    firsts = await asyncio.gather(*(numbers.block("RX/2026", 10) for _ in range(8)))
    assert len(set(firsts)) == 8
    assert all(first % 10 == 1 for first in firsts)


async def test_a_loaded_notice_rules_in_every_replica(bench: Bench) -> None:
    notice = Notice(
        year=2031,
        number="示例〔2030〕1号",
        rest=tuple(
            Rest(name=name, first=first, last=last)
            for name, first, last in (
                ("元旦", date(2031, 1, 1), date(2031, 1, 3)),
                ("春节", date(2031, 1, 22), date(2031, 1, 28)),
                ("清明节", date(2031, 4, 5), date(2031, 4, 5)),
                ("劳动节", date(2031, 5, 1), date(2031, 5, 5)),
                ("端午节", date(2031, 6, 24), date(2031, 6, 24)),
                ("中秋节、国庆节", date(2031, 10, 1), date(2031, 10, 8)),
            )
        ),
        makeup=(date(2031, 1, 19),),
    )
    here, there = (Calendars(bench.store.collection("notices")) for _ in range(2))
    assert here.current.day(date(2031, 1, 2)).provisional
    await here.add(notice)
    await there.refresh()
    assert not there.current.is_workday(date(2031, 1, 2))
    assert there.current.is_workday(date(2031, 1, 19))
    assert here.current.version == there.current.version


async def test_a_due_case_is_woken_once_by_any_number_of_replicas(bench: Bench) -> None:
    calendars = Calendars(bench.store.collection("notices"))
    soon = MORNING + timedelta(minutes=5)
    await bench.cases.open("w", [Opened(id="w", wakes_at=soon)], cause())
    await bench.cases.open("x", [Opened(id="x", wakes_at=MORNING + LATER)], cause())

    class Clock:
        def __init__(self) -> None:
            self.time = MORNING

        def now(self) -> object:
            return self.time

    clock = Clock()
    replicas = [
        Alarms(bench.cases.collection, {"jar": bench.cases}, clock, calendars, 1)  # type: ignore[arg-type]
        for _ in range(3)
    ]
    assert [await each.ring() for each in replicas] == [0, 0, 0]
    clock.time = soon
    await asyncio.gather(*(each.ring() for each in replicas))
    assert (await bench.cases.load("w")).state.rings == 1
    assert (await bench.cases.load("x")).state.rings == 0
    assert await replicas[0].ring() == 0


async def test_an_older_notice_that_comes_late_does_not_undo_its_correction(bench: Bench) -> None:
    calendars = Calendars(bench.store.collection("notices"))
    shipped = calendars.current.day(date(2026, 1, 4))
    corrected = Notice.model_validate(
        {
            "year": 2026,
            "number": "示例〔2026〕2号",
            "rest": [
                {"name": "元旦", "first": "2026-01-01", "last": "2026-01-04"},
                {"name": "春节", "first": "2026-02-15", "last": "2026-02-23"},
                {"name": "清明节", "first": "2026-04-04", "last": "2026-04-06"},
                {"name": "劳动节", "first": "2026-05-01", "last": "2026-05-05"},
                {"name": "端午节", "first": "2026-06-19", "last": "2026-06-21"},
                {"name": "中秋节", "first": "2026-09-25", "last": "2026-09-27"},
                {"name": "国庆节", "first": "2026-10-01", "last": "2026-10-07"},
            ],
        }
    )
    older = corrected.model_copy(update={"number": "示例〔2026〕1号", "makeup": (date(2026, 1, 4),), "rest": ()})
    await calendars.add(corrected, 0, 2)
    await calendars.add(older, 0, 1)
    assert shipped.working
    assert not calendars.current.is_workday(date(2026, 1, 4))
    assert calendars.current.day(date(2026, 1, 4)).source == "示例〔2026〕2号"

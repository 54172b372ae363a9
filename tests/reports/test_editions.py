"""A report as it stood on any day: editions of requests and documents, whatever the order in which events come."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.handlers import Heard
from contracts.requests.procedure import RequestChanged
from contracts.requests.terms import ApplicantClass, Channel, Outcome, Request, Result
from services.readmodel.handlers import ReadModel, hear
from services.readmodel.reports import editions
from services.readmodel.reports.annual import make
from services.readmodel.reports.counted import RequestCount
from services.readmodel.reports.counting import Period
from services.readmodel.reports.editions import Shelf, bind
from services.readmodel.reports.form import ROWS, TOTAL
from services.readmodel.reports.proactive import normative
from tests.readmodel.telling import EPOCH, alone, document, heard, published, retold
from tests.servers import MORNING, Servers

LATER = MORNING + timedelta(days=30)


def request(id: str, closed: date | None = None, **changes: Any) -> Request:
    """A request received on 2026-11-02, with its result where it has one."""
    result = Result(outcome=Outcome.OPEN_PROVIDE, row="r03", closed_on=closed, on_time=True) if closed else None
    given: dict[str, Any] = {
        "id": id,
        "title": "政府信息公开申请（当面，自然人）",
        "state": "replied" if closed else "processing",
        "state_label": "已答复" if closed else "办理中",
        "open": closed is None,
        "agency": "czj",
        "opened_at": MORNING,
        "channel": Channel.COUNTER,
        "applicant_class": ApplicantClass.PERSON,
        "arrived_on": date(2026, 11, 2),
        "received_on": date(2026, 11, 2),
        "results": (result,) if result else (),
    }
    return Request(**(given | changes))


def told(record: Request, version: int, at: datetime, epoch: int = EPOCH) -> Heard:
    return heard(RequestChanged(record=record), version, epoch=epoch, at=at)


@asynccontextmanager
async def reading(servers: Servers) -> AsyncIterator[ReadModel]:
    """A read model of its own, with its reports on the same empty database."""
    async with alone(servers) as model:
        yield replace(model, reports=replace(model.reports, generations=model.generations, shelf=Shelf()))


async def standing(model: ReadModel, day: str) -> dict[str, Any]:
    cases, _ = await model.reports.shelf.standing(await model.generations.current(), day)
    return dict(cases)


async def rows(model: ReadModel, day: str) -> set[str]:
    """Rows of table 2 for the agency, as of a day."""
    report = make(await model.reports.inputs(2026, "czj", date.fromisoformat(day))).report
    return {key for key, label in ROWS.items() if report["table2"][label][TOTAL]}


async def test_a_result_entered_later_was_not_known_before(servers: Servers) -> None:
    async with reading(servers) as model:
        await hear(model, [told(request("Q-1"), 1, MORNING.replace(day=2))])
        await hear(model, [told(request("Q-1", date(2026, 11, 5)), 2, MORNING.replace(day=8))])
        assert await standing(model, "2026-11-01") == {}
        assert await rows(model, "2026-11-07") == {"r01", "r25"}
        assert await rows(model, "2026-11-08") == {"r01", "r03", "r24"}


async def test_the_end_of_the_day_counts_in_china(servers: Servers) -> None:
    late = MORNING.replace(day=2, hour=23, minute=59)
    async with reading(servers) as model:
        await hear(model, [told(request("Q-1"), 1, late), told(request("Q-1", date(2026, 11, 3)), 2, late)])
        await hear(model, [told(request("Q-2"), 1, late + timedelta(minutes=1))])
        assert {id: each.row for id, each in (await standing(model, "2026-11-02")).items()} == {"Q-1": "r03"}
        assert set(await standing(model, "2026-11-03")) == {"Q-1", "Q-2"}


async def test_an_old_ledger_was_known_before_the_platform_heard_of_it(servers: Servers) -> None:
    imported = request("Q-1", date(2026, 11, 5), ledger_id="旧-1")
    async with reading(servers) as model:
        await hear(model, [told(imported, 1, LATER), told(request("Q-2", date(2026, 11, 5)), 1, LATER)])
        assert await rows(model, "2026-11-04") == {"r01", "r25"}
        assert await rows(model, "2026-11-05") == {"r01", "r03", "r24"}
        assert set(await standing(model, "2026-11-05")) == {"Q-1"}


async def test_what_was_public_before_the_platform_heard_of_it_counts_from_its_own_day(servers: Servers) -> None:
    async with reading(servers) as model:
        stock = heard(published(document("D-1", day=5)), 1, at=LATER)
        taken_down = heard(published(document("D-2", day=5, withdrawn=True)), 1, at=LATER)
        await hear(model, [stock, taken_down, heard(published(document("D-3", day=9)), 1, at=MORNING.replace(day=9))])
        for day, count in (("2026-11-04", 0), ("2026-11-05", 1), ("2026-11-08", 1), ("2026-11-09", 2)):
            _, documents = await model.reports.shelf.standing(await model.generations.current(), day)
            assert len([each for each in documents if each.agency]) == count


async def test_what_a_restored_owner_no_longer_tells_is_not_counted(servers: Servers) -> None:
    async with reading(servers) as model:
        await hear(model, [told(request(id), 1, MORNING) for id in ("Q-1", "Q-2")])
        assert set(await standing(model, "2026-11-23")) == {"Q-1", "Q-2"}
        await hear(model, [told(request("Q-1"), 2, LATER, EPOCH + 5)])
        await hear(model, [heard(retold("requests", LATER), 1, epoch=EPOCH + 5, at=LATER)])
        assert set(await standing(model, "2026-11-23")) == {"Q-1"}


def history() -> list[Heard]:
    """Two requests over some days, each version another state."""
    first = [request("Q-1"), request("Q-1", agency="fgj"), request("Q-1", date(2026, 11, 9))]
    days = [2, 2, 9]
    events = [
        told(each, at, MORNING.replace(day=day)) for at, (each, day) in enumerate(zip(first, days, strict=True), 1)
    ]
    return [*events, told(request("Q-2"), 1, MORNING.replace(day=3))]


async def fed(model: ReadModel, events: Sequence[Heard], size: int) -> dict[str, Any]:
    for first in range(0, len(events), size):
        await hear(model, events[first : first + size])
    return {day: await standing(model, day) for day in ("2026-11-01", "2026-11-02", "2026-11-03", "2026-11-30")}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_disorder_and_repetition_change_no_day(servers: Servers, data: st.DataObject) -> None:
    events = history()
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeats]))
    async with reading(servers) as straight, reading(servers) as crooked:
        expected = await fed(straight, events, 1)
        assert await fed(crooked, shuffled, data.draw(st.integers(1, 5))) == expected
        assert isinstance(expected["2026-11-02"]["Q-1"], RequestCount)
        assert expected["2026-11-02"]["Q-1"].agency == "fgj"


async def test_bound_sheets_say_what_the_loose_ones_said(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "BOUND_SHEETS", 4)
    async with reading(servers) as model:
        expected = await fed(model, [*history(), *history()], 1)
        generation = await model.generations.current()
        assert [await bind(generation) for _ in range(4)] == [4, 4, 2, 0]
        assert await generation.editions.count({}) == 1
        again = replace(model, reports=replace(model.reports, shelf=Shelf()))
        assert await fed(again, [], 1) == expected


async def test_normative_documents_are_counted_from_publication(servers: Servers) -> None:
    rule = {"category": "法规公文", "keywords": ("规范性文件",), "formed_on": date(2026, 11, 1)}
    ended = rule | {"validity": "废止", "ended_on": date(2026, 11, 20), "formed_on": date(2025, 1, 1)}
    async with reading(servers) as model:
        await hear(
            model,
            [
                heard(published(document("D-1", metadata=rule)), 1),
                heard(published(document("D-2", metadata=ended)), 1),
                heard(published(document("D-3", metadata={"category": "法规公文"})), 1),
                heard(published(document("D-4", metadata=rule, withdrawn=True)), 1),
            ],
        )
        _, found = await model.reports.shelf.standing(await model.generations.current(), "2026-11-23")
        table = normative(found, Period.of(2026, date(2026, 12, 31)))
        assert table == {"行政规范性文件": {"本年制发件数": 1, "本年废止件数": 1, "现行有效件数": 1}}
        before = normative(found, Period.of(2026, date(2026, 11, 19)))["行政规范性文件"]
        assert (before["本年废止件数"], before["现行有效件数"]) == (0, 2)

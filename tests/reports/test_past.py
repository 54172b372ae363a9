"""Bulletins, boards and lists as of a past day, whatever the order in which events come."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.handlers import Heard
from chassis.rpc import Asker
from chassis.tasks import end
from contracts import sitewatch
from contracts.publication.catalogue import CatalogueItem, Change, ItemAdded
from contracts.publication.takedown import ItemWithdrawn, Tombstone
from contracts.readmodel import reports as c
from kernel.calendar import end_of_day
from kernel.refused import Refused
from services.readmodel import past
from services.readmodel.board import Board
from services.readmodel.handlers import ReadModel, hear
from services.readmodel.reports.bulletins.handlers import report
from tests.readmodel.telling import EPOCH, READER, changed, document, heard, published, retold, ticket
from tests.reports.test_editions import reading
from tests.servers import MORNING, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TICKET = "hotline.ticket"
DUE = end_of_day(date(2026, 11, 5))


def on(day: int) -> datetime:
    return MORNING.replace(day=day)


def told(id: str, version: int, day: int, **changes: Any) -> Heard:
    return heard(changed(ticket(id, DUE, opened_at=on(2), **changes)), version, at=on(day))


def history() -> list[Heard]:
    """A ticket that is taken in on the 2nd, due on the 5th, handed on on the 6th and done on the 9th; another comes on
    the 4th."""
    done: dict[str, Any] = {"open": False, "state": "closed", "state_label": "已办结"}
    return [
        told("T-1", 1, 2),
        told("T-2", 1, 4, agency="czj"),
        told("T-1", 2, 6, agency="czj"),
        told("T-1", 3, 9, agency="czj", **done),
    ]


async def made(model: ReadModel, name: c.ReportName, day: int | None = None, **options: Any) -> dict[str, Any]:
    as_of = on(day).date() if day else None
    return (await report(model, c.GetReport(report=name, as_of=as_of, **options), READER)).data


async def late(model: ReadModel, day: int | None) -> set[tuple[str, str]]:
    return {(item["id"], item["agency"]) for item in (await made(model, "overdue", day))["items"]}


async def nobody_answers(*_: Any) -> Any:
    raise Refused("unavailable", "服务未运行。")


async def test_lists_and_boards_stand_as_they_stood(servers: Servers) -> None:
    async with reading(servers) as model:
        await hear(model, history())
        assert [await late(model, day) for day in (4, 5)] == [set(), set()]
        assert await late(model, 6) == {("T-1", "czj"), ("T-2", "czj")}
        assert await late(model, 9) == await late(model, 22) == await late(model, None) == {("T-2", "czj")}
        assert [item["id"] for item in (await made(model, "clocks", 3))["items"]] == ["T-1"]
        assert (await made(model, "clocks", 3))["until"] == "2026-11-17"
        counts = [await made(model, "progress", day, type=TICKET) for day in (2, 4, 9, None)]
        assert [(each["total"], each["done"], each["overdue"]) for each in counts] == [
            (1, 0, 0), (2, 0, 0), (2, 1, 1), (2, 1, 1),
        ]  # fmt: skip
        for day, unit, ids in ((8, "", []), (9, "", ["T-1"]), (None, "czj", ["T-1"]), (None, "jtj", [])):
            shown = await made(model, "progress", day, type=TICKET, agency=unit)
            assert [(item["id"], item["title"]) for item in shown["finished"]] == [
                (id, "求助 · 城市管理") for id in ids
            ]
        public = await made(model, "progress", type=TICKET, public=True)
        assert (public["done"], public["finished"], public["items"]) == (1, [], [])
        model = replace(model, reports=replace(model.reports, ask=nobody_answers))
        units = {row["agency"]: row for row in (await made(model, "scoreboard", 6, year=2026))["units"]}
        assert (units["czj"]["overdue"], units["czj"]["tickets"], units["jtj"]["overdue"]) == (2, None, 0)


async def test_a_day_before_all_records_and_one_to_come_are_refused(servers: Servers) -> None:
    async with reading(servers) as model:
        await hear(model, history())
        for name, options, code in (
            ("overdue", {"as_of": date(2026, 11, 1)}, "day_unknown"),
            ("opinion", {"as_of": date(2026, 11, 1), "year": 2026}, "day_unknown"),
            ("overdue", {"as_of": date(2026, 11, 24)}, "day_ahead"),
            ("hotline", {"as_of": date(2026, 11, 24), "year": 2026}, "day_ahead"),
            ("site-year", {"as_of": date(2026, 11, 1), "year": 2026}, "day_unknown"),
        ):
            with pytest.raises(Refused) as caught:
                await report(model, c.GetReport(report=name, **options), READER)
            assert caught.value.code == code
            assert caught.value.remedy


def finding(state: str, *, open_: bool, version: int, day: int) -> Heard:
    record = sitewatch.Finding(
        id="WZ-1", title="栏目不更新", state=state, state_label=state, open=open_, agency="bgs", opened_at=on(3),
        due_at=end_of_day(date(2026, 11, 10)), site="WD-1", site_name="示例县人民政府", indicator="W-V4",
        indicator_title="栏目不更新", severity=sitewatch.Severity.VETO, object="/zcjd/", assist=False, unverified=True,
        source="国办秘函〔2019〕19号", times=1,
        evidence=sitewatch.Evidence(url="http://x.example/", observed_at=on(3), measured="空白", threshold="更新"),
    )  # fmt: skip
    return heard(sitewatch.FindingChanged(record=record), version, at=on(day))


async def test_a_bulletin_of_sites_stands_as_it_stood(servers: Servers) -> None:
    client = await servers.client("readmodel")
    async with reading(servers) as alone:
        ask = Asker(lambda: client, servers.region, "readmodel")
        model = replace(alone, reports=replace(alone.reports, ask=ask))  # nobody answers for the register of checks
        events = [
            finding("confirmed", open_=True, version=1, day=3),
            finding("verified", open_=False, version=2, day=9),
        ]
        await hear(model, [*history(), *events])
        quarter = {"year": 2026, "quarter": 4}
        found = [await made(model, "site", day, **quarter) for day in (2, 8, 10, None)]
        assert [each["findings"] for each in found] == [0, 1, 1, 1]
        assert [each["rectified"]["part"] for each in found] == [0, 0, 1, 1]
        assert [len(each.get("list", ())) for each in found] == [0, 1, 0, 0]


async def standing(model: ReadModel, day: str = past.EVER) -> list[tuple[str, str, bool]]:
    views = await past.standing(await model.generations.current(), TICKET, day)
    return [(view["id"], view["record"]["agency"], view["work"]["open"]) for view in views]


DAYS = ("2026-11-01", "2026-11-02", "2026-11-06", past.EVER)


async def fed(model: ReadModel, events: Sequence[Heard], size: int) -> list[Any]:
    for first in range(0, len(events), size):
        await hear(model, events[first : first + size])
    return [await standing(model, day) for day in DAYS]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_disorder_and_repetition_change_no_day(servers: Servers, data: st.DataObject) -> None:
    events = history()
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeats]))
    async with reading(servers) as straight, reading(servers) as crooked:
        expected = await fed(straight, events, 1)
        assert await fed(crooked, shuffled, data.draw(st.integers(1, 5))) == expected
        assert expected[1] == [("T-1", "jtj", True)]


async def test_bound_sheets_say_what_the_loose_ones_said(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "BOUND_SHEETS", 4)
    monkeypatch.setattr(past, "SHEET_BYTES", 1000)
    async with reading(servers) as model:
        expected = await fed(model, [*history(), *history()], 1)
        generation = await model.generations.current()
        assert [await past.bind(generation.past) for _ in range(3)] == [4, 4, 0]
        assert await generation.past.count({"whole": False}) == 0
        assert await fed(model, [], 1) == expected


async def test_what_a_restored_owner_no_longer_tells_stood_before_its_retelling(servers: Servers) -> None:
    async with reading(servers) as model:
        await hear(model, history())
        again = heard(changed(ticket("T-2", DUE)), 2, epoch=EPOCH + 5, at=on(20))
        await hear(model, [again, heard(retold("hotline", on(20)), 1, epoch=EPOCH + 5, at=on(20))])
        assert len(await standing(model, "2026-11-19")) == 2
        assert [id for id, _, _ in await standing(model, "2026-11-20")] == ["T-2"]
        board = await Board().read(await model.generations.current())
        assert [each.id for each in board.open()] == ["T-2"]


async def test_what_is_forgotten_leaves_every_later_day_as_it_was(servers: Servers) -> None:
    async with reading(servers) as model:
        expected = [each for each, day in zip(await fed(model, history(), 1), DAYS, strict=True) if day >= "2026-11-05"]
        generation = await model.generations.current()
        await generation.trimming("2026-11-05")
        assert await past.trim(generation.past, "2026-11-05") == 0, "how both stood on the day stays"
        await generation.trimming("2026-11-06")
        assert await past.trim(generation.past, "2026-11-06") == 1
        assert await past.trim(generation.past, "2026-11-06") == 0
        assert [await standing(model, day) for day in DAYS if day >= "2026-11-05"] == expected
        with pytest.raises(Refused) as caught:
            await made(model, "overdue", 5)
        assert caught.value.code == "day_forgotten"
        assert "2026-11-06" in caught.value.message
        assert await late(model, 6) == {("T-1", "czj"), ("T-2", "czj")}


async def test_days_are_forgotten_by_the_clock_and_never_the_newest_state(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PAUSE_SECONDS", 0.05)
    async with reading(servers) as model:
        await hear(model, history())
        expected, generation = await standing(model), await model.generations.current()
        keeping = asyncio.create_task(past.keep_days(model.generations, model.clock, 10))
        day = (model.clock.now() - timedelta(days=10)).date().isoformat()

        async def trimmed() -> bool:
            return await generation.trimmed() == day

        await until(trimmed)

        async def one_each() -> bool:
            sheets = await generation.past.find({})
            return sum(len(json.loads(sheet["packed"])) for sheet in sheets) == len(expected)

        await until(one_each)
        await end(keeping)
        assert await standing(model) == expected


async def test_the_yearly_form_of_a_site_stands_as_it_stood(servers: Servers) -> None:
    details = sitewatch.SiteDetails(
        id_code="9999010001", site_name="示例县人民政府", kind=sitewatch.SiteKind.PORTAL, owner="xzf", operator="bgs",
        home_url="http://x.example", domain="x.example",
    )  # fmt: skip
    site = sitewatch.Site(id="WD-1", details=details, status=sitewatch.SiteStatus.RUNNING, registered_at=on(3))
    survey: dict[str, Any] = {"kind": "征集调查", "held_on": "2026-11-02", "opinions": "5", "result": "采纳三条意见"}
    item = CatalogueItem(
        id="ML-1", type="interactions", type_title="互动交流活动", title="征集", agency="bgs", edition=1, since=on(5),
        values=survey, change=Change(reason="新增"),
    )  # fmt: skip
    async with reading(servers) as model:
        await hear(model, [heard(sitewatch.SiteRegistered(record=site), 1, at=on(3))])
        await hear(
            model,
            [heard(published(document(f"D-{n}", metadata={"channels": ("网站",)})), 1, at=on(4 + n)) for n in range(3)],
        )
        await hear(model, [heard(ItemAdded(record=item), 1, at=on(5)), told("T-1", 1, 6, channel="网站")])
        gone = Tombstone(id="ML-1", withdrawn_for="其他", withdrawn_at=on(7))
        await hear(model, [heard(ItemWithdrawn(record=gone), 2, at=on(7))])
        kept = await model.generations.current()
        assert "采纳三条意见" not in str(await kept.past.find({}))
        counts = [form(await made(model, "site-year", day, year=2026)) for day in (3, 5, 6, 7, None)]
        assert [each["信息发布/总数"] for each in counts] == [0, 2, 3, 3, 3]
        assert [each["互动交流/收到留言"] for each in counts] == [0, 0, 1, 1, 1]
        surveys = ("互动交流/征集调查期数", "互动交流/收到意见", "互动交流/公布调查结果期数")
        assert [tuple(each[name] for name in surveys) for each in counts[1:4]] == [
            (1, 5, 1),
            (1, 5, 1),
            (None, None, None),
        ]


def form(told: dict[str, Any]) -> dict[str, Any]:
    return {f"{group['group']}/{each['label']}": each["value"] for group in told["groups"] for each in group["fields"]}


async def test_a_start_reads_all_work_at_its_newest_state(servers: Servers) -> None:
    async with reading(servers) as model:
        numbers = range(40)
        await hear(model, [told(f"T-{n}", 1, 2) for n in numbers])
        await hear(model, [told(f"T-{n}", 2, 3, agency="czj") for n in numbers if n % 2])
        board = await Board().read(await model.generations.current())
        assert {each.id: each.agency for each in board.open()} == {f"T-{n}": "czj" if n % 2 else "jtj" for n in numbers}
        assert {each.due_at for each in board.open()} == {DUE}

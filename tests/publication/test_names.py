"""Decisions about somebody: names masked wherever they stand, nothing left in sight once they are taken out; what was
set by hand stays until somebody says otherwise."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication import catalogue as c
from contracts.publication.catalogue_clocks import DecideDisclosure, StartClock
from kernel.calendar import Calendar, end_of_day
from kernel.refused import Refused
from services.publication.catalogue import domain, names
from services.publication.catalogue.types import type_of
from services.publication.service import Publication
from tests.publication.test_catalogue import LI, NOW, PENALTY, put
from tests.publication.test_service import refused, told
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CLERK: dict[str, Any] = {"as_": "孙市监", "agency": "scj", "roles": [Role.CLERK]}
HEAD: dict[str, Any] = {"as_": "李局长", "agency": "scj", "roles": [Role.HEAD]}
CITIZEN: dict[str, Any] = {"roles": [Role.CITIZEN]}
NO = "示市监罚〔2026〕41号"


@pytest.mark.parametrize(
    ("cell", "found", "shown"),
    [
        ("欧阳建国", ("欧阳建国",), "欧***"),
        ("张三、李四", ("张三", "李四"), "张*、李*"),
        ("张三等3人", ("张三",), "张****"),
        ("张　三", ("张三",), "张*"),
        ("张三（某小吃店）", ("张三", "某小吃店"), "张*（某***）"),
        ("张*", ("张*",), "张*"),
    ],
)
async def test_each_name_of_a_cell_is_masked(cell: str, found: tuple[str, ...], shown: str) -> None:
    assert (names.names_in(cell), names.masked_cell(cell)) == (found, shown)
    assert "三" not in names.hide("张三、张 三和李四", names.names_in("张三"))


@pytest.mark.parametrize(
    ("reason", "wrong"),
    [("欧阳建国的处罚已撤销", True), ("欧某某的处罚已撤销", False), ("处罚决定被复议机关撤销", False)],
)
async def test_a_reason_may_not_name_who_is_masked(reason: str, wrong: bool) -> None:
    item = put(None, "penalties", PENALTY | {"party": "欧阳建国"})
    if wrong:
        with pytest.raises(Refused, match="姓名"):
            domain.remove(item, reason, LI, NOW)
    else:
        assert domain.remove(item, reason, LI, NOW)


@pytest.mark.parametrize("type", ["penalties", "permits", "enforcement_results", "credit"])
async def test_what_is_about_somebody_leaves_number_and_reason_only(type: str) -> None:
    assert type_of(type).tombstone({"document_no": NO, "party": "某公司"}) == {"document_no": NO}


async def test_the_end_of_display_takes_the_content_out_of_sight() -> None:
    item = put(None, "penalties", PENALTY)
    ends = end_of_day(date(2026, 6, 1))
    assert domain.record(item).values["result"] == "罚款五千元"
    gone = domain.KIND.fold(item, domain.tick(item, ends, Calendar.shipped()))
    shown = domain.record(gone)
    assert (shown.values, shown.title, shown.removed_for) == (
        {"document_no": PENALTY["document_no"]},
        PENALTY["document_no"],
        "公示期满",
    )
    assert domain.record(gone, inside=True).values["result"] == "罚款五千元"
    (event, *_) = domain.tell(gone, domain.tick(item, ends, Calendar.shipped()))
    assert "罚款五千元" not in event.model_dump_json()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def test_an_annulled_penalty_leaves_pages_and_history_and_its_reasons_name_nobody(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    begin = StartClock(
        type="penalties", agency="scj", act="publish", begun_on=date(2026, 11, 16), values={"document_no": NO}
    )
    clock = (await desk(begin, Done, **CLERK)).id
    await desk(DecideDisclosure(id=clock, public=True, reason="欧阳建国危害食品安全"), Done, **HEAD)
    values = PENALTY | {
        "document_no": NO,
        "party": "欧阳建国",
        "decided_on": "2026-11-16",
        "display_until": "2027-02-01",
    }
    del values["impact"]
    command = c.PutItem(type="penalties", agency="scj", values=values, reason="公示欧阳建国的处罚")
    id = (await desk(command, Done, **CLERK)).id
    record: Any = await told(servers, id, "catalogue_item", "added")
    assert (record["values"]["impact"], record["change"]["reason"]) == ("欧***危害食品安全", "公示欧***的处罚")
    masked = command.model_copy(update={"values": values | {"party": "欧***", "kind": "警告"}, "reason": "更正"})
    await desk(masked, Done, **CLERK)
    history: c.ItemHistory = await desk(c.GetItem(id=id), c.ItemHistory, **CITIZEN)
    assert "阳建国" not in history.model_dump_json()
    await refused("names_person", desk(c.RemoveItem(id=id, reason="欧阳建国案已撤销"), Done, **CLERK))
    await desk(c.RemoveItem(id=id, reason="处罚决定已撤销"), Done, **CLERK)
    late = StartClock(type="penalties", agency="scj", act="withdraw", begun_on=date(2026, 11, 20), item=id)
    await refused("item_removed", desk(late, Done, **CLERK))
    history = await desk(c.GetItem(id=id), c.ItemHistory, **CITIZEN)
    assert [(each.values, each.removed_for) for each in history.editions] == [({"document_no": NO}, "处罚决定已撤销")]
    assert len((await desk(c.GetItem(id=id), c.ItemHistory, **CLERK)).editions) == 2

    async def forgotten() -> bool:
        heard = [message.data.decode() for message in await servers.told() if f".{id}" in message.subject]
        return not any("警告" in each or "罚款五千元" in each for each in heard)

    await until(forgotten)


async def test_what_was_set_by_hand_stays_until_somebody_says_otherwise(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    values: dict[str, Any] = {
        "level1": "人事", "level2": "考录公告", "content": "公告", "basis": "公务员法", "limit": "每月",
        "subject": "人社局", "channel": "网站",
    }  # fmt: skip
    clerk: dict[str, Any] = {"as_": "周人社", "agency": "rsj", "roles": [Role.CLERK]}

    async def months(reason: str, **changes: Any) -> int | None:
        given = {**values, **{key: changes.pop(key) for key in ("limit", "content") if key in changes}}
        command = c.PutItem(type="basic", agency="rsj", values=given, reason=reason, **changes)
        id = (await desk(command, Done, **clerk)).id
        duty = (await desk(c.GetItem(id=id), c.ItemHistory, **clerk)).duty
        return duty.period_months if duty else None

    assert await months("新增") == 1
    assert await months("改按季度", limit="每季度") == 3, "what the words said falls with the words"
    assert await months("另定", limit="每季度", period_months=6) == 6
    assert await months("改字", limit="每季度", content="公告和名单") == 6, "set by hand, and nothing was said of it"
    assert await months("不另定", limit="每季度", period_months=0) == 3

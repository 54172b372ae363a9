"""Claims of catalogue items: in whatever order document and item come, change and go."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication.catalogue import (
    CatalogueRows,
    ClaimItems,
    ExportItems,
    GetItem,
    ItemHistory,
    PutItem,
    PutItems,
    RowOutcomes,
)
from contracts.publication.catalogue_clocks import GetLate, LateRows
from contracts.publication.documents import Withdraw
from contracts.publication.record import Attribute, Leak, Metadata
from contracts.publication.showing import RecordDelivery
from contracts.publication.stock import ConfirmImports, Given, Import, ImportItem, ImportOutcomes
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from services.publication.catalogue import claims, domain, handlers
from services.publication.catalogue.item import Item
from services.publication.catalogue.types import type_of
from services.publication.service import Publication
from tests.publication.documents import NOW
from tests.publication.test_catalogue import CHANGE, LI, STANDARD
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
JYJ: dict[str, Any] = {"as_": "钱教育", "agency": "jyj", "roles": [Role.CLERK]}
REVIEWER: dict[str, Any] = {"as_": "赵审核", "agency": "bgs"}
CALENDAR = Calendar.shipped()
BASIC = {
    "level1": "财政", "level2": "收支", "content": "收支", "basis": "预算法", "limit": "每月", "subject": "财政局",
    "channel": "网站",
}  # fmt: skip


def basic(item: Item | None, now: datetime, **values: str) -> Item:
    kind = type_of("basic")
    read = kind.read(BASIC | values)
    facts = domain.put(item, "i-1", kind, "czj", read, kind.period(read), (), CHANGE, LI, now, CALENDAR)
    return domain.KIND.fold(item, facts)


def looked(item: Item, now: datetime, newest: date | None = None) -> Item:
    return domain.KIND.fold(item, domain.look(item, newest, now, CALENDAR))


PERIODS = [
    ("每月", date(2026, 4, 2)),
    ("每季度", date(2026, 6, 2)),
    ("每半年", date(2026, 9, 2)),
    ("每年", date(2027, 3, 2)),
]


@pytest.mark.parametrize(("words", "due"), PERIODS)
async def test_an_item_is_empty_the_day_after_its_period_and_not_on_its_last_day(words: str, due: date) -> None:
    item = basic(None, datetime(2026, 3, 2, 9, tzinfo=CST), limit=words)
    assert item.due_on == due
    last = end_of_day(due) - timedelta(seconds=1)
    assert not looked(item, last).empty
    empty = looked(item, last + timedelta(seconds=1))
    assert domain.duty(empty).overdue
    assert domain.index(empty)["marks"][-1] == "empty"
    assert not looked(item, last + timedelta(seconds=1), due).empty, "published on the last day"


async def test_other_words_move_no_limit_and_another_period_does() -> None:
    item = basic(None, datetime(2026, 3, 2, 9, tzinfo=CST))
    later = basic(item, datetime(2026, 3, 30, 9, tzinfo=CST), content="收支和债务")
    assert later.due_on == item.due_on
    empty = looked(later, datetime(2026, 4, 3, 0, tzinfo=CST))
    assert empty.empty
    assert basic(empty, datetime(2026, 4, 4, 9, tzinfo=CST), content="收支").empty, "an edition fills nothing"
    yearly = basic(empty, datetime(2026, 4, 7, 9, tzinfo=CST), limit="每年")
    assert (yearly.empty, yearly.due_on) == (False, date(2027, 4, 7))


async def test_what_was_claimed_falls_back_when_the_document_goes() -> None:
    item = basic(None, datetime(2026, 3, 2, 9, tzinfo=CST))
    filled = looked(item, datetime(2026, 4, 3, 0, tzinfo=CST), date(2026, 4, 2))
    assert (filled.last_on, filled.due_on) == (date(2026, 4, 2), date(2026, 5, 6))
    left = domain.KIND.fold(filled, domain.unclaim(filled, "d", date(2026, 3, 20), CALENDAR))
    assert (left.last_on, left.due_on) == (date(2026, 3, 20), date(2026, 4, 20))
    none = domain.KIND.fold(filled, domain.unclaim(filled, "d", None, CALENDAR))
    assert (none.last_on, none.due_on) == (None, date(2026, 4, 2))
    assert domain.unclaim(filled, "d", date(2026, 4, 2), CALENDAR) == []


async def test_what_was_looked_at_is_not_listed_again_until_it_changes() -> None:
    kind = type_of("standard")
    facts = domain.put(None, "i", kind, "jyj", kind.read_row(STANDARD), None, (), CHANGE, LI, NOW, CALENDAR)
    item = domain.KIND.fold(None, facts)
    shown = claims.Shown(Attribute.PROACTIVE, frozenset({"网站"}), "学校招生范围", "department")
    listed = domain.KIND.fold(item, domain.compare(item, "d", shown))
    assert listed.mismatched
    accepted = domain.KIND.fold(listed, domain.review(listed, "已在公告栏张贴", LI, NOW))
    assert domain.compare(accepted, "d", shown) == []
    assert domain.compare(accepted, "d", claims.Shown(shown.attribute, shown.channels, "无", shown.kind))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def put(desk: Desk, name: str, **cells: str) -> str:
    row = STANDARD | {"公开事项/二级事项": name} | cells
    command = PutItems(type="standard", agency="jyj", rows=(row,), reason="编制目录")
    return str((await desk(command, RowOutcomes, **JYJ)).rows[0].id)


async def taken_in(desk: Desk, today: date, name: str) -> str:
    metadata = Metadata(title=f"关于{name}的公告", issuers=("jyj",), channels=("网站",))
    given = Given(metadata=metadata, attribute=Attribute.PROACTIVE, published_on=today)
    items = (ImportItem(name=name, form="given", content=f"{name}：学校招生计划。", given=given),)
    return str((await desk(Import(items=items), ImportOutcomes, **REVIEWER)).items[0].id)


async def listed(desk: Desk, item: str) -> dict[str, tuple[str, ...]]:
    late = await desk(GetLate(type="standard"), LateRows, **JYJ)
    return {each.document: each.what for each in late.mismatched if each.item == item}


CONTENT, CARRIER = "正文中未见内容要素：学校招生范围", "未在目录规定的渠道公开：公开查阅点"


async def test_a_claim_before_the_confirmation_of_a_batch_is_compared_with_it(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    today = servers.clock.now().date()
    item, id = await put(desk, "批量确认"), await taken_in(desk, today, "批量确认")
    await desk(ClaimItems(id=id, items=(item,)), Done, **JYJ)
    assert await listed(desk, item) == {}
    confirmed = await desk(ConfirmImports(ids=(id,)), ImportOutcomes, **REVIEWER)
    assert confirmed.items[0].outcome == "published"
    assert await listed(desk, item) == {id: (CONTENT, CARRIER)}
    await desk(RecordDelivery(id=id, channel="查阅点", on=today, place="县图书馆"), Done, **REVIEWER)
    assert await listed(desk, item) == {id: (CONTENT,)}, "delivered where the catalogue wants it"
    assert await put(desk, "批量确认", **{"公开内容（要素）": "招生计划"}) == item
    assert await listed(desk, item) == {}, "the item was changed after the claim"
    await put(desk, "批量确认", **{"公开内容（要素）": "招生简章"})
    assert await listed(desk, item) == {id: ("正文中未见内容要素：招生简章",)}
    await desk(ClaimItems(id=id, items=()), Done, **JYJ)
    assert await listed(desk, item) == {}, "claimed no more"


async def test_publication_fills_an_empty_item_and_a_take_down_empties_it(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    now = servers.clock.now()
    command = PutItem(type="basic", agency="jyj", values=BASIC | {"level2": "批量"}, reason="新增", period_months=1)
    item = (await desk(command, Done, **JYJ)).id
    await app.it.catalogues.look(now + timedelta(days=40))
    id = await taken_in(desk, now.date(), "月度收支")
    await desk(ClaimItems(id=id, items=(item,)), Done, **JYJ)
    duty = (await desk(GetItem(id=item), ItemHistory, **JYJ)).duty
    assert duty is not None
    assert duty.overdue, "it is not public yet"
    await desk(ConfirmImports(ids=(id,)), ImportOutcomes, **REVIEWER)
    duty = (await desk(GetItem(id=item), ItemHistory, **JYJ)).duty
    assert duty is not None
    assert (duty.overdue, duty.last_on) == (False, now.date())
    await desk(Withdraw(id=id, leak=Leak.PERSONAL, note="误公开"), Done, **REVIEWER)
    duty = (await desk(GetItem(id=item), ItemHistory, **JYJ)).duty
    assert duty is not None
    assert duty.last_on is None


async def test_long_items_are_listed_on_smaller_pages(desk: Desk, app: App[Publication]) -> None:
    names = [f"长{n}" for n in range(6)]
    rows = tuple(
        STANDARD | {"试点领域": "税收管理", "公开事项/二级事项": name, "公开依据": "法" * 3000} for name in names
    )
    told = await desk(PutItems(type="standard", agency="jyj", rows=rows, reason="编制目录"), RowOutcomes, **JYJ)
    assert {each.outcome for each in told.rows} == {"added"}, told.rows
    size, found, after = handlers.PAGE_BYTES, [], None
    handlers.PAGE_BYTES = 25_000
    try:
        while True:
            page = await desk(ExportItems(type="standard", group="税收管理", after=after), CatalogueRows)
            found += [row.cells["公开事项/二级事项"] for row in page.rows]
            assert len(page.rows) <= 2
            if (after := page.next) is None:
                break
    finally:
        handlers.PAGE_BYTES = size
    assert found == names

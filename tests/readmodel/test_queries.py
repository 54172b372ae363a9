"""What the read model answers, over the bus: pages, desks, single records, and who may see what."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from chassis.rpc import Asker
from chassis.runtime import App
from contracts.base import Audience, Role
from contracts.publication.documents import DocumentDrafted
from contracts.readmodel import answers as r
from contracts.readmodel.running import Lag, Rebuild, RebuildProgress
from kernel.calendar import end_of_day
from kernel.refused import Refused
from services.readmodel.handlers import ReadModel
from tests.readmodel.telling import changed, document, draft, message, published, tell, ticket
from tests.servers import MORNING, Desk, Servers, started, until

AGENCY = "zjj"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[ReadModel]]:
    async with started(servers, ["readmodel"]) as serving:
        yield serving.apps[0]


async def ask(desk: Desk, query: Any, into: Any) -> Any:
    return await desk(query, into, roles=[Role.SUPERVISOR])


async def citizen(servers: Servers) -> Asker:
    """As everyone who asks through the gateway without being signed in."""
    client = await servers.client("gateway")
    return Asker(lambda: client, servers.region, "gateway")


async def shown(desk: Desk, type: str, id: str, version: int = 1) -> r.View:
    found: r.View = await ask(desk, r.GetView(type=type, id=id, wait_version=version), r.View)
    return found


async def test_a_catalogue_read_page_by_page_misses_and_repeats_nothing_while_documents_appear(
    servers: Servers, app: App[ReadModel], desk: Desk
) -> None:
    theme = {"metadata": {"theme": "翻页/甲"}}
    old = [message(published(document(f"C-{n}", day=1 + n % 20, **theme)), 1) for n in range(25)]
    await tell(servers, "publication", old)
    await shown(desk, "publication.public_document", "C-24")
    seen: list[str] = []
    cursor, page_number = None, 0
    while True:
        query = r.Catalogue(filters={"theme": "翻页"}, cursor=cursor, limit=4)
        page: r.CataloguePage = await ask(desk, query, r.CataloguePage)
        seen += [item["id"] for item in page.items]
        page_number += 1
        fresh = document(f"C-new-{page_number}", day=28, **theme)
        await tell(servers, "publication", [message(published(fresh), 1)])
        await shown(desk, "publication.public_document", fresh.id)
        if page.next is None:
            break
        cursor = page.next
    assert sorted(seen) == sorted(f"C-{n}" for n in range(25))
    assert all("inline" not in item["text"] for item in page.items)


async def test_a_withdrawn_document_leaves_catalogue_and_search_and_stays_as_tombstone(
    servers: Servers, app: App[ReadModel], desk: Desk
) -> None:
    theme = {"metadata": {"theme": "撤下/甲", "title": "紫云英种植补贴"}}
    await tell(servers, "publication", [message(published(document("W-1", **theme)), 1)])
    await shown(desk, "publication.public_document", "W-1")

    async def hits() -> int:
        return int((await ask(desk, r.Search(q="紫云英"), r.SearchPage)).total)

    await until(hits)
    await tell(servers, "publication", [message(published(document("W-1", withdrawn=True, **theme)), 2)])
    held = await shown(desk, "publication.public_document", "W-1", 2)
    assert held.record["withdrawn"]

    async def gone() -> bool:
        return await hits() == 0

    await until(gone)
    page = await ask(desk, r.Catalogue(filters={"theme": "撤下"}), r.CataloguePage)
    assert (page.total, page.items) == (0, ())


async def test_lists_go_page_by_page_by_their_filters(servers: Servers, app: App[ReadModel], desk: Desk) -> None:
    mine = [ticket(f"LV-{n}", agency=AGENCY, state="signed" if n % 2 else "dispatched") for n in range(9)]
    await tell(servers, "hotline", [message(changed(each), 1) for each in mine])
    await shown(desk, "hotline.ticket", "LV-8")
    seen: list[str] = []
    cursor = None
    while True:
        query = r.ListViews(type="hotline.ticket", agency=AGENCY, state="signed", cursor=cursor, limit=2)
        page = await ask(desk, query, r.ViewPage)
        assert page.total == 4
        seen += [item.record["id"] for item in page.items]
        if (cursor := page.next) is None:
            break
    assert sorted(seen) == ["LV-1", "LV-3", "LV-5", "LV-7"]


@pytest.mark.parametrize("cursor", ["x", "eA", "MTIz_not", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "é"])
async def test_a_cursor_that_never_was_one_is_refused(app: App[ReadModel], desk: Desk, cursor: str) -> None:
    with pytest.raises(Refused) as refused:
        await ask(desk, r.ListViews(type="hotline.ticket", cursor=cursor), r.ViewPage)
    assert refused.value.code == "cursor"


async def test_the_desk_tells_due_soon_from_later_at_the_last_moment_of_the_day(
    servers: Servers, app: App[ReadModel], desk: Desk
) -> None:
    calendar = app.it.calendars.current
    last_day = end_of_day(calendar.due(MORNING.date(), 3))
    due = {
        "BD-last": last_day,
        "BD-day-after": last_day + timedelta(milliseconds=1),
        "BD-past": MORNING - timedelta(seconds=1),
        "BD-none": None,
    }
    records = [ticket(id, due_at=at, agency="czj") for id, at in due.items()]
    records.append(ticket("BD-closed", due_at=MORNING - timedelta(days=1), agency="czj", open=False, state="closed"))
    await tell(servers, "hotline", [message(changed(each), 1) for each in records])
    await shown(desk, "hotline.ticket", "BD-closed")
    page: r.DeskPage = await ask(desk, r.Desk(agency="czj", working_days=3), r.DeskPage)
    of = {name: {item.id for item in getattr(page, name) if item.id.startswith("BD-")} for name in page.counts}
    assert of == {"overdue": {"BD-past"}, "due_soon": {"BD-last"}, "waiting": {"BD-day-after", "BD-none"}}
    (group,) = [each for each in page.by_type if each.value == "hotline.ticket"]
    assert group.count == sum(page.counts.values())
    other: r.DeskPage = await ask(desk, r.Desk(agency="czj", type="requests.request"), r.DeskPage)
    assert (sum(other.counts.values()), other.by_type, other.by_waiting) == (0, page.by_type, ())


async def test_a_version_that_was_just_written_is_waited_for(servers: Servers, app: App[ReadModel], desk: Desk) -> None:
    await tell(servers, "hotline", [message(changed(ticket("V-1", revision=1)), 1)])
    assert (await shown(desk, "hotline.ticket", "V-1", 1)).version == 1
    await tell(servers, "hotline", [message(changed(ticket("V-1", revision=2)), 2)])
    assert (await shown(desk, "hotline.ticket", "V-1", 2)).record["revision"] == 2
    late = await shown(desk, "hotline.ticket", "V-1", 3)
    assert late.version == 2, "after the wait it answers what it has"


async def test_a_citizen_sees_no_internal_record_by_any_query(
    servers: Servers, app: App[ReadModel], desk: Desk
) -> None:
    secret = "未公开的菖蒲草稿"
    await tell(servers, "publication", [message(draft_event("I-1", secret), 1)])
    await tell(servers, "hotline", [message(changed(ticket("I-2")), 1)])
    await shown(desk, "publication.document", "I-1")
    await shown(desk, "hotline.ticket", "I-2")

    async def found_inside() -> bool:
        page = await ask(desk, r.Search(q="菖蒲", audience=Audience.INTERNAL), r.SearchPage)
        return bool(page.total)

    await until(found_inside)
    anyone = await citizen(servers)
    assert (await anyone(r.Search(q="菖蒲"), r.SearchPage)).total == 0
    catalogue = await anyone(r.Catalogue(limit=100), r.CataloguePage)
    assert (await anyone(r.ListViews(type="publication.document"), r.ViewPage)).items == ()
    assert secret not in catalogue.model_dump_json()
    refusals = {
        "view of a draft": r.GetView(type="publication.document", id="I-1"),
        "view of a ticket": r.GetView(type="hotline.ticket", id="I-2", wait_version=1),
        "search inside": r.Search(q="菖蒲", audience=Audience.INTERNAL),
        "desk": r.Desk(),
        "counts": r.Counts(year=2026),
        "lag": Lag(),
        "progress": RebuildProgress(),
        "rebuild": Rebuild(),
    }
    codes = {}
    for name, asked in refusals.items():
        with pytest.raises(Refused) as refused:
            await anyone(asked, asked.answered_by, timeout=1)
        codes[name] = refused.value.code
        assert secret not in refused.value.message
    assert set(codes.values()) <= {"not_found", "forbidden", "unavailable"}, codes
    assert codes["view of a draft"] == "not_found"


def draft_event(id: str, title: str) -> Any:
    return DocumentDrafted(record=draft(id, title))

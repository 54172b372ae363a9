"""A planted string is looked for in every store after a take-down."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from nats.js.errors import NotFoundError
from typer.testing import CliRunner

from chassis.actors import CLOCK, Cause
from chassis.history import History
from chassis.runtime import App
from cli.place import DATA
from cli.publication import app as publication_app
from cli.serve import Serving
from contracts.base import Done
from contracts.publication.comments import CommentsErasedReply, EraseComments
from contracts.publication.documents import ApproveWithdrawal, ConfirmCleared, DocumentDrafted, Withdraw
from contracts.publication.record import Leak
from contracts.publication.rounds import Conclusion
from contracts.readmodel.answers import GetView, Search, SearchPage, View
from services.gateway.web import INTERFACES, PAGES
from services.publication import takedown
from services.publication.domain.facts import Official
from services.publication.rounds.cleanup import CleanupClosed, CleanupOpened
from services.publication.service import Publication
from tests.faults.test_restored import as_place
from tests.publication.leaks import KINDS, LYJ, MARKER, MAYOR, OFFICE, leak
from tests.publication.test_service import TEXT, draft, file_of, refused
from tests.servers import Desk, Servers, started, until
from tests.stores import ends, holds, in_databases, in_files, in_streams, objects_left, objects_of, segments

pytestmark = pytest.mark.asyncio(loop_scope="session")
SERVICES = ["publication", "readmodel", "gateway"]
EVENTS = "/api/v1/events"
PLAIN = sorted(
    {
        route.path
        for module in (*INTERFACES, *PAGES)
        for route in module.routes.routes
        if "GET" in route.methods and "{" not in route.path and route.path != EVENTS
    }
)
"""Every address that anyone can open as it stands: pages, lists, feeds, downloads."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def serving(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    folder = tmp_path_factory.mktemp("search")
    async with started(servers, SERVICES, search_path=folder) as serving:
        yield serving


def app_of(serving: Serving, name: str) -> App[Any]:
    return next(app for app in serving.apps if app.name == name)


@pytest.fixture
def publication(serving: Serving) -> Publication:
    it: Publication = app_of(serving, "publication").it
    return it


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def since(servers: Servers) -> Mapping[str, int]:
    """The last message of each stream before anything was planted."""
    return await ends(servers)


async def in_stores(servers: Servers, since: Mapping[str, int]) -> list[str]:
    return [*await in_databases(servers, MARKER), *await in_streams(servers, MARKER, since)]


@pytest.fixture
async def web(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    site = f"http://127.0.0.1:{app_of(serving, 'gateway').it.http.port}"
    async with httpx.AsyncClient(base_url=site, trust_env=False) as client:
        yield client


OF_A_DOCUMENT = (
    *("/documents/{}", "/search?q=更正通知", "/api/v1/documents/{}", "/api/v1/documents/{}/text"),
    *("/api/v1/search?q=更正通知", "/api/v1/views/publication.public_document/{}"),
)


async def _versions(web: httpx.AsyncClient, id: str) -> list[str]:
    """Where the replaced text of a document stands, and what was changed."""
    page = (await web.get(f"/documents/{id}")).text
    return sorted(set(re.findall(rf"/documents/{id}/versions/[0-9a-f]+(?:/changes)?", page)))


async def on_pages(servers: Servers, web: httpx.AsyncClient, id: str, pages: Sequence[str]) -> list[str]:
    """Addresses that show the marker: those of the case, and all that name no record."""
    told = (await (await servers.client("operator")).jetstream().get_last_msg("PUBLIC", "zwgk.>")).seq
    paths = [*(page.format(id) for page in pages), *PLAIN, f"{EVENTS}?since=0"]
    found = []
    for path in paths:
        shown = await _read(web, path, f"\nid: {told}\n")
        if holds(shown.replace("<mark>", "").replace("</mark>", ""), MARKER):
            found.append(path)
    return found


async def _read(web: httpx.AsyncClient, path: str, end: str = "") -> str:
    """The text of a page; of an endless one, what comes until `end`, or within three seconds where it was removed."""
    text = ""
    try:
        async with asyncio.timeout(3), web.stream("GET", path) as answer:
            async for part in answer.aiter_text():
                text += part
                if end and end in text:
                    break
    except TimeoutError:
        pass
    return text


async def test_nothing_of_a_document_is_left_anywhere(
    servers: Servers,
    serving: Serving,
    desk: Desk,
    publication: Publication,
    web: httpx.AsyncClient,
    since: Mapping[str, int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    id = await leak(desk)
    search = Search(q=MARKER)

    async def shown() -> bool:
        page = await desk(search, SearchPage)
        return bool(page.total and page.hits[0].id == id and "更正" in page.hits[0].title)

    async def on_its_pages() -> bool:
        return {*(page.format(id) for page in OF_A_DOCUMENT), "/", "/catalogue", f"{EVENTS}?since=0"} <= set(
            await on_pages(servers, web, id, OF_A_DOCUMENT)
        )

    await until(shown)
    await until(on_its_pages)
    versions = await _versions(web, id)
    assert len(versions) == 2
    assert all([MARKER in await _read(web, each) for each in versions])
    folder = app_of(serving, "readmodel").runtime.settings.search_path
    before = (await in_databases(servers, MARKER), await in_streams(servers, MARKER, since))
    assert all(before), before
    files = await objects_of(servers, id)
    assert files
    written = segments(folder)
    assert written
    version = (await desk(Withdraw(id=id, leak=Leak.PERSONAL), Done, as_="赵审核", agency="bgs")).version
    await desk(GetView(type="publication.document", id=id, wait_version=version), View)

    left: list[str] = []

    async def gone() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        left[:] = [*await in_stores(servers, since), *(written & segments(folder))]
        return not left

    async def off_all_pages() -> bool:
        return not await on_pages(servers, web, id, OF_A_DOCUMENT)

    await until(gone)
    await until(off_all_pages)  # what everyone gets alike is kept for a second
    assert (await desk(search, SearchPage)).total == 0
    for gone_for_good in (f"/documents/{id}", *versions):
        assert (await web.get(gone_for_good)).status_code in (404, 410)
        assert MARKER not in await _read(web, gone_for_good)
    await _ends(desk, publication, id)
    assert not await in_stores(servers, since)
    assert await publication.documents.count({"marks": "erasing"}) == 0
    assert not await objects_left(servers, files)
    assert not in_files(servers.folder.log, MARKER)
    assert not holds(caplog.text, MARKER)


async def _ends(desk: Desk, publication: Publication, id: str) -> None:
    """Each channel is confirmed, another person approves; the file then says that nothing is left."""
    await refused("own_withdrawal", desk(ApproveWithdrawal(id=id), Done, as_="赵审核", agency="bgs"))
    await desk(ApproveWithdrawal(id=id), Done, as_="李负责", agency="czj")
    for channel in ("网站", "微信"):
        await desk(ConfirmCleared(id=id, channel=channel), Done, as_="张起草", agency="czj")

    async def sealed() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        return (await file_of(desk, id)).record.state == "sealed"

    await until(sealed)


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_any_other_case_is_left(
    servers: Servers,
    desk: Desk,
    publication: Publication,
    web: httpx.AsyncClient,
    since: Mapping[str, int],
    kind: str,
) -> None:
    leaking = KINDS[kind]
    pages = leaking.pages
    id = await leaking.make(desk, publication)

    async def shown() -> bool:
        return all([MARKER in await _read(web, page.format(id)) for page in pages])

    await until(shown)
    assert await in_databases(servers, MARKER)
    assert await in_streams(servers, MARKER, since)
    take = Withdraw(id=id, leak=Leak.SECRET)
    done = await desk(take, Done, **OFFICE)
    assert (await desk(take, Done, **OFFICE)).version >= done.version
    left: list[str] = []

    async def gone() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        left[:] = await in_stores(servers, since)
        return not left

    await until(gone)
    await desk(GetView(type=f"publication.{leaking.inside}", id=id, wait_version=done.version), View)
    if leaking.outside:
        stone = (await desk(GetView(type=f"publication.{leaking.outside}", id=id), View)).record
        assert (stone["withdrawn"], stone["withdrawn_for"]) == (True, "依法不予公开")

    async def answered_gone() -> bool:
        return [(await web.get(page.format(id))).status_code for page in pages] == [410] * len(pages)

    async def off_all_pages() -> bool:
        return not await on_pages(servers, web, id, pages)

    await until(answered_gone)
    await until(off_all_pages)
    await _closes(desk, publication, id, leaking.inside, leaking.channels)
    assert not await in_stores(servers, since)


async def _closes(desk: Desk, publication: Publication, id: str, record: str, channels: tuple[str, ...]) -> None:
    """Another person approves and each channel is confirmed; nothing else can be done with it any more."""
    await refused("own_withdrawal", desk(ApproveWithdrawal(id=id), Done, **OFFICE))
    await desk(ApproveWithdrawal(id=id), Done, **MAYOR)
    await refused("unknown_channel", desk(ConfirmCleared(id=id, channel="电视"), Done, **LYJ))
    for channel in channels:
        await desk(ConfirmCleared(id=id, channel=channel), Done, **LYJ)

    async def sealed() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.1)
        view = await desk(GetView(type=f"publication.{record}", id=id), View)
        return view.record["state"] == "sealed" and not view.record["open"]

    await until(sealed)


async def test_what_comes_late_is_removed_too(servers: Servers, desk: Desk, publication: Publication) -> None:
    id = await draft(desk, "将被封存的草稿")
    await desk(Withdraw(id=id, leak=Leak.SECRET), Done, as_="赵审核", agency="bgs")
    client = await servers.client("publication")
    subject = f"zwgk.{servers.region}.evt.internal.publication.document.drafted.v1.{id}"
    late = await client.jetstream().publish(subject, MARKER.encode())
    operator = (await servers.client("operator")).jetstream()

    async def gone() -> bool:
        await takedown.erase_all(publication, calm_seconds=60)
        try:
            await operator.get_msg("EVENTS", seq=late.seq)
        except NotFoundError:
            return True
        return False

    await until(gone)
    assert await operator.get_last_msg("EVENTS", subject.replace("drafted", "withdrawn"))


async def test_history_cannot_be_purged_by_a_wildcard(servers: Servers) -> None:
    client = await servers.client("publication")
    with pytest.raises(ValueError, match="token"):
        await History(lambda: client, servers.region).forget([DocumentDrafted], "*")


async def test_what_a_restored_database_brings_back_is_listed(
    servers: Servers, desk: Desk, publication: Publication
) -> None:
    """A backup knows nothing of a take-down after it; the streams keep the tombstone."""
    id = await draft(desk, "将被恢复的草稿")
    cases = publication.documents.collection
    backup = await cases.find_one({"_id": id})
    assert backup
    down = await desk(Withdraw(id=id, leak=Leak.SECRET), Done, **OFFICE)
    view = GetView(type="publication.document", id=id, wait_version=down.version)
    assert (await desk(view, View)).record["state"] == "withdrawn"
    assert await _listed(servers, id) == "已撤下"
    await cases.delete_many({"_id": id})
    await cases.insert_many([backup])
    await publication.documents.retell(id, backup["epoch"] + 1, servers.clock.now())

    async def back() -> bool:
        return (await desk(GetView(type="publication.document", id=id), View)).record["state"] == "draft"

    await until(back)
    assert "须重新撤下" in await _listed(servers, id)
    await desk(Withdraw(id=id, leak=Leak.SECRET), Done, **OFFICE)


async def _listed(servers: Servers, id: str) -> str:
    """How it stands, as an operator sees it."""

    def call() -> str:
        DATA.set(as_place(servers))
        result = CliRunner().invoke(publication_app, ["taken-down", "--json"])
        assert result.exit_code == 0, result.output
        return str(next(row["now"] for row in json.loads(result.stdout) if row["id"] == id))

    return await asyncio.to_thread(call)


async def test_records_that_repeat_the_words_are_named_to_a_person(
    servers: Servers, desk: Desk, publication: Publication
) -> None:
    """The same text in another document, and the list of a clean-up that prints the title; then the originals go."""
    now, cause = servers.clock.now(), Cause(CLOCK, "repeated", servers.clock.now())
    text = f"{TEXT}\n同一段话。"
    id, same = [await draft(desk, "被印进清单的文件", text), await draft(desk, "同文的另一件", text)]
    listed, round_ = await draft(desk, "清理目录"), "999901-QL-2026-900001"
    by = {"by": Official(id="赵审核", name="赵审核", agency="bgs"), "at": now}
    opened = CleanupOpened(id=round_, until=now.date(), total=1, **by)
    closed = CleanupClosed(lists={Conclusion.KEEP: listed}, next_on=now.date() + timedelta(days=700), **by)
    await publication.rounds.open(round_, [opened, closed], cause)
    row = {"_id": f"{round_}:{id}", "round": round_, "document": id, "agency": "czj"}
    await publication.judged.insert_many([row | {"conclusion": Conclusion.KEEP.value, "reason": "原因", "by": "甲"}])
    await desk(Withdraw(id=id, leak=Leak.SECRET), Done, **OFFICE)
    tasks = (await file_of(desk, id)).record.to_clear
    assert tasks == (f"同文文件{same}", f"清理目录{listed}")
    (row,) = await publication.judged.find({"document": id})
    assert row["reason"] == ""
    await desk(ApproveWithdrawal(id=id), Done, as_="李负责", agency="czj")
    for task in tasks:
        await desk(ConfirmCleared(id=id, channel=task), Done, as_="张起草", agency="czj")

    async def sealed() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.1)
        return (await file_of(desk, id)).record.state == "sealed"

    await until(sealed)
    kept = publication.limits
    short = kept.model_copy(update={"comments_kept": kept.comments_kept.model_copy(update={"days": -9})})
    object.__setattr__(publication, "limits", short)
    erase = EraseComments(id=id, handed_over_on=now.date())
    counts = [(await desk(erase, CommentsErasedReply, as_="钱档案", agency="bgs")).papers for _ in range(2)]
    object.__setattr__(publication, "limits", kept)
    assert counts[0] >= 2, "the text and the facts"
    assert counts[1] == 0
    assert [each.step for each in (await file_of(desk, id)).steps][-1] == "销毁封存原件"
    assert not await publication.texts._collection.find({"cases": id})

"""A planted string is looked for in every store after a take-down."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from nats.js.errors import NotFoundError

from chassis.history import History
from chassis.runtime import App
from chassis.store import Store
from cli.serve import Serving
from contracts import publication as c
from contracts import readmodel as r
from contracts.base import Done
from contracts.registry import REGISTRY
from services.publication import takedown
from services.publication.service import Publication
from tests.publication.test_service import TEXT, clear, draft, file_of, refused
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
MARKER = "绝不应留存的标记一九八七零三"
SERVICES = ["publication", "readmodel", "gateway"]


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


@pytest.fixture
async def web(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    site = f"http://127.0.0.1:{app_of(serving, 'gateway').it.http.port}"
    async with httpx.AsyncClient(base_url=site, trust_env=False) as client:
        yield client


async def in_databases(servers: Servers) -> list[str]:
    """Collections of all services in which the marker stands."""
    found = []
    for name in REGISTRY.services:
        store = Store(servers.mongo.url, f"zwgk_{name}")
        for collection in await store.collections():
            rows = await store.collection(collection).find({})
            if MARKER in repr(rows) or MARKER in json.dumps(repr(rows), ensure_ascii=True):
                found.append(f"{name}.{collection}")
        await store.close()
    return found


async def in_streams(servers: Servers) -> list[str]:
    """Streams that hold the marker in a subject, a header or a body."""
    js = (await servers.client("operator")).jetstream()
    own = (await servers.client("publication")).jetstream()
    found = []
    for stream in ("EVENTS", "PUBLIC", "PARKED", "OBJ_documents"):
        js = own if stream.startswith("OBJ") else js
        state = (await js.stream_info(stream)).state
        for sequence in range(state.first_seq, state.last_seq + 1):
            try:
                message = await js.get_msg(stream, seq=sequence)
            except Exception:
                continue
            if MARKER in (message.data or b"").decode(errors="replace") + repr(message.headers):
                found.append(f"{stream}:{message.subject}")
    return found


def segments(folder: Path) -> set[str]:
    """Files of the search index that hold entries; an entry stays in its file when it is deleted from the index."""
    return {file.name for file in folder.rglob("*.store")}


async def on_pages(web: httpx.AsyncClient, id: str) -> list[str]:
    """Addresses that show the marker."""
    api = "/api/v1"
    paths = [
        *(f"/documents/{id}", "/catalogue", "/", "/search?q=更正通知"),
        *(f"{api}/documents/{id}", f"{api}/documents/{id}/text", f"{api}/catalogue", f"{api}/search?q=更正通知"),
        *(f"{api}/views/publication.public_document/{id}", f"{api}/events?since=0"),
    ]
    found = []
    for path in paths:
        shown = await _read(web, path)
        if MARKER in shown.replace("<mark>", "").replace("</mark>", ""):
            found.append(path)
    return found


async def _read(web: httpx.AsyncClient, path: str) -> str:
    """The text of a page; of an endless one, what comes until the marker or within three seconds."""
    text = ""
    try:
        async with asyncio.timeout(3), web.stream("GET", path) as answer:
            async for part in answer.aiter_text():
                text += part
                if MARKER in text and "since=" in path:
                    break
    except TimeoutError:
        pass
    return text


async def leak(desk: Desk) -> str:
    """A published document with the marker in all that a person writes, corrected once."""
    details: dict[str, Any] = {
        "summary": MARKER,
        "keywords": (MARKER,),
        "scope": MARKER,
        "formed_on": date(2026, 11, 20),
    }
    id = await draft(desk, f"关于{MARKER}的通知", f"{TEXT}\n{MARKER}", **details)
    await clear(desk, id)
    await desk(c.AssignNumber(id=id, doc_no="示财发〔2026〕77号"), Done, as_="赵审核", agency="bgs")
    await desk(c.Publish(id=id, channels=("网站", "微信")), Done, as_="赵审核", agency="bgs")
    changes = c.Changes(title=f"关于{MARKER}的更正通知")
    correct = c.Correct(id=id, reason=f"更正{MARKER}", text=f"{TEXT}\n{MARKER}\n再次", changes=changes)
    await desk(correct, Done, as_="赵审核", agency="bgs")
    await desk(c.IssueGazette(documents=(id,)), Done, as_="赵审核", agency="bgs")
    return id


async def test_nothing_of_a_document_is_left_anywhere(
    servers: Servers, serving: Serving, desk: Desk, publication: Publication, web: httpx.AsyncClient
) -> None:
    id = await leak(desk)
    search = r.Search(q=MARKER)

    async def shown() -> bool:
        page = await desk(search, r.SearchPage)
        return bool(page.total and page.hits[0].id == id and "更正" in page.hits[0].title)

    async def on_all_pages() -> bool:
        return len(await on_pages(web, id)) == 10

    await until(shown)
    await until(on_all_pages)
    folder = app_of(serving, "readmodel").runtime.settings.search_path
    before = (await in_databases(servers), await in_streams(servers))
    assert all(before), before
    written = segments(folder)
    assert written
    version = (await desk(c.Withdraw(id=id, leak=c.Leak.PERSONAL), Done, as_="赵审核", agency="bgs")).version
    await desk(r.GetView(type="publication.document", id=id, wait_version=version), r.View)

    left: list[str] = []

    async def gone() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        left.clear()
        left.extend([*await in_databases(servers), *await in_streams(servers), *(written & segments(folder))])
        return not left

    async def off_all_pages() -> bool:
        return not await on_pages(web, id)

    await until(gone)
    await until(off_all_pages)  # what everyone gets alike is kept for a second
    assert (await desk(search, r.SearchPage)).total == 0
    assert (await web.get(f"/documents/{id}")).status_code == 410
    await _ends(desk, publication, id)
    assert not await in_databases(servers)
    assert await publication.documents.count({"erasing": True}) == 0


async def _ends(desk: Desk, publication: Publication, id: str) -> None:
    """Each channel is confirmed, another person approves; the file then says that nothing is left."""
    await refused("own_withdrawal", desk(c.ApproveWithdrawal(id=id), Done, as_="赵审核", agency="bgs"))
    await desk(c.ApproveWithdrawal(id=id), Done, as_="李负责", agency="czj")
    for channel in ("网站", "微信"):
        await desk(c.ConfirmCleared(id=id, channel=channel), Done, as_="张起草", agency="czj")

    async def sealed() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        return (await file_of(desk, id)).record.state == "sealed"

    await until(sealed)


async def test_what_comes_late_is_removed_too(servers: Servers, desk: Desk, publication: Publication) -> None:
    id = await draft(desk, "将被封存的草稿")
    await desk(c.Withdraw(id=id, leak=c.Leak.SECRET), Done, as_="赵审核", agency="bgs")
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
        await History(lambda: client, servers.region).forget([c.DocumentDrafted], "*")

"""A planted string is looked for in every store after a take-down."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date, timedelta
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
from contracts.base import Done
from contracts.publication import documents, ledgers, meetings
from contracts.publication.catalogue import PutItem
from contracts.publication.comments import (
    Adoption,
    AnswerComments,
    CommentKept,
    CommentsAnswered,
    ParticipationForm,
    RecordComment,
)
from contracts.publication.decision_catalogue import (
    DecisionEntry,
    DecisionLevel,
    PublishDecisionCatalogue,
    PutDecisionCatalogue,
)
from contracts.publication.decisions import OpenConsultation, PlanConsultation, PlannedForm, SetDecisionDraft
from contracts.publication.gazette import IssueGazette
from contracts.publication.record import Attribute, Changes, Leak
from contracts.readmodel import answers as r
from contracts.registry import REGISTRY
from services.publication import takedown
from services.publication.service import Publication
from tests.publication.test_deciding import document, starting
from tests.publication.test_service import TEXT, clear, draft, file_of, refused
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
MARKER = "绝不应留存的标记一九八七零三"
LYJ: dict[str, Any] = {"as_": "张林业", "agency": "lyj"}
SECRETARY: dict[str, Any] = {"as_": "王会务", "agency": "xzf"}
MAYOR: dict[str, Any] = {"as_": "陈县长", "agency": "xzf"}
OFFICE: dict[str, Any] = {"as_": "赵审核", "agency": "bgs"}
AT_ONCE = 50
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
        for first in range(max(state.first_seq, 1), state.last_seq + 1, AT_ONCE):
            sequences = range(first, min(first + AT_ONCE, state.last_seq + 1))
            messages = await asyncio.gather(
                *(js.get_msg(stream, seq=sequence) for sequence in sequences), return_exceptions=True
            )
            for message in messages:
                if isinstance(message, NotFoundError):
                    continue
                assert not isinstance(message, BaseException), message
                if MARKER in (message.data or b"").decode(errors="replace") + repr(message.headers):
                    found.append(f"{stream}:{message.subject}")
    return found


def segments(folder: Path) -> set[str]:
    """Files of the search index that hold entries; an entry stays in its file when it is deleted from the index."""
    return {file.name for file in folder.rglob("*.store")}


async def on_pages(servers: Servers, web: httpx.AsyncClient, id: str) -> list[str]:
    """Addresses that show the marker."""
    api = "/api/v1"
    told = (await (await servers.client("operator")).jetstream().get_last_msg("PUBLIC", "zwgk.>")).seq
    paths = [
        *(f"/documents/{id}", "/catalogue", "/", "/search?q=更正通知"),
        *(f"{api}/documents/{id}", f"{api}/documents/{id}/text", f"{api}/catalogue", f"{api}/search?q=更正通知"),
        *(f"{api}/views/publication.public_document/{id}", f"{api}/events?since=0"),
    ]
    found = []
    for path in paths:
        shown = await _read(web, path, f"\nid: {told}\n")
        if MARKER in shown.replace("<mark>", "").replace("</mark>", ""):
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
    await desk(documents.AssignNumber(id=id, doc_no="示财发〔2026〕77号"), Done, as_="赵审核", agency="bgs")
    await desk(documents.Publish(id=id, channels=("网站", "微信")), Done, as_="赵审核", agency="bgs")
    changes = Changes(title=f"关于{MARKER}的更正通知")
    correct = documents.Correct(id=id, reason=f"更正{MARKER}", text=f"{TEXT}\n{MARKER}\n再次", changes=changes)
    await desk(correct, Done, as_="赵审核", agency="bgs")
    await desk(IssueGazette(documents=(id,)), Done, as_="赵审核", agency="bgs")
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
        return len(await on_pages(servers, web, id)) == 10

    await until(shown)
    await until(on_all_pages)
    folder = app_of(serving, "readmodel").runtime.settings.search_path
    before = (await in_databases(servers), await in_streams(servers))
    assert all(before), before
    written = segments(folder)
    assert written
    version = (await desk(documents.Withdraw(id=id, leak=Leak.PERSONAL), Done, as_="赵审核", agency="bgs")).version
    await desk(r.GetView(type="publication.document", id=id, wait_version=version), r.View)

    left: list[str] = []

    async def gone() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        left.clear()
        left.extend([*await in_databases(servers), *await in_streams(servers), *(written & segments(folder))])
        return not left

    async def off_all_pages() -> bool:
        return not await on_pages(servers, web, id)

    await until(gone)
    await until(off_all_pages)  # what everyone gets alike is kept for a second
    assert (await desk(search, r.SearchPage)).total == 0
    assert (await web.get(f"/documents/{id}")).status_code == 410
    await _ends(desk, publication, id)
    assert not await in_databases(servers)
    assert await publication.documents.count({"marks": "erasing"}) == 0


async def _ends(desk: Desk, publication: Publication, id: str) -> None:
    """Each channel is confirmed, another person approves; the file then says that nothing is left."""
    await refused("own_withdrawal", desk(documents.ApproveWithdrawal(id=id), Done, as_="赵审核", agency="bgs"))
    await desk(documents.ApproveWithdrawal(id=id), Done, as_="李负责", agency="czj")
    for channel in ("网站", "微信"):
        await desk(documents.ConfirmCleared(id=id, channel=channel), Done, as_="张起草", agency="czj")

    async def sealed() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        return (await file_of(desk, id)).record.state == "sealed"

    await until(sealed)


async def _matter(desk: Desk) -> str:
    """A matter of decision in consultation, with an answered opinion."""
    say = {"background": f"背景{MARKER}", "basis": MARKER, "proposed_by": MARKER}
    id = str((await desk(starting(title=f"规划{MARKER}", **say), Done, **LYJ)).id)
    await desk(SetDecisionDraft(id=id, document=await document(desk, "撤下用的征求意见稿")), Done, **LYJ)
    forms = (PlannedForm(form=ParticipationForm.WEB), PlannedForm(form=ParticipationForm.NEW_MEDIA))
    until = desk.servers.clock.now().date() + timedelta(days=60)
    await desk(
        PlanConsultation(id=id, until=until, forms=forms, explanation=f"说明{MARKER}", contact=MARKER), Done, **LYJ
    )
    await desk(OpenConsultation(id=id, secrecy=True), Done, **OFFICE)
    await desk(RecordComment(id=id, form=ParticipationForm.WRITTEN, text="意见一条"), CommentKept, **LYJ)
    said = AnswerComments(id=id, nos=(1,), summary=f"归纳{MARKER}", adoption=Adoption.ADOPTED, reason=MARKER)
    await desk(said, CommentsAnswered, **LYJ)
    return id


async def _meeting(desk: Desk) -> str:
    proposal = meetings.OpennessProposal(attribute=Attribute.PROACTIVE, ways=("网站", "微信"))
    item = meetings.AgendaItem(no=1, title=f"审议{MARKER}", proposal=proposal)
    now = desk.servers.clock.now()
    plan = meetings.PlanMeeting(title=f"会议{MARKER}", type=meetings.MeetingType.STANDING, meets_at=now, agenda=(item,))
    id = str((await desk(plan, Done, **SECRETARY)).id)
    await desk(meetings.ApproveMeeting(id=id), Done, **MAYOR)
    results = (meetings.ItemResult(no=1, result=f"同意{MARKER}"),)
    await desk(meetings.HoldMeeting(id=id, results=results), Done, **SECRETARY)
    await desk(meetings.PublishMeeting(id=id, secrecy=True), Done, **OFFICE)
    return id


async def _ledger(desk: Desk) -> str:
    step = ledgers.LedgerStep(
        no=1, what=MARKER, agency="lyj", due_on=desk.servers.clock.now().date() + timedelta(days=90)
    )
    plan = ledgers.LedgerPlan(
        title=f"建设{MARKER}",
        source=ledgers.SourceReference(kind=ledgers.LedgerSource.REPORT, text=MARKER),
        measures=(MARKER,),
        steps=(step,),
        duties=(ledgers.Duty(agency="lyj", duty=MARKER),),
        supervision=MARKER,
    )
    id = str((await desk(ledgers.OpenLedger(plan=plan), Done, **LYJ)).id)
    await desk(ledgers.ReportStep(id=id, text=f"进展{MARKER}"), Done, **LYJ)
    await desk(ledgers.PublishLedger(id=id, secrecy=True), Done, **OFFICE)
    return id


async def _year(desk: Desk) -> str:
    entries = (DecisionEntry(no=1, title=f"事项{MARKER}", agency="lyj", basis=MARKER),)
    put = PutDecisionCatalogue(year=2031, level=DecisionLevel.GOVERNMENT, agency="xzf", entries=entries)
    id = str((await desk(put, Done, **SECRETARY)).id)
    await desk(PublishDecisionCatalogue(id=id, agreed=MARKER, secrecy=True), Done, **OFFICE)
    return id


async def _item(desk: Desk) -> str:
    """An item in two editions, with a limit that names it."""
    name = {"level1": MARKER, "level2": MARKER}
    rest = {"content": MARKER, "basis": MARKER, "limit": "每月", "subject": MARKER, "channel": "网站"}
    put = PutItem(type="basic", agency="lyj", values=name | rest, reason=f"新增{MARKER}")
    id = str((await desk(put, Done, **LYJ)).id)
    again = put.model_copy(update={"values": name | rest | {"content": f"又{MARKER}"}, "reason": f"改{MARKER}"})
    await desk(again, Done, **LYJ)
    return id


KINDS: dict[str, tuple[Callable[[Desk], Awaitable[str]], str, str, tuple[str, ...]]] = {
    "decision": (_matter, "decision", "public_decision", ("/decisions/{}", "/api/v1/decisions/{}")),
    "year": (_year, "decision_catalogue", "public_decision_catalogue", ("/decisions/catalogues/{}",)),
    "meeting": (_meeting, "meeting", "public_meeting", ("/meetings/{}", "/api/v1/meetings/{}")),
    "ledger": (_ledger, "work_ledger", "public_work_ledger", ("/ledgers/{}", "/api/v1/ledgers/{}")),
    "item": (_item, "catalogue_duty", "catalogue_item", ("/catalogues/items/{}",)),
}
CHANNELS = {"decision": ("新媒体",), "meeting": ("网站", "微信")}
"""Where else it was shown."""


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_of_any_other_case_is_left(
    servers: Servers, serving: Serving, desk: Desk, publication: Publication, web: httpx.AsyncClient, kind: str
) -> None:
    make, inside, outside, pages = KINDS[kind]
    id = await make(desk)

    async def shown() -> bool:
        return all([MARKER in await _read(web, page.format(id)) for page in pages])

    await until(shown)
    assert await in_databases(servers)
    assert await in_streams(servers)
    take = documents.Withdraw(id=id, leak=Leak.SECRET)
    done = await desk(take, Done, **OFFICE)
    assert (await desk(take, Done, **OFFICE)).version >= done.version
    left: list[str] = []

    async def gone() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.5)
        left[:] = [*await in_databases(servers), *await in_streams(servers)]
        return not left

    await until(gone)
    await desk(r.GetView(type=f"publication.{inside}", id=id, wait_version=done.version), r.View)
    stone = (await desk(r.GetView(type=f"publication.{outside}", id=id), r.View)).record
    assert (stone["withdrawn"], stone["withdrawn_for"]) == (True, "依法不予公开")

    async def answered_gone() -> bool:
        return [(await web.get(page.format(id))).status_code for page in pages] == [410] * len(pages)

    await until(answered_gone)
    await _closes(desk, publication, id, inside, CHANNELS.get(kind, ()))
    assert not await in_databases(servers)


async def _closes(desk: Desk, publication: Publication, id: str, record: str, channels: tuple[str, ...]) -> None:
    """Another person approves and each channel is confirmed; nothing else can be done with it any more."""
    await refused("own_withdrawal", desk(documents.ApproveWithdrawal(id=id), Done, **OFFICE))
    await desk(documents.ApproveWithdrawal(id=id), Done, **MAYOR)
    await refused("unknown_channel", desk(documents.ConfirmCleared(id=id, channel="电视"), Done, **LYJ))
    for channel in channels:
        await desk(documents.ConfirmCleared(id=id, channel=channel), Done, **LYJ)

    async def sealed() -> bool:
        await takedown.erase_all(publication, calm_seconds=0.1)
        view = await desk(r.GetView(type=f"publication.{record}", id=id), r.View)
        return view.record["state"] == "sealed" and not view.record["open"]

    await until(sealed)


async def test_what_comes_late_is_removed_too(servers: Servers, desk: Desk, publication: Publication) -> None:
    id = await draft(desk, "将被封存的草稿")
    await desk(documents.Withdraw(id=id, leak=Leak.SECRET), Done, as_="赵审核", agency="bgs")
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
        await History(lambda: client, servers.region).forget([documents.DocumentDrafted], "*")

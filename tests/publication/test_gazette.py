"""Issues of the gazette: numbers without gap, editions that never change, a gap for what is taken down."""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader

from chassis.objects import read_object
from chassis.runtime import App
from contracts.base import Done, Role
from contracts.publication import gazette as c
from contracts.publication.documents import AssignNumber, MarkValidity, Publish, Withdraw
from contracts.publication.record import Leak, Validity
from services.publication.gazette import pdf, printing
from services.publication.service import Publication
from tests.publication.test_service import TEXT, clear, draft, file_of, refused
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def normative(desk: Desk, n: int, text: str = TEXT) -> str:
    id = await draft(desk, f"规范性文件{n}的办法", text, category="法规公文", formed_on=date(2026, 11, 20))
    await clear(desk, id)
    await desk(AssignNumber(id=id, doc_no=f"示财规〔2026〕{n}号"), Done, as_="赵审核", agency="bgs")
    await desk(Publish(id=id), Done, as_="赵审核", agency="bgs")
    return id


async def issue(desk: Desk, *ids: str, key: str | None = None) -> c.GazetteIssue:
    done = await desk(c.IssueGazette(documents=ids), Done, as_="赵审核", agency="bgs", key=key)
    found: c.IssueFound = await desk(c.GetGazetteIssue(id=done.id), c.IssueFound)
    return found.issue


async def opened(servers: Servers, found: c.GazetteIssue, form: str) -> bytes | None:
    js = (await servers.client("gateway")).jetstream()
    edition = next(each for each in found.editions if each.form == form)
    content = await read_object(js, "documents", f"{found.id}/{edition.sha256}")
    if content is not None:
        assert hashlib.sha256(content).hexdigest() == edition.sha256
        assert len(content) == edition.bytes
    return content


async def waiting(desk: Desk) -> list[str]:
    page: c.GazetteCandidates = await desk(c.NotInGazette(limit=200), c.GazetteCandidates)
    return [item.id for item in page.items]


async def test_an_issue_is_numbered_kept_and_leaves_the_list(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    one, two = await normative(desk, 1), await normative(desk, 2, f"{TEXT}\n<script>坏</script>")
    assert {one, two} <= set(await waiting(desk))
    first = await issue(desk, two, one, key="issue-1")
    assert [item.document for item in first.items] == [two, one]
    assert first.title == f"政府公报2026年第{first.no}期"
    again = await issue(desk, two, one, key="issue-1")
    assert again == first
    page = (await opened(servers, first, "html") or b"").decode()
    assert page.index("规范性文件2的办法") < page.index("规范性文件1的办法")
    assert "<script>" not in page
    printed = PdfReader(io.BytesIO(await opened(servers, first, "pdf") or b""))
    assert "规范性文件2的办法" in printed.pages[1].extract_text()
    data = json.loads(await opened(servers, first, "json") or b"")
    assert [item["text"][:4] for item in data["items"]] == [TEXT[:4], TEXT[:4]]
    assert not {one, two} & set(await waiting(desk))
    assert (await file_of(desk, one)).record.gazette == first.id
    await refused("printed", issue(desk, one))
    await refused("not_public", issue(desk, await draft(desk, "草稿")))


async def test_numbers_of_issues_have_no_gap_under_concurrency(desk: Desk, app: App[Publication]) -> None:
    ids = [await normative(desk, n) for n in range(10, 14)]
    tries = [issue(desk, id, key=f"race-{id}") for id in (*ids, *ids)]
    issues: list[Any] = await asyncio.gather(*tries, return_exceptions=True)
    numbers = sorted({each.no for each in issues if isinstance(each, c.GazetteIssue)})
    assert numbers == list(range(numbers[0], numbers[0] + 4))


async def test_what_is_taken_down_leaves_a_gap(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    leaked = "公报里不该有的话"
    gone, stays = await normative(desk, 20, f"{TEXT}\n{leaked}"), await normative(desk, 21)
    before = await issue(desk, gone, stays)
    assert leaked.encode() in (await opened(servers, before, "html") or b"")
    await desk(Withdraw(id=gone, leak=Leak.PERSONAL), Done, as_="赵审核", agency="bgs")
    assert await opened(servers, before, "html") is None
    after: c.IssueFound = await desk(c.GetGazetteIssue(id=before.id), c.IssueFound)
    assert [item.withdrawn for item in after.issue.items] == [True, False]
    assert (after.issue.no, after.issue.title) == (before.no, before.title)
    page = (await opened(servers, after.issue, "html") or b"").decode()
    assert leaked not in page
    assert "规范性文件20的办法" not in page
    assert "规范性文件21的办法" in page
    assert "规范性文件20" not in repr(await app.it.gazette.issues.entries(before.id))


async def test_units_hand_in_and_are_printed_first(desk: Desk, app: App[Publication]) -> None:
    early, handed = await normative(desk, 30), await normative(desk, 31)
    await refused("other_agency", desk(c.SubmitToGazette(id=handed), Done, as_="张起草", agency="fgj"))
    await desk(c.SubmitToGazette(id=handed), Done, as_="张起草", agency="czj")
    page: c.GazetteCandidates = await desk(c.NotInGazette(submitted=True), c.GazetteCandidates)
    assert [(item.id, str(item.submitted_on)) for item in page.items] == [(handed, "2026-11-23")]
    page = await desk(c.NotInGazette(unit="czj", limit=200), c.GazetteCandidates)
    assert {early, handed} <= {item.id for item in page.items}
    assert {item.unit for item in page.items} == {"czj"}
    assert (await desk(c.NotInGazette(unit="jyj", submitted=True), c.GazetteCandidates)).total == 0
    next_issue = await issue(desk)
    assert next_issue.items[0].document == handed
    assert early in [item.document for item in next_issue.items]
    await refused("not_for_gazette", desk(c.SubmitToGazette(id=handed), Done, as_="张起草", agency="czj"))


async def test_what_is_in_force_is_compiled_and_gapped(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    stays, ended, gone = await normative(desk, 40), await normative(desk, 41), await normative(desk, 42)
    by = {"as_": "赵审核", "agency": "bgs"}
    marked = MarkValidity(id=ended, validity=Validity.REPEALED, on=date(2026, 11, 23), by_document=stays)
    for wrong in (ended, f"{servers.region}-GW-2026-999999"):
        await refused("document_unknown", desk(marked.model_copy(update={"by_document": wrong}), Done, **by))
    await desk(marked.model_copy(update={"by_document": "示政发[2026]9号"}), Done, **by)
    assert (await file_of(desk, ended)).record.metadata.ended_by == "示政发〔2026〕9号"
    await desk(marked, Done, **by)
    made = await desk(c.Compile(issuer="czj"), Done, **by)
    found: c.IssueFound = await desk(c.GetGazetteIssue(id=made.id), c.IssueFound)
    listed = [item.document for item in found.issue.items]
    assert found.issue.title == "重点制度文件汇编2026年第1期"
    assert (stays in listed, ended in listed, gone in listed) == (True, False, True)
    assert {each.form for each in found.issue.editions} == {"html", "pdf", "json"}
    await refused("nothing_to_print", desk(c.Compile(issuer="fgj"), Done, **by))
    await refused("nothing_to_print", desk(c.Compile(theme="没有的主题"), Done, **by))
    await desk(Withdraw(id=gone, leak=Leak.PERSONAL), Done, **by)
    assert await opened(servers, found.issue, "pdf") is None
    after: c.IssueFound = await desk(c.GetGazetteIssue(id=made.id), c.IssueFound)
    assert [item.document for item in after.issue.items if item.withdrawn] == [gone]
    subjects = [
        each.subject for each in await servers.told(f"zwgk.*.evt.public.publication.compilation.*.v1.{made.id}")
    ]
    assert [subject.split(".")[6] for subject in subjects] == ["gapped"]


async def test_the_page_shows_a_gap_and_no_markup_of_authors() -> None:
    item = c.GazetteItem(no=1, document="d", title="<b>", issuer_names=("甲",), sha256="x")
    gap = c.GazetteItem(no=2, document="e", title="（已撤下）", withdrawn=True)
    again = [pdf.document("公报", (item, gap), {"x": "一\n\n<二>&"}.__getitem__) for _ in range(2)]
    assert again[0] == again[1]
    page = printing.page("公报", (item, gap), {"x": "一\n\n二"}.__getitem__).decode()
    assert "<b>" not in page
    assert page.count("<p>一</p><p>二</p>") == 1
    assert '<article id="n2"><p>（已撤下）</p></article>' in page


async def test_what_was_handed_in_is_returned_with_a_reason_and_handed_in_again(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    id = await normative(desk, 60)
    submit = c.SubmitToGazette(id=id)
    give_back = c.ReturnFromGazette(id=id, reason="附件缺第二页")
    office: dict[str, Any] = {"as_": "赵审核", "agency": "bgs"}
    await refused("not_submitted", desk(give_back, Done, **office))
    await desk(submit, Done, as_="张起草", agency="czj")
    phoned = give_back.model_copy(update={"reason": "请联系手机13912345678"})
    await refused("personal_data_in_field", desk(phoned, Done, **office))
    await refused("forbidden", desk(give_back, Done, as_="张起草", agency="czj", roles=[Role.CLERK]))
    await desk(give_back, Done, **office)
    record = (await file_of(desk, id)).record
    assert (record.open, record.gazette_returned, record.waits_for) == (
        True,
        "附件缺第二页",
        "按退回理由修改后重新报送公报",
    )
    page: c.GazetteCandidates = await desk(c.NotInGazette(limit=200), c.GazetteCandidates)
    (found,) = [item for item in page.items if item.id == id]
    assert (found.submitted_on, found.returned_for) == (None, "附件缺第二页")
    assert id not in [case.id for case in await app.it.gazette.waiting()]
    await desk(submit, Done, as_="张起草", agency="czj")
    record = (await file_of(desk, id)).record
    assert (record.open, record.gazette_returned) == (False, "")
    assert id in [case.id for case in await app.it.gazette.waiting()]
    await issue(desk, id)
    await refused("not_submitted", desk(give_back, Done, **office))

"""Pages with something on them, wide and on a phone: what is empty always fits."""

import itertools
import re
from datetime import date

import httpx
import pytest

from contracts.base import Done, Role
from contracts.hotline.public import IssueBulletin, ProposeKnowledge, PublishEntry
from contracts.publication import documents as c
from contracts.publication.catalogue import PutItem
from contracts.publication.decision_catalogue import DecisionLevel
from contracts.publication.decisions import DecisionScope, StartDecision
from contracts.publication.gazette import Compile, IssueGazette
from contracts.publication.record import Attribute, Changes
from tests.browser.chromium import Chromium
from tests.browser.test_pages import PHONE, WIDE
from tests.gateway.conftest import Publish
from tests.gateway.test_answers import answered as ticket_answered
from tests.gateway.test_answers import unit
from tests.gateway.test_applicants import answered, to_correct
from tests.gateway.test_decisions import consulting
from tests.hotline.test_guide import GUIDE
from tests.servers import Desk, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXT = "各镇：\n一、基本要求\n按《示例县古桥保护办法》执行，不得擅自拆除。\n示例县财政局\n2026年11月20日"
REVIEWER = {"as_": "赵审核", "roles": [Role.REVIEWER]}
LONG = "关于进一步加强全县农村公路桥梁日常养护管理和安全隐患排查整治工作的实施办法（试行）"
CODE = "SX-FILLED-1"


async def look(chromium: Chromium) -> None:
    """The page that is open is whole, wide and on a phone."""
    html = await chromium.html()
    assert "<script" not in html
    assert " style=" not in html
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for size, mobile in ((WIDE, False), (PHONE, True)):
        await chromium.size(*size, mobile=mobile)
        assert not await chromium.scrolls_sideways(), size


async def opened(chromium: Chromium, address: str) -> None:
    await chromium.size(*WIDE)
    await chromium.open(address)
    await look(chromium)


async def document_pages(desk: Desk, web: httpx.AsyncClient, publish: Publish) -> list[str]:
    id = await publish(LONG, TEXT, doc_no="示政办发〔2026〕91号", category="法规公文")
    await desk(c.Correct(id=id, reason="名称有误", text=TEXT.replace("古桥", "古寨")), Done, **REVIEWER)
    issue = await desk(IssueGazette(documents=(id,)), Done, **REVIEWER)
    made = await desk(Compile(), Done, **REVIEWER)

    async def there() -> bool:
        page = (await web.get(f"/documents/{id}")).text
        return "与现行文本比较" in page and made.id in (await web.get("/gazette")).text

    await until(there)
    changes = re.search(r'href="([^"]+/changes)"', (await web.get(f"/documents/{id}")).text)
    assert changes
    old = changes[1].removesuffix("/changes")
    return [f"/documents/{id}", changes[1], old, "/gazette", f"/gazette/{issue.id}", f"/gazette/{made.id}"]


async def knowledge_pages(desk: Desk, web: httpx.AsyncClient) -> list[str]:
    item = PutItem(type="guide", agency="gaj", values=GUIDE | {"code": CODE}, reason="首次发布")
    done = await desk(item, Done, agency="gaj", roles=[Role.CLERK])

    async def known() -> bool:
        return (await web.get(f"/guides/{CODE}")).status_code == 200

    await until(known)
    ticket, _ = await ticket_answered(web, desk, "咨询", "示例：居住证在哪里办？")
    proposed = await unit(desk, ProposeKnowledge(ticket=ticket, guide=CODE))
    await desk(PublishEntry(id=proposed.id), Done, as_="公开员丙", roles=[Role.OPENNESS])
    issue = IssueBulletin(about="suggestions", first=date(2026, 10, 1), last=date(2026, 10, 31))
    await desk(issue, Done, as_="公开员丙", roles=[Role.OPENNESS])

    async def shown() -> bool:
        page = (await web.get("/answers")).text
        return "请到3号窗口办理。" in page and "建议采纳情况" in page

    await until(shown)
    return ["/answers", f"/guides/{CODE}", "/catalogues/guide", f"/catalogues/items/{done.id}"]


async def test_what_the_public_reads_fits(
    chromium: Chromium, site: str, web: httpx.AsyncClient, desk: Desk, servers: Servers, publish: Publish
) -> None:
    paths = await document_pages(desk, web, publish) + await knowledge_pages(desk, web)
    matter = await consulting(desk, servers, publish, "农村公路桥梁养护办法")

    async def there() -> bool:
        return (await web.get(f"/decisions/{matter}")).status_code == 200

    await until(there)
    for path in (*paths, f"/decisions/{matter}", "/decisions", "/notices", "/"):
        await opened(chromium, site + path)


async def test_an_applicant_sees_documents_and_corrects(
    chromium: Chromium, site: str, web: httpx.AsyncClient, desk: Desk
) -> None:
    for make in (answered, to_correct):
        claim = await make(web, desk)
        await chromium.open(site + "/requests/follow")
        await chromium.fill("#number", claim["number"])
        await chromium.fill("#code", claim["code"])
        await chromium.click("main button[type=submit]")
        assert await chromium.find('form[action="/requests/document"] button')
        await look(chromium)
        width, height = await chromium.box('form[action="/requests/document"] button')
        assert width > height, "its word stands on one line"
    await chromium.click('form[action="/requests/correction"] button')
    assert await chromium.find('form[action="/requests/correct"] #description')
    await look(chromium)


async def signed_in(chromium: Chromium, site: str, token: str) -> None:
    await chromium.open(site + "/desk")
    if await chromium.find(".inline button"):
        await chromium.click(".inline button")
        await chromium.open(site + "/desk")
    await chromium.fill("#token", token)
    await chromium.click("main button[type=submit]")


async def from_the_desk(chromium: Chromium, site: str, path: str) -> None:
    """Open a record by its link on the desk, once it is there."""

    async def listed() -> bool:
        await chromium.open(site + "/desk")
        return bool(await chromium.find(f'a[href="{path}"]'))

    await until(listed)
    await chromium.click(f'a[href="{path}"]')
    await look(chromium)


async def test_a_head_approves_a_document_on_the_desk(
    chromium: Chromium, site: str, desk: Desk, servers: Servers
) -> None:
    clerk = {"as_": "张林业", "agency": "lyj", "roles": [Role.CLERK]}
    details = Changes(category="其他", formed_on=date(2026, 11, 20))
    id = (await desk(c.Draft(title="林道养护通知", issuers=("lyj",), text=TEXT, details=details), Done, **clerk)).id
    await desk(c.SetAttribute(id=id, attribute=Attribute.PROACTIVE), Done, **clerk)
    path = f"/desk/records/publication.document/{id}"
    await chromium.size(*WIDE)
    await signed_in(chromium, site, servers.token("李局长", [Role.HEAD], "lyj"))
    await from_the_desk(chromium, site, path)
    assert "按《示例县古桥保护办法》执行" in await chromium.html("main")
    await chromium.click(f'a[href="{path}/approve-by-head"]')
    await look(chromium)
    await chromium.fill("#note", "同意公开")
    await chromium.click("main button[type=submit]")
    assert "已办理：单位负责人批准" in await chromium.html("main")
    assert "待发布前审查" in await chromium.html("main")


async def test_a_clerk_takes_a_step_of_a_decision_on_the_desk(
    chromium: Chromium, site: str, desk: Desk, servers: Servers
) -> None:
    start = StartDecision(
        title="林道保护办法",
        level=DecisionLevel.UNIT,
        scope=DecisionScope.POLICY,
        basis="森林法",
        background="林道受损",
        proposed_by="公众建议",
        outside_reason="公众集中反映",
    )
    id = (await desk(start, Done, as_="张林业", agency="lyj", roles=[Role.CLERK])).id
    path = f"/desk/records/publication.decision/{id}"
    await chromium.size(*PHONE, mobile=True)
    await signed_in(chromium, site, servers.token("赵公开", [Role.OPENNESS], "lyj"))
    await from_the_desk(chromium, site, path)
    for form in ("record-risk", "plan-consultation", "record-participation"):
        await opened(chromium, f"{site}{path}/{form}")
    await opened(chromium, site + path)
    await chromium.click(f'a[href="{path}/stop-decision"]')
    await look(chromium)
    await chromium.fill("#reason", "并入国土空间规划")
    await chromium.click("main button[type=submit]")
    assert "已办理：终止决策程序" in await chromium.html("main")


async def test_the_desk_fits_a_phone(
    chromium: Chromium, site: str, web: httpx.AsyncClient, desk: Desk, servers: Servers
) -> None:
    number = (await to_correct(web, desk))["number"]
    await chromium.size(*PHONE, mobile=True)
    await signed_in(chromium, site, servers.token("李督查", [Role.SUPERVISOR]))
    for path in (
        "/desk",
        "/desk/reports",
        "/desk/reports/scoreboard?year=2026",
        "/desk/reports/clocks",
        "/desk/reports/overdue",
        "/desk/state",
        f"/desk/records/requests.request/{number}",
    ):
        await opened(chromium, site + path)
    await chromium.open(site + "/desk")
    await chromium.click(".inline button")

"""The desk: what may be done on a record is offered and taken by plain forms."""

import html
import re
from dataclasses import dataclass

import httpx
import pytest
import pytest_asyncio

from contracts.base import Done, Role
from contracts.publication import decisions as c
from contracts.publication.decision_catalogue import DecisionLevel
from contracts.publication.documents import Draft
from contracts.publication.record import Changes
from tests.gateway.test_cases import APPLICATION
from tests.servers import Desk, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXT = "各镇：\n一、总体要求\n请按时完成村道养护。\n示例县林业局\n2026年11月20日"


def hidden(page: str) -> dict[str, str]:
    form = page.split('<form class="card form"')[1]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))


@dataclass
class Browser:
    """A browser of a signed-in person."""

    web: httpx.AsyncClient
    servers: Servers

    async def sign_in(self, name: str, role: Role, agency: str = "bgs") -> None:
        self.web.cookies.clear()
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', (await self.web.get("/sign-in")).text))
        token = {"token": self.servers.token(name, [role], agency)}
        assert (await self.web.post("/sign-in", data=fields | token)).status_code == 303

    async def take(self, path: str, verb: str, **values: str) -> httpx.Response:
        page = await self.web.get(f"{path}/{verb}")
        assert page.status_code == 200, page.text
        return await self.web.post(f"{path}/{verb}", data=hidden(page.text) | values)

    async def took(self, path: str, verb: str, **values: str) -> str:
        done = await self.take(path, verb, **values)
        assert done.status_code == 303, done.text
        return (await self.web.get(done.headers["location"])).text


@pytest_asyncio.fixture(loop_scope="session")
async def browser(web: httpx.AsyncClient, servers: Servers) -> Browser:
    return Browser(web, servers)


async def drafted(desk: Desk, web: httpx.AsyncClient) -> str:
    """A draft, once the desk shows it; the path of its record."""
    details = Changes(category="其他", formed_on=desk.servers.clock.now().date())
    draft = Draft(title="村道养护通知", issuers=("lyj",), text=TEXT, details=details)
    id = (await desk(draft, Done, as_="张林业", agency="lyj")).id
    path = f"/desk/records/publication.document/{id}"
    headers = {"Authorization": f"Bearer {desk.servers.token('张林业', [Role.CLERK], 'lyj')}"}

    async def there() -> bool:
        return (await web.get(f"/api/v1/views/publication.document/{id}", headers=headers)).status_code == 200

    await until(there)
    return path


def offered(page: str) -> list[str]:
    return re.findall(
        r'<a class="button[^"]*" href="[^"]+/([a-z-]+)">', page.split('id="steps"')[1].split("</section>")[0]
    )


async def test_a_document_is_approved_and_published_by_forms_alone(browser: Browser, desk: Desk) -> None:
    path = await drafted(desk, browser.web)
    await browser.sign_in("张林业", Role.CLERK, "lyj")
    page = (await browser.web.get(path)).text
    assert "请按时完成村道养护。" in page
    assert offered(page)[0] == "set-attribute"
    assert "approve-by-head" not in offered(page)
    page = await browser.took(path, "set-attribute", attribute="主动公开")
    assert "已办理：认定公开属性" in page
    await browser.sign_in("李局长", Role.HEAD, "lyj")
    page = (await browser.web.get(path)).text
    assert offered(page)[:2] == ["approve-by-head", "return"]
    await browser.took(path, "approve-by-head", note="同意")
    await browser.sign_in("赵审核", Role.REVIEWER)
    refused = await browser.take(path, "review", secrecy="true", wording="", timing="true")
    assert refused.status_code == 422
    assert "文字表述" in html.unescape(refused.text)
    assert 'value="true" selected' in refused.text, "what was filled stays"
    await browser.took(path, "review", secrecy="true", wording="true", timing="true")
    page = await browser.took(path, "publish")
    assert ("已办理：公开" in page, "已公开" in page) == (True, True)


async def test_a_decision_steps_on_by_a_form(browser: Browser, desk: Desk) -> None:
    start = c.StartDecision(
        title="古道保护办法",
        level=DecisionLevel.UNIT,
        scope=c.DecisionScope.POLICY,
        basis="文物保护法",
        background="古道受损",
        proposed_by="公众建议",
        outside_reason="公众集中反映",
    )
    id = (await desk(start, Done, as_="张林业", agency="lyj", roles=[Role.CLERK])).id
    path = f"/desk/records/publication.decision/{id}"
    await browser.sign_in("张林业", Role.CLERK, "lyj")

    async def there() -> bool:
        return (await browser.web.get(path)).status_code == 200

    await until(there)
    nested = {"assessment.on": "2026-11-20", "assessment.assessors": "示例规划院", "assessment.conclusion": "科学可行"}
    lacking = await browser.take(path, "record-experts", **nested)
    assert (lacking.status_code, "专家人数" in lacking.text) == (422, True)
    done = await browser.took(path, "record-experts", experts="5", independent="on", signed="on", **nested)
    assert "已办理：登记专家论证" in done


async def test_what_has_changed_since_is_not_decided_on(browser: Browser, desk: Desk) -> None:
    path = await drafted(desk, browser.web)
    await browser.sign_in("张林业", Role.CLERK, "lyj")
    page = (await browser.web.get(f"{path}/set-attribute")).text
    await browser.took(path, "revise", **{"changes.theme": ""}, text=TEXT.replace("按时", "及时"))
    stale = await browser.web.post(f"{path}/set-attribute", data=hidden(page) | {"attribute": "主动公开"})
    assert (stale.status_code, "已有变动" in stale.text) == (422, True)


async def test_who_may_not_take_a_step_is_refused(browser: Browser, desk: Desk) -> None:
    path = await drafted(desk, browser.web)
    assert (await browser.web.get(f"{path}/approve-by-head")).status_code == 401
    await browser.sign_in("张林业", Role.CLERK, "lyj")
    assert (await browser.web.get(f"{path}/approve-by-head")).status_code == 403
    assert (await browser.web.get(f"{path}/dispatch-ticket")).status_code == 404
    foreign = await browser.web.post(f"{path}/set-attribute", data={"attribute": "主动公开"})
    assert (foreign.status_code, "页面已过期" in foreign.text) == (403, True)


async def test_papers_are_read_on_the_desk_for_a_stated_purpose(browser: Browser, desk: Desk) -> None:
    done = await browser.web.post("/api/v1/requests", json={"agency": "bgs", "application": APPLICATION})
    number = done.json()["number"]
    path = f"/desk/records/requests.request/{number}"
    await browser.sign_in("张经办", Role.CLERK)

    async def there() -> bool:
        return (await browser.web.get(path)).status_code == 200

    await until(there)
    page = (await browser.web.get(path)).text
    assert f'href="{path}/get-request"' in page
    assert APPLICATION["description"] not in page
    untold = await browser.take(path, "get-request")
    assert (untold.status_code, "请写明查阅事由" in untold.text) == (422, True)
    read = await browser.take(path, "get-request", purpose="审查申请内容")
    assert read.status_code == 200
    assert APPLICATION["description"] in read.text
    assert read.headers["cache-control"] == "no-store"
    today = desk.servers.clock.now().date().isoformat()
    assert "已办理：确认收到申请" in await browser.took(path, "confirm-receipt", confirmed_on=today)

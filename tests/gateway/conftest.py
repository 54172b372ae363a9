"""The gateway and the services behind it, on real servers."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import httpx
import pytest
import pytest_asyncio

from contracts.base import Role
from contracts.publication import stock as c
from contracts.publication.record import Attribute, Metadata
from tests.servers import Desk, Servers, started, until

SERVICES = ["publication", "requests", "hotline", "readmodel", "gateway"]
Publish = Callable[..., Awaitable[str]]
_numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(servers: Servers) -> AsyncIterator[str]:
    """Address of a running gateway."""
    async with started(servers, SERVICES) as serving:
        gateway = next(app for app in serving.apps if app.name == "gateway")
        yield f"http://127.0.0.1:{gateway.it.http.port}"


@pytest_asyncio.fixture(loop_scope="session")
async def web(site: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client with an address of its own: rate limits of one test do not touch another."""
    own = {"X-Forwarded-For": f"192.0.2.{next(_numbers)}"}
    async with httpx.AsyncClient(base_url=site, headers=own, trust_env=False) as client:
        yield client


@pytest.fixture
def staff(servers: Servers) -> dict[str, str]:
    """Headers of a signed-in person."""
    return {"Authorization": f"Bearer {servers.token('李督查', [Role.SUPERVISOR])}"}


@pytest.fixture
def publish(desk: Desk, web: httpx.AsyncClient) -> Publish:
    """Publishes a document and waits until the gateway shows it; its number."""

    async def publish(title: str, text: str, **metadata: object) -> str:
        given = c.Given(
            metadata=Metadata(
                title=title,
                issuers=("bgs",),
                genre="通知",
                formed_on=date(2026, 11, 20),
                **metadata,  # type: ignore[arg-type]
            ),
            attribute=Attribute.PROACTIVE,
            published_on=date(2026, 11, 20),
        )
        item = c.ImportItem(name=title, form="given", content=text, given=given)
        done = await desk(c.Import(items=(item,), confirm=True), c.ImportOutcomes, roles=[Role.REVIEWER])
        assert done.items[0].outcome == "published", done.items[0].reason
        id = str(done.items[0].id)

        async def shown() -> bool:
            return (await web.get(f"/documents/{id}")).status_code == 200

        await until(shown)
        return id

    return publish

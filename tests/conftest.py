"""Fixtures of all tests: real servers, started once for the run."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.settings import Settings
from cli.session import DATA
from tests.servers import Desk, Servers, running


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A worker takes a folder at a time, in order: its tests share servers, and some look back on all before them."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.parent.name))


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and no data folder that another test named."""
    DATA.set(None)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ZWGK_{name.upper()}", raising=False)


@dataclass
class _Held:
    """The servers of the folder whose tests run now."""

    folder: Path | None = None
    servers: Servers | None = None
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _held() -> AsyncIterator[_Held]:
    held = _Held()
    yield held
    await held.stack.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, _held: _Held) -> Servers:
    """NATS and the database, provisioned for the real registry, started anew for each folder of tests; the simulated
    clock stands at 2026-11-23 09:00."""
    if _held.servers is None or _held.folder != request.path.parent:
        await _held.stack.aclose()
        _held.stack = AsyncExitStack()
        _held.folder = request.path.parent
        _held.servers = await _held.stack.enter_async_context(running(tmp_path_factory.mktemp("servers")))
    return _held.servers


@pytest_asyncio.fixture(loop_scope="session")
async def desk(servers: Servers) -> Desk:
    """Commands and queries as persons."""
    return await servers.asker()

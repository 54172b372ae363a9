"""Fixtures of all tests: real servers, started once for the run."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from chassis.settings import Settings
from cli.session import DATA
from tests.servers import Desk, Servers, running

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


class ByFolder(LoadScopeScheduling):
    """A worker takes a folder at a time, in order: its tests share servers, and some look back on all before them."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.partition("::")[0].rpartition("/")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    return ByFolder(config, log)


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

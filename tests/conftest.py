"""Fixtures of all tests: real servers, started once for the run."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chassis.settings import Settings
from cli.session import DATA
from tests.servers import Desk, Servers, running


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine reaches a test, and no data folder that another test named."""
    DATA.set(None)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ZWGK_{name.upper()}", raising=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Servers]:
    """NATS and the database, provisioned for the real registry; the simulated clock stands at 2026-11-23 09:00."""
    async with running(tmp_path_factory.mktemp("servers")) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def desk(servers: Servers) -> Desk:
    """Commands and queries as persons."""
    return await servers.asker()

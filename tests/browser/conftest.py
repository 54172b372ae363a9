"""A browser on the running site."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.browser.chromium import Chromium, found
from tests.gateway.conftest import Publish as Publish
from tests.gateway.conftest import publish as publish
from tests.gateway.conftest import site as site
from tests.gateway.conftest import web as web


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chromium]:
    """One browser for the run, which executes no script: the pages need none."""
    if found() is None:
        pytest.skip("no chromium on this machine")
    async with Chromium(tmp_path_factory.mktemp("chromium")) as browser:
        await browser.without_script()
        yield browser

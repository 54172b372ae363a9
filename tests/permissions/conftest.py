from collections.abc import AsyncIterator

import pytest
from permissions_place import Place, place_of
from toy_contracts.registry import TOYS


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The toys' platform."""
    async with place_of(TOYS, tmp_path_factory.mktemp("toys")) as running:
        yield running

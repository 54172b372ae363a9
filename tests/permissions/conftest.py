from collections.abc import AsyncIterator

import pytest

from tests.permissions.permissions_place import Place, place_of
from tests.permissions.toy_contracts.registry import TOYS


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The toys' platform."""
    async with place_of(TOYS, tmp_path_factory.mktemp("toys")) as running:
        yield running

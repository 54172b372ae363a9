"""One platform for all journeys, started as a user starts it, with the sample government and a simulated clock."""

from collections.abc import Iterator

import pytest

from tests.journeys.platform import Platform
from tests.journeys.spans import Collector, collecting

CLOCK = "2026-11-23T09:00"


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Takes the traces of the platform."""
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("platform")
    platform = Platform(folder / "data", folder / "log.jsonl", collector.url)
    try:
        platform.start("--clock", CLOCK)
        yield platform
    finally:
        platform.kill()

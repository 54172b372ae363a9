"""The five real documents, named by what they are, and the register that the tests know."""

import os
from pathlib import Path

import pytest

DOCUMENTS = {
    "district_plan": "000",  # 毕节市七星关区: notice with a plan
    "county_division": "001",  # 翁源县: division of tasks, draft
    "town_points": "002",  # 梅陇镇: main points
    "annual_report": "003",  # 纳溪区: annual report
    "city_points": "004",  # 义乌市: notice with main points
}


def folder() -> Path:
    return Path(os.environ.get("ZWGK_SEEDS") or Path(__file__).parents[3] / "shared" / "seeds")


@pytest.fixture(scope="session")
def real():
    """A real document's file name and bytes, by its name in `DOCUMENTS`."""

    def read(document: str) -> tuple[str, bytes]:
        found = sorted(folder().glob(f"{DOCUMENTS[document]}_*.txt"))
        if not found:
            pytest.skip("the real documents are not here: set ZWGK_SEEDS to their folder")
        return found[0].name, found[0].read_bytes()

    return read

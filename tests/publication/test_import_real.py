"""The five real documents through the importer's own reading: nothing invented, nothing resolved silently."""

import os
from datetime import date
from pathlib import Path

import pytest

from cli import stock
from contracts.publication import stock as c
from contracts.publication.record import Attribute
from kernel.agencies import Register
from sample import data as sample
from services.publication.candidates import Candidate, read
from services.publication.domain import KIND
from services.publication.domain.facts import Official
from services.publication.domain.stock import lacks
from tests.servers import MORNING

REGISTER = Register.from_dict(sample.agencies())
CLERK = Official(id="qian", name="钱导入", agency="bgs")


def folder() -> Path:
    return Path(os.environ.get("ZWGK_SEEDS") or Path(__file__).parents[3] / "shared" / "seeds")


@pytest.fixture(scope="module")
def candidates() -> dict[str, Candidate]:
    """The documents by the first three signs of their file names."""
    if not folder().is_dir():
        pytest.skip("the real documents are not here: set ZWGK_SEEDS to their folder")
    found = [item for path in stock.sources([folder()]) for item in stock.items(path)]
    taken = [read(item, REGISTER, frozenset()) for item in found if isinstance(item, c.ImportItem)]
    return {each.name[:3]: each for each in taken if isinstance(each, Candidate)}


def test_every_file_is_taken(candidates: dict[str, Candidate]) -> None:
    assert sorted(candidates) == ["000", "001", "002", "003", "004"]


def test_city_points_keep_both_dates_and_no_column_as_issuer(candidates: dict[str, Candidate]) -> None:
    city = candidates["004"]
    assert (city.metadata.title, city.metadata.doc_no) == (
        "关于印发2018年义乌市政务公开工作要点的通知",
        "义政办发〔2018〕67号",
    )
    assert (city.metadata.index_no, city.attribute) == ("330782000000/2018-157280", Attribute.PROACTIVE)
    assert (city.metadata.formed_on, city.published_on) == (None, date(2018, 7, 12))
    assert "政务专题" not in city.metadata.issuer_names
    assert "formed_on_differs" in [doubt.code for doubt in city.doubts]


def test_district_plan_has_two_issuers_and_a_party_number(candidates: dict[str, Candidate]) -> None:
    district = candidates["000"]
    assert len(district.metadata.issuer_names) == 2
    assert district.metadata.party
    assert district.metadata.doc_no is not None


def test_county_division_is_a_draft(candidates: dict[str, Candidate]) -> None:
    assert "draft" in [doubt.code for doubt in candidates["001"].doubts]


def test_none_of_them_could_be_confirmed_as_it_is(candidates: dict[str, Candidate]) -> None:
    for candidate in candidates.values():
        assert lacks(KIND.fold(None, candidate.facts("d", CLERK, MORNING)), MORNING.date())

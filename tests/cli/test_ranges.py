"""Numbers of opinions as they are written in one line."""

import pytest

from cli.publication_comments import MAX_RANGE, _numbers
from kernel.refused import Refused


def test_single_numbers_and_ranges_are_one_list_without_repeats() -> None:
    assert _numbers(["2", "5-7", "6", "9"]) == [2, 5, 6, 7, 9]
    assert len(_numbers([f"1-{MAX_RANGE}"])) == MAX_RANGE


@pytest.mark.parametrize("word", ["", "-", "x", "3-", "-3", "3-x", "1-2-3", "7-5", f"1-{MAX_RANGE + 1}", "1.5"])
def test_what_is_no_range_is_said(word: str) -> None:
    with pytest.raises(Refused) as caught:
        _numbers([word])
    assert caught.value.field == "nos"
    assert caught.value.remedy

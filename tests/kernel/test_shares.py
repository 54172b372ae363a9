"""Shares that add to 100.00."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.refused import Refused
from kernel.shares import shares

# 纳溪区 2017年政府信息公开工作年度报告: 概况 计划总结 法规公文 工作动态 人事 财政 其他, of 15,586.
NAXI = {
    239: "1.53", 610: "3.92", 3367: "21.60", 10128: "64.98", 237: "1.52", 387: "2.48", 618: "3.97",
}  # fmt: skip


def test_shares_of_a_printed_report() -> None:
    assert sum(NAXI) == 15_586
    assert shares(list(NAXI)) == tuple(map(Decimal, NAXI.values()))


def test_plain_rounding_would_miss_the_whole() -> None:
    rounded = [round(Decimal(count * 100) / 15_586, 2) for count in NAXI]
    assert sum(rounded) != 100


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([1, 1, 1], ["33.34", "33.33", "33.33"]),
        ([0, 1, 1, 1], ["0.00", "33.34", "33.33", "33.33"]),
        ([1, 2, 3], ["16.67", "33.33", "50.00"]),
        ([7], ["100.00"]),
        ([1, 29_999, 30_000], ["0.00", "50.00", "50.00"]),
    ],
)
def test_shares(counts: list[int], expected: list[str]) -> None:
    got = shares(counts)
    assert got is not None
    assert sum(got) == 100
    assert [str(share) for share in got] == expected


def test_equal_remainders_go_to_the_larger_count_then_to_the_first() -> None:
    # Of 20,000: 5 are 0.025 %, 15 are 0.075 %: half a hundredth is left of each.
    assert shares([5, 15, 19_980]) == (Decimal("0.02"), Decimal("0.08"), Decimal("99.90"))
    assert shares([5, 5, 19_990]) == (Decimal("0.03"), Decimal("0.02"), Decimal("99.95"))


def test_nothing_has_no_shares() -> None:
    assert shares([0, 0]) is None
    assert shares([]) is None
    with pytest.raises(Refused):
        shares([1, -1])


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_add_to_the_whole_and_keep_order(counts: list[int]) -> None:
    got = shares(counts)
    if got is None:
        assert not any(counts)
        return
    assert sum(got) == 100
    assert all(
        abs(share - Decimal(count * 100) / sum(counts)) < Decimal("0.01")
        for share, count in zip(got, counts, strict=True)
    )
    ranked = sorted(zip(counts, got, strict=True))
    assert [share for _, share in ranked] == sorted(got)

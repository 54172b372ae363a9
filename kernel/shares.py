"""Shares in per cent that add up to exactly 100.00: the method of the largest remainder."""

from collections.abc import Sequence
from decimal import Decimal

from kernel.refused import Refused

_WHOLE = 10_000
"""Hundredths of a per cent in the whole."""


def shares(counts: Sequence[int]) -> tuple[Decimal, ...] | None:
    """Per cent of each count with two decimals, in the given order; None where every count is zero (or none is given).

    Each share is cut to hundredths; what is left goes, a hundredth each, to the largest remainders; among equal ones to
    the larger count, then to the one that stands first. A count below zero is refused.
    """
    if any(count < 0 for count in counts):
        raise Refused("negative_count", "件数不能小于零。", field="counts", remedy="请核对统计数据。")
    total = sum(counts)
    if total == 0:
        return None
    floors = [count * _WHOLE // total for count in counts]
    order = sorted(range(len(counts)), key=lambda at: (-(counts[at] * _WHOLE % total), -counts[at], at))
    raised = set(order[: _WHOLE - sum(floors)])
    return tuple(Decimal(floor + (at in raised)).scaleb(-2) for at, floor in enumerate(floors))

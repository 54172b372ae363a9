"""认领: a list against the one from above. 不漏领、不多领、不错领 (纳溪区2017年年度报告 一)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.publication.terms import Row


@dataclass(frozen=True)
class Reconciled:
    """Keys that are only above, only here, or differ in a column."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    different: tuple[tuple[str, str], ...]
    """Key and heading of the column."""


def reconcile(own: Mapping[str, Row], upper: Mapping[str, Row], compared: Sequence[str]) -> Reconciled:
    """Compare two lists by their keys; `compared` columns must say the same where the upper list has them."""
    different = [
        (key, column)
        for key in sorted(own.keys() & upper.keys())
        for column in compared
        if upper[key].get(column, "").strip() not in ("", own[key].get(column, "").strip())
    ]
    return Reconciled(
        tuple(sorted(upper.keys() - own.keys())), tuple(sorted(own.keys() - upper.keys())), tuple(different)
    )

"""认领: a list against the one from above. 不漏领、不多领、不错领 (纳溪区2017年年度报告 一)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contracts.publication import Row


@dataclass(frozen=True)
class Reconciled:
    """Keys that are only above, only here, or differ in a column."""

    missing: tuple[str, ...]
    extra: tuple[str, ...]
    different: tuple[tuple[str, str], ...]
    """Key and heading of the column."""


def reconcile(own: Iterable[Row], upper: Iterable[Row], key: str, compared: Sequence[str]) -> Reconciled:
    """Compare two lists by the column `key`; `compared` columns must say the same."""
    ours = {row[key].strip(): row for row in own if row.get(key, "").strip()}
    theirs = {row[key].strip(): row for row in upper if row.get(key, "").strip()}
    different = [
        (each, column)
        for each in sorted(ours.keys() & theirs.keys())
        for column in compared
        if column in theirs[each] and ours[each].get(column, "").strip() != theirs[each][column].strip()
    ]
    return Reconciled(
        tuple(sorted(theirs.keys() - ours.keys())), tuple(sorted(ours.keys() - theirs.keys())), tuple(different)
    )

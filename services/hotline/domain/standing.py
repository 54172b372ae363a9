"""Ratings of a period by unit (好评率), from how many there are of each combination of what is counted."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from contracts.hotline.ratings import RatingRow
from services.hotline.domain.figures import Count
from services.hotline.domain.rating import BAD


def rows(counts: Iterable[Count], name: Callable[[str], str]) -> tuple[tuple[RatingRow, ...], RatingRow]:
    """One row for each unit, and all together. 好评率 = (5 + 4 + 3) / all that count; 误评 and 恶意差评 do not."""
    known = list(counts)
    parts: dict[str, list[Count]] = defaultdict(list)
    for count in known:
        parts[str(count.of["agency"])].append(count)
    return tuple(_row(code, name(code), part) for code, part in sorted(parts.items())), _row("", "合计", known)


def _row(agency: str, label: str, counts: list[Count]) -> RatingRow:
    def sum_of(**wanted: Any) -> int:
        return sum(each.n for each in counts if all(each.of[key] == value for key, value in wanted.items()))

    bad = [each for each in counts if each.of["level"] <= BAD]
    excluded, total = sum_of(outcome="excluded"), sum(each.n for each in counts)
    good = sum(each.n for each in counts if each.of["level"] > BAD)
    named = [each for each in bad if each.of["named"] and each.of["outcome"] != "excluded"]
    five, four, three, two, one = (sum_of(level=level) for level in (5, 4, 3, 2, 1))
    return RatingRow(
        agency=agency,
        name=label,
        levels=(five, four, three, two, one),
        counted=total - excluded,
        good=good,
        bad=sum(each.n for each in bad) - excluded,
        excluded=excluded,
        rectified=sum_of(outcome="remedied"),
        named_bad=sum(each.n for each in named),
        revisited=sum(each.n for each in named if each.of["revisited"]),
    )

"""Numbers over tickets, from how many there are of each combination of what is counted (`record.figures`)."""

import json
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from contracts.hotline.figures import Dimension, Figures, Share, Topic
from contracts.hotline.public import SuggestionRow
from contracts.hotline.terms import Ticket, TicketKind
from kernel.clock import CST
from kernel.refused import Refused

MAX_DAYS = 3 * 366
TOPICS = 10
LABELS = {"unit": "未派单", "category": "未分类", "channel": "未注明", "kind": "未注明", "area": "未注明"}
"""What an empty value of a dimension is called."""


@dataclass(frozen=True)
class Count:
    """`n` tickets of which the same is counted."""

    of: Mapping[str, Any]
    n: int


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both included, in China Standard Time."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Refused("period", "结束日期早于开始日期。", field="last", remedy="请更正日期。")
        if (self.last - self.first).days >= MAX_DAYS:
            raise Refused("period", "统计期间不得超过三年。", field="last", remedy="请分段统计。")

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(), CST)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), CST)

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def group(counted: Sequence[Mapping[str, Any]]) -> list[Count]:
    """Those of which the same is counted, together."""
    of: dict[str, Mapping[str, Any]] = {}
    n: Counter[str] = Counter()
    for each in counted:
        key = json.dumps(each, sort_keys=True, default=str)
        of[key] = each
        n[key] += 1
    return [Count(of[key], count) for key, count in n.items()]


def share(part: int, of: int) -> Share:
    """A rate with two decimals; none of nothing."""
    return Share(part=part, of=of, value=round(100 * part / of, 2) if of else None)


def sum_up(counts: Iterable[Count], key: str = "total", label: str = "合计") -> Figures:
    """The figures of some tickets, with the rates of 12345 practice and what each is made of."""
    known = list(counts)

    def sum_of(*names: str) -> int:
        return sum(count.n for count in known if all(count.of.get(name) is True for name in names))

    def rate(name: str) -> Share:
        """Of those of which it is known."""
        return share(sum_of(name), sum(count.n for count in known if count.of.get(name) is not None))

    received, dispatched = sum(count.n for count in known), sum_of("dispatched")
    return Figures(
        key=key,
        label=label,
        received=received,
        direct=sum_of("direct"),
        dispatched=dispatched,
        closed=sum_of("closed"),
        merged=sum_of("merged"),
        returned=sum_of("returned"),
        reopened=sum_of("reopened"),
        redone=sum_of("redone"),
        overdue=sum(count.n for count in known if count.of.get("on_time") is False),
        supervised=sum_of("supervised"),
        response=rate("responded"),
        solution=rate("solved"),
        satisfaction=rate("satisfied"),
        on_time=rate("on_time"),
        returning=share(sum_of("returned"), dispatched),
        redoing=share(sum_of("redone"), sum(c.n for c in known if c.of.get("answered") or c.of.get("redone"))),
        repeating=share(sum_of("merged"), received),
    )


def by(counts: Iterable[Count], dimension: Dimension, name: Callable[[str], str] = str) -> tuple[Figures, ...]:
    """The figures of each value of a dimension, the largest first. `name` gives a unit its name."""
    if dimension == "total":
        return ()
    parts: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        parts[str(count.of.get(dimension) or "")].append(count)

    def label(key: str) -> str:
        return (name(key) if dimension == "unit" else key) or LABELS[dimension]

    rows = (sum_up(part, key, label(key) if key else LABELS[dimension]) for key, part in parts.items())
    return tuple(sorted(rows, key=lambda row: (-row.received, row.key)))


def tally(counts: Iterable[Count], dimension: Literal["channel", "kind"]) -> dict[str, int]:
    """How many of each value."""
    return {row.label: row.received for row in by(counts, dimension)}


def topics(now: Iterable[Count], before: Iterable[Count]) -> tuple[Topic, ...]:
    """The ten most frequent classes in a town, with their share and how many there were before."""
    sums: list[dict[tuple[str, str], int]] = []
    for counts in (now, before):
        found: dict[tuple[str, str], int] = defaultdict(int)
        for count in counts:
            found[str(count.of.get("category") or ""), str(count.of.get("area") or "")] += count.n
        sums.append(found)
    total = sum(sums[0].values())
    first = sorted((key for key in sums[0] if key[0]), key=lambda key: (-sums[0][key], key))[:TOPICS]
    return tuple(
        Topic(category=key[0], area=key[1], count=n, share=round(100 * n / total, 2), before=sums[1].get(key, 0))
        for key in first
        if (n := sums[0][key])
    )


def change(now: int, before: int) -> float | None:
    """In per cent with two decimals; none where there was nothing before."""
    return round(100 * (now - before) / before, 2) if before else None


def suggestions(counts: Iterable[Count], name: Callable[[str], str]) -> tuple[tuple[SuggestionRow, ...], SuggestionRow]:
    """How suggestions ended, by unit and together: with a stated adoption, or not yet."""
    parts: dict[str, list[Count]] = defaultdict(list)
    for count in counts:
        if count.of.get("kind") == TicketKind.SUGGESTION:
            parts[str(count.of.get("unit") or "")].append(count)

    def row(unit: str, label: str, part: list[Count]) -> SuggestionRow:
        def sum_of(name: str, value: bool) -> int:
            return sum(count.n for count in part if count.of.get(name) is value)

        adopted, refused, open_ = sum_of("adopted", True), sum_of("adopted", False), sum_of("closed", False)
        ended = sum_of("closed", True)
        return SuggestionRow(agency=unit, name=label, ended=ended, adopted=adopted, not_adopted=refused, waiting=open_)

    rows = [row(unit, name(unit) if unit else LABELS["unit"], part) for unit, part in sorted(parts.items())]
    return tuple(rows), row("", "合计", [count for part in parts.values() for count in part])


def watched(ticket: Ticket) -> tuple[str, ...]:
    """Why supervision must look at an open ticket; empty if it need not."""
    found = {
        "已超期": ticket.overdue,
        "紧急事项未确认移交": bool(ticket.emergency) and not ticket.emergency_confirmed,
        f"{ticket.supervised}级督办": ticket.supervised > 0,
        f"催办{ticket.urged}次": ticket.urged >= 2,
        f"退单{ticket.returned}次": ticket.returned >= 2,
        f"重办{ticket.redone}次": ticket.redone >= 1,
        f"重新受理{ticket.reopened}次": ticket.reopened >= 1,
        "签收、联系或回访超时": bool(ticket.missed),
    }
    return tuple(reason for reason, holds in found.items() if holds)

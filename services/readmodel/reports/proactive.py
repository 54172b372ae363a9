"""What is counted from published documents: normative documents for table 1, and the older statistics by category and
channel (document-based: a category counts documents, a channel counts deliveries)."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.readmodel.terms import Declared, Delivered, Share
from kernel.shares import shares
from services.readmodel.reports.counted import DocumentCount
from services.readmodel.reports.counting import Period
from services.readmodel.reports.identities import ENDED, KINDS, MADE, VALID

Documents = Sequence[DocumentCount]
CATEGORY, CHANNEL = "类别/", "渠道/"


@cache
def data() -> dict[str, Any]:
    """The packaged file `disclosure.json`."""
    read: dict[str, Any] = json.loads(files(__package__).joinpath("disclosure.json").read_text(encoding="utf-8"))
    return read


def categories() -> tuple[str, ...]:
    return tuple(data()["categories"])


def normative(documents: Documents, period: Period) -> dict[str, dict[str, int]]:
    """Rows 规章 and 行政规范性文件 of table 1: made and repealed in the year, valid at its end. A kind of which no
    document was ever published here is left out: the platform then knows nothing of it."""
    table: dict[str, dict[str, int]] = {}
    for kind in KINDS:
        known = [each for each in documents if each.normative == kind and each.issued <= period.cutoff]
        if known:
            table[kind] = {
                MADE: sum(period.holds(each.issued) for each in known),
                ENDED: sum(period.holds(each.ended) for each in known if each.ended),
                VALID: sum(not each.ended or each.ended > period.cutoff for each in known),
            }
    return table


def published(documents: Documents, period: Period) -> list[DocumentCount]:
    """Documents published in the period and not withdrawn."""
    return [each for each in documents if each.category and period.holds(each.published)]


def by_category(documents: Documents, period: Period, declared: Mapping[str, Declared]) -> tuple[Share, ...]:
    """Categories in the given order with shares that add up to 100.00 (largest remainder); zeros are printed."""
    counts = dict.fromkeys(categories(), 0)
    for each in published(documents, period):
        counts[each.category if each.category in counts else "其他"] += 1
    told = {name: declared.get(CATEGORY + name) for name in counts}
    for name, given in told.items():
        if given is not None:
            counts[name] = int(given.figure.value)
    parts = shares(list(counts.values()))
    return tuple(
        Share(
            category=name,
            count=count,
            share=float(parts[at]) if parts is not None else None,
            declared=told[name] is not None,
        )
        for at, (name, count) in enumerate(counts.items())
    )


def deliveries(documents: Documents, period: Period) -> dict[str, int]:
    """Deliveries by channel: a document that went out by two channels counts in both, and each later delivery in the
    period in which it was made."""
    words = {word: label for label, known in data()["channels"] for word in known}
    counts = {label: 0 for label, _ in data()["channels"]}
    for each in published(documents, period):
        for label in {words.get(channel, "其他方式") for channel in each.channels}:
            counts[label] += 1
    for each in documents:
        for day, channel in each.delivered if each.category else ():
            counts[words.get(channel, "其他方式")] += period.holds(day)
    return counts


def by_channel(documents: Documents, period: Period, declared: Mapping[str, Declared]) -> tuple[Delivered, ...]:
    """Channels with their own numbers; a declared channel that the form does not know is added at its end."""
    counts = deliveries(documents, period)
    own = [item.removeprefix(CHANNEL) for item in declared if item.startswith(CHANNEL)]
    rows = []
    for name in dict.fromkeys((*counts, *own)):
        given = declared.get(CHANNEL + name)
        rows.append(
            Delivered(
                channel=name,
                count=int(given.figure.value) if given else counts[name],
                approximate=bool(given and given.figure.approximate),
                declared=given is not None,
            )
        )
    return tuple(rows)

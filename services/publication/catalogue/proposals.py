"""Rates of 建议提案, each with its own denominator (纳溪区2017年年度报告 三: of 147 proposals 144 had a result)."""

from collections.abc import Iterable, Sequence

from contracts.publication.catalogue import Value
from contracts.publication.lists import ProposalRate, ProposalTable
from kernel.shares import shares

LEVELS = ("国家", "省", "市", "县", "乡")
KINDS = ("人大代表建议", "政协提案")
MET = ("当面", "电话")
"""面商 includes talks on the telephone."""
CONTENT = ("满意", "基本满意")
RATED = (*CONTENT, "不满意")
"""未评价, or nothing said, is no rating."""
Proposal = dict[str, Value]


def tables(proposals: Sequence[Proposal]) -> tuple[ProposalTable, ...]:
    """By kind: all levels together, then each level that has any."""
    found: list[ProposalTable] = []
    for kind in KINDS:
        of_kind = [each for each in proposals if each.get("kind") == kind]
        found.append(_table(kind, "", of_kind))
        by_level = ((level, [each for each in of_kind if each.get("level") == level]) for level in LEVELS)
        found += [_table(kind, level, some) for level, some in by_level if some]
    return tuple(found)


def _table(kind: str, level: str, some: Sequence[Proposal]) -> ProposalTable:
    answered = [each for each in some if each.get("answered_on")]
    rated = _with(answered, "satisfaction", RATED)
    decided = [each for each in answered if each.get("outcome")]
    rates = [
        _rate("答复率", answered, some, "承办件数"),
        _rate("面商率", _with(answered, "met", MET), answered, "已答复件数"),
        _rate("满意率", _with(rated, "satisfaction", ("满意",)), rated, "代表委员已评价件数"),
        _rate("满意和基本满意率", _with(rated, "satisfaction", CONTENT), rated, "代表委员已评价件数"),
        *(
            _rate(outcome, _with(decided, "outcome", (outcome,)), decided, "有办理结果件数")
            for outcome in ("采纳或解决", "列入计划", "解释说明")
        ),
        _rate("全文公开率", [each for each in answered if each.get("reply")], answered, "已答复件数"),
    ]
    return ProposalTable(kind=kind, level=level, total=len(some), rates=tuple(rates))


def _with(some: Iterable[Proposal], name: str, values: Sequence[str]) -> list[Proposal]:
    return [each for each in some if each.get(name) in values]


def _rate(name: str, some: Sequence[Proposal], of: Sequence[Proposal], what: str) -> ProposalRate:
    parts = shares((len(some), len(of) - len(some)))
    share = float(parts[0]) if parts else None
    return ProposalRate(name=name, count=len(some), of=len(of), of_what=what, share=share)

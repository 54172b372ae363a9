"""信息处理费: what an applicant pays beyond a reasonable number of applications or pages (国办函〔2020〕109号).

Both methods are progressive above each step; for one application the office chooses one of them, never both (109号
第三条). Amounts are whole yuan. The tariff is data with its source; what could not be confirmed in the text of the
document stands there under `unverified`.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from kernel.refused import Refused

_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class FeeLine:
    """Pieces (applications or pages) `first` to `last`, at `yuan` each."""

    first: int
    last: int
    yuan: int

    @property
    def amount(self) -> int:
        return (self.last - self.first + 1) * self.yuan


@dataclass(frozen=True, slots=True)
class Fee:
    """An amount in yuan with the steps that make it and the rule it rests on."""

    method: str
    amount: int
    lines: tuple[FeeLine, ...]
    source: str


@dataclass(frozen=True, slots=True)
class _Band:
    first: int
    last: int
    yuan: int


def item_rate(nth: int) -> int:
    """Yuan for the n-th application of one applicant in a calendar month (109号 第四条)."""
    return _bands_up_to("items", _counted(nth, 1))[-1].yuan


def fee_by_items(count: int, before: int = 0) -> Fee:
    """按件: `count` applications after `before` others of the same applicant in the same calendar month."""
    return _fee("items", "按件", before + 1, _counted(before, 0) + _counted(count, 1))


def fee_by_pages(pages: int) -> Fee:
    """按量: the pages of one application (109号 第五条)."""
    return _fee("pages", "按量", 1, _counted(pages, 1))


def _counted(number: int, least: int) -> int:
    if not least <= number <= _LIMIT:
        raise Refused("fee_quantity", "计费的件数或页数不合理。", field="quantity", remedy="请核对件数或页数。")
    return number


def _fee(tariff: str, method: str, first: int, last: int) -> Fee:
    lines = tuple(
        FeeLine(max(first, band.first), min(last, band.last), band.yuan)
        for band in _bands_up_to(tariff, last)
        if band.last >= first
    )
    return Fee(method, sum(line.amount for line in lines), lines, _tariff()["source"])


def _bands_up_to(tariff: str, last: int) -> list[_Band]:
    """The steps that reach to piece `last`; beyond the printed ones each further step costs more."""
    bands: list[_Band] = []
    for row in _tariff()[tariff]["bands"]:
        first = bands[-1].last + 1 if bands else 1
        bands.append(_Band(first, row["up_to"] or _LIMIT * 2, row["yuan"]))
        if bands[-1].last >= last:
            return bands
    further = _tariff()[tariff]["further"]
    while bands[-1].last < last:
        held = bands[-1]
        bands.append(_Band(held.last + 1, held.last + further["every"], held.yuan + further["adds"]))
    return bands


@lru_cache(maxsize=1)
def _tariff() -> dict[str, Any]:
    held: dict[str, Any] = json.loads((files("kernel") / "data" / "fees.json").read_text(encoding="utf-8"))
    return held

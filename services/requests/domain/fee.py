"""信息处理费: both tariffs of 国办函〔2020〕109号, in yuan."""

import json
from importlib.resources import files
from typing import Literal

_DATA = json.loads((files("services.requests.domain") / "fees.json").read_text(encoding="utf-8"))
_ITEMS: dict[str, int] = _DATA["items"]
_PAGES: list[tuple[int | None, int]] = [(upto, rate) for upto, rate in _DATA["pages"]]


def rate_of_item(nth: int) -> int:
    """Fee for the nth request of one applicant in a calendar month (109号 第四条)."""
    if nth <= _ITEMS["first_step"]:
        return 0
    if nth <= _ITEMS["second_step"]:
        return _ITEMS["rate"]
    return _ITEMS["rate"] * ((nth - _ITEMS["second_step"] - 1) // _ITEMS["each_further"] + 2)


def fee_of_items(count: int, before: int = 0) -> int:
    """按件: fee for `count` requests after `before` others in the same calendar month."""
    return sum(rate_of_item(nth) for nth in range(before + 1, before + count + 1))


def fee_of_pages(pages: int) -> int:
    """按量: fee for the pages of one request, progressive above each step (109号 第五条)."""
    total, lower = 0, 0
    for upto, rate in _PAGES:
        upper = pages if upto is None else min(pages, upto)
        total += max(0, upper - lower) * rate
        lower = upto if upto is not None else pages
    return total


def amount(method: Literal["按件", "按量"], quantity: int, before: int) -> int:
    """Fee by one of the two methods; a request is never charged by both (109号 第三条)."""
    return fee_of_items(quantity, before) if method == "按件" else fee_of_pages(quantity)

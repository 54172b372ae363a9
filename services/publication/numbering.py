"""索引号: claimed one after the other per agency and year, without gap or repeat, also by several processes at once.

The claims stand where `chassis.numbers` keeps them; here the last number is remembered, so that most claims are one
write. What is remembered may be old, never too high: a number is passed over only when it was found taken.
"""

import asyncio
from collections.abc import Sequence

from chassis.numbers import MAX_RACES, Numbers
from chassis.store import Collection, Document, Duplicate
from kernel.numbers import IndexNumber
from kernel.refused import Refused

FAR_BEHIND = 20


class IndexNumbers:
    """Series of 索引号, one for each agency and year."""

    def __init__(self, claimed: Collection, numbers: Numbers) -> None:
        self._claimed = claimed
        self._numbers = numbers
        self._last: dict[str, int] = {}
        self._one_at_a_time = asyncio.Lock()

    async def claim(self, org_code: str, year: int, keys: Sequence[str]) -> dict[str, str]:
        """The 索引号 of each key, always the same one: a crash between claim and commit leaves no gap."""
        series = f"{org_code}/{year}"
        async with self._one_at_a_time:
            if series not in self._last:
                self._last[series] = await self._highest(series)
            claimed = await self._in_a_row(series, keys)
            for key in keys:
                if key not in claimed:
                    claimed[key] = await self._next(series, key)
        return {key: str(IndexNumber.make(org_code, year, n)) for key, n in claimed.items()}

    async def _in_a_row(self, series: str, keys: Sequence[str]) -> dict[str, int]:
        """Those keys that got a number in one write. Where one did not, the next search begins at its number: perhaps
        nobody took it."""
        first = self._last[series] + 1
        rows = {key: _row(series, first + place, key) for place, key in enumerate(dict.fromkeys(keys))}
        failed = await self._claimed.insert_many(list(rows.values()))
        self._passed(series, first + min(failed, default=len(rows)) - 1)
        return {key: row["n"] for place, (key, row) in enumerate(rows.items()) if place not in failed}

    async def _next(self, series: str, key: str) -> int:
        """The number that `key` holds, else the next free one."""
        for race in range(1, MAX_RACES):
            n = self._last[series] + 1
            try:
                await self._claimed.insert_one(_row(series, n, key))
            except Duplicate:
                held = await self._claimed.find_one({"series": series, "case": key})
                if held:
                    return int(held["n"])
                self._passed(series, await self._highest(series) if race % FAR_BEHIND == 0 else n)
                continue
            self._passed(series, n)
            return n
        raise Refused("busy", "编号正被频繁占用。", remedy="请稍后重试。")

    async def take(self, text: str, key: str) -> str:
        """Keep the 索引号 that an imported document carries; refused when another one has it."""
        number = IndexNumber.parse(text)
        if not await self._numbers.reserve(f"{number.org}/{number.year}", number.seq, key):
            raise Refused("index_no_taken", "索引号已被另一件占用。", field="index_no", remedy="请核对原件的索引号。")
        return str(number)

    def _passed(self, series: str, n: int) -> None:
        self._last[series] = max(self._last[series], n)

    async def _highest(self, series: str) -> int:
        last = await self._claimed.find_one({"series": series}, sort=[("n", -1)])
        return int(last["n"]) if last else 0


def _row(series: str, n: int, key: str) -> Document:
    return {"_id": f"{series}#{n}", "series": series, "n": n, "case": key}

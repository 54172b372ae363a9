"""Numbers. `claim` gives numbers without gap or repeat (索引号, 公报期号); `block` gives running numbers quickly,
where a gap after a crash does no harm (件号).

The last claimed number of each series is remembered, so that most claims are one write. What is remembered may be old,
never too high: a number is passed over only when it was found taken.
"""

import asyncio
from collections.abc import Sequence

from chassis.store import Collection, Document, Duplicate
from kernel.refused import Refused

MAX_RACES = 1000
FAR_BEHIND = 20


class Numbers:
    """Series of numbers of one service. A series is named by what the number counts, e.g. `000014349/2026`."""

    def __init__(self, claimed: Collection, counters: Collection) -> None:
        self._claimed = claimed
        self._counters = counters
        self._last: dict[str, int] = {}
        self._one_at_a_time = asyncio.Lock()

    async def claim(self, series: str, cases: Sequence[str]) -> dict[str, int]:
        """The number of each case in `series`, starting at 1. The same case always gets the same number, so a crash
        between the claim and the commit leaves no gap: the retry gets it again."""
        async with self._one_at_a_time:
            if series not in self._last:
                self._last[series] = await self._highest(series)
            held = await self._claimed.find({"series": series, "case": {"$in": list(cases)}})
            claimed = {row["case"]: int(row["n"]) for row in held}
            claimed |= await self._in_a_row(series, [case for case in cases if case not in claimed])
            for case in cases:
                if case not in claimed:
                    claimed[case] = await self._next(series, case)
        return claimed

    async def reserve(self, series: str, n: int, case: str) -> bool:
        """Take a given number that an imported record carries; `False` when another case holds it."""
        try:
            await self._claimed.insert_one(_row(series, n, case))
        except Duplicate:
            held = await self._claimed.find_one({"_id": f"{series}#{n}"})
            return held is not None and held["case"] == case
        return True

    async def block(self, series: str, size: int = 1) -> int:
        """The first of `size` consecutive running numbers."""
        after = await self._counters.find_one_and_update({"_id": series}, {"$inc": {"next": size}}, upsert=True)
        if after is None:
            raise RuntimeError("the counter was not written")
        return int(after["next"]) - size + 1

    async def _in_a_row(self, series: str, cases: Sequence[str]) -> dict[str, int]:
        """Those cases that got a number in one write. Where one did not, because another process claims too, the next
        search begins at its number: perhaps nobody took it."""
        first = self._last[series] + 1
        rows = {case: _row(series, first + place, case) for place, case in enumerate(dict.fromkeys(cases))}
        failed = await self._claimed.insert_many(list(rows.values()))
        self._passed(series, first + min(failed, default=len(rows)) - 1)
        return {case: row["n"] for place, (case, row) in enumerate(rows.items()) if place not in failed}

    async def _next(self, series: str, case: str) -> int:
        """The number that `case` holds, else the next free one."""
        for race in range(1, MAX_RACES):
            n = self._last[series] + 1
            try:
                await self._claimed.insert_one(_row(series, n, case))
            except Duplicate:
                held = await self._claimed.find_one({"series": series, "case": case})
                if held:
                    return int(held["n"])
                self._passed(series, await self._highest(series) if race % FAR_BEHIND == 0 else n)
                continue
            self._passed(series, n)
            return n
        raise Refused("busy", "编号正被频繁占用。", remedy="请稍后重试。")

    def _passed(self, series: str, n: int) -> None:
        self._last[series] = max(self._last[series], n)

    async def _highest(self, series: str) -> int:
        last = await self._claimed.find_one({"series": series}, sort=[("n", -1)])
        return int(last["n"]) if last else 0


def _row(series: str, n: int, case: str) -> Document:
    return {"_id": f"{series}#{n}", "series": series, "n": n, "case": case}


async def create_indexes(claimed: Collection) -> None:
    await claimed.create_index([("series", 1), ("n", -1)])
    await claimed.create_index([("series", 1), ("case", 1)], unique=True)

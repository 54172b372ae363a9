"""Numbers. `claim` gives numbers without gap or repeat (索引号, 公报期号); `block` gives running numbers quickly,
where a gap after a crash does no harm (件号).

The last claimed number of each series is remembered, so that most claims are one write. What is remembered may be old,
never too high: a number is passed over only when it was found taken.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate

from chassis.store import Collection, Document, Duplicate, Index
from chassis.together import Together
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
        self._blocks: dict[str, Together[int, int]] = {}

    async def claim(self, series: str, cases: Sequence[str]) -> dict[str, int]:
        """The number of each case in `series`, starting at 1. The same case always gets the same number, so a crash
        between the claim and the commit leaves no gap: the retry gets it again."""
        return (await self.claim_many({series: cases}))[series]

    async def claim_many(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
        """The same for the cases of several series, in as few writes."""
        async with self._one_at_a_time:
            for series in wanted:
                if series not in self._last:
                    self._last[series] = await self._highest(series)
            claimed = await self._held(wanted)
            left = {series: [c for c in cases if c not in claimed[series]] for series, cases in wanted.items()}
            await self._in_a_row(left, claimed)
            for series, cases in wanted.items():
                for case in cases:
                    if case not in claimed[series]:
                        claimed[series][case] = await self._next(series, case)
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
        if series not in self._blocks:
            self._blocks[series] = Together(partial(self._take, series))
        return await self._blocks[series](size)

    async def _take(self, series: str, sizes: Sequence[int]) -> list[int]:
        """The first numbers of blocks that are asked for at one time, one behind the other."""
        wanted = sum(sizes)
        after = await self._counters.find_one_and_update({"_id": series}, {"$inc": {"next": wanted}}, upsert=True)
        if after is None:
            raise RuntimeError("the counter was not written")
        first = int(after["next"]) - wanted + 1
        return [first + before for before in accumulate(sizes[:-1], initial=0)]

    async def _held(self, wanted: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
        """What the cases hold already."""
        held: dict[str, dict[str, int]] = {series: {} for series in wanted}
        cases = [case for each in wanted.values() for case in each]
        for row in await self._claimed.find({"case": {"$in": cases}}):
            if row["case"] in wanted.get(row["series"], ()):
                held[row["series"]][row["case"]] = int(row["n"])
        return held

    async def _in_a_row(self, left: Mapping[str, Sequence[str]], claimed: dict[str, dict[str, int]]) -> None:
        """Give those the next numbers in one write. Where one is taken, because another process claims too, the next
        search begins at its number: perhaps nobody took it."""
        rows = [
            _row(series, self._last[series] + place, case)
            for series, cases in left.items()
            for place, case in enumerate(dict.fromkeys(cases), 1)
        ]
        failed = await self._claimed.insert_many(rows)
        missed: dict[str, int] = {}
        for place, row in enumerate(rows):
            series = row["series"]
            if place in failed:
                missed[series] = min(missed.get(series, row["n"]), row["n"])
            else:
                claimed[series][row["case"]] = row["n"]
        for row in rows:
            self._passed(row["series"], min(row["n"], missed.get(row["series"], row["n"] + 1) - 1))

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
    await claimed.create_indexes(
        Index([("series", 1), ("case", 1)], unique=True),
        Index([("case", 1)]),
    )

"""Numbers. `claim` gives numbers without gap or repeat (索引号, 公报期号); `block` gives running numbers quickly,
where a gap after a crash does no harm (件号)."""

from chassis.store import Collection, Duplicate
from kernel.refused import Refused

MAX_RACES = 1000


class Numbers:
    """Series of numbers of one service. A series is named by what the number counts, e.g. `000014349/2026`."""

    def __init__(self, claimed: Collection, counters: Collection) -> None:
        self._claimed = claimed
        self._counters = counters

    async def claim(self, series: str, case: str) -> int:
        """The number of `case` in `series`, starting at 1. The same case always gets the same number, so a crash
        between the claim and the commit leaves no gap: the retry gets it again."""
        for _ in range(MAX_RACES):
            held = await self._claimed.find_one({"series": series, "case": case})
            if held:
                return int(held["n"])
            last = await self._claimed.find_one({"series": series}, sort=[("n", -1)])
            n = int(last["n"]) + 1 if last else 1
            try:
                await self._claimed.insert_one({"_id": f"{series}#{n}", "series": series, "n": n, "case": case})
            except Duplicate:
                continue
            return n
        raise Refused("busy", "编号正被频繁占用。", remedy="请稍后重试。")

    async def reserve(self, series: str, n: int, case: str) -> bool:
        """Take a given number that an imported record carries; `False` when another case holds it."""
        try:
            await self._claimed.insert_one({"_id": f"{series}#{n}", "series": series, "n": n, "case": case})
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


async def create_indexes(claimed: Collection) -> None:
    await claimed.create_index([("series", 1), ("n", -1)])
    await claimed.create_index([("series", 1), ("case", 1)], unique=True)

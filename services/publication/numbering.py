"""索引号: claimed one after the other per agency and year, without gap or repeat, also by several processes at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.numbers import Numbers
from kernel.numbers import IndexNumber
from kernel.refused import Refused


@dataclass(frozen=True)
class IndexNumbers:
    """Series of 索引号, one for each agency and year."""

    numbers: Numbers

    async def claim(self, wanted: Mapping[tuple[str, int], Sequence[str]]) -> dict[str, str]:
        """The 索引号 of each key, always the same one; given by the issuer's code and the year."""
        series = {f"{org_code}/{year}": keys for (org_code, year), keys in wanted.items()}
        claimed = await self.numbers.claim_many(series)
        return {
            key: str(IndexNumber.make(org_code, year, n))
            for org_code, year in wanted
            for key, n in claimed[f"{org_code}/{year}"].items()
        }

    async def take(self, text: str, key: str) -> str:
        """Keep the 索引号 that an imported document carries; refused when another one has it."""
        number = IndexNumber.parse(text)
        month = f"{number.month:02d}" if number.month else ""
        if not await self.numbers.reserve(f"{number.org}/{number.year}{month}", number.seq, key):
            raise Refused("index_no_taken", "索引号已被另一件占用。", field="index_no", remedy="请核对原件的索引号。")
        return str(number)

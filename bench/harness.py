"""Measuring as a ratio in one run: the platform and a hand-written limit take turns on the same machine."""

import json
import statistics
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

Measure = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Row:
    """One comparison: rates of the platform and of the hand-written limit, medians over the turns."""

    what: str
    unit: str
    platform: float
    limit: float
    aim: float | None = None

    @property
    def ratio(self) -> float:
        return self.platform / self.limit


async def turns(platform: Measure, limit: Measure, rounds: int) -> tuple[float, float]:
    """Medians of both, measured in turns so that a noisy machine troubles both alike."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        theirs.append(await limit())
        ours.append(await platform())
    return statistics.median(ours), statistics.median(theirs)


def show(rows: Sequence[Row], *, json_: bool) -> None:
    """A table for people, JSON for machines."""
    if json_:
        sys.stdout.write(json.dumps([asdict(row) | {"ratio": round(row.ratio, 3)} for row in rows], indent=2) + "\n")
        return
    table = Table(title="platform against the hand-written limit, same machine, same run", title_justify="left")
    for heading in ("what", "platform", "limit", "ratio", "aim"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for row in rows:
        aim = f"≥ {row.aim:.2f}" if row.aim else ""
        table.add_row(
            row.what, f"{row.platform:,.0f} {row.unit}", f"{row.limit:,.0f} {row.unit}", f"{row.ratio:.2f}", aim
        )
    Console(width=110).print(table)

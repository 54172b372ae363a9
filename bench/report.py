"""The annual report of many cases: once with nothing in memory, as right after a start, then as any later report.

The limit is a loop that only reads the same editions and counts applicant classes, without tables, checks or digest.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import typer

from bench.harness import Row, show
from contracts.requests.terms import ApplicantClass
from services.readmodel.app import build
from services.readmodel.reports.annual import make
from services.readmodel.reports.counted import REQUEST
from services.readmodel.reports.editions import Shelf, bind, keep, uncollected
from services.readmodel.reports.form import RESULTS
from services.readmodel.storage import Generation, Generations
from tests.servers import MORNING, running

BATCH = 50
"""Cases that come together: as events do while the platform runs, not as in a rebuild."""
YEAR = 2025
CLASSES = [each.value for each in ApplicantClass]


def told(number: int) -> dict[str, Any]:
    """A closed request as its view document, as far as editions look at it."""
    row = RESULTS[number % len(RESULTS)]
    result = {"outcome": "X", "row": row, "closed_on": f"{YEAR}-05-{number % 28 + 1:02d}", "on_time": True}
    record = {
        "agency": "czj",
        "applicant_class": CLASSES[number % 6],
        "received_on": f"{YEAR}-04-{number % 28 + 1:02d}",
        "results": [result],
    }
    at = MORNING.isoformat()
    return {"type": REQUEST, "id": f"Q-{number}", "record": record, "told_at": at, "stamp": 1 << 20}


async def fill(generation: Generation, cases: int) -> None:
    await generation.create_indexes()
    for first in range(0, cases, BATCH):
        await keep(generation, [told(number) for number in range(first, min(first + BATCH, cases))])
    while await bind(generation):
        pass


async def by_hand(generation: Generation) -> float:
    """Seconds to read the same editions and count them by class."""
    began = time.perf_counter()
    counts: Counter[int] = Counter()
    async for found in generation.editions.each({}):
        counts.update(values[1] for *_, values in json.loads(found["packed"]))
    return time.perf_counter() - began


async def run(cases: int, rounds: int) -> tuple[Row, dict[str, float]]:
    """Cases a second of the first report against reading alone; seconds of the first and of later reports."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as servers:
            app = build(servers.settings())
            generations = Generations(app.runtime.store)
            office = replace(app.it.reports, generations=generations, shelf=Shelf())
            await fill(await generations.current(), cases)
            limit = await by_hand(await generations.current())
            seconds, busy = [], []
            for _ in range(rounds + 1):
                began, cpu = time.perf_counter(), time.process_time()
                inputs = await office.inputs(YEAR, "", date(2026, 11, 23))
                with uncollected():
                    made = make(inputs)
                seconds.append(time.perf_counter() - began)
                busy.append(time.process_time() - cpu)
            await app.runtime.store.close()
    assert made.checks.errors == []
    row = Row(f"annual report of {cases:,} cases, first", "cases/s", cases / seconds[0], cases / limit)
    return row, {"first_seconds": seconds[0], "first_cpu_seconds": busy[0], "later_seconds": min(seconds[1:])}


app = typer.Typer(help="Seconds of an annual report.")


@app.command()
def main(
    cases: int = typer.Option(100_000, help="Cases of the year."),
    rounds: int = typer.Option(3, help="Later reports."),
    json_: bool = typer.Option(False, "--json"),
) -> None:
    """Measure and print; an aim: every report in at most two seconds, the first too."""
    row, seconds = asyncio.run(run(cases, rounds))
    if json_:
        sys.stdout.write(json.dumps(seconds) + "\n")
        return
    show([row], json_=False)
    first = f"first report {seconds['first_seconds']:.2f} s ({seconds['first_cpu_seconds']:.2f} s of it busy)"
    print(f"{first}, later ones {seconds['later_seconds']:.2f} s (aim ≤ 2 s)")


if __name__ == "__main__":
    app()

"""Time from an emission to the view that everybody reads, at a steady rate.

    python -m bench.latency [--rate N] [--seconds N] [--json]

The hotline and the read model run in a process of their own; the view is looked for every twenty milliseconds, so no
figure is better than that.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import typer

from bench.intake import tickets
from chassis.store import Collection, Document, Store
from tests.faults.crashing import process
from tests.servers import Servers, running

LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 60.0
WARM = 200
PASSED_SECONDS = 5.0


@dataclass(frozen=True)
class Latency:
    """Milliseconds from emission to view."""

    rate: float
    emitted: int
    median: float
    p99: float
    worst: float


class Watch:
    """Notes when each ticket is first seen among the views, at little cost to the database: by the change number it
    reads only what is new, and looks once more for numbers that were passed over, since a view with a smaller number
    may become visible after one with a larger."""

    def __init__(self, views: Collection) -> None:
        self._views = views
        self._last = 0
        self._passed: dict[int, float] = {}
        self.seen: dict[str, float] = {}

    async def look(self) -> None:
        found = await self._changed({"$gt": self._last})
        if self._passed:
            found += await self._changed({"$in": sorted(self._passed)})
        now = time.perf_counter()
        for view in found:
            number = view["change"]
            self._passed |= dict.fromkeys(range(self._last + 1, number), now)
            self._passed.pop(number, None)
            self._last = max(self._last, number)
            if view["type"] == "hotline.ticket":
                self.seen.setdefault(view["record"]["ticket_no"], now)
        self._passed = {number: at for number, at in self._passed.items() if now - at < PASSED_SECONDS}

    async def _changed(self, numbers: dict[str, Any]) -> list[Document]:
        fields = {"type": 1, "change": 1, "record.ticket_no": 1}
        return await self._views.find({"change": numbers}, fields, sort=[("change", 1)])

    async def until(self, numbers: set[str]) -> None:
        """Look until all are seen; raises `TimeoutError` when that takes too long."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not numbers <= self.seen.keys():
                await self.look()
                await asyncio.sleep(LOOK_SECONDS)


async def emit(servers: Servers, bodies: list[bytes], rate: float) -> dict[str, float]:
    """Emit at a steady rate, late ones at once; when each ticket was handed to the bus."""
    js = (await servers.client("h12345")).jetstream(timeout=10)
    subject = f"zwgk.{servers.region}.in.hotline.ticket.h12345"
    sent: dict[str, float] = {}
    waiting = []
    began = time.perf_counter()
    for n, body in enumerate(bodies):
        await asyncio.sleep(max(0.0, began + n / rate - time.perf_counter()))
        sent[json.loads(body)["ticket_no"]] = time.perf_counter()
        waiting.append(await js.publish_async(subject, body, stream="INTAKE"))
    await asyncio.gather(*waiting)
    return sent


async def run(rate: float, seconds: float) -> Latency:
    """Measure once on servers of its own."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        async with (
            running(folder / uuid.uuid4().hex) as servers,
            process(servers, ["hotline", "readmodel"], folder / "serving.log"),
        ):
            store = Store(servers.mongo.url, "zwgk_readmodel")
            try:
                return await _measure(servers, Watch(store.collection("views_1")), rate, seconds)
            finally:
                await store.close()


async def _measure(servers: Servers, watch: Watch, rate: float, seconds: float) -> Latency:
    warm = await emit(servers, tickets(servers, WARM), rate)
    await watch.until(set(warm))
    bodies = tickets(servers, int(rate * seconds))
    looking = asyncio.create_task(watch.until({json.loads(body)["ticket_no"] for body in bodies}))
    sent = await emit(servers, bodies, rate)
    await looking
    times = sorted(1000 * (watch.seen[number] - at) for number, at in sent.items())
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    spent = max(sent.values()) - min(sent.values())
    return Latency(
        round((len(sent) - 1) / spent, 1), len(sent), round(cuts[49], 1), round(cuts[98], 1), round(times[-1], 1)
    )


app = typer.Typer(help="Time from emission to view at a steady rate.")


@app.command()
def main(
    rate: float = typer.Option(100.0, help="Emissions a second."),
    seconds: float = typer.Option(30.0, help="How long."),
    json_: bool = typer.Option(False, "--json"),
) -> None:
    """Measure and print median and 99th percentile in milliseconds."""
    found = asyncio.run(run(rate, seconds))
    if json_:
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        return
    sys.stdout.write(
        f"{found.emitted} tickets at {found.rate}/s: median {found.median} ms, 99th percentile {found.p99} ms, "
        f"worst {found.worst} ms\n"
    )


if __name__ == "__main__":
    app()

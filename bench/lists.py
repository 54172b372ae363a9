"""Seconds of what people look at all day, with many open tickets: desk, overdue, clock board, progress, scoreboard.

Each is asked as its handler is, answer made ready; the bus and the hotline's own figures are left out. The limit is a
loop that only reads the same views once.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import typer
from nats.aio.client import Client

from chassis.actors import Cause, service
from chassis.rpc import Asker
from contracts.readmodel import answers as c
from contracts.readmodel.reports import GetReport, ReportName
from kernel.refused import Refused
from services.readmodel import past
from services.readmodel.app import build
from services.readmodel.handlers import ReadModel, desk, list_views
from services.readmodel.reports.bulletins.handlers import report
from services.readmodel.storage import Generation, Generations
from services.readmodel.views import view
from tests.readmodel.telling import changed, ticket
from tests.servers import MORNING, running

CAUSE = Cause(service("readmodel"), "bench", MORNING)
UNITS = ("jtj", "czj", "nyj", "sjj")
BATCH = 1000
TICKET = "hotline.ticket"


def told(number: int) -> dict[str, Any]:
    """The view of an open ticket; limits from two weeks ago to six weeks ahead."""
    due = MORNING + timedelta(hours=number % 1344 - 336)
    limits = {"sign_due_at": due - timedelta(hours=48), "contact_due_at": due - timedelta(hours=24)}
    record = ticket(f"RX-{number:07d}", due, agency=UNITS[number % len(UNITS)], waits_for="承办单位", **limits)
    data = {"epoch": 1, "version": 1, "record": record.model_dump(mode="json")}
    return view(type(changed(record)), data, MORNING.isoformat())


async def fill(generation: Generation, views: int) -> None:
    await generation.create_indexes()
    for first in range(0, views, BATCH):
        batch = [told(number) for number in range(first, min(first + BATCH, views))]
        await asyncio.gather(past.keep(generation.past, batch), generation.insert_new(batch, MORNING))


def _nobody() -> Client:
    raise AssertionError("nobody is asked")


class Unanswered(Asker):
    """Of other services, which are not there."""

    async def __call__(self, *asked: Any, **options: Any) -> Any:
        raise Refused("unavailable", "热线服务没有应答。")


def questions(it: ReadModel) -> dict[str, Callable[[], Awaitable[Any]]]:
    def of(name: ReportName, **options: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: report(it, GetReport(report=name, **options), CAUSE)

    return {
        "desk": lambda: desk(it, c.Desk(), CAUSE),
        "desk of a unit": lambda: desk(it, c.Desk(agency="czj"), CAUSE),
        "list of tickets": lambda: list_views(it, c.ListViews(type=TICKET, open=True), CAUSE),
        "overdue": of("overdue"),
        "clocks": of("clocks"),
        "progress": of("progress", type="hotline.ticket"),
        "scoreboard": of("scoreboard", year=2026, month=11),
    }


async def _seconds(ask: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await ask()
    return time.perf_counter() - began


async def run(views: int, rounds: int) -> dict[str, float]:
    """Seconds: reading alone, the first reading after a start, then the median of each question, quiet and while
    tickets change between the questions."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as servers:
            app = build(servers.settings())
            generation = await Generations(app.runtime.store).current()
            await fill(generation, views)
            it = replace(app.it, reports=replace(app.it.reports, ask=Unanswered(_nobody, "999901", "readmodel")))
            found = {"reading alone": await _seconds(lambda: generation.views.find({"type": TICKET}))}
            found["first reading after a start"] = await _seconds(lambda: it.board.read(generation))
            for name, ask in questions(it).items():
                found[name] = statistics.median([await _seconds(ask) for _ in range(rounds)])
            moving = []
            for number in range(rounds):
                again = [told(each) | {"version": number + 2, "stamp": number + 2 << 20} for each in range(20)]
                await generation.apply(again, MORNING)
                moving.append(await _seconds(questions(it)["desk"]))
            found["desk after 20 changes"] = statistics.median(moving)
            await app.runtime.store.close()
    return found


app = typer.Typer(help="Seconds of desks, lists and boards.")


@app.command()
def main(
    views: int = typer.Option(50_000, max=200_000, help="Open tickets in the views."),
    rounds: int = typer.Option(5, max=50, help="Times that each question is asked."),
    json_: bool = typer.Option(False, "--json"),
) -> None:
    """Measure and print; aims: desks in 0.3 s, all others in one second."""
    found = asyncio.run(run(views, rounds))
    if json_:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for name, seconds in found.items():
        print(f"{name:<28} {seconds:8.3f} s")


if __name__ == "__main__":
    app()

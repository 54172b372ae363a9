"""`just bench`: the platform against hand-written limits."""

import asyncio

import typer

from bench import command, intake, rebuild, stock
from bench.harness import show

app = typer.Typer(help="Measurements as ratios to a hand-written limit, in one run.")


@app.command()
def main(
    tickets: int = typer.Option(2000, help="Tickets a turn."),
    rounds: int = typer.Option(3, help="Turns of each side."),
    json_: bool = typer.Option(False, "--json"),
) -> None:
    """Measure everything and print one table."""
    rows = [
        asyncio.run(intake.run(tickets, rounds)),
        *asyncio.run(rebuild.run(tickets * 3, rounds)),
        asyncio.run(command.run(tickets // 4, rounds)),
        asyncio.run(stock.run(tickets // 2, rounds)),
    ]
    show(rows, json_=json_)


if __name__ == "__main__":
    app()

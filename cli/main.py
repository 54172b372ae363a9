"""The `zwgk` command."""

import importlib
import sys
from pathlib import Path

import typer

from cli import bus, catalogue, clock, contracts, credentials, people, query, serve, up
from cli.session import DATA

app = typer.Typer(
    help="政务公开平台：发布、依申请公开、舆情、热线、网站监测、督查，一条命令即可运行。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("serve")(serve.serve)
app.command("search")(query.search)
app.command("desk")(query.desk)
app.command("catalogue")(catalogue.catalogue)
app.command("republish")(bus.republish)
app.command("token")(people.token)
app.add_typer(query.agencies_app, name="agencies")
app.add_typer(query.readmodel_app, name="readmodel")
app.add_typer(bus.streams_app, name="streams")
app.add_typer(bus.parked_app, name="parked")
app.add_typer(bus.permissions_app, name="permissions")
app.add_typer(clock.app, name="clock")
app.add_typer(contracts.app, name="contracts")
app.add_typer(credentials.app, name="credentials")

for name in ("publication", "requests", "hotline", "opinion", "sitewatch", "supervision", "calendar", "report"):
    module = importlib.import_module(f"cli.{name}")
    app.add_typer(module.app, name=name)
    if name == "calendar":
        app.add_typer(module.deadline_app, name="deadline")


@app.callback()
def everywhere(
    data: Path = typer.Option(None, "--data", envvar="ZWGK_DATA", help="平台的数据目录，默认 .zwgk。"),
) -> None:
    DATA.set(data)


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(app())


if __name__ == "__main__":
    main()

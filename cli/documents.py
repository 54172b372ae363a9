"""What the document commands share: their options, and how a command is sent."""

from datetime import date, datetime
from typing import TypeVar

import typer

from cli.session import Session, guarded, run, show
from contracts import publication as c
from contracts.base import Command, Done
from kernel.refused import Refused

T = TypeVar("T")
ID = typer.Argument(help="文件编号。")
NOTE = typer.Option("", "--note", help="说明。")
ATTRIBUTES = {each.value: each for each in c.Attribute} | {
    "proactive": c.Attribute.PROACTIVE,
    "on-request": c.Attribute.ON_REQUEST,
    "withheld": c.Attribute.WITHHELD,
}


def do(command: Command, as_: str | None, agency: str, json_: bool) -> None:
    """Send a command that is answered with `Done` and show where the document stands."""

    async def work(session: Session) -> Done:
        return await session.ask(command, Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


def chosen(value: str, allowed: dict[str, T], field: str) -> T:
    """One of the words of an option; a wrong one is said in one line."""

    def choose() -> T:
        if value not in allowed:
            raise Refused("unknown_word", "该项取值不认识。", field=field, remedy=f"可用：{'、'.join(allowed)}。")
        return allowed[value]

    return guarded(choose)


def day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def changes(**given: object) -> c.Changes:
    """The changes that were named; empty lists of options count as not given."""
    named = {key: value for key, value in given.items() if value not in (None, [], ())}
    return c.Changes.model_validate(named)

"""What the document commands share: their options, and how a command is sent."""

import re
from datetime import date, datetime
from typing import TypeVar

import typer
from pydantic import ValidationError

from cli.session import Session, guarded, run, show
from contracts.base import Command, Done
from contracts.publication import record as c
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


FIELDS = typer.Option([], "--set", help="其他字段，写作 字段=值，可多次给出，如 发送范围=各镇；多个值用、隔开。")
_LABELS = {str(field.description).partition("（")[0]: name for name, field in c.Changes.model_fields.items()}
_FLAGS = {"是": True, "否": False}


def with_fields(given: c.Changes, pairs: list[str]) -> c.Changes:
    """The changes with those of `--set`, each by its Chinese or English name."""
    said = given.model_dump(exclude_none=True)
    for pair in pairs:
        label, _, value = pair.partition("=")
        name = _LABELS.get(label.strip(), label.strip())
        field = c.Changes.model_fields.get(name)
        if field is None or not value:
            known = "、".join(_LABELS)
            raise Refused("unknown_field", "字段写法不对，应为 字段=值。", field="set", remedy=f"可用：{known}。")
        several = "tuple" in str(field.annotation)
        said[name] = [each for each in re.split("[、,，]", value) if each] if several else _FLAGS.get(value, value)
    try:
        return c.Changes.model_validate(said)
    except ValidationError as error:
        place = str(error.errors()[0]["loc"][0])
        raise Refused("malformed_field", "字段的值写法不对。", field=place, remedy="日期写作 2026-03-01。") from None

"""What a clerk reads is Chinese: refusals, and the help of the command line."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import typer
import typer.main

from tests.guards.reading import CHINESE, calls, commands, functions, product

LATIN = re.compile(r"[A-Za-z]{2,}")
ENGLISH_BY_DESIGN = {"--help", "--install-completion", "--show-completion"}  # typer's own


def spoken(node: ast.AST | None) -> Iterator[str]:
    """The literal texts that an expression can give; what is filled in at run time is left out."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            yield "".join(part.value for part in values if isinstance(part, ast.Constant))
        case ast.BinOp(left=left, right=right):
            yield " ".join([*spoken(left), *spoken(right)])
        case ast.IfExp(body=body, orelse=otherwise):
            yield from spoken(body)
            yield from spoken(otherwise)


def said(call: ast.Call) -> Iterator[ast.expr]:
    """What a `Refused(code, message, field, remedy)` says to the person."""
    yield from call.args[1:2]
    yield from call.args[3:4]
    yield from (word.value for word in call.keywords if word.arg in {"message", "remedy"})


def assigned(text: str, name: str) -> Iterator[str]:
    """What a local variable of that name can hold."""
    for function in functions(text):
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [name]:
                yield from spoken(node.value)


def foreign(path: str, text: str) -> Iterator[str]:
    """Refusals that a Chinese reader cannot read."""
    for name, call in calls(text):
        if name.rpartition(".")[2] != "Refused":
            continue
        for part in said(call):
            found = assigned(text, part.id) if isinstance(part, ast.Name) else spoken(part)
            yield from (f"{path}:{call.lineno}: {each}" for each in found if LATIN.search(each) and not _chinese(each))


def _chinese(text: str) -> bool:
    return bool(CHINESE.search(text))


def silent(command: Any, name: str = "zwgk") -> Iterator[str]:
    """Commands and parameters without a Chinese help text."""
    if not _chinese(command.help or ""):
        yield name
    for parameter in command.params:
        words = getattr(parameter, "help", None) or ""
        plain = re.fullmatch(r"[\w、。-]*", words) and words  # only values to choose from
        if not _chinese(words) and not plain and not ENGLISH_BY_DESIGN & set(parameter.opts):
            yield f"{name} {'/'.join(parameter.opts)}"
    for each, inner in getattr(command, "commands", {}).items():
        yield from silent(inner, f"{name} {each}")


def test_refusals_are_chinese() -> None:
    assert [each for path, text in product().items() for each in foreign(path, text)] == []


def test_there_are_refusals_to_read() -> None:
    found = [
        part for text in product().values() for name, call in calls(text) if name == "Refused" for part in said(call)
    ]
    assert len(found) > 200


def test_help_is_chinese() -> None:
    assert list(silent(commands())) == []


def test_a_planted_english_refusal_is_found() -> None:
    code = """
def f(x):
    message = "too late"
    raise Refused("late", message)
def g(x):
    raise refused.Refused("late", f"too late: {x}", remedy="again" if x else "请重试。")
def h(x):
    raise Refused("late", f"{x}。", remedy="请重试 again。")
"""
    assert list(foreign("planted.py", code)) == [
        "planted.py:4: too late",
        "planted.py:6: too late: ",
        "planted.py:6: again",
    ]


def test_planted_help_in_english_is_found() -> None:
    planted = typer.Typer(help="示例。")

    @planted.command("go")
    def go(far: bool = typer.Option(False, "--far", help="How far."), near: str = typer.Option("", "--near")) -> None:
        """走。"""

    @planted.command("stay")
    def stay() -> None:
        """Stay."""

    assert list(silent(typer.main.get_command(planted))) == ["zwgk go --far", "zwgk go --near", "zwgk stay"]

"""Every state that an answer may name is said in Chinese."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.session import show
from cli.states import STATES
from contracts.base import Done

ROOT = Path(__file__).parents[2]


def named(text: str) -> Iterator[str]:
    """States of this module: members of enumerations of states, and what an answer is given word for word."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef) and node.name.endswith(("Stage", "State", "Status")):
            values = [each.value for each in node.body if isinstance(each, ast.Assign)]
            yield from (each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, str))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Done":
            given = [each.value for each in node.keywords if each.arg == "state"]
            yield from (each.value for each in given if isinstance(each, ast.Constant))


def test_every_state_has_its_name() -> None:
    paths = [path for folder in ("contracts", "services") for path in (ROOT / folder).rglob("*.py")]
    found = {state for path in paths for state in named(path.read_text(encoding="utf-8")) if state.isascii()}
    assert {"draft", "review", "issued"} <= found
    assert found - set(STATES) == set()


def test_an_answer_is_shown_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    columns = [("id", "编号"), ("state", "状态")]
    done = Done(id="999901-GW-2026-000001", version=2, state="review")
    show(done, json_=False, columns=columns)
    assert "待审查" in capsys.readouterr().out
    show(done, json_=True, columns=columns)
    assert '"state": "review"' in capsys.readouterr().out

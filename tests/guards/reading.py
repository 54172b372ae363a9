"""What guards look at: the product's Python files, and the text files of the repository."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer.main

from cli.main import COMMANDS, app, imported

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("kernel", "contracts", "chassis", "services", "cli", "sample", "bench")
TEXTS = (*PRODUCT, "tests", "docs", "deploy", "k8s", ".ci")
TEXT_ENDINGS = {".py", ".md", ".toml", ".yaml", ".yml", ".json", ".jsonl", ".html", ".css", ".js", ".conf", ""}
CHINESE = re.compile(r"[一-鿿]")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def product() -> dict[str, str]:
    """Path from the root and text of every Python file of the product."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


@cache
def tree(text: str) -> ast.Module:
    return ast.parse(text)


def functions(text: str) -> Iterator[Function]:
    """Every function of a file, also methods and inner ones."""
    return (node for node in ast.walk(tree(text)) if isinstance(node, Function))


def calls(text: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the name of what is called: `datetime.now` of `datetime.now()`, `x` where that is a name."""
    for node in ast.walk(tree(text)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


@cache
def texts() -> dict[str, str]:
    """Every text file that people wrote, without the guards themselves, which must name what they forbid."""
    loose = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in {".md", ".toml", ".yml", ".lock", ""}]
    found = [path for folder in TEXTS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(loose + found)
        if _written_by_people(path)
    }


def _written_by_people(path: Path) -> bool:
    inside = path.relative_to(ROOT).parts
    if "__pycache__" in inside or inside[:2] == ("tests", "guards") or path.name in {"LICENSE", ".env", ".git"}:
        return False
    return path.suffix in TEXT_ENDINGS or path.suffix == ".lock"


def pages() -> dict[str, str]:
    """Every Markdown page."""
    return {path: text for path, text in texts().items() if path.endswith(".md")}


@cache
def commands() -> Any:
    """`zwgk` with everything under it."""
    whole: Any = typer.main.get_command(app)
    whole.commands = {name: imported(name) for name in COMMANDS}
    return whole

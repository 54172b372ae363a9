"""What the pages tell people to type exists, and what they point at is there."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.main import COMMANDS
from contracts.registry import REGISTRY
from tests.guards.reading import ROOT, commands, pages

CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"^(?:\.{1,2}/)?[\w.*-]+(?:/[\w.*-]+)*/?$")
FILE_ENDING = re.compile(r"\.(py|md|json|jsonl|toml|yaml|yml|lock|conf|js|txt|docx)$")
MADE_AT_RUN_TIME = re.compile(r"^(\.zwgk|\.venv|\.boot|credentials|old)\b|^\.\./shared/seeds")
RESOURCE = re.compile(rf"^deploy/({'|'.join(REGISTRY.services)})$")  # as kubectl names a deployment
READMES = ("README.md", "README.zh-CN.md")


def blocks(page: str) -> Iterator[str]:
    """Lines of the fenced blocks that show something to type, with continued lines joined."""
    for language, body in FENCE.findall(page):
        if language in {"", "console", "sh", "bash"}:
            yield from body.replace("\\\n", " ").splitlines()


def typed(page: str) -> Iterator[str]:
    """Commands that a page shows: lines of fenced blocks, and code in a sentence."""
    for line in blocks(page):
        yield line.removeprefix("$ ").partition(" #")[0].strip()
    for code in CODE.findall(FENCE.sub("", page)):
        yield code.strip()


def invoked(page: str, program: str) -> Iterator[list[str]]:
    """Arguments of each call of a program in what a page shows, also behind `&&`, `|`, a folder or an assignment."""
    start = re.compile(rf"^(?:[A-Z_]+=\S+ |exec |(?:docker|kubectl)\b.* -- )*(?:\S*/)?{program}(?= |$)")
    for line in typed(page):
        for part in re.split(r"&&|\|\||[|;()]", line):
            if match := start.match(part.strip()):
                yield part.strip()[match.end() :].replace("'", '"').split()
            if program == "zwgk" and (match := re.match(r"docker compose run --rm operator (.*)", part.strip())):
                yield match[1].split()


@cache
def recipes() -> frozenset[str]:
    text = (ROOT / "justfile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z][\w-]*)(?: \*?[A-Z]+)*:", text, re.M))


def unknown_recipe(arguments: Sequence[str]) -> str | None:
    """Why `just ARGUMENTS` cannot run."""
    if not arguments or arguments[0].startswith("-") or arguments[0] in recipes():
        rest = arguments[1:] if arguments and arguments[0] == "up" else ()
        return unknown_command(["up", *rest]) if rest else None
    return f"just {arguments[0]}"


def unknown_command(arguments: Sequence[str]) -> str | None:
    """Why `zwgk ARGUMENTS` cannot be typed: no such command or option. Words in capitals stand for any."""
    command = commands()
    for number, word in enumerate(arguments):
        if word.startswith("-"):
            option = word.partition("=")[0]
            if option not in {"--help"} | {each for parameter in command.params for each in parameter.opts}:
                return f"zwgk {' '.join(arguments[: number + 1])}"
        elif hasattr(command, "commands") and not _is_value(arguments, number, command):
            if word.isupper() or word in {"…", "..."}:
                return None
            names = word.split("/") if "/" in word else [word]
            if not set(names) <= set(command.commands):
                return f"zwgk {' '.join(arguments[: number + 1])}"
            command = command.commands[names[0]]
    return None


def _is_value(arguments: Sequence[str], number: int, command: Any) -> bool:
    """Whether a word is the value of the option before it."""
    before = arguments[number - 1] if number else ""
    return any(before in each.opts and not getattr(each, "is_flag", False) for each in command.params)


def named(page: str) -> Iterator[str]:
    """Paths that a page points at: links, and code with a slash or the ending of a file of ours."""
    yield from (link for link in LINK.findall(page) if "://" not in link)
    for line in typed(page):
        for word in re.split(r"[\s=,:'\"]+", line):
            if PATH.match(word) and "/" in word.strip("/") + ("/" if word.endswith("/") else ""):
                yield word


def lost(path: str, page: str) -> Iterator[str]:
    """Paths that a page names and that are not there."""
    home = (ROOT / path).parent
    for word in named(page):
        looks_like_a_path = word.endswith("/") or FILE_ENDING.search(word) or word.split("/")[0] in _top()
        if not looks_like_a_path or MADE_AT_RUN_TIME.search(word) or RESOURCE.match(word):
            continue
        if not any(_exists(folder, word) for folder in (ROOT, home, home / "domain")):
            yield f"{path}: {word}"


def _exists(folder: Path, word: str) -> bool:
    return any(folder.glob(word)) if "*" in word else (folder / word).exists()


@cache
def _top() -> frozenset[str]:
    return frozenset(path.name for path in ROOT.iterdir())


def false(path: str, page: str) -> Iterator[str]:
    """Everything that a page says and that is not so."""
    for program, unknown in (("just", unknown_recipe), ("zwgk", unknown_command)):
        yield from (f"{path}: {found}" for each in invoked(page, program) if (found := unknown(each)))
    yield from lost(path, page)


def shown(page: str) -> list[str]:
    """Commands of the fenced blocks of a page, in order."""
    return [line.partition(" #")[0].strip() for line in blocks(page) if line.startswith("$ ")]


@pytest.mark.parametrize("path", sorted(pages()))
def test_pages_are_true(path: str) -> None:
    assert list(false(path, pages()[path])) == []


def test_both_readmes_name_the_same_commands() -> None:
    english, chinese = (pages()[name] for name in READMES)
    assert shown(english) == shown(chinese)
    assert len(shown(english)) > 8
    assert set(LINK.findall(english)) - set(READMES) == set(LINK.findall(chinese)) - set(READMES)
    assert sorted(set(named(english)) - set(READMES)) == sorted(set(named(chinese)) - set(READMES))


def test_the_table_of_commands_says_what_each_says_of_itself() -> None:
    wrong = {name for name, (_, text) in COMMANDS.items() if not commands().commands[name].help.startswith(text)}
    assert wrong == set()


def test_help_imports_no_command() -> None:
    """Start-up stays quick: what is slow to import is imported by the command that needs it."""
    program = "import sys, cli.main; print({'pydantic', 'nats', 'chassis', 'contracts', 'services'} & set(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "set()"


def unlisted(index: str) -> set[str]:
    """Decisions that an index does not name."""
    return {path.name for path in (ROOT / "docs" / "decisions").glob("0*.md")} - set(LINK.findall(index))


def test_every_decision_is_in_the_index() -> None:
    index = pages()["docs/decisions/README.md"]
    assert unlisted(index) == set()
    assert unlisted(index.replace("](0001-", "](x0001-")) == {"0001-one-document-per-case.md"}


def test_the_first_screen_has_both_commands() -> None:
    for name in READMES:
        first = "\n".join(pages()[name].splitlines()[:45])
        assert "pip install rust-just && just up" in first
        assert "pip install rust-just && just test" in first
        assert "python3 -m venv .boot && .boot/bin/pip install rust-just && .boot/bin/just up" in first


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("just fly", "just fly"),
        ("pip install rust-just && just up --fly", "zwgk up --fly"),
        (".boot/bin/just fly", "just fly"),
        ("zwgk fly", "zwgk fly"),
        ("zwgk hotline fly --json", "zwgk hotline fly"),
        ("zwgk --data X search QUERY --fly", "zwgk --data X search QUERY --fly"),
        ("ZWGK_DATA=x .venv/bin/zwgk deadline explain --day 3", "zwgk deadline explain --day"),
        ("docker compose run --rm operator parked fly", "zwgk parked fly"),
        ("kubectl -n zwgk exec operator-0 -- zwgk fly", "zwgk fly"),
    ],
)
@pytest.mark.parametrize("form", ["`{}`", "```console\n$ {}\n```", "```\n{}   # a word\n```"])
def test_a_planted_wrong_command_is_found(line: str, found: str, form: str) -> None:
    assert list(false("planted.md", form.format(line))) == [f"planted.md: {found}"]


@pytest.mark.parametrize(
    "line", ["just", "just up --http 127.0.0.1:0", "zwgk hotline", "zwgk parked show 17 --purpose 'x'"]
)
def test_a_right_command_is_not(line: str) -> None:
    assert list(false("planted.md", f"`{line}`")) == []


@pytest.mark.parametrize("word", ["docs/fly.md", "kernel/fly.py", "services/fly/", "services/*/fly.py"])
def test_a_planted_lost_path_is_found(word: str) -> None:
    assert list(lost("planted.md", f"see `{word}`")) == [f"planted.md: {word}"]
    assert list(lost("planted.md", f"see [it]({word})")) == [f"planted.md: {word}"]


@pytest.mark.parametrize(
    "word", ["docs/architecture.md", "services/*/README.md", "bus/view", ".zwgk/run.json", "kernel/"]
)
def test_a_path_that_is_there_is_not(word: str) -> None:
    assert list(lost("planted.md", f"see `{word}`")) == []

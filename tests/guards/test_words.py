"""What no file may hold: clocks without a zone, prints, unfinished work, traces of a machine or a workshop."""

import ast
import re
import tomllib
from collections.abc import Iterator

import pytest

from tests.guards.reading import ROOT, calls, product, texts, tree

NAIVE = re.compile(
    r"(^|\.)(utcnow|utcfromtimestamp)$|(^|\.)(date|datetime)\.today$|(^|\.)datetime\.(now|fromtimestamp)$"
)
MAY_PRINT = ("bench/", "contracts/examples/")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|stubs?)\b")
ABSTRACT = {"chassis/embedded.py": "the part that the NATS server and the database each do their own way"}
TRACES = {
    "path of a machine": re.compile(r"(?<![\w.-])(/work/|/home/|/root/|/Users/)"),
    "temporary folder in code": re.compile(r"(?<![\w.{}$-])/tmp\b"),
    "host of a registry": re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.|(?<!\w)--(extra-)?index-url|--find-links"),
    "number of a document that is not ours": re.compile(r"\b00[0-5] ?[（(]?[（(一二三四五六七八九]|\(00[0-5] \d"),
    "how it was made": re.compile(
        r"\b(claude|anthropic|openai|chatgpt|copilot|llm|subagents?)\b|shared/(?!seeds|\")|(?<!-)\bhelper(s)?\b", re.I
    ),
}
CODE_ONLY = {"temporary folder in code"}


def naive(path: str, text: str) -> Iterator[str]:
    """Moments without a zone."""
    for name, call in calls(text):
        zoned = bool(call.args[1:] if name.endswith("fromtimestamp") else call.args) or bool(call.keywords)
        if NAIVE.search(name) and not (zoned and re.search(r"(now|[^c]fromtimestamp)$", name)):
            yield f"{path}:{call.lineno}: {name}"


def prints(path: str, text: str) -> Iterator[str]:
    if not path.startswith(MAY_PRINT):
        yield from (f"{path}:{call.lineno}" for name, call in calls(text) if name in {"print", "pprint"})


def unfinished(path: str, text: str) -> Iterator[str]:
    """Marks of unfinished work, and methods that only say that they are not there."""
    for number, line in enumerate(text.splitlines(), 1):
        if UNFINISHED.search(line):
            yield f"{path}:{number}"
    for node in ast.walk(tree(text)):
        if isinstance(node, ast.Raise) and node.exc and "NotImplementedError" in ast.unparse(node.exc):
            yield f"{path}:{node.lineno}"


def traces(path: str, text: str) -> Iterator[str]:
    """Words that belong to a machine or to a workshop."""
    for what, pattern in TRACES.items():
        if what in CODE_ONLY and (not path.endswith(".py") or path.startswith("tests/")):
            continue
        for found in pattern.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, found.start()) + 1}: {what}: {found[0]}"


def enabled(configuration: str) -> bool:
    """Whether ruff looks for naive datetimes everywhere."""
    lint = tomllib.loads(configuration)["tool"]["ruff"]["lint"]
    ignored = [
        *lint.get("ignore", []),
        *(rule for rules in lint.get("per-file-ignores", {}).values() for rule in rules),
    ]
    return "DTZ" in lint["select"] and not any(rule.startswith("DTZ") for rule in ignored)


@pytest.mark.parametrize("guard", [naive, prints])
def test_product_code_is_clean(guard: object) -> None:
    assert [each for path, text in product().items() for each in guard(path, text)] == []  # type: ignore[operator]


def test_nothing_is_unfinished() -> None:
    found = [each for path, text in product().items() for each in unfinished(path, text)]
    assert [each for each in found if each.rpartition(":")[0] not in ABSTRACT] == []
    assert {each.rpartition(":")[0] for each in found} == set(ABSTRACT)


def test_no_file_tells_of_a_machine_or_a_workshop() -> None:
    assert [each for path, text in texts().items() for each in traces(path, text)] == []


def test_the_linter_looks_for_naive_datetimes() -> None:
    configuration = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert enabled(configuration)
    assert not enabled(configuration.replace('"DTZ", ', ""))
    assert not enabled(configuration.replace('"bench/**" = [', '"bench/**" = ["DTZ005", '))


@pytest.mark.parametrize(
    "line",
    [
        "datetime.utcnow()",
        "datetime.datetime.now()",
        "datetime.now()",
        "date.today()",
        "datetime.fromtimestamp(5)",
        "datetime.utcfromtimestamp(5)",
    ],
)
def test_a_planted_naive_moment_is_found(line: str) -> None:
    assert len(list(naive("planted.py", line))) == 1


@pytest.mark.parametrize("line", ["datetime.now(CST)", "datetime.fromtimestamp(0, UTC)", "clock.now()", "it.today()"])
def test_a_moment_with_a_zone_is_not(line: str) -> None:
    assert list(naive("planted.py", line)) == []


def test_a_planted_print_is_found_where_it_may_not_be() -> None:
    assert list(prints("kernel/planted.py", "def f():\n    print(1)")) == ["kernel/planted.py:2"]
    assert list(prints("kernel/planted.py", "console.print(1)")) == []
    assert list(prints("bench/planted.py", "print(1)")) == []


@pytest.mark.parametrize("line", ["x = 1  # TODO later", "def f():\n    raise NotImplementedError('x')", "# a stub"])
def test_planted_unfinished_work_is_found(line: str) -> None:
    assert len(list(unfinished("planted.py", line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "DATA = '/work/x'",
        "see /home/me/x",
        "FOLDER = '/tmp/x'",
        "pip install --index-url https://x y",
        "https://pypi.org/simple",
        "(000 (七)2)",
        "004 (一)",
        "(001 21)",
        "made by Claude",
        "see ../shared/design.md",
        "a helper did",
    ],
)
def test_a_planted_trace_is_found(line: str) -> None:
    assert len(list(traces("kernel/planted.py", line))) == 1


@pytest.mark.parametrize(
    "line",
    ["../shared/seeds", '"shared" / "seeds"', "--no-emit-index-url", "PIP_INDEX_URL", "$TMP/tmp", "001"],
)
def test_what_only_looks_like_one_is_not(line: str) -> None:
    assert list(traces("kernel/planted.py", line)) == []


def test_a_container_may_have_a_temporary_folder() -> None:
    assert list(traces("k8s/planted.yaml", "mountPath: /tmp")) == []

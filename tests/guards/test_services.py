"""Who knows one service knows them all: the same names for the same things."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from contracts.registry import REGISTRY
from tests.guards.reading import ROOT, product, tree

SAME = frozenset({"README.md", "app.py", "handlers.py", "domain"})
LESS = {
    "readmodel": SAME - {"domain"},  # it follows what others decide
    "gateway": SAME - {"domain", "handlers.py"},  # it reacts to HTTP, not to the bus
}
VAGUE = {"utils", "util", "helpers", "common", "manager", "base", "misc", "tools"}
NAMED_SO = {"contracts/base.py": "the base types of the published language"}


def missing(service: str, names: Iterable[str]) -> set[str]:
    """What a service should have, by the names in its folder; a domain is a module or a package."""
    present = {name.removesuffix(".py") if name == "domain.py" else name for name in names}
    return set(LESS.get(service, SAME)) - present


def vague(paths: Iterable[str]) -> Iterator[str]:
    """Modules and packages whose name says nothing."""
    for path in paths:
        if VAGUE & {part.removesuffix(".py") for part in Path(path).parts}:
            yield path


def imported(text: str) -> Iterator[str]:
    """Full names of what a file imports."""
    for node in ast.walk(tree(text)):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                yield from (f"{module}.{alias.name}" for alias in aliases)


def beyond(path: str, text: str) -> Iterator[str]:
    """What a file of a domain imports besides pydantic, the kernel, its own contracts, the shared ones and itself."""
    service = path.split("/")[1]
    own = re.compile(rf"(pydantic|kernel|contracts\.(base|doubts|{service}(_\w+)?)|services\.{service}\.domain)(\.|$)")
    for name in imported(text):
        if name.partition(".")[0] not in sys.stdlib_module_names and not own.match(name):
            yield f"{path}: {name}"


def domains() -> dict[str, str]:
    inside = re.compile(r"services/\w+/domain(/|\.py$)")
    return {path: text for path, text in product().items() if inside.match(path)}


@pytest.mark.parametrize("service", list(REGISTRY.services))
def test_services_have_the_same_files(service: str) -> None:
    folder = ROOT / "services" / service
    assert missing(service, [path.name for path in folder.iterdir()]) == set()
    if (folder / "domain").is_dir():
        assert (folder / "domain" / "__init__.py").exists()


def test_every_service_folder_is_in_the_registry() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/__init__.py")}
    assert folders == set(REGISTRY.services)


def test_a_service_reads_on_one_screen_or_two() -> None:
    for page in (ROOT / "services").glob("*/README.md"):
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 80, page


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert set(vague(product())) == set(NAMED_SO)


def test_a_domain_knows_only_the_kernel_and_its_own_contracts() -> None:
    assert [each for path, text in domains().items() for each in beyond(path, text)] == []
    assert {path.split("/")[1] for path in domains()} >= set(REGISTRY.services) - set(LESS)


@pytest.mark.parametrize(
    "line",
    [
        "from chassis.cases import CaseStore",
        "from contracts import opinion",
        "import contracts.opinion",
        "from contracts.publication import Draft",
        "from services.hotline.storage import indexes",
        "import httpx",
    ],
)
def test_a_planted_import_of_a_domain_is_found(line: str) -> None:
    assert len(list(beyond("services/hotline/domain/planted.py", line))) == 1


@pytest.mark.parametrize("line", ["from contracts import hotline as c", "from kernel import text", "import re"])
def test_what_a_domain_may_import_is_not(line: str) -> None:
    assert list(beyond("services/hotline/domain/planted.py", line)) == []


def test_a_planted_gap_is_found() -> None:
    assert missing("hotline", ["README.md", "app.py", "domain.py"]) == {"handlers.py"}
    assert missing("readmodel", ["README.md", "app.py", "handlers.py"]) == set()
    assert missing("gateway", ["app.py"]) == {"README.md"}


def test_a_planted_vague_name_is_found() -> None:
    assert list(vague(["services/hotline/utils.py", "kernel/common/x.py", "kernel/clock.py"])) == [
        "services/hotline/utils.py",
        "kernel/common/x.py",
    ]


def told_twice(path: str, text: str) -> Iterator[str]:
    """What the `__init__` of a package of contracts says besides what the package is: topics are imported by name."""
    if re.fullmatch(r"contracts/\w+/__init__\.py", path):
        yield from (f"{path}:{node.lineno}" for node in tree(text).body if not isinstance(node, ast.Expr))


def test_contracts_are_imported_by_topic() -> None:
    assert [each for path, text in product().items() for each in told_twice(path, text)] == []


def test_a_planted_import_in_a_package_of_contracts_is_found() -> None:
    planted = '"""What it tells."""\nfrom contracts.hotline.terms import *\n'
    assert list(told_twice("contracts/hotline/__init__.py", planted)) == ["contracts/hotline/__init__.py:2"]
    assert list(told_twice("contracts/hotline/terms.py", planted)) == []

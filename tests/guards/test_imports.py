"""The rules of `.importlinter` hold, and each of them finds what breaks it."""

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.reading import ROOT

FOLDERS = ("kernel", "contracts", "chassis", "services", "cli", "sample")
PLANTED = {
    "layers": ("kernel/clock.py", "chassis.settings"),
    "services": ("services/hotline/reading.py", "services.opinion.storage"),
    "domain": ("services/hotline/domain/limit.py", "chassis.store"),
    "driver": ("services/requests/papers.py", "pymongo"),
    "sample": ("sample/offset.py", "contracts.base"),
}


def rules() -> dict[str, str]:
    """Name of every rule by its key."""
    configuration = configparser.ConfigParser()
    configuration.read(ROOT / ".importlinter", encoding="utf-8")
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix): configuration[section]["name"]
        for section in configuration.sections()
        if section.startswith(prefix)
    }


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and report of the linter on a tree; the lines that it breaks by the terminal's width are joined."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy with one bad import for each rule."""
    copy = tmp_path_factory.mktemp("planted")
    for folder in FOLDERS:
        leave = shutil.ignore_patterns("__pycache__", "*.json*", "*.html", "*.css")
        shutil.copytree(ROOT / folder, copy / folder, ignore=leave)
    shutil.copy(ROOT / ".importlinter", copy)
    for file, imported in PLANTED.values():
        with (copy / file).open("a", encoding="utf-8") as text:
            text.write(f"\nimport {imported}\n")
    code, report = lint(copy)
    assert code == 1, report
    return report


def test_the_rules_hold() -> None:
    code, report = lint(ROOT)
    assert code == 0, report
    assert "0 broken" in report


def test_every_rule_has_a_planted_violation() -> None:
    assert set(rules()) == set(PLANTED)


@pytest.mark.parametrize("rule", list(PLANTED))
def test_a_planted_import_breaks_its_rule(planted: str, rule: str) -> None:
    name = rules()[rule]
    assert f"{name} BROKEN" in planted
    detail = planted.rpartition("Broken contracts")[2].partition(name)[2]
    file, imported = PLANTED[rule]
    importer = file.removesuffix(".py").replace("/", ".")
    assert f"{importer} -> {imported}" in detail

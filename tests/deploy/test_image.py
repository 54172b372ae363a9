"""The image: lint, a numeric user, locks that agree, and a health check that works."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator

import pytest

from chassis.health import HttpServer, application
from tests.deploy.reading import DEPLOY, ROOT, UID

DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def lint(text: str) -> str:
    """What hadolint complains of; empty when clean."""
    hadolint = f"{sys.prefix}/bin/hadolint"
    return subprocess.run([hadolint, "-"], input=text, capture_output=True, text=True, check=False).stdout


def test_hadolint_has_no_complaint() -> None:
    assert lint(DOCKERFILE) == ""
    assert "DL3006" in lint("FROM python\nRUN true\n")


def final(text: str) -> list[str]:
    """Instructions of the last stage."""
    joined = text.replace("\\\n", " ").splitlines()
    start = max(n for n, line in enumerate(joined) if line.startswith("FROM"))
    return joined[start:]


def instruction(text: str, name: str) -> str:
    return [line.removeprefix(name).strip() for line in final(text) if line.startswith(name + " ")][-1]


def runs_as_root(text: str) -> bool:
    user = instruction(text + "\n", "USER") if re.search(r"^USER ", "\n".join(final(text)), re.M) else "0"
    return not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", user)


def test_the_image_runs_as_a_numeric_user_who_is_not_root() -> None:
    assert not runs_as_root(DOCKERFILE)
    assert instruction(DOCKERFILE, "USER") == f"{UID}:{UID}"
    for planted in (f"USER {UID}:{UID}", "zwgk"), (f"USER {UID}:{UID}", "USER 0"), (f"USER {UID}:{UID}", ""):
        assert runs_as_root(DOCKERFILE.replace(*planted)), planted


def test_the_base_is_pinned() -> None:
    (base,) = re.findall(r"^ARG BASE=(.+)$", DOCKERFILE, re.M)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)) == {"${BASE}"}


def test_every_package_of_the_project_is_copied_and_let_through() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"][
        "packages"
    ]
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.M))
    allowed = set(re.findall(r"^!(\w+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.M))
    assert copied == set(packages)
    assert set(packages) <= allowed


def locked(text: str) -> dict[str, str]:
    """Versions by package name."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.M))


PRODUCTION = locked((DEPLOY / "requirements.lock").read_text())
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def names(requirements: list[str]) -> set[str]:
    return {re.sub(r"[._]", "-", match[0].lower()) for each in requirements if (match := NAME.match(each))}


def test_the_production_lock_has_every_dependency_with_hashes_and_nothing_embedded() -> None:
    text = (DEPLOY / "requirements.lock").read_text()
    assert names(PROJECT["dependencies"]) <= set(PRODUCTION)
    assert not names(PROJECT["optional-dependencies"]["embedded"]) & set(PRODUCTION)
    for lock in ("requirements.lock", "build.lock"):
        pinned = re.split(r"^(?=[a-z0-9])", (DEPLOY / lock).read_text(), flags=re.M)[1:]
        assert pinned
        assert all("--hash=sha256:" in each for each in pinned), lock
    assert "index-url" not in text


def test_production_runs_what_was_tested() -> None:
    tested = locked((ROOT / "requirements.lock").read_text())
    assert {name: version for name, version in PRODUCTION.items() if tested.get(name) != version} == {}
    assert locked((DEPLOY / "build.lock").read_text())["hatchling"] == tested["hatchling"]


IMPORTED = """
import importlib, importlib.metadata, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
found = importlib.metadata.packages_distributions()
print(json.dumps(sorted({d.lower().replace("_", "-").replace(".", "-") for m in list(sys.modules) if "." not in m
    for d in found.get(m, ()) })))
"""


def test_nothing_is_imported_that_the_image_does_not_have() -> None:
    modules = ["cli.main", *(f"services.{path.parent.name}.app" for path in (ROOT / "services").glob("*/app.py"))]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *modules], capture_output=True, text=True, check=True, cwd=ROOT
    )
    imported = set(json.loads(done.stdout))
    assert "faststream" in imported
    optional = {"numpy"}  # openpyxl uses it where it happens to be installed
    assert imported - set(PRODUCTION) - optional - {"zwgk", "setuptools", "pip"} == set()


def health_check(port: int) -> list[str]:
    """The image's health check against another port."""
    (listed,) = re.findall(r"CMD (\[.*\])$", instruction(DOCKERFILE, "HEALTHCHECK"))
    command: list[str] = json.loads(listed)
    assert command[0] == "python"
    return [sys.executable, *(part.replace("9100", str(port)) for part in command[1:])]


@pytest.fixture
def environment_of_the_image() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in shlex.split(instruction(DOCKERFILE, "ENV")))


def test_the_health_check_asks_the_port_that_the_image_listens_on(environment_of_the_image: dict[str, str]) -> None:
    exposed = instruction(DOCKERFILE, "EXPOSE").split()
    listening = [environment_of_the_image[name] for name in ("ZWGK_HTTP", "ZWGK_OPS")]
    assert listening == [f"0.0.0.0:{port}" for port in exposed]
    assert exposed[1] == "9100"


@pytest.fixture
def closed_port() -> Iterator[int]:
    import socket

    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


async def test_the_health_check_tells_a_living_process_from_a_dead_one(closed_port: int) -> None:
    import asyncio

    async def code(port: int) -> int:
        process = await asyncio.create_subprocess_exec(*health_check(port), stderr=asyncio.subprocess.DEVNULL)
        return await process.wait()

    server = HttpServer(application([]), "127.0.0.1:0")
    await server.start()
    try:
        assert await code(server.port) == 0
    finally:
        await server.stop()
    assert await code(closed_port) == 1

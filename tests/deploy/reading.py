"""Reads what is deployed: settings that exist, commands that exist, compose and Kubernetes files as they will be."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import typer.main
import yaml

from chassis.settings import Settings
from cli.credentials import fresh
from services.gateway.site import Site

ROOT = Path(__file__).resolve().parents[2]
DEPLOY, K8S = ROOT / "deploy", ROOT / "k8s"
Yaml = dict[str, Any]
UID = 10001
SECRETS = fresh()


@cache
def settings_names() -> frozenset[str]:
    """Names in the environment that the platform reads: services, site, command line."""
    prefixed = (Settings, Site)
    own = {f"{kind.model_config['env_prefix']}{name.upper()}" for kind in prefixed for name in kind.model_fields}
    command_line = {
        name for path in (ROOT / "cli").glob("*.py") for name in re.findall(r'"(ZWGK_[A-Z_]+)"', path.read_text())
    }
    return frozenset(own | command_line)


def unknown_command(arguments: Sequence[str]) -> str | None:
    """Why `zwgk ARGUMENTS` is not a command, or `None`."""
    return _unknown_command(tuple(arguments))


@cache
def _unknown_command(arguments: tuple[str, ...]) -> str | None:
    from cli.main import app

    command: Any = typer.main.get_command(app)
    context: Any = None
    rest = list(arguments)
    try:
        context = command.make_context("zwgk", rest)
        while hasattr(command, "commands"):
            left = [*context._protected_args, *context.args] if hasattr(context, "_protected_args") else context.args
            name, command, rest = command.resolve_command(context, left)
            context = command.make_context(name, list(rest), parent=context)
    except Exception as error:
        return f"{' '.join(arguments)}: {type(error).__name__} {getattr(error, 'message', error)}"
    return None


def example_environment() -> dict[str, str]:
    """`.env` as the header of docker-compose.yml says that it is made."""
    lines = (DEPLOY / "env.example").read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return dict(pairs) | SECRETS


class Unset(Exception):
    """A variable without which compose refuses to start."""


def interpolated(text: str, environment: Mapping[str, str]) -> str:
    """What compose makes of `${NAME:?}`, `${NAME:-default}`, `${NAME-default}` and `$$`."""

    def value(match: re.Match[str]) -> str:
        if match[0] == "$$":
            return "$"
        name, operator, default = match[1], match[2], match[3]
        given = environment.get(name, "")
        if operator == ":?" and not given:
            raise Unset(name)
        return given or default

    return re.sub(r"\$\$|\$\{([A-Z0-9_]+)(:\?|:-|-)([^}]*)\}", value, text)


def compose(environment: Mapping[str, str] | None = None) -> Yaml:
    """docker-compose.yml, resolved."""
    return resolved((ROOT / "docker-compose.yml").read_text(), environment or example_environment())


def resolved(text: str, environment: Mapping[str, str]) -> Yaml:
    """A compose file with its variables; what they give is text, also where it looks like a number."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(each) for key, each in value.items()}
        if isinstance(value, list):
            return [walk(each) for each in value]
        return interpolated(value, environment) if isinstance(value, str) else value

    project: Yaml = walk(yaml.safe_load(text))
    return project


def documents(path: Path) -> Iterator[Yaml]:
    yield from (each for each in yaml.safe_load_all(path.read_text()) if each)


def kubectl(folder: Path) -> list[Yaml] | None:
    """What kubectl renders, or `None` where it is not installed."""
    if not shutil.which("kubectl"):
        return None
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


def base() -> list[Yaml]:
    """The base with its patches laid over, without kubectl. Names of generated maps keep no hash."""
    (wanted,) = documents(K8S / "base" / "kustomization.yaml")
    found = [each for name in wanted["resources"] for each in documents(K8S / "base" / name)]
    for patch in wanted["patches"]:
        (over,) = documents(K8S / "base" / patch["path"])
        found = [merged(each, over) if re.fullmatch(patch["target"]["kind"], each["kind"]) else each for each in found]
    return found


def merged(under: Any, over: Any) -> Any:
    """A strategic merge, as far as our patches need it: lists of named things by name, other lists as a whole."""
    if isinstance(under, dict) and isinstance(over, dict):
        kept = {key: value for key, value in over.items() if key not in under}
        return {
            key: merged(value, over[key]) if key in over and key not in ("apiVersion", "kind", "name") else value
            for key, value in under.items()
        } | kept
    if isinstance(under, list) and isinstance(over, list):
        key = next((k for k in ("mountPath", "containerPort", "name") if all(k in each for each in under + over)), None)
        if key:
            mine = {each[key]: each for each in under}
            laid = [merged(mine.pop(each[key]), each) if each[key] in mine else each for each in over]
            return laid + list(mine.values())
    return over


def rendered() -> list[Yaml]:
    """The county's overlay where kubectl is installed, else the base."""
    return kubectl(K8S / "overlays" / "county") or base()


def pods(manifests: Sequence[Yaml]) -> Iterator[tuple[str, Yaml]]:
    """Name and pod template of every workload."""
    for each in manifests:
        if each["kind"] in ("Deployment", "Job", "StatefulSet"):
            yield each["metadata"]["name"], each["spec"]["template"]


def of_kind(manifests: Sequence[Yaml], kind: str) -> list[Yaml]:
    return [each for each in manifests if each["kind"] == kind]

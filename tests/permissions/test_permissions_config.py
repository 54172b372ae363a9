"""The generated configuration: up to date, accepted by the server, without secrets."""

import os
import subprocess
from pathlib import Path

import pytest

from chassis import permissions
from chassis.embedded import nats_server
from contracts.registry import REGISTRY

DEPLOYED = Path(__file__).parents[2] / "deploy" / "nats" / "nats.conf"


def checked(config: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = [nats_server(), "-t", "-c", str(config)]
    return subprocess.run(program, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


def environment() -> dict[str, str]:
    names = [variable.name for variable in permissions.variables(REGISTRY).values()]
    return {name: f"word-{number}" for number, name in enumerate([*names, "ZWGK_NATS_JETSTREAM_KEY"])}


def test_deployed_configuration_is_up_to_date() -> None:
    assert DEPLOYED.read_text(encoding="utf-8") == permissions.deployed(), "run chassis.permissions.write"


def test_server_accepts_the_deployed_configuration() -> None:
    result = checked(DEPLOYED, environment())
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("missing", ["ZWGK_NATS_JETSTREAM_KEY", "ZWGK_NATS_PASSWORD_GATEWAY"])
def test_server_refuses_to_start_without_a_secret(missing: str) -> None:
    given = environment()
    del given[missing]
    assert checked(DEPLOYED, given).returncode != 0


def test_tls_and_monitoring_are_options(tmp_path: Path) -> None:
    passwords = permissions.variables(REGISTRY)
    tls = permissions.Tls("/tls/tls.crt", "/tls/tls.key", "/tls/ca.crt")
    plain = permissions.render(REGISTRY, "1", passwords, permissions.Options(key="k", store_dir="/data"))
    secured = permissions.render(
        REGISTRY, "1", passwords, permissions.Options(key="k", store_dir="/data", tls=tls, monitor="127.0.0.1:8222")
    )
    assert "tls {" not in plain
    assert "http:" not in plain
    assert "websocket" not in secured
    for line in ("  verify: true", '  ca_file: "/tls/ca.crt"', 'http: "127.0.0.1:8222"'):
        assert line in secured.splitlines()

"""The compose file's own commands and settings as processes on real servers: secrets, credentials, streams, service."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import typer

from chassis.embedded import EmbeddedMongo, EmbeddedNats, free_port
from cli.credentials import write
from tests.deploy.reading import DEPLOY, ROOT, SECRETS, compose, example_environment

REFUSED = 2


@dataclass
class Machine:
    """Where compose's names lead on this machine."""

    folder: Path
    nats: EmbeddedNats
    mongo: EmbeddedMongo

    def __post_init__(self) -> None:
        self.environment = example_environment()

    def local(self, text: str) -> str:
        """The embedded database asks for no password, and there is no replica set."""
        if text.startswith("mongodb://"):
            return self.mongo.url
        places = {
            "nats://nats:4222": self.nats.url,
            "/var/lib/zwgk": str(self.folder),
            "/etc/zwgk/register.json": str(ROOT / self.environment["ZWGK_REGISTER_FILE"]),
        }
        for theirs, ours in places.items():
            text = text.replace(theirs, ours)
        return text

    async def start(self, service: str, **changes: str) -> asyncio.subprocess.Process:
        """The container's command in its environment."""
        wanted = compose(self.environment)["services"][service]
        command = wanted["command"].split() if isinstance(wanted["command"], str) else wanted["command"]
        settings = {name: self.local(value) for name, value in wanted["environment"].items()} | changes
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli.main", *map(self.local, command)),
            env={**kept, **settings, "ZWGK_OTLP_ENDPOINT": ""},
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def run(self, service: str) -> tuple[int | None, str]:
        """Exit code and output of a container that ends."""
        process = await self.start(service)
        out, err = await asyncio.wait_for(process.communicate(), 30)
        return process.returncode, (out + err).decode()


@pytest_asyncio.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """NATS with the deployed configuration and the secrets of `zwgk credentials new`; a database."""
    config = tmp_path / "nats.conf"
    text = (DEPLOY / "nats" / "nats.conf").read_text()
    for theirs, ours in (('"/data"', f'"{tmp_path}/data"'), ('http: "127.0.0.1:8222"', "")):
        assert theirs in text
        text = text.replace(theirs, ours)
    config.write_text(text.replace('"0.0.0.0:4222"', '"127.0.0.1:4222"'))
    (tmp_path / "mongo").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        mongo = EmbeddedMongo(tmp_path / "mongo", 0, tmp_path / "mongo.log")
        async with EmbeddedNats(config, 0, tmp_path / "nats.log") as nats, mongo:
            yield Machine(tmp_path, nats, mongo)


async def test_from_fresh_secrets_to_a_service_that_is_ready_and_stops(machine: Machine) -> None:
    assert (await machine.run("credentials"))[0] == 0
    files = machine.folder / "credentials"
    assert {path.stat().st_mode & 0o777 for path in files.iterdir()} == {0o600}

    code, said = await machine.run("provision")
    assert code == REFUSED
    assert "--first-run" in said

    machine.environment["ZWGK_FIRST_RUN"] = "--first-run"
    assert (await machine.run("provision"))[0] == 0
    del machine.environment["ZWGK_FIRST_RUN"]
    assert (await machine.run("provision"))[0] == 0
    assert (await machine.run("operator"))[0] == 0  # streams diff: nothing differs

    ops = free_port()
    service = await machine.start("hotline", ZWGK_OPS=f"127.0.0.1:{ops}")
    try:
        assert await _ready(ops, service)
    finally:
        service.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(service.communicate(), 20)  # the container's stop_grace_period
    assert service.returncode == 0, (out + err).decode()


async def test_a_wrong_password_is_refused_in_one_line(machine: Machine) -> None:
    service = await machine.start("hotline", ZWGK_NATS_PASSWORD="kwrong", ZWGK_OPS="127.0.0.1:0")
    _, err = await asyncio.wait_for(service.communicate(), 30)
    assert service.returncode == REFUSED
    assert "无法连接消息服务" in err.decode()
    assert "Traceback" not in err.decode()


@pytest.mark.parametrize("value", ["", "12345"])
def test_without_its_passwords_no_credentials_are_written(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    monkeypatch.setenv("ZWGK_NATS_PASSWORD_DESK", value)
    with pytest.raises(typer.Exit) as end:
        write(tmp_path / "credentials", "nats://127.0.0.1:4222", "999901")
    assert end.value.exit_code == REFUSED
    said = capsys.readouterr().err
    assert "ZWGK_NATS_PASSWORD_DESK" in said
    assert "12345" not in said
    assert not (tmp_path / "credentials").exists()


async def _ready(port: int, process: asyncio.subprocess.Process) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(300):
            if process.returncode is not None:
                return False
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200:
                    return True
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    return False


@pytest.mark.parametrize("separate", [False, True], ids=["whole", "accounts alone"])
async def test_the_server_accepts_the_configuration(separate: bool, tmp_path: Path) -> None:
    """Also cut as docs/operations.md cuts it for the chart, which includes it."""
    text = (DEPLOY / "nats" / "nats.conf").read_text()
    (tmp_path / "accounts.conf").write_text(text[text.index("\naccounts {") :])
    config = tmp_path / "nats.conf"
    config.write_text('include "./accounts.conf"\n' if separate else text)
    process = await asyncio.create_subprocess_exec(
        *(f"{sys.prefix}/bin/nats-server", "-t", "-c", str(config)),
        env=SECRETS,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    assert process.returncode == 0, err.decode()

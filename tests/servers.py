"""Real servers for tests: NATS with the generated permissions, a database, and services on them."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from nats.js.errors import NotFoundError
from pydantic import SecretStr

from chassis import issuing, permissions, streams
from chassis.clock import SimulatedClock
from chassis.credentials import Credentials, Secrets
from chassis.embedded import DataFolder, EmbeddedMongo, EmbeddedNats
from chassis.persons import Issuer
from chassis.rpc import Asker
from chassis.settings import Settings
from cli.serve import Serving, build
from contracts.base import Command, Query, Role
from contracts.registry import REGISTRY
from kernel.clock import CST
from sample import data as sample

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=CST)


@dataclass
class Servers:
    """NATS and the database of one test run, provisioned for the real registry."""

    folder: DataFolder
    secrets: Secrets
    nats: EmbeddedNats
    mongo: EmbeddedMongo
    region: str
    files: dict[str, Path] = field(default_factory=dict)
    clients: list[Client] = field(default_factory=list)

    def settings(self, **changes: Any) -> Settings:
        """Settings of a process that serves any service on these servers."""
        register = self.folder.path / "register.json"
        if not register.exists():
            register.write_text(json.dumps(sample.agencies(), ensure_ascii=False), encoding="utf-8")
        given: dict[str, Any] = {
            "region": self.region,
            "nats_url": self.nats.url,
            "nats_passwords": {name: SecretStr(password) for name, password in self.secrets.passwords.items()},
            "mongo_url": self.mongo.url,
            "papers_keys": SecretStr(self.secrets.papers_keys),
            "persons_jwks": Issuer(self.secrets.persons_key).jwks(),
            "register_path": register,
            "clock_path": self.clock_path,
            "site_secret": SecretStr(self.secrets.site_secret),
            "http": "127.0.0.1:0",
            "ops": "127.0.0.1:0",
            "retry_seconds": 0.2,
            "sweep_seconds": 0.5,
            "alarm_seconds": 0.2,
        }
        return Settings(**(given | changes))

    @property
    def clock_path(self) -> Path:
        return self.folder.path / "clock.json"

    @property
    def clock(self) -> SimulatedClock:
        """The simulated clock that all services of the run share."""
        return SimulatedClock(self.clock_path)

    async def client(self, user: str) -> Client:
        """A raw connection as one user of the platform or a party; closed at the end of the run."""
        given = Credentials.read(self.files[user])

        async def quiet(error: Exception) -> None:
            pass

        client = await nats.connect(**given.connection(), error_cb=quiet)
        self.clients.append(client)
        return client

    async def told(self, under: str = "zwgk.>") -> list[Any]:
        """Every event of the run under a subject; what was taken down leaves gaps."""
        js, found, seq = (await self.client("operator")).jetstream(timeout=10), [], 1
        with contextlib.suppress(NotFoundError):
            while True:
                message = await js.get_msg("EVENTS", seq=seq, subject=under, next=True)
                found.append(message)
                seq = int(message.seq or 0) + 1
        return found

    def token(self, name: str, roles: Sequence[Role], agency: str = "bgs") -> str:
        return Issuer(self.secrets.persons_key).token(name, name, roles, agency, self.clock.now())

    async def asker(self) -> "Desk":
        return Desk(self, await self.client("desk"))


@dataclass
class Desk:
    """Sends commands and queries as persons."""

    servers: Servers
    client: Client

    async def __call__(
        self,
        message: Command | Query,
        into: Any,
        *,
        as_: str = "张三",
        agency: str = "bgs",
        key: str | None = None,
        roles: Sequence[Role] = (),
        timeout: float = 10.0,
    ) -> Any:
        """The reply, sent by a person with the roles that the message needs (or the given ones)."""
        wanted = roles or [role for role in message.allowed if role not in (Role.CITIZEN, Role.SERVICE)] or [Role.CLERK]
        asker = Asker(lambda: self.client, self.servers.region, "desk")
        return await asker(message, into, token=self.servers.token(as_, wanted, agency), key=key, timeout=timeout)


@asynccontextmanager
async def running(path: Path, *, at: datetime = MORNING) -> AsyncIterator[Servers]:
    """Servers on free ports with their data in `path`, provisioned, on a simulated clock that starts at `at`."""
    with DataFolder(path) as folder:
        secrets = Secrets.opened(folder.path, permissions.names(REGISTRY))
        region = sample.register().region.code
        options = permissions.Options(key=secrets.jetstream_key, store_dir=str(folder.nats))
        config = folder.path / "nats.conf"
        config.write_text(permissions.render(REGISTRY, region, secrets.passwords, options))
        SimulatedClock.start(folder.path / "clock.json", at)
        mongo = EmbeddedMongo(folder.mongo, 0, folder.log / "mongo.log", folder.lock)
        async with EmbeddedNats(config, 0, folder.log / "nats.log", folder.lock) as server, mongo:
            servers = Servers(folder, secrets, server, mongo, region)
            servers.files = issuing.issue(folder.credentials, REGISTRY, region, [server.url], secrets.passwords)
            operator = await servers.client("operator")
            plan = streams.plan(REGISTRY, region)
            await streams.apply(operator.jetstream(timeout=10), plan, first_run=True, cases_exist=False)
            try:
                yield servers
            finally:
                await asyncio.gather(*(client.close() for client in servers.clients))


@asynccontextmanager
async def started(servers: Servers, names: Sequence[str], **changes: Any) -> AsyncIterator[Serving]:
    """The named services in this process."""
    settings = servers.settings(**changes)
    serving = Serving(build(names, settings), settings.ops)
    await serving.start()
    try:
        yield serving
    finally:
        await serving.stop()


async def until(probe: Any, seconds: float = 60.0) -> Any:
    """Ask `probe` again and again until it gives something true; fails after `seconds`."""
    for _ in range(int(seconds / 0.05)):
        if found := await probe():
            return found
        await asyncio.sleep(0.05)
    raise AssertionError("did not happen in time")

"""A real server under the generated permissions, and its users."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
from nats.aio.client import Client

from chassis import issuing, permissions, streams
from chassis.credentials import Credentials, Secrets, write_private
from chassis.embedded import EmbeddedNats
from contracts.registry import Registry

REGION = "330782"


class Place:
    """A running server, provisioned from a registry."""

    def __init__(self, registry: Registry, folder: Path) -> None:
        self.registry = registry
        self.secrets = Secrets.made(permissions.names(registry))
        config = folder / "nats.conf"
        options = permissions.Options(key=self.secrets.jetstream_key, store_dir=str(folder / "nats"))
        text = permissions.render(registry, REGION, self.secrets.passwords, options)
        write_private(config, text)
        self.server = EmbeddedNats(config, 0, folder / "nats.log")
        self.plan = streams.plan(registry, REGION)
        self.paths = issuing.issue(folder / "credentials", registry, REGION, [self.server.url], self.secrets.passwords)
        self.clients: dict[str, Client] = {}
        self.denied: dict[str, list[str]] = {}

    async def user(self, name: str) -> Client:
        """A connection of one user, kept for the module; what it is denied is collected."""
        if name not in self.clients:
            denied = self.denied.setdefault(name, [])

            async def on_error(error: Exception) -> None:
                denied.append(str(error))

            given = Credentials.read(self.paths[name]).connection()
            self.clients[name] = await nats.connect(**given, error_cb=on_error, allow_reconnect=False)
        return self.clients[name]

    async def provision(self) -> list[streams.Difference]:
        js = (await self.user(permissions.OPERATOR)).jetstream()
        return await streams.apply(js, self.plan, first_run=False, cases_exist=False)

    async def stored(self, stream: str) -> int:
        js = (await self.user(permissions.OPERATOR)).jetstream()
        return int((await js.stream_info(stream)).state.messages)

    async def close(self) -> None:
        await asyncio.gather(*(client.close() for client in self.clients.values()))
        self.clients.clear()


@asynccontextmanager
async def place_of(registry: Registry, folder: Path) -> AsyncIterator[Place]:
    place = Place(registry, folder)
    async with place.server:
        await place.provision()
        try:
            yield place
        finally:
            await place.close()

"""`zwgk up`: the whole platform on this machine, with its own NATS server and database."""

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nats
import typer
from pydantic import SecretStr

from chassis import issuing, permissions, streams
from chassis.clock import SimulatedClock
from chassis.credentials import Secrets, write_private
from chassis.embedded import DataFolder, EmbeddedMongo, EmbeddedNats, require_free
from chassis.health import address
from chassis.persons import Issuer
from chassis.settings import Settings
from chassis.store import Store
from chassis.telemetry import configure_logging, configure_tracing
from cli import load, place
from cli.memory import few_arenas
from cli.place import DATA, Place
from cli.sample_site import SampleSite
from cli.serve import ALL, Serving, build, modules, stop_signal
from cli.session import FAILED, guarded
from contracts.registry import REGISTRY
from kernel.clock import CST
from kernel.refused import Refused
from sample import data as sample

PROVISIONED = "provisioned"
"""Marks a data folder on which the platform has run."""


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    http: str
    nats_port: int
    data: Path
    sample: bool
    clock: datetime | None
    first_run: bool


class Platform:
    """The embedded platform: servers, streams, services."""

    def __init__(self, wanted: Wanted, folder: DataFolder) -> None:
        self.wanted = wanted
        self.folder = folder
        self.secrets = Secrets.opened(folder.path, permissions.names(REGISTRY))
        self.region = sample.register().region.code
        self.mongo = EmbeddedMongo(folder.mongo, 0, folder.log / "mongo.log", folder.lock)
        self.nats = EmbeddedNats(self._nats_config(), wanted.nats_port, folder.log / "nats.log", folder.lock)
        self.serving: Serving | None = None
        self.site: SampleSite | None = None
        self.place: Place | None = None

    def _nats_config(self) -> Path:
        options = permissions.Options(key=self.secrets.jetstream_key, store_dir=str(self.folder.nats))
        path = self.folder.path / "nats.conf"
        write_private(path, permissions.render(REGISTRY, self.region, self.secrets.passwords, options))
        return path

    async def start(self) -> Place:
        """Servers, streams, services, sample; returns where everything is."""
        host, port = address(self.wanted.http)
        if port:
            require_free(port, host)
        await asyncio.gather(self.nats.start(), self.mongo.start(), asyncio.to_thread(modules, REGISTRY.services))
        files = issuing.issue(self.folder.credentials, REGISTRY, self.region, [self.nats.url], self.secrets.passwords)
        first = await self._provision()
        settings = self._settings()
        await self._serve_sample_site(first)
        self.serving = Serving(build([ALL], settings), settings.ops)
        await self.serving.start()
        gateway = next(app for app in self.serving.apps if app.name == "gateway")
        self.place = Place(
            http=f"http://{host}:{gateway.it.http.port}",
            nats=self.nats.url,
            mongo=self.mongo.url,
            region=self.region,
            credentials={name: str(path) for name, path in _shown(files).items()},
            ops=f"http://127.0.0.1:{self.serving.ops.port}",
            pid=os.getpid(),
        )
        write_private(self.folder.path / "run.json", self.place.text())
        if self.site:
            await load.sample_government(self.place, self.folder.path)
        return self.place

    async def _serve_sample_site(self, first: bool) -> None:
        """The sample's own website, on a folder that has the sample or, at its first run, is to have it."""
        if first and self.wanted.sample:
            load.begin(self.folder.path)
        (self.folder.path / PROVISIONED).touch()
        if at := load.moment(self.folder.path):
            self.site = SampleSite(self.folder.path, at)
            await self.site.start()

    async def _provision(self) -> bool:
        """Streams and durables; whether this is the first run on the folder."""
        first = not (self.folder.path / PROVISIONED).exists()
        operator = await nats.connect(
            self.nats.url,
            user=permissions.OPERATOR,
            password=self.secrets.passwords[permissions.OPERATOR],
            inbox_prefix=permissions.inbox_prefix(permissions.OPERATOR),
        )
        try:
            await streams.apply(
                operator.jetstream(timeout=10),
                streams.plan(REGISTRY, self.region),
                first_run=self.wanted.first_run,
                cases_exist=await self._cases_exist(),
            )
        finally:
            await operator.close()
        return first

    async def _cases_exist(self) -> bool:
        for name in REGISTRY.services:
            store = Store(self.mongo.url, f"zwgk_{name}")
            try:
                if await store.collection("cases").count({}, limit=1):
                    return True
            finally:
                await store.close()
        return False

    def _settings(self) -> Settings:
        clock_path = self.folder.path / "clock.json"
        if self.wanted.clock:
            SimulatedClock.start(clock_path, self.wanted.clock)
        register = self.folder.path / "register.json"
        if not register.exists():
            register.write_text(json.dumps(sample.agencies(), ensure_ascii=False, indent=1), encoding="utf-8")
        return Settings(
            region=self.region,
            nats_url=self.nats.url,
            nats_passwords={name: SecretStr(password) for name, password in self.secrets.passwords.items()},
            mongo_url=self.mongo.url,
            papers_keys=SecretStr(self.secrets.papers_keys),
            persons_jwks=Issuer(self.secrets.persons_key).jwks(),
            register_path=register,
            clock_path=clock_path if clock_path.exists() else None,
            http=self.wanted.http,
            ops="127.0.0.1:0",
            site_secret=SecretStr(self.secrets.site_secret),
            search_path=self.folder.path / "search",
            otlp_endpoint=os.environ.get("ZWGK_OTLP_ENDPOINT", ""),
        )

    async def run(self, stop: asyncio.Event) -> int:
        """Until a signal comes or one of the servers dies."""
        told = asyncio.create_task(stop.wait())
        ends = [asyncio.create_task(each) for each in (self.nats.ended(), self.mongo.ended())]
        await asyncio.wait([told, *ends], return_when=asyncio.FIRST_COMPLETED)
        for task in (told, *ends):
            task.cancel()
        if stop.is_set():
            return 0
        sys.stderr.write(f"✗ 内嵌服务器意外退出，日志见 {self.folder.log}\n")
        return FAILED

    async def stop(self) -> None:
        (self.folder.path / "run.json").unlink(missing_ok=True)
        if self.site:
            await self.site.stop()
        if self.serving:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.serving.stop(), 6)
        await asyncio.gather(asyncio.to_thread(self.nats.stop, 2.0), asyncio.to_thread(self.mongo.stop, 2.0))


def _shown(files: dict[str, Path]) -> dict[str, Path]:
    """Credentials of the parties outside and of the people at the platform; those of the services are their own."""
    names = {"hotline": "h12345", "portal": "portal", "desk": permissions.DESK, "operator": permissions.OPERATOR}
    return {shown: files[name] for shown, name in names.items()}


async def _up(wanted: Wanted, json_: bool) -> int:
    stop = stop_signal()
    with DataFolder(wanted.data) as folder:
        platform = Platform(wanted, folder)
        try:
            starting = asyncio.create_task(platform.start())
            told = asyncio.create_task(stop.wait())
            await asyncio.wait([starting, told], return_when=asyncio.FIRST_COMPLETED)
            if not starting.done():
                starting.cancel()
                return 0
            told.cancel()
            _announce(starting.result(), json_)
            return await platform.run(stop)
        finally:
            await platform.stop()


def _announce(where: Place, json_: bool) -> None:
    if json_:
        sys.stdout.write(where.text() + "\n")
    else:
        sys.stdout.write(
            f"✓ 平台已就绪：{where.http}\n  消息服务 {where.nats}  数据库 {where.mongo}\n  按 Ctrl-C 停止。\n"
        )
    sys.stdout.flush()


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("clock", "--clock 不是有效的时间。", remedy="例：--clock 2026-01-04T09:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CST)


def up(
    http: str = typer.Option("127.0.0.1:8080", "--http", help="网页与接口的地址 HOST:PORT；端口 0 表示任意空闲端口。"),
    nats_port: int = typer.Option(0, "--nats-port", help="消息服务端口；0 表示任意空闲端口。"),
    data: Path = typer.Option(None, "--data", help="数据目录，默认 .zwgk。"),
    no_sample: bool = typer.Option(False, "--no-sample", help="首次运行不装入示例政府数据。"),
    clock: str = typer.Option(None, "--clock", help="模拟时钟的起始时间，例 2026-01-04T09:00。"),
    first_run: bool = typer.Option(False, "--first-run", help="确认在已有数据库上重新建立消息流。"),
    json_: bool = typer.Option(False, "--json", help="就绪后输出一行 JSON。"),
) -> None:
    """在本机启动整个平台（自带消息服务与数据库），首次运行装入示例政府。

    例：zwgk up --http 127.0.0.1:8080
    """

    def act() -> int:
        few_arenas()
        wanted = Wanted(http, nats_port, place.folder(data or DATA.get()), not no_sample, _moment(clock), first_run)
        DATA.set(wanted.data)
        configure_logging(os.environ.get("ZWGK_LOG_LEVEL", "WARNING"))
        provider = configure_tracing(os.environ.get("ZWGK_OTLP_ENDPOINT", ""), "up")
        code = asyncio.run(_up(wanted, json_))
        if provider:
            provider.shutdown()
        return code

    raise typer.Exit(guarded(act))

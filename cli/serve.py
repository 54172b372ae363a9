"""`zwgk serve`: one or more services in this process."""

import asyncio
import contextlib
import importlib
import logging
import signal
from collections.abc import Iterable, Sequence
from typing import Any

import nats.errors
import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from chassis.health import HttpServer, application
from chassis.runtime import App
from chassis.settings import Settings
from chassis.store import Unreachable
from chassis.telemetry import configure_logging, configure_tracing
from cli.memory import few_arenas, lasting
from cli.session import FAILED, guarded
from contracts.registry import REGISTRY
from kernel.refused import Refused

log = logging.getLogger(__name__)
ALL = "all"


def build(names: Sequence[str], settings: Settings) -> list[App[Any]]:
    """The named services (`all`: every one), each composed by its own `app.py`."""
    wanted = list(REGISTRY.services) if ALL in names else list(names)
    unknown = [name for name in wanted if name not in REGISTRY.services]
    if unknown:
        raise Refused(
            "unknown_service", f"没有名为 {unknown[0]} 的服务。", remedy=f"可选：{'、'.join(REGISTRY.services)}、all。"
        )
    apps: list[App[Any]] = [module.build(settings) for module in modules(wanted)]
    return apps


def modules(names: Iterable[str]) -> list[Any]:
    """The compositions of services; the first call imports the services, which takes a while."""
    with lasting():
        return [importlib.import_module(f"services.{name}.app") for name in names]


class Serving:
    """Services that run in this process, from start to stop."""

    def __init__(self, apps: Sequence[App[Any]], ops: str) -> None:
        self.apps = apps
        self.ops = HttpServer(application(apps), ops)

    async def start(self) -> None:
        """Start all at once; raises `Refused` when bus or database cannot be reached."""
        await self.ops.start()
        try:
            await asyncio.gather(*(app.start() for app in self.apps))
        except Unreachable:
            raise Refused("database_unreachable", "无法连接数据库。", remedy="请核对 ZWGK_MONGO_URL。") from None
        except (OSError, TimeoutError, nats.errors.Error):
            raise Refused(
                "bus_unreachable", "无法连接消息服务。", remedy="请核对 ZWGK_NATS_URL、用户与口令。"
            ) from None

    async def lost(self) -> None:
        """Returns when a connection has been closed for good."""
        waits = [asyncio.create_task(app.runtime.bus.lost.wait()) for app in self.apps]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def stop(self) -> None:
        await asyncio.gather(*(app.stop() for app in self.apps), return_exceptions=True)
        await self.ops.stop()


def stop_signal() -> asyncio.Event:
    """Set by SIGINT and SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def serve_until_told(names: Sequence[str], settings: Settings) -> int:
    """Serve until a signal comes (0) or a connection is lost for good (1)."""
    stop = stop_signal()
    serving = Serving(build(names, settings), settings.ops)
    try:
        await serving.start()
        log.info("serving", extra={"services": [app.name for app in serving.apps], "ops": serving.ops.port})
        told = asyncio.create_task(stop.wait())
        lost = asyncio.create_task(serving.lost())
        await asyncio.wait([told, lost], return_when=asyncio.FIRST_COMPLETED)
        for task in (told, lost):
            task.cancel()
        return 0 if stop.is_set() else FAILED
    finally:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(serving.stop(), settings.graceful_seconds + 2)


def settings_of_process() -> Settings:
    """Settings from the environment; raises `Refused` that names the variable that is wrong."""
    try:
        return Settings()
    except (ValidationError, SettingsError) as error:
        name = str(error.errors()[0]["loc"][0]) if isinstance(error, ValidationError) else "nats_passwords"
        raise Refused("setting", f"环境变量 ZWGK_{name.upper()} 的值不正确。", remedy="请核对部署设置。") from None


def serve(
    names: list[str] = typer.Argument(help="服务名，可多个；all 表示全部。"),
) -> None:
    """在本进程运行一个或多个服务（设置取自 ZWGK_ 环境变量）。

    例：ZWGK_NATS_URL=nats://nats:4222 zwgk serve hotline
    """

    def act() -> int:
        few_arenas()
        settings = settings_of_process()
        configure_logging(settings.log_level)
        provider = configure_tracing(settings.otlp_endpoint, "-".join(names))
        code = asyncio.run(serve_until_told(names, settings))
        if provider:
            provider.shutdown()
        return code

    raise typer.Exit(guarded(act))

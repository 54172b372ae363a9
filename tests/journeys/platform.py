"""The platform as its users have it: `zwgk up` in a process of its own, reached by command line, HTTP and bus alone."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx
import nats
from nats.aio.client import Client
from typer.testing import CliRunner, Result

from chassis.credentials import Credentials
from cli.main import app

ROOT = Path(__file__).parents[2]
START_SECONDS = 60.0
STOP_SECONDS = 10.0
MARK = "隐名甲乙"
"""Stands in everything personal that the journeys send: it must not come out anywhere else."""
PHONE = "0000-5559177"
T = TypeVar("T")


@dataclass
class Process:
    """A running `zwgk up`: its id, its ready line, what it took to become ready."""

    running: subprocess.Popen[str]
    ready: dict[str, Any]
    cpu_seconds: float
    children: Sequence[int]


class Platform:
    """One platform on one data folder; may be stopped and started again."""

    def __init__(self, folder: Path, log: Path, traces: str) -> None:
        self.folder = folder
        self.log = log
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("ZWGK_")},
            "ZWGK_OTLP_ENDPOINT": traces,
            "OTEL_BSP_SCHEDULE_DELAY": "300",
        }
        self.process: Process | None = None

    @property
    def ready(self) -> dict[str, Any]:
        assert self.process is not None
        return self.process.ready

    @property
    def region(self) -> str:
        return str(self.ready["region"])

    def start(self, *options: str) -> Process:
        """Returns once the ready line is there."""
        argv = [sys.executable, "-m", "cli.main", "up", "--data", str(self.folder), "--http", "127.0.0.1:0", "--json"]
        with self.log.open("a") as errors:
            running = subprocess.Popen(
                [*argv, *options],
                cwd=ROOT,
                env=self._environment,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert running.stdout is not None
        line = running.stdout.readline()
        if not line:
            running.communicate()
            raise AssertionError(self.log.read_text()[-2000:])
        children = _children(running.pid)
        cpu = sum(_cpu_seconds(pid) for pid in (running.pid, *children))
        self.process = Process(running, json.loads(line), cpu, children)
        return self.process

    def stop(self) -> float:
        """Ask it to end as a service manager does; seconds that it took. Fails when it leaves a process behind."""
        process = self.process
        assert process is not None
        began = time.monotonic()
        process.running.terminate()
        process.running.communicate(timeout=STOP_SECONDS + 20)
        took = time.monotonic() - began
        assert process.running.returncode == 0
        assert not [pid for pid in process.children if _alive(pid)]
        self.process = None
        return took

    def kill(self) -> None:
        """End it whatever happens; its servers die with it."""
        if self.process is not None:
            self.process.running.kill()
            self.process.running.communicate()

    def run(self, *words: str) -> Result:
        """A command of `zwgk`, in this process."""
        return CliRunner().invoke(app, ["--data", str(self.folder), *words], catch_exceptions=False)

    def zwgk(self, *words: str) -> Any:
        """What a command answers with `--json`; fails unless it succeeds."""
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def refused(self, *words: str) -> str:
        """The one line by which a command is refused."""
        result = self.run(*words)
        assert result.exit_code == 2, result.stdout
        assert result.stdout == ""
        (line,) = result.stderr.splitlines()
        assert line.startswith("✗ ")
        return line

    @contextmanager
    def web(self, address: str = "192.0.2.1") -> Iterator[httpx.Client]:
        """A visitor of the site; limits of rate count by address."""
        with httpx.Client(
            base_url=self.ready["http"], headers={"X-Forwarded-For": address}, trust_env=False, timeout=20
        ) as client:
            yield client

    def get(self, path: str, **parameters: Any) -> Any:
        """An answer of the public interface."""
        with self.web() as client:
            response = client.get(f"/api/v1{path}", params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def views(self, kind: str) -> list[dict[str, Any]]:
        """All views of a type, as a supervisor reads them."""
        token = self.run("token", "--role", "supervisor", "--agency", "bgs").stdout.strip()
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        with self.web() as client:
            while True:
                page = client.get(
                    f"/api/v1/views/{kind}",
                    params={"limit": 200, **cursor},
                    headers={"Authorization": f"Bearer {token}"},
                )
                assert page.status_code == 200, page.text
                found += page.json()["items"]
                if not page.json()["next"]:
                    return found
                cursor = {"cursor": page.json()["next"]}

    def view(self, kind: str, id: str) -> dict[str, Any]:
        """The record of one view, once it is there."""

        def there() -> dict[str, Any]:
            return next((view["record"] for view in self.views(kind) if view["record"]["id"] == id), {})

        return soon(there)

    def now(self) -> datetime:
        return datetime.fromisoformat(self.zwgk("clock", "now")["now"])

    def advance(self, days: int) -> None:
        self.zwgk("clock", "advance", f"{days}d")

    def not_before(self, day: date) -> None:
        """Move the clock forward to a day, unless it has passed already."""
        missing = (day - self.now().date()).days
        if missing > 0:
            self.advance(missing)

    def bus(self, user: str, work: Callable[[Client], Any]) -> Any:
        """Something done over the bus by a plain client with the credentials of `user`."""

        async def connected() -> Any:
            credentials = Credentials.read(Path(self.ready["credentials"][user]))
            client = await nats.connect(**credentials.connection())
            try:
                return await work(client)
            finally:
                await client.close()

        return asyncio.run(connected())


def soon(probe: Callable[[], T], seconds: float = 40.0) -> T:
    """What `probe` gives once it is true; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.2)
    return found


def _children(pid: int) -> list[int]:
    """All descendants of a process."""
    try:
        own = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [each for child in map(int, own) for each in (child, *_children(child))]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and only waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False

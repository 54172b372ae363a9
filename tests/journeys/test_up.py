"""The platform from its start to its stop, and what it answers to whoever has just started it."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journeys.platform import ROOT, STOP_SECONDS, Platform, soon

FIRST_CPU, LATER_CPU = 20.0, 12.0
"""Seconds of work until ready; on two idle cores the first start takes less than half of it."""


def refused(*words: str, environment: Mapping[str, str] | None = None) -> str:
    """The one line of a command that cannot begin, run as a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZWGK_")}
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", *words],
        cwd=ROOT,
        env={**kept, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (2, ""), ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def _found(platform: Platform, query: str) -> dict[str, Any]:
    """What a search finds; nothing where there is no hit."""
    page: dict[str, Any] = platform.zwgk("search", query)
    return page if page["total"] else {}


def test_the_ready_line_says_where_everything_is(platform: Platform) -> None:
    ready = platform.ready
    assert ready["ready"] is True
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", ready["http"])
    assert ready["nats"].startswith("nats://127.0.0.1:")
    assert ready["mongo"].startswith("mongodb://127.0.0.1:")
    assert ready["region"] == "999901"
    for party in ("hotline", "portal"):
        assert Path(ready["credentials"][party]).stat().st_mode & 0o077 == 0


def test_the_sample_answers_by_command(platform: Platform) -> None:
    agencies = platform.zwgk("agencies", "list")
    assert {"code", "name", "kind", "parent"} <= agencies[0].keys()
    assert "czj" in [agency["code"] for agency in agencies]
    found = soon(lambda: _found(platform, "政务公开 年份:2026"))
    assert all(hit["published_on"].startswith("2026") for hit in found["hits"])
    desk = platform.zwgk("desk", "--days", "10")
    assert desk["counts"].keys() == {"overdue", "due_soon", "waiting"}
    assert desk["waiting"]


def test_a_limit_is_explained_day_by_day(platform: Platform) -> None:
    told = platform.zwgk("deadline", "explain", "--received", "2026-02-06", "--days", "20")
    assert (told["due"], told["provisional"]) == ("2026-03-12", False)
    days = {day["date"]: day for day in told["days"]}
    assert sum(day["counted"] for day in told["days"]) == 20
    assert days["2026-02-14"]["counted"] is True, "worked instead of a day off"
    assert days["2026-02-17"]["counted"] is False
    assert all(day["reason"] for day in told["days"])


def test_a_second_platform_on_the_folder_is_refused(platform: Platform) -> None:
    line = refused("up", "--data", str(platform.folder), "--http", "127.0.0.1:0")
    assert "正在被另一个运行中的平台使用" in line
    assert platform.get("/agencies")["agencies"], "the first one goes on"


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("up", "--data", str(tmp_path / "data"), "--http", f"127.0.0.1:{port}")
    assert line == f"✗ 端口 {port} 已被占用。请停止占用该端口的程序，或改用其他端口。"


def test_an_unwritable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    line = refused("up", "--data", str(tmp_path / "file" / "data"))
    assert "数据目录不可写" in line


def test_a_bus_that_nobody_serves_is_said_to_person_and_service(platform: Platform) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"nats://127.0.0.1:{closed.getsockname()[1]}"
    given = {"ZWGK_NATS_URL": nowhere, "ZWGK_CREDENTIALS": platform.ready["credentials"]["desk"]}
    assert "无法连接消息服务" in refused("agencies", "list", environment=given)


def test_a_restart_keeps_the_data_and_leaves_no_process(platform: Platform) -> None:
    assert platform.process is not None
    assert platform.process.cpu_seconds < FIRST_CPU
    before = {view["record"]["id"]: view for view in platform.views("publication.document")}
    assert platform.stop() < STOP_SECONDS
    assert '"level": "ERROR"' not in platform.log.read_text(encoding="utf-8")
    assert "没有在" in platform.refused("agencies", "list")
    again = platform.start()
    assert again.cpu_seconds < LATER_CPU
    after = {view["record"]["id"]: view for view in platform.views("publication.document")}
    assert after.keys() == before.keys()
    assert all(after[id]["version"] >= view["version"] for id, view in before.items())
    assert soon(lambda: _found(platform, "政务公开"))

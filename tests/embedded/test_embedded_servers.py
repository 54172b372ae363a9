"""The embedded servers: started, stopped, killed; nothing is left behind and nothing acknowledged is lost."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis import embedded
from chassis.embedded import DataFolder, EmbeddedMongo, EmbeddedNats
from chassis.store import Store
from kernel.refused import Refused


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[tuple[EmbeddedNats, EmbeddedMongo]]:
    config = tmp_path / "nats.conf"
    config.write_text(f'jetstream {{ store_dir: "{tmp_path / "nats"}" }}\n')
    nats = EmbeddedNats(config, 0, tmp_path / "nats.log")
    mongo = EmbeddedMongo(tmp_path / "mongo", 0, tmp_path / "mongo.log")
    yield nats, mongo
    nats.kill()
    mongo.kill()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    with contextlib.suppress(OSError):  # a dead child of a dead parent stays a zombie where process 1 does not reap
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def wait_gone(pids: list[int], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not all(gone(pid) for pid in pids):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


async def test_start_and_stop(both: tuple[EmbeddedNats, EmbeddedMongo]) -> None:
    nats, mongo = both
    begun = time.monotonic()
    await asyncio.gather(nats.start(), mongo.start())
    assert time.monotonic() - begun < 3
    pids = [server.pid for server in both if server.pid]
    assert len(pids) == 2
    assert nats.url == f"nats://127.0.0.1:{nats.port}"
    begun = time.monotonic()
    for server in both:
        server.stop()
    assert time.monotonic() - begun < 2 * embedded.STOP_SECONDS
    assert wait_gone(pids, 0)
    assert [server.alive for server in both] == [False, False]


async def test_a_ctrl_c_in_the_terminal_does_not_reach_the_servers(both: tuple[EmbeddedNats, EmbeddedMongo]) -> None:
    await asyncio.gather(*(server.start() for server in both))
    for server in both:
        assert server.pid
        assert os.getsid(server.pid) != os.getsid(0)


async def test_the_end_of_a_server_is_seen(both: tuple[EmbeddedNats, EmbeddedMongo]) -> None:
    nats, _ = both
    await nats.start()
    nats.kill()
    assert await asyncio.wait_for(nats.ended(), 1) == -signal.SIGKILL


async def test_journaled_writes_survive_kill(both: tuple[EmbeddedNats, EmbeddedMongo]) -> None:
    _, mongo = both
    await mongo.start()
    store = Store(mongo.url, "test")
    for number in range(300):
        await store.collection("kept").insert_one({"_id": number})
    mongo.kill()
    await mongo.start()
    assert await store.collection("kept").count({}) == 300
    await store.close()


@pytest.mark.parametrize("round", [1, 2])
def test_nothing_is_left_when_the_parent_is_killed(tmp_path: Path, round: int) -> None:
    program = [sys.executable, "-W", "ignore", str(Path(__file__).parent / "crash_parent.py"), str(tmp_path)]
    for _ in range(round):  # a second start at once finds the folder free and the data readable
        with subprocess.Popen(program, stdout=subprocess.PIPE) as parent:
            assert parent.stdout
            pids = json.loads(parent.stdout.readline())["pids"]
            parent.kill()
        assert wait_gone(pids, 2)


async def test_a_taken_port_is_refused(both: tuple[EmbeddedNats, EmbeddedMongo]) -> None:
    for server in both:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", server.port))
            taken.listen()
            with pytest.raises(Refused) as refused:
                await server.start()
        assert refused.value.code == "port_taken"
        assert server.pid is None


async def test_a_server_that_dies_at_its_start_names_its_log(tmp_path: Path) -> None:
    config = tmp_path / "nats.conf"
    config.write_text("jetstream { store_dir: }}\n")
    nats = EmbeddedNats(config, 0, tmp_path / "nats.log")
    with pytest.raises(Refused) as refused:
        await nats.start()
    assert refused.value.code == "server_failed"
    assert str(nats.log) in refused.value.message
    assert nats.log.read_text()


async def test_a_missing_program_is_refused(
    both: tuple[EmbeddedNats, EmbeddedMongo], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(embedded.sysconfig, "get_path", lambda _: str(tmp_path))
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(embedded.sys, "executable", str(tmp_path / "python"))
    for server in both:
        with pytest.raises(Refused) as refused:
            await server.start()
        assert refused.value.code == "server_missing"


def test_a_folder_serves_one_platform(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data") as first:
        with pytest.raises(Refused) as refused, DataFolder(first.path):
            pass
        assert refused.value.code == "folder_locked"
    with DataFolder(first.path):
        assert first.path.stat().st_mode & 0o777 == 0o700


def test_an_unwritable_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused) as refused, DataFolder(tmp_path / "file" / "data"):
        pass
    assert refused.value.code == "folder_unwritable"


async def test_an_unwritable_database_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused) as refused:
        await EmbeddedMongo(tmp_path / "file" / "mongo", 0, tmp_path / "mongo.log").start()
    assert refused.value.code == "folder_unwritable"

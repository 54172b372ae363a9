"""What would begin again as if nothing had been is refused at the start, in one line."""

import json
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import pytest_asyncio

from cli.session import REFUSED
from tests.faults.crashing import ROOT
from tests.faults.test_restored import take
from tests.servers import running, started


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a platform that has taken a ticket and was stopped."""
    path = tmp_path_factory.mktemp("used")
    async with running(path) as servers, started(servers, ["hotline", "readmodel"]):
        assert await take(servers, "U-1")
    return path


def emptied(folder: Path) -> None:
    shutil.rmtree(folder / "nats")


def other_key(folder: Path) -> None:
    path = folder / "secrets.json"
    held = json.loads(path.read_text())
    path.write_text(json.dumps(held | {"jetstream_key": f"k{secrets.token_hex(32)}"}))


def up(folder: Path) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "cli.main", "up", "--data", str(folder), "--http", "127.0.0.1:0", "--no-sample"]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("harm", [emptied, other_key])
def test_the_platform_does_not_begin_anew_over_its_cases(
    used: Path, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    folder = tmp_path / "data"
    shutil.copytree(used, folder)
    harm(folder)
    ended = up(folder)
    assert ended.returncode == REFUSED
    (line,) = ended.stderr.splitlines()
    assert line.startswith("✗ ")
    assert "消息流不存在" in line
    assert "--first-run" in line
    assert ended.stdout == ""

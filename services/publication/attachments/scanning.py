"""The virus scanner, where one is configured: a clamd by TCP, or a command."""

import asyncio
import contextlib
import shlex
import struct
from pathlib import Path
from urllib.parse import urlsplit

from kernel.refused import Refused

SECONDS = 120.0
PIECE = 64 * 1024
CLEAN, INFECTED = 0, 1
NOT_SCANNED, NOTHING_FOUND = "未扫描", "未发现病毒"


async def scan(scanner: str, path: Path) -> str:
    """What is to be said of the scan. Raises `Refused` for an infected file, and while the scanner does not answer: a
    scanner that is configured must have looked."""
    if not scanner:
        return NOT_SCANNED
    try:
        infected = await asyncio.wait_for(_asked(scanner, path), SECONDS)
    except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
        raise Refused(
            "scanner_unavailable", "病毒扫描没有完成，不能接收附件。", field="file", remedy="请稍后重试或联系运维。"
        ) from None
    if infected:
        raise Refused("infected", "附件含有病毒，已拒收。", field="file", remedy="请查杀后重新提交。")
    return NOTHING_FOUND


async def _asked(scanner: str, path: Path) -> bool:
    return await (_by_tcp(scanner, path) if scanner.startswith("tcp://") else _by_command(scanner, path))


async def _by_tcp(address: str, path: Path) -> bool:
    """clamd's INSTREAM: each piece with its length, a length of nothing at the end."""
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(b"zINSTREAM\0")
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, PIECE):
                writer.write(struct.pack("!L", len(piece)) + piece)
                await writer.drain()
        writer.write(struct.pack("!L", 0))
        await writer.drain()
        said = (await reader.readuntil(b"\0")).decode("utf-8", "replace")
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if said.endswith("OK\0"):
        return False
    if said.endswith("FOUND\0"):
        return True
    raise ValueError("the scanner could not look")


async def _by_command(command: str, path: Path) -> bool:
    child = await asyncio.create_subprocess_exec(
        *shlex.split(command), str(path), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        ended = await child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if ended not in (CLEAN, INFECTED):
        raise ValueError("the scanner could not look")
    return ended == INFECTED

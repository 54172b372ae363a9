"""Reads a file in a process of its own, bounded in time and memory: a parser that a hostile file keeps busy, or that
dies of it, harms nobody, and the file counts as not readable.

    python -m services.publication.attachments.extracting NAME PATH          prints what was read as JSON
    python -m services.publication.attachments.extracting NAME PATH MASKED   writes the masked file; reads phones
"""

import asyncio
import json
import resource
import sys
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from services.publication.attachments import masking
from services.publication.attachments.formats import UNREADABLE, Extracted, extract

SECONDS = 60
MEMORY = 2 * 2**30
MADE = b"masked"


async def extracted(name: str, path: Path, seconds: float = SECONDS) -> Extracted:
    """What can be read of a file."""
    said = await _apart(seconds, name, str(path))
    return Extracted(**json.loads(said)) if said is not None else UNREADABLE


async def masked(name: str, path: Path, target: Path, phones: Collection[str]) -> bool:
    """Write the file with all personal data masked to `target`; whether that could be done."""
    said = await _apart(SECONDS, name, str(path), str(target), given=json.dumps(sorted(phones)).encode())
    return said == MADE


async def _apart(seconds: float, *arguments: str, given: bytes = b"") -> bytes | None:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await asyncio.wait_for(child.communicate(given), seconds)
    except TimeoutError:
        child.kill()
        await child.communicate()  # closes its pipes
        return None
    return said if child.returncode == 0 else None


def main() -> None:
    """Read or mask a file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    name, path, *target = sys.argv[1:]
    data = Path(path).read_bytes()
    if target:
        made = masking.masked(name, data, frozenset(json.load(sys.stdin)))
        if made is not None:
            Path(target[0]).write_bytes(made)
            sys.stdout.buffer.write(MADE)
        return
    sys.stdout.write(json.dumps(asdict(extract(name, data))))


if __name__ == "__main__":
    main()

"""Reads a file in a process of its own, bounded in time and memory: a parser that a hostile file keeps busy, or that
dies of it, harms nobody, and the file counts as not readable.

    python -m services.publication.attachments.extracting NAME PATH
"""

import asyncio
import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path

from services.publication.attachments.formats import UNREADABLE, Extracted, extract

SECONDS = 60
MEMORY = 2 * 2**30


async def extracted(name: str, path: Path, seconds: float = SECONDS) -> Extracted:
    """What can be read of a file."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__, name, str(path)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await asyncio.wait_for(child.communicate(), seconds)
    except TimeoutError:
        child.kill()
        await child.communicate()  # closes its pipes
        return UNREADABLE
    return Extracted(**json.loads(said)) if child.returncode == 0 else UNREADABLE


def main() -> None:
    """Print what was read as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    name, path = sys.argv[1:]
    found = extract(name, Path(path).read_bytes())
    sys.stdout.write(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()

"""Examples of every event, as they were told: `contracts/examples/events/<type>.json` with subject, headers and data.

    python -m tests.contracts.examples             # which types have none yet
    python -m tests.contracts.examples .zwgk       # take them from the events of the platform that runs on this folder

An example that stands is never changed: what was told once must be understood for ever.
"""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.js.errors import NotFoundError

from chassis import streams
from cli.session import Session
from contracts import cloudevents
from contracts.base import Event
from contracts.registry import REGISTRY

FOLDER = Path(__file__).parents[2] / "contracts" / "examples" / "events"
Example = dict[str, Any]


def held(folder: Path = FOLDER) -> dict[str, Example]:
    """Examples by type of event."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


def missing(folder: Path = FOLDER) -> list[str]:
    """Types of the registry without an example."""
    return [event.type() for event in REGISTRY.events() if event.type() not in held(folder)]


def understood(example: Example) -> Event:
    """The event as its class; raises when headers and subject disagree or the data no longer fit."""
    kind = REGISTRY.event(cloudevents.check(example["subject"], example["headers"]))
    if kind is None:
        raise LookupError("unknown type of event")
    return kind.model_validate(example["data"])


def keep(examples: Iterable[Example], folder: Path = FOLDER) -> list[str]:
    """Write the first example of each type that has none; the types written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for example in examples:
        path = folder / f"{example['headers']['ce-type']}.json"
        if path.exists():
            continue
        understood(example)
        kept = {key: value for key, value in example["headers"].items() if key.startswith(("ce-", "content-"))}
        text = json.dumps(example | {"headers": kept}, ensure_ascii=False, indent=1, sort_keys=True)
        path.write_text(text + "\n", encoding="utf-8")
        written.append(path.stem)
    return written


async def told(client: Client) -> list[Example]:
    """Every event of a running platform, in order."""
    js = client.jetstream(timeout=10)
    last = (await js.stream_info(streams.EVENTS)).state.last_seq
    found = []
    for seq in range(1, last + 1):
        try:
            message = await js.get_msg(streams.EVENTS, seq=seq)
        except NotFoundError:
            continue
        headers = dict(message.headers or {})
        found.append({"subject": message.subject, "headers": headers, "data": json.loads(message.data or b"")})
    return found


async def _take(folder: Path) -> list[str]:
    session = Session.opened(folder)
    try:
        return keep(await told(await session.client("operator")))
    finally:
        await session.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write("\n".join(["written:", *asyncio.run(_take(Path(sys.argv[1])))]) + "\n")
    sys.stdout.write("\n".join(["missing:", *missing()]) + "\n")

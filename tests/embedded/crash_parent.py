"""Starts both servers on a folder, prints their process ids and ports, and waits to be killed."""

import asyncio
import json
import sys
from pathlib import Path

from chassis.embedded import DataFolder, EmbeddedMongo, EmbeddedNats


async def main(folder: Path) -> None:
    config = folder / "nats.conf"
    with DataFolder(folder) as data:
        config.write_text(f'jetstream {{ store_dir: "{data.nats}" }}\n')
        nats = EmbeddedNats(config, 0, data.log / "nats.log", data.lock)
        mongo = EmbeddedMongo(data.mongo, 0, data.log / "mongo.log", data.lock)
        async with nats, mongo:
            sys.stdout.write(json.dumps({"pids": [nats.pid, mongo.pid]}) + "\n")
            sys.stdout.flush()
            await asyncio.sleep(60)


asyncio.run(main(Path(sys.argv[1])))

"""Read the public events from where we stopped, from the first one, or from any point.

    python read_public.py CREDENTIALS.json [--from-start | --since SEQUENCE] [--seconds N]

Needs `nats-py` and nothing of the platform: the credentials file is {servers, user, password, inbox_prefix, publish,
stream, durable}. Prints sequence, type, id and title per event. The platform keeps our place (the durable): what was
acknowledged does not come again, what came while we were away is waiting.
"""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nats


async def rewind(client: Any, stream: str, durable: str, sequence: int) -> None:
    """Let the next event be the first one from `sequence` on."""
    subject = f"$JS.API.CONSUMER.RESET.{stream}.{durable}"
    reply = json.loads((await client.request(subject, json.dumps({"seq": sequence}).encode(), timeout=5)).data)
    if "error" in reply:
        raise SystemExit(f"rewind refused: {reply['error']['description']}")


async def main(credentials: dict[str, Any], begin: int | None, seconds: float) -> None:
    connect = {name: credentials[name] for name in ("servers", "user", "password")}
    client = await nats.connect(**connect, inbox_prefix=credentials["inbox_prefix"].encode())
    stream, durable = credentials["stream"], credentials["durable"]
    if begin is not None:
        await rewind(client, stream, durable, max(begin, 1))
    events = await client.jetstream().pull_subscribe_bind(durable, stream)
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            messages = await events.fetch(50, timeout=min(left, 5))
        except TimeoutError:
            continue
        for message in messages:
            record = json.loads(message.data)["record"]
            headers = message.headers or {}
            said = (headers["ce-type"], unquote(headers["ce-subject"]))
            print(message.metadata.sequence.stream, *said, record.get("metadata", record).get("title", ""), flush=True)
            await message.ack()  # our place moves on; without it the event would come again
    await client.flush()  # the last acknowledgements are out
    await client.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("credentials", type=Path)
    options.add_argument("--from-start", dest="begin", action="store_const", const=1)
    options.add_argument("--since", dest="begin", type=int)
    options.add_argument("--seconds", type=float, default=float("inf"))
    given = options.parse_args()
    asyncio.run(main(json.loads(given.credentials.read_text()), given.begin, given.seconds))

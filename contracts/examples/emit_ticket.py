"""Emit a hotline ticket and read the answers, also those that came while we were away.

    python emit_ticket.py CREDENTIALS.json [TICKET.json]

Needs `nats-py` and nothing of the platform. The shape of a ticket is `contracts/schemas/intake/hotline.ticket.v1.json`,
the credentials file is {servers, user, password, inbox_prefix, publish, stream, durable}. Prints one answer per line.
"""

import asyncio
import json
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import nats
import nats.errors

WAIT_SECONDS = 20


def ticket_of_now() -> dict[str, Any]:
    """One that has just come. A platform whose clock stands days earlier rejects it: give a ticket of its own time."""
    now = datetime.now(timezone.utc).isoformat()  # noqa: UP017
    fields = {"source": "12345", "ticket_no": f"EX-{uuid.uuid4().hex[:12]}", "channel": "电话", "kind": "求助"}
    text = {"title": "示例：路灯不亮", "content": "示例：东段路灯坏了六盏，夜间看不清路面。", "category": "城市管理"}
    return fields | text | {"occurred_at": now, "received_at": now}


async def main(credentials: dict[str, Any], ticket: dict[str, Any]) -> None:
    connect = {name: credentials[name] for name in ("servers", "user", "password")}
    client = await nats.connect(**connect, inbox_prefix=credentials["inbox_prefix"].encode())
    js = client.jetstream()
    subject = next(each for each in credentials["publish"] if ".in.hotline.ticket." in each)
    emission = f"{ticket['source']}:{ticket['ticket_no']}:{ticket.get('revision', 1)}"
    # Returns once INTAKE has it on disk. Not sure? Send it again: the same ticket and revision is one ticket for ever.
    await js.publish(subject, json.dumps(ticket).encode(), stream="INTAKE", headers={"Nats-Msg-Id": emission})
    answers = await js.pull_subscribe_bind(credentials["durable"], credentials["stream"])
    deadline, answered = asyncio.get_running_loop().time() + WAIT_SECONDS, False
    while not answered and asyncio.get_running_loop().time() < deadline:
        try:
            messages = await answers.fetch(10, timeout=2)
        except TimeoutError:
            continue
        for message in messages:
            answer = json.loads(message.data)
            print(json.dumps(answer, ensure_ascii=False), flush=True)
            await message.ack_sync()  # only now may the platform forget the answer
            answered = answered or answer["emission"] == emission
    await client.close()
    sys.exit(0 if answered else 1)


if __name__ == "__main__":
    given = Path(sys.argv[2]).read_text(encoding="utf-8") if len(sys.argv) > 2 else None
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text()), json.loads(given) if given else ticket_of_now()))

"""Keep a whole copy of what is public, as a portal does: one file, made anew from the first event or carried on.

    python keep_copy.py CREDENTIALS.json COPY.json [--from-start] [--seconds N]

Needs `nats-py` and nothing of the platform; docs/portal.md says why each step is as it is. COPY.json holds `records`
(by `<service>.<record>/<id>`) and `texts` (by digest). It is written before the events in it are acknowledged, so a
copy that was killed at any moment carries on without a gap.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nats

Copy = dict[str, dict[str, Any]]


def texts_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every text in a record: of the document, of its older versions, of its attachments."""
    if isinstance(value, dict):
        if "sha256" in value and "inline" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def apply(copy: Copy, headers: dict[str, str], event: dict[str, Any]) -> None:
    """Take one event into the copy. A repeated or older one changes nothing."""
    service, name, happened, _ = headers["ce-type"].split(".")
    record, records = event["record"], copy["records"]
    source, at = unquote(headers["ce-source"]), headers["ce-time"]
    if (name, happened) == ("records", "retold"):
        gone = [key for key, held in records.items() if is_gone(held, source, event["epoch"], record["since"])]
        for key in gone:
            del records[key]
        return
    held = records.get(key := f"{service}.{name}/{record['id']}")
    if held and (event["epoch"], event["version"]) <= (held["epoch"], held["version"]):
        return
    for text in texts_in(record):
        if text["inline"] is not None:
            copy["texts"][text["sha256"]] = text["inline"]
    order = {"epoch": event["epoch"], "version": event["version"]}
    records[key] = {**order, "source": source, "time": at, "record": record}  # of the earlier one nothing is left


def is_gone(held: dict[str, Any], source: str, epoch: int, since: str) -> bool:
    """Whether a record was not told again when all were: it no longer exists."""
    return bool(held["source"] == source and held["epoch"] < epoch and held["time"] < since)


def read(path: Path) -> Copy | None:
    """The copy as it was written last, if it ever was."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def write(path: Path, copy: Copy) -> None:
    """The copy with the texts that a record still names; what was taken down is gone with it."""
    named = {text["sha256"] for held in copy["records"].values() for text in texts_in(held["record"])}
    kept = {"records": copy["records"], "texts": {key: text for key, text in copy["texts"].items() if key in named}}
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
    beside.replace(path)


async def main(credentials: dict[str, Any], path: Path, anew: bool, seconds: float) -> None:
    connect = {name: credentials[name] for name in ("servers", "user", "password")}
    client = await nats.connect(**connect, inbox_prefix=credentials["inbox_prefix"].encode())
    stream, durable = credentials["stream"], credentials["durable"]
    held = None if anew else read(path)
    if held is None:
        subject = f"$JS.API.CONSUMER.RESET.{stream}.{durable}"
        await client.request(subject, json.dumps({"seq": 1}).encode(), timeout=5)
    copy: Copy = held or {"records": {}, "texts": {}}
    events = await client.jetstream().pull_subscribe_bind(durable, stream)
    end = asyncio.get_running_loop().time() + seconds
    while (left := end - asyncio.get_running_loop().time()) > 0:
        try:
            messages = await events.fetch(200, timeout=min(left, 5))
        except TimeoutError:
            continue
        for message in messages:
            apply(copy, message.headers or {}, json.loads(message.data))
        write(path, copy)
        for message in messages:
            await message.ack()
    await client.flush()
    await client.close()


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("credentials", type=Path)
    options.add_argument("copy", type=Path)
    options.add_argument("--from-start", dest="anew", action="store_true")
    options.add_argument("--seconds", type=float, default=float("inf"))
    given = options.parse_args()
    asyncio.run(main(json.loads(given.credentials.read_text()), given.copy, given.anew, given.seconds))

"""Checksums of generations: what two of them hold is compared view by view, whatever the order of writing."""

import hashlib
import json

from contracts.readmodel.running import Checksum
from services.readmodel.storage import Generation

_FIELDS = {"stamp": 1, "removed": 1, "told_at": 1, "record": 1}


async def digests(generation: Generation) -> dict[str, int]:
    """A short digest of each view by its id. Change numbers are left out: they tell when it was written here."""
    return {
        str(found["_id"]): _digest([found["_id"], found["stamp"], found["removed"], found["told_at"], found["record"]])
        async for found in generation.views.each({}, _FIELDS)
    }


def _digest(values: list[object]) -> int:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest())


async def checksum(generation: Generation) -> Checksum:
    """One sum over all views: equal where they are."""
    held = await digests(generation)
    return Checksum(generation=generation.number, views=len(held), checksum=f"{sum(held.values()) % (1 << 128):032x}")


async def difference(one: Generation, other: Generation) -> int:
    """How many views are in one of the two only, or stand differently there."""
    here, there = await digests(one), await digests(other)
    return sum(here.get(id) != there.get(id) for id in here.keys() | there.keys())

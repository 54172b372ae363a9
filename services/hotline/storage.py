"""Indexes of the hotline's own questions: by unit, by content for duplicates. Each one costs at the door: no more."""

from collections.abc import Callable

from chassis.store import Collection
from services.hotline import sketches


async def create_indexes(collection: Callable[[str], Collection]) -> None:
    cases = collection("cases")
    await cases.create_index([("index.received_at", 1)])
    await cases.create_index([("index.key", 1)], sparse=True)
    await cases.create_index([("index.given_at", 1)], sparse=True)
    await cases.create_index([("index.guide", 1)], sparse=True)
    await collection("guides").create_index([("code", 1)])
    await sketches.create_indexes(collection("sketches"))
    await cases.create_index([("index.agency", 1), ("_id", -1)])

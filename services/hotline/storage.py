"""Indexes of the hotline's own questions: by unit, by the moment they are counted by,
by marks (a signal's matter, an entry's guide). Each one costs at the door: no more."""

from collections.abc import Callable

from chassis.store import Collection, Index
from services.hotline import sketches


async def create_indexes(collection: Callable[[str], Collection]) -> None:
    cases = collection("cases")
    await cases.create_indexes(
        Index([("index.counted_at", 1)]),
        Index([("index.marks", 1)], sparse=True),
        Index([("index.agency", 1), ("_id", -1)]),
    )
    await collection("guides").create_index([("code", 1)])
    await sketches.create_indexes(collection("sketches"))

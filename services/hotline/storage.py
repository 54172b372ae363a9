"""Indexes of the hotline's own questions: by unit, by content for duplicates. Each one costs at the door: no more."""

from chassis.store import Collection


async def create_indexes(cases: Collection) -> None:
    await cases.create_index([("index.agency", 1), ("_id", -1)])
    await cases.create_index([("index.content", 1)], sparse=True)

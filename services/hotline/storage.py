"""Indexes of the hotline's own questions: by state and unit, by content for duplicates."""

from chassis.store import Collection


async def create_indexes(cases: Collection) -> None:
    await cases.create_index([("index.agency", 1), ("index.received_at", -1)])
    await cases.create_index([("index.state", 1), ("index.received_at", -1)])
    await cases.create_index([("index.content", 1)], sparse=True)

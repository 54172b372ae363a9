"""Indexes of the questions that are asked of requests: the ledger, what is due, repeats."""

from chassis.store import Collection


async def create_indexes(cases: Collection) -> None:
    await cases.create_index([("kind", 1), ("index.ledger", 1)])
    await cases.create_index([("kind", 1), ("index.watched", 1), ("index.due", 1)])
    await cases.create_index([("index.information", 1)], sparse=True)
    await cases.create_index([("index.bands", 1)], sparse=True)
    await cases.create_index([("kind", 1), ("index.arrived", 1)])
    await cases.create_index([("kind", 1), ("index.candidate", 1)])
    await cases.create_index([("kind", 1), ("index.request", 1)])
    await cases.create_index([("kind", 1), ("index.open", 1), ("_id", 1)])
    await cases.create_index([("index.applicant", 1)], sparse=True)
    await cases.create_index([("index.month", 1)], sparse=True)

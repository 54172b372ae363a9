"""Indexes of the questions that are asked of requests: the ledger, what is due, repeats.

Every index makes every write dearer: what is asked of one applicant's or one month's requests is found among those.
"""

from chassis.store import Collection


async def create_indexes(cases: Collection) -> None:
    await cases.create_index([("kind", 1), ("index.ledger", 1)])
    await cases.create_index([("kind", 1), ("index.watched", 1), ("index.due", 1)])
    for rare in ("information", "applicant", "bands", "arrived", "candidate", "request"):
        await cases.create_index([(f"index.{rare}", 1)], sparse=True)

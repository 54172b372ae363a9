"""Indexes of the questions that are asked of requests: the ledger, what is due, repeats.

Every index makes every write dearer: what is asked of one applicant's or one month's requests is found among those.
"""

from chassis.store import Collection, Index


async def create_indexes(cases: Collection) -> None:
    rare = ("information", "applicant", "bands", "arrived", "candidate", "request")
    await cases.create_indexes(
        Index([("kind", 1), ("index.ledger", 1)]),
        Index([("kind", 1), ("index.watched", 1), ("index.due", 1)]),
        *(Index([(f"index.{name}", 1)], sparse=True) for name in rare),
    )

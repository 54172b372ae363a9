"""Indexes and named queries of the supervision service."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from chassis.actors import Actor
from chassis.cases import Cases, Held
from chassis.store import Collection, Index
from services.supervision.domain.task import Task

BATCH = 200
MAX_UNKNOWN = 5000
"""Tasks with unknown names that are looked through for the list."""


async def create_indexes(cases: Collection) -> None:
    await cases.create_indexes(
        *(Index([(f"index.{key}", 1), ("_id", 1)], sparse=True) for key in ("agencies", "unknown", "names")),
        Index([("index.table", 1), ("index.no", 1)], sparse=True),
    )


class Names:
    """What persons said of names that the register does not know: `{_id: name, to, by, at}`."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    async def chosen(self) -> dict[str, str]:
        """Name in a table -> code, name or group of the register."""
        return {held["_id"]: held["to"] for held in await self._collection.find({}, {"to": 1}, limit=MAX_UNKNOWN)}

    async def choose(self, name: str, to: str, by: Actor, now: datetime) -> None:
        change = {"$set": {"to": to, "by": by.as_fact(), "at": now}}
        await self._collection.update_one({"_id": name}, change, upsert=True)


async def each(tasks: Cases[Task], where: dict[str, Any]) -> AsyncIterator[Held[Task]]:
    """All tasks with these index values, by number."""
    after = ""
    while held := await tasks.find({**where, "_id": {"$gt": after}}, sort=[("_id", 1)], limit=BATCH):
        for one in held:
            yield one
        after = held[-1].id


async def unknown_names(cases: Collection, table: str | None) -> list[tuple[str, int]]:
    """Names that wait for a person, each with the number of a task, in the order of the tasks."""
    where = {"kind": "task", "index.unknown": {"$gt": ""}} | ({"index.table": table} if table else {})
    fields = {"index.unknown": 1, "index.no": 1}
    found = await cases.find(where, fields, sort=[("_id", 1)], limit=MAX_UNKNOWN)
    return [(name, held["index"]["no"]) for held in found for name in held["index"]["unknown"]]

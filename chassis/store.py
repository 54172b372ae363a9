"""The database of one service. The only module that knows a driver: motor, or PyMongo's own asynchronous client.

Both are used through the calls that they share, so the switch is one setting. Every write asks for the journal:
an acknowledged write survives the death of the server.
"""

import inspect
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, DeleteOne, IndexModel, InsertOne, ReplaceOne, UpdateMany, UpdateOne, WriteConcern
from pymongo.errors import AutoReconnect, BulkWriteError, ConnectionFailure, DuplicateKeyError, NetworkTimeout

Document = dict[str, Any]
Write = UpdateOne | DeleteOne | InsertOne[Document] | ReplaceOne[Document] | UpdateMany
DUPLICATE_KEY = 11000
UPSERT_RACES = 20
Duplicate = DuplicateKeyError
Index = IndexModel
Unreachable = (AutoReconnect, ConnectionFailure, NetworkTimeout)
JOURNALED = WriteConcern(w="majority", j=True)

__all__ = [
    "Collection",
    "DeleteOne",
    "Document",
    "Duplicate",
    "Index",
    "InsertOne",
    "ReplaceOne",
    "Store",
    "Unreachable",
    "UpdateMany",
    "UpdateOne",
    "Write",
]


class Collection:
    """The few operations that the platform uses, the same on both drivers."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    @property
    def name(self) -> str:
        return str(self._raw.name)

    async def find_one(
        self, where: Mapping[str, Any], fields: Mapping[str, Any] | None = None, sort: Sequence[tuple[str, int]] = ()
    ) -> Document | None:
        found: Document | None = await self._raw.find_one(where, fields, sort=list(sort) or None)
        return found

    async def find(
        self,
        where: Mapping[str, Any],
        fields: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        skip: int = 0,
        limit: int = 0,
    ) -> list[Document]:
        """All matching documents; give a limit wherever the number is not bounded by nature."""
        cursor = self._raw.find(where, fields, skip=skip, limit=limit, batch_size=1000, sort=list(sort) or None)
        return [document async for document in cursor]

    async def each(
        self, where: Mapping[str, Any], fields: Mapping[str, Any] | None = None, sort: Sequence[tuple[str, int]] = ()
    ) -> AsyncIterator[Document]:
        """Matching documents one after the other, for sets that do not fit into memory."""
        async for document in self._raw.find(where, fields, batch_size=1000, sort=list(sort) or None):
            yield document

    async def aggregate(self, stages: Sequence[Mapping[str, Any]]) -> list[Document]:
        """Results of an aggregation; end it with a stage that bounds them."""
        cursor = self._raw.aggregate(list(stages))
        if inspect.isawaitable(cursor):  # the drivers differ here: motor returns the cursor, PyMongo's must be awaited
            cursor = await cursor
        return [document async for document in cursor]

    async def count(self, where: Mapping[str, Any], limit: int = 0) -> int:
        found = self._raw.count_documents(where, **({"limit": limit} if limit else {}))
        return int(await found)

    async def insert_one(self, document: Document) -> None:
        """Raises `Duplicate` when a unique key is taken."""
        await self._raw.insert_one(document)

    async def insert_many(self, documents: Sequence[Document]) -> set[int]:
        """Insert all that can be; the positions of those whose unique key is taken."""
        if not documents:
            return set()
        try:
            await self._raw.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return _duplicates(error)
        return set()

    async def update_one(self, where: Mapping[str, Any], change: Mapping[str, Any], *, upsert: bool = False) -> int:
        """The number of documents matched."""
        result = await self._raw.update_one(where, change, upsert=upsert)
        return int(result.matched_count)

    async def update_many(self, where: Mapping[str, Any], change: Mapping[str, Any]) -> int:
        result = await self._raw.update_many(where, change)
        return int(result.matched_count)

    async def find_one_and_update(
        self, where: Mapping[str, Any], change: Mapping[str, Any], *, upsert: bool = False
    ) -> Document | None:
        """Change one document and return it as it is afterwards; with `upsert` it is made where it is missing.

        Two that make the same document at once may both find it missing: who loses looks again.
        """
        for _ in range(UPSERT_RACES if upsert else 1):
            try:
                found: Document | None = await self._raw.find_one_and_update(
                    where, change, upsert=upsert, return_document=True
                )
            except DuplicateKeyError:
                found = None
            if found is not None:
                return found
        return None

    async def bulk(self, writes: Sequence[Write]) -> set[int]:
        """Carry out all writes in any order; the positions of those refused for a duplicate key."""
        if not writes:
            return set()
        try:
            await self._raw.bulk_write(list(writes), ordered=False)
        except BulkWriteError as error:
            return _duplicates(error)
        return set()

    async def delete_many(self, where: Mapping[str, Any]) -> int:
        result = await self._raw.delete_many(where)
        return int(result.deleted_count)

    async def create_indexes(self, *indexes: Index) -> None:
        """All that are not there yet, by one command."""
        await self._raw.create_indexes(list(indexes))

    async def create_index(self, keys: Sequence[tuple[str, int]], **options: Any) -> None:
        await self._raw.create_index(list(keys), **options)

    async def drop(self) -> None:
        await self._raw.drop()


def _duplicates(error: BulkWriteError) -> set[int]:
    """Positions refused for a duplicate key; raises the error again when there is any other."""
    failures = (error.details or {}).get("writeErrors", [])
    if any(failure.get("code") != DUPLICATE_KEY for failure in failures):
        raise error
    return {int(failure["index"]) for failure in failures}


class Store:
    """A service's own database. Connects lazily; one per event loop."""

    def __init__(self, url: str, database: str, driver: Literal["motor", "pymongo"] = "motor") -> None:
        make: Any = AsyncIOMotorClient if driver == "motor" else AsyncMongoClient
        self._driver = driver
        self._client = make(url, tz_aware=True, serverSelectionTimeoutMS=5000, appname=f"zwgk-{database}")
        self._database = self._client.get_database(database, write_concern=JOURNALED)

    def collection(self, name: str) -> Collection:
        return Collection(self._database.get_collection(name))

    async def ping(self) -> None:
        """Raises one of `Unreachable` when the server does not answer."""
        await self._database.command("ping")

    async def collections(self) -> list[str]:
        return list(await self._database.list_collection_names())

    async def close(self) -> None:
        if self._driver == "motor":
            self._client.close()
        else:
            await self._client.close()

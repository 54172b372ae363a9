"""Files on their way in: pieces go straight into the object store, where nobody finds them before they have a name."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from chassis.objects import Objects
from chassis.store import Collection
from contracts.publication.files import MAX_FILE, Attach, Piece
from kernel.refused import Refused

ABANDONED = timedelta(days=1)
OWN_PIECE = 128 * 1024


@dataclass(frozen=True)
class Received:
    """A complete upload, in a temporary file."""

    path: Path
    count: int


class Uploads:
    """Uploads that are not attached yet: `{_id: upload, case, bytes, at}`."""

    def __init__(self, collection: Collection, objects: Objects) -> None:
        self._collection = collection
        self._objects = objects

    async def take(self, piece: Piece) -> int:
        """Keep the next piece; the bytes kept so far. A piece that is here already is kept once."""
        content = _bytes(piece)
        end = piece.offset + len(content)
        if end > MAX_FILE:
            raise Refused("file_too_large", "附件超过 100 MB。", field="file", remedy="请压缩或拆分后提交。")
        if piece.offset == 0:
            begun = {"case": piece.id, "bytes": 0, "at": datetime.now(UTC)}
            await self._collection.update_one({"_id": piece.upload}, {"$setOnInsert": begun}, upsert=True)
        held = await self._collection.find_one({"_id": piece.upload, "case": piece.id})
        if held is None or held["bytes"] < piece.offset:
            raise Refused("piece_missing", "附件分段不连续。", field="offset", remedy="请从头重新上传。")
        if held["bytes"] == piece.offset:
            await self._objects.put(piece.upload, piece.offset, content)
            where = {"_id": piece.upload, "bytes": piece.offset}
            await self._collection.update_one(where, {"$set": {"bytes": end}})
        return max(end, int(held["bytes"]))

    @asynccontextmanager
    async def complete(self, given: Attach) -> AsyncIterator[Received]:
        """The upload as a temporary file, while it is looked at. Raises `Refused` when it is not what was announced."""
        held = await self._collection.find_one({"_id": given.upload, "case": given.id})
        if held is None or held["bytes"] != given.bytes:
            raise Refused("upload_incomplete", "附件没有传完。", field="upload", remedy="请重新上传。")
        with TemporaryDirectory(prefix="zwgk-") as folder:
            path = Path(folder) / "file"
            digest, count = hashlib.sha256(), 0
            with path.open("wb") as file:
                async for piece in self._objects.pieces(given.upload):
                    digest.update(piece)
                    file.write(piece)
                    count += 1
            if digest.hexdigest() != given.sha256:
                await self.drop(given.upload)
                raise Refused("digest_differs", "附件与校验值不符。", field="sha256", remedy="请重新上传。")
            yield Received(path, count)

    async def name(self, given: Attach, count: int) -> None:
        """Let readers find the file."""
        await self._objects.name(object_name(given.id, given.sha256), given.upload, given.sha256, given.bytes, count)

    async def done(self, upload: str) -> None:
        """The file belongs to its document now."""
        await self._collection.delete_many({"_id": upload})

    async def drop(self, upload: str) -> None:
        """Remove a file that is not taken."""
        await self._objects.discard(upload)
        await self._collection.delete_many({"_id": upload})

    async def fetch(self, upload: str, path: Path) -> None:
        """Write a file that was attached to `path`."""
        with path.open("wb") as file:
            async for piece in self._objects.pieces(upload):
                file.write(piece)

    async def keep(self, case: str, sha256: str, content: BinaryIO) -> str:
        """Keep a file of our own making under its case and digest, and return under what its pieces lie; keeping it
        again changes nothing."""
        nuid = f"{sha256[:24]}{secrets.token_hex(8)}"
        size = count = 0
        while piece := content.read(OWN_PIECE):
            await self._objects.put(nuid, size, piece)
            size, count = size + len(piece), count + 1
        await self.remove(case, sha256)
        await self._objects.name(object_name(case, sha256), nuid, sha256, size, count)
        return nuid

    async def remove(self, case: str, sha256: str) -> None:
        """Remove an attached file."""
        await self._objects.remove(object_name(case, sha256))

    async def drop_of(self, case: str) -> None:
        """Remove what is on its way to a document."""
        for held in await self._collection.find({"case": case}):
            await self.drop(held["_id"])

    async def abandoned(self) -> list[tuple[str, str]]:
        """What was begun more than a day ago and not finished, as (upload, document)."""
        found = await self._collection.find({"at": {"$lt": datetime.now(UTC) - ABANDONED}}, limit=1000)
        return [(held["_id"], held["case"]) for held in found]


def object_name(case: str, sha256: str) -> str:
    """Name of an attachment in the object store; each document has its own copy, so that it can be removed."""
    return f"{case}/{sha256}"


def _bytes(piece: Piece) -> bytes:
    try:
        return base64.b64decode(piece.content, validate=True)
    except binascii.Error:
        raise Refused("not_base64", "附件分段编码有误。", field="content", remedy="请重新上传。") from None

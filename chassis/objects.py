"""The object store, in the form of JetStream's own object stores: pieces under `$O.<bucket>.C.<nuid>`, and a meta
message under `$O.<bucket>.M.<name>` without which nobody finds them. Read piece by piece by sequence, without the power
to make consumers; written piece by piece, so that no file needs to lie in memory."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError, ObjectNotFoundError
from nats.js.object_store import ObjectStore

from kernel.refused import Refused

_DIGEST = "SHA-256="


async def read_object(js: JetStreamContext, bucket: str, name: str) -> bytes | None:
    """The bytes of one object, checked against its digest; `None` when there is no such object.

    Raises `Refused` when the object is damaged or was replaced while it was read.
    """
    stream = f"OBJ_{bucket}"
    try:
        info = await ObjectStore(bucket, stream, js).get_info(name)
    except ObjectNotFoundError:
        return None
    body = b"".join([piece async for piece in pieces(js, bucket, str(info.nuid))])
    if info.digest != digest(hashlib.sha256(body).digest()):
        raise _damaged()
    return body


async def pieces(js: JetStreamContext, bucket: str, nuid: str) -> AsyncIterator[bytes]:
    """The pieces of an object one after the other; it is for the reader to check their digest."""
    sequence = 0
    while True:
        try:
            message = await js.get_msg(f"OBJ_{bucket}", seq=sequence + 1, subject=_pieces(bucket, nuid), next=True)
        except NotFoundError:
            return
        sequence = message.seq or 0
        yield message.data or b""


def digest(sha256: bytes) -> str:
    """A digest as object stores write it."""
    return _DIGEST + base64.urlsafe_b64encode(sha256).decode()


class Objects:
    """Writing into one bucket. `nuid` is the token under which the pieces of an object lie."""

    def __init__(self, js: Callable[[], JetStreamContext], bucket: str) -> None:
        self._js = js
        self.bucket = bucket
        self._stream = f"OBJ_{bucket}"

    def pieces(self, nuid: str) -> AsyncIterator[bytes]:
        """The pieces that were kept, in order."""
        return pieces(self._js(), self.bucket, nuid)

    async def put(self, nuid: str, offset: int, piece: bytes) -> None:
        """Keep a piece; sent again soon, it is kept once."""
        headers = {"Nats-Msg-Id": f"{nuid}:{offset}"}
        await self._js().publish(_pieces(self.bucket, nuid), piece, stream=self._stream, headers=headers)

    async def name(self, name: str, nuid: str, sha256: str, size: int, count: int) -> None:
        """Let readers find the pieces as one object."""
        info = {
            "name": name,
            "bucket": self.bucket,
            "nuid": nuid,
            "size": size,
            "chunks": count,
            "mtime": datetime.now(UTC).isoformat(),
            "digest": digest(bytes.fromhex(sha256)),
            "options": {"max_chunk_size": 128 * 1024},
        }
        headers = {"Nats-Rollup": "sub"}
        await self._js().publish(self._meta(name), json.dumps(info).encode(), stream=self._stream, headers=headers)

    async def remove(self, name: str) -> None:
        """Remove an object without a trace, its pieces first; one that is not there is removed already."""
        try:
            info = await ObjectStore(self.bucket, self._stream, self._js()).get_info(name)
        except ObjectNotFoundError:
            return
        await self.discard(str(info.nuid))
        await self._js().purge_stream(self._stream, subject=self._meta(name))

    async def discard(self, nuid: str) -> None:
        """Remove the pieces of an object that has no name."""
        await self._js().purge_stream(self._stream, subject=_pieces(self.bucket, nuid))

    def _meta(self, name: str) -> str:
        return f"$O.{self.bucket}.M.{base64.urlsafe_b64encode(name.encode()).decode()}"


def _pieces(bucket: str, nuid: str) -> str:
    if not nuid.isalnum():
        raise ValueError("not a token of pieces")
    return f"$O.{bucket}.C.{nuid}"


def _damaged() -> Refused:
    return Refused("object_damaged", "文件内容不完整或已被替换。", remedy="请稍后重试。")

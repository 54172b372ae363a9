"""Reading from an object store without the power to make consumers: chunk by chunk, by sequence."""

import base64
import hashlib

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
        chunks, sequence = [], 0
        for _ in range(info.chunks or 0):
            message = await js.get_msg(stream, seq=sequence + 1, subject=f"$O.{bucket}.C.{info.nuid}", next=True)
            chunks.append(message.data or b"")
            sequence = message.seq or 0
    except ObjectNotFoundError:
        return None
    except NotFoundError:
        raise _damaged() from None
    body = b"".join(chunks)
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()
    if info.digest != _DIGEST + digest:
        raise _damaged()
    return body


def _damaged() -> Refused:
    return Refused("object_damaged", "文件内容不完整或已被替换。", remedy="请稍后重试。")

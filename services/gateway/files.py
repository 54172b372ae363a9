"""Files out of the object store, passed on piece by piece: none lies in memory whole."""

import hashlib
from collections.abc import AsyncIterator
from urllib.parse import quote

from nats.js import JetStreamContext
from nats.js.errors import ObjectNotFoundError
from nats.js.object_store import ObjectStore
from starlette.responses import Response, StreamingResponse

from chassis.objects import digest, pieces
from kernel.refused import Refused
from services.gateway.service import Gateway

BUCKET = "documents"
MISSING = Refused("not_found", "没有这个文件。", remedy="请从文件页面重新下载。")


async def download(it: Gateway, case: str, sha256: str, name: str, media_type: str) -> Response:
    """A file of a published record, to be saved under its name. It is never shown as a page of this site."""
    js = it.js()
    try:
        info = await ObjectStore(BUCKET, f"OBJ_{BUCKET}", js).get_info(f"{case}/{sha256}")
    except ObjectNotFoundError:
        raise MISSING from None
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Content-Length": str(info.size),
        "Cache-Control": "no-cache",
        "ETag": f'"{sha256}"',
    }
    return StreamingResponse(_checked(js, str(info.nuid), str(info.digest)), 200, headers, media_type)


async def _checked(js: JetStreamContext, nuid: str, expected: str) -> AsyncIterator[bytes]:
    """Whoever reads damaged pieces gets a broken download, not a whole file."""
    found = hashlib.sha256()
    async for piece in pieces(js, BUCKET, nuid):
        found.update(piece)
        yield piece
    if digest(found.digest()) != expected:
        raise Refused("object_damaged", "文件内容不完整或已被替换。", remedy="请稍后重试。")

"""Attachments: a clerk sends a file, which goes on to its document piece by piece; anyone fetches a published one."""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.base import Done
from contracts.publication.files import MAX_FILE, MAX_PIECE, Attach, Piece, Uploaded
from kernel.refused import Refused
from services.gateway import documents, files
from services.gateway.api.public import DocumentId, Sha256
from services.gateway.asking import It, Staff
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", route_class=Traced, responses=PROBLEM_RESPONSES)
EXAMINED_SECONDS = 300.0
"""A large file is scanned for viruses and read before it is attached."""
TOO_LARGE = Refused("too_large", f"附件超过 {MAX_FILE // 2**20} MB。", remedy="请压缩或拆分后提交。")
BODY = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}, "required": True}


@routes.put(
    "/documents/{id}/attachments",
    tags=["工作人员"],
    summary="上传附件",
    description="请求体为文件本身，不超过 100 MB。上传后检查病毒、密级标志和个人信息，通过的附于文件；"
    "未通过的不保留。`sha256` 为文件的校验值，给出后不符的不予接收。",
    openapi_extra={"requestBody": BODY},
)
async def upload(
    request: Request,
    it: It,
    person: Staff,
    id: DocumentId,
    name: Annotated[str, Query(min_length=1, max_length=200, description="文件名")],
    sha256: Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", description="校验值（SHA-256）")] = None,
) -> Done:
    token, sent = secrets.token_hex(16), Sent()
    async for piece in _pieces(request, sent):
        content = base64.b64encode(piece).decode()
        offset = sent.bytes - len(piece)
        await it.ask(Piece(id=id, upload=token, offset=offset, content=content), Uploaded, token=person.token)
    if not sent.bytes:
        raise Refused("empty_file", "没有收到文件内容。", remedy="请把文件放在请求体中。")
    if sha256 and sha256 != sent.digest.hexdigest():
        raise Refused("digest_differs", "附件与校验值不符。", field="sha256", remedy="请重新上传。")
    command = Attach(id=id, upload=token, name=name, sha256=sent.digest.hexdigest(), bytes=sent.bytes)
    return await it.ask(command, Done, token=person.token, timeout=EXAMINED_SECONDS)


class Sent:
    """What has come so far."""

    def __init__(self) -> None:
        self.bytes = 0
        self.digest = hashlib.sha256()


async def _pieces(request: Request, sent: Sent) -> AsyncIterator[bytes]:
    """The body in pieces that fit one command each; no more of it is held than one of them."""
    held = bytearray()
    async for chunk in request.stream():
        held += chunk
        while len(held) >= MAX_PIECE:
            yield _counted(bytes(held[:MAX_PIECE]), sent)
            del held[:MAX_PIECE]
    if held:
        yield _counted(bytes(held), sent)


def _counted(piece: bytes, sent: Sent) -> bytes:
    sent.bytes += len(piece)
    sent.digest.update(piece)
    if sent.bytes > MAX_FILE:
        raise TOO_LARGE
    return piece


@routes.get(
    "/documents/{id}/attachments/{sha256}",
    tags=["公开信息"],
    summary="下载附件",
    description="已公开文件的附件。",
    response_class=Response,
)
async def attachment(it: It, id: DocumentId, sha256: Sha256) -> Response:
    found = documents.attachment((await documents.one(it, id)).document, sha256)
    return await files.download(it, id, sha256, found.name, found.media_type)

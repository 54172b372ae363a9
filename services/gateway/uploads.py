"""A file that an applicant sends with a form. It stays in memory: a citizen's paper is never written to disk in the
clear. It goes on in pieces that one command holds."""

import base64
import hashlib
from dataclasses import dataclass, field

from fastapi import Request
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from contracts.requests import papers as c
from kernel.refused import Refused
from services.gateway.forms import MAX_FIELDS, Form
from services.gateway.service import Gateway
from services.gateway.session import TOKEN_FIELD, check_form, gateway_of

UNREADABLE = Refused("bad_form", "表单无法读取。", remedy="请返回上一页重新提交。")
UNFIT = Refused("bad_attachment", "附件不符合要求。", field="file", remedy="请核对编号；附件不超过5 MiB。")


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it; neither its name nor its content is ever shown in a log."""

    name: str = field(repr=False)
    media_type: str
    content: bytes = field(repr=False)


async def parts(request: Request) -> tuple[dict[str, str], Upload | None]:
    """The fields of what was sent, and its file."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise UNREADABLE
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=MAX_FIELDS)
    parser.spool_max_size = 2 * c.MAX_ATTACHMENT
    try:
        data = await parser.parse()
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise UNREADABLE from None
    values = {name: value.strip() for name, value in data.items() if isinstance(value, str)}
    file = next((value for value in data.values() if isinstance(value, UploadFile)), None)
    content = await file.read() if file else b""
    await data.close()
    return values, Upload(file.filename or "附件", file.content_type or "", content) if file and content else None


async def read(request: Request) -> tuple[Form, Upload | None]:
    """The fields of a form that one of our pages has shown, and its file; raises `Refused` for one from elsewhere."""
    values, upload = await parts(request)
    check_form(request, gateway_of(request).seal, values.pop(TOKEN_FIELD, ""))
    return Form(values), upload


async def pass_on(it: Gateway, number: str, code: str, role: str, upload: Upload) -> c.Attaching:
    """Give the file to the request, piece by piece; raises `Refused` where it is not welcome."""
    for command in _pieces(number, code, role or "申请材料", upload):
        kept = await it.ask(command, c.Attaching)
    return kept


def _pieces(number: str, code: str, role: str, upload: Upload) -> list[c.Attach]:
    digest = hashlib.sha256(upload.content).hexdigest()
    try:
        return [
            c.Attach.model_validate(
                {
                    "number": number,
                    "code": code,
                    "role": role,
                    "name": upload.name[-200:],
                    "media_type": upload.media_type[:100],
                    "bytes": len(upload.content),
                    "sha256": digest,
                    "piece": piece,
                    "content": base64.b64encode(upload.content[at : at + c.MAX_PIECE]).decode(),
                }
            )
            for piece, at in enumerate(range(0, len(upload.content), c.MAX_PIECE))
        ]
    except ValidationError:
        raise UNFIT from None

"""What applicants do with their own requests, by number and query code. Codes travel in bodies only."""

import base64
from urllib.parse import quote

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from contracts.base import Done, Personal
from contracts.requests.answers import Followed
from contracts.requests.papers import Attaching, Document, DocumentKind, Format, MakeDocument
from contracts.requests.procedure import ChangeContact, Follow, SubmitCorrection, Withdraw
from contracts.requests.terms import Application
from kernel.refused import Refused
from services.gateway import uploads
from services.gateway.api.cases import Claim, key_of
from services.gateway.asking import FOLLOWS, It, Key
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1/requests", tags=["依申请公开"], route_class=Traced, responses=PROBLEM_RESPONSES)
FILE = {"schema": {"type": "string", "format": "binary"}}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PARTS = {
    "type": "object",
    "required": ["number", "code", "file"],
    "properties": {
        "number": {"type": "string", "description": "编号"},
        "code": {"type": "string", "description": "查询码"},
        "role": {"type": "string", "enum": ["申请材料", "委托书"], "default": "申请材料", "description": "附件种类"},
        "file": {"type": "string", "format": "binary", "description": "文件，不超过 5 MiB"},
    },
}


class Corrected(Claim):
    """The whole application as it is now meant (条例第三十条)."""

    application: Application = Field(description="补正后的完整申请")


class Withdrawn(Claim):
    """The applicant takes the application back, in writing."""

    statement: Personal[str] = Field(min_length=2, max_length=2000, description="撤回说明")


class Reached(Claim):
    """Where the applicant is reached from now on."""

    contact: Personal[str] = Field(min_length=2, max_length=200, description="联系方式")
    address: Personal[str] = Field(default="", max_length=200, description="通信地址；不填则不变")


class Wanted(Claim):
    """A document that is addressed to the applicant."""

    kind: DocumentKind = Field(description="文书种类，见进度查询的 `documents`")
    format: Format = Field(default="docx", description="docx 或者供打印的 html")


async def follow(it: Gateway, claim: Claim) -> Followed:
    """How the request stands."""
    return await it.ask(Follow(number=claim.number, code=claim.code), Followed)


async def correct(it: Gateway, body: Corrected, key: str | None) -> Done:
    """Hand in the corrected application."""
    command = SubmitCorrection(**dict(body))
    return await it.ask(command, Done, key=key_of(it, key, command))


async def withdraw(it: Gateway, body: Withdrawn, key: str | None) -> Done:
    """Take the application back."""
    command = Withdraw(**dict(body))
    return await it.ask(command, Done, key=key_of(it, key, command))


async def reach(it: Gateway, body: Reached, key: str | None) -> Done:
    """Change the contact."""
    command = ChangeContact(**dict(body))
    return await it.ask(command, Done, key=key_of(it, key, command))


async def document(it: Gateway, body: Wanted) -> Response:
    """A document as a file to be saved; it is never shown as a page of this site and kept by no cache."""
    made = await it.ask(MakeDocument(**dict(body)), Document)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(made.name)}", "Cache-Control": "no-store"}
    return Response(base64.b64decode(made.content), 200, headers, made.media_type)


@routes.post(
    "/follow", dependencies=[FOLLOWS], summary="查询申请进度", description="凭编号和查询码查询办理情况和答复。"
)
async def follow_request(it: It, body: Claim) -> Followed:
    return await follow(it, body)


@routes.post(
    "/correct",
    dependencies=[FOLLOWS],
    summary="补正申请",
    description="收到补正告知后，凭编号和查询码提交补正后的完整申请；自收到补正之日重新起算答复期限。",
)
async def correct_request(it: It, body: Corrected, key: Key) -> Done:
    return await correct(it, body, key)


@routes.post("/withdraw", dependencies=[FOLLOWS], summary="撤回申请", description="办结之前，凭编号和查询码书面撤回。")
async def withdraw_request(it: It, body: Withdrawn, key: Key) -> Done:
    return await withdraw(it, body, key)


@routes.post(
    "/contact",
    dependencies=[FOLLOWS],
    summary="更改联系方式",
    description="办结之前，凭编号和查询码更改联系方式和通信地址；加密保存，以后的通知按新的联系方式发出。",
)
async def change_contact(it: It, body: Reached, key: Key) -> Done:
    return await reach(it, body, key)


@routes.post(
    "/document",
    dependencies=[FOLLOWS],
    summary="下载文书",
    description="凭编号和查询码下载发给申请人的答复书和各种通知，DOCX 或者供打印的 HTML。",
    response_class=Response,
    responses={200: {"description": "文书", "content": {WORD: FILE, "text/html": FILE}}},
)
async def download(it: It, body: Wanted) -> Response:
    return await document(it, body)


@routes.post(
    "/attach",
    dependencies=[FOLLOWS],
    summary="补充附件",
    description="凭编号和查询码收入申请材料或者委托书，每次一个文件，不超过 5 MiB；加密保存。",
    openapi_extra={"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": PARTS}}}},
)
async def attach(request: Request, it: It) -> Attaching:
    sent, upload = await uploads.parts(request)
    if upload is None:
        raise Refused("empty_file", "没有收到文件。", field="file", remedy="请在 file 一栏附上文件。")
    return await uploads.pass_on(it, sent.get("number", ""), sent.get("code", ""), sent.get("role", ""), upload)

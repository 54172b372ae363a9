"""What holds for every request before any route sees it: limits of size, and the headers of every answer."""

import logging
import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.publication.files import MAX_FILE
from contracts.requests.papers import MAX_ATTACHMENT
from kernel.refused import Refused
from services.gateway.problems import FAILED, answer

log = logging.getLogger(__name__)
MAX_BODY_BYTES = 2**20
MAX_HEADER_BYTES = 16 * 1024
MAX_ADDRESS_BYTES = 4 * 1024
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
FILES = (
    (re.compile(r"/api/v1/documents/[\w-]+/attachments"), MAX_FILE),
    (re.compile(r"(/api/v1)?/requests/attach"), MAX_ATTACHMENT + 64 * 1024),
)
"""Where a body is a file, which is passed on in pieces, and how long it may be."""


class Edge:
    """Wraps the application. Answers over-long requests itself, and what the application failed to answer."""

    def __init__(self, app: ASGIApp, *, max_body: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        max_body = next((most for path, most in FILES if path.fullmatch(scope["path"])), self._max_body)
        exchange = _Exchange(receive, send, max_body)
        try:
            _refuse_over_long(scope, max_body)
            await self._app(scope, exchange.receive, exchange.send)
        except Exception as error:
            if not isinstance(error, Refused):
                log.exception("request failed", extra={"route": _route(scope)})
            if exchange.begun:
                raise  # half an answer is out; the server closes the connection
            failed = error if isinstance(error, Refused) else FAILED
            await answer(Request(scope), failed)(scope, receive, exchange.send)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path_format", "")


def _refuse_over_long(scope: Scope, max_body: int) -> None:
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        raise Refused("address_too_long", "地址过长。", remedy="请缩短检索词或筛选条件。")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        raise Refused("headers_too_large", "请求头过大。", remedy="请清除本站的浏览数据后重试。")
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    if declared.isdigit() and int(declared) > max_body:
        raise _too_large(max_body)


def _too_large(max_body: int) -> Refused:
    return Refused("too_large", f"提交的内容超过 {max_body // 1024} KiB。", remedy="请缩短内容或分次提交。")


class _Exchange:
    """One request and its answer: counts what comes in, adds headers to what goes out."""

    def __init__(self, receive: Receive, send: Send, max_body: int) -> None:
        self._receive = receive
        self._send = send
        self._max = self._left = max_body
        self.begun = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _too_large(self._max)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message = {**message, "headers": [*message["headers"], *SECURITY]}
        await self._send(message)

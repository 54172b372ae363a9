"""What goes wrong, told by RFC 9457 to programs and by a page to people. Nothing repeats what was sent."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as RawHTTPException
from starlette.responses import Response

from chassis import rpc
from chassis.validation import sentence
from contracts.base import Problem
from kernel.refused import Refused
from services.gateway.render import page

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
STATUS = rpc.STATUS | {
    "unavailable": 503,
    "views_outdated": 503,
    "views_newer": 503,
    "too_many_readers": 503,
    "rate_limited": 429,
    "too_large": 413,
    "address_too_long": 414,
    "headers_too_large": 431,
    "form_stale": 403,
    "withdrawn": 410,
    "no_such_page": 404,
    "no_such_step": 404,
    "method_not_allowed": 405,
    "position_unknown": 409,
    "failed": 500,
}
HTTP = {
    404: Refused("no_such_page", "没有这个页面。", remedy="请核对地址，或从首页重新查找。"),
    405: Refused("method_not_allowed", "此地址不支持这种请求方法。", remedy="请查看接口说明。"),
}
FAILED = Refused("failed", "系统出错，已经记录。", remedy="请稍后重试；如仍不成功，请联系网站主办单位。")
RETRY_SECONDS = "5"


def _unwrapped(error: Exception) -> Exception:
    """FastAPI wraps what is raised while it reads a body."""
    return error.__cause__ if isinstance(error.__cause__, Refused) else error


def status_of(error: Exception) -> int:
    """HTTP status of an error."""
    error = _unwrapped(error)
    match error:
        case Refused():
            return STATUS.get(error.code, 422)
        case HTTPException() | RawHTTPException():
            return error.status_code
        case RequestValidationError():
            return 422
        case _:
            return 500


def refused(error: Exception) -> Refused:
    """An error in words for a person."""
    error = _unwrapped(error)
    match error:
        case Refused():
            return error
        case RequestValidationError():
            return _invalid(error)
        case RawHTTPException() if error.status_code in HTTP:
            return HTTP[error.status_code]
        case RawHTTPException() if error.status_code < 500:
            return Refused("bad_request", "请求不符合要求。", remedy="请更正后重新提交。")
        case _:
            return FAILED


def _invalid(error: RequestValidationError) -> Refused:
    """Names the first field that is wrong, and never its value."""
    first: dict[str, Any] = error.errors()[0]
    where = [part for part in first["loc"] if part not in ("body", "query", "path", "header")]
    field, message = sentence(first["type"], where, first.get("ctx", {}))
    return Refused("invalid", message, field=field or None, remedy="请对照接口说明更正后重新提交。")


def problem(error: Exception) -> Response:
    """An error as problem details."""
    said, status = refused(error), status_of(error)
    body = rpc.problem(said).model_copy(update={"status": status})
    return JSONResponse(body.model_dump(exclude_none=True), status, _headers(error, status), MEDIA_TYPE)


def _headers(error: Exception, status: int) -> dict[str, str]:
    headers = dict(getattr(error, "headers", None) or {})
    headers["Cache-Control"] = "no-store"
    if status in (429, 503):
        headers["Retry-After"] = RETRY_SECONDS if status == 503 else "60"
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def answer(request: Request, error: Exception) -> Response:
    """Problem details under `/api/`, a page elsewhere."""
    if request.url.path.startswith("/api/"):
        return problem(error)
    said, status = refused(error), status_of(error)
    return page(
        request, "problem.html", status=status, headers=_headers(error, status), problem=said, phrase=_phrase(status)
    )


def _phrase(status: int) -> str:
    known = {401: "需要登录", 403: "无权访问", 404: "没有找到", 410: "已经撤下", 413: "内容过大", 429: "请求过于频繁",
             500: "系统出错", 503: "暂时不可用"}  # fmt: skip
    return known.get(status) or ("请求有误" if status < 500 else HTTPStatus(status).phrase)


def install(app: FastAPI) -> None:
    """Every error of the application is answered here."""

    async def handle(request: Request, error: Exception) -> Response:
        return answer(request, error)

    for kind in (Refused, RequestValidationError, RawHTTPException):
        app.add_exception_handler(kind, handle)


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "请求未被接受：原因和解决办法（RFC 9457）。"},
    422: {"model": Problem, "description": "内容不符合要求：指出字段，不重复所填的值。"},
    "5XX": {"model": Problem, "description": "服务暂时不可用。"},
}

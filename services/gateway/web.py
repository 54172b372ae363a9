"""The web application: routes, errors, limits, joined."""

import json
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig
from starlette.responses import Response
from starlette.types import Scope

from services.gateway import described, problems
from services.gateway.api import answers as api_answers
from services.gateway.api import applicants as api_applicants
from services.gateway.api import cases as api_cases
from services.gateway.api import catalogues as api_catalogues
from services.gateway.api import decisions as api_decisions
from services.gateway.api import downloads as api_downloads
from services.gateway.api import events as api_events
from services.gateway.api import files as api_files
from services.gateway.api import gazette as api_gazette
from services.gateway.api import offices as api_offices
from services.gateway.api import open311
from services.gateway.api import public as api_public
from services.gateway.api import reports as api_reports
from services.gateway.api import staff as api_staff
from services.gateway.edge import Edge
from services.gateway.pages import (
    annual,
    answers,
    applicants,
    cases,
    catalogues,
    decisions,
    draws,
    gazette,
    guide,
    machine,
    notices,
    public,
    questions,
    reports,
    staff,
    state,
    steps,
)
from services.gateway.render import STATIC
from services.gateway.service import Gateway

OPENAPI = "/api/v1/openapi.json"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
INTERFACES = (
    api_public,
    api_downloads,
    api_catalogues,
    api_gazette,
    api_files,
    api_decisions,
    api_answers,
    api_cases,
    api_applicants,
    api_events,
    api_staff,
    api_offices,
    api_reports,
    open311,
)
PAGES = (
    public,
    questions,
    catalogues,
    draws,
    gazette,
    guide,
    notices,
    decisions,
    answers,
    cases,
    applicants,
    staff,
    steps,
    state,
    annual,
    reports,
    machine,
)
NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own spans carry address and query: numbers of records, and what citizens search for. Ours: `tracing`."""
DESCRIPTION = """政务公开平台的公开接口。

- 任何人都可检索和读取已公开的信息、提交和查询自己的申请与诉求；工作人员接口须在 `Authorization: Bearer` 中带身份凭证。
- 出错时返回 RFC 9457 问题说明（`application/problem+json`）：`detail` 说明原因，`remedy` 说明怎么办，`field` 指出字段。
- 工作人员的每一项操作都有一个地址 `POST /api/v1/commands/{服务}/{操作}`，查询是 `/api/v1/queries/{服务}/{查询}`；
  办理人、单位和角色取自凭证，业务规则由办理的服务判断；`If-Match` 可防止覆盖他人的变动。
- 提交类接口接受 `Idempotency-Key`：同一个键、同一内容重复提交只办理一次，返回同样的结果。
- 查询码只出现在请求体中，不会出现在地址里。
"""


def web(gateway: Gateway) -> FastAPI:
    """The application, to be served by an ASGI server."""
    app = FastAPI(
        title=gateway.site.name,
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry=NO_TELEMETRY,
    )
    app.state.gateway = gateway
    for module in INTERFACES + PAGES:
        app.include_router(module.routes)
    app.mount("/static", Kept(directory=STATIC), name="static")
    problems.install(app)
    app.add_middleware(Edge)
    written = cache(lambda: json.dumps(_openapi(app), ensure_ascii=False, separators=(",", ":")).encode())

    @app.get(OPENAPI, include_in_schema=False)
    async def description() -> Response:
        return Response(written(), media_type="application/json")

    return app


class Kept(StaticFiles):
    """Static files under addresses that change with their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The description of the interface; problems have their own media type."""
    made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    described.add(made)
    for path in made["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status[0] in "45":
                    response["content"] = {problems.MEDIA_TYPE: {"schema": PROBLEM}}
    return made

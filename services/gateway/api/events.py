"""The public event stream (server-sent events)."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from contracts.registry import REGISTRY
from kernel.refused import Refused
from services.gateway.asking import It
from services.gateway.events.response import EventStream
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", tags=["事件流"], route_class=Traced, responses=PROBLEM_RESPONSES)
TYPES = frozenset(kind.type() for kind in REGISTRY.public_events())
DIGITS = r"^\d{1,15}$"
DESCRIPTION = """公开事件流（`text/event-stream`）。

- 每个事件有 `id`（事件流中的序号）、`event`（类型）、`data`（CloudEvents 1.0 的 JSON）。
- 断线后带上 `Last-Event-ID` 重新连接，从断点继续，不漏不重；浏览器的 EventSource 会自动这样做。
- `since=0` 从第一个事件读起；`since=N` 读序号大于 N 的事件；都不给则只读新事件。
- 每 15 秒有一行注释作为心跳。接收过慢的连接会被断开，重连即可继续。
"""


@routes.get(
    "/events",
    status_code=200,
    summary="公开事件流",
    description=DESCRIPTION,
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(
    it: It,
    since: Annotated[int | None, Query(ge=0, le=10**15, description="从这一序号之后读起")] = None,
    type: Annotated[list[str] | None, Query(max_length=20, description="只读这些类型，可重复")] = None,
    last_event_id: Annotated[str | None, Header(pattern=DIGITS, description="最后收到的事件序号")] = None,
) -> Response:
    wanted = frozenset(type or ())
    if not wanted <= TYPES:
        known = "、".join(sorted(TYPES))
        raise Refused("unknown_type", "没有这种公开事件。", field="type", remedy=f"可用的类型：{known}")
    it.tail.refuse_when_full()
    after = await it.tail.position(int(last_event_id) if last_event_id else since)
    return EventStream(it.tail.follow(after, wanted))

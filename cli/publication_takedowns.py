"""`zwgk publication taken-down`: what was taken down, by the tombstones that the streams keep."""

import json
from collections.abc import AsyncIterator
from typing import Any

from cli.options import Json
from cli.session import Session, run, show
from contracts.readmodel.answers import GetView, View
from contracts.subjects import ROOT
from contracts.titles import title
from kernel.refused import Refused

DOWN = ("withdrawn", "sealed")


def taken_down(json_: Json = False) -> None:
    """列出撤下过的信息及其现状。数据库从备份恢复、重新发布之后，须逐件核对。例：zwgk publication taken-down"""

    async def work(session: Session) -> list[dict[str, Any]]:
        newest: dict[str, dict[str, Any]] = {}
        async for row in _tombstones(session):
            newest[row["id"]] = row
        return [row | {"now": await _now(session, row)} for row in newest.values()]

    columns = [("id", "编号"), ("kind", "类别"), ("at", "最近记录"), ("now", "现状")]
    show(run(work), json_=json_, columns=columns)


async def _tombstones(session: Session) -> AsyncIterator[dict[str, Any]]:
    """Those that the offices were told, the oldest first."""
    from nats.js.errors import NotFoundError  # the bus is slow to import

    from chassis.streams import EVENTS

    js, seq = (await session.client("operator")).jetstream(timeout=10), 0
    subject = f"{ROOT}.*.evt.internal.publication.*.withdrawn.v1.*"
    while True:
        try:
            message = await js.get_msg(EVENTS, seq=seq + 1, subject=subject, next=True)
        except NotFoundError:
            return
        seq = int(message.seq or 0)
        kind = f"publication.{str(message.subject).split('.')[5]}"
        id = json.loads(message.data or b"{}")["record"]["id"]
        yield {"id": id, "type": kind, "kind": title(kind), "at": (message.headers or {}).get("ce-time", "")}


async def _now(session: Session, row: dict[str, Any]) -> str:
    try:
        view: View = await session.ask(GetView(type=row["type"], id=row["id"]), View)
    except Refused as refused:
        return refused.message
    return "已撤下" if view.record.get("state") in DOWN else "又在公开或办理中，须重新撤下"

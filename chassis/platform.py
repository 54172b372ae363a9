"""What every service answers: parked messages and the retelling of its records (`contracts.platform`)."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from chassis.actors import Cause
from chassis.cases import present_epoch
from chassis.outbox import outgoing
from chassis.settle import Unreadable
from contracts.base import Command, Query, Reply
from contracts.platform import (
    Outcome,
    ParkedContent,
    Republish,
    RetryParked,
    ServiceRecords,
    ShowParked,
)
from contracts.registry import REGISTRY
from kernel.refused import Refused

if TYPE_CHECKING:
    from chassis.runtime import App


def handlers(app: "App[Any]") -> dict[type[Command] | type[Query], Callable[[Any, Cause], Awaitable[Reply]]]:
    """Handlers of the commands that every service answers."""

    async def show(command: ShowParked, cause: Cause) -> ParkedContent:
        audit = {"paper": f"parked:{command.parked.durable}", "by": cause.actor.as_fact(), "purpose": command.purpose}
        await app.runtime.collection("papers_audit").insert_one({**audit, "at": cause.now})
        return ParkedContent(payload=app.runtime.parking.open(command.parked).decode("utf-8", "replace"))

    async def retry(command: RetryParked, cause: Cause) -> Outcome:
        await _retry(app, command)
        return Outcome(count=1, detail="已重新办理。")

    async def republish(command: Republish, cause: Cause) -> Outcome:
        return Outcome(count=await _republish(app, cause), detail="已重新发布全部现行记录。")

    return {ShowParked: show, RetryParked: retry, Republish: republish}


async def _retry(app: "App[Any]", command: RetryParked) -> None:
    """Run the payload in the handler again. The handler's own memory of causes keeps it from being done twice."""
    parked = command.parked
    if parked.owner != app.name:
        raise Refused("wrong_service", "该消息不属于本服务。")
    settler = app.intake() if parked.durable.endswith("-intake") else app.events()
    failed = await settler.again(parked.subject, parked.headers, app.runtime.parking.open(parked))
    if isinstance(failed, Unreadable):
        raise Refused(failed.code, failed.reason, field=failed.field, remedy="请由来源更正后重新发送。")


async def _republish(app: "App[Any]", cause: Cause) -> int:
    """Tell every record under a new epoch: the seconds of the machine's clock, so that it always grows.

    The last event says when the retelling began: what was told before that and not again no longer exists.
    """
    epoch = present_epoch()
    told = 0
    async for document in app.runtime.collection("cases").each({}, {"kind": 1}, sort=[("_id", 1)]):
        told += await app.runtime.kinds[document["kind"]].retell(document["_id"], epoch, cause.now)
    kind = REGISTRY.services[app.name].retold
    records = ServiceRecords(id=app.name, owner=app.name, since=cause.now.isoformat())
    messages = outgoing(
        [kind(record=records)], region=app.runtime.region, case=app.name, epoch=epoch, version=1, head="", at=cause.now
    )
    (failed,) = await app.runtime.bus.tell(messages)
    if failed is not None:
        raise failed
    return told

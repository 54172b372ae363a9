"""Events as their owners would tell them, and read models on a database of their own."""

import json
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chassis.actors import Cause, service
from chassis.handlers import Heard
from chassis.outbox import Outgoing, outgoing
from chassis.store import Store
from contracts.base import Event
from contracts.hotline.terms import Matter, Ticket, TicketKind, Urgency
from contracts.hotline.tickets import TicketChanged
from contracts.platform import Retold, ServiceRecords
from contracts.publication.documents import DocumentPublished
from contracts.publication.record import Document, Metadata, PublicDocument, Text
from contracts.registry import REGISTRY
from services.readmodel.app import build
from services.readmodel.handlers import ReadModel, hear
from services.readmodel.storage import Generation, Generations
from tests.servers import MORNING, Servers

EPOCH = 1_790_000_000
READER = Cause(service("readmodel"), "test", MORNING)


def ticket(id: str, due_at: datetime | None = MORNING + timedelta(days=5), **changes: Any) -> Ticket:
    given: dict[str, Any] = {
        "id": id,
        "title": "求助 · 城市管理",
        "state": "dispatched",
        "state_label": "已派单",
        "open": True,
        "agency": "jtj",
        "opened_at": MORNING,
        "due_at": due_at,
        "emitter": "h12345",
        "source": "12345",
        "ticket_no": id,
        "revision": 1,
        "kind": TicketKind.HELP,
        "channel": "电话",
        "urgency": Urgency.NORMAL,
        "matter": Matter.ORDINARY,
        "received_at": MORNING,
    }
    return Ticket(**(given | changes))


def document(id: str, day: int = 1, title: str = "关于示例的通知", **changes: Any) -> PublicDocument:
    """A published document; `day` of November 2026."""
    metadata = {"title": title, "issuers": ("czj",), "theme": "财政/预算", "genre": "通知", "category": "其他"}
    return PublicDocument(
        id=id,
        metadata=Metadata(**(metadata | changes.pop("metadata", {}))),
        text=Text(sha256="0" * 64, bytes=6, inline=f"正文{id}"),
        published_at=MORNING.replace(day=day),
        **changes,
    )


def draft(id: str, title: str = "未公开的草稿") -> Document:
    return Document(
        id=id,
        title=title,
        state="drafted",
        state_label="起草",
        open=True,
        agency="czj",
        opened_at=MORNING,
        metadata=Metadata(title=title, issuers=("czj",)),
        text=Text(),
    )


def changed(record: Ticket) -> Event:
    return TicketChanged(record=record)


def published(record: PublicDocument) -> Event:
    return DocumentPublished(record=record)


def retold(owner: str, since: datetime) -> Retold:
    kind = REGISTRY.services[owner].retold
    return kind(record=ServiceRecords(id=owner, owner=owner, since=since.isoformat()))


def message(event: Event, version: int, *, epoch: int = EPOCH, at: datetime = MORNING) -> Outgoing:
    """The message that an outbox would hold."""
    (made,) = outgoing(
        [event], region="999901", case=event.record.id, epoch=epoch, version=version, head="0" * 64, at=at
    )
    return made


def heard(event: Event, version: int, *, epoch: int = EPOCH, at: datetime = MORNING) -> Heard:
    """An event as the read model hears it."""
    made = message(event, version, epoch=epoch, at=at)
    data = json.loads(made.body)
    return Heard(type(event).model_validate(data), data, made.headers["ce-id"], made.headers["ce-time"], version)


async def tell(servers: Servers, owner: str, messages: Iterable[Outgoing]) -> None:
    """Publish as the owner's user."""
    js = (await servers.client(owner)).jetstream(timeout=10)
    for each in messages:
        await js.publish(each.subject, each.body.encode(), stream="EVENTS", headers=dict(each.headers))


@asynccontextmanager
async def alone(servers: Servers) -> AsyncIterator[ReadModel]:
    """A read model on an empty database, to which events are handed directly."""
    app = build(servers.settings())
    store = Store(servers.mongo.url, f"t_{uuid.uuid4().hex[:12]}")
    try:
        model = replace(app.it, generations=Generations(store))
        await (await model.generations.current()).create_indexes()
        yield model
    finally:
        await store.close()
        await app.runtime.store.close()


async def views(generation: Generation) -> dict[str, dict[str, Any]]:
    """Every view without what counts its writes."""
    found = await generation.views.find({})
    for each in found:
        del each["change"], each["changed_at"]
    return {each["_id"]: each for each in found}


__all__ = [
    "EPOCH",
    "READER",
    "alone",
    "changed",
    "document",
    "draft",
    "hear",
    "heard",
    "message",
    "published",
    "retold",
    "tell",
    "ticket",
    "views",
]

"""What the public reads of decisions, meetings and ledgers, and the opinions that it gives on them."""

import asyncio
import uuid
from collections.abc import Iterable
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Personal, Record
from contracts.publication import comments as c
from contracts.publication.decision_catalogue import PublicDecisionCatalogue
from contracts.publication.decisions import PublicMatter
from contracts.publication.gazette import Compilation, GazetteIssue
from contracts.publication.ledgers import PublicLedger
from contracts.publication.meetings import PublicMeeting
from contracts.readmodel.answers import GetView, ListViews, View, ViewPage
from kernel.refused import Refused
from services.gateway import documents
from services.gateway.service import Gateway

R = TypeVar("R", bound=Record)
TYPES: dict[type[Record], str] = {
    PublicMatter: "publication.public_decision",
    PublicDecisionCatalogue: "publication.public_decision_catalogue",
    PublicMeeting: "publication.public_meeting",
    PublicLedger: "publication.public_work_ledger",
    GazetteIssue: "publication.gazette_issue",
    Compilation: "publication.compilation",
}


class Opinion(BaseModel):
    """An opinion on a draft decision or a work ledger. Name and contact may be left out."""

    model_config = ConfigDict(extra="forbid", title="公众意见")
    text: Personal[str] = Field(min_length=2, max_length=5000, description="意见内容")
    name: Personal[str] = Field(default="", max_length=100, description="姓名或者单位，可不填")
    contact: Personal[str] = Field(default="", max_length=100, description="联系方式，可不填")


class Listed(BaseModel, Generic[R]):
    """A page of public records, the newest change first."""

    total: int
    items: tuple[R, ...]
    next: str | None


async def listed(it: Gateway, kind: type[R], cursor: str | None, limit: int) -> Listed[R]:
    """Public records of one kind."""
    asked = ListViews(type=TYPES[kind], cursor=cursor, limit=limit)
    page = await it.recent(asked, ViewPage)
    items = tuple(kind.model_validate(view.record) for view in page.items)
    return Listed[kind](total=page.total, items=items, next=page.next)  # type: ignore[valid-type]


async def one(it: Gateway, kind: type[R], id: str) -> R:
    """One public record; raises `Refused`: `not_found`, or `withdrawn` for one that was taken down."""
    view = await it.ask(GetView(type=TYPES[kind], id=id), View)
    if view.record.get("withdrawn"):
        raise Refused("withdrawn", "该信息已撤下。", remedy="如需了解，请联系发布机构。")
    return kind.model_validate(view.record)


async def titles(it: Gateway, ids: Iterable[str | None]) -> dict[str, str]:
    """Titles of those documents that are public."""
    found = await asyncio.gather(*(_title(it, id) for id in dict.fromkeys(filter(None, ids))))
    return dict(filter(None, found))


async def _title(it: Gateway, id: str) -> tuple[str, str] | None:
    try:
        return id, (await documents.one(it, id)).document.metadata.title
    except Refused as error:
        if error.code in ("not_found", "withdrawn"):
            return None
        raise


async def public(it: Gateway, wanted: Iterable[tuple[type[R], str | None]]) -> dict[str, str]:
    """Titles of those records that the public may read already: only they are linked."""
    found = await asyncio.gather(*(_name(it, kind, id) for kind, id in dict.fromkeys(wanted) if id))
    return dict(filter(None, found))


async def _name(it: Gateway, kind: type[R], id: str) -> tuple[str, str] | None:
    try:
        return id, str(getattr(await one(it, kind, id), "title", id))
    except Refused as error:
        if error.code in ("not_found", "withdrawn"):
            return None
        raise


async def answers(it: Gateway, id: str, after: int = 0) -> c.PublicAnswers:
    """The published answers to opinions."""
    return await it.recent(c.GetAnswers(id=id, after=after), c.PublicAnswers)


async def give(it: Gateway, id: str, opinion: Opinion, key: str | None) -> c.CommentKept:
    """Hand an opinion in. The same key with the same content is taken once."""
    command = c.GiveComment(id=id, **dict(opinion))
    bound = it.seal.command_key(key, command.model_dump_json()) if key else str(uuid.uuid4())
    return await it.ask(command, c.CommentKept, key=bound)

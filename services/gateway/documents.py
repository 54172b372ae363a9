"""A published document with its text and what it is linked to."""

import asyncio
from dataclasses import dataclass

from contracts.publication import GetText, TextContent
from contracts.publication.record import PublicDocument, Text
from contracts.readmodel import GetView, View
from kernel.refused import Refused
from services.gateway.service import Gateway

TYPE = "publication.public_document"
MAX_LINKS = 20


@dataclass(frozen=True)
class Found:
    """A published document and when it was told."""

    document: PublicDocument
    changed_at: str


@dataclass(frozen=True)
class Link:
    """Another document, by its title."""

    id: str
    title: str


async def one(it: Gateway, id: str) -> Found:
    """A published document; raises `Refused`: `not_found`, or `withdrawn` for one that was taken down."""
    view = await it.ask(GetView(type=TYPE, id=id), View)
    document = PublicDocument.model_validate(view.record)
    if document.withdrawn:
        raise Refused("withdrawn", "该文件已撤下。", remedy="如需了解，请联系发布机构。")
    return Found(document, view.changed_at)


async def text(it: Gateway, text: Text) -> str:
    """A public text, from its record or from the publication service."""
    if text.inline is not None:
        return text.inline
    if not text.sha256:
        return ""
    return (await it.ask(GetText(sha256=text.sha256), TextContent)).text


async def links(it: Gateway, ids: tuple[str, ...]) -> list[Link]:
    """Those documents that are published, with their titles."""
    found = await asyncio.gather(*(_link(it, id) for id in ids[:MAX_LINKS]))
    return [link for link in found if link]


async def _link(it: Gateway, id: str) -> Link | None:
    try:
        return Link(id, (await one(it, id)).document.metadata.title)
    except Refused as error:
        if error.code in ("not_found", "withdrawn"):
            return None
        raise

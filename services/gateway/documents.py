"""A published document with its text and what it is linked to."""

from dataclasses import dataclass

from contracts.publication.documents import GetText, TextContent
from contracts.publication.record import Attachment, PublicDocument, Text, Version
from contracts.readmodel.answers import GetRelated, GetView, Related, View
from kernel.refused import Refused
from services.gateway.service import Gateway

TYPE = "publication.public_document"


@dataclass(frozen=True)
class Found:
    """A published document and when it was told."""

    document: PublicDocument
    changed_at: str


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


async def related(it: Gateway, id: str) -> Related:
    """Documents that explain this one, and those that it explains."""
    return await it.recent(GetRelated(id=id), Related)


def attachment(document: PublicDocument, sha256: str) -> Attachment:
    """An attachment of a published document."""
    found = next((each for each in document.attachments if each.sha256 == sha256), None)
    if found is None:
        raise Refused("not_found", "没有这个附件。", remedy="请从文件页面重新下载。")
    return found


def version(document: PublicDocument, sha256: str) -> Version:
    """A text that a correction has replaced."""
    found = next((each for each in document.versions if each.text.sha256 == sha256), None)
    if found is None:
        raise Refused("not_found", "没有这一版本。", remedy="请从文件页面重新查看。")
    return found

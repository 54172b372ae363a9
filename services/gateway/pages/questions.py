"""对解读有疑问: the form by which anyone says what a policy document leaves unclear."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.publication.record import PublicDocument
from kernel.refused import Refused
from services.gateway import columns, documents, participation
from services.gateway.api.public import DocumentId
from services.gateway.asking import SUBMITS, It
from services.gateway.forms import Form
from services.gateway.participation import Opinion
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
FIELDS = {"text": "text"}


@routes.get("/documents/{id}/question")
async def question_form(request: Request, it: It, id: DocumentId) -> Response:
    return _form(request, await _asked_about(it, id), Form())


@routes.post("/documents/{id}/question", dependencies=[SUBMITS])
async def asking(request: Request, it: It, id: DocumentId) -> Response:
    found, form = await _asked_about(it, id), await Form.read(request)
    data: dict[str, Any] = form.picked(FIELDS)
    opinion, form = form.fill(Opinion, data, FIELDS)
    if opinion is None:
        return _form(request, found, form)
    try:
        await participation.give(it, id, opinion, form.get("command_key"))
    except Refused as refused:
        return _form(request, found, form.because(refused))
    return page(request, "question_done.html", column=columns.DOCUMENTS, document=found, form=True)


def _form(request: Request, found: PublicDocument, form: Form) -> Response:
    status, column = form.status, columns.DOCUMENTS
    return page(request, "question.html", status=status, column=column, document=found, sent=form, form=True)


async def _asked_about(it: Gateway, id: str) -> PublicDocument:
    found = (await documents.one(it, id)).document
    if not open_to_questions(found):
        raise Refused("no_policy", "本件不是需要解读的政策文件。", remedy="可拨打12345热线咨询。")
    return found


def open_to_questions(document: PublicDocument) -> bool:
    """A policy document, or one that is explained."""
    said = document.metadata
    policy = said.category == "法规公文" and not said.party and not said.interprets
    return policy or bool(document.interpretation or document.explanations)

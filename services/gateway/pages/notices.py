"""公示: what is open to objection and until when, and the form by which anyone objects."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.publication.record import PublicDocument
from contracts.publication.showing import ObjectionKept, RecordObjection
from contracts.readmodel.answers import Catalogue, CataloguePage
from kernel.refused import Refused
from services.gateway import columns, documents
from services.gateway.api.cases import key_of
from services.gateway.api.public import DocumentId
from services.gateway.asking import SUBMITS, It
from services.gateway.forms import Form
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
PAGE = 20
FIELDS = {"objector": "objector", "contact": "contact", "text": "text"}
REQUIRED = {"objector": "请填写姓名或者名称。", "text": "请写明异议和理由。"}


@routes.get("/notices")
async def notices(
    request: Request,
    it: It,
    show: Literal["running", "ended"] = "running",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    found = await it.recent(Catalogue(notices=show, cursor=cursor, limit=PAGE), CataloguePage)
    return page(request, "notices.html", column=columns.NOTICES, found=found, show=show, cursor=cursor)


@routes.get("/documents/{id}/objection")
async def objection_form(request: Request, it: It, id: DocumentId) -> Response:
    return _form(request, await _running(it, id), Form())


@routes.post("/documents/{id}/objection", dependencies=[SUBMITS])
async def objecting(request: Request, it: It, id: DocumentId) -> Response:
    found, form = await _running(it, id), await Form.read(request)
    if empty := {name: said for name, said in REQUIRED.items() if not form.get(name)}:
        return _form(request, found, form.without(**empty))
    command, form = form.fill(RecordObjection, {"id": id, **form.picked(FIELDS)}, {})
    if command is None:
        return _form(request, found, form)
    try:
        kept = await it.ask(command, ObjectionKept, key=key_of(it, form.get("command_key"), command))
    except Refused as refused:
        return _form(request, found, form.because(refused))
    return page(request, "objection_done.html", column=columns.NOTICES, document=found, no=kept.no, form=True)


def _form(request: Request, found: PublicDocument, form: Form) -> Response:
    status = form.status
    return page(request, "objection.html", status=status, column=columns.NOTICES, document=found, sent=form, form=True)


async def _running(it: Gateway, id: str) -> PublicDocument:
    found = (await documents.one(it, id)).document
    if not open_to_objection(found, it.clock.now().date()):
        raise Refused("notice_ended", "本件不在公示期内。", remedy="请按文件所列的联系方式向承办单位反映。")
    return found


def open_to_objection(document: PublicDocument, today: date) -> bool:
    """Until the end of its last day a notice takes objections."""
    notice = document.notice
    return notice is not None and not notice.ended and not notice.result and today <= notice.until

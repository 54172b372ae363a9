"""Pages on which citizens apply, bring tickets and follow both."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response

from contracts import hotline, readmodel, requests
from contracts.requests.papers import AttachmentRole
from kernel.refused import Refused
from services.gateway import columns, uploads
from services.gateway.api.cases import Claim, Rated, RequestBody, Ticket, look, rate, submit, take
from services.gateway.asking import FOLLOWS, LOOKS, SUBMITS, It
from services.gateway.forms import Form
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
LEAST = 2
"""Signs of a description that can be searched for."""
OUTSIDE = frozenset({"court", "superior"})
"""Kinds of agencies in the register that are not of this government: no request can be brought to them here."""
APPLICANT = {"name": "name", "id_document": "id_document", "contact": "contact", "address": "address"}
AGENT = {
    "agent_name": "name",
    "agent_id_document": "id_document",
    "agent_contact": "contact",
    "agent_authority": "authority",
}
JOINT = tuple({f"{theirs}_{n}": theirs for theirs in APPLICANT} for n in (2, 3))
"""Joint applicants whom the form takes; more of them apply by the interface, at the counter or by post."""
ASKED_FOR = {
    "kind": "kind",
    "description": "description",
    "form": "form",
    "route": "route",
    "applicant_class": "applicant_class",
    "assistance": "assistance",
}
REQUIRED = {
    "agency": "请选择受理机构。",
    "name": "请填写姓名或者名称。",
    "id_document": "请填写身份证明。",
    "contact": "请填写联系方式。",
    "description": "请填写所需信息的名称、文号或者其他特征。",
    "form": "请选择获取信息的方式。",
}
"""条例第二十九条: what an application must contain."""
REQUEST_FIELDS = {
    "agency": "agency",
    "application.applicant_class": "applicant_class",
    **{f"application.applicants.0.{theirs}": ours for ours, theirs in APPLICANT.items()},
    **{f"application.agent.{theirs}": ours for ours, theirs in AGENT.items()},
    **{f"application.{theirs}": ours for ours, theirs in ASKED_FOR.items()},
}
LEVELS = (("5", "非常满意"), ("4", "满意"), ("3", "基本满意"), ("2", "不满意"), ("1", "非常不满意"))
"""好差评 in five levels (国办发〔2019〕51号)."""
TICKET = {"kind": "kind", "title": "title", "content": "content", "place": "place"}
TICKET_FIELDS = {"caller.name": "name", "caller.phone": "phone"}


@routes.get("/requests/new")
async def new_request(request: Request, it: It, agency: str = "") -> Response:
    return await _request_form(request, it, Form({"agency": agency[:40]}))


@routes.post("/requests/new", dependencies=[SUBMITS])
async def send_request(request: Request, it: It) -> Response:
    form = await Form.read(request)
    empty = {name: said for name, said in REQUIRED.items() if not form.get(name)}
    empty |= {
        ours: "共同申请人也应当填写姓名、身份证明和联系方式。"
        for names in JOINT
        for ours, theirs in names.items()
        if form.picked(names) and theirs in REQUIRED and not form.get(ours)
    }
    if empty:
        return await _request_form(request, it, form.without(**empty))
    body, form = form.fill(RequestBody, _application(form), REQUEST_FIELDS)
    if body is None:
        return await _request_form(request, it, form)
    try:
        done = await submit(it, body, form.get("command_key"))
    except Refused as refused:
        return await _request_form(request, it, form.because(refused))
    return page(request, "request_done.html", column=columns.REQUESTS, done=done, form=True)


@routes.post("/requests/look", dependencies=[LOOKS])
async def look_first(request: Request, it: It) -> Response:
    """What is public already, beside the form as it was filled. Whatever is found, the form can be sent (条例36(1))."""
    form = await Form.read(request)
    description = form.get("description")
    if len(description) < LEAST:
        return await _request_form(request, it, form.without(description="请先写明所需信息，再查找。"))
    return await _request_form(request, it, form, await look(it, description))


def _application(form: Form) -> dict[str, Any]:
    agent = form.picked(AGENT)
    joint = [picked for names in JOINT if (picked := form.picked(names))]
    application = {**form.picked(ASKED_FOR), "applicants": [form.picked(APPLICANT), *joint]}
    application["suggests_publication"] = form.get("suggests_publication") == "on"
    if agent:
        application["agent"] = agent
    return {"agency": form.get("agency"), "application": application}


async def _request_form(
    request: Request, it: Gateway, form: Form, public: requests.AlreadyPublicFound | None = None
) -> Response:
    found = await it.recent(readmodel.Agencies(), readmodel.AgencyList)
    return page(
        request,
        "request_new.html",
        status=422 if form.wrong or form.refused else 200,
        column=columns.REQUESTS,
        form=True,
        sent=form,
        public=public,
        agencies=[agency for agency in found.agencies if agency.kind not in OUTSIDE],
        classes=list(requests.ApplicantClass),
        kinds_of_request=list(requests.ApplicationKind),
        joint=range(2, len(JOINT) + 2),
        routes=list(requests.Route),
    )


@routes.get("/requests/follow")
async def follow_request_form(request: Request, it: It) -> Response:
    return page(request, "request_follow.html", column=columns.REQUESTS, form=True, sent=Form(), found=None)


@routes.post("/requests/follow", dependencies=[FOLLOWS])
async def follow_request(request: Request, it: It) -> Response:
    form, found = await Form.read(request), None
    claim, form = form.fill(Claim, {"number": form.get("number"), "code": form.get("code")}, {})
    if claim:
        try:
            asked = requests.Follow(number=claim.number, code=claim.code)
            found = await it.ask(asked, requests.Followed)
        except Refused as refused:
            form = form.because(refused)
    return page(request, "request_follow.html", column=columns.REQUESTS, form=True, sent=form, found=found)


@routes.post("/requests/attach", dependencies=[SUBMITS])
async def attach(request: Request, it: It) -> Response:
    """A file of the applicant's, for who holds number and code."""
    form, upload = await uploads.read(request)
    claim, form = form.fill(Claim, {"number": form.get("number"), "code": form.get("code")}, {})
    attached = ""
    if claim and upload is None:
        form = form.without(file="请选择文件。")
    elif claim and upload:
        role: AttachmentRole = "委托书" if form.get("role") == "委托书" else "申请材料"
        try:
            await uploads.pass_on(it, claim.number, claim.code, role, upload)
            attached = upload.name
        except ValidationError:
            form = form.without(file="文件过大或者类型不符。附件不超过5 MiB。")
        except Refused as refused:
            form = form.because(refused)
    status = 200 if attached else 422
    return page(
        request, "request_attach.html", status=status, column=columns.REQUESTS, form=True, sent=form, attached=attached
    )


async def _agency(it: Gateway, code: str) -> str:
    """Name of an agency, or its code where the register does not know it."""
    found = await it.recent(readmodel.Agencies(), readmodel.AgencyList)
    return next((agency.name for agency in found.agencies if agency.code == code), code)


@routes.get("/tickets/new")
async def new_ticket(request: Request, it: It) -> Response:
    return _ticket_form(request, Form())


@routes.post("/tickets/new", dependencies=[SUBMITS])
async def send_ticket(request: Request, it: It) -> Response:
    form = await Form.read(request)
    caller = form.picked({"name": "name", "phone": "phone"}) | {"wants_secrecy": form.get("wants_secrecy") == "on"}
    body, form = form.fill(Ticket, {**form.picked(TICKET), "caller": caller}, TICKET_FIELDS)
    if body is None:
        return _ticket_form(request, form)
    try:
        done = await take(it, body, form.get("command_key"))
    except Refused as refused:
        return _ticket_form(request, form.because(refused))
    return page(request, "ticket_done.html", column=columns.TICKETS, done=done, form=True)


def _ticket_form(request: Request, form: Form) -> Response:
    return page(
        request,
        "ticket_new.html",
        status=422 if form.wrong or form.refused else 200,
        column=columns.TICKETS,
        form=True,
        sent=form,
        kinds=list(hotline.TicketKind),
    )


@routes.get("/tickets/follow")
async def follow_ticket_form(request: Request, it: It) -> Response:
    return page(request, "ticket_follow.html", column=columns.TICKETS, form=True, sent=Form(), found=None)


@routes.post("/tickets/follow", dependencies=[FOLLOWS])
async def follow_ticket(request: Request, it: It) -> Response:
    return await _followed(request, it, await Form.read(request))


@routes.post("/tickets/rate", dependencies=[FOLLOWS])
async def rate_ticket(request: Request, it: It) -> Response:
    """Rates the reply, and shows the ticket as it stands then."""
    form = await Form.read(request)
    body, form = form.fill(Rated, {name: form.get(name) for name in Rated.model_fields}, {})
    if body:
        try:
            await rate(it, body, form.get("command_key"))
        except Refused as refused:
            form = form.because(refused)
    return await _followed(request, it, form)


async def _followed(request: Request, it: Gateway, form: Form) -> Response:
    found, agency = None, ""
    claim, form = form.fill(Claim, {"number": form.get("number"), "code": form.get("code")}, {})
    if claim:
        try:
            asked = hotline.FollowTicket(number=claim.number, code=claim.code)
            found = await it.ask(asked, hotline.Following)
            agency = await _agency(it, found.agency) if found.agency else ""
        except Refused as refused:
            form = form.because(refused)
    return page(
        request,
        "ticket_follow.html",
        column=columns.TICKETS,
        form=True,
        sent=form,
        found=found,
        agency=agency,
        levels=LEVELS,
    )

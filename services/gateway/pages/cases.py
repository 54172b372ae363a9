"""Pages on which citizens apply, bring tickets and follow both."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from contracts.hotline.reading import Following, FollowTicket
from contracts.hotline.terms import TicketKind
from contracts.requests.work import AlreadyPublicFound
from kernel.refused import Refused
from services.gateway import agencies, applications, columns
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
    empty = applications.lacking(form, agency=True)
    if empty:
        return await _request_form(request, it, form.without(**empty))
    body, form = form.fill(
        RequestBody,
        {"agency": form.get("agency"), "application": applications.written(form)},
        applications.FIELDS,
    )
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


async def _request_form(
    request: Request, it: Gateway, form: Form, public: AlreadyPublicFound | None = None
) -> Response:
    known = await agencies.known(it)
    return page(
        request,
        "request_new.html",
        status=form.status,
        column=columns.REQUESTS,
        form=True,
        sent=form,
        public=public,
        agencies=[agency for agency in known if agency.kind not in OUTSIDE],
        **applications.choices(),
    )


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
        status=form.status,
        column=columns.TICKETS,
        form=True,
        sent=form,
        kinds=list(TicketKind),
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
            asked = FollowTicket(number=claim.number, code=claim.code)
            found = await it.ask(asked, Following)
            agency = (await agencies.names(it)).get(found.agency, found.agency)
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

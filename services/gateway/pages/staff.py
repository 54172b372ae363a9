"""Pages for signed-in staff: sign in, desk."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from contracts.readmodel.answers import Desk, DeskPage
from contracts.titles import TITLES
from kernel.refused import Refused
from services.gateway import agencies
from services.gateway.asking import SIGNS_IN, It
from services.gateway.forms import Form
from services.gateway.render import page
from services.gateway.session import opened, session, sign_in, sign_out
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
SEE_OTHER = 303
DESK = 50
"""Items of each part of the desk; the most urgent first."""


@routes.get("/sign-in")
async def sign_in_form(request: Request, it: It) -> Response:
    if session(request):
        return RedirectResponse("/desk", SEE_OTHER)
    return page(request, "sign_in.html", form=True, sent=Form())


@routes.post("/sign-in", dependencies=[SIGNS_IN])
async def signing_in(request: Request, it: It) -> Response:
    form = await Form.read(request)
    try:
        held = opened(it, "".join(form.get("token").split()))
    except Refused as refused:
        return page(request, "sign_in.html", status=401, form=True, sent=Form(refused=refused))
    response = RedirectResponse("/desk", SEE_OTHER)
    sign_in(request, response, held.token)
    return response


@routes.post("/sign-out")
async def signing_out(request: Request, it: It) -> Response:
    await Form.read(request)
    response = RedirectResponse("/", SEE_OTHER)
    sign_out(response)
    return response


@routes.get("/desk")
async def desk(
    request: Request,
    it: It,
    agency: Annotated[str | None, Query(max_length=40)] = None,
    working_days: Annotated[int, Query(ge=1, le=60)] = 10,
    type: Annotated[str | None, Query(max_length=80)] = None,
    waits_for: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    person = session(request)
    if person is None:
        return RedirectResponse("/sign-in", SEE_OTHER)
    chosen = person.actor.agency if agency is None else agency
    asked = Desk(
        agency=chosen or None, type=type or None, waits_for=waits_for or None, working_days=working_days, limit=DESK
    )
    found = await it.ask(asked, DeskPage, token=person.token)
    known = await agencies.known(it)
    return page(
        request,
        "desk.html",
        form=True,
        found=found,
        agencies=known,
        chosen=chosen,
        working_days=working_days,
        type=type or "",
        waits_for=waits_for or "",
        types=TITLES,
        now=it.clock.now(),
    )

"""How current the pages are: the lag of each view, for staff."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from contracts.readmodel.running import Lag, LagState
from contracts.titles import TITLES
from services.gateway.asking import It
from services.gateway.pages.staff import SEE_OTHER
from services.gateway.render import page
from services.gateway.session import session
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)


@routes.get("/desk/state")
async def state(request: Request, it: It) -> Response:
    person = session(request)
    if person is None:
        return RedirectResponse("/sign-in", SEE_OTHER)
    found = await it.ask(Lag(), LagState, token=person.token)
    return page(request, "state.html", form=True, found=found, types=TITLES)

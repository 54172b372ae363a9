"""Commands and queries of people in offices: one address for each that the registry knows (`described` lists them)."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response

from contracts.base import Reply
from services.gateway import offices
from services.gateway.asking import It, Key, Staff
from services.gateway.problems import PROBLEM_RESPONSES
from services.gateway.session import Session
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/api/v1", include_in_schema=False, route_class=Traced, responses=PROBLEM_RESPONSES)
Wait = Annotated[str | None, Header(alias="Prefer", max_length=200)]
Match = Annotated[str | None, Header(alias="If-Match", max_length=80)]


@routes.post("/commands/{service}/{verb}")
async def command(
    request: Request, it: It, person: Staff, service: str, verb: str, key: Key, match: Match = None, wait: Wait = None
) -> Response:
    it.rates.act.take(_of(person))
    kind = offices.named(offices.COMMANDS, service, verb, person)
    given = offices.read(kind, await request.body())
    expects = offices.version(match)
    return _answer(await offices.send(it, person, given, key=key, expects=expects, wait=offices.seconds(wait)))


@routes.get("/queries/{service}/{name}")
@routes.post("/queries/{service}/{name}")
async def query(request: Request, it: It, person: Staff, service: str, name: str, wait: Wait = None) -> Response:
    it.rates.ask.take(_of(person))
    kind = offices.named(offices.QUERIES, service, name, person)
    if request.method == "GET":
        asked = offices.asked_by_address(kind, request.query_params.multi_items())
    else:
        asked = offices.read(kind, await request.body())
    return _answer(await it.ask(asked, kind.answered_by, token=person.token, timeout=offices.seconds(wait)))


def _of(person: Session) -> str:
    """Whose bucket it is: an office shares one address."""
    return f"person:{person.actor.id}"


def _answer(reply: Reply) -> Response:
    headers = {"Cache-Control": "no-store"}
    if isinstance(version := getattr(reply, "version", None), int):
        headers["ETag"] = f'"{version}"'
    return Response(reply.model_dump_json(), headers=headers, media_type="application/json")

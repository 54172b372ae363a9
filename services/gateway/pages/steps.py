"""A record on the desk, and the forms by which a signed-in person takes the next step on it."""

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi import Query as Parameter
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from contracts.base import ID_PATTERN, Command, Query
from contracts.publication.documents import DocumentFile, GetDocument, GetText, TextContent
from contracts.readmodel.answers import GetView, View
from contracts.titles import TITLES
from kernel.refused import Refused
from services.gateway import agencies, inputs, offices, steps, whole
from services.gateway.api.staff import TypeName
from services.gateway.asking import It
from services.gateway.forms import Form
from services.gateway.labels import rows, told
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.session import Session, required
from services.gateway.tracing import Traced

routes = APIRouter(prefix="/desk/records", include_in_schema=False, route_class=Traced)
Id = Annotated[str, Path(pattern=ID_PATTERN)]
Number = Annotated[str | None, Parameter(pattern=ID_PATTERN)]
SEE_OTHER = 303


@routes.get("/{type}/{id}")
async def record(
    request: Request,
    it: It,
    type: TypeName,
    id: Id,
    done: Annotated[str | None, Parameter(max_length=60)] = None,
    made: Number = None,
    version: Annotated[int | None, Parameter(ge=0)] = None,
) -> Response:
    """The record, and what may be done now. `done` is the step that has just been taken, `made` what it has begun."""
    person = required(request)
    asked = GetView(type=type, id=id, wait_version=version)
    found = await it.ask(asked, View, token=person.token)
    file = await _file(it, person, type, id)
    return page(
        request,
        "record.html",
        form=True,
        found=found,
        heading=_heading(id, found),
        id=id,
        type=type,
        types=TITLES,
        rows=list(whole.lines(file).items()) if file else rows(type, found.record, await agencies.names(it)),
        file=file,
        offered=steps.offered(type, found.record, person.actor.roles),
        taken=steps.one(type, done) if done else None,
        made=made,
        text=await _text(it, person, type, found),
    )


def _heading(id: str, found: View) -> str:
    """What the record is about; documents say it among their metadata."""
    metadata = found.record.get("metadata") or {}
    return str(found.record.get("title") or metadata.get("title") or id)


async def _file(it: Gateway, person: Session, type: str, id: str) -> DocumentFile | None:
    """All of a document: who approves or reviews it sees its fields, what was found in it, and who signed."""
    if type != "publication.document":
        return None
    try:
        return await it.ask(GetDocument(id=id), DocumentFile, token=person.token)
    except Refused:
        return None


async def _text(it: Gateway, person: Session, type: str, found: View) -> str:
    """The text of a document on its way: who approves it reads it."""
    kept = found.record.get("text")
    if type != "publication.document" or not isinstance(kept, dict) or "sha256" not in kept:
        return ""
    try:
        asked = GetText(sha256=kept["sha256"])
        return (await it.ask(asked, TextContent, token=person.token)).text
    except Refused:
        return ""


@routes.get("/{type}/{id}/{step}")
async def step_form(request: Request, it: It, type: TypeName, id: Id, step: str) -> Response:
    person = required(request)
    found = await it.ask(GetView(type=type, id=id), View, token=person.token)
    chosen = _offered(type, step, person)
    begun = {"text": await _text(it, person, type, found)} if step == "revise" else {}
    return _form(request, type, id, found, chosen, Form(begun))


@routes.post("/{type}/{id}/{step}")
async def take_step(request: Request, it: It, type: TypeName, id: Id, step: str) -> Response:
    """Take a step. The version that the person has seen goes along: nobody decides on what has changed since."""
    person = required(request)
    form = await Form.read(request)
    chosen = _offered(type, step, person)
    it.rates.act.take(f"person:{person.actor.id}")
    found = await it.ask(GetView(type=type, id=id), View, token=person.token)
    naming = chosen.naming(id, found.record)
    given = naming | inputs.filled(form, inputs.inputs(chosen.kind, naming))
    if chosen.reads and "purpose" in chosen.kind.model_fields and not form.get("purpose"):
        return _form(request, type, id, found, chosen, form.without(purpose="请写明查阅事由。"))
    body, form = form.fill(chosen.kind, given, {})
    if body is None:
        return _form(request, type, id, found, chosen, form)
    try:
        if isinstance(body, Query):
            return _form(request, type, id, found, chosen, form, await _read(it, person, body))
        return await _taken(it, person, type, id, body, form)
    except Refused as refused:
        return _form(request, type, id, found, chosen, form.because(refused))


def _offered(type: str, step: str, person: Session) -> steps.Offered:
    chosen = steps.one(type, step)
    if chosen is None:
        raise Refused("no_such_step", "这类事项没有这项操作。", remedy="请从办理台重新打开。")
    offices.allow(chosen.kind, person)
    return chosen


async def _read(it: Gateway, person: Session, query: Query) -> list[tuple[str, str]]:
    """Papers of the record; who reads them and why its service keeps."""
    reply = await it.ask(query, query.answered_by, token=person.token)
    return told(reply, await agencies.names(it))


async def _taken(it: Gateway, person: Session, type: str, id: str, command: Command, form: Form) -> Response:
    seen = form.get("version")
    named = id in (getattr(command, "id", None), getattr(command, "number", None))
    expects = int(seen) if named and seen.isdecimal() else None
    reply = await offices.send(it, person, command, key=form.get("command_key") or None, expects=expects)
    other = getattr(reply, "id", id)
    told = f"version={getattr(reply, 'version', 0)}" if other == id else f"made={quote(other)}"
    return RedirectResponse(f"/desk/records/{type}/{id}?done={command.verb}&{told}", SEE_OTHER)


def _form(
    request: Request,
    type: str,
    id: str,
    found: View,
    chosen: steps.Offered,
    form: Form,
    read: Sequence[tuple[str, str]] = (),
) -> Response:
    wanted = inputs.inputs(chosen.kind, chosen.naming(id, found.record))
    return page(
        request,
        "step.html",
        status=form.status,
        form=True,
        sent=form,
        found=found,
        id=id,
        type=type,
        types=TITLES,
        step=chosen,
        read=read,
        heading=_heading(id, found),
        groups=[(group, list(each)) for group, each in groupby(wanted, lambda each: each.group)],
        names={each.name: f"{each.group} {each.label}".strip() for each in wanted},
    )

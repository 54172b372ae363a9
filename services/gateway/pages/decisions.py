"""Pages of decisions, meetings and work ledgers, with the form for opinions."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts import publication as c
from contracts import readmodel
from kernel.refused import Refused
from services.gateway import columns, participation
from services.gateway.api.decisions import After, Id
from services.gateway.asking import SUBMITS, It
from services.gateway.columns import Column
from services.gateway.forms import Form
from services.gateway.participation import Opinion
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
PAGE = 20
Cursor = Annotated[str | None, Query(max_length=200)]
FIELDS = {"text": "text", "name": "name", "contact": "contact"}


async def _names(it: Gateway) -> dict[str, str]:
    """Names of agencies by code."""
    found = await it.recent(readmodel.Agencies(), readmodel.AgencyList)
    return {agency.code: agency.name for agency in found.agencies}


@routes.get("/decisions")
async def decisions(request: Request, it: It, cursor: Cursor = None) -> Response:
    return page(
        request,
        "decisions.html",
        column=columns.DECISIONS,
        found=await participation.listed(it, c.PublicMatter, cursor, PAGE),
        catalogues=(await participation.listed(it, c.PublicDecisionCatalogue, None, PAGE)).items,
        cursor=cursor,
        names=await _names(it),
    )


@routes.get("/decisions/catalogues/{id}")
async def catalogue(request: Request, it: It, id: Id) -> Response:
    found = await participation.one(it, c.PublicDecisionCatalogue, id)
    names = await _names(it)
    return page(request, "decision_catalogue.html", column=columns.DECISIONS, found=found, names=names)


@routes.get("/decisions/{id}")
async def decision(request: Request, it: It, id: Id, after: After = 0) -> Response:
    return await _decision(request, it, id, Form(), after)


@routes.post("/decisions/{id}", dependencies=[SUBMITS])
async def comment_on_decision(request: Request, it: It, id: Id) -> Response:
    form, done = await _given(request, it, id)
    if done is None:
        return await _decision(request, it, id, form)
    return _done(request, columns.DECISIONS, done, f"/decisions/{id}")


async def _decision(request: Request, it: Gateway, id: str, form: Form, after: int = 0) -> Response:
    found = await participation.one(it, c.PublicMatter, id)
    decided = found.decided.document if found.decided else None
    texts = (found.draft, decided, *(each.document for each in found.evaluations))
    return page(
        request,
        "decision.html",
        status=form.status,
        column=columns.DECISIONS,
        form=True,
        sent=form,
        found=found,
        taken=found.stage is c.DecisionStage.CONSULTING,
        address=f"/decisions/{id}",
        links=await participation.titles(it, texts),
        answers=await participation.answers(it, id, after),
        names=await _names(it),
    )


@routes.get("/meetings")
async def meetings(request: Request, it: It, cursor: Cursor = None) -> Response:
    year = it.clock.now().year
    return page(
        request,
        "meetings.html",
        column=columns.MEETINGS,
        found=await participation.listed(it, c.PublicMeeting, cursor, PAGE),
        counts=await it.recent(c.GetMeetingCounts(year=year), c.MeetingCounts),
        cursor=cursor,
        names=await _names(it),
    )


@routes.get("/meetings/{id}")
async def meeting(request: Request, it: It, id: Id) -> Response:
    found = await participation.one(it, c.PublicMeeting, id)
    return page(request, "meeting.html", column=columns.MEETINGS, found=found, names=await _names(it))


@routes.get("/ledgers")
async def ledgers(request: Request, it: It, cursor: Cursor = None) -> Response:
    found = await participation.listed(it, c.PublicLedger, cursor, PAGE)
    names = await _names(it)
    return page(request, "ledgers.html", column=columns.LEDGERS, found=found, cursor=cursor, names=names)


@routes.get("/ledgers/{id}")
async def ledger(request: Request, it: It, id: Id, after: After = 0) -> Response:
    return await _ledger(request, it, id, Form(), after)


@routes.post("/ledgers/{id}", dependencies=[SUBMITS])
async def comment_on_ledger(request: Request, it: It, id: Id) -> Response:
    form, done = await _given(request, it, id)
    if done is None:
        return await _ledger(request, it, id, form)
    return _done(request, columns.LEDGERS, done, f"/ledgers/{id}")


async def _ledger(request: Request, it: Gateway, id: str, form: Form, after: int = 0) -> Response:
    found = await participation.one(it, c.PublicLedger, id)
    return page(
        request,
        "ledger.html",
        status=form.status,
        column=columns.LEDGERS,
        form=True,
        sent=form,
        found=found,
        taken=found.stage is c.LedgerStage.RUNNING,
        address=f"/ledgers/{id}",
        answers=await participation.answers(it, id, after),
        names=await _names(it),
    )


async def _given(request: Request, it: Gateway, id: str) -> tuple[Form, c.CommentKept | None]:
    """The form as it was sent, and what became of it; none where something is wrong with it."""
    form = await Form.read(request)
    data: dict[str, Any] = form.picked(FIELDS)
    opinion, form = form.fill(Opinion, data, FIELDS)
    if opinion is None:
        return form, None
    try:
        return form, await participation.give(it, id, opinion, form.get("command_key"))
    except Refused as refused:
        return form.because(refused), None


def _done(request: Request, column: Column, done: c.CommentKept, address: str) -> Response:
    return page(request, "comment_done.html", column=column, done=done, address=address, form=True)

"""Pages of decisions, meetings and work ledgers, with the form for opinions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from contracts.base import Record
from contracts.publication import decisions as c
from contracts.publication.decision_catalogue import PublicDecisionCatalogue
from contracts.publication.ledgers import LedgerStage, PublicLedger
from contracts.publication.meetings import GetMeetingCounts, MeetingCounts, PublicMeeting
from kernel.clock import CST
from kernel.refused import Refused
from services.gateway import agencies, columns, participation
from services.gateway.api.decisions import After, Id
from services.gateway.asking import SUBMITS, It
from services.gateway.columns import Column
from services.gateway.forms import Form
from services.gateway.labels import GROUNDS
from services.gateway.participation import Opinion
from services.gateway.render import page
from services.gateway.service import Gateway
from services.gateway.tracing import Traced

routes = APIRouter(include_in_schema=False, route_class=Traced)
R = TypeVar("R", bound=Record)
PAGE = 20
Cursor = Annotated[str | None, Query(max_length=200)]
FIELDS = {"text": "text", "name": "name", "contact": "contact"}


@routes.get("/decisions")
async def decisions(request: Request, it: It, cursor: Cursor = None) -> Response:
    return page(
        request,
        "decisions.html",
        column=columns.DECISIONS,
        found=await participation.listed(it, c.PublicMatter, cursor, PAGE),
        catalogues=(await participation.listed(it, PublicDecisionCatalogue, None, PAGE)).items,
        cursor=cursor,
        names=await agencies.names(it),
    )


@routes.get("/decisions/catalogues/{id}")
async def catalogue(request: Request, it: It, id: Id) -> Response:
    found = await participation.one(it, PublicDecisionCatalogue, id)
    links = await participation.public(it, [(c.PublicMatter, each.matter) for each in found.entries])
    names = await agencies.names(it)
    return page(request, "decision_catalogue.html", column=columns.DECISIONS, found=found, links=links, names=names)


@routes.get("/meetings")
async def meetings(request: Request, it: It, cursor: Cursor = None) -> Response:
    year = it.clock.now().year
    return page(
        request,
        "meetings.html",
        column=columns.MEETINGS,
        found=await participation.listed(it, PublicMeeting, cursor, PAGE),
        counts=await it.recent(GetMeetingCounts(year=year), MeetingCounts),
        cursor=cursor,
        names=await agencies.names(it),
    )


@routes.get("/meetings/{id}")
async def meeting(request: Request, it: It, id: Id) -> Response:
    found = await participation.one(it, PublicMeeting, id)
    return page(
        request,
        "meeting.html",
        column=columns.MEETINGS,
        found=found,
        links=await participation.public(it, [(c.PublicMatter, item.matter) for item in found.items]),
        names=await agencies.names(it),
        grounds=GROUNDS,
    )


@routes.get("/ledgers")
async def ledgers(request: Request, it: It, cursor: Cursor = None) -> Response:
    found = await participation.listed(it, PublicLedger, cursor, PAGE)
    names = await agencies.names(it)
    return page(request, "ledgers.html", column=columns.LEDGERS, found=found, cursor=cursor, names=names)


@dataclass(frozen=True)
class Open(Generic[R]):
    """A kind of records on which the public gives opinions: where it is shown, while what it is open, which documents
    and which other records it links."""

    kind: type[R]
    path: str
    template: str
    column: Column
    taken: Callable[[R], bool]
    texts: Callable[[R], Sequence[str | None]]
    others: Callable[[R], Sequence[tuple[type[Record], str | None]]]

    async def page(self, request: Request, it: Gateway, id: str, form: Form, after: int = 0) -> Response:
        found = await participation.one(it, self.kind, id)
        return page(
            request,
            self.template,
            status=form.status,
            column=self.column,
            form=True,
            sent=form,
            found=found,
            taken=self.taken(found),
            today=it.clock.now().astimezone(CST).date(),
            address=f"{self.path}/{id}",
            links=await participation.titles(it, self.texts(found))
            | await participation.public(it, self.others(found)),
            answers=await participation.answers(it, id, after),
            names=await agencies.names(it),
        )

    async def give(self, request: Request, it: Gateway, id: str) -> Response:
        """Take an opinion in from the form; what is wrong with it is said beside it."""
        form = await Form.read(request)
        data: dict[str, Any] = form.picked(FIELDS)
        opinion, form = form.fill(Opinion, data, FIELDS)
        if opinion is None:
            return await self.page(request, it, id, form)
        try:
            done = await participation.give(it, id, opinion, form.get("command_key"))
        except Refused as refused:
            return await self.page(request, it, id, form.because(refused))
        address = f"{self.path}/{id}"
        return page(request, "comment_done.html", column=self.column, done=done, address=address, form=True)


def _texts(found: c.PublicMatter) -> Sequence[str | None]:
    decided = found.decided.document if found.decided else None
    return (found.draft, decided, *(each.document for each in found.evaluations))


def _others(found: c.PublicMatter) -> Sequence[tuple[type[Record], str | None]]:
    return ((PublicLedger, found.ledger), *((PublicMeeting, each.meeting) for each in found.discussions))


def _sources(found: PublicLedger) -> Sequence[tuple[type[Record], str | None]]:
    return ((c.PublicMatter, found.plan.source.matter), (PublicMeeting, found.plan.source.meeting))


def _open_for_opinions(open_: Open[Any]) -> None:
    @routes.get(f"{open_.path}/{{id}}")
    async def shown(request: Request, it: It, id: Id, after: After = 0) -> Response:
        return await open_.page(request, it, id, Form(), after)

    @routes.post(f"{open_.path}/{{id}}", dependencies=[SUBMITS])
    async def comment(request: Request, it: It, id: Id) -> Response:
        return await open_.give(request, it, id)


_open_for_opinions(
    Open(
        c.PublicMatter,
        "/decisions",
        "decision.html",
        columns.DECISIONS,
        lambda found: found.stage is c.DecisionStage.CONSULTING,
        _texts,
        _others,
    )
)
_open_for_opinions(
    Open(
        PublicLedger,
        "/ledgers",
        "ledger.html",
        columns.LEDGERS,
        lambda found: found.stage is LedgerStage.RUNNING,
        lambda found: (found.plan.source.document,),
        _sources,
    )
)

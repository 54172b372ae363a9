"""What the read model reacts to: every event, and the questions of all others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.actors import Cause
from chassis.calendars import Calendars
from chassis.clock import Clock
from chassis.handlers import Handlers, Heard
from contracts.base import STAFF, Audience, Role
from contracts.readmodel import answers, running
from contracts.supervision import CalendarNoticeLoaded
from kernel.agencies import Register
from kernel.calendar import Notice
from kernel.refused import Refused
from services.readmodel import lists, past
from services.readmodel.board import Board
from services.readmodel.checksum import checksum
from services.readmodel.holdings import Holdings
from services.readmodel.lag import Pending
from services.readmodel.rebuild import Rebuilder
from services.readmodel.reports.editions import keep
from services.readmodel.reports.office import Office
from services.readmodel.search import Equals, Hit, parse
from services.readmodel.searching import Tail
from services.readmodel.storage import Generations
from services.readmodel.views import newest, removal, view

on = Handlers["ReadModel"]()
INSIDE = frozenset(STAFF) | {Role.SERVICE}


@dataclass
class ReadModel:
    """Everything that the read model works with."""

    generations: Generations
    tail: Tail
    rebuilder: Rebuilder
    board: Board
    holdings: Holdings
    register: Register
    calendars: Calendars
    clock: Clock
    pending: Pending
    reports: Office


@on.all_events
async def hear(service: ReadModel, heard: Sequence[Heard]) -> None:
    """Bring the views up to the events; the newest state of each record wins."""
    generation = await service.generations.current()
    now = service.clock.now()
    documents = []
    for each in heard:
        if isinstance(each.event, CalendarNoticeLoaded):
            notice = Notice.model_validate_json(each.event.record.notice_json)
            await service.calendars.add(notice, each.event.epoch, each.event.version)
        if removal(type(each.event), each.data) is None:
            documents.append(view(type(each.event), each.data, each.at))
    await keep(generation, documents)
    await asyncio.gather(past.keep(generation.past, past.kept(documents)), generation.apply(newest(documents), now))
    service.pending.applied(documents, service.clock.now())
    for each in heard:
        if gone := removal(type(each.event), each.data):
            await generation.remove(gone, now)
    service.pending.last_event_at = heard[-1].at


@on.query(answers.Agencies)
async def agencies(service: ReadModel, query: answers.Agencies, cause: Cause) -> answers.AgencyList:
    today = cause.now.date()
    return answers.AgencyList(
        agencies=tuple(
            answers.AgencyEntry(code=agency.code, name=agency.name, kind=agency.kind, parent=agency.parent)
            for agency in service.register.in_force(today)
        )
    )


@on.query(answers.Search)
async def search(service: ReadModel, query: answers.Search, cause: Cause) -> answers.SearchPage:
    if query.audience is Audience.INTERNAL and not cause.actor.roles & INSIDE:
        raise Refused("forbidden", "只有工作人员可以检索内部记录。", remedy="请先登录。")
    wanted = parse(
        query.q,
        "public" if query.audience is Audience.PUBLIC else "internal",
        filters=tuple(Equals(name, (value,)) for name, value in query.filters.items()),
        sort=query.sort,
        offset=query.offset,
        limit=query.limit,
    )
    page = await asyncio.to_thread(service.tail.index.search, wanted)
    return answers.SearchPage(
        total=page.total,
        hits=tuple(_hit(hit) for hit in page.hits),
        facets={name: _buckets(service, name, counted) for name, counted in page.facets.items()},
        suggestion=page.suggestion,
        took_ms=round(page.took_ms, 3),
    )


def _hit(hit: Hit) -> answers.Hit:
    id = hit.id.split(":", 1)[1]
    return answers.Hit(
        id=id,
        title=hit.title_html,
        snippets=hit.snippets_html,
        score=hit.score,
        issuer=hit.entry.issuer,
        doc_no=hit.entry.doc_no or None,
        published_on=hit.entry.published_on.isoformat() if hit.entry.published_on else None,
        validity=hit.entry.validity or None,
        url=f"/documents/{id}",
    )


def _buckets(service: ReadModel, name: str, counted: Sequence[tuple[str, int]]) -> tuple[answers.Bucket, ...]:
    def label(value: str) -> str:
        return lists.agency_name(service.register, value) if name == "agency" else value

    return tuple(answers.Bucket(value=value, label=label(value), count=count) for value, count in counted)


@on.query(answers.Catalogue)
async def catalogue(service: ReadModel, query: answers.Catalogue, cause: Cause) -> answers.CataloguePage:
    generation = await service.generations.answering()
    return await lists.catalogue(generation, await service.holdings.read(generation), service.register, query)


@on.query(answers.GetRelated)
async def get_related(service: ReadModel, query: answers.GetRelated, cause: Cause) -> answers.Related:
    generation = await service.generations.answering()
    return await lists.related(generation, await service.holdings.read(generation), query.id)


@on.query(answers.GetView)
async def get_view(service: ReadModel, query: answers.GetView, cause: Cause) -> answers.View:
    public = not cause.actor.roles & INSIDE
    generation = await service.generations.answering()
    return await lists.one(generation, query.type, query.id, public=public, version=query.wait_version)


@on.query(answers.ListViews)
async def list_views(service: ReadModel, query: answers.ListViews, cause: Cause) -> answers.ViewPage:
    public = not cause.actor.roles & INSIDE
    return await lists.listed(await service.generations.answering(), service.board, query, public=public)


@on.query(answers.Desk)
async def desk(service: ReadModel, query: answers.Desk, cause: Cause) -> answers.DeskPage:
    board = await service.board.read(await service.generations.answering())
    calendar = service.calendars.current
    return await asyncio.to_thread(lists.desk, board.open(), service.register, calendar, cause.now, query)


@on.query(answers.Counts)
async def counts(service: ReadModel, query: answers.Counts, cause: Cause) -> answers.CountTable:
    generation = await service.generations.answering()
    return await lists.counts(generation, await service.holdings.read(generation), query.year)


@on.query(running.Lag)
async def lag(service: ReadModel, query: running.Lag, cause: Cause) -> running.LagState:
    generation = await service.generations.current()
    pending = await service.rebuilder.pending()
    views = await lists.by_type(generation)
    behind = await service.tail.behind(generation)
    return running.LagState(
        pending=pending,
        last_event_at=service.pending.last_event_at,
        views=views,
        lags=dict(sorted(service.pending.lags.items())),
        search_behind=behind,
    )


@on.query(running.GetChecksum)
async def get_checksum(service: ReadModel, query: running.GetChecksum, cause: Cause) -> running.Checksum:
    return await checksum(await service.generations.current())


@on.command(running.Rebuild)
async def rebuild(service: ReadModel, command: running.Rebuild, cause: Cause) -> running.RebuildState:
    return await service.rebuilder.start()


@on.query(running.RebuildProgress)
async def rebuild_progress(service: ReadModel, query: running.RebuildProgress, cause: Cause) -> running.RebuildState:
    return await service.rebuilder.progress()

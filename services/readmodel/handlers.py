"""What the read model reacts to: every event, and the questions of all others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.actors import Cause
from chassis.calendars import Calendars
from chassis.clock import Clock
from chassis.handlers import Handlers, Heard
from contracts import readmodel as c
from contracts.base import Audience, Role
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
STAFF = frozenset(c.STAFF) | {Role.SERVICE}


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


@on.query(c.Agencies)
async def agencies(service: ReadModel, query: c.Agencies, cause: Cause) -> c.AgencyList:
    today = cause.now.date()
    return c.AgencyList(
        agencies=tuple(
            c.AgencyEntry(code=agency.code, name=agency.name, kind=agency.kind, parent=agency.parent)
            for agency in service.register.in_force(today)
        )
    )


@on.query(c.Search)
async def search(service: ReadModel, query: c.Search, cause: Cause) -> c.SearchPage:
    if query.audience is Audience.INTERNAL and not cause.actor.roles & STAFF:
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
    return c.SearchPage(
        total=page.total,
        hits=tuple(_hit(hit) for hit in page.hits),
        facets={name: _buckets(service, name, counted) for name, counted in page.facets.items()},
        suggestion=page.suggestion,
        took_ms=round(page.took_ms, 3),
    )


def _hit(hit: Hit) -> c.Hit:
    id = hit.id.split(":", 1)[1]
    return c.Hit(
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


def _buckets(service: ReadModel, name: str, counted: Sequence[tuple[str, int]]) -> tuple[c.Bucket, ...]:
    def label(value: str) -> str:
        return lists.agency_name(service.register, value) if name == "agency" else value

    return tuple(c.Bucket(value=value, label=label(value), count=count) for value, count in counted)


@on.query(c.Catalogue)
async def catalogue(service: ReadModel, query: c.Catalogue, cause: Cause) -> c.CataloguePage:
    generation = await service.generations.current()
    return await lists.catalogue(generation, await service.holdings.read(generation), service.register, query)


@on.query(c.GetRelated)
async def get_related(service: ReadModel, query: c.GetRelated, cause: Cause) -> c.Related:
    generation = await service.generations.current()
    return await lists.related(generation, await service.holdings.read(generation), query.id)


@on.query(c.GetView)
async def get_view(service: ReadModel, query: c.GetView, cause: Cause) -> c.View:
    public = not cause.actor.roles & STAFF
    generation = await service.generations.current()
    return await lists.one(generation, query.type, query.id, public=public, version=query.wait_version)


@on.query(c.ListViews)
async def list_views(service: ReadModel, query: c.ListViews, cause: Cause) -> c.ViewPage:
    public = not cause.actor.roles & STAFF
    return await lists.listed(await service.generations.current(), service.board, query, public=public)


@on.query(c.Desk)
async def desk(service: ReadModel, query: c.Desk, cause: Cause) -> c.DeskPage:
    board = await service.board.read(await service.generations.current())
    calendar = service.calendars.current
    return await asyncio.to_thread(lists.desk, board.open(), service.register, calendar, cause.now, query)


@on.query(c.Counts)
async def counts(service: ReadModel, query: c.Counts, cause: Cause) -> c.CountTable:
    generation = await service.generations.current()
    return await lists.counts(generation, await service.holdings.read(generation), query.year)


@on.query(c.Lag)
async def lag(service: ReadModel, query: c.Lag, cause: Cause) -> c.LagState:
    generation = await service.generations.current()
    pending = await service.rebuilder.pending()
    views = await lists.by_type(generation)
    behind = await service.tail.behind(generation)
    return c.LagState(
        pending=pending,
        last_event_at=service.pending.last_event_at,
        views=views,
        lags=dict(sorted(service.pending.lags.items())),
        search_behind=behind,
    )


@on.query(c.GetChecksum)
async def get_checksum(service: ReadModel, query: c.GetChecksum, cause: Cause) -> c.Checksum:
    return await checksum(await service.generations.current())


@on.command(c.Rebuild)
async def rebuild(service: ReadModel, command: c.Rebuild, cause: Cause) -> c.RebuildState:
    return await service.rebuilder.start()


@on.query(c.RebuildProgress)
async def rebuild_progress(service: ReadModel, query: c.RebuildProgress, cause: Cause) -> c.RebuildState:
    return await service.rebuilder.progress()

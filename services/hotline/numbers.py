"""Numbers: what is counted is grouped by the database, and added up by `domain/figures.py` and `domain/standing.py`."""

from datetime import date, datetime, timedelta
from typing import Any

from chassis.actors import Cause
from chassis.earlier import stood
from contracts.base import Done
from contracts.hotline import figures as c
from contracts.hotline.public import (
    BulletinRows,
    CountSuggestions,
    IssueBulletin,
    ListBulletins,
    PublicTicket,
    SuggestionFigures,
)
from contracts.hotline.ratings import CountRatings, RatingFigures
from contracts.hotline.terms import Ticket, TicketKind, TicketState
from kernel.clock import CST
from kernel.refused import Refused
from services.hotline.domain import bulletin, entry, figures, rating, signal, standing
from services.hotline.domain.figures import Count, Period
from services.hotline.domain.record import figures as figures_of
from services.hotline.domain.record import record
from services.hotline.service import Hotline, on

LISTED = 100


@on.query(c.Statistics)
async def statistics(service: Hotline, query: c.Statistics, cause: Cause) -> c.StatisticsTable:
    counts = await tickets(service, Period(query.first, query.last), query.as_of)
    if query.unit:
        counts = [each for each in counts if each.of.get("unit") == query.unit]
    return c.StatisticsTable(
        first=query.first,
        last=query.last,
        by=query.by,
        total=figures.sum_up(counts),
        rows=figures.by(counts, query.by, service.name_of),
    )


@on.query(c.MonthlyBulletin)
async def month(service: Hotline, query: c.MonthlyBulletin, cause: Cause) -> c.MonthPage:
    period = Period.month(query.year, query.month)
    before = period.first - timedelta(days=1)
    counts = await tickets(service, period, query.as_of)
    last_month = await tickets(service, Period.month(before.year, before.month), query.as_of)
    last_year = sum(each.n for each in await tickets(service, Period.month(query.year - 1, query.month), query.as_of))
    total, earlier = figures.sum_up(counts), sum(each.n for each in last_month)
    return c.MonthPage(
        year=query.year,
        month=query.month,
        total=total,
        last_year=last_year,
        last_month=earlier,
        year_on_year=figures.change(total.received, last_year),
        month_on_month=figures.change(total.received, earlier),
        by_channel=figures.by(counts, "channel"),
        by_kind=figures.by(counts, "kind"),
        by_category=figures.by(counts, "category"),
        by_unit=figures.by(counts, "unit", service.name_of),
        topics=figures.topics(counts, last_month),
    )


@on.query(c.DutySheet)
async def duty(service: Hotline, query: c.DutySheet, cause: Cause) -> c.DutyPage:
    day = query.day or cause.now.astimezone(CST).date()
    period = Period(day, day)
    counts = await tickets(service, period)
    closed = await service.cases.count({"closed_at": {"$gte": period.begin, "$lt": period.end}})
    open_ = [record(held.state) async for held in service.each_open()]
    soon = cause.now.astimezone(CST).date() + timedelta(days=1)
    end = Period(soon, soon).end
    signals = await service.signals.find({"open": True}, sort=[("_id", -1)], limit=LISTED)
    return c.DutyPage(
        day=day,
        received=sum(each.n for each in counts),
        closed=closed,
        open=len(open_),
        by_channel=figures.tally(counts, "channel"),
        by_kind=figures.tally(counts, "kind"),
        emergencies=_some(t for t in open_ if t.emergency and not t.emergency_confirmed),
        overdue=_some(t for t in open_ if t.overdue),
        due=_some(t for t in open_ if t.due_at and cause.now < t.due_at <= end and not t.overdue),
        unsigned=_some(t for t in open_ if t.state == TicketState.DISPATCHED),
        visits=_some(t for t in open_ if t.state == TicketState.VISITING),
        signals=tuple(signal.record(held.state) for held in signals),
    )


def _some(found: Any) -> tuple[Ticket, ...]:
    """The most pressing first, as many as one sheet holds."""
    return tuple(sorted(found, key=lambda ticket: (ticket.due_at or ticket.opened_at, ticket.id))[:LISTED])


@on.query(c.SupervisionList)
async def supervision(service: Hotline, query: c.SupervisionList, cause: Cause) -> c.SupervisionPage:
    lines = []
    async for held in service.each_open():
        ticket = record(held.state)
        reasons = figures.watched(ticket)
        if reasons and query.agency in (None, ticket.agency):
            lines.append(c.SupervisionLine(ticket=ticket, reasons=reasons))
    lines.sort(key=lambda line: (-len(line.reasons), line.ticket.id))
    return c.SupervisionPage(total=len(lines), lines=tuple(lines[:LISTED]))


@on.query(CountSuggestions)
async def suggestions(service: Hotline, query: CountSuggestions, cause: Cause) -> SuggestionFigures:
    period = Period(query.first, query.last)
    rows, total = figures.suggestions(await tickets(service, period, query.as_of), service.name_of)
    results = await _results(service, period)
    return SuggestionFigures(first=query.first, last=query.last, rows=rows, total=total, results=results)


async def _results(service: Hotline, period: Period) -> tuple[PublicTicket, ...]:
    """Published results of suggestions received in a period."""
    days = {"$gte": period.first.isoformat(), "$lte": period.last.isoformat()}
    found = await service.entries.find(
        {"public": True, "ticket_kind": TicketKind.SUGGESTION.value, "received_on": days},
        sort=[("published_at", -1)],
        limit=LISTED,
    )
    public = (entry.shown(held.state) for held in found)
    return tuple(each for each in public if isinstance(each, PublicTicket))


@on.query(CountRatings)
async def ratings(service: Hotline, query: CountRatings, cause: Cause) -> RatingFigures:
    rows, total = standing.rows(await given(service, Period(query.first, query.last), query.as_of), service.name_of)
    return RatingFigures(first=query.first, last=query.last, rows=rows, total=total)


@on.command(IssueBulletin)
async def issue(service: Hotline, command: IssueBulletin, cause: Cause) -> Done:
    """Once for each subject and period."""
    period, origin = Period(command.first, command.last), f"{command.about}:{command.first}:{command.last}"
    known = (await service.bulletins.by_origin([origin])).get(origin)
    if known is not None:
        return Done(id=known.id, version=known.version, state="issued", repeated=True)
    number = await service.new_number("GB", cause.now)
    fact = bulletin.Issued(
        number=number, at=cause.now, about=command.about, first=command.first, last=command.last,
        **await _published(service, command, period),
    )  # fmt: skip
    facts = bulletin.issue(fact, cause.now.astimezone(CST).date())
    held = await service.bulletins.open(number, facts, cause, origin)
    return Done(id=held.id, version=held.version, state="issued", repeated=held.repeated)


@on.query(ListBulletins)
async def list_bulletins(service: Hotline, query: ListBulletins, cause: Cause) -> BulletinRows:
    where = {} if query.about is None else {"about": query.about}
    found = await service.bulletins.find(where, sort=[("_id", -1)], limit=query.limit)
    return BulletinRows(bulletins=tuple(bulletin.record(held.state) for held in found))


async def _published(service: Hotline, command: IssueBulletin, period: Period) -> dict[str, Any]:
    if command.about == "ratings":
        rows, total = standing.rows(await given(service, period), service.name_of)
        return {"ratings": (*rows, total), "suggestions": (), "results": ()}
    lines, together = figures.suggestions(await tickets(service, period), service.name_of)
    results = tuple(each.id for each in await _results(service, period))
    return {"ratings": (), "suggestions": (*lines, together), "results": results}


async def tickets(service: Hotline, period: Period, as_of: date | None = None) -> list[Count]:
    """Tickets received in a period, by all that is counted of them. An imported one was known to its office before: on
    a day before its import its own dates alone decide."""
    if as_of is None:
        return await service.counted("ticket", "figures", period.begin, period.end)
    end = _end(service, as_of)
    return figures.group(
        [
            figures_of(each.state)
            async for each in stood(service.cases, _counted_in(period), end)
            if each.known or (each.state.imported and each.state.closed_at and each.state.closed_at < end)
        ]
    )


async def given(service: Hotline, period: Period, as_of: date | None = None) -> list[Count]:
    """Ratings given in a period."""
    if as_of is None:
        return await service.counted("rating", "given", period.begin, period.end)
    found = stood(service.ratings, _counted_in(period), _end(service, as_of))
    return figures.group([rating.counted(each.state) async for each in found if each.known])


def _counted_in(period: Period) -> dict[str, Any]:
    return {"counted_at": {"$gte": period.begin, "$lt": period.end}}


def _end(service: Hotline, day: date) -> datetime:
    """The first moment after a day. Raises `Refused` for one that is still to come."""
    if day > service.clock.now().astimezone(CST).date():
        raise Refused("day_ahead", "所指日期还没有到。", field="as_of", remedy="请选择今天或者以前的日期。")
    return Period(day, day).end

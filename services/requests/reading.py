"""What is answered about requests: to applicants, to clerks, to lists."""

import json
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from contracts.requests import answers as c
from contracts.requests.procedure import Follow, GetRequest, Ledger, ListDue
from contracts.requests.terms import Application, Happened, Similar, Stage
from contracts.requests.work import ListArrived
from kernel.refused import Refused
from services.requests import documents
from services.requests.domain.following import followed
from services.requests.domain.history import STEPS
from services.requests.domain.kind import KIND, record
from services.requests.domain.likeness import LIKE, bands, likeness
from services.requests.domain.state import LABELS, Case
from services.requests.papers import Words
from services.requests.service import Requests

SIMILAR = 50
APPLICANT_READS = "申请人查询"
_STEPS = {kind.kind: label for kind, label in STEPS.items()}


async def follow(service: Requests, query: Follow, cause: Cause) -> c.Followed:
    """The applicant's view, with the words addressed to the applicant."""
    held = await service.proven(query.number, query.code)
    case = held.state
    reply = notice = None
    if case.draft and case.outcome is case.draft.outcome:
        reply = await _words(service, case, case.draft.paper, APPLICANT_READS, cause)
    if case.stage is Stage.CORRECTION_REQUESTED and case.correction:
        notice = await _words(service, case, case.correction.paper, APPLICANT_READS, cause)
    if case.stage is Stage.FEE_PENDING and case.fee:
        notice = await _words(service, case, case.fee.paper, APPLICANT_READS, cause)
    sent = documents.addressed(case, await service.cases.entries(held.id))
    return followed(case, service.agency_name(case.agency), reply, notice, sent, cause.now.date())


async def _words(service: Requests, case: Case, paper: str, purpose: str, cause: Cause) -> str | None:
    if case.erased or not paper:
        return None
    return (await service.papers.read(paper, Words, cause.actor, purpose, cause.now)).text()


async def get(service: Requests, query: GetRequest, cause: Cause) -> c.Detail:
    """The record, its history and similar requests; papers only for a stated purpose, and the reading is kept."""
    held = await service.cases.load(query.number)
    case = held.state
    application = draft = None
    if query.purpose:
        service.require_own(case.agency, cause.actor, cause.now)
        if case.application:
            application = await service.papers.read(
                case.application, Application, cause.actor, query.purpose, cause.now
            )
        if case.draft:
            draft = await _words(service, case, case.draft.paper, query.purpose, cause)
    return c.Detail(
        record=record(case),
        version=held.version,
        missing=case.missing,
        application=application,
        draft=draft,
        similar=await _similar(service, case),
        consultations=tuple(each.id for each in case.open_consultations),
        history=tuple(_happened(entry["text"]) for entry in await service.cases.entries(held.id)),
    )


def _happened(text: str) -> Happened:
    entry: dict[str, Any] = json.loads(text)
    by = entry["by"]
    return Happened(
        at=datetime.fromisoformat(entry["at"]),
        by=by.get("name") or {"citizen": "申请人", "clock": "时钟"}.get(by["kind"], by.get("id", "")),
        what=_STEPS.get(entry["kind"], entry["kind"]),
        kind=entry["kind"],
    )


async def _similar(service: Requests, case: Case) -> tuple[Similar, ...]:
    """Other requests of the same applicant, for the same information, or described alike, the newest first."""
    keys: list[tuple[str, Any]] = [("applicant", case.applicant), ("information", case.information)]
    keys += [("bands", {"$in": bands(case.sketch)})] if case.sketch else []
    found: dict[str, Case] = {}
    for key, value in keys:
        if value:
            same = await service.cases.find({key: value}, sort=[("_id", -1)], limit=SIMILAR)
            found.update({held.id: held.state for held in same if held.id != case.number})
    compared = [_compared(case, found[number]) for number in sorted(found, reverse=True)]
    return tuple(each for each in compared if each.same_applicant or each.same_information or each.likeness >= LIKE)[
        :SIMILAR
    ]


def _compared(case: Case, other: Case) -> Similar:
    return Similar(
        number=other.number,
        state_label=LABELS[other.stage],
        received_on=other.received_on,
        outcome=other.outcome,
        same_applicant=bool(case.applicant) and other.applicant == case.applicant,
        same_information=bool(case.information) and other.information == case.information,
        likeness=likeness(case.sketch, other.sketch),
    )


async def ledger(service: Requests, query: Ledger, today: date) -> c.LedgerPage:
    """Requests by receipt date, page by page.

    Read month by month: a database that sorts all that matches before it answers then never sorts much.
    """
    if query.received_to < query.received_from:
        raise Refused("period", "起止日期颠倒。", field="received_to", remedy="请核对日期。")
    first, last = query.received_from, min(query.received_to, today)
    if query.cursor:
        first = max(first, _date_of(query.cursor))
    rows: list[Held[Case]] = []
    while first <= last and len(rows) <= query.limit:
        month_end = min(last, first.replace(day=monthrange(first.year, first.month)[1]))
        span = {"$gte": f"{first.isoformat()}/", "$lte": f"{month_end.isoformat()}/~"}
        if query.cursor:
            span["$gt"] = query.cursor
        rows += await _find(service, "ledger", span, query.agency, query.limit + 1 - len(rows))
        first = month_end + timedelta(days=1)
    return _page(rows, "ledger", query.limit)


def _date_of(cursor: str) -> date:
    try:
        return date.fromisoformat(cursor.partition("/")[0])
    except ValueError:
        raise Refused("cursor", "翻页标记不正确。", field="cursor", remedy="请从第一页重新查询。") from None


async def list_due(service: Requests, query: ListDue, today: date) -> c.LedgerPage:
    """What runs out within so many working days, and what has run out."""
    until = service.calendar.due(today, query.working_days) if query.working_days else today
    span = {"$lte": f"{until.isoformat()}/~"}
    found = await _find(service, "due", span, query.agency, query.limit + 1, {"watched": True})
    return _page(found, "due", query.limit)


async def list_arrived(service: Requests, query: ListArrived, today: date) -> c.LedgerPage:
    """What came in during the last days, the newest first."""
    where = {"agency": query.agency} if query.agency else {}
    span = {"$gte": (today - timedelta(days=query.days)).isoformat()}
    found = await service.cases.find({**where, "arrived": span}, sort=[("arrived", -1)], limit=query.limit)
    return c.LedgerPage(rows=tuple(record(held.state) for held in found))


async def _find(
    service: Requests,
    key: str,
    span: Mapping[str, str],
    agency: str,
    limit: int,
    where: Mapping[str, Any] | None = None,
) -> list[Held[Case]]:
    of_agency = {"agency": agency} if agency else {}
    return await service.cases.find({**(where or {}), **of_agency, key: dict(span)}, sort=[(key, 1)], limit=limit)


def _page(found: Sequence[Held[Case]], key: str, limit: int) -> c.LedgerPage:
    rows = found[:limit]
    more = len(found) > limit
    return c.LedgerPage(
        rows=tuple(record(held.state) for held in rows),
        next=str(KIND.index(rows[-1].state)[key]) if more else None,
    )

"""Surveys of what has no attribute or is not public, the inventory, and the secrecy register."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from contracts.base import Done, Role
from contracts.publication import surveys as c
from contracts.publication import terms
from contracts.publication.record import Metadata
from contracts.publication.stock import ImportOutcome, ImportOutcomes
from kernel.refused import Refused
from services.publication.candidates import why
from services.publication.domain import drafting, publishing, stock
from services.publication.domain.checks import LABELS
from services.publication.domain.examining import examine, without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.state import Case, Stage
from services.publication.rounds import secrets, surveys
from services.publication.service import Publication, official, on

SEES_ALL = frozenset({Role.REVIEWER, Role.OPENNESS, Role.ARCHIVIST, Role.SUPERVISOR, Role.OPERATOR})
OFFICE = frozenset(terms.OFFICE)


@on.command(c.OpenSurvey)
async def open_survey(service: Publication, command: c.OpenSurvey, cause: Cause) -> Done:
    """One survey of a kind at a time; the one before is then followed."""
    by, kind = official(cause), command.kind
    if known := (await service.surveys.by_origin([cause.id])).get(cause.id):
        return _done(known)
    if await service.surveys.count({"survey": kind.value, "stage": "open"}):
        raise Refused("survey_open", "同类的一轮还没有结束。", remedy="请先结束那一轮。")
    newest = await service.documents.find(_left(kind, cause.now), sort=[("_id", -1)], limit=1)
    last = newest[0].id if newest else ""
    total = await service.documents.count(_left(kind, cause.now, last))
    n = await service.numbers.block(f"PG/{cause.now.year}")
    id = f"{service.region}-PG-{cause.now.year}-{n:06d}"
    opened = await service.surveys.open(id, surveys.open_survey(id, kind, total, by, cause.now, last), cause)
    for before in await service.surveys.find({"unfollowed": True, "survey": kind.value}):
        if before.id != opened.id:
            await service.surveys.execute(before.id, surveys.followed, replace(cause, id=f"{cause.id}:{before.id}"))
    return _done(opened)


def _left(kind: c.SurveyKind, opened_at: datetime, last: str = "", after: str = "") -> dict[str, Any]:
    """What a survey that was opened then, up to its `last` document, has not decided yet; from one document on."""
    of_kind = {"marks": "withheld", "withheld_since": {"$lt": opened_at}}
    if kind is c.SurveyKind.UNATTRIBUTED:
        of_kind = {"marks": "unattributed"}
    ids = {sign: id for sign, id in (("$gt", after), ("$lte", last)) if id}
    return of_kind | ({"_id": ids} if ids else {})


@on.command(c.AssignAttribute)
async def assign_attribute(service: Publication, command: c.AssignAttribute, cause: Cause) -> ImportOutcomes:
    by, office = official(cause), bool(cause.actor.roles & OFFICE)
    without_personal_data(reason=command.reason)
    attribute, ground, reason = command.attribute, command.ground, command.reason
    return await _each(
        service,
        command.documents,
        lambda case: stock.assign(case, attribute, ground, reason, by, office, cause.now),
        cause,
    )


@on.command(c.KeepAttributes)
async def keep_attributes(service: Publication, command: c.KeepAttributes, cause: Cause) -> ImportOutcomes:
    by = official(cause)
    without_personal_data(reason=command.reason)
    return await _each(
        service, command.documents, lambda case: publishing.keep_attribute(case, command.reason, by, cause.now), cause
    )


async def _each(service: Publication, ids: tuple[str, ...], decide: Any, cause: Cause) -> ImportOutcomes:
    """The same decision about each document by itself."""
    outcomes = []
    for id in ids:
        try:
            held = await service.documents.execute(id, decide, replace(cause, id=f"{cause.id}:{id}"))
            title, waits = held.state.shown_title, held.state.stage is Stage.IMPORTED
            outcomes.append(ImportOutcome(name=id, outcome="imported" if waits else "filed", id=id, title=title))
        except Refused as refused:
            outcomes.append(ImportOutcome(name=id, outcome="refused", id=id).model_copy(update=why(refused)))
    return ImportOutcomes(items=tuple(outcomes))


@on.command(c.CloseSurvey)
async def close_survey(service: Publication, command: c.CloseSurvey, cause: Cause) -> Done:
    """The report is drafted under the survey's own cause, so that a repeat drafts it once."""
    by, calendar = official(cause), service.calendars.current
    service.register.require(command.issuer, "issuer")
    held = await service.surveys.load(command.id)
    if held.state.stage != "open":
        return _done(held)
    left = await service.documents.count(_left(held.state.kind, held.state.opened_at, held.state.last))
    surveys.may_close(held.state, left)
    result = await _report(service, held.state, command.issuer, by, cause)
    after = await service.surveys.execute(
        command.id, lambda state: surveys.close(state, left, result, by, cause.now, calendar), cause
    )
    return _done(after)


async def _report(service: Publication, state: surveys.State, issuer: str, by: Official, cause: Cause) -> str:
    """Numbers only: the titles of what is not public do not stand in it."""
    origin = f"survey:{state.id}"
    if known := (await service.documents.by_origin([origin])).get(origin):
        return known.id
    title = f"{surveys.TITLES[state.kind]}结果（{state.opened_at:%Y}年）"
    withheld = await service.documents.count({"marks": "withheld", "withheld_since": {"$gte": state.opened_at}})
    text = f"{title}\n本轮共 {state.total} 件，已全部认定或评估。\n现有不公开信息 {withheld} 件在本轮或其后认定、维持。"
    kept = examine(text, service.phones)
    metadata = Metadata(title=title, issuers=(issuer,), issuer_names=service.names((issuer,)), genre="报告")
    (id,) = await service.new_ids(cause.now)
    facts = drafting.draft(id, issuer, metadata, kept, "PUB.GENERAL", by, cause.now)
    await service.texts.keep([(id, kept.sha256, text)])
    return (await service.documents.open(id, facts, replace(cause, id=f"{cause.id}:report"), origin)).id


@on.query(c.GetSurvey)
async def get_survey(service: Publication, query: c.GetSurvey, cause: Cause) -> c.SurveyPage:
    state = (await service.surveys.load(query.id)).state
    covered, running = (state.kind, state.opened_at, state.last), state.stage == "open"
    where = _left(*covered, query.after or "")
    held = await service.documents.find(where, sort=[("_id", 1)], limit=query.limit) if running else []
    left = await service.documents.count(_left(*covered)) if running else 0
    return c.SurveyPage(
        survey=surveys.record(state).model_copy(update={"left": left}),
        left=left,
        items=tuple(_surveyed(each) for each in held),
        next=held[-1].id if len(held) == query.limit else None,
    )


@on.query(c.Inventory)
async def inventory(service: Publication, query: c.Inventory, cause: Cause) -> c.InventoryPage:
    """A clerk sees what is the own unit's."""
    agency = query.agency if cause.actor.roles & SEES_ALL else cause.actor.agency
    where: dict[str, Any] = {"agency": agency} if agency else {}
    held = await service.documents.find(
        {"_id": {"$gt": query.after or ""}} | where, sort=[("_id", 1)], limit=query.limit
    )
    return c.InventoryPage(
        items=tuple(_surveyed(each) for each in held), next=held[-1].id if len(held) == query.limit else None
    )


def _surveyed(held: Held[Case]) -> c.Surveyed:
    case = held.state
    return c.Surveyed(
        id=case.id,
        title=case.shown_title,
        agency=case.agency,
        state_label=LABELS[case.stage],
        attribute=case.attribute,
        ground=case.ground,
        reason=case.reason,
        published_at=case.published_at,
        reassess_at=case.reassess_at,
    )


@on.command(c.RegisterSecret)
async def register_secret(service: Publication, command: c.RegisterSecret, cause: Cause) -> Done:
    """A number is registered once by each unit."""
    by, calendar = official(cause), service.calendars.current
    without_personal_data(decided_by=command.decided_by)
    origin = f"{by.agency}:{command.number}"
    if known := (await service.secrets.by_origin([origin])).get(origin):
        return Done(id=known.id, version=known.version, state=known.state.stage, repeated=True)
    n = await service.numbers.block(f"MD/{cause.now.year}")
    id = f"{service.region}-MD-{cause.now.year}-{n:06d}"
    facts = secrets.register(id, command.number, command.decided_by, command.decided_on, by, cause.now, calendar)
    held = await service.secrets.open(id, facts, cause, origin)
    return Done(id=held.id, version=held.version, state=held.state.stage, repeated=held.repeated)


@on.command(c.ReviewSecret)
async def review_secret(service: Publication, command: c.ReviewSecret, cause: Cause) -> Done:
    by, calendar = official(cause), service.calendars.current
    without_personal_data(decided_by=command.decided_by)
    said = (command.declassified, command.decided_by, command.decided_on)
    held = await service.secrets.execute(
        command.id, lambda state: secrets.review(state, *said, by, cause.now, calendar), cause
    )
    return Done(id=held.id, version=held.version, state=held.state.stage, repeated=held.repeated)


def _done(held: Held[surveys.State]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.stage, repeated=held.repeated)

"""双随机、一公开: draws fixed, carried out, their results published."""

from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from contracts.base import Done, Role
from contracts.publication import inspection as c
from kernel.refused import Refused
from services.publication import takedown
from services.publication.catalogue.handlers import keeper
from services.publication.catalogue.types import type_of
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.inspection import domain
from services.publication.inspection.domain import RandomDraw
from services.publication.service import Publication, official, on

FOLLOWED = {"penalty": "penalties", "credit": "credit"}
"""What may follow a result, with the type of its item."""


@on.command(c.OpenDraw)
async def open_draw(service: Publication, command: c.OpenDraw, cause: Cause) -> Done:
    by = keeper(official(cause), command.agencies[0], cause)
    without_personal_data(service.phones, title=command.title)
    for agency in command.agencies:
        service.register.require(agency, "agencies")
    return _done(await service.draws.fix(command, by, cause))


@on.command(c.CarryOutDraw)
async def carry_out_draw(service: Publication, command: c.CarryOutDraw, cause: Cause) -> Done:
    """By the agencies themselves, or by who supervises them."""
    by, fixed = official(cause), (await _standing(service, command.id)).fixed
    if by.agency not in fixed.agencies and not cause.actor.roles & {Role.SUPERVISOR, Role.OPENNESS, Role.REVIEWER}:
        raise Refused("other_agency", "只能由参与抽查的机构或监督人员执行抽取。", remedy="请由这些机构的人员办理。")
    without_personal_data(service.phones, public_source=command.public_source)
    return _done(await service.draws.carry_out(command, by, cause))


@on.command(c.VoidDraw)
async def void_draw(service: Publication, command: c.VoidDraw, cause: Cause) -> Done:
    by = await _of_draw(service, command.id, cause)
    without_personal_data(service.phones, reason=command.reason)
    return _done(await service.draws.void(command.id, command.reason, by, cause))


@on.command(c.RecordResults)
async def record_results(service: Publication, command: c.RecordResults, cause: Cause) -> Done:
    by, calendar = await _of_draw(service, command.id, cause), service.calendars.current
    for each in command.results:
        without_personal_data(service.phones, found=each.found)
        for name, type in FOLLOWED.items():
            id = getattr(each, name)
            if id and (await service.catalogues.items.load(id)).state.type != type:
                title = type_of(type).title
                raise Refused("other_type", f"该编号不是{title}事项。", field=name, remedy="请核对编号。")
    held = await service.draws.cases.execute(
        command.id, lambda state: domain.give_results(state, command.results, by, cause.now, calendar), cause
    )
    return _done(held)


@on.query(c.GetDraw)
async def get_draw(service: Publication, query: c.GetDraw, cause: Cause) -> c.DrawFound:
    return c.DrawFound(record=domain.record(await _standing(service, query.id)))


@on.query(c.GetDrawList)
async def get_draw_list(service: Publication, query: c.GetDrawList, cause: Cause) -> c.DrawListPage:
    await _standing(service, query.id)
    return await service.draws.page(query.id, query.after, query.limit)


@on.query(c.ListDraws)
async def list_draws(service: Publication, query: c.ListDraws, cause: Cause) -> c.DrawPage:
    where: dict[str, Any] = {"agency": query.agency} if query.agency else {}
    if query.before:
        where["_id"] = {"$lt": query.before}
    held = await service.draws.cases.find(where, sort=[("_id", -1)], limit=query.limit)
    standing = [each.state for each in held if each.state.seal is None]
    draws = tuple(domain.record(state).model_copy(update={"drawn": ()}) for state in standing)
    return c.DrawPage(draws=draws, next=held[-1].id if len(held) == query.limit else None)


async def _standing(service: Publication, id: str) -> RandomDraw:
    state = (await service.draws.cases.load(id)).state
    takedown.standing(state)
    return state


async def _of_draw(service: Publication, id: str, cause: Cause) -> Official:
    return keeper(official(cause), (await _standing(service, id)).agency, cause)


def _done(held: Held[RandomDraw]) -> Done:
    return Done(id=held.id, version=held.version, state=domain.work(held.state).state, repeated=held.repeated)

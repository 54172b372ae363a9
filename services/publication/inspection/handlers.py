"""双随机、一公开: draws fixed, carried out, their results published."""

from typing import Any

from chassis.actors import Cause
from chassis.cases import Held
from contracts.base import Done, Role
from contracts.publication import inspection as c
from kernel.refused import Refused
from services.publication import takedown
from services.publication.catalogue.handlers import keeper
from services.publication.catalogue.item import Item
from services.publication.catalogue.types import type_of
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.inspection import domain
from services.publication.inspection.domain import RandomDraw
from services.publication.service import Publication, official, on

NATURAL = "自然人"
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
        for name in FOLLOWED:
            if id := getattr(each, name):
                followed = (await service.catalogues.items.load(id)).state
                _follows(followed, name, await _picked(service, command.id, each.subject))
    held = await service.draws.cases.execute(
        command.id, lambda state: domain.give_results(state, command.results, by, cause.now, calendar), cause
    )
    return _done(held)


def _follows(item: Item, name: str, pick: domain.Pick | None) -> None:
    """What is said to follow an inspection is a public item of the right list, and of the firm that was inspected.
    Whether a natural person runs the inspected business is for the person who enters it to know."""
    kind = type_of(FOLLOWED[name])
    if item.type != kind.type:
        raise Refused("other_type", f"该编号不是{kind.title}事项。", field=name, remedy="请核对编号。")
    if item.gone:
        raise Refused(
            "display_ended", f"该{kind.title}事项已经不再公示。", field=name, remedy="请核对编号，或不填此项。"
        )
    firm, party = item.values.get("party_class") != NATURAL, item.values.get("party")
    if pick and firm and party != pick.name and item.values.get("party_code") != pick.subject:
        raise Refused("other_party", "该公示事项的当事人不是这个检查对象。", field=name, remedy="请核对编号和对象。")


async def _picked(service: Publication, id: str, subject: str) -> domain.Pick | None:
    """The drawn subject, if it was drawn."""
    drawn = (await _standing(service, id)).drawn
    return next((pick for pick in drawn.picks if pick.subject == subject), None) if drawn else None


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

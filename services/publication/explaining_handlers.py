"""政策解读: explanations and questions recorded."""

from dataclasses import replace
from functools import partial

from chassis.actors import Cause
from contracts.base import Done
from contracts.publication import explaining as c
from contracts.publication.shortfalls import YearDuty
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import explaining
from services.publication.domain.clocks import timed
from services.publication.domain.examining import without_personal_data
from services.publication.domain.facts import Official
from services.publication.domain.state import Case
from services.publication.rounds import year_handlers
from services.publication.service import Publication, official, on


@on.command(c.RecordExplanation)
async def record_explanation(service: Publication, command: c.RecordExplanation, cause: Cause) -> Done:
    by, given = official(cause), command.explanation
    without_personal_data(service.phones, interpreter=given.interpreter)
    if given.agency:
        service.register.require(given.agency, "agency")
    if given.material:
        await material_of(service, given.material)
    answer = await service.execute(command.id, lambda case: explaining.explain(case, given, by, cause.now), cause)
    if given.material:
        await link(service, given.material, command.id, by, cause)
        await tell_of_material(service, given.material, cause)
    if given.lead:
        agency = given.agency or (await service.documents.load(command.id)).state.agency
        await year_handlers.entered(service, YearDuty.LEAD, agency, given.on.year, cause)
    return answer


@on.command(c.RaiseQuestion)
async def raise_question(service: Publication, command: c.RaiseQuestion, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(service.phones, point=command.point, reference=command.reference)
    return await service.execute(
        command.id,
        lambda case: explaining.ask(case, command.source, command.reference, command.point, by, cause.now),
        cause,
    )


async def material_of(service: Publication, material: str) -> None:
    """Refuse a document that there is not."""
    if await service.documents.get(material) is None:
        raise Refused("unknown_material", "没有这份解读材料。", field="material", remedy="请先起草解读材料。")


async def link(service: Publication, material: str, document: str, by: Official, cause: Cause) -> None:
    """The material names the document too."""
    each = replace(cause, id=f"{cause.id}:{material}")
    await service.documents.execute(material, lambda case: explaining.link(case, document, by), each)


async def tell_of_material(service: Publication, id: str, cause: Cause) -> None:
    """What has become public explains others, or is explained by what is public already."""
    case, calendar = (await service.documents.load(id)).state, service.calendars.current
    pairs = [(document, id) for document in case.metadata.interprets] if case.public else []
    if case.interpretation and (material := case.interpretation.material):
        held = await service.documents.get(material)
        pairs += [(id, material)] if held and held.state.public else []
    for document, material in pairs:
        if await service.documents.get(document):
            each = replace(cause, id=f"{cause.id}:{document}:out")
            await service.documents.execute(document, partial(_out, material=material, calendar=calendar), each)


def _out(case: Case, material: str, calendar: Calendar) -> list[Fact]:
    return timed(case, explaining.material_out(case, material), calendar)

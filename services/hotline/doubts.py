"""政策疑问 on tickets: raised by who handles them, answered by publication."""

from chassis.actors import Cause
from contracts.base import Done
from contracts.hotline import doubts as c
from contracts.publication.doubts import ANSWERS, DoubtTold
from kernel.personal import require_impersonal
from kernel.secrecy import refuse_classified
from services.hotline.domain import doubting
from services.hotline.service import Hotline, of_centre, official, on


@on.command(c.RaiseTicketDoubt)
async def raise_doubt(service: Hotline, command: c.RaiseTicketDoubt, cause: Cause) -> Done:
    by = official(cause)
    require_impersonal(point=command.point, document=command.document)
    refuse_classified(command.point)
    who, centre = (by.id, by.name or by.id, by.agency), of_centre(by)
    return await service.decide(
        command.id,
        lambda case: doubting.doubt(case, command.document, command.point, who, centre, cause.now),
        cause,
    )


async def hear(service: Hotline, event: DoubtTold, cause: Cause) -> None:
    """What publication says, in whatever order."""
    told = event.record
    if told.raiser != "hotline" or await service.cases.get(told.reference) is None:
        return
    await service.cases.execute(told.reference, lambda case: doubting.hear(case, told.answer, cause.now), cause)


for _kind in ANSWERS:
    on.event(_kind)(hear)

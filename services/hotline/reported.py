"""What Open311 asks about tickets that came by it."""

from typing import Any

from chassis.actors import Cause
from contracts.hotline import figures as c
from services.hotline.domain import Case
from services.hotline.domain.record import is_shown
from services.hotline.domain.ticket import LABELS
from services.hotline.service import Hotline, on

SOURCE = "open311"


@on.query(c.ReportedTickets)
async def reported(service: Hotline, query: c.ReportedTickets, cause: Cause) -> c.ReportedRows:
    where: dict[str, Any] = {"source": SOURCE, "shown": True}
    if query.ids:
        where["_id"] = {"$in": list(query.ids)}
    if query.category:
        where["figures.category"] = {"$in": list(query.category)}
    if query.open is not None:
        where["open"] = query.open
    bounds = {"$gte": query.first, "$lte": query.last}
    if given := {name: moment for name, moment in bounds.items() if moment is not None}:
        where["counted_at"] = given
    found = await service.cases.find(where, sort=[("counted_at", -1)], limit=query.limit)
    return c.ReportedRows(tickets=tuple(_shown(service, held.state) for held in found if is_shown(held.state)))


def _shown(service: Hotline, case: Case) -> c.Reported:
    return c.Reported(
        id=case.number,
        open=case.open,
        state_label=LABELS[case.state],
        kind=case.kind,
        category=case.category,
        area=case.area,
        agency=case.lead,
        agency_name=service.name_of(case.lead) if case.lead else "",
        received_at=case.received_at,
        updated_at=max(step.at for step in case.steps),
        due_at=case.limit.due_at if case.running else None,
    )

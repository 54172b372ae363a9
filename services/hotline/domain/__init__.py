"""The rules of the hotline: what a ticket is, and every decision about it. Pure: time and calendar are arguments."""

from kernel.cases import CaseKind
from services.hotline.domain import clock, dispatching, ending, handling, intake, record
from services.hotline.domain.evolve import evolve
from services.hotline.domain.facts import FACTS
from services.hotline.domain.ticket import Case

KIND: CaseKind[Case] = CaseKind(
    name="ticket",
    title="工单",
    facts=FACTS,
    evolve=evolve,
    tell=record.tell,
    retell=record.retell,
    index=record.index,
    alarm=clock.alarm,
    tick=clock.tick,
)

__all__ = ["KIND", "Case", "clock", "dispatching", "ending", "evolve", "handling", "intake", "record"]

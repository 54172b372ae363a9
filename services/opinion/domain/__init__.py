"""The pure rules of opinion."""

from kernel.cases import CaseKind
from services.opinion.domain import event, record
from services.opinion.domain.event import State
from services.opinion.domain.facts import FACTS

KIND: CaseKind[State] = CaseKind(
    name="event",
    title="舆情事件",
    facts=FACTS,
    evolve=event.evolve,
    tell=record.tell,
    retell=record.retell,
    index=record.index,
    alarm=event.alarm,
    tick=event.tick,
)

__all__ = ["KIND", "State"]

"""The rules of publication, pure: facts, the state that they make, one function per decision, what is told."""

from kernel.cases import CaseKind
from services.publication.domain import explaining, stocked
from services.publication.domain.clocks import alarm, tick
from services.publication.domain.evolution import evolve
from services.publication.domain.facts import FACTS
from services.publication.domain.state import Case
from services.publication.domain.telling import index, retell, tell

KIND: CaseKind[Case] = CaseKind(
    name="document",
    title="文件",
    facts=(*FACTS, *stocked.FACTS, *explaining.FACTS),
    evolve=evolve,
    tell=tell,
    retell=retell,
    index=index,
    alarm=alarm,
    tick=tick,
)
"""A document (公文, GW). The service gives `tell` and `retell` the texts that public records carry."""

"""The pure rules of sitewatch."""

from kernel.cases import CaseKind
from services.sitewatch.domain import finding, finding_record
from services.sitewatch.domain.register import ACCOUNT, SITE

FINDING: CaseKind[finding.State] = CaseKind(
    name="finding",
    title="网站问题",
    facts=finding.FACTS,
    evolve=finding.evolve,
    tell=finding_record.tell,
    retell=finding_record.retell,
    index=finding_record.index,
    alarm=finding.alarm,
    tick=finding.tick,
)

__all__ = ["ACCOUNT", "FINDING", "SITE"]

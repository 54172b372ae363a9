"""A caller does not understand a public document: marked by who handles the ticket, answered by publication."""

from datetime import datetime

from contracts.doubts import DoubtAnswer, another, news
from kernel.facts import Fact
from services.hotline.domain import facts as f
from services.hotline.domain.ticket import Case, require_unit


def doubt(case: Case, document: str, point: str, by: tuple[str, str, str], centre: bool, now: datetime) -> list[Fact]:
    """The unit that has the ticket, or the centre, marks a doubt; also later, when many tickets are looked at."""
    if not centre:
        require_unit(case, by[2], co=True)
    raised = another(case.doubts, document, point, by, now)
    return [f.Doubted(doubt=raised)] if raised else []


def hear(case: Case, answer: DoubtAnswer, now: datetime) -> list[Fact]:
    """What publication says; answers may come twice and out of order."""
    return [f.DoubtAnswered(answer=answer, at=now)] if news(case.doubts, answer) else []

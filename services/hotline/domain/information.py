"""A ticket that asks for government information. It starts no statutory clock by itself: that is for an application
(政府信息公开条例 第二十九条)."""

from datetime import datetime

from kernel.facts import Fact
from services.hotline.domain import facts as f
from services.hotline.domain.ticket import Case, require_open


def told(case: Case, now: datetime) -> list[Fact]:
    """The caller was told how to apply."""
    require_open(case)
    return [] if case.told_how_to_apply else [f.InformationTold(at=now)]


def becoming(case: Case, request: str, paper: str, now: datetime) -> list[Fact]:
    """It has become a request, once; the ticket itself is closed by a person."""
    if case.request is not None:
        return []
    require_open(case)
    return [f.BecameRequest(at=now, request=request, paper=paper)]

"""Proposals to publish what people ask for (条例44): adopted with a document, or declined with a reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.base import Event
from contracts.publication.rounds import ProposalChanged, ProposalOverdue, ProposalRestated, PublicationProposal
from contracts.publication.takedown import ProposalWithdrawn
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind, once
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable

WORKDAYS = 20
"""条例44 says 及时; the general limit of publication (条例26) is taken (D)."""


class Proposed(Fact):
    id: str
    agency: str
    requests: tuple[str, ...]
    applicants: int
    due_at: datetime
    at: datetime


class ProposedAgain(Fact):
    """More people have asked since."""

    requests: tuple[str, ...]
    applicants: int


class Adopted(Fact):
    document: str
    by: Official
    at: datetime


class Declined(Fact):
    reason: str
    by: Official
    at: datetime


class ProposalWentOverdue(Fact):
    pass


class Proposal(Sealable):
    """A proposal as its facts make it."""

    requests: tuple[str, ...]
    applicants: int
    due_at: datetime
    document: str | None = None
    reason: str = ""
    overdue: bool = False

    @property
    def decided(self) -> bool:
        return bool(self.document or self.reason)


def propose(
    id: str, agency: str, requests: tuple[str, ...], applicants: int, now: datetime, calendar: Calendar
) -> list[Fact]:
    due = end_of_day(calendar.due(now.date(), WORKDAYS))
    return [Proposed(id=id, agency=agency, requests=requests, applicants=applicants, due_at=due, at=now)]


def propose_again(state: Proposal, requests: tuple[str, ...], applicants: int) -> list[Fact]:
    """What was declined is proposed again once more people have asked for it than before."""
    known = set(requests) <= set(state.requests) and applicants <= state.applicants
    return [] if known or state.document else [ProposedAgain(requests=requests, applicants=applicants)]


def adopt(state: Proposal, document: str, is_public: bool, by: Official, now: datetime) -> list[Fact]:
    if not is_public:
        raise Refused("not_public", "文件还没有公开。", field="document", remedy="请先公开文件，再登记采纳。")
    return [] if state.document == document else [Adopted(document=document, by=by, at=now)]


def decline(state: Proposal, reason: str, by: Official, now: datetime) -> list[Fact]:
    if state.document:
        raise Refused("adopted", "信息已经公开，不能再不采纳。", remedy="请核对编号。")
    return [] if state.reason == reason else [Declined(reason=reason, by=by, at=now)]


def evolve(state: Proposal | None, fact: Fact) -> Proposal:
    if isinstance(fact, Proposed):
        return Proposal(**fact.model_dump(exclude={"at"}), opened_at=fact.at)
    if state is None:
        raise ValueError("the first fact opens a proposal")
    match fact:
        case ProposedAgain():
            asked = {"requests": fact.requests, "applicants": fact.applicants, "reason": ""}
            return state.model_copy(update=asked)
        case Adopted():
            return state.model_copy(update={"document": fact.document, "reason": "", "overdue": False})
        case Declined():
            return state.model_copy(update={"reason": fact.reason, "overdue": False})
        case ProposalWentOverdue():
            return state.model_copy(update={"overdue": True})
    raise TypeError(f"unknown fact {fact.kind}")


def record(state: Proposal) -> PublicationProposal:
    label = "已主动公开" if state.document else "不予采纳" if state.reason else "待评估"
    return PublicationProposal(
        id=state.id,
        title=f"建议主动公开：{state.applicants} 人申请的同一信息",
        state="adopted" if state.document else "declined" if state.reason else "open",
        state_label=label,
        open=not state.decided,
        agency=state.agency,
        opened_at=state.opened_at,
        due_at=None if state.decided else state.due_at,
        overdue=state.overdue,
        waits_for="" if state.decided else "政务公开工作机构评估",
        requests=state.requests[:100],
        applicants=state.applicants,
        document=state.document,
        reason=state.reason,
    )


def tell(state: Proposal, facts: Sequence[Fact]) -> list[Event]:
    overdue = any(isinstance(fact, ProposalWentOverdue) for fact in facts)
    return [ProposalOverdue(record=record(state)) if overdue else ProposalChanged(record=record(state))]


def alarm(state: Proposal) -> datetime | None:
    return None if state.decided or state.overdue else state.due_at


def index(state: Proposal) -> Mapping[str, Any]:
    return {"agency": state.agency, "open": not state.decided}


_KIND: CaseKind[Proposal] = CaseKind(
    name="proposal",
    title="主动公开建议",
    facts=(Proposed, ProposedAgain, Adopted, Declined, ProposalWentOverdue),
    evolve=evolve,
    tell=tell,
    retell=lambda state: [ProposalRestated(record=record(state))],
    index=index,
    alarm=alarm,
    tick=once(alarm, ProposalWentOverdue),
)
KIND = sealable(_KIND, Tombstones(ProposalWithdrawn))

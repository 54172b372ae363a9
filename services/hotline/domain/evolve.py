"""How a ticket follows from its facts."""

from datetime import datetime
from typing import Any, Literal

from contracts.doubts import DoubtStage, answered
from contracts.hotline.reading import Step
from contracts.hotline.terms import Duty, Ending, Matter, TicketState, Urgency
from kernel.facts import Fact
from services.hotline.domain import facts as f
from services.hotline.domain.limit import Limit
from services.hotline.domain.ticket import Case, without

S = TicketState
ENDINGS = {
    Ending.ANSWERED: "已答复办结",
    Ending.VISITED: "已回访办结",
    Ending.FACTUAL: "已说明情况办结",
    Ending.TRANSFERRED: "已移交其他单位办结",
    Ending.REFUSED: "不属受理范围，已告知途径办结",
}


def evolve(case: Case | None, fact: Fact) -> Case:
    """The state after one more fact. Raises `ValueError` for a history that does not begin with `Received`."""
    if isinstance(fact, f.Received):
        return _received(fact)
    if isinstance(fact, f.Imported):
        return _imported(fact)
    if case is None:
        raise ValueError("a ticket begins with its receipt")
    return case.model_copy(update=_changes(case, fact))


_SHARED = frozenset(f.Received.model_fields) & frozenset(Case.model_fields)


def _received(fact: f.Received) -> Case:
    shared = {name: getattr(fact, name) for name in _SHARED}
    return Case(
        **{
            **shared,
            "opened_at": fact.at,
            "kind": fact.ticket_kind,
            "revisions": {fact.revision: fact.digests},
            "first_due_at": fact.limit.due_at,
            "held_since": fact.at,
            "rung_at": fact.at if fact.emergency else None,
            "steps": (Step(at=fact.at, label="已受理"),),
        }
    )


def _imported(fact: f.Imported) -> Case:
    """A closed ticket of another system: no limit of ours ever ran."""
    shared = {name: getattr(fact, name) for name in frozenset(f.Imported.model_fields) & frozenset(Case.model_fields)}
    end = fact.closed_at or fact.received_at
    limit = Limit(unit="workdays", amount=0, start=fact.received_at, due_at=end, warn_at=())
    return Case(
        **{
            **shared,
            "state": S.CLOSED,
            "opened_at": fact.at,
            "emitter": "import",
            "revision": 1,
            "revisions": {1: fact.digests},
            "kind": fact.ticket_kind,
            "urgency": Urgency.NORMAL,
            "matter": Matter.ORDINARY,
            "secret": False,
            "named": (),
            "hints": (),
            "cap": None,
            "limit": limit,
            "first_due_at": end,
            "contact_due_at": end,
            "dispatched_at": fact.received_at if fact.lead else None,
            "replied_at": fact.closed_at if fact.reply else None,
            "holder": "",
            "held_since": end,
            "imported": True,
            "steps": (Step(at=fact.received_at, label="已受理"), Step(at=end, label="已办结")),
        }
    )


def _changes(case: Case, fact: Fact) -> dict[str, Any]:
    return next(filter(None, (part(case, fact) for part in _PARTS)))


def _of_content(case: Case, fact: Fact) -> dict[str, Any]:
    """What the emitter and the classification change."""
    match fact:
        case f.Revised():
            changes = {name: getattr(fact, name) for name in _REVISED} | {"kind": fact.ticket_kind}
            revisions = {**case.revisions, fact.revision: fact.digests}
            return {**changes, "revisions": revisions, **_first_limit(case, fact.limit.due_at)}
        case f.Noted():
            revisions = {**case.revisions, fact.revision: fact.digests}
            return {"revision": fact.revision, "revisions": revisions, "notes": (*case.notes, fact.paper)}
        case f.Predated():
            limits = {"limit": fact.limit, "contact_due_at": fact.contact_due_at}
            return {"received_at": fact.received_at, **limits, **_first_limit(case, fact.limit.due_at)}
        case f.EmergencyRaised():
            return {"emergency": tuple(sorted({*case.emergency, *fact.numbers})), "rung_at": fact.at, "rings": 0}
        case f.AlarmRepeated():
            return {"rung_at": fact.at, "rings": case.rings + 1}
        case f.HandedOver():
            label = f"紧急事项已移交{fact.number}"
            return {"handed_over": (*case.handed_over, fact.number), **_step(case, fact.at, label)}
        case f.Classified():
            cleared = tuple(code for code in case.named if code not in fact.accused)
            decided = {"category": fact.category, "matter": fact.matter, "accused": fact.accused, "cleared": cleared}
            return {**decided, "classified": True, **_fresh(fact), "first_due_at": fact.limit.due_at}
        case f.LimitRecomputed():
            moved = case.overdue and fact.limit.due_at == case.limit.due_at
            return {**_first_limit(case, fact.limit.due_at), **dict(fact), "overdue": moved}
        case f.Doubted():
            return {"doubts": (*case.doubts, fact.doubt)}
        case f.DoubtAnswered():
            explained = fact.answer.stage is DoubtStage.EXPLAINED
            told = _step(case, fact.at, "所问政策已二次解读") if explained else {}
            return {"doubts": answered(case.doubts, fact.answer), **told}
        case f.InformationTold():
            return {"told_how_to_apply": True, **_step(case, fact.at, "已告知政府信息公开申请途径")}
        case f.BecameRequest():
            label = f"经本人同意转为政府信息公开申请{fact.request}"
            return {"request": fact.request, "notes": (*case.notes, fact.paper), **_step(case, fact.at, label)}
        case _:
            return {}


_REVISED = (
    "revision",
    "received_at",
    "channel",
    "category",
    "area",
    "urgency",
    "matter",
    "secret",
    "paper",
    "named",
    "hints",
    "cap",
    "limit",
    "contact_due_at",
)


def _of_unit(case: Case, fact: Fact) -> dict[str, Any]:
    """From the centre to the unit, and back."""
    match fact:
        case f.Dispatched():
            flow = {"lead": fact.lead, "co": fact.co, "dispatched_at": fact.at, "signed_at": None}
            due: dict[str, Any] = {"sign_due_at": fact.sign_due_at, "return_due_at": fact.return_due_at}
            due["duties_warned"] = tuple(duty for duty in case.duties_warned if duty is not Duty.SIGN)
            return {
                "state": S.DISPATCHED,
                **flow,
                **due,
                **_held(case, "unit", fact.at),
                **_step(case, fact.at, "已派单"),
            }
        case f.Signed():
            return {"state": S.SIGNED, "signed_at": fact.at, **_step(case, fact.at, "承办单位已签收")}
        case f.Contacted():
            return {"contacted_at": case.contacted_at or fact.at, **_step(case, fact.at, "已联系来电人")}
        case f.ReturnRequested():
            asked = {"return_asked": case.return_asked + 1, "notes": (*case.notes, fact.paper)}
            return {"state": S.RETURN_REQUESTED, **asked}
        case f.ReturnApproved():
            back = {"lead": "", "co": (), "returned": case.returned + 1, "sign_due_at": None}
            return {"state": S.TRIAGE, **back, **_held(case, "centre", fact.at)}
        case f.ReturnDenied():
            return {"state": S.SIGNED, "signed_at": case.signed_at or fact.at}
        case _:
            return {}


def _of_limits(case: Case, fact: Fact) -> dict[str, Any]:
    """More time, reminders, and what time alone has decided."""
    match fact:
        case f.ExtensionRequested():
            asked = {"extension_days": fact.days, "notes": (*case.notes, fact.paper)}
            return {"state": S.EXTENSION_REQUESTED, **asked}
        case f.ExtensionApproved():
            return {"state": S.SIGNED, "extended": True, **_fresh(fact), **_step(case, fact.at, "办理时限已延长")}
        case f.ExtensionDenied():
            return {"state": S.SIGNED}
        case f.Suspended():
            told = {"promised_on": fact.until, "notes": (*case.notes, fact.paper)}
            return {"state": S.SUSPENDED, **told, **_fresh(fact), **_step(case, fact.at, "已承诺办理日期")}
        case f.Resumed():
            return {"state": S.SIGNED, **_step(case, fact.at, "恢复办理")}
        case f.Urged():
            return {"urged": case.urged + 1}
        case f.Supervised():
            return {"supervised": fact.level}
        case f.Warned():
            return {"warned_until": fact.at}
        case f.FellOverdue():
            return {"overdue": True}
        case f.DutyWarned():
            return {"duties_warned": (*case.duties_warned, fact.duty)}
        case f.DutyMissed():
            return {"missed": (*case.missed, fact.duty)}
        case _:
            return {}


def _of_reply(case: Case, fact: Fact) -> dict[str, Any]:
    """From the reply to the visit and the rating."""
    match fact:
        case f.Replied():
            reply = {"replied_at": fact.at, "replier": fact.by, "reply": fact.paper, "adopted": fact.adopted}
            return {
                "state": S.REPLIED,
                **reply,
                **_held(case, "centre", fact.at),
                **_step(case, fact.at, "回复待审核"),
            }
        case f.ReplyApproved():
            due = {"approved_at": fact.at, "visit_due_at": fact.visit_due_at, "visited_at": None}
            warned = tuple(duty for duty in case.duties_warned if duty is not Duty.VISIT)
            return {"state": S.VISITING, **due, "duties_warned": warned, **_step(case, fact.at, "已答复")}
        case f.SentBack():
            again = {"replied_at": None, "redone": case.redone + 1, "satisfaction": None, "solved": None}
            notes = (*case.notes, fact.paper) if fact.paper else case.notes
            held = _held(case, "unit", fact.at)
            return {"state": S.SIGNED, **again, "notes": notes, **held, **_step(case, fact.at, "重新办理")}
        case f.Visited():
            said = {"solved": fact.solved, "satisfaction": fact.satisfaction} if fact.reached else {}
            return {"visited_at": fact.at, **said, **_step(case, fact.at, "已回访")}
        case f.Rated():
            return {"rating": fact.level}
        case _:
            return {}


def _of_ending(case: Case, fact: Fact) -> dict[str, Any]:
    """The end, and the beginning anew."""
    match fact:
        case f.Closed():
            direct = {"replied_at": case.replied_at or fact.at, "reply": case.reply or fact.paper}
            ended = {"closed_at": fact.at, "ending": fact.ending, "state": S.CLOSED}
            return {**direct, **ended, **_held(case, "", fact.at), **_step(case, fact.at, ENDINGS[fact.ending])}
        case f.Reopened():
            again = {"replied_at": None, "reply": None, "closed_at": None, "ending": None, "satisfaction": None}
            count = {"reopened": case.reopened + 1, "notes": (*case.notes, fact.paper), "lead": "", "co": ()}
            cleared: dict[str, Any] = {"solved": None, "visited_at": None, "merged_into": None, "extended": False}
            cleared |= {"promised_on": None, "return_asked": 0, "rating": None, "adopted": None}
            held = {"holder": "centre", "held_since": fact.at}
            step = _step(case, fact.at, "重新受理")
            return {"state": S.TRIAGE, **again, **count, **cleared, **_fresh(fact), **held, **step}
        case f.Archived():
            return {"state": S.ARCHIVED}
        case _:
            return {}


def _of_merging(case: Case, fact: Fact) -> dict[str, Any]:
    """Duplicates; what no other part knows is no fact of a ticket."""
    match fact:
        case f.Merged():
            return {"state": S.MERGED, "merged_into": fact.into, **_step(case, fact.at, "与同一事项合并办理")}
        case f.Unmerged():
            held = _held(case, "centre", fact.at)
            return {"state": S.TRIAGE, "merged_into": None, "lead": "", **held, **_step(case, fact.at, "恢复单独办理")}
        case f.Absorbed():
            return {"absorbed": (*case.absorbed, fact.duplicate), "strict": case.strict or fact.secret}
        case f.Released():
            return {"absorbed": without(case.absorbed, fact.duplicate)}
        case _:
            raise ValueError(f"not a fact of a ticket: {fact.kind}")


_PARTS = (_of_content, _of_unit, _of_limits, _of_reply, _of_ending, _of_merging)
"""Each knows the facts of one part of a ticket's life; the last refuses what is none."""


def _first_limit(case: Case, due_at: datetime) -> dict[str, Any]:
    """The limit as first set follows the content; an extension or a promise leaves it as it was."""
    settled = case.extended or case.promised_on is not None
    return {} if settled else {"first_due_at": due_at, "overdue": case.overdue and due_at == case.limit.due_at}


def _fresh(fact: f.Classified | f.ExtensionApproved | f.Suspended | f.Reopened) -> dict[str, Any]:
    """A new limit is warned about and missed anew."""
    return {"limit": fact.limit, "overdue": False}


def _step(case: Case, at: datetime, label: str) -> dict[str, Any]:
    """What the caller sees of it."""
    return {"steps": (*case.steps, Step(at=at, label=label))}


def _held(case: Case, holder: Literal["centre", "unit", ""], at: datetime) -> dict[str, Any]:
    """Close the running share of the time and begin the next one."""
    minutes = max(0, int((at - case.held_since).total_seconds() // 60))
    share = f"{case.holder}_minutes"
    spent = {share: getattr(case, share) + minutes} if case.holder else {}
    return {**spent, "holder": holder, "held_since": at}

"""Documents of a request: which there are, what stands in them, and that what was issued stays as it was."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.actors import Cause
from chassis.chain import Entry
from chassis.papers import Paper
from contracts.requests import papers as c
from contracts.requests.papers import DocumentKind
from contracts.requests.terms import Application, Consulted, Outcome
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.requests.domain import KIND
from services.requests.domain import facts as f
from services.requests.domain.limits import days
from services.requests.domain.outcomes import OUTCOMES
from services.requests.domain.state import Case
from services.requests.papers import Words
from services.requests.printing import DOCX, Printed, as_docx, as_html, fill
from services.requests.service import Requests

K = DocumentKind
MADE_FROM: dict[DocumentKind, type[Fact]] = {
    K.RECEIPT: f.Arrived,
    K.ACCEPTANCE: f.Accepted,
    K.CORRECTION: f.CorrectionRequested,
    K.EXTENSION: f.Extended,
    K.THIRD_PARTY: f.ConsultationSent,
    K.CO_ORGAN: f.ConsultationSent,
    K.REASONS: f.ReasonsRequested,
    K.DELAY: f.ReasonsAccepted,
    K.FEE: f.FeeNoticed,
    K.REPLY: f.ReplyDrafted,
    K.THIRD_PARTY_NOTICE: f.ReplyDrafted,
    K.CLOSING: f.LapseClosed,
    K.WITHDRAWAL: f.Withdrawn,
}
TO_OTHERS = frozenset({K.THIRD_PARTY, K.CO_ORGAN, K.THIRD_PARTY_NOTICE})
"""Documents that are not addressed to the applicant."""
REPLIES = frozenset({K.REPLY, K.THIRD_PARTY_NOTICE})
VALUES = (
    "机关", "机关地址", "机关电话", "工作机构", "申请编号", "文书编号", "日期", "类别", "渠道", "到达日期",
    "收到日期", "申请人", "代理人", "通信地址", "送达方式", "申请内容", "获取方式", "缺少", "结果", "答复期限",
    "征求对象", "答复天数", "缴费天数", "金额", "减免", "数量", "计费方式", "延长天数", "延长后期限",
    "需要补正的事项", "补正期限", "征求意见函", "要求说明理由", "理由", "缴费方式", "减免理由", "延期理由", "答复",
    "依据", "查询依据", "此前的答复", "负责公开的机关", "公开的公共利益理由", "救济途径", "撤回说明",
)  # fmt: skip
"""What a template may name; what a document does not have is empty."""


@dataclass(frozen=True)
class Basis:
    """The fact that a document is made from, when it was recorded, and where it stands in the chain."""

    fact: Any
    at: datetime
    position: int


def basis(case: Case, entries: Sequence[Entry], kind: DocumentKind, consultation: str = "") -> Basis:
    """The last fact that calls for the document; raises `Refused` where there is none."""
    found = [each for each in _all(entries, MADE_FROM[kind]) if _calls_for(case, each.fact, kind, consultation)]
    if not found:
        raise Refused("no_document", f"本申请没有{kind.value}。", field="kind", remedy="请先办理相应的步骤。")
    return found[-1]


def _all(entries: Sequence[Entry], wanted: type[Fact]) -> Iterator[Basis]:
    for position, entry in enumerate(entries):
        stored = json.loads(entry["text"])
        if stored["kind"] == wanted.kind:
            at = datetime.fromisoformat(stored["at"]).astimezone(CST)
            yield Basis(KIND.revive(stored["kind"], stored["data"]), at, position)


def _calls_for(case: Case, fact: Any, kind: DocumentKind, consultation: str) -> bool:
    match kind:
        case K.THIRD_PARTY | K.CO_ORGAN:
            third = fact.whom is Consulted.THIRD_PARTY
            return third == (kind is K.THIRD_PARTY) and consultation in ("", fact.consultation)
        case K.DELAY:
            return fact.delayed_to is not None
        case K.REPLY:
            return case.draft is not None and fact.paper == case.draft.paper
        case K.THIRD_PARTY_NOTICE:
            return case.draft is not None and fact.paper == case.draft.paper and fact.override
        case _:
            return True


def issued(case: Case, kind: DocumentKind) -> bool:
    """Whether the document may go out: a reply when it was approved, a notice with its step."""
    return kind not in REPLIES or (case.draft is not None and case.draft.approver is not None)


def available(case: Case, entries: Sequence[Entry]) -> Iterator[tuple[DocumentKind, str]]:
    """The documents of a request that were issued, each with its consultation."""
    for kind in DocumentKind:
        letters = [each.id for each in case.consultations] if kind in {K.THIRD_PARTY, K.CO_ORGAN} else [""]
        for letter in letters:
            try:
                basis(case, entries, kind, letter)
            except Refused:
                continue
            if issued(case, kind):
                yield kind, letter


def addressed(case: Case, entries: Sequence[Entry]) -> tuple[DocumentKind, ...]:
    """The documents that were sent to the applicant and can still be read."""
    kinds = (kind for kind, _ in available(case, entries)) if not case.erased else ()
    return tuple(kind for kind in dict.fromkeys(kinds) if _to_applicant(case, kind))


async def make(service: Requests, command: c.MakeDocument, cause: Cause) -> c.Document:
    """A document for whoever may have it: officers for a purpose, the applicant what was sent to the applicant."""
    held = await service.admitted(command.number, cause, command.code)
    case, kind = held.state, command.kind
    if cause.actor.kind == "citizen":
        if not _to_applicant(case, kind):
            raise Refused("no_document", f"本申请没有{kind.value}。", field="kind")
    elif len(command.purpose) < 2:
        raise Refused("purpose", "制作文书要读取申请材料，请写明用途。", field="purpose")
    purpose = command.purpose or "申请人查询"
    entries = await service.cases.entries(held.id)
    printed = await printed_document(service, case, entries, kind, command.consultation, purpose, cause)
    draft = not issued(case, kind)
    word = command.format == "docx"
    content = as_docx(printed, draft) if word else as_html(printed, draft).encode()
    return c.Document(
        number=held.id,
        kind=kind,
        name=f"{held.id}-{kind.value}.{command.format}",
        title=printed.title,
        issued=not draft,
        media_type=DOCX if word else "text/html; charset=utf-8",
        content=base64.b64encode(content).decode(),
    )


def _to_applicant(case: Case, kind: DocumentKind) -> bool:
    served = case.draft is not None and case.outcome is case.draft.outcome
    return kind not in TO_OTHERS and (kind is not K.REPLY or served)


async def printed_document(
    service: Requests,
    case: Case,
    entries: Sequence[Entry],
    kind: DocumentKind,
    consultation: str,
    purpose: str,
    cause: Cause,
) -> Printed:
    """The document as it was first made after its step; before the approval it is made anew each time."""
    found = basis(case, entries, kind, consultation)
    id = f"{case.number}-document-{kind.name.lower()}-{found.position}"
    if not issued(case, kind):
        return await _made(service, case, kind, found, purpose, cause)
    if await service.kept.find_one({"_id": id}, {"_id": 1}) is None:
        made = await _made(service, case, kind, found, purpose, cause)
        await service.papers.put([Paper(id, case.number, "document", made)], cause.now)
    return await service.papers.read(id, Printed, cause.actor, purpose, cause.now)


async def _made(service: Requests, case: Case, kind: DocumentKind, found: Basis, purpose: str, cause: Cause) -> Printed:
    names = template_names(kind, found.fact)
    agency = case.agency
    values = dict.fromkeys(VALUES, "") | _of_case(service, case, kind, found) | _of_fact(service, case, found.fact)
    if case.application and not case.erased:
        read = await service.papers.read(case.application, Application, cause.actor, purpose, cause.now)
        values |= _of_application(read)
    if paper := getattr(found.fact, "paper", ""):
        words = await service.papers.read(paper, Words, cause.actor, purpose, cause.now)
        values |= {key: text for key, text in words.parts.items() if key in values}
    first = names[0]
    source = service.configuration.template
    return fill(first, lambda name: source(agency, names if name == first else (name,)), values)


def template_names(kind: DocumentKind, fact: Any) -> tuple[str, ...]:
    """Names of templates, the most particular first: `reply_deny_6`, `reply_deny`, `reply`."""
    if kind is not K.REPLY:
        return (kind.name.lower(),)
    outcome = fact.outcome.value.lower()
    return (f"reply_{outcome}", f"reply_{outcome.partition('_')[0]}", "reply")


def _of_case(service: Requests, case: Case, kind: DocumentKind, found: Basis) -> dict[str, str]:
    agency = service.register.by_code(case.agency)
    limit = case.deadlines.reply
    signed = case.draft.approved_on if kind in REPLIES and case.draft else None
    return {
        "机关": agency.name if agency else case.agency,
        "机关地址": agency.address if agency else "",
        "机关电话": agency.phone if agency else "",
        "工作机构": agency.office.name if agency and agency.office else "",
        "申请编号": case.number,
        "文书编号": f"{case.number}-{found.position}",
        "日期": chinese(signed or found.at.date()),
        "类别": case.asks.value,
        "渠道": case.channel.value,
        "到达日期": chinese(case.arrived_on),
        "收到日期": chinese(case.received_on),
        "缺少": "、".join(case.missing),
        "答复期限": chinese(limit.due if limit else None),
    }


def _of_application(read: Application) -> dict[str, str]:
    return {
        "申请人": "、".join(each.name for each in read.applicants),
        "代理人": read.agent.name if read.agent else "",
        "通信地址": read.applicants[0].address,
        "送达方式": read.route.value,
        "申请内容": read.description,
        "获取方式": read.form,
    }


def _of_fact(service: Requests, case: Case, fact: Any) -> dict[str, str]:
    match fact:
        case f.ConsultationSent():
            within = days("APP.THIRD_PARTY" if fact.whom is Consulted.THIRD_PARTY else "APP.CO_ORGAN")
            return {"征求对象": fact.whom.value, "答复天数": str(within)}
        case f.FeeNoticed():
            unit = "件" if fact.method == "按件" else "页"
            return {
                "金额": str(fact.amount),
                "减免": str(fact.reduction or ""),
                "数量": f"{fact.quantity}{unit}",
                "计费方式": fact.method,
                "缴费天数": str(days("FEE.PAY")),
            }
        case f.Extended():
            return {
                "延长天数": str(fact.days),
                "延长后期限": chinese(case.deadlines.reply.due if case.deadlines.reply else None),
            }
        case f.ReasonsAccepted():
            return {"延长后期限": chinese(fact.delayed_to)}
        case f.ReplyDrafted():
            return {"结果": OUTCOMES[fact.outcome].label}
        case f.LapseClosed():
            return _ended(service, case, fact.outcome)
        case f.Withdrawn():
            return _ended(service, case, Outcome.CLOSE_OTHER)
        case _:
            return {}


def _ended(service: Requests, case: Case, outcome: Outcome) -> dict[str, str]:
    rule = OUTCOMES[outcome]
    remedy = service.remedy(case.agency, rule.remedy)
    return {"结果": rule.label, "依据": rule.basis_text(), "救济途径": remedy}


def chinese(day: date | None) -> str:
    """2026年11月23日; empty where there is no day."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""

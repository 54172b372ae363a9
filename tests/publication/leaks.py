"""Cases of every kind that can be taken down, with the marker in all that a person writes."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any, NamedTuple

from chassis.actors import Actor, Cause
from contracts.base import Done, Role
from contracts.publication.catalogue import PutItem
from contracts.publication.catalogue_clocks import StartClock
from contracts.publication.comments import (
    Adoption,
    AnswerComments,
    CommentKept,
    CommentsAnswered,
    ParticipationForm,
    RecordComment,
)
from contracts.publication.decision_catalogue import (
    DecisionEntry,
    DecisionLevel,
    PublishDecisionCatalogue,
    PutDecisionCatalogue,
)
from contracts.publication.decisions import OpenConsultation, PlanConsultation, PlannedForm, SetDecisionDraft
from contracts.publication.documents import AssignNumber, Correct, Publish, Withdraw
from contracts.publication.gazette import IssueGazette
from contracts.publication.inspection import CarryOutDraw, InspectionResult, OpenDraw, RecordResults
from contracts.publication.ledgers import (
    Duty,
    LedgerPlan,
    LedgerSource,
    LedgerStep,
    OpenLedger,
    PublishLedger,
    ReportStep,
    SourceReference,
)
from contracts.publication.lists import ExplainDifference, PutUpperRows, Reconcile, UpperRows
from contracts.publication.meetings import (
    AgendaItem,
    ApproveMeeting,
    HoldMeeting,
    ItemResult,
    MeetingType,
    OpennessProposal,
    PlanMeeting,
    PublishMeeting,
)
from contracts.publication.record import Attribute, Changes, Leak, Raised
from contracts.publication.rounds import DeclineProposal
from contracts.publication.shortfalls import ExplainShortfall, YearDuty
from contracts.publication.surveys import RegisterSecret
from services.publication.catalogue.types import type_of
from services.publication.rounds import doubts, proposals
from services.publication.rounds.shortfalls import YearFellShort
from services.publication.service import Publication
from tests.publication.test_attachments import send, sheets, upload
from tests.publication.test_deciding import document, starting
from tests.publication.test_service import TEXT, clear, draft
from tests.servers import Desk

MARKER = "绝不应留存的标记一九八七零三"
LYJ: dict[str, Any] = {"as_": "张林业", "agency": "lyj"}
HEAD: dict[str, Any] = {"as_": "孙局长", "agency": "lyj", "roles": [Role.HEAD]}
SECRETARY: dict[str, Any] = {"as_": "王会务", "agency": "xzf"}
MAYOR: dict[str, Any] = {"as_": "陈县长", "agency": "xzf"}
OFFICE: dict[str, Any] = {"as_": "赵审核", "agency": "bgs"}
REGISTERED = {"category": "木材加工", "organ": "示例县林业局", "status": "在业"}
MATTER = {
    "name": "木材经营检查", "basis": "森林法", "organ": "示例县林业局", "content": "台账",
    "way": "实地检查", "ratio": "10%", "frequency": "每年一次",
}  # fmt: skip


async def leak(desk: Desk) -> str:
    """A published document with the marker in all that a person writes, corrected once."""
    details: dict[str, Any] = {
        "summary": MARKER,
        "keywords": (MARKER,),
        "scope": MARKER,
        "formed_on": date(2026, 11, 20),
    }
    id = await draft(desk, f"关于{MARKER}的通知", f"{TEXT}\n{MARKER}", **details)
    await send(desk, id, f"{MARKER}.xlsx", sheets(MARKER), upload=upload(77))
    await clear(desk, id)
    await desk(AssignNumber(id=id, doc_no="示财发〔2026〕77号"), Done, as_="赵审核", agency="bgs")
    await desk(Publish(id=id, channels=("网站", "微信")), Done, as_="赵审核", agency="bgs")
    changes = Changes(title=f"关于{MARKER}的更正通知")
    correct = Correct(id=id, reason=f"更正{MARKER}", text=f"{TEXT}\n{MARKER}\n再次", changes=changes)
    await desk(correct, Done, as_="赵审核", agency="bgs")
    await desk(IssueGazette(documents=(id,)), Done, as_="赵审核", agency="bgs")
    return id


async def matter(desk: Desk, service: Publication) -> str:
    """A matter of decision in consultation, with an answered opinion."""
    say = {"background": f"背景{MARKER}", "basis": MARKER, "proposed_by": MARKER}
    id = str((await desk(starting(title=f"规划{MARKER}", **say), Done, **LYJ)).id)
    await desk(SetDecisionDraft(id=id, document=await document(desk, "撤下用的征求意见稿")), Done, **LYJ)
    forms = (PlannedForm(form=ParticipationForm.WEB), PlannedForm(form=ParticipationForm.NEW_MEDIA))
    until = desk.servers.clock.now().date() + timedelta(days=60)
    await desk(
        PlanConsultation(id=id, until=until, forms=forms, explanation=f"说明{MARKER}", contact=MARKER), Done, **LYJ
    )
    await desk(OpenConsultation(id=id, secrecy=True), Done, **OFFICE)
    await desk(RecordComment(id=id, form=ParticipationForm.WRITTEN, text="意见一条"), CommentKept, **LYJ)
    said = AnswerComments(id=id, nos=(1,), summary=f"归纳{MARKER}", adoption=Adoption.ADOPTED, reason=MARKER)
    await desk(said, CommentsAnswered, **LYJ)
    return id


async def meeting(desk: Desk, service: Publication) -> str:
    proposal = OpennessProposal(attribute=Attribute.PROACTIVE, ways=("网站", "微信"))
    item = AgendaItem(no=1, title=f"审议{MARKER}", proposal=proposal)
    now = desk.servers.clock.now()
    plan = PlanMeeting(title=f"会议{MARKER}", type=MeetingType.STANDING, meets_at=now, agenda=(item,))
    id = str((await desk(plan, Done, **SECRETARY)).id)
    await desk(ApproveMeeting(id=id), Done, **MAYOR)
    results = (ItemResult(no=1, result=f"同意{MARKER}"),)
    await desk(HoldMeeting(id=id, results=results), Done, **SECRETARY)
    await desk(PublishMeeting(id=id, secrecy=True), Done, **OFFICE)
    return id


async def ledger(desk: Desk, service: Publication) -> str:
    step = LedgerStep(no=1, what=MARKER, agency="lyj", due_on=desk.servers.clock.now().date() + timedelta(days=90))
    plan = LedgerPlan(
        title=f"建设{MARKER}",
        source=SourceReference(kind=LedgerSource.REPORT, text=MARKER),
        measures=(MARKER,),
        steps=(step,),
        duties=(Duty(agency="lyj", duty=MARKER),),
        supervision=MARKER,
    )
    id = str((await desk(OpenLedger(plan=plan), Done, **LYJ)).id)
    await desk(ReportStep(id=id, text=f"进展{MARKER}"), Done, **LYJ)
    await desk(PublishLedger(id=id, secrecy=True), Done, **OFFICE)
    return id


async def year(desk: Desk, service: Publication) -> str:
    entries = (DecisionEntry(no=1, title=f"事项{MARKER}", agency="lyj", basis=MARKER),)
    put = PutDecisionCatalogue(year=2031, level=DecisionLevel.GOVERNMENT, agency="xzf", entries=entries)
    id = str((await desk(put, Done, **SECRETARY)).id)
    await desk(PublishDecisionCatalogue(id=id, agreed=MARKER, secrecy=True), Done, **OFFICE)
    return id


async def item(desk: Desk, service: Publication) -> str:
    """An item in two editions, with a limit that names it."""
    name = {"level1": MARKER, "level2": MARKER}
    rest = {"content": MARKER, "basis": MARKER, "limit": "每月", "subject": MARKER, "channel": "网站"}
    put = PutItem(type="basic", agency="lyj", values=name | rest, reason=f"新增{MARKER}")
    id = str((await desk(put, Done, **LYJ)).id)
    again = put.model_copy(update={"values": name | rest | {"content": f"又{MARKER}"}, "reason": f"改{MARKER}"})
    await desk(again, Done, **LYJ)
    return id


async def clock(desk: Desk, service: Publication) -> str:
    """A limit of what is no item yet."""
    named = {"document_no": "示林罚〔2026〕1号", "name": f"违法{MARKER}"}
    begun = desk.servers.clock.now().date()
    start = StartClock(type="penalties", agency="lyj", act="publish", begun_on=begun, values=named)
    return str((await desk(start, Done, **LYJ)).id)


async def draw(desk: Desk, service: Publication) -> str:
    """A draw with a result, whose lists hold a name that has left the register since."""
    subject = {"code": "林001", "name": f"示例木材厂{MARKER}", "party_class": "法人及非法人组织"}
    put = PutItem(type="inspected", agency="lyj", values=subject | REGISTERED, reason="建库")
    named = (await desk(put, Done, **LYJ)).id
    inspector = {"certificate": "林示1", "name": "示例甲", "unit": "示例县林业局", "status": "在岗"}
    await desk(PutItem(type="inspectors", agency="lyj", values=inspector, reason="建库"), Done, **LYJ)
    matter = (await desk(PutItem(type="inspections", agency="lyj", values=MATTER, reason="编制"), Done, **LYJ)).id
    today = desk.servers.clock.now().date()
    wanted: dict[str, Any] = {"agencies": ("lyj",), "count": 1, "per_subject": 1, "inspect_by": today}
    id = str((await desk(OpenDraw(matter=matter, title=f"抽查{MARKER}", **wanted), Done, **LYJ)).id)
    await desk(CarryOutDraw(id=id, public_value="0815", public_source=f"公告{MARKER}"), Done, **HEAD)
    result = InspectionResult(subject="林001", inspected_on=today, outcome="未能检查", found=f"因为{MARKER}")
    await desk(RecordResults(id=id, results=(result,)), Done, **LYJ)
    await desk(Withdraw(id=named, leak=Leak.PERSONAL), Done, **OFFICE)
    return id


async def comparison(desk: Desk, service: Publication) -> str:
    """A list from above, and a difference that was explained."""
    kind = type_of("powers")
    values = {"code": "L1", "name": MARKER, "kind": "行政许可", "basis": MARKER, "holder": "林业局", "duty": "审查"}
    row = {kind.label(name): value for name, value in values.items()}
    await desk(PutUpperRows(type="powers", agency="lyj", rows=(row,), begin=True), UpperRows, **LYJ)
    id = str((await desk(Reconcile(type="powers", agency="lyj", upper=f"清单{MARKER}"), Done, **LYJ)).id)
    explain = ExplainDifference(id=id, kind="missing", key="L1", reason=f"没有{MARKER}")
    await desk(explain, Done, **LYJ)
    return id


async def proposal(desk: Desk, service: Publication) -> str:
    id, now, cause = "999901-JY-2026-900001", desk.servers.clock.now(), _cause(desk, "proposal")
    facts = proposals.propose(id, "lyj", ("999901-YSQ-2026-000001",), 3, now, service.calendars.current)
    await service.proposals.open(id, facts, cause)
    await desk(DeclineProposal(id=id, reason=f"因为{MARKER}"), Done, **OFFICE)
    return id


async def doubt(desk: Desk, service: Publication) -> str:
    id, now = "999901-YW-2026-900001", desk.servers.clock.now()
    heard = doubts.DoubtHeard(
        id=id, raiser="hotline", reference="999901-RX-2026-900001", no=1, source=Raised.HOTLINE, point=MARKER,
        agency="lyj", document=None, question=None, said=f"因为{MARKER}", at=now,
    )  # fmt: skip
    await service.doubts.open(id, [heard], _cause(desk, "doubt"))
    return id


async def shortfall(desk: Desk, service: Publication) -> str:
    now = desk.servers.clock.now()
    id, found = "999901-HC-2026-900001", {"year": 2025, "held": 0, "counted": 0, "required": 2, "at": now}
    fact = YearFellShort(id=id, agency="lyj", duty=YearDuty.UNIT, **found)
    await service.shortfalls.open(id, [fact], _cause(desk, "shortfall"))
    await desk(ExplainShortfall(id=id, reason=f"因为{MARKER}"), Done, **HEAD)
    return id


async def secret(desk: Desk, service: Publication) -> str:
    decided_on = desk.servers.clock.now().date()
    line = RegisterSecret(number="LYJ-1", decided_by=f"甲{MARKER}", decided_on=decided_on)
    return str((await desk(line, Done, **HEAD)).id)


def _cause(desk: Desk, id: str) -> Cause:
    return Cause(Actor("service", "publication"), id, desk.servers.clock.now())


class Leaking(NamedTuple):
    """How a case is made, its record for the offices and for the public, the pages that show it, other channels."""

    make: Callable[[Desk, Publication], Awaitable[str]]
    inside: str
    outside: str = ""
    pages: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


KINDS = {
    "decision": Leaking(matter, "decision", "public_decision", ("/decisions/{}", "/api/v1/decisions/{}"), ("新媒体",)),
    "year": Leaking(year, "decision_catalogue", "public_decision_catalogue", ("/decisions/catalogues/{}",)),
    "meeting": Leaking(meeting, "meeting", "public_meeting", ("/meetings/{}", "/api/v1/meetings/{}"), ("网站", "微信")),
    "ledger": Leaking(ledger, "work_ledger", "public_work_ledger", ("/ledgers/{}", "/api/v1/ledgers/{}")),
    "item": Leaking(item, "catalogue_duty", "catalogue_item", ("/catalogues/items/{}",)),
    "clock": Leaking(clock, "catalogue_clock"),
    "draw": Leaking(draw, "draw_work", "draw", ("/api/v1/draws/{}", "/api/v1/draws/{}/proof")),
    "comparison": Leaking(comparison, "reconciliation"),
    "proposal": Leaking(proposal, "proposal"),
    "doubt": Leaking(doubt, "doubt"),
    "shortfall": Leaking(shortfall, "year_shortfall"),
    "secret": Leaking(secret, "secret_line"),
}

"""Decisions, meetings and work ledgers of the sample, each at another step."""

from collections.abc import Awaitable, Mapping
from datetime import datetime, time, timedelta

from cli.sample_staff import REVIEWER, SUPERVISOR, Loading, clerk, head
from contracts.base import Done
from contracts.publication import ledgers as work
from contracts.publication import meetings as c
from contracts.publication.comments import CommentKept, ParticipationForm, RecordComment
from contracts.publication.decision_catalogue import (
    DecisionEntry,
    DecisionLevel,
    DecisionNeeds,
    PublishDecisionCatalogue,
    PutDecisionCatalogue,
)
from contracts.publication.decisions import (
    DecisionScope,
    OpenConsultation,
    PlanConsultation,
    PlannedForm,
    SetDecisionDraft,
    StartDecision,
)
from contracts.publication.record import Attribute
from kernel.clock import CST
from sample import decisions as sample
from sample.decisions import SampleCatalogue, SampleLedger, SampleMatter, SampleMeeting

WITHHELD = ("EX16-PROCESS", "示例：仍在磋商之中")


async def decisions(loading: Loading, drafts: Awaitable[Mapping[str, str]]) -> None:
    """Load all of them. `drafts` gives the public documents by title, once they are there."""
    read = sample.decisions()
    years = {n: await _catalogue(loading, n, each) for n, each in enumerate(read.catalogues)}

    async def matters() -> None:
        """One after the other, so that their numbers are those of the file."""
        documents = await drafts
        for n, each in enumerate(read.matters):
            await _matter(loading, n, each, read.catalogues[each.catalogue], years[each.catalogue], documents)

    meetings = {each.title: _meeting(loading, n, each) for n, each in enumerate(read.meetings)}
    ledgers = {each.title: _ledger(loading, n, each) for n, each in enumerate(read.ledgers)}
    await loading.together({"决策": matters()} | meetings | ledgers)


async def _catalogue(loading: Loading, n: int, each: SampleCatalogue) -> str:
    entries = tuple(
        DecisionEntry(
            no=entry.no,
            title=entry.title,
            agency=entry.agency,
            basis=entry.basis,
            needs=DecisionNeeds(experts=entry.experts, risk=entry.risk),
            planned_on=loading.today + timedelta(days=entry.planned_in_days) if entry.planned_in_days else None,
        )
        for entry in each.entries
    )
    level = DecisionLevel(each.level)
    put = PutDecisionCatalogue(year=loading.today.year, level=level, agency=each.agency, entries=entries)
    id = (await loading.send(clerk(each.agency), put, Done, f"years:{n}:put")).id
    publish = PublishDecisionCatalogue(id=id, agreed=each.agreed, secrecy=True)
    await loading.send(REVIEWER, publish, Done, f"years:{n}:publish")
    return id


async def _matter(
    loading: Loading, n: int, each: SampleMatter, year: SampleCatalogue, catalogue: str, drafts: Mapping[str, str]
) -> None:
    """Started; where its draft is public it is open for opinions, and some have come."""
    entry = next(entry for entry in year.entries if entry.no == each.entry)
    by, key = clerk(entry.agency), f"matter:{n}"
    start = StartDecision(
        title=entry.title,
        level=DecisionLevel(year.level),
        scope=DecisionScope(each.scope),
        basis=entry.basis,
        background=each.background,
        proposed_by=each.proposed_by,
        needs=DecisionNeeds(experts=entry.experts, risk=entry.risk),
        planned_on=loading.today + timedelta(days=entry.planned_in_days) if entry.planned_in_days else None,
        catalogue=catalogue,
        entry=each.entry,
    )
    id = (await loading.send(by, start, Done, f"{key}:start")).id
    document = drafts.get(each.draft or "")
    if document is None:
        return
    await loading.send(by, SetDecisionDraft(id=id, document=document), Done, f"{key}:draft")
    plan = PlanConsultation(
        id=id,
        until=loading.today + timedelta(days=each.consult_days),
        forms=tuple(PlannedForm(form=ParticipationForm(form)) for form in each.forms),
        explanation=each.explanation,
        contact=each.contact,
    )
    await loading.send(by, plan, Done, f"{key}:plan")
    await loading.send(REVIEWER, OpenConsultation(id=id, secrecy=True), Done, f"{key}:open")
    for number, text in enumerate(each.comments):
        comment = RecordComment(id=id, form=ParticipationForm.FORUM, text=text)
        await loading.send(by, comment, CommentKept, f"{key}:comment:{number}")


async def _meeting(loading: Loading, n: int, each: SampleMeeting) -> None:
    by, key = clerk(each.agency), f"meeting:{n}"
    day = loading.today + timedelta(days=each.days)
    agenda = tuple(
        c.AgendaItem(
            no=item.no,
            title=item.title,
            field=item.field,
            proposal=_proposal(item.attribute, item.invite) if item.attribute else None,
        )
        for item in each.agenda
    )
    meets_at = datetime.combine(day, time(9), CST)
    plan = c.PlanMeeting(title=each.title, type=c.MeetingType(each.type), meets_at=meets_at, agenda=agenda)
    id = (await loading.send(by, plan, Done, f"{key}:plan")).id
    if each.stage == "planned":
        return
    await loading.send(head(each.agency), c.ApproveMeeting(id=id), Done, f"{key}:approve")
    held = c.HoldMeeting(
        id=id,
        results=tuple(c.ItemResult(no=item.no, result=item.result) for item in each.agenda),
        attendance=tuple(
            c.Attendance(invitees=c.InviteeClass(name), invited=number + 1, attended=number)
            for name, number in each.attended.items()
        ),
    )
    await loading.send(by, held, Done, f"{key}:held")
    if each.stage == "published":
        await loading.send(REVIEWER, c.PublishMeeting(id=id, secrecy=True), Done, f"{key}:publish")


def _proposal(attribute: str, invite: list[str]) -> c.OpennessProposal:
    wanted = Attribute(attribute)
    ground, reason = (None, None) if wanted is Attribute.PROACTIVE else WITHHELD
    return c.OpennessProposal(
        attribute=wanted,
        ground=ground,
        reason=reason,
        ways=("网站",) if wanted is Attribute.PROACTIVE else (),
        invite=tuple(c.InviteeClass(each) for each in invite),
    )


async def _ledger(loading: Loading, n: int, each: SampleLedger) -> None:
    by, key = clerk(each.agency), f"ledger:{n}"
    plan = work.LedgerPlan(
        title=each.title,
        source=work.SourceReference(kind=work.LedgerSource(each.source), text=each.reference),
        measures=tuple(each.measures),
        steps=tuple(
            work.LedgerStep(
                no=step.no, what=step.what, agency=step.agency, due_on=loading.today + timedelta(days=step.days)
            )
            for step in each.steps
        ),
        duties=tuple(work.Duty(agency=code, duty=duty) for code, duty in each.duties.items()),
        supervision=each.supervision,
    )
    id = (await loading.send(by, work.OpenLedger(plan=plan), Done, f"{key}:open")).id
    for number, text in enumerate(each.reports):
        report = work.ReportStep(id=id, text=text, step=1 if number == 0 else None)
        await loading.send(by, report, Done, f"{key}:report:{number}")
    if each.published:
        await loading.send(REVIEWER, work.PublishLedger(id=id, secrecy=True), Done, f"{key}:publish")
    if each.inspection:
        found = work.Inspection(
            on=loading.today,
            inspector="示例县政府督查室",
            unit=each.agency,
            grade=work.InspectionGrade.MODEL,
            result=each.inspection,
        )
        inspect = work.PublishInspection(id=id, inspection=found, secrecy=True)
        await loading.send(SUPERVISOR, inspect, Done, f"{key}:inspect")

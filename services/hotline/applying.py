"""Tickets that ask for government information: the caller is told how to apply; with consent it becomes a request."""

from chassis.actors import Cause
from contracts.base import Done
from contracts.hotline import figures as c
from contracts.requests.answers import Submitted
from contracts.requests.procedure import Submit
from contracts.requests.terms import MAX_TEXT, Applicant, ApplicantClass, Application, Channel
from kernel.refused import Refused
from services.hotline.domain import Case, information
from services.hotline.papers import Sheet, Words
from services.hotline.service import Hotline, official, on

PURPOSE = "经本人同意转为政府信息公开申请"


@on.command(c.TellHowToApply)
async def tell_how_to_apply(service: Hotline, command: c.TellHowToApply, cause: Cause) -> Done:
    official(cause)
    return await service.decide(command.id, lambda case: information.told(case, cause.now), cause)


@on.command(c.BecomeRequest)
async def become_request(service: Hotline, command: c.BecomeRequest, cause: Cause) -> Done:
    """The request begins its own clock at its own agency. Sent under a key of the ticket: a repeat finds the same."""
    official(cause)
    if not command.consent:
        remedy = "请先征得同意，或告知其自行申请。"
        raise Refused("consent_missing", "来电人尚未同意，不能代为申请。", field="consent", remedy=remedy)
    service.register.require(command.agency)
    case = (await service.cases.load(command.id)).state
    if not information.becoming(case, "", "", cause.now):
        return await service.decide(command.id, lambda _: [], cause)
    submitted = await service.ask(
        await _application(service, case, command, cause), Submitted, key=f"ticket:{case.number}"
    )
    told = f"政府信息公开申请编号 {submitted.number}，查询码 {submitted.code}。请告知来电人。"
    return await service.decide_with_words(
        command.id,
        Words(text=told),
        lambda now_, paper: information.becoming(now_, str(submitted.number), paper, cause.now),
        cause,
    )


async def _application(service: Hotline, case: Case, command: c.BecomeRequest, cause: Cause) -> Submit:
    """What is missing of an application the agency asks for by a notice of correction (条例 第三十条)."""
    sheet = await service.papers.read(case.paper, Sheet, cause.actor, PURPOSE, cause.now)
    caller = sheet.caller
    if caller is None or not caller.name:
        raise Refused("caller_unknown", "工单没有来电人姓名，不能代为申请。", remedy="请告知来电人自行提交申请。")
    applicant = Applicant(name=caller.name, contact=caller.phone)
    application = Application(
        applicant_class=ApplicantClass.PERSON,
        applicants=(applicant,),
        description=(command.description or f"{sheet.title}\n{sheet.content}")[:MAX_TEXT],
    )
    return Submit(agency=command.agency, channel=Channel.INTERNET, application=application)

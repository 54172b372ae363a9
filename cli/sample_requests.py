"""The requests of the sample: closed ones by the ledger, open ones submitted and taken to their stage step by step."""

import json
from collections.abc import Awaitable, Callable
from datetime import date

from cli.sample_staff import OPENNESS, Loading, clerk, head
from contracts.base import Done
from contracts.requests import procedure as c
from contracts.requests.answers import LedgerImported, Submitted
from contracts.requests.terms import Applicant, ApplicantClass, Application, Channel, Consulted, Outcome, Route, Step
from kernel.refused import Refused
from sample import data as sample
from sample.data import SampleRequest, SampleStep

ROUTES = {"电子邮件": Route.ELECTRONIC, "当面领取": Route.HAND, "邮寄": Route.POST}
PAGES = 200
"""Pages of the request that is charged; by the tariff 2700 yuan."""


async def requests(loading: Loading) -> None:
    """Load all requests that exist on the load day.

    The day of an extension cannot be recorded afterwards, so the extended one comes by the ledger too.
    """
    read = sample.requests(loading.at, loading.workdays_before)
    of_ledger = [each for each in read if not each.steps or each.stage == "extended"]
    await loading.together(
        {
            "台账": _ledger(loading, [each for each in of_ledger if _last_day(each) <= loading.today]),
            **{each.id: _open(loading, each) for each in read if each not in of_ledger},
        }
    )


def _last_day(request: SampleRequest) -> date:
    reviews = [day for review in request.reviews for day in (review.filed_on, review.decided_on)]
    days = (request.received_on, request.closed_on, request.corrected_on, *reviews)
    return max(day for day in days if day is not None)


async def _ledger(loading: Loading, lines: list[SampleRequest]) -> None:
    if not lines:
        return
    texts = tuple(json.dumps(line.ledger(), ensure_ascii=False) for line in lines)
    taken = await loading.send(OPENNESS, c.ImportLedger(lines=texts), LedgerImported, "ledger")
    for bad in taken.rejected:
        loading.refuse(lines[bad.line - 1].id, bad.reason)


async def _open(loading: Loading, request: SampleRequest) -> None:
    """Submit on the day of arrival; whatever else happened is done by the agency's own people, in order."""
    by, key = clerk(request.agency), f"request:{request.id}"
    submit = c.Submit(
        agency=request.agency,
        channel=Channel(request.channel),
        application=_application(request),
        arrived_on=request.steps[0].on,
    )
    number = (await loading.send(by, submit, Submitted, key)).number
    for step in request.steps:
        if step.step in STEPS:
            await STEPS[step.step](loading, request, step, number)


def _application(request: SampleRequest) -> Application:
    given = request.applicant
    if given is None or request.content is None:
        raise Refused("sample_incomplete", "示例申请缺少申请人或者内容。")
    applicant = Applicant(
        name=given.name,
        id_document=given.identity,
        contact=f"{given.phone} {given.email}",
        address=given.address,
    )
    return Application(
        applicant_class=ApplicantClass(request.applicant_class),
        applicants=(applicant,),
        description=request.content,
        form=request.delivery or "",
        route=ROUTES[request.delivery or "电子邮件"],
    )


async def _approve(loading: Loading, request: SampleRequest, step: SampleStep, number: str) -> None:
    """A reply drafted by the clerk and approved by the head."""
    draft = c.DraftReply(
        number=number, outcome=Outcome.OPEN_PROVIDE, text=f"示例：你申请的“{request.subject}”予以公开，随文提供。"
    )
    await loading.send(clerk(request.agency), draft, Done, f"request:{request.id}:draft")
    approve = c.ApproveReply(number=number)
    await loading.send(head(request.agency), approve, Done, f"request:{request.id}:approve")


Take = Callable[[Loading, SampleRequest, SampleStep, str], Awaitable[None]]


def _by_clerk(made: Callable[[SampleStep, str], Step]) -> Take:
    async def take(loading: Loading, request: SampleRequest, step: SampleStep, number: str) -> None:
        await loading.send(clerk(request.agency), made(step, number), Done, f"request:{request.id}:{step.step}")

    return take


STEPS: dict[str, Take] = {
    "confirm": _by_clerk(lambda step, number: c.ConfirmReceipt(number=number, confirmed_on=step.on)),
    "accept": _by_clerk(lambda step, number: c.Accept(number=number)),
    "request_correction": _by_clerk(
        lambda step, number: c.RequestCorrection(number=number, items=step.note or "", within=step.days or 15)
    ),
    "consult": _by_clerk(
        lambda step, number: c.Consult(
            number=number,
            whom=Consulted.THIRD_PARTY,
            letter=f"{step.party}：{step.note}",
            sent_on=step.on,
            delivered_on=step.on,
        )
    ),
    "ask_reason": _by_clerk(lambda step, number: c.AskReasons(number=number, notice=step.note or "")),
    "charge_fee": _by_clerk(
        lambda step, number: c.NoticeFee(number=number, method="按量", quantity=PAGES, payment=step.note or "")
    ),
    "approve_reply": _approve,
}
"""What each recorded step sends. `arrive` and `receive` are the submission, which confirms receipt by hand and post."""

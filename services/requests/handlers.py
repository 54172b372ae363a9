"""What the requests service reacts to: each handler translates, decides, and is done."""

from chassis.actors import Cause
from chassis.handlers import Handlers
from contracts.base import Done
from contracts.requests import procedure as c
from contracts.requests.answers import Detail, Explained, Followed, LedgerImported, LedgerPage, Submitted
from contracts.requests.terms import Outcome
from contracts.requests.work import ListArrived
from contracts.supervision import CalendarNoticeLoaded
from kernel.calendar import Notice
from services.requests import intake, reading
from services.requests.domain import answering, complaint, disputes, handling
from services.requests.domain import intake as arriving
from services.requests.domain.deadline import recompute
from services.requests.domain.explaining import explain
from services.requests.domain.following import information_digest
from services.requests.domain.outcomes import OUTCOMES
from services.requests.domain.state import Case
from services.requests.handlers_work import settle_collections
from services.requests.service import Requests, day_of, done, person

on = Handlers[Requests]()
MAX_COMPLAINTS = 1000


@on.command(c.Submit)
async def submit(service: Requests, command: c.Submit, cause: Cause) -> Submitted:
    return await intake.submit(service, command, cause)


@on.command(c.ImportLedger)
async def import_ledger(service: Requests, command: c.ImportLedger, cause: Cause) -> LedgerImported:
    return await intake.import_ledger(service, command, cause)


@on.command(c.ConfirmReceipt)
async def confirm_receipt(service: Requests, command: c.ConfirmReceipt, cause: Cause) -> Done:
    day = command.confirmed_on or cause.now.date()
    return await service.step(
        command.number, lambda case, _: arriving.confirm_receipt(case, day, cause.now, service.calendar), cause
    )


@on.command(c.Accept)
async def accept(service: Requests, command: c.Accept, cause: Cause) -> Done:
    information = information_digest(command.information, service.digest)
    return await service.step(
        command.number, lambda case, _: arriving.accept(case, information, service.calendar), cause
    )


@on.command(c.RequestCorrection)
async def request_correction(service: Requests, command: c.RequestCorrection, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, paper: arriving.request_correction(
            case, command.within, command.delivered_on, paper, cause.now, service.calendar
        ),
        cause,
        {"需要补正的事项": command.items, "补正期限": f"{command.within}个工作日"},
    )


@on.command(c.SubmitCorrection)
async def submit_correction(service: Requests, command: c.SubmitCorrection, cause: Cause) -> Done:
    held = await service.admitted(command.number, cause, command.code)
    return done(await intake.correct(service, held, command, cause))


@on.command(c.Consult)
async def consult(service: Requests, command: c.Consult, cause: Cause) -> Done:
    day = command.sent_on or cause.now.date()
    return await service.step(
        command.number,
        lambda case, paper: handling.consult(
            case, command.whom, day, command.delivered_on, paper, cause.now, service.calendar
        ),
        cause,
        {"征求意见函": command.letter},
    )


@on.command(c.ConsultationAnswered)
async def consultation_answered(service: Requests, command: c.ConsultationAnswered, cause: Cause) -> Done:
    day = command.answered_on or cause.now.date()
    return await service.step(
        command.number,
        lambda case, paper: handling.answer_consultation(
            case,
            command.consultation,
            command.stance,
            day,
            paper if command.answer else None,
            cause.now,
            service.calendar,
        ),
        cause,
        {"答复意见": command.answer} if command.answer else None,
    )


@on.command(c.RecordDelivery)
async def record_delivery(service: Requests, command: c.RecordDelivery, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, _: handling.record_delivery(
            case,
            command.notice,
            command.consultation,
            command.delivered_on,
            command.returned,
            cause.now,
            service.calendar,
        ),
        cause,
    )


@on.command(c.AskReasons)
async def ask_reasons(service: Requests, command: c.AskReasons, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, paper: handling.ask_reasons(case, paper, service.calendar),
        cause,
        {"要求说明理由": command.notice},
    )


@on.command(c.AcceptReasons)
async def accept_reasons(service: Requests, command: c.AcceptReasons, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, paper: handling.accept_reasons(case, command.delayed_to, paper, cause.now, service.calendar),
        cause,
        {"理由": command.reasons},
    )


@on.command(c.NoticeFee)
async def notice_fee(service: Requests, command: c.NoticeFee, cause: Cause) -> Done:
    held = await service.admitted(command.number, cause)
    before = await service.earlier_in_month(held.state)
    return await service.step(
        command.number,
        lambda case, paper: handling.notice_fee(
            case,
            command.method,
            command.quantity,
            before,
            command.reduction,
            command.delivered_on,
            paper,
            cause.now,
            service.calendar,
        ),
        cause,
        {"计费方式": command.method, "缴费方式": command.payment, "减免理由": command.reason},
    )


@on.command(c.RecordPayment)
async def record_payment(service: Requests, command: c.RecordPayment, cause: Cause) -> Done:
    day = command.paid_on or cause.now.date()
    return await service.step(
        command.number, lambda case, _: handling.record_payment(case, day, cause.now, service.calendar), cause
    )


@on.command(c.Extend)
async def extend(service: Requests, command: c.Extend, cause: Cause) -> Done:
    approver = person(cause)
    day = command.notified_on or cause.now.date()
    return await service.step(
        command.number,
        lambda case, paper: handling.extend(case, command.days, approver, day, paper, cause.now, service.calendar),
        cause,
        {"延期理由": command.reason},
    )


@on.command(c.RecordSearch)
async def record_search(service: Requests, command: c.RecordSearch, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, paper: handling.record_search(
            case, command.unit, command.person, command.found, paper, service.calendar
        ),
        cause,
        {"检索单位": command.unit, "检索范围": command.place, "检索词": command.terms, "检索人": command.person},
    )


@on.command(c.DraftReply)
async def draft_reply(service: Requests, command: c.DraftReply, cause: Cause) -> Done:
    held = await service.admitted(command.number, cause)
    drafter = person(cause)
    wording = answering.Wording(
        outcome=command.outcome,
        has_reasons=bool(command.reasons.strip()),
        ground=command.ground,
        law=command.law,
        earlier=command.earlier,
        right_organ=command.right_organ,
        public_interest=bool(command.public_interest.strip()),
    )
    if command.outcome is Outcome.NOPROC_REPEAT and command.earlier:
        answering.repeats(held.state, command.earlier, await service.mentioned(command.earlier))
    return await service.step(
        command.number,
        lambda case, paper: answering.draft(case, wording, drafter, paper, service.calendar),
        cause,
        reply_words(service, held.state, command),
    )


def reply_words(service: Requests, case: Case, command: c.DraftReply) -> dict[str, str]:
    """The reply as it will be read, with its basis and the remedy text of its outcome."""
    rule = OUTCOMES[command.outcome]
    elsewhere = command.outcome is Outcome.NONE_NOT_HELD and bool(command.right_organ)
    return {
        "答复": command.text,
        "依据": rule.basis_text(elsewhere),
        "理由": command.reasons,
        "查询依据": command.law,
        "此前的答复": command.earlier,
        "负责公开的机关": command.right_organ,
        "公开的公共利益理由": command.public_interest,
        "救济途径": service.remedy(case.agency, rule.remedy),
    }


@on.command(c.ApproveReply)
async def approve_reply(service: Requests, command: c.ApproveReply, cause: Cause) -> Done:
    approver = person(cause)
    return await service.step(
        command.number, lambda case, _: answering.approve(case, approver, cause.now, service.calendar), cause
    )


@on.command(c.ReturnReply)
async def return_reply(service: Requests, command: c.ReturnReply, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, paper: answering.return_reply(case, paper, service.calendar),
        cause,
        {"退回意见": command.opinion},
    )


@on.command(c.ReplyRequest)
async def reply(service: Requests, command: c.ReplyRequest, cause: Cause) -> Done:
    held = await service.admitted(command.number, cause)
    others = {other.id: other.state.applicant for other in await service.same_given(held.state)}
    day = command.replied_on or cause.now.date()
    replied = await service.step(
        command.number,
        lambda case, _: [
            *answering.serve(case, command.route, day, command.proof, cause.now, service.calendar),
            *answering.propose(case, others),
        ],
        cause,
    )
    await settle_collections(service, held.id, cause)
    return replied


@on.command(c.Withdraw)
async def withdraw(service: Requests, command: c.Withdraw, cause: Cause) -> Done:
    day = day_of(command.withdrawn_on, cause)
    withdrawn = await service.step(
        command.number,
        lambda case, paper: answering.withdraw(case, day, paper, cause.now, service.calendar),
        cause,
        {"撤回说明": command.statement},
        command.code,
    )
    await settle_collections(service, command.number, cause)
    return withdrawn


@on.command(c.CloseLapsed)
async def close_lapsed(service: Requests, command: c.CloseLapsed, cause: Cause) -> Done:
    closed = await service.step(
        command.number, lambda case, _: answering.close_lapsed(case, cause.now, service.calendar), cause
    )
    await settle_collections(service, command.number, cause)
    return closed


@on.command(c.RecordReview)
async def record_review(service: Requests, command: c.RecordReview, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, _: disputes.bring(
            case,
            command.kind,
            command.filed_on,
            command.notified_on,
            command.simplified,
            cause.now,
            service.calendar,
        ),
        cause,
    )


@on.command(c.AnswerReview)
async def answer_review(service: Requests, command: c.AnswerReview, cause: Cause) -> Done:
    day = command.answered_on or cause.now.date()
    return await service.step(
        command.number,
        lambda case, _: disputes.answer(case, command.review, day, cause.now, service.calendar),
        cause,
    )


@on.command(c.RecordDecision)
async def record_decision(service: Requests, command: c.RecordDecision, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, _: disputes.decide(
            case, command.review, command.result, command.decided_on, cause.now, service.calendar
        ),
        cause,
    )


@on.command(c.Redo)
async def redo(service: Requests, command: c.Redo, cause: Cause) -> Done:
    return await service.step(
        command.number,
        lambda case, _: disputes.redo(
            case, command.review, command.notified_on, command.until, cause.now, service.calendar
        ),
        cause,
    )


@on.command(c.Archive)
async def archive(service: Requests, command: c.Archive, cause: Cause) -> Done:
    return await service.step(
        command.number, lambda case, _: disputes.archive(case, command.archive_no, service.calendar), cause
    )


@on.command(c.EraseApplicantData)
async def erase(service: Requests, command: c.EraseApplicantData, cause: Cause) -> Done:
    """The fact first, then the papers: a repeat after a crash finishes what was begun."""
    complaints = await service.complaints.count({"request": command.number, "open": True})
    erased = await service.step(
        command.number,
        lambda case, _: disputes.erase(case, command.handed_over_on, complaints, cause.now),
        cause,
    )
    await service.papers.erase(command.number)
    return erased


@on.query(c.Follow)
async def follow(service: Requests, query: c.Follow, cause: Cause) -> Followed:
    return await reading.follow(service, query, cause)


@on.query(c.GetRequest)
async def get_request(service: Requests, query: c.GetRequest, cause: Cause) -> Detail:
    return await reading.get(service, query, cause)


@on.query(c.Explain)
async def explain_limit(service: Requests, query: c.Explain, cause: Cause) -> Explained:
    return explain((await service.cases.load(query.number)).state, cause.now.date(), service.calendar)


@on.query(c.Ledger)
async def ledger(service: Requests, query: c.Ledger, cause: Cause) -> LedgerPage:
    return await reading.ledger(service, query, cause.now.date())


@on.query(ListArrived)
async def list_arrived(service: Requests, query: ListArrived, cause: Cause) -> LedgerPage:
    return await reading.list_arrived(service, query, cause.now.date())


@on.query(c.ListDue)
async def list_due(service: Requests, query: c.ListDue, cause: Cause) -> LedgerPage:
    return await reading.list_due(service, query, cause.now.date())


@on.event(CalendarNoticeLoaded)
async def recompute_limits(service: Requests, event: CalendarNoticeLoaded, cause: Cause) -> None:
    await service.calendars.add(Notice.model_validate_json(event.record.notice_json), event.epoch, event.version)
    calendar = service.calendar
    async for held in service.each_watched():
        if recompute(held.state, calendar):
            await service.cases.execute(held.id, lambda case: recompute(case, calendar), cause)
    for other in await service.complaints.find({"open": True}, limit=MAX_COMPLAINTS):
        await service.complaints.execute(other.id, lambda state: complaint.recompute(state, calendar), cause)

"""The steps of one request, each one command."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

import typer
from pydantic import ValidationError

from chassis.validation import invalid
from cli.documents import chosen, day
from cli.options import Agency, As, Json
from cli.session import REFUSED, Session, complain, run, show
from contracts.base import Done
from contracts.requests import procedure
from contracts.requests import terms as t
from contracts.requests.answers import Detail

DAY = ["%Y-%m-%d"]
NUMBER = typer.Argument(help="申请编号。")
ON = typer.Option(None, "--on", formats=DAY, help="日期，默认今天。")
DELIVERED = typer.Option(None, "--delivered", formats=DAY, help="送达日期，已知时填写。")
REVIEW = typer.Argument(help="复议或者诉讼的序号，如 V1。")
COLUMNS = [
    ("id", "编号"), ("state_label", "状态"), ("agency", "承办单位"), ("received_on", "收到日期"),
    ("due_on", "答复期限"), ("overdue", "逾期"), ("alert", "提醒"), ("waits_for", "等待"), ("outcome", "结果"),
    ("closed_on", "办结日期"),
]  # fmt: skip
WHOM = {
    "第三方": t.Consulted.THIRD_PARTY,
    "共同制作机关": t.Consulted.CO_ORGAN,
    "其他机关": t.Consulted.OTHER_ORGAN,
}
STANCES = {each.value: each for each in t.Stance}
ROUTES = {each.value: each for each in t.Route}
OUTCOMES = {each.value: each for each in t.Outcome}
NOTICES: dict[str, t.Notice] = {
    "补正": "correction", "收费": "fee", "延期": "extension", "答复": "reply", "征求意见": "consultation",
    "告知第三方": "third_party",
}  # fmt: skip
METHODS: dict[str, Any] = {"按件": "按件", "按量": "按量"}
KINDS: dict[str, Any] = {
    "行政复议": "reconsideration", "直接起诉": "suit_direct", "复议后起诉": "suit_after_review",
}  # fmt: skip
RESULTS: dict[str, Any] = {"维持": "upheld", "纠正": "corrected", "其他": "other"}


def shown(record: t.Request) -> dict[str, Any]:
    """A record as a row."""
    return record.model_dump(mode="json")


def act(command: t.Step, as_: str | None, agency: str, json_: bool) -> None:
    """Carry out a step, for the agency in charge where none is named, and show how the request then stands."""

    async def work(session: Session) -> tuple[Done, t.Request]:
        query = procedure.GetRequest(number=command.number)
        before = await session.ask(query, Detail, as_=as_, agency=agency)
        done = await session.ask(command, Done, as_=as_, agency=agency or before.record.agency)
        return done, (await session.ask(query, Detail, as_=as_, agency=agency)).record

    done, record = run(work)
    if json_:
        show({**done.model_dump(mode="json"), "record": shown(record)}, json_=True)
    else:
        show(shown(record), json_=False, columns=COLUMNS)


def said(step: Callable[..., None]) -> Callable[..., None]:
    """The command, with a value out of its bounds said in one line."""

    @wraps(step)
    def run_it(*args: Any, **options: Any) -> None:
        try:
            step(*args, **options)
        except ValidationError as error:
            complain(invalid(error))
            raise typer.Exit(REFUSED) from None

    return run_it


def receive(number: str = NUMBER, on: datetime = ON, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """确认收到申请，期限起算。例：zwgk requests receive 编号 --as 张三"""
    act(procedure.ConfirmReceipt(number=number, confirmed_on=day(on)), as_, agency, json_)


def accept(
    number: str = NUMBER,
    information: str = typer.Option("", "--information", help="所申请信息的规范名称，用于识别相同申请。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """内容明确，受理。例：zwgk requests accept 编号 --as 张三"""
    act(procedure.Accept(number=number, information=information), as_, agency, json_)


def correct(
    number: str = NUMBER,
    items: str = typer.Option(..., "--items", help="需要补正的事项。"),
    within: int = typer.Option(15, "--within", help="补正期限，工作日。"),
    delivered: datetime = DELIVERED,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """告知补正（一次）。例：zwgk requests correct 编号 --items 请写明年度 --within 10 --as 张三"""
    command = procedure.RequestCorrection(number=number, items=items, within=within, delivered_on=day(delivered))
    act(command, as_, agency, json_)


def consult(
    number: str = NUMBER,
    whom: str = typer.Option("第三方", "--whom", help="第三方、共同制作机关、其他机关。"),
    letter: str = typer.Option(..., "--letter", help="函件内容。"),
    on: datetime = ON,
    delivered: datetime = DELIVERED,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """征求意见，期限暂停。例：zwgk requests consult 编号 --whom 第三方 --letter 函 --as 张三"""
    asked = chosen(whom, WHOM, "whom")
    command = procedure.Consult(number=number, whom=asked, letter=letter, sent_on=day(on), delivered_on=day(delivered))
    act(command, as_, agency, json_)


def answered(
    number: str = NUMBER,
    consultation: str = typer.Argument(help="征求意见的序号，如 C1。"),
    stance: str = typer.Option(..., "--stance", help="同意公开、部分同意、不同意公开、无法送达。"),
    answer: str = typer.Option("", "--answer", help="意见内容。"),
    on: datetime = ON,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记征求意见的答复。例：zwgk requests answered 编号 C1 --stance 同意公开 --as 张三"""
    command = procedure.ConsultationAnswered(
        number=number,
        consultation=consultation,
        stance=chosen(stance, STANCES, "stance"),
        answer=answer,
        answered_on=day(on),
    )
    act(command, as_, agency, json_)


def delivered(
    number: str = NUMBER,
    notice: str = typer.Argument(help="文书：补正、收费、延期、答复、征求意见、告知第三方。"),
    on: datetime = typer.Option(..., "--on", formats=DAY, help="送达日期。"),
    consultation: str = typer.Option("", "--consultation", help="征求意见的序号。"),
    returned: bool = typer.Option(False, "--returned", help="被退回。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记文书送达。例：zwgk requests delivered 编号 补正 --on 2026-11-24 --as 张三"""
    kind = chosen(notice, NOTICES, "notice")
    on_day = on.date()
    command = procedure.RecordDelivery(
        number=number, notice=kind, consultation=consultation, delivered_on=on_day, returned=returned
    )
    act(command, as_, agency, json_)


def reasons(
    number: str = NUMBER,
    ask: str = typer.Option("", "--ask", help="要求说明理由的内容。"),
    accepted: str = typer.Option("", "--accepted", help="认可的理由。"),
    until: datetime = typer.Option(None, "--until", formats=DAY, help="告知的延迟答复期限。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """要求说明理由，或者认可理由。例：zwgk requests reasons 编号 --ask 请说明理由 --as 张三"""
    command: t.Step = (
        procedure.AcceptReasons(number=number, reasons=accepted, delayed_to=day(until))
        if accepted
        else procedure.AskReasons(number=number, notice=ask or "请说明理由")
    )
    act(command, as_, agency, json_)


def fee(
    number: str = NUMBER,
    method: str = typer.Option("按量", "--method", help="按件 或 按量。"),
    quantity: int = typer.Option(..., "--quantity", help="件数或者页数。"),
    payment: str = typer.Option(..., "--payment", help="缴费方式。"),
    reduction: int = typer.Option(0, "--reduction", help="减免金额，元。"),
    reason: str = typer.Option("", "--reason", help="减免理由。"),
    delivered: datetime = DELIVERED,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """发出收费通知，金额按标准计算。例：zwgk requests fee 编号 --quantity 72 --payment 银行转账 --as 张三"""
    command = procedure.NoticeFee(
        number=number,
        method=chosen(method, METHODS, "method"),
        quantity=quantity,
        reduction=reduction,
        reason=reason,
        payment=payment,
        delivered_on=day(delivered),
    )
    act(command, as_, agency, json_)


def paid(number: str = NUMBER, on: datetime = ON, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """登记缴费，期限重新起算。例：zwgk requests paid 编号 --on 2026-11-24 --as 张三"""
    act(procedure.RecordPayment(number=number, paid_on=day(on)), as_, agency, json_)


def extend(
    number: str = NUMBER,
    days: int = typer.Option(..., "--days", help="延长的工作日数，1 至 20。"),
    reason: str = typer.Option(..., "--reason", help="理由。"),
    on: datetime = typer.Option(None, "--on", formats=DAY, help="告知申请人的日期，默认今天。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """批准延期（由政府信息公开工作机构负责人）。例：zwgk requests extend 编号 --days 10 --reason 材料较多"""
    act(procedure.Extend(number=number, days=days, reason=reason, notified_on=day(on)), as_, agency, json_)


def search(
    number: str = NUMBER,
    unit: str = typer.Option(..., "--unit", help="检索单位。"),
    place: str = typer.Option(..., "--place", help="检索范围。"),
    terms: str = typer.Option(..., "--terms", help="检索词。"),
    person: str = typer.Option(..., "--person", help="检索人。"),
    found: bool = typer.Option(False, "--found", help="检索到了。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记检索记录。例：zwgk requests search 编号 --unit 档案室 --place 库房 --terms 名册 --person 李四 --as 张三"""
    command = procedure.RecordSearch(number=number, unit=unit, place=place, terms=terms, person=person, found=found)
    act(command, as_, agency, json_)


def reply(
    number: str = NUMBER,
    outcome: str = typer.Option(..., "--outcome", help="办理结果代码，如 OPEN_PROVIDE。"),
    text: str = typer.Option(..., "--text", help="答复正文。"),
    reasons: str = typer.Option("", "--reasons", help="理由。"),
    ground: str = typer.Option("", "--ground", help="部分公开时不予公开部分的依据代码。"),
    law: str = typer.Option("", "--law", help="查询依据的法律、行政法规。"),
    earlier: str = typer.Option("", "--earlier", help="此前答复的申请编号。"),
    right_organ: str = typer.Option("", "--right-organ", help="负责公开的机关及联系方式。"),
    public_interest: str = typer.Option("", "--public-interest", help="第三方不同意仍公开的公共利益理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """起草答复。例：zwgk requests reply 编号 --outcome OPEN_PROVIDE --text 现予提供 --as 张三"""
    command = procedure.DraftReply(
        number=number,
        outcome=chosen(outcome, OUTCOMES, "outcome"),
        text=text,
        reasons=reasons,
        ground=ground,
        law=law,
        earlier=earlier,
        right_organ=right_organ,
        public_interest=public_interest,
    )
    act(command, as_, agency, json_)


def approve(
    number: str = NUMBER,
    send_back: str = typer.Option("", "--return", help="不批准：退回意见。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """审批答复（起草人以外的人）。例：zwgk requests approve 编号 --as 李主任"""
    command: t.Step = (
        procedure.ReturnReply(number=number, opinion=send_back) if send_back else procedure.ApproveReply(number=number)
    )
    act(command, as_, agency, json_)


def deliver(
    number: str = NUMBER,
    route: str = typer.Option("电子", "--route", help="直接送达、委托送达、邮寄、电子。"),
    on: datetime = typer.Option(None, "--on", formats=DAY, help="签收、交邮或者发送的日期，默认今天。"),
    proof: str = typer.Option("", "--proof", help="邮件号或者回执号；邮寄必填。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """送达答复。例：zwgk requests deliver 编号 --route 邮寄 --proof EX123456789CN --as 张三"""
    command = procedure.ReplyRequest(
        number=number, route=chosen(route, ROUTES, "route"), replied_on=day(on), proof=proof
    )
    act(command, as_, agency, json_)


def withdraw(
    number: str = NUMBER,
    statement: str = typer.Option(..., "--statement", help="申请人书面撤回的说明。"),
    on: datetime = ON,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记申请人撤回。例：zwgk requests withdraw 编号 --statement 书面撤回 --as 张三"""
    act(procedure.Withdraw(number=number, statement=statement, withdrawn_on=day(on)), as_, agency, json_)


def close(number: str = NUMBER, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """确认逾期未补正或者未缴费，结案。例：zwgk requests close 编号 --as 张三"""
    act(procedure.CloseLapsed(number=number), as_, agency, json_)


STEPS = (
    receive, accept, correct, consult, answered, delivered, reasons, fee, paid, extend, search, reply, approve,
    deliver, withdraw, close,
)  # fmt: skip


def add_to(app: typer.Typer) -> None:
    for step in STEPS:
        app.command(step.__name__)(said(step))

"""Work around requests: the day's list, collection from units, complaints, tests of channels."""

from datetime import datetime
from typing import Any

import typer

from cli.documents import chosen, day
from cli.options import Agency, As, Json
from cli.request_steps import COLUMNS, DAY, NUMBER, ON, act, said, shown
from cli.session import Session, run, show
from contracts.base import Command, Done
from contracts.requests import work as c
from contracts.requests.answers import Detail, LedgerPage
from contracts.requests.procedure import ChangeContact, GetRequest, ListDue
from contracts.requests.terms import Channel
from contracts.requests.work import Ending, Finding, Measure

complaints = typer.Typer(help="投诉举报：登记、核实、督促整改、办结。", no_args_is_help=True)
channels = typer.Typer(help="申请渠道测试（渠道畅通）。", no_args_is_help=True)
ID = typer.Argument(help="编号。")
TEXT = typer.Option(..., "--text", help="内容。")
HELD = {each.value: each for each in c.Held}
CHANNELS = {each.value: each for each in Channel}
FINDINGS: dict[str, Finding] = {"属实": "属实", "部分属实": "部分属实", "不属实": "不属实"}
MEASURES: dict[str, Measure] = {"督促整改": "督促整改", "通报批评": "通报批评"}
ENDINGS: dict[str, Ending] = {"答复": "答复", "撤回": "撤回", "不属于受理范围": "不属于受理范围"}
DONE = [("id", "编号"), ("state", "状态"), ("version", "版本")]
WORK = [("id", "编号"), ("state_label", "状态"), ("agency", "单位"), ("due_at", "期限"), ("overdue", "逾期")]
WATCHED = [*COLUMNS[:5], ("alert", "提醒"), ("waits_for", "等待")]


def do(command: Command, as_: str | None, agency: str, json_: bool) -> None:
    async def work(session: Session) -> Done:
        return await session.ask(command, Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=DONE)


def today(
    of: str = typer.Option(..., "--of", help="单位，机构代码。"),
    days: int = typer.Option(1, "--days", min=1, max=60, help="新收：最近多少天。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """一天的工作：新收、已逾期、十个工作日内到期、等待谁、协查。例：zwgk requests today --of zrzyj --as 张三"""

    async def work(session: Session) -> dict[str, list[Any]]:
        arrived = await session.ask(c.ListArrived(agency=of, days=days), LedgerPage, as_=as_, agency=agency)
        due = await session.ask(ListDue(agency=of), LedgerPage, as_=as_, agency=agency)
        asked = await session.ask(c.ListCollections(unit=of), c.CollectionList, as_=as_, agency=agency)
        overdue = [row for row in due.rows if row.overdue]
        return {
            "新收": [shown(row) for row in arrived.rows],
            "已逾期": [shown(row) for row in overdue],
            "十个工作日内到期": [shown(row) for row in due.rows if not row.overdue],
            "待本单位答复的协查": [row.model_dump(mode="json") for row in asked.rows],
        }

    lists = run(work)
    if json_:
        show(lists, json_=True)
        return
    for title, rows in lists.items():
        show(rows, json_=False, columns=WORK if title.endswith("协查") else WATCHED, title=title)


def collect(
    number: str = NUMBER,
    unit: str = typer.Option(..., "--unit", help="协查单位，机构代码。"),
    question: str = typer.Option(..., "--question", help="协查内容。"),
    due: datetime = typer.Option(..., "--due", formats=DAY, help="协查期限。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """请单位协查。例：zwgk requests collect 编号 --unit czj --question 请查合同 --due 2026-12-01 --as 张三"""
    command = c.AskUnit(number=number, unit=unit, question=question, due_on=due.date())

    async def work(session: Session) -> Done:
        query = GetRequest(number=number)
        before = await session.ask(query, Detail, as_=as_, agency=agency)
        return await session.ask(command, Done, as_=as_, agency=agency or before.record.agency)

    show(run(work), json_=json_, columns=DONE)


def collected(
    id: str = ID,
    held: str = typer.Option(..., "--held", help=f"{'、'.join(HELD)}。"),
    answer: str = typer.Option(..., "--answer", help="提供的内容，或者检索的情况。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """协查单位答复。例：zwgk requests collected 协查编号 --held 不掌握 --answer 已查档案室 --as 王五 --agency czj"""
    do(c.AnswerCollection(id=id, held=chosen(held, HELD, "held"), answer=answer), as_, agency, json_)


def uncollect(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """收回协查。例：zwgk requests uncollect 协查编号 --as 张三 --agency zrzyj"""
    do(c.WithdrawCollection(id=id), as_, agency, json_)


def collections(
    request: str = typer.Option("", "--request", help="哪一件申请的协查。"),
    unit: str = typer.Option("", "--unit", help="哪个单位待答复的协查。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出协查。例：zwgk requests collections --request 编号"""

    async def work(session: Session) -> c.CollectionList:
        query = c.ListCollections(request=request, unit=unit or agency)
        return await session.ask(query, c.CollectionList, as_=as_, agency=agency)

    show(list(run(work).rows), json_=json_, columns=[*WORK, ("request", "申请")])


def helped(
    number: str = NUMBER,
    what: str = typer.Option(..., "--what", help="提供了什么帮助。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记为阅读、视听困难的申请人提供的帮助。例：zwgk requests helped 编号 --what 代填申请表 --as 张三"""
    act(c.RecordHelp(number=number, help=what), as_, agency, json_)


def contact(
    number: str = NUMBER,
    note: str = typer.Option(..., "--note", help="联系的情况。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记与申请人的联系。例：zwgk requests contact 编号 --note 电话确认收到申请 --as 张三"""
    act(c.NoteContact(number=number, note=note), as_, agency, json_)


def change_contact(
    number: str = NUMBER,
    contact: str = typer.Option(..., "--contact", help="新的联系方式。"),
    address: str = typer.Option("", "--address", help="新的通信地址；不写则不变。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """按申请人的要求更改其联系方式。例：zwgk requests change-contact 编号 --contact 0000-5559001 --as 张三"""
    act(ChangeContact(number=number, contact=contact, address=address), as_, agency, json_)


def public(
    description: str = typer.Argument(help="想要的信息。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """申请之前，查找已经公开的信息；不影响提出申请。例：zwgk requests public 道路硬化项目清单"""

    async def work(session: Session) -> c.AlreadyPublicFound:
        query = c.AlreadyPublic(description=description)
        return await session.ask(query, c.AlreadyPublicFound, as_=as_, agency=agency)

    found = run(work)
    if json_:
        show(found, json_=True)
    elif found.hits:
        columns = [("title", "已公开的信息"), ("published_on", "发布日期"), ("url", "网址")]
        show(list(found.hits), json_=False, columns=columns)
    else:
        typer.echo("没有找到已公开的信息，可以提出申请。" if found.searched else "暂时不能查找，可以直接提出申请。")


@complaints.command("file")
@said
def file(
    about: str = typer.Option(..., "--about", help="被投诉举报的单位，机构代码。"),
    text: str = TEXT,
    request: str = typer.Option("", "--request", help="所涉申请的编号。"),
    complainant: str = typer.Option("", "--complainant", help="投诉举报人及联系方式，可以空缺。"),
    on: datetime = ON,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记投诉举报（主管部门）。例：zwgk requests complaints file --about zrzyj --text 逾期未答复 --agency bgs"""
    command = c.FileComplaint(
        about=about, request=request or None, complainant=complainant, text=text, received_on=day(on)
    )
    do(command, as_, agency, json_)


@complaints.command("verify")
@said
def verify(
    id: str = ID,
    finding: str = typer.Option(..., "--finding", help="属实、部分属实、不属实。"),
    text: str = TEXT,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记核实结果。例：zwgk requests complaints verify 编号 --finding 属实 --text 经查属实 --agency bgs"""
    do(c.VerifyComplaint(id=id, finding=chosen(finding, FINDINGS, "finding"), text=text), as_, agency, json_)


@complaints.command("order")
@said
def order(
    id: str = ID,
    measure: str = typer.Option("督促整改", "--measure", help="督促整改、通报批评。"),
    until: datetime = typer.Option(None, "--until", formats=DAY, help="整改期限。"),
    text: str = TEXT,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """督促整改或者通报批评。例：zwgk requests complaints order 编号 --until 2026-12-10 --text 限期答复 --agency bgs"""
    chosen_measure = chosen(measure, MEASURES, "measure")
    command = c.OrderRectification(id=id, measure=chosen_measure, until=day(until), text=text)
    do(command, as_, agency, json_)


@complaints.command("rectified")
@said
def rectified(
    id: str = ID, text: str = TEXT, on: datetime = ON, as_: As = None, agency: Agency = "", json_: Json = False
) -> None:
    """登记整改结果。例：zwgk requests complaints rectified 编号 --text 已补发答复 --agency bgs"""
    do(c.RecordRectification(id=id, text=text, rectified_on=day(on)), as_, agency, json_)


@complaints.command("close")
@said
def close(
    id: str = ID,
    ending: str = typer.Option("答复", "--ending", help="答复、撤回、不属于受理范围。"),
    text: str = TEXT,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """答复投诉举报人，办结。例：zwgk requests complaints close 编号 --text 已责成整改 --agency bgs"""
    do(c.CloseComplaint(id=id, ending=chosen(ending, ENDINGS, "ending"), text=text), as_, agency, json_)


@complaints.command("show")
@said
def show_complaint(
    id: str = ID,
    purpose: str = typer.Option("", "--purpose", help="查阅内容的用途；给出后读取内容并留下查阅记录。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """查看一件投诉举报。例：zwgk requests complaints show 编号 --purpose 核实 --agency bgs"""

    async def work(session: Session) -> c.ComplaintDetail:
        return await session.ask(c.GetComplaint(id=id, purpose=purpose), c.ComplaintDetail, as_=as_, agency=agency)

    detail = run(work)
    if json_:
        show(detail, json_=True)
        return
    show(detail.record, json_=False, columns=WORK)
    for words in detail.words:
        typer.echo(words)


@complaints.command("list")
def list_complaints(
    about: str = typer.Option("", "--about", help="被投诉举报的单位。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出投诉举报，最急的在前。例：zwgk requests complaints list --agency bgs"""

    async def work(session: Session) -> c.ComplaintList:
        return await session.ask(c.ListComplaints(about=about), c.ComplaintList, as_=as_, agency=agency)

    show(list(run(work).rows), json_=json_, columns=[*WORK, ("about", "被投诉举报单位")])


@channels.command("test")
@said
def tried(
    of: str = typer.Option(..., "--of", help="哪个单位的渠道，机构代码。"),
    channel: str = typer.Option(..., "--channel", help=f"渠道：{'、'.join(CHANNELS)}。"),
    broken: bool = typer.Option(False, "--broken", help="不通。"),
    note: str = typer.Option("", "--note", help="怎样测试、有何问题；不得含个人信息。"),
    on: datetime = ON,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记一次渠道测试。例：zwgk requests channels test --of zrzyj --channel 传真 --note 已收到测试件 --agency zrzyj"""
    chosen_channel = chosen(channel, CHANNELS, "channel")
    command = c.RecordChannelTest(agency=of, channel=chosen_channel, works=not broken, note=note, tested_on=day(on))
    do(command, as_, agency or of, json_)


@channels.command("list")
def list_channels(
    of: str = typer.Option("", "--of", help="哪个单位的渠道；空缺时列出全部不通或者应测试的。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出渠道测试。例：zwgk requests channels list --of zrzyj"""

    async def work(session: Session) -> c.ChannelList:
        return await session.ask(c.ListChannels(agency=of), c.ChannelList, as_=as_, agency=agency)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    columns = [
        ("agency", "单位"),
        ("channel", "渠道"),
        ("state_label", "状态"),
        ("tested_on", "测试日期"),
        ("next_on", "下次"),
    ]
    show(list(found.rows), json_=False, columns=columns)
    if found.never:
        typer.echo(f"从未测试：{'、'.join(found.never)}")


def add_to(app: typer.Typer) -> None:
    for step in (today, collect, collected, uncollect, collections, helped, contact, change_contact, public):
        app.command(step.__name__)(said(step))
    app.add_typer(complaints, name="complaints")
    app.add_typer(channels, name="channels")

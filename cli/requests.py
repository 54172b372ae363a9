"""`zwgk requests`: requests for information from the application to the archive (依申请公开)."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli import request_disputes, request_ledger, request_papers, request_steps, request_work
from cli.documents import chosen, day
from cli.options import Agency, As, Json
from cli.request_steps import COLUMNS, DAY, NUMBER, act, said, shown
from cli.session import Session, guarded, run, show
from contracts.requests import answers as c
from contracts.requests.procedure import Explain, Follow, GetRequest, ListDue, Submit, SubmitCorrection
from contracts.requests.terms import Applicant, ApplicantClass, Application, ApplicationKind, Channel, Route
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)
CHANNELS = {each.value: each for each in Channel}
CLASSES = {each.value: each for each in ApplicantClass}
COMPUTED = "deadlines_set.v1"
"""What follows each step by itself; a person reads the steps."""
SIMILAR = [
    ("number", "相近申请"), ("state_label", "状态"), ("same_applicant", "同一申请人"), ("same_information", "同一信息"),
    ("likeness", "相近程度"),
]  # fmt: skip
FOLLOWED = [
    ("number", "编号"), ("state_label", "状态"), ("waits_for", "等待"), ("due_on", "答复期限"),
    ("outcome_label", "结果"), ("notice", "告知"), ("reply", "答复"),
]  # fmt: skip
DAYS = [("date", "日期"), ("counted", "计入"), ("reason", "理由"), ("source", "依据"), ("provisional", "暂定")]
SUBMITTED = [("number", "编号"), ("code", "查询码"), ("state", "状态"), ("received_on", "收到日期")]
ROUTES = {each.value: each for each in Route}

app.command("import")(request_ledger.import_)
app.command("ledger")(request_ledger.ledger)
request_steps.add_to(app)
request_disputes.add_to(app)
request_papers.add_to(app)
request_work.add_to(app)


def application(path: Path) -> Application:
    """An application from a JSON file, `-` for standard input; raises `Refused` for what cannot be one."""

    def read() -> Application:
        try:
            return Application.model_validate_json(sys.stdin.read() if str(path) == "-" else path.read_bytes())
        except OSError:
            raise Refused("path_missing", "没有这个文件。", field="file", remedy="请核对路径。") from None
        except ValueError:
            raise Refused("application", "申请表的内容或者格式不正确。", field="file") from None

    return guarded(read)


@app.command()
@said
def submit(
    to: str = typer.Option(..., "--to", help="受理机关代码。"),
    channel: str = typer.Option("当面", "--channel", help="渠道：当面 邮寄 平常信函 互联网 传真。"),
    file: Path = typer.Option(None, "--file", help="申请表（JSON），- 为标准输入；给出后不看以下各项。"),
    class_: str = typer.Option("自然人", "--class", help=f"申请人类别：{'、'.join(CLASSES)}。"),
    name: str = typer.Option("", "--name", help="姓名或者名称。"),
    id_document: str = typer.Option("", "--id-document", help="身份证明。"),
    contact: str = typer.Option("", "--contact", help="联系方式。"),
    description: str = typer.Option("", "--description", help="信息名称、文号或者其他特征描述。"),
    form: str = typer.Option("", "--form", help="获取信息的方式、途径。"),
    rectify: bool = typer.Option(False, "--rectify", help="更正与自身相关的信息记录（条例第四十一条）。"),
    suggest: bool = typer.Option(False, "--suggest", help="申请人建议主动公开（条例第四十四条）。"),
    assistance: str = typer.Option("", "--assistance", help="申请人需要的帮助（条例第四十三条）。"),
    route: str = typer.Option("电子", "--route", help="送达方式：直接送达 委托送达 邮寄 电子。"),
    arrived: datetime = typer.Option(None, "--arrived", formats=DAY, help="到达或者签收日期，默认今天。"),
    key: str = typer.Option(None, "--key", help="提交标识：同一标识重复提交得到同一编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记申请，得到编号和查询码。例：zwgk requests submit --to zrzyj --file 申请.json --channel 邮寄 --as 张三"""
    typed = Application(
        kind=ApplicationKind.RECTIFICATION if rectify else ApplicationKind.DISCLOSURE,
        suggests_publication=suggest,
        assistance=assistance,
        applicant_class=chosen(class_, CLASSES, "class"),
        applicants=(Applicant(name=name, id_document=id_document, contact=contact),),
        description=description,
        form=form,
        route=chosen(route, ROUTES, "route"),
    )
    given = application(file) if file else typed
    by = chosen(channel, CHANNELS, "channel")
    command = Submit(agency=to, channel=by, application=given, arrived_on=day(arrived))

    async def work(session: Session) -> c.Submitted:
        return await session.ask(command, c.Submitted, as_=as_, agency=agency or to, key=key)

    show(run(work), json_=json_, columns=SUBMITTED)


@app.command()
@said
def corrected(
    number: str = NUMBER,
    file: Path = typer.Option(..., "--file", help="补正后的申请表（JSON），- 为标准输入。"),
    on: datetime = typer.Option(None, "--on", formats=DAY, help="收到补正的日期，默认今天。"),
    good_reason: str = typer.Option("", "--good-reason", help="逾期补正的正当理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记补正后的申请，期限重新起算。例：zwgk requests corrected 编号 --file 申请.json --as 张三"""
    command = SubmitCorrection(
        number=number, application=application(file), corrected_on=day(on), good_reason=good_reason
    )
    act(command, as_, agency, json_)


@app.command("show")
def show_request(
    number: str = NUMBER,
    purpose: str = typer.Option("", "--purpose", help="查阅申请材料的用途；给出后读取材料并留下查阅记录。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """查看一件申请及其经过。例：zwgk requests show 编号 --purpose 拟答复 --as 张三"""

    async def work(session: Session) -> c.Detail:
        first = await session.ask(GetRequest(number=number), c.Detail, as_=as_, agency=agency)
        if not purpose:
            return first
        return await session.ask(
            GetRequest(number=number, purpose=purpose), c.Detail, as_=as_, agency=agency or first.record.agency
        )

    detail = run(work)
    if json_:
        show(detail, json_=True)
        return
    show(shown(detail.record), json_=False, columns=COLUMNS)
    if detail.record.needs_help:
        typer.echo("申请人需要帮助（条例第四十三条），请主动联系并登记。")
    if detail.record.suggested:
        typer.echo("申请人建议将该信息主动公开（条例第四十四条）。")
    if detail.missing:
        typer.echo(f"申请缺少：{'、'.join(detail.missing)}")
    if detail.application:
        typer.echo(f"申请内容：{detail.application.description}\n获取方式：{detail.application.form}")
        if detail.application.assistance:
            typer.echo(f"需要的帮助：{detail.application.assistance}")
    if detail.draft:
        typer.echo(detail.draft)
    if detail.similar:
        show(list(detail.similar), json_=False, columns=SIMILAR)
    steps = [step for step in detail.history if step.kind != COMPUTED]
    show(steps, json_=False, columns=[("at", "时间"), ("by", "经办"), ("what", "事项")])


@app.command()
def follow(
    number: str = NUMBER,
    code: str = typer.Option(..., "--code", prompt="查询码", help="查询码。"),
    json_: Json = False,
) -> None:
    """申请人凭编号和查询码查看进展。例：zwgk requests follow 编号 --code 查询码"""

    async def work(session: Session) -> c.Followed:
        return await session.ask(Follow(number=number, code=code), c.Followed)

    show(run(work), json_=json_, columns=FOLLOWED)


@app.command()
def explain(number: str = NUMBER, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """逐日说明答复期限。例：zwgk requests explain 编号"""

    async def work(session: Session) -> c.Explained:
        return await session.ask(Explain(number=number), c.Explained, as_=as_, agency=agency)

    explained = run(work)
    if json_:
        show(explained, json_=True)
        return
    ends = f"至 {explained.due_on}" if explained.due_on else "暂停计算"
    length = f"{explained.workdays}+{explained.extension}个工作日"
    unsure = "（含尚无放假通知的日期，暂定）" if explained.provisional else ""
    typer.echo(f"{explained.began_by} {explained.began_on}，{length}，{ends}{unsure}；依据：{explained.source}")
    show(list(explained.days), json_=False, columns=DAYS)


@app.command("list")
def list_due(
    within: int = typer.Option(10, "--within", min=0, max=60, help="多少个工作日之内到期（含已逾期）。"),
    of: str = typer.Option("", "--of", help="只看这个单位，机构代码。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出将到期和已逾期的申请。例：zwgk requests list --within 5 --of zrzyj"""

    async def work(session: Session) -> c.LedgerPage:
        query = ListDue(agency=of, working_days=within)
        return await session.ask(query, c.LedgerPage, as_=as_, agency=agency)

    rows: list[Any] = [shown(row) for row in run(work).rows]
    show(rows, json_=json_, columns=COLUMNS)

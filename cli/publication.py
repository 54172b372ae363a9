"""`zwgk publication`: documents from draft to publication, and the stock."""

import sys
from datetime import datetime
from pathlib import Path

import typer

from cli import (
    catalogue_lists,
    imports,
    inspections,
    publication_catalogue,
    publication_comments,
    publication_decisions,
    publication_explaining,
    publication_files,
    publication_gazette,
    publication_ledgers,
    publication_meetings,
    publication_record,
    publication_rounds,
    publication_showing,
    publication_signing,
    publication_surveys,
    publication_takedowns,
)
from cli.documents import ATTRIBUTES, FIELDS, ID, NOTE, changes, chosen, day, do, with_fields
from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from contracts.publication import documents as c
from contracts.publication.record import Interpretation, Leak, Validity
from contracts.readmodel.answers import ListViews, ViewPage
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)
app.command("import")(imports.import_)
app.command("waiting")(imports.waiting)
app.command("confirm")(imports.confirm)
app.add_typer(publication_gazette.app, name="gazette")
app.add_typer(publication_gazette.compilations, name="compilation")
app.add_typer(publication_catalogue.app, name="catalogue")
app.add_typer(inspections.app, name="inspection")
app.add_typer(publication_rounds.app, name="cleanup")
app.add_typer(publication_rounds.proposals_app, name="proposals")
app.add_typer(publication_decisions.app, name="decisions")
app.add_typer(publication_comments.app, name="comments")
app.add_typer(publication_meetings.app, name="meetings")
app.add_typer(publication_ledgers.app, name="ledgers")
catalogue_lists.under(publication_catalogue.app)
app.add_typer(publication_surveys.app, name="survey")
app.add_typer(publication_surveys.secrets, name="secret")
app.add_typer(publication_surveys.registers, name="register")
for command in (
    *(publication_files.attach, publication_files.detach, publication_files.confirm_attachment),
    publication_takedowns.taken_down,
    *(publication_signing.approve, publication_signing.review),
    *(publication_signing.absence, publication_signing.absences),
    *(publication_showing.deliver, publication_showing.deliveries),
    *(publication_showing.source, publication_showing.notice),
    *(publication_showing.objection, publication_showing.answer, publication_showing.conclude),
    *(publication_explaining.explain, publication_explaining.question, publication_explaining.explanations),
    *(publication_explaining.decline, publication_explaining.doubted),
    *(publication_explaining.compare, publication_surveys.inventory),
):
    app.command()(command)

VALIDITIES = {each.value: each for each in Validity} | {each.name.lower(): each for each in Validity}
LEAKS = {"personal": Leak.PERSONAL, "secret": Leak.SECRET, "unlawful": Leak.UNLAWFUL}


def _text(path: Path) -> str:
    """The text of a file, `-` for standard input."""
    if str(path) == "-":
        return sys.stdin.read()
    if not path.is_file():
        raise Refused("path_missing", "没有这个文件。", field=path.name, remedy="请核对路径。")
    from services.publication.reader import text_of  # slow to import, and few commands read documents

    return text_of(path.name, path.read_bytes())[0]


@app.command()
def draft(
    path: Path = typer.Argument(help="正文文件（txt、html、docx、pdf），- 为标准输入。"),
    title: str = typer.Option(..., "--title", help="标题。"),
    issuer: list[str] = typer.Option(..., "--issuer", help="发布机构代码，可多次给出，牵头的在前。"),
    category: str = typer.Option(None, "--category", help="信息类别：概况 计划总结 法规公文 工作动态 人事 财政 其他。"),
    genre: str = typer.Option(None, "--genre", help="体裁：通知、公告、意见……"),
    theme: str = typer.Option(None, "--theme", help="主题分类：一级/二级。"),
    openness: str = typer.Option(None, "--openness", help="五公开：决策 执行 管理 服务 结果。"),
    summary: str = typer.Option(None, "--summary", help="内容概述。"),
    keyword: list[str] = typer.Option([], "--keyword", help="关键词，可多次给出。"),
    formed_on: datetime = typer.Option(None, "--formed-on", formats=["%Y-%m-%d"], help="成文日期。"),
    valid_until: datetime = typer.Option(None, "--valid-until", formats=["%Y-%m-%d"], help="有效期至。"),
    interprets: list[str] = typer.Option([], "--interprets", help="所解读文件的编号。"),
    clock: str = typer.Option("PUB.GENERAL", "--clock", help="公开时限的规则。"),
    fields: list[str] = FIELDS,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """起草文件。例：zwgk publication draft 通知.docx --title 关于……的通知 --issuer czj --as 张三 --agency czj"""
    details = changes(
        category=category,
        genre=genre,
        theme=theme,
        openness=openness,
        summary=summary,
        keywords=keyword,
        formed_on=day(formed_on),
        valid_until=day(valid_until),
        interprets=interprets,
    )
    text, details = guarded(lambda: (_text(path), with_fields(details, fields)))
    do(c.Draft(title=title, issuers=tuple(issuer), text=text, details=details, clock=clock), as_, agency, json_)


@app.command()
def revise(
    id: str = ID,
    path: Path = typer.Option(None, "--text", help="新的正文文件。"),
    title: str = typer.Option(None, "--title", help="新的标题。"),
    category: str = typer.Option(None, "--category", help="信息类别。"),
    formed_on: datetime = typer.Option(None, "--formed-on", formats=["%Y-%m-%d"], help="成文日期。"),
    fields: list[str] = FIELDS,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """修改草稿、退文或待确认的文件。例：zwgk publication revise 编号 --text 新稿.txt --as 张三 --agency czj"""
    text = guarded(lambda: _text(path)) if path else None
    given = guarded(lambda: with_fields(changes(title=title, category=category, formed_on=day(formed_on)), fields))
    do(c.Revise(id=id, text=text, changes=given), as_, agency, json_)


@app.command()
def attribute(
    id: str = ID,
    value: str = typer.Argument(help="主动公开、依申请公开、不予公开。"),
    ground: str = typer.Option(None, "--ground", help="依据代码，如 EX16-PROCESS。"),
    reason: str = typer.Option(None, "--reason", help="理由。"),
    interpretation: bool = typer.Option(False, "--interpretation", help="需要解读。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """源头认定公开属性并送审。例：zwgk publication attribute 编号 主动公开 --as 张三 --agency czj"""
    wanted = chosen(value, ATTRIBUTES, "attribute")
    command = c.SetAttribute(id=id, attribute=wanted, ground=ground, reason=reason, interpretation=interpretation)
    do(command, as_, agency, json_)


@app.command()
def interpret(
    id: str = ID,
    plan: str = typer.Option(..., "--plan", help="解读方案。"),
    form: list[str] = typer.Option(..., "--form", help="解读形式，可多次给出。"),
    interpreter: str = typer.Option(..., "--interpreter", help="解读人。"),
    material: str = typer.Option(None, "--material", help="解读材料的文件编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记解读方案和材料。例：zwgk publication interpret 编号 --plan 同步解读 --form 问答 --interpreter 局长"""
    given = Interpretation(plan=plan, forms=tuple(form), interpreter=interpreter, material=material)
    do(c.PlanInterpretation(id=id, interpretation=given), as_, agency, json_)


@app.command()
def mask(
    id: str = ID,
    sha256: str = typer.Option("", "--attachment", help="只处理这一个附件，给出校验值；缺省处理正文和全部附件。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """把正文和附件中检出的个人信息全部去标识化。例：zwgk publication mask 编号 --as 张三 --agency czj"""
    publication_files.mask(id, sha256 or None, as_, agency, json_)


@app.command()
def allow(
    id: str = ID,
    basis: str = typer.Option(..., "--basis", help="依据的法律条款。"),
    reason: str = typer.Option(..., "--reason", help="理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记依法公开个人信息的例外。例：zwgk publication allow 编号 --basis 行政处罚法第四十八条 --reason 惩戒公示"""
    do(c.AllowFindings(id=id, basis=basis, reason=reason), as_, agency, json_)


@app.command("return")
def return_(
    id: str = ID,
    missing: list[str] = typer.Option([], "--missing", help="缺少的内容，可多次给出；系统能看出的缺项自动列入。"),
    reason: str = typer.Option("", "--reason", help="理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """退文。例：zwgk publication return 编号 --missing 公开依据 --as 王五"""
    do(c.Return(id=id, missing=tuple(missing), reason=reason), as_, agency, json_)


@app.command()
def number(
    id: str = ID,
    doc_no: str = typer.Argument(help="发文字号。"),
    formed_on: datetime = typer.Option(None, "--formed-on", formats=["%Y-%m-%d"], help="成文日期，默认今天。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """编发文字号。例：zwgk publication number 编号 示财发〔2026〕12号 --as 王五"""
    do(c.AssignNumber(id=id, doc_no=doc_no, formed_on=day(formed_on)), as_, agency, json_)


@app.command()
def publish(
    id: str = ID,
    channel: list[str] = typer.Option(["网站"], "--channel", help="公开渠道，可多次给出。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公开，同时编索引号。例：zwgk publication publish 编号 --channel 网站 --channel 公报 --as 王五"""
    do(c.Publish(id=id, channels=tuple(channel)), as_, agency, json_)


@app.command()
def file(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """归档不主动公开的文件。例：zwgk publication file 编号 --as 王五"""
    do(c.File(id=id), as_, agency, json_)


@app.command()
def keep(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="维持不公开的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """定期评估后维持原属性。例：zwgk publication keep 编号 --reason 情形未变 --as 王五"""
    do(c.KeepAttribute(id=id, reason=reason), as_, agency, json_)


@app.command()
def correct(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="更正理由，将一并公开。"),
    path: Path = typer.Option(None, "--text", help="更正后的正文文件。"),
    title: str = typer.Option(None, "--title", help="更正后的标题。"),
    valid_until: datetime = typer.Option(None, "--valid-until", formats=["%Y-%m-%d"], help="有效期至。"),
    fields: list[str] = FIELDS,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """更正已公开的文件，旧版仍可查阅。例：zwgk publication correct 编号 --reason 数字有误 --text 新稿.txt --as 王五"""
    text = guarded(lambda: _text(path)) if path else None
    given = guarded(lambda: with_fields(changes(title=title, valid_until=day(valid_until)), fields))
    do(c.Correct(id=id, reason=reason, text=text, changes=given), as_, agency, json_)


@app.command()
def validity(
    id: str = ID,
    value: str = typer.Argument(help="有效、失效、废止、修改。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="自哪一天起。"),
    by: str = typer.Option(None, "--by", help="作出废止或修改的文件编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """标注有效性。例：zwgk publication validity 编号 废止 --on 2026-03-01 --by 新文件编号 --as 王五"""
    wanted = chosen(value, VALIDITIES, "validity")
    do(c.MarkValidity(id=id, validity=wanted, on=on.date(), by_document=by), as_, agency, json_)


@app.command()
def withdraw(
    id: str = ID,
    leak: str = typer.Argument(help="personal 个人信息；secret 涉密；unlawful 其他依法不得公开。"),
    note: str = NOTE,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """紧急撤下并封存，事后由另一人补批，不能恢复。文件、决策事项、决策目录、会议、台账、目录事项及其时限、随机抽取、
    认领核对、主动公开建议、列席说明、保密登记都适用。例：zwgk publication withdraw 编号 personal --as 王五"""
    do(c.Withdraw(id=id, leak=chosen(leak, LEAKS, "leak"), note=note), as_, agency, json_)


@app.command()
def cleared(
    id: str = ID,
    channel: str = typer.Argument(help="已不再显示的渠道。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """确认一个渠道已撤下。例：zwgk publication cleared 编号 网站 --as 王五"""
    do(c.ConfirmCleared(id=id, channel=channel), as_, agency, json_)


app.command("show")(publication_record.show_)


@app.command("list")
def list_(
    agency: str = typer.Option(None, "--agency", help="主办机构代码。"),
    state: str = typer.Option(None, "--state", help="状态，如 draft、imported、published。"),
    overdue: bool = typer.Option(None, "--overdue/--not-overdue", help="只看逾期或未逾期的。"),
    limit: int = typer.Option(50, "--limit", min=1, max=200, help="条数。"),
    json_: Json = False,
) -> None:
    """列出文件，最近变动的在前。例：zwgk publication list --state published"""
    query = ListViews(type="publication.document", agency=agency, state=state, overdue=overdue, limit=limit)

    async def work(session: Session) -> ViewPage:
        return await session.ask(query, ViewPage)

    page = run(work)
    rows = [item.record for item in page.items]
    if json_:
        show(rows, json_=True)
        return
    columns = [("id", "编号"), ("title", "标题"), ("state_label", "状态"), ("agency", "主办"), ("due_at", "期限")]
    show(rows, json_=False, columns=columns, title=f"共 {page.total} 件")

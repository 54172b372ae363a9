"""`zwgk publication gazette`, `compilation`: issues of the government gazette, compilations of what is in force."""

import typer

from cli.documents import ID, do
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts.base import Done
from contracts.publication import gazette as c

app = typer.Typer(help="政府公报：报送、刊登已公开的规范性文件，编期号，列出尚未刊登的。", no_args_is_help=True)
compilations = typer.Typer(help="重点制度文件汇编：把现行有效的规范性文件汇编成册。", no_args_is_help=True)
ISSUE = typer.Argument(help="编号。")


@app.command("issue")
def issue(
    document: list[str] = typer.Option([], "--document", help="文件编号，按刊登顺序；不给则取尚未刊登的。"),
    name: str = typer.Option("政府公报", "--name", help="公报名称。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """出版一期公报。例：zwgk publication gazette issue --name 示例县人民政府公报 --as 王五"""
    _print(c.IssueGazette(name=name, documents=tuple(document)), as_, agency, json_)


@app.command("submit")
def submit(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """报送公报。例：zwgk publication gazette submit 编号 --as 张三 --agency czj"""
    do(c.SubmitToGazette(id=id), as_, agency, json_)


@app.command("return")
def return_(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="退回理由，告知报送单位。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """退回报送的文件，单位可改后再报。例：zwgk publication gazette return 编号 --reason 附件缺页 --as 王五"""
    do(c.ReturnFromGazette(id=id, reason=reason), as_, agency, json_)


@compilations.command("make")
def compile_(
    name: str = typer.Option("重点制度文件汇编", "--name", help="汇编名称。"),
    issuer: str = typer.Option(None, "--issuer", help="只收这个机构发布的。"),
    theme: str = typer.Option(None, "--theme", help="只收这个主题分类的。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """汇编现行有效的规范性文件。例：zwgk publication compilation make --issuer czj --as 王五"""
    _print(c.Compile(name=name, issuer=issuer, theme=theme), as_, agency, json_)


@compilations.command("show")
def show_compilation(id: str = ISSUE, json_: Json = False) -> None:
    """查看一册汇编。例：zwgk publication compilation show 999901-HB-2026-000001"""
    show_(id, json_)


def _print(command: c.IssueGazette | c.Compile, as_: str | None, agency: str, json_: bool) -> None:
    async def work(session: Session) -> c.GazetteIssue:
        done = await session.ask(command, Done, as_=as_, agency=agency, timeout=120)
        return (await session.ask(c.GetGazetteIssue(id=done.id), c.IssueFound, as_=as_)).issue

    _show(run(work), json_)


@app.command("show")
def show_(id: str = ISSUE, json_: Json = False) -> None:
    """查看一期公报。例：zwgk publication gazette show 999901-GB-2026-000001"""

    async def work(session: Session) -> c.GazetteIssue:
        return (await session.ask(c.GetGazetteIssue(id=id), c.IssueFound)).issue

    _show(run(work), json_)


@app.command("missing")
def missing(
    submitted: bool = typer.Option(False, "--submitted", help="只看单位已报送的。"),
    unit: str = typer.Option(None, "--unit", help="只看这个单位的，填机构代码。"),
    limit: int = typer.Option(50, "--limit", min=1, max=200, help="件数。"),
    json_: Json = False,
) -> None:
    """列出尚未刊登公报的规范性文件。例：zwgk publication gazette missing --unit jyj"""

    async def work(session: Session) -> c.GazetteCandidates:
        return await session.ask(c.NotInGazette(limit=limit, submitted=submitted, unit=unit), c.GazetteCandidates)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    columns = [
        ("id", "编号"),
        ("title", "标题"),
        ("doc_no", "文号"),
        ("unit", "单位"),
        ("published_at", "公开时间"),
        ("submitted_on", "报送"),
        ("returned_for", "退回理由"),
    ]
    show(list(page.items), json_=False, columns=columns, title=f"共 {page.total} 件")


def _show(found: c.GazetteIssue, json_: bool) -> None:
    if json_:
        show(found, json_=True)
        return
    columns = [("no", "序"), ("title", "标题"), ("doc_no", "文号"), ("document", "文件编号")]
    show(list(found.items), json_=False, columns=columns, title=f"{found.title}（{found.id}）")
    files = [("form", "格式"), ("bytes", "字节"), ("sha256", "校验值")]
    show(list(found.editions), json_=False, columns=files)

"""`zwgk publication gazette`: issues of the government gazette."""

import typer

from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts import publication as c
from contracts.base import Done

app = typer.Typer(help="政府公报：刊登已公开的规范性文件，编期号，列出尚未刊登的。", no_args_is_help=True)


@app.command("issue")
def issue(
    document: list[str] = typer.Option([], "--document", help="文件编号，按刊登顺序；不给则取尚未刊登的。"),
    name: str = typer.Option("政府公报", "--name", help="公报名称。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """出版一期公报。例：zwgk publication gazette issue --name 示例县人民政府公报 --as 王五"""
    command = c.IssueGazette(name=name, documents=tuple(document))

    async def work(session: Session) -> c.GazetteIssue:
        done = await session.ask(command, Done, as_=as_, agency=agency, timeout=120)
        return (await session.ask(c.GetGazetteIssue(id=done.id), c.IssueFound, as_=as_)).issue

    _show(run(work), json_)


@app.command("show")
def show_(id: str = typer.Argument(help="公报编号。"), json_: Json = False) -> None:
    """查看一期公报。例：zwgk publication gazette show 999901-GB-2026-000001"""

    async def work(session: Session) -> c.GazetteIssue:
        return (await session.ask(c.GetGazetteIssue(id=id), c.IssueFound)).issue

    _show(run(work), json_)


@app.command("missing")
def missing(limit: int = typer.Option(50, "--limit", min=1, max=200, help="件数。"), json_: Json = False) -> None:
    """列出尚未刊登公报的规范性文件。例：zwgk publication gazette missing"""

    async def work(session: Session) -> c.GazetteCandidates:
        return await session.ask(c.NotInGazette(limit=limit), c.GazetteCandidates)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    columns = [("id", "编号"), ("title", "标题"), ("doc_no", "文号"), ("published_at", "公开时间")]
    show(list(page.items), json_=False, columns=columns, title=f"共 {page.total} 件")


def _show(found: c.GazetteIssue, json_: bool) -> None:
    if json_:
        show(found, json_=True)
        return
    columns = [("no", "序"), ("title", "标题"), ("doc_no", "文号"), ("document", "文件编号")]
    show(list(found.items), json_=False, columns=columns, title=f"{found.title}（{found.id}）")
    files = [("form", "格式"), ("bytes", "字节"), ("sha256", "校验值")]
    show(list(found.editions), json_=False, columns=files)

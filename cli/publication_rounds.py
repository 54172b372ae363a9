"""`zwgk publication cleanup`, `proposals`: clean-up of normative documents, and what people ask to be published."""

from datetime import datetime

import typer

from cli.documents import chosen, day, do
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts.publication import rounds as c
from contracts.readmodel.answers import ListViews, ViewPage

app = typer.Typer(help="规范性文件清理：每两年一轮，形成三张清单。", no_args_is_help=True)
proposals_app = typer.Typer(help="公众申请较多、建议主动公开的信息。", no_args_is_help=True)
ROUND = typer.Argument(help="清理编号。")
PROPOSAL = typer.Argument(help="建议编号。")
CONCLUSIONS = {each.value: each for each in c.Conclusion} | {each.name.lower(): each for each in c.Conclusion}


@app.command("open")
def open_(
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="成文日期截至。"),
    opinions_by: datetime = typer.Option(None, "--opinions-by", formats=["%Y-%m-%d"], help="各单位提出意见的期限。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """启动一轮清理。例：zwgk publication cleanup open --until 2026-10-31 --as 王五"""
    do(c.OpenCleanup(until=until.date(), opinions_by=day(opinions_by)), as_, agency, json_)


@app.command("judge")
def judge(
    id: str = ROUND,
    conclusion: str = typer.Argument(help="继续有效、失效废止、需修改。"),
    documents: list[str] = typer.Argument(help="文件编号，最多 100 件。"),
    reason: str = typer.Option(..., "--reason", help="理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """提出清理意见。例：zwgk publication cleanup judge 清理编号 失效废止 文件编号 --reason 任务已完成"""
    said = chosen(conclusion, CONCLUSIONS, "conclusion")
    do(c.Judge(id=id, documents=tuple(documents), conclusion=said, reason=reason), as_, agency, json_)


@app.command("close")
def close(
    id: str = ROUND,
    issuer: str = typer.Option(..., "--issuer", help="公布清单的机构代码。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """结束清理，把三张清单起草为文件。例：zwgk publication cleanup close 清理编号 --issuer bgs --as 王五"""
    do(c.CloseCleanup(id=id, issuer=issuer), as_, agency, json_)


@app.command("carry-out")
def carry_out(id: str = ROUND, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """失效废止清单公开后，标注所列文件。例：zwgk publication cleanup carry-out 清理编号 --as 王五"""
    do(c.CarryOutCleanup(id=id), as_, agency, json_)


@app.command("show")
def show_(
    id: str = ROUND,
    unjudged: bool = typer.Option(False, "--unjudged", help="只看还没有意见的。"),
    after: str = typer.Option(None, "--after", help="从这个文件编号之后列起。"),
    json_: Json = False,
) -> None:
    """查看清理进度和意见。例：zwgk publication cleanup show 清理编号 --unjudged"""

    async def work(session: Session) -> c.CleanupPage:
        return await session.ask(c.GetCleanup(id=id, unjudged=unjudged, after=after), c.CleanupPage)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    columns = [
        ("document", "编号"),
        ("title", "标题"),
        ("doc_no", "文号"),
        ("agency", "主办"),
        ("conclusion", "意见"),
        ("reason", "理由"),
    ]
    title = f"{page.round.title}：共 {page.round.total} 件，{page.left} 件没有意见"
    show(list(page.items), json_=False, columns=columns, title=title)
    if page.units:
        late = "逾期未提出意见" if page.round.overdue else "还没有提出意见"
        typer.echo(f"{late}：{'、'.join(f'{unit.name} {unit.left} 件' for unit in page.units)}。")
    if page.next:
        typer.echo(f"后面还有，请加 --after {page.next}。")
    if lists := page.round.lists:
        told = "；".join(f"{name} {document}" for name, document in lists.items())
        typer.echo(f"清单：{told}。下一轮应在 {page.round.next_on} 前启动。")


@proposals_app.command("list")
def list_(agency: Agency = "", json_: Json = False) -> None:
    """列出待评估的建议。例：zwgk publication proposals list"""
    query = ListViews(type="publication.proposal", agency=agency or None, open=True)

    async def work(session: Session) -> ViewPage:
        return await session.ask(query, ViewPage)

    columns = [("id", "编号"), ("title", "建议"), ("agency", "机构"), ("requests", "申请件"), ("due_at", "期限")]
    show([item.record for item in run(work).items], json_=json_, columns=columns)


@proposals_app.command("adopt")
def adopt(
    id: str = PROPOSAL,
    document: str = typer.Argument(help="已公开该信息的文件编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记已主动公开。例：zwgk publication proposals adopt 建议编号 文件编号 --as 王五"""
    do(c.AdoptProposal(id=id, document=document), as_, agency, json_)


@proposals_app.command("decline")
def decline(
    id: str = PROPOSAL,
    reason: str = typer.Option(..., "--reason", help="不主动公开的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """不采纳建议。例：zwgk publication proposals decline 建议编号 --reason 涉及商业秘密 --as 王五"""
    do(c.DeclineProposal(id=id, reason=reason), as_, agency, json_)

"""`zwgk publication import`, `waiting`, `confirm`: the stock of documents."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import typer

from cli import stock
from cli.documents import ATTRIBUTES, changes, chosen, day, do
from cli.options import Agency, Json
from cli.progress import bar
from cli.session import Session, guarded, run, show
from contracts.publication import stock as c
from kernel.refused import Refused

FEW = 50
INTERRUPTED = 130
CONFIRMED = {"published": "已公开", "filed": "已归档", "refused": "未确认"}
T = TypeVar("T")


def import_(
    paths: list[Path] = typer.Argument(help="文件或文件夹：txt、html、docx、pdf，或每行一件的 jsonl。"),
    as_: str = typer.Option(None, "--as", help="由此人当场确认：有公开属性、无矛盾、无个人信息的即予公开。"),
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """导入存量文件；可反复执行，已导入的不会重复，中断后再次执行即接着导入。未经确认的只在内部。读不了的逐件报告后跳过。

    例：zwgk publication import 旧文件/ --as 张三
    """

    async def work(session: Session) -> list[c.ImportOutcome]:
        with bar("导入", quiet=json_) as progress:
            return await stock.send(session, paths, as_, agency, progress)

    report(interruptible(work), json_)


def interruptible(work: Callable[[Session], Awaitable[T]]) -> T:
    """Run it; who interrupts it is told how to go on."""
    try:
        return run(work)
    except typer.Exit as ended:
        if ended.exit_code == INTERRUPTED:
            typer.echo("已中断：已办理的都已保存，再次执行同一命令即可继续。", err=True)
        raise


def report(outcomes: Sequence[c.ImportOutcome], json_: bool) -> None:
    summary = stock.summary(outcomes)
    if json_:
        show({"summary": summary, "items": outcomes}, json_=True)
        return
    wanted = outcomes if len(outcomes) <= FEW else [each for each in outcomes if _needs_a_look(each)]
    columns = [
        ("name", "文件"),
        ("outcome", "结果"),
        ("id", "编号"),
        ("title", "标题"),
        ("read", "读到"),
        ("missing", "未读到"),
        ("look", "请核对"),
    ]
    if wanted:
        show(stock.rows(wanted[:FEW]), json_=False, columns=columns)
    if len(wanted) > FEW:
        typer.echo(f"另有 {len(wanted) - FEW} 件需要核对，请用 --json 查看全部。")
    typer.echo(
        f"已公开 {summary['published']}，已归档 {summary['filed']}，待确认 {summary['imported']}，"
        f"已在库 {summary['exists']}，未导入 {summary['refused']}；"
        f"有矛盾 {summary['with_conflicts']}，检出个人信息 {summary['with_findings']}。"
    )


def _needs_a_look(outcome: c.ImportOutcome) -> bool:
    return bool(outcome.reason or outcome.conflicts or outcome.findings)


def waiting(
    limit: int = typer.Option(50, "--limit", min=1, max=100, help="件数。"),
    after: str = typer.Option(None, "--after", help="从这个文件编号之后列起。"),
    json_: Json = False,
) -> None:
    """列出待确认的导入文件及其缺项。例：zwgk publication waiting"""

    async def work(session: Session) -> c.WaitingPage:
        return await session.ask(c.ImportReport(limit=limit, after=after), c.WaitingPage)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    columns = [
        ("id", "编号"),
        ("title", "标题"),
        ("attribute", "公开属性"),
        ("lacks", "缺项"),
        ("found_in", "个人信息所在"),
    ]
    show(
        [item.model_dump(mode="json") for item in page.items], json_=False, columns=columns, title=f"共 {page.total} 件"
    )
    if page.next:
        typer.echo(f"后面还有，请加 --after {page.next}。")


def confirm(
    id: str = typer.Argument(None, help="文件编号；或用 --all。"),
    everything: bool = typer.Option(False, "--all", help="确认全部没有缺项的导入文件。"),
    attribute: str = typer.Option(None, "--attribute", help="公开属性：主动公开、依申请公开、不予公开。"),
    ground: str = typer.Option(None, "--ground", help="不公开的依据代码，如 EX16-PROCESS。"),
    reason: str = typer.Option(None, "--reason", help="不公开的理由。"),
    title: str = typer.Option(None, "--title", help="认定的标题。"),
    issuer: list[str] = typer.Option([], "--issuer", help="认定的发布机构代码，可多次给出，牵头的在前。"),
    formed_on: datetime = typer.Option(None, "--formed-on", formats=["%Y-%m-%d"], help="认定的成文日期。"),
    published_on: datetime = typer.Option(None, "--published-on", formats=["%Y-%m-%d"], help="原发布日期。"),
    accept: bool = typer.Option(False, "--accept-conflicts", help="矛盾之处已核对。"),
    as_: str = typer.Option(..., "--as", help="确认人姓名。"),
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """由具名人员确认导入的文件。例：zwgk publication confirm --all --as 张三"""
    if everything or id is None:
        if id is not None or not everything:
            guarded(lambda: _neither())

        async def work(session: Session) -> tuple[list[c.ImportOutcome], int]:
            with bar("确认", quiet=json_) as progress:
                return await stock.confirm_all(session, as_, agency, progress)

        confirmed(*interruptible(work), json_)
        return
    command = c.ConfirmImport(
        id=id,
        attribute=chosen(attribute, ATTRIBUTES, "attribute") if attribute else None,
        ground=ground,
        reason=reason,
        settle=changes(title=title, issuers=issuer, formed_on=day(formed_on)),
        published_on=day(published_on),
        accept_conflicts=accept,
    )
    do(command, as_, agency, json_)


def confirmed(outcomes: Sequence[c.ImportOutcome], left: int, json_: bool) -> None:
    """What became of each document that lacked nothing, and how many wait still."""
    refused = [each for each in outcomes if each.outcome == "refused"]
    counted = {outcome: sum(each.outcome == outcome for each in outcomes) for outcome in CONFIRMED}
    if json_:
        show({"summary": counted | {"waiting": left}, "items": outcomes}, json_=True)
        return
    if refused:
        columns = [("id", "编号"), ("outcome", "结果"), ("look", "请核对")]
        show(stock.rows(refused[:FEW], CONFIRMED), json_=False, columns=columns)
    told = "，".join(f"{label} {counted[outcome]}" for outcome, label in CONFIRMED.items())
    rest = "缺项见 zwgk publication waiting。" if left else ""
    typer.echo(f"{told}；仍待确认 {left}。{rest}")


def _neither() -> None:
    raise Refused("one_or_all", "请给出一个编号，或用 --all。")

"""Questions to the read model: agencies, search, desk, its own state."""

import asyncio
from typing import Any, get_args

import typer

from cli.options import Json
from cli.progress import bar
from cli.session import Session, guarded, run, show
from contracts.base import Audience
from contracts.readmodel import answers, running
from kernel.refused import Refused

agencies_app = typer.Typer(no_args_is_help=True)
readmodel_app = typer.Typer(no_args_is_help=True)


@agencies_app.command("list")
def agencies(json_: Json = False) -> None:
    """列出现行机构。例：zwgk agencies list --json"""

    async def work(session: Session) -> answers.AgencyList:
        return await session.ask(answers.Agencies(), answers.AgencyList)

    found = run(work)
    show(
        [entry.model_dump(mode="json") for entry in found.agencies],
        json_=json_,
        columns=[("code", "代码"), ("name", "名称"), ("kind", "类别"), ("parent", "上级")],
    )


def search(
    query: list[str] = typer.Argument(help='检索词；支持 "精确短语"、-排除、发文机关:、年份:2018、有效性:有效。'),
    internal: bool = typer.Option(False, "--internal", help="检索内部记录（工作人员）。"),
    by: list[str] = typer.Option([], "--by", help="筛选：维度=值，如 genre=通知；可多次。"),
    offset: int = typer.Option(0, "--offset", min=0, help="从第几条起。"),
    limit: int = typer.Option(10, "--limit", min=1, max=50, help="条数。"),
    by_date: bool = typer.Option(False, "--by-date", help="按日期排序。"),
    facets: bool = typer.Option(False, "--facets", help="列出各分类的数量。"),
    json_: Json = False,
) -> None:
    """全文检索。例：zwgk search '政务公开 年份:2026' --json"""
    text = " ".join(query)
    filters: Any = guarded(lambda: dict(map(dimension, by)))
    guarded(lambda: _require_short(text, offset))
    wanted = answers.Search(
        q=text,
        audience=Audience.INTERNAL if internal else Audience.PUBLIC,
        offset=offset,
        limit=limit,
        sort="date" if by_date else "relevance",
        filters=filters,
    )

    async def work(session: Session) -> answers.SearchPage:
        return await session.ask(wanted, answers.SearchPage)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    rows = [hit.model_dump(mode="json") | {"title": _plain(hit.title)} for hit in page.hits]
    columns = [("id", "编号"), ("title", "标题"), ("doc_no", "文号"), ("issuer", "发布机构"), ("published_on", "日期")]
    show(rows, json_=False, columns=columns, title=f"共 {page.total} 条，用时 {page.took_ms:.1f} 毫秒")
    if facets:
        told = [{"name": name, "label": b.label, "count": b.count} for name, many in page.facets.items() for b in many]
        show(told, json_=False, columns=[("name", "维度"), ("label", "值"), ("count", "条数")])
    if page.suggestion:
        typer.echo(f"您要找的是不是：{page.suggestion}")


def dimension(text: str) -> tuple[str, str]:
    """`维度=值` of a filter."""
    name, mark, value = text.partition("=")
    if not mark or name not in get_args(answers.Dimension):
        raise Refused("filter", "筛选应写成“维度=值”。", field="by", remedy="例：--by year=2026。")
    return name, value


def _require_short(text: str, offset: int) -> None:
    """What the contract does not take is refused before it is sent, in words."""
    if len(text) > answers.MAX_QUESTION:
        raise Refused(
            "query_too_long",
            f"检索内容不能超过 {answers.MAX_QUESTION} 字。",
            field="query",
            remedy="请只保留关键的词句。",
        )
    if offset > answers.MAX_OFFSET:
        raise Refused(
            "page_too_deep",
            f"只能翻看前 {answers.MAX_OFFSET} 条结果。",
            field="offset",
            remedy="请增加检索词或筛选条件，缩小范围后再翻看。",
        )


search.context_settings = {"ignore_unknown_options": True}  # type: ignore[attr-defined]  # a term may begin with a minus


def _plain(html: str) -> str:
    from html import unescape

    return unescape(html.replace("<mark>", "").replace("</mark>", ""))


def desk(
    agency: str = typer.Option(None, "--agency", help="机构代码；不填为全部。"),
    days: int = typer.Option(10, "--days", min=1, max=60, help="今后几个工作日内到期。"),
    json_: Json = False,
) -> None:
    """工作台：已逾期、即将到期、等待办理的事项。例：zwgk desk --days 10"""

    async def work(session: Session) -> answers.DeskPage:
        return await session.ask(answers.Desk(agency=agency, working_days=days), answers.DeskPage)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    columns = [
        ("title", "事项"),
        ("state_label", "状态"),
        ("agency_name", "承办机构"),
        ("due_at", "期限"),
        ("basis", "期限依据"),
        ("waits_for", "等待"),
    ]
    for name, heading in (("overdue", "已逾期"), ("due_soon", f"{days} 个工作日内到期"), ("waiting", "其他待办")):
        rows = [item.model_dump(mode="json") for item in getattr(page, name)]
        show(rows, json_=False, columns=columns, title=f"{heading}（{page.counts[name]}）")


@readmodel_app.command("rebuild")
def rebuild(json_: Json = False) -> None:
    """从事件日志重建全部视图；重建期间照常提供查询；正在重建的显示进度。例：zwgk readmodel rebuild"""

    async def work(session: Session) -> running.RebuildState:
        try:
            state = await session.ask(running.Rebuild(), running.RebuildState)
        except Refused as refused:
            if refused.code != "rebuild_running":
                raise
            state = await session.ask(running.RebuildProgress(), running.RebuildState)
        with bar("重建", quiet=json_) as step:
            while state.running:
                step(state.applied, state.total)
                await asyncio.sleep(0.3)
                state = await session.ask(running.RebuildProgress(), running.RebuildState)
            step(state.applied, state.total)
        return state

    state = run(work)
    if not state.switched:
        guarded(lambda: _interrupted(state))
    if json_:
        show(state, json_=True)
        return
    typer.echo(f"✓ 第 {state.generation} 代视图已启用：{state.applied} 个事件，每秒 {state.per_second:.0f} 个。")
    if state.different is not None:
        other = f"与原来的视图有 {state.different} 条不同；重建期间有变动的记录会不同。"
        typer.echo(other if state.different else "与原来的视图完全一致。")


def _interrupted(state: running.RebuildState) -> None:
    raise Refused(
        "rebuild_interrupted",
        f"重建中断，已处理 {state.applied} 个事件，原有视图照常提供查询。",
        remedy="读模型恢复后会从中断处接着重建；再次执行本命令可查看进度。",
    )


@readmodel_app.command("checksum")
def checksum(json_: Json = False) -> None:
    """现行各视图的校验和：重建前后没有变动时相同。例：zwgk readmodel checksum"""

    async def work(session: Session) -> running.Checksum:
        return await session.ask(running.GetChecksum(), running.Checksum, timeout=120)

    show(run(work), json_=json_, columns=[("generation", "代"), ("views", "视图"), ("checksum", "校验和")])


@readmodel_app.command("lag")
def lag(json_: Json = False) -> None:
    """读模型落后多少事件、各类视图多少条、各用多久更新。例：zwgk readmodel lag"""

    async def work(session: Session) -> running.LagState:
        return await session.ask(running.Lag(), running.LagState)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    rows = [{"view": name, "count": count, "lag": found.lags.get(name)} for name, count in found.views.items()]
    columns = [("view", "视图"), ("count", "条数"), ("lag", "最近一次更新用时（秒）")]
    title = (
        f"待处理事件 {found.pending} 个，检索待更新 {found.search_behind} 条，最近事件 {found.last_event_at or '无'}"
    )
    show(rows, json_=False, columns=columns, title=title)


@readmodel_app.command("counts")
def counts(year: int = typer.Option(help="年份。"), json_: Json = False) -> None:
    """某年的基本数字。例：zwgk readmodel counts --year 2026 --json"""

    async def work(session: Session) -> answers.CountTable:
        return await session.ask(answers.Counts(year=year), answers.CountTable)

    table = run(work)
    if json_:
        show(table, json_=True)
        return
    for name, values in table.tables.items():
        rows = [{"key": key, "count": count} for key, count in values.items()]
        show(rows, json_=False, columns=[("key", "项目"), ("count", "数量")], title=name)

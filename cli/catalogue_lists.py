"""`zwgk publication catalogue`: limits and who is late, guides, rates of proposals, lists against those from above."""

from datetime import datetime
from pathlib import Path

import typer

from cli.documents import chosen, do
from cli.options import Agency, As, Json
from cli.publication_catalogue import KEEPER, TYPE, named
from cli.session import Session, guarded, run, show
from cli.sheet_rows import Numbered, batches, read_catalogue
from contracts.base import Done
from contracts.publication import lists as c
from contracts.publication.catalogue import GroupItems, ItemGroups
from contracts.publication.catalogue_clocks import Act, DecideDisclosure, DropClock, GetLate, LateRows, StartClock
from contracts.publication.terms import Row
from kernel.refused import Refused
from services.publication.catalogue.types import ItemType, type_of

ACTS: dict[str, Act] = {"publish": "publish", "change": "change", "withdraw": "withdraw"}
CLOCK = typer.Argument(help="期限编号。")
WHY = typer.Option(..., "--reason", help="理由。")
CODE = typer.Argument(help="事项编码。")
KIND_LABELS = {"missing": "漏领", "extra": "多领", "different": "错领"}
DIFFERENCES = [("kind", "问题"), ("key", "事项"), ("column", "不一致的栏目"), ("reason", "说明")]


def due(
    type: str = TYPE,
    since: datetime = typer.Option(..., "--since", formats=["%Y-%m-%d"], help="决定、批复、审批或撤销的日期。"),
    act: str = typer.Option("publish", "--act", help="publish 应公开、change 应公开变更、withdraw 应撤回。"),
    value: list[str] = typer.Option([], "--value", help="关键栏目=内容，可多次给出。"),
    item: str = typer.Option(None, "--item", help="目录事项编号（变更、撤回时）。"),
    keeper: str = KEEPER,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记公开期限。例：zwgk publication catalogue due penalties --value 行政处罚决定书文号=文号 --since 2026-11-20"""
    wanted = chosen(act, ACTS, "act")

    async def work(session: Session) -> Done:
        values = await named(session, type, value)
        command = StartClock(
            type=type, agency=keeper or agency, act=wanted, begun_on=since.date(), values=values, item=item
        )
        return await session.ask(command, Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("id", "期限编号"), ("state", "状态")])


def decide(
    id: str = CLOCK,
    public: bool = typer.Option(..., "--public/--withheld", help="予以公开，或不予公开。"),
    reason: str = WHY,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """认定处罚决定是否具有一定社会影响。例：zwgk publication catalogue decide 期限编号 --public --reason 食品安全"""
    do(DecideDisclosure(id=id, public=public, reason=reason), as_, agency, json_)


def drop(id: str = CLOCK, reason: str = WHY, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """撤销登记有误的期限。例：zwgk publication catalogue drop 期限编号 --reason 重复登记 --as 李四"""
    do(DropClock(id=id, reason=reason), as_, agency, json_)


def late(
    type: str = TYPE,
    year: int = typer.Option(None, "--year", help="到期年份。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """逾期公开的单位，到期没有公开和与目录不一致的事项。例：zwgk publication catalogue late budget --year 2026"""
    query = GetLate(type=type, year=year)
    found = run(lambda session: session.ask(query, LateRows, as_=as_, agency=agency))
    columns = [
        ("agency", "单位"),
        ("title", "事项"),
        ("due_on", "期限"),
        ("done_on", "办结"),
        ("days_late", "逾期天数"),
    ]
    show(found if json_ else list(found.rows), json_=json_, columns=columns)
    if not json_ and found.missing:
        named = [("item", "编号"), ("title", "事项"), ("agency", "单位"), ("due_on", "期限")]
        show(list(found.missing), json_=False, columns=named, title="到期没有公开的事项")
    if not json_ and found.mismatched:
        named = [
            ("item", "编号"),
            ("title", "事项"),
            ("agency", "单位"),
            ("document", "文件"),
            ("what", "与目录不一致"),
        ]
        show(list(found.mismatched), json_=False, columns=named, title="与目录不一致，须人工核对")


def groups(type: str = TYPE, keeper: str = KEEPER, json_: Json = False) -> None:
    """按年度、领域或类别查看事项数量。例：zwgk publication catalogue groups budget"""
    found = run(lambda session: session.ask(GroupItems(type=type, agency=keeper), ItemGroups))
    show(found if json_ else list(found.groups), json_=json_, columns=[("value", "类别"), ("count", "事项数")])


def guide(code: str = CODE, keeper: str = KEEPER, json_: Json = False) -> None:
    """查看现行办事指南（大厅、网站、热线同源）。例：zwgk publication catalogue guide G-001"""
    found = run(lambda session: session.ask(c.GetGuide(code=code, agency=keeper), c.GuideFound))
    if json_:
        show(found, json_=True)
        return
    values = [{"name": name, "value": str(value)} for name, value in found.item.values.items()]
    show(values, json_=False, columns=[("name", "栏目"), ("value", "内容")], title=found.item.title)
    for remark in found.remarks:
        typer.echo(f"⚠ {remark}")


def check(
    code: str = CODE,
    demands: list[str] = typer.Argument(help="窗口要求的材料名称。"),
    keeper: str = KEEPER,
    json_: Json = False,
) -> None:
    """核对要求的材料是否在指南之内。例：zwgk publication catalogue check G-001 身份证 介绍信"""
    query = c.CheckDemands(code=code, agency=keeper, demands=tuple(demands))
    found = run(lambda session: session.ask(query, c.DemandsChecked))
    columns = [("demand", "材料"), ("in_guide", "指南之内"), ("basis", "要求依据")]
    show(found if json_ else list(found.demands), json_=json_, columns=columns)


def lint(
    type: str = TYPE,
    path: Path = typer.Argument(help="xlsx 或 csv，栏目名称用规定的。"),
    json_: Json = False,
) -> None:
    """导入前检查：错误的栏目、没有依据的材料、模糊表述。例：zwgk publication catalogue lint guide 办事指南.xlsx"""
    kind = guarded(lambda: type_of(type))
    rows = guarded(lambda: read_catalogue(path, kind.told()))
    found = [{"row": n, "finding": each} for n, row in rows for each in _findings(kind, row)]
    show(found, json_=json_, columns=[("row", "行"), ("finding", "问题")])
    if found:
        raise typer.Exit(1)


def _findings(kind: ItemType, row: Row) -> tuple[str, ...]:
    try:
        return kind.remarks(kind.read_row(row))
    except Refused as refused:
        return (refused.message,)


def rates(
    year: int = typer.Argument(help="年度。"),
    keeper: str = KEEPER,
    json_: Json = False,
) -> None:
    """建议提案办理情况，各项比率分列分母。例：zwgk publication catalogue rates 2026"""
    found = run(lambda session: session.ask(c.GetProposalRates(year=year, agency=keeper), c.ProposalRates))
    if json_:
        show(found, json_=True)
        return
    rows = [
        {"kind": table.kind, "level": table.level or "合计", **each.model_dump()}
        for table in found.tables
        for each in table.rates
    ]
    columns = [("kind", "类别"), ("level", "层级"), ("name", "指标"), ("count", "件数"), ("of", "分母"), ("share", "%")]
    show(rows, json_=False, columns=[*columns, ("of_what", "分母含义")])


def reconcile(
    type: str = TYPE,
    path: Path = typer.Argument(help="上级清单，xlsx 或 csv。"),
    upper: str = typer.Option(None, "--upper", help="上级清单的名称；默认文件名。"),
    keeper: str = KEEPER,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """与上级清单核对：漏领、多领、错领。例：zwgk publication catalogue reconcile powers 上级清单.xlsx --agency czj"""
    rows = guarded(lambda: _keyed(type_of(type), path))
    of = keeper or agency

    async def work(session: Session) -> c.ReconciliationFound:
        for n, part in enumerate(batches(rows)):
            put = c.PutUpperRows(type=type, agency=of, rows=tuple(row for _, row in part), begin=n == 0)
            await session.ask(put, c.UpperRows, as_=as_, agency=agency)
        command = c.Reconcile(type=type, agency=of, upper=upper or path.stem)
        held = await session.ask(command, Done, as_=as_, agency=agency)
        return await session.ask(c.GetReconciliation(id=held.id), c.ReconciliationFound, as_=as_, agency=agency)

    _differences(run(work), json_)


def _keyed(kind: ItemType, path: Path) -> list[Numbered]:
    """The rows of a list from above, each with what makes it the same item."""
    rows = read_catalogue(path, kind.told(), whole=False)
    for n, row in rows:
        given = kind.named(row)
        if wanting := [kind.label(name) for name in kind.key if not str(given.get(name, "")).strip()]:
            labels = "、".join(wanting)
            raise Refused("key_missing", f"第 {n} 行没有“{labels}”。", field="file", remedy="请补充后重新核对。")
    return rows


def differences(id: str = typer.Argument(help="核对编号。"), json_: Json = False) -> None:
    """查看核对结果。例：zwgk publication catalogue differences 999901-HD-2026-000001"""
    _differences(run(lambda session: session.ask(c.GetReconciliation(id=id), c.ReconciliationFound)), json_)


def _differences(found: c.ReconciliationFound, json_: bool) -> None:
    if json_:
        show(found, json_=True)
        return
    rows = [each.model_dump() | {"kind": KIND_LABELS[each.kind]} for each in found.differences]
    record = found.record
    title = f"{record.id}：漏领 {record.missing}，多领 {record.extra}，错领 {record.different}，{record.state_label}"
    show(rows, json_=False, columns=DIFFERENCES, title=title)


def explain(
    id: str = typer.Argument(help="核对编号。"),
    kind: str = typer.Argument(help="漏领、多领、错领。"),
    key: str = typer.Argument(help="事项编码。"),
    reason: str = WHY,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """说明一处差异。例：zwgk publication catalogue explain 核对编号 漏领 A1 --reason 本县没有该项职权"""
    words = {label: word for word, label in KIND_LABELS.items()} | {word: word for word in KIND_LABELS}
    command = c.ExplainDifference.model_validate(
        {"id": id, "kind": chosen(kind, words, "kind"), "key": key, "reason": reason}
    )
    do(command, as_, agency, json_)


def under(app: typer.Typer) -> None:
    """Put these commands beside those of `cli.publication_catalogue`."""
    for command in (due, decide, drop, late, groups, guide, check, lint, rates, reconcile, differences, explain):
        app.command()(command)

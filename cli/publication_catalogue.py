"""`zwgk publication catalogue`: the lists that the law names."""

from datetime import datetime
from pathlib import Path

import typer

from cli import catalogue_sheets
from cli.documents import day, do
from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from cli.sheet_rows import Numbered, batches, heading, read_catalogue
from contracts.publication import catalogue as c
from kernel.refused import Refused
from services.publication.catalogue.types import KEPT_BY, ItemType, type_of

app = typer.Typer(
    help="公开目录：基本目录、标准目录、权责清单、办事指南、双公示等，导入导出，认领核对。", no_args_is_help=True
)
TYPE = typer.Argument(help="目录类型，见 types，如 standard、powers、guide。")
ITEM = typer.Argument(help="目录事项编号。")
REASON = typer.Option(..., "--reason", help="变更理由，将公开。")
KEEPER = typer.Option(None, "--keeper", help="维护机构代码；默认经办人所在机构。")
PERIOD = typer.Option(None, "--period", min=1, max=60, help="每隔几个月须有公开。")
APPROVED = typer.Option(None, "--approved-on", formats=["%Y-%m-%d"], help="完成审批程序的日期。")
EFFECTIVE = typer.Option(None, "--effective-on", formats=["%Y-%m-%d"], help="实施时间。")


@app.command("types")
def types(json_: Json = False) -> None:
    """列出目录类型。例：zwgk publication catalogue types"""

    async def work(session: Session) -> c.CatalogueTypes:
        return await session.ask(c.GetCatalogueTypes(), c.CatalogueTypes)

    columns = [("type", "类型"), ("title", "名称"), ("keeper", "维护"), ("source", "依据"), ("grade", "核实")]
    show(list(run(work).types), json_=json_, columns=columns)


@app.command("import")
def import_(
    type: str = TYPE,
    path: Path = typer.Argument(help="xlsx 或 csv，栏目名称用规定的。"),
    reason: str = REASON,
    period: int = PERIOD,
    approved_on: datetime = APPROVED,
    effective_on: datetime = EFFECTIVE,
    keeper: str = KEEPER,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """导入目录；同一事项只改不重复。例：zwgk publication catalogue import powers 清单.xlsx --reason 年度调整"""
    rows, twice = guarded(lambda: _once(type_of(type), read_catalogue(path, type_of(type).told())))

    async def work(session: Session) -> list[c.RowOutcome]:
        outcomes = twice
        for part in batches(rows):
            command = c.PutItems(
                type=type,
                agency=keeper or agency,
                rows=tuple(row for _, row in part),
                reason=reason,
                approved_on=day(approved_on),
                effective_on=day(effective_on),
                period_months=period,
            )
            answer = await session.ask(command, c.RowOutcomes, as_=as_, agency=agency, timeout=120)
            outcomes += [each.model_copy(update={"row": part[each.row - 1][0]}) for each in answer.rows]
        return sorted(outcomes, key=lambda each: each.row)

    _imported(run(work), json_)


def _once(kind: ItemType, rows: list[Numbered]) -> tuple[list[Numbered], list[c.RowOutcome]]:
    """One row for each item of a keeper: what says something else of it is refused, the same again is left out."""
    first: dict[str, Numbered] = {}
    again: list[c.RowOutcome] = []
    for n, row in rows:
        number, said = first.setdefault(f"{row.get(KEPT_BY, '')}\n{kind.key_of(kind.named(row))}", (n, row))
        if number == n:
            continue
        labels = "、".join(kind.label(name) for name in kind.key)
        why = f"与第 {number} 行是同一事项（{labels}相同），内容不同。请合并后重新导入。"
        outcome = {"outcome": "same"} if said == row else {"outcome": "refused", "reason": why}
        again.append(c.RowOutcome.model_validate({"row": n} | outcome))
    return list(first.values()), again


def _imported(outcomes: list[c.RowOutcome], json_: bool) -> None:
    counts = {kind: sum(each.outcome == kind for each in outcomes) for kind in ("added", "changed", "same", "refused")}
    if json_:
        show({"summary": counts, "rows": outcomes}, json_=True)
        return
    refused = [each for each in outcomes if each.outcome == "refused"]
    if refused:
        show(refused, json_=False, columns=[("row", "行"), ("reason", "原因")])
    typer.echo(f"新增 {counts['added']}，变更 {counts['changed']}，未变 {counts['same']}，未导入 {counts['refused']}。")


@app.command("export")
def export(
    type: str = TYPE,
    path: Path = typer.Argument(help="写到这个文件，xlsx 或 csv。"),
    keeper: str = KEEPER,
) -> None:
    """按规定栏目导出目录。例：zwgk publication catalogue export standard 标准目录.xlsx"""
    kind, rows = run(lambda session: _all(session, type, keeper))
    keepers = sorted({row.agency for row in rows})
    if len(keepers) > 1:
        kind = kind.model_copy(update={"columns": (*kind.columns, c.Column(name="keeper", label=KEPT_BY))})
    cells = [row.cells | {KEPT_BY: row.agency} for row in rows]
    guarded(lambda: catalogue_sheets.write(path, kind, cells))
    typer.echo(f"已导出 {len(rows)} 项。")
    if len(keepers) > 1:
        typer.echo(
            f"⚠ 来自 {len(keepers)} 个机构（{'、'.join(keepers)[:200]}），已加“{KEPT_BY}”一栏；导入时只收本机构的行。"
        )


@app.command("put")
def put(
    type: str = TYPE,
    value: list[str] = typer.Option(..., "--value", help="栏目名=内容，可多次给出。"),
    reason: str = REASON,
    period: int = typer.Option(None, "--period", min=0, max=60, help="每隔几个月须有公开；不写则不变，0 为不另设。"),
    rests_on: list[str] = typer.Option([], "--rests-on", help="所依据文件的编号；不写则不变。"),
    approved_on: datetime = APPROVED,
    effective_on: datetime = EFFECTIVE,
    keeper: str = KEEPER,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """新增或变更一项。例：zwgk publication catalogue put basic --value 二级事项=规划 --reason 新增 --period 12"""
    command = c.PutItem(
        type=type,
        agency=keeper or agency,
        values=dict(run(lambda session: named(session, type, value))),
        reason=reason,
        approved_on=day(approved_on),
        effective_on=day(effective_on),
        period_months=period,
        rests_on=tuple(rests_on) or None,
    )
    do(command, as_, agency, json_)


@app.command("remove")
def remove(id: str = ITEM, reason: str = REASON, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """移出目录，理由公开。例：zwgk publication catalogue remove 编号 --reason 依据已废止 --as 张三"""
    do(c.RemoveItem(id=id, reason=reason), as_, agency, json_)


@app.command("reviewed")
def reviewed(
    id: str = ITEM,
    note: str = typer.Option(..., "--note", help="复核结论。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """依据变更或模糊表述已复核、无须修改。例：zwgk publication catalogue reviewed 编号 --note 条款未涉及本事项"""
    do(c.ReviewItem(id=id, note=note), as_, agency, json_)


@app.command("basis")
def basis(
    id: str = ITEM,
    documents: list[str] = typer.Argument(help="所依据文件的编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """写明事项所依据的文件，文件变更时提醒复核。例：zwgk publication catalogue basis 事项编号 文件编号"""
    do(c.NameBasis(id=id, documents=tuple(documents)), as_, agency, json_)


@app.command("claim")
def claim(
    document: str = typer.Argument(help="文件编号。"),
    items: list[str] = typer.Argument(help="它公开的目录事项编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """文件认领目录事项。例：zwgk publication catalogue claim 文件编号 事项编号 --as 张三 --agency czj"""
    do(c.ClaimItems(id=document, items=tuple(items)), as_, agency, json_)


@app.command("show")
def show_(id: str = ITEM, json_: Json = False) -> None:
    """查看一项及其历次变更。例：zwgk publication catalogue show 999901-ML-2026-000001"""

    async def work(session: Session) -> c.ItemHistory:
        return await session.ask(c.GetItem(id=id), c.ItemHistory)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    rows = [
        {"edition": each.edition, "since": each.since, "reason": each.change.reason, "title": each.title}
        for each in found.editions
    ]
    show(rows, json_=False, columns=[("edition", "版次"), ("since", "公开时间"), ("title", "事项"), ("reason", "理由")])


async def named(session: Session, type: str, pairs: list[str]) -> dict[str, str]:
    """What `栏目名=内容` says, by the names of the columns."""
    given, found = dict(_pair(each) for each in pairs), await _type(session, type)
    known = {heading(each): each.name for each in found.columns}
    known |= {each.label: each.name for each in found.columns} | {each.name: each.name for each in found.columns}
    if unknown := [each for each in given if each not in known]:
        raise Refused("unknown_column", "目录没有这一栏。", field=unknown[0], remedy="请用 types --json 查看栏目。")
    return {known[each]: said for each, said in given.items()}


async def _all(session: Session, type: str, keeper: str | None) -> tuple[c.CatalogueType, list[c.CatalogueRow]]:
    rows: list[c.CatalogueRow] = []
    after: str | None = None
    while True:
        page = await session.ask(c.ExportItems(type=type, agency=keeper, after=after), c.CatalogueRows)
        rows += page.rows
        if page.next is None:
            return await _type(session, type), rows
        after = page.next


async def _type(session: Session, name: str) -> c.CatalogueType:
    answer = await session.ask(c.GetCatalogueTypes(), c.CatalogueTypes)
    found = {each.type: each for each in answer.types}
    if name not in found:
        raise Refused("unknown_type", "没有这种目录。", field="type", remedy=f"可用：{'、'.join(found)}。")
    return found[name]


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise Refused("no_sign", "内容应写成“栏目名=内容”。", field="value", remedy="例：--value 二级事项=规划。")
    return name.strip(), value

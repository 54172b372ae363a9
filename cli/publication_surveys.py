"""`zwgk publication survey`, `inventory`, `secret`, `register`: rounds over what has no attribute or is not public."""

import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli.documents import ATTRIBUTES, chosen, do
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from cli.stock import rows
from contracts.publication import surveys as c
from contracts.publication.registers import CountItems, Counts, Owed, UnitsOwing
from contracts.publication.stock import ImportOutcomes

app = typer.Typer(help="存量属性认定与不公开信息年度评估。", no_args_is_help=True)
secrets = typer.Typer(help="国家秘密登记：只登记编号、责任人和日期，内容不上网。", no_args_is_help=True)
registers = typer.Typer(help="登记簿的统计，以及还没有登记的单位。", no_args_is_help=True)
SURVEY = typer.Argument(help="评估编号。")
DOCUMENTS = typer.Argument(help="文件编号，最多 100 件。")
DONE = {"imported": "已认定，待确认", "filed": "已维持", "refused": "未办理"}
KINDS = {
    "属性认定": c.SurveyKind.UNATTRIBUTED,
    "年度评估": c.SurveyKind.WITHHELD,
    **{each.value: each for each in c.SurveyKind},
}
COLUMNS = {
    "id": "编号",
    "title": "标题",
    "agency": "机构",
    "state_label": "状态",
    "attribute": "公开属性",
    "ground": "依据",
    "reason": "理由",
}


@app.command("open")
def open_(
    kind: str = typer.Argument(help="属性认定（从未认定属性的有效文件）或 年度评估（不公开的信息）。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """启动一轮。例：zwgk publication survey open 属性认定 --as 王五"""
    do(c.OpenSurvey(kind=chosen(kind, KINDS, "kind")), as_, agency, json_)


@app.command("assign")
def assign(
    attribute: str = typer.Argument(help="主动公开、依申请公开、不予公开。"),
    documents: list[str] = DOCUMENTS,
    ground: str = typer.Option(None, "--ground", help="不公开的依据代码，如 EX16-PROCESS。"),
    reason: str = typer.Option(None, "--reason", help="不公开的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """认定存量文件的公开属性；确认后才公开。例：zwgk publication survey assign 主动公开 文件编号 --as 张三"""
    said = chosen(attribute, ATTRIBUTES, "attribute")
    command = c.AssignAttribute(documents=tuple(documents), attribute=said, ground=ground, reason=reason)
    _each(command, as_, agency, json_)


@app.command("keep")
def keep(
    documents: list[str] = DOCUMENTS,
    reason: str = typer.Option(..., "--reason", help="维持不公开的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """评估后维持；转为公开的用 publication attribute。例：zwgk publication survey keep 编号 --reason 情形未变"""
    _each(c.KeepAttributes(documents=tuple(documents), reason=reason), as_, agency, json_)


def _each(command: c.AssignAttribute | c.KeepAttributes, as_: str | None, agency: str, json_: bool) -> None:
    async def work(session: Session) -> ImportOutcomes:
        return await session.ask(command, ImportOutcomes, as_=as_, agency=agency)

    items = run(work).items
    if json_:
        show({"items": items}, json_=True)
        return
    columns = [("name", "编号"), ("outcome", "结果"), ("title", "标题"), ("look", "请核对")]
    show(rows(items, DONE), json_=False, columns=columns)


@app.command("close")
def close(
    id: str = SURVEY,
    issuer: str = typer.Option(..., "--issuer", help="起草结果报告的机构代码。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """结束一轮，把结果起草为报告。例：zwgk publication survey close 评估编号 --issuer bgs --as 王五"""
    do(c.CloseSurvey(id=id, issuer=issuer), as_, agency, json_)


@app.command("show")
def show_(
    id: str = SURVEY,
    after: str = typer.Option(None, "--after", help="从这个文件编号之后列起。"),
    json_: Json = False,
) -> None:
    """查看进度和尚未办理的文件。例：zwgk publication survey show 评估编号"""

    async def work(session: Session) -> c.SurveyPage:
        return await session.ask(c.GetSurvey(id=id, after=after), c.SurveyPage)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    title = f"{page.survey.title}：共 {page.survey.total} 件，还剩 {page.left} 件"
    show(list(page.items), json_=False, columns=list(COLUMNS.items()), title=title)


def inventory(
    out: Path = typer.Option(None, "--out", help="导出为 CSV 文件。"),
    unit: str = typer.Option(None, "--unit", help="只列这个机构的。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """信息底数：全部文件的公开属性及其依据。例：zwgk publication inventory --out 底数.csv --as 王五"""

    async def work(session: Session) -> list[c.Surveyed]:
        found: list[c.Surveyed] = []
        after: str | None = None
        while True:
            query = c.Inventory(agency=unit, after=after)
            page = await session.ask(query, c.InventoryPage, as_=as_, agency=agency)
            found += page.items
            if page.next is None:
                return found
            after = page.next

    found = run(work)
    if out is None:
        show(found, json_=json_, columns=list(COLUMNS.items()), title=f"共 {len(found)} 件")
        return
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS.values(), "发布时间"])
        for each in found:
            row: dict[str, Any] = each.model_dump(mode="json")
            writer.writerow([_cell(row[name]) for name in (*COLUMNS, "published_at")])
    typer.echo(f"已导出 {len(found)} 件到 {out}。")


def _cell(value: object) -> str:
    """A cell that a spreadsheet takes for words, never for a formula."""
    said = "" if value is None else str(value)
    return f"'{said}" if said.startswith(("=", "+", "-", "@", "\t")) else said


@secrets.command("add")
def add(
    number: str = typer.Argument(help="登记号（不是文件的文号）。"),
    decided_by: str = typer.Option(..., "--decided-by", help="定密责任人。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="定密日期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记一件线下办理的国家秘密。例：zwgk publication secret add MD-2026-1 --decided-by 王局长 --on 2026-11-20"""
    do(c.RegisterSecret(number=number, decided_by=decided_by, decided_on=on.date()), as_, agency, json_)


@secrets.command("review")
def review(
    id: str = typer.Argument(help="编号。"),
    declassified: bool = typer.Option(..., "--declassified/--kept", help="已解密，或继续保密。"),
    decided_by: str = typer.Option(..., "--decided-by", help="作出决定的人。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="决定日期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记线下复核的结果。例：zwgk publication secret review 编号 --declassified --decided-by 王局长 --on 2026-11-20"""
    command = c.ReviewSecret(id=id, declassified=declassified, decided_by=decided_by, decided_on=on.date())
    do(command, as_, agency, json_)


@registers.command("count")
def count(
    type_: str = typer.Argument(help="目录类型，如 interactions、reading_places。"),
    by: str = typer.Option("kind", "--by", help="按哪一栏统计：栏目名或代码。"),
    year: int = typer.Option(None, "--year", help="年度。"),
    json_: Json = False,
) -> None:
    """按栏目统计登记事项。例：zwgk publication register count interactions --by 形式 --year 2026"""

    async def work(session: Session) -> Counts:
        return await session.ask(CountItems(type=type_, by=by, year=year), Counts)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    rows = [{"value": each.value, "items": each.items, **each.sums} for each in found.by]
    sums = list(dict.fromkeys(heading for each in found.by for heading in each.sums))
    columns = [("value", "类别"), ("items", "件数"), *((heading, heading) for heading in sums)]
    show(rows, json_=False, columns=columns, title=f"共 {found.total} 件")


@registers.command("owing")
def owing(
    type_: str = typer.Argument(help="目录类型，如 disclosure_guide、officers。"),
    months: int = typer.Option(12, "--months", min=1, max=60, help="多少个月内须更新。"),
    json_: Json = False,
) -> None:
    """没有登记、或久未更新的单位。例：zwgk publication register owing disclosure_guide"""

    async def work(session: Session) -> Owed:
        return await session.ask(UnitsOwing(type=type_, months=months), Owed)

    units = list(run(work).units)
    show(units, json_=json_, columns=[("agency", "代码"), ("name", "单位"), ("since", "上次更新")])

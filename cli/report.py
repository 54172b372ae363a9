"""The annual report and the older statistics: figures in, reports out, relations checked."""

import base64
import sys
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import typer

from cli import bulletins
from cli.documents import chosen, day
from cli.options import As, Json
from cli.session import FAILED, Session, guarded, run, show
from contracts.base import Done, Reply
from contracts.readmodel import answers, terms
from kernel.refused import Refused
from services.readmodel.reports import identities, reading
from services.readmodel.reports.form import cells

app = typer.Typer(no_args_is_help=True)
bulletins.register(app)
R = TypeVar("R", bound=Reply)


def _year(year: int) -> int:
    """Of an annual report: the regulation is in force since 1 May 2008."""
    if not 2008 <= year <= 2100:
        guarded(lambda: _no_year("条例自2008年起施行，此前没有年度报告。" if year < 2008 else "没有这个年度。"))
    return year


def _no_year(why: str) -> None:
    raise Refused("year", why, field="year", remedy="请核对年度。")


def _counted_year(year: int) -> int:
    """Of the older statistics, which offices kept before the regulation too."""
    if not 2000 <= year <= 2100:
        guarded(lambda: _no_year("只统计2000年至2100年的公开信息。"))
    return year


YEAR = typer.Option(..., "--year", callback=_year, help="年度。")
COUNTED_YEAR = typer.Option(..., "--year", callback=_counted_year, help="年度。")
SCOPE = typer.Option("", "--agency", help="编制单位的机构代码；不填为全区域汇总。")
DESK = typer.Option("", "--desk", help="经办人所在机构的代码；默认同编制单位，汇总时为政府办公室。")
AS_OF = typer.Option(None, "--as-of", formats=["%Y-%m-%d"], help="截至哪一天的状况；默认今天。")
SOURCE = typer.Option(..., "--source", help="数据来源。")
FORMATS = {name: name for name in ("json", "html", "docx", "xlsx")}
FORMS = {"2019": "2019", "2021": "2021"}
PARTS: dict[str, terms.Part] = {"一": "overview", "五": "problems", "六": "other"}
WAIT = 120.0


async def _as(session: Session, scope: str, desk: str) -> str:
    """The agency of the person who acts: as said, else the unit itself, else the government's office."""
    if desk or scope:
        return desk or scope
    known = await session.ask(answers.Agencies(), answers.AgencyList)
    return next((each.code for each in known.agencies if each.kind == "office"), "")


def _do(command: terms.OfReport, as_: str | None, desk: str, json_: bool) -> None:
    async def work(session: Session) -> Done:
        agency = await _as(session, command.agency, desk)
        return await session.ask(command, Done, as_=as_, agency=agency, timeout=WAIT)

    show(run(work), json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


def _ask(query: Any, into: type[R]) -> R:
    async def work(session: Session) -> R:
        return await session.ask(query, into, timeout=WAIT)

    return run(work)


@app.command("annual")
def annual(
    year: int = YEAR,
    agency: str = SCOPE,
    as_of: datetime = AS_OF,
    edition: int = typer.Option(None, "--edition", min=1, help="已定稿的第几版。"),
    format_: str = typer.Option("json", "--format", help="文件格式：json、html、docx、xlsx。"),
    form: str = typer.Option("", "--form", help="2019 或 2021 式；默认按年度。"),
    merge_other: bool = typer.Option(False, "--merge-other", help="（六）其他处理合并为一行。"),
    out: Path = typer.Option(None, "-o", "--out", help="写入文件；docx、xlsx 必填。"),
    explain: tuple[str, str] = typer.Option(("", ""), "--explain", help="列出一格背后的申请：行 列。"),
    json_: bool = typer.Option(False, "--json", help="输出 JSON（同 --format json）。"),
) -> None:
    """编制年度报告。例：zwgk report annual --year 2026 --format docx --out 年报.docx"""
    if explain[0]:
        _explain(year, agency, as_of, explain, json_)
        return
    kind: Any = chosen("json" if json_ else format_, FORMATS, "format")
    layout: Any = chosen(form, FORMS, "form") if form else None
    query = guarded(
        lambda: answers.GetAnnualReport(
            year=year,
            agency=agency,
            as_of=day(as_of),
            edition=edition,
            form=layout,
            merge_other=merge_other,
            format=kind,
        )
    )
    reply = _ask(query, terms.ReportReply)
    guarded(lambda: _write(reply, kind, out))
    for each in (*reply.report["missing"], *reply.report["checks"]["fail"]):
        sys.stderr.write(f"! {each}\n")


def _write(reply: terms.ReportReply, kind: str, out: Path | None) -> None:
    content = base64.b64decode(reply.file) if reply.file else bulletins.as_json(reply.report)
    bulletins.write(content, kind, out)


def _explain(year: int, agency: str, as_of: datetime | None, cell: tuple[str, str], json_: bool) -> None:
    query = answers.ExplainCell(year=year, agency=agency, as_of=day(as_of), row=cell[0], column=cell[1])
    found = _ask(query, terms.CellCases)
    if json_:
        show(found, json_=True)
        return
    more = f"（只列前 {len(found.cases)} 件）" if len(found.cases) < found.total else ""
    opening = f"，其中期初结转 {found.opening} 件" if found.opening else ""
    rows = [{"id": each} for each in found.cases]
    show(
        rows,
        json_=False,
        columns=[("id", "申请编号")],
        title=f"{found.row} {found.column}：{found.value}{opening}{more}",
    )


@app.command("figures")
def figures(
    year: int = YEAR,
    agency: str = SCOPE,
    set_: list[str] = typer.Option(..., "--set", help="项目=数值，可多次；数值后加“余”表示约数。"),
    source: str = SOURCE,
    as_: As = None,
    desk: str = DESK,
    json_: Json = False,
) -> None:
    """申报数据。例：zwgk report figures --year 2026 --agency zrzyj --set 行政许可=12 --source 许可台账"""
    given = guarded(lambda: tuple(each for text in set_ for each in declared(text)))
    _do(answers.DeclareFigures(year=year, agency=agency, figures=given, source=source), as_, desk, json_)


SHORT = {
    "行政许可": "行政许可/本年处理决定数量",
    "行政处罚": "行政处罚/本年处理决定数量",
    "行政强制": "行政强制/本年处理决定数量",
    "行政事业性收费": "行政事业性收费/本年收费金额（单位：万元）",
}


def declared(text: str) -> list[terms.Figure]:
    """`项目=数值`, with 余 for an approximate one; the name of a whole row of table 1 with 0 sets all its cells."""
    item, mark, value = text.rpartition("=")
    item, value = item.strip(), value.strip()
    try:
        number = Decimal(value.removesuffix("余"))
        fits = number.is_finite() and number == round(number, 4) and abs(number) < 10**13
    except InvalidOperation:
        fits = False
    if not (mark and item and fits):
        raise Refused("figure", "申报数应写成“项目=数值”。", field="set", remedy="例：--set 行政许可=12。")
    row = [f"{name}/{column}" for form in ("2021", "2019") for name, column in cells(form) if name == item]
    items = row if row and not number else [SHORT.get(item, item)]
    return [terms.Figure(item=each, value=number, approximate=value.endswith("余")) for each in dict.fromkeys(items)]


@app.command("opening")
def opening(
    year: int = YEAR,
    agency: str = SCOPE,
    carried: list[str] = typer.Option(..., "--carried", help="上年结转：类别=件数，可多次。"),
    result: list[str] = typer.Option([], "--result", help="其办理结果：行号/类别=件数，如 r13/自然人=2。"),
    source: str = SOURCE,
    as_: As = None,
    desk: str = DESK,
    json_: Json = False,
) -> None:
    """录入首年的期初结转。例：zwgk report opening --year 2025 --carried 自然人=3 --source 上年年报"""
    given = guarded(lambda: _opening(carried, result))
    _do(answers.EnterOpening(year=year, agency=agency, opening=given, source=source), as_, desk, json_)


def _opening(carried: Sequence[str], result: Sequence[str]) -> terms.Opening:
    results: dict[str, dict[str, int]] = {}
    for text in result:
        row, _, rest = text.partition("/")
        results.setdefault(row, {}).update([_count(rest)])
    return terms.Opening(carried=dict(map(_count, carried)), results=results)


def _count(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    if not name or not (count.isascii() and count.isdigit() and len(count) < 8):
        raise Refused("count", "件数应写成“类别=件数”。", field="carried", remedy="例：--carried 自然人=3。")
    return name, int(count)


@app.command("write")
def write(
    part: str = typer.Argument(help="一、五 或 六。"),
    file: Path = typer.Argument(help="文字内容的文件（UTF-8）；空文件恢复为自动草稿。"),
    year: int = YEAR,
    agency: str = SCOPE,
    as_: As = None,
    desk: str = DESK,
    json_: Json = False,
) -> None:
    """改写文字部分。例：zwgk report write 五 问题与改进.txt --year 2026"""
    text = guarded(lambda: _text(file))
    _do(answers.WritePart(year=year, agency=agency, part=chosen(part, PARTS, "part"), text=text), as_, desk, json_)


def _text(file: Path) -> str:
    text = _bytes(file).decode("utf-8-sig", errors="replace").strip()
    if len(text) > terms.MAX_NARRATIVE:
        raise Refused("text_long", "文字超过一万二千字。", field="file", remedy="请删减后再提交。")
    return text


def _bytes(file: Path) -> bytes:
    if not file.is_file():
        raise Refused("path_missing", "没有这个文件。", field="file", remedy="请核对路径。")
    return file.read_bytes()


@app.command("explain-carry")
def explain_carry(
    reason: str = typer.Argument(help="上年结转与上年年报不一致的原因。"),
    year: int = YEAR,
    agency: str = SCOPE,
    as_: As = None,
    desk: str = DESK,
    json_: Json = False,
) -> None:
    """说明结转不一致的原因。例：zwgk report explain-carry 机构改革职能划转 --year 2026 --agency zrzyj"""
    _do(answers.ExplainCarry(year=year, agency=agency, reason=reason), as_, desk, json_)


@app.command("issue")
def issue(
    year: int = YEAR,
    agency: str = SCOPE,
    reason: str = typer.Option("", "--reason", help="更正已定稿年报的理由。"),
    as_: As = None,
    desk: str = DESK,
    json_: Json = False,
) -> None:
    """定稿并冻结；数据更正后再次定稿为新的一版。例：zwgk report issue --year 2025 --agency zrzyj"""
    _do(answers.IssueReport(year=year, agency=agency, reason=reason), as_, desk, json_)


@app.command("submit")
def submit(
    year: int = YEAR,
    agency: str = typer.Option(..., "--agency", help="编制单位的机构代码。"),
    as_: As = None,
    desk: str = DESK,
    json_: Json = False,
) -> None:
    """报送本单位年报。例：zwgk report submit --year 2025 --agency zrzyj"""
    _do(answers.SubmitReport(year=year, agency=agency), as_, desk, json_)


@app.command("return")
def give_back(
    reason: str = typer.Argument(help="退回的理由。"),
    year: int = YEAR,
    agency: str = typer.Option(..., "--agency", help="编制单位的机构代码。"),
    as_: As = None,
    desk: str = typer.Option("", "--desk", help="经办人所在机构的代码；默认政府办公室。"),
    json_: Json = False,
) -> None:
    """退回修改。例：zwgk report return 表三与台账不一致 --year 2025 --agency zrzyj"""
    command = answers.ReturnReport(year=year, agency=agency, reason=reason)

    async def work(session: Session) -> Done:
        return await session.ask(command, Done, as_=as_, agency=await _as(session, "", desk), timeout=WAIT)

    show(run(work), json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


@app.command("collect")
def collect(year: int = YEAR, as_: As = None, desk: str = DESK, json_: Json = False) -> None:
    """布置各单位年报。例：zwgk report collect --year 2025"""

    async def work(session: Session) -> terms.Collected:
        agency = await _as(session, "", desk)
        return await session.ask(
            answers.OpenCollection(year=year), terms.Collected, as_=as_, agency=agency, timeout=WAIT
        )

    _units(run(work), json_)


@app.command("due")
def due(year: int = YEAR, json_: Json = False) -> None:
    """各单位年报的报送情况，逾期在前。例：zwgk report due --year 2025"""
    _units(_ask(answers.ReportsDue(year=year), terms.Collected), json_)


def _units(found: terms.Collected, json_: bool) -> None:
    if json_:
        show(found, json_=True)
        return
    columns = [
        ("agency", "代码"),
        ("agency_name", "单位"),
        ("state_label", "状态"),
        ("due_on", "期限"),
        ("overdue", "逾期"),
        ("issue", "定稿版次"),
    ]
    show([each.model_dump(mode="json") for each in found.units], json_=False, columns=columns)


@app.command("check")
def check(file: Path = typer.Argument(help="年度报告：json、html 或 docx。"), json_: Json = False) -> None:
    """核对一份年度报告的勾稽关系；有不成立的，退出码为1。例：zwgk report check 年报.docx"""
    checks = guarded(lambda: identities.check(reading.read(file.name, _bytes(file))))
    if json_:
        told = checks.told() | {"findings": [each.model_dump(mode="json") for each in checks.findings]}
        show(told, json_=True)
    else:
        typer.echo(f"成立 {checks.passed} 项，不成立 {len(checks.errors)} 项，未核对 {len(checks.skipped)} 项")
        rows = [{"message": each.message, "cells": "；".join(each.cells)} for each in checks.findings]
        if rows:
            show(rows, json_=False, columns=[("message", "勾稽关系"), ("cells", "单元格")])
        for skipped in checks.skipped:
            typer.echo(f"未核对：{skipped}")
    if checks.errors:
        raise typer.Exit(FAILED)


@app.command("disclosure")
def disclosure(
    year: int = COUNTED_YEAR,
    agency: str = SCOPE,
    as_of: datetime = AS_OF,
    format_: str = typer.Option("table", "--format", help="table 或 json。"),
    json_: Json = False,
) -> None:
    """主动公开统计：分类条数与占比，分渠道条次。例：zwgk report disclosure --year 2026 --format json"""
    kind = chosen("json" if json_ else format_, {"json": "json", "table": "table"}, "format")
    found = _ask(answers.GetDisclosure(year=year, agency=agency, as_of=day(as_of)), terms.DisclosureStatistics)
    if kind == "json":
        show(_plain_statistics(found), json_=True)
        return
    rows = [
        {**each.model_dump(mode="json"), "percent": "" if each.share is None else f"{each.share:.2f}"}
        for each in found.by_category
    ]
    columns = [("category", "类别"), ("count", "条数"), ("percent", "占比（%）")]
    show(rows, json_=False, columns=columns, title=f"{found.agency}{found.year}年主动公开 {found.total} 条")
    rows = [{"channel": each.channel, "count": f"{each.count}{'余' * each.approximate}"} for each in found.by_channel]
    title = f"按渠道 {found.channel_total} 条次（渠道之间有重复）"
    show(rows, json_=False, columns=[("channel", "渠道"), ("count", "条次")], title=title)


def _plain_statistics(found: terms.DisclosureStatistics) -> dict[str, Any]:
    """`{total, by_category: [{category, count, share}], by_channel: [{channel, count}]}` and where it comes from."""
    plain = found.model_dump(mode="json", exclude={"by_category", "by_channel"})
    categories = [each.model_dump(mode="json", exclude={"declared"}) for each in found.by_category]
    channels = [each.model_dump(mode="json", exclude_defaults=True) for each in found.by_channel]
    return plain | {"by_category": categories, "by_channel": channels}

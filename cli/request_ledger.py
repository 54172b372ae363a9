"""Old ledgers in, the ledger out (台账)."""

import csv
import io
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli.documents import chosen
from cli.options import Agency, As, Json
from cli.progress import bar
from cli.session import FAILED, Session, guarded, run, show
from contracts.requests import terms as c
from contracts.requests.answers import LedgerImported, LedgerPage
from contracts.requests.procedure import MAX_LEDGER_LINES, ImportLedger, Ledger
from kernel.refused import Refused

BATCH_BYTES = 128 * 1024
HEADINGS = [
    ("id", "编号"), ("ledger_id", "原编号"), ("agency", "承办单位"), ("arrived_on", "到达日期"),
    ("received_on", "收到日期"), ("kind", "类别"), ("channel", "渠道"), ("applicant_class", "申请人类别"),
    ("state_label", "状态"), ("due_on", "答复期限"), ("extended_days", "延长工作日"), ("corrected_on", "补正日期"),
    ("excluded", "不计入期限"),
    ("outcome", "结果"), ("row", "年报行"), ("closed_on", "办结日期"), ("on_time", "按时"), ("fee", "收费"),
    ("reviews", "复议诉讼"),
]  # fmt: skip
FORMATS = {"csv": "csv", "xlsx": "xlsx", "json": "json"}
KINDS = {"reconsideration": "行政复议", "suit_direct": "直接起诉", "suit_after_review": "复议后起诉"}
RESULTS = {"upheld": "维持", "corrected": "纠正", "other": "其他", "pending": "尚未审结"}
_FORMULA = ("=", "+", "-", "@")


def batches(path: Path) -> Iterator[tuple[int, list[str], int]]:
    """Lines of a file in batches that one command holds: number of the first line, lines, bytes read so far."""
    lines: list[str] = []
    first, size, read = 1, 0, 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").strip()
            if lines and (len(lines) == MAX_LEDGER_LINES or size + len(raw) > BATCH_BYTES):
                yield first, lines, read
                lines, first, size = [], number, 0
            lines.append(line[: BATCH_BYTES // 2])
            size += len(raw)
            read += len(raw)
    if lines:
        yield first, lines, read


def import_(
    path: Path = typer.Argument(help="旧台账，每行一件（JSON）。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """导入旧台账，可重复执行，坏行逐行报告。例：zwgk requests import 台账.jsonl --as 张三 --agency bgs"""

    total = guarded(lambda: _size(path))

    async def work(session: Session) -> LedgerImported:
        imported = existing = 0
        rejected: list[c.BadLine] = []
        with bar("导入台账", quiet=json_) as progress:
            for first, lines, read in batches(path):
                command = ImportLedger(lines=tuple(lines), first=first)
                came = await session.ask(command, LedgerImported, as_=as_, agency=agency, timeout=60)
                imported, existing = imported + came.imported, existing + came.existing
                rejected += came.rejected
                progress(read, total)
        return LedgerImported(imported=imported, existing=existing, rejected=tuple(rejected))

    result = run(work)
    if json_:
        show(result, json_=True)
    else:
        typer.echo(f"导入 {result.imported} 件，已有 {result.existing} 件，未导入 {len(result.rejected)} 行")
        if result.rejected:
            columns = [("line", "行"), ("field", "字段"), ("reason", "原因")]
            show(list(result.rejected), json_=False, columns=columns)
    if result.rejected:
        raise typer.Exit(FAILED)


def _size(path: Path) -> int:
    if not path.is_file():
        raise Refused("path_missing", "没有这个文件。", field=path.name, remedy="请核对路径。")
    return path.stat().st_size


def ledger(
    from_: datetime = typer.Option(..., "--from", formats=["%Y-%m-%d"], help="收到日期自。"),
    to: datetime = typer.Option(..., "--to", formats=["%Y-%m-%d"], help="收到日期至。"),
    of: str = typer.Option("", "--of", help="只看这个单位，机构代码。"),
    format_: str = typer.Option("csv", "--format", help="csv、xlsx、json。"),
    out: Path = typer.Option(None, "--out", help="写入文件；xlsx 必填。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """导出台账。例：zwgk requests ledger --from 2026-01-01 --to 2026-12-31 --format xlsx --out 台账.xlsx"""
    form = "json" if json_ else chosen(format_, FORMATS, "format")

    async def work(session: Session) -> list[c.Request]:
        rows: list[c.Request] = []
        cursor = ""
        while True:
            query = Ledger(received_from=from_.date(), received_to=to.date(), agency=of, cursor=cursor)
            page = await session.ask(query, LedgerPage, as_=as_, agency=agency)
            rows += page.rows
            if page.next is None:
                return rows
            cursor = page.next

    rows = run(work)
    guarded(lambda: _write(rows, form, out))


def _write(rows: list[c.Request], form: str, out: Path | None) -> None:
    match form:
        case "json" if out is None:
            show(rows, json_=True)
        case "json" if out is not None:
            out.write_text("[" + ",\n".join(row.model_dump_json() for row in rows) + "]\n", encoding="utf-8")
        case "xlsx":
            if out is None:
                raise Refused("out_missing", "导出 xlsx 需要指定文件。", field="out", remedy="请加 --out 台账.xlsx。")
            spreadsheet(rows, out)
        case _:
            text = table(rows)
            if out is None:
                sys.stdout.write(text)
            else:
                out.write_text(text, encoding="utf-8-sig")


def table(rows: list[c.Request]) -> str:
    """The ledger as CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([heading for _, heading in HEADINGS])
    writer.writerows(cells(row) for row in rows)
    return buffer.getvalue()


def spreadsheet(rows: list[c.Request], out: Path) -> None:
    """The ledger as XLSX."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("依申请公开台账")
    sheet.append([heading for _, heading in HEADINGS])
    for row in rows:
        sheet.append(cells(row))
    book.save(out)


def cells(row: c.Request) -> list[str | int]:
    """One row; texts that a spreadsheet would take for a formula are made plain."""
    plain = row.model_dump(mode="json")
    plain["on_time"] = row.results[-1].on_time if row.results else None
    plain["excluded"] = "；".join(f"{each.first}至{each.last}" for each in row.excluded)
    plain["reviews"] = "；".join(
        f"{KINDS[each.kind]}{RESULTS[each.result]}（{each.filed_on}至{each.decided_on or ''}）" for each in row.reviews
    )
    return [_cell(plain[key]) for key, _ in HEADINGS]


def _cell(value: Any) -> str | int:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case int():
            return value
        case _:
            text = str(value)
            return f"'{text}" if text.startswith(_FORMULA) else text

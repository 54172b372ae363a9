"""Catalogues as files: xlsx with the official two rows of headings, and CSV with one."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from contracts.publication.catalogue import CatalogueType, Column
from contracts.publication.terms import Row
from kernel.refused import Refused

NUMBER = "序号"
MAX_ROWS = 20_000
MAX_BYTES = 50 * 1024 * 1024


def heading(column: Column) -> str:
    """The heading in a file with one row of headings."""
    return f"{column.group}/{column.label}" if column.group else column.label


def write(path: Path, kind: CatalogueType, rows: Sequence[Row]) -> None:
    """Write the items of a catalogue; the suffix says how. Raises `Refused` for any other."""
    match path.suffix.lower():
        case ".xlsx":
            _book(kind, rows).save(path)
        case ".csv":
            path.write_text("\ufeff" + _csv(kind, rows), encoding="utf-8", newline="")
        case _:
            raise _unknown()


def read(path: Path) -> list[Row]:
    """The rows of a file, each cell under its heading. Raises `Refused` for a file that cannot be read."""
    if not path.is_file():
        raise Refused("path_missing", "没有这个文件。", field=path.name, remedy="请核对路径。")
    if path.stat().st_size > MAX_BYTES:
        raise Refused("file_too_large", "文件超过 50 MB。", remedy="请拆分后导入。")
    match path.suffix.lower():
        case ".xlsx":
            return _rows(_cells(path))
        case ".csv":
            from services.publication.reader import decode  # slow to import, and few commands read documents

            return _rows([list(line) for line in csv.reader(io.StringIO(decode(path.read_bytes())))])
        case _:
            raise _unknown()


def _book(kind: CatalogueType, rows: Sequence[Row]) -> Any:
    """A workbook with headings as printed: groups above their columns, the others over both rows."""
    from openpyxl import Workbook  # slow to import; few commands write a workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    sheet: Any = book.active
    sheet.title = kind.title[:31]
    double = any(column.group for column in kind.columns)
    sheet.append([NUMBER, *(column.group or column.label for column in kind.columns)])
    if double:
        sheet.append(["", *(column.label if column.group else "" for column in kind.columns)])
        _merge(sheet, kind.columns)
    for number, row in enumerate(rows, 1):
        sheet.append([number, *(_plain(row.get(heading(column), "")) for column in kind.columns)])
    for line in sheet.iter_rows(max_row=2 if double else 1):
        for cell in line:
            cell.font = Font(bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.freeze_panes = "B3" if double else "B2"
    return book


def _merge(sheet: Any, columns: Sequence[Column]) -> None:
    first = 0
    sheet.merge_cells(start_row=1, end_row=2, start_column=1, end_column=1)
    for place, column in enumerate(columns):
        if not column.group:
            sheet.merge_cells(start_row=1, end_row=2, start_column=place + 2, end_column=place + 2)
        elif place == 0 or columns[place - 1].group != column.group:
            first = place
        ends = place + 1 == len(columns) or columns[place + 1].group != column.group
        if column.group and ends:
            sheet.merge_cells(start_row=1, end_row=1, start_column=first + 2, end_column=place + 2)


def _csv(kind: CatalogueType, rows: Sequence[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([NUMBER, *(heading(column) for column in kind.columns)])
    for number, row in enumerate(rows, 1):
        writer.writerow([number, *(_plain(row.get(heading(column), "")) for column in kind.columns)])
    return out.getvalue()


def _plain(text: str) -> str:
    """A cell that a spreadsheet would take for a formula is shown as text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _cells(path: Path) -> list[list[str]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, data_only=True)
    except (InvalidFileException, BadZipFile, OSError, ValueError, KeyError) as error:
        raise Refused(
            "file_damaged", "表格已损坏或加密，无法读取。", field=path.name, remedy="请另存后重试。"
        ) from error
    sheet: Any = book.worksheets[0]
    lines = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= 2:
            _spread(lines, merged.min_row - 1, merged.max_row, merged.min_col - 1, merged.max_col)
    return lines


def _spread(lines: list[list[str]], top: int, bottom: int, left: int, right: int) -> None:
    """A merged heading stands in each of its cells."""
    for line in lines[top:bottom]:
        for place in range(left, right):
            line[place] = lines[top][left]


def _rows(lines: list[list[str]]) -> list[Row]:
    """Rows under their headings. A second row of headings is one whose first cell repeats that of the first."""
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if len(lines) > MAX_ROWS + 2:
        raise Refused("too_many_rows", f"超过 {MAX_ROWS} 行。", remedy="请拆分后导入。")
    if not lines:
        return []
    above, body = [cell.strip() for cell in lines[0]], lines[1:]
    if body and body[0][:1] in ([above[0]], [""]) and _repeats(above, body[0]):
        below, body = [cell.strip() for cell in body[0]], body[1:]
        headings = [top if low in ("", top) else f"{top}/{low}" for top, low in zip(above, below, strict=False)]
    else:
        headings = above
    return [
        {heading: _unquoted(cell) for heading, cell in zip(headings, line, strict=False) if heading} for line in body
    ]


def _repeats(above: list[str], below: list[str]) -> bool:
    return any(top == low.strip() for top, low in zip(above, below, strict=False) if top)


def _unquoted(text: str) -> str:
    return text[1:] if text[:2] in ("'=", "'+", "'-", "'@") else text


def _unknown() -> Refused:
    return Refused("file_kind", "只支持 xlsx 和 csv。", field="file", remedy="请另存为 xlsx 或 csv。")

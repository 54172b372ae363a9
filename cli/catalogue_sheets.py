"""Catalogues written as files: xlsx with the official two rows of headings, and CSV with one."""

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cli.sheet_rows import NUMBER, heading, unknown_kind
from contracts.publication.catalogue import CatalogueType, Column
from contracts.publication.terms import Row

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")
_NUMERIC = re.compile(r"-?\d+(?:\.\d+)?")


def write(path: Path, kind: CatalogueType, rows: Sequence[Row]) -> None:
    """Write the items of a catalogue; the suffix says how. Raises `Refused` for any other."""
    match path.suffix.lower():
        case ".xlsx":
            _book(kind, rows).save(path)
        case ".csv":
            path.write_text("\ufeff" + _csv(kind, rows), encoding="utf-8", newline="")
        case _:
            raise unknown_kind()


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
    return f"'{text}" if _FORMULA.match(text) and not _NUMERIC.fullmatch(text) else text

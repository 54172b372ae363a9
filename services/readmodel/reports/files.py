"""The laid-out report as a file: HTML that prints well, docx and xlsx."""

import io
import zipfile
from collections.abc import Iterator
from html import escape
from typing import Any

from services.readmodel.reports.layout import Cell, Grid, Layout, Section

HTML, DOCX, XLSX = (
    "text/html; charset=utf-8",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
STYLE = """
body{font:16px/1.8 "FangSong","STFangsong",serif;max-width:60em;margin:2em auto;padding:0 1em;
  color:#000;background:#fff}
h1{text-align:center;font-size:1.6em}h2{font-size:1.2em}p{text-indent:2em;margin:.4em 0}
table{border-collapse:collapse;width:100%;font-size:.85em}th,td{border:1px solid #000;
  padding:.3em;text-align:center}
th{font-weight:normal}.warning{border:2px solid #a00;padding:.5em;text-indent:0}.foot{font-size:.85em}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}
"""
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Target="word/document.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
    ),
}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
FIXED = (1980, 1, 1, 0, 0, 0)
"""Time of each part of a docx: the same report gives the same bytes."""


def html(layout: Layout) -> str:
    """One self-contained page."""
    warnings = "".join(f'<p class="warning" role="note">{escape(each)}</p>' for each in layout.warnings)
    sections = "".join(_html_section(section) for section in layout.sections)
    foot = "".join(f'<p class="foot">{escape(each)}</p>' for each in layout.foot)
    title = escape(layout.title)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body><h1>{title}</h1>{warnings}{sections}{foot}</body></html>\n"
    )


def _html_section(section: Section) -> str:
    paragraphs = "".join(f"<p>{escape(each)}</p>" for each in section.paragraphs)
    grid = "".join(f"<tr>{''.join(map(_html_cell, row))}</tr>\n" for row in section.grid)
    table = f"<table>{grid}</table>" if grid else ""
    return f"<h2>{escape(section.title)}</h2>{paragraphs}{table}"


def _html_cell(cell: Cell) -> str:
    tag = "th" if cell.heading else "td"
    across = f' colspan="{cell.across}"' if cell.across > 1 else ""
    down = f' rowspan="{cell.down}"' if cell.down > 1 else ""
    return f"<{tag}{across}{down}>{escape(cell.text)}</{tag}>"


def docx(layout: Layout) -> bytes:
    """A Word document by the standard library alone."""
    body = [_paragraph(layout.title, bold=True, centred=True)]
    body += [_paragraph(f"【{each}】", bold=True) for each in layout.warnings]
    for section in layout.sections:
        body.append(_paragraph(section.title, bold=True))
        body += [_paragraph(each) for each in section.paragraphs]
        body += [_word_table(section.grid), _paragraph("")] if section.grid else []
    body += [_paragraph(each) for each in layout.foot]
    document = f'{XML}<w:document xmlns:w="{W}"><w:body>{"".join(body)}</w:body></w:document>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in {**{name: XML + part for name, part in PARTS.items()}, "word/document.xml": document}.items():
            package.writestr(zipfile.ZipInfo(name, FIXED), text.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _paragraph(text: str, *, bold: bool = False, centred: bool = False) -> str:
    align = '<w:pPr><w:jc w:val="center"/></w:pPr>' if centred else ""
    strong = "<w:rPr><w:b/></w:rPr>" if bold else ""
    return f'<w:p>{align}<w:r>{strong}<w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _word_table(grid: Grid) -> str:
    rows = []
    for row in placed(grid):
        cells = "".join(_word_cell(cell, continued) for _, cell, continued in row)
        rows.append(f"<w:tr>{cells}</w:tr>")
    borders = "".join(
        f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    return f"<w:tbl><w:tblPr><w:tblBorders>{borders}</w:tblBorders></w:tblPr>{''.join(rows)}</w:tbl>"


def _word_cell(cell: Cell, continued: bool) -> str:
    across = f'<w:gridSpan w:val="{cell.across}"/>' if cell.across > 1 else ""
    down = "<w:vMerge/>" if continued else ('<w:vMerge w:val="restart"/>' if cell.down > 1 else "")
    text = "" if continued else cell.text
    return f"<w:tc><w:tcPr>{across}{down}</w:tcPr>{_paragraph(text)}</w:tc>"


def placed(grid: Grid) -> Iterator[list[tuple[int, Cell, bool]]]:
    """Each row with the column of every cell; cells that continue from above stand there again, marked."""
    hanging: dict[int, tuple[int, Cell]] = {}
    for row in grid:
        line: list[tuple[int, Cell, bool]] = []
        waiting, column = list(row), 0
        while waiting or column in hanging:
            if column in hanging:
                left, cell = hanging.pop(column)
                line.append((column, cell, True))
            else:
                cell, left = waiting.pop(0), 0
                left = cell.down
                line.append((column, cell, False))
            if left > 1:
                hanging[column] = (left - 1, cell)
            column += cell.across
        yield line


def xlsx(layout: Layout) -> bytes:
    """A workbook: the three tables as numbers, one sheet each, and the narrative parts."""
    from openpyxl import Workbook

    book = Workbook()
    text = book.active
    text.title = "文字部分"
    for line in (layout.title, *layout.warnings):
        text.append([plain(line)])
    for section in layout.sections:
        text.append([plain(section.title)])
        for paragraph in section.paragraphs:
            text.append([plain(paragraph)])
        if section.grid:
            _sheet(book.create_sheet(section.title[2:][:20]), section)
    for line in layout.foot:
        text.append([plain(line)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _sheet(sheet: Any, section: Section) -> None:
    for at, row in enumerate(placed(section.grid), 1):
        for column, cell, continued in row:
            if continued:
                continue
            sheet.cell(row=at, column=column + 1, value=cell.value)
            if cell.across > 1 or cell.down > 1:
                sheet.merge_cells(
                    start_row=at,
                    start_column=column + 1,
                    end_row=at + cell.down - 1,
                    end_column=column + cell.across,
                )

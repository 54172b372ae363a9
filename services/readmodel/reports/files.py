"""The laid-out report as a file: HTML that prints well, docx and xlsx."""

import io
import re
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
*{box-sizing:border-box}
body{font:16px/1.8 "FangSong","STFangsong","Noto Serif CJK SC",serif;max-width:60em;margin:2em auto;padding:0 1em;
  color:#000;background:#fff}
h1{text-align:center;font-size:1.6em;line-height:1.4}h2{font-size:1.2em;margin:1.6em 0 .4em;break-after:avoid}
p{text-indent:2em;margin:.4em 0}
.scroll{overflow-x:auto;margin:.8em 0}table{border-collapse:collapse;width:100%;font-size:.85em;line-height:1.5}
th,td{border:1px solid #555;padding:.3em .4em;text-align:center;min-width:2.6em}
th{font-weight:normal}.words,th[scope=row]{text-align:left}
td.words{min-width:6em}.whole{white-space:nowrap}
thead th{background:#e9f0f8;print-color-adjust:exact;-webkit-print-color-adjust:exact}
svg.plot{display:block;width:100%;max-width:44em;margin:.8em auto;break-inside:avoid;
  font-family:"Noto Sans CJK SC","Microsoft YaHei",sans-serif;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.pair{display:flex;flex-wrap:wrap;gap:0 1.5em;align-items:flex-start}
.pair svg.plot{flex:1 1 24em;max-width:40em;margin:.8em 0}
.pair .scroll{flex:1 1 12em}
.warning{border:2px solid #a00;padding:.5em;text-indent:0}.foot{font-size:.85em;text-indent:0}
@media screen and (max-width:40em){body{margin:1em auto}h1{font-size:1.3em}
  thead th{white-space:nowrap}th[scope=row]{min-width:8em}}
@media print{@page{size:A4;margin:18mm 15mm}body{margin:0;max-width:none;padding:0;font-size:11pt}
  .scroll{overflow:visible}tr,.pair{break-inside:avoid}svg.plot{max-width:34em}thead{display:table-header-group}}
"""
NARROW, SHORT = 3, 5
"""A table of up to so many columns stands beside its plot. A text of up to so many characters is never broken, a longer
one is set to the left."""
WHOLE = re.compile(r"[\d:. %—（）/-]{1,24}")
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
    title = escape(layout.title)
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
        f"<style>{STYLE}</style></head><body>{part(layout)}</body></html>\n"
    )


def part(layout: Layout) -> str:
    """The report without the page around it, for a page that has its own style."""
    warnings = "".join(f'<p class="warning" role="note">{escape(each)}</p>' for each in layout.warnings)
    sections = "".join(_html_section(section) for section in layout.sections)
    foot = "".join(f'<p class="foot">{escape(each)}</p>' for each in layout.foot)
    return f"<h1>{escape(layout.title)}</h1>{warnings}{sections}{foot}"


def _html_section(section: Section) -> str:
    title = escape(section.title)
    paragraphs = "".join(f"<p>{escape(each)}</p>" for each in section.paragraphs)
    plots, table = "".join(section.plots), _html_table(section.grid, title)
    if plots and len(section.grid[0]) <= NARROW:
        return f'<h2>{title}</h2>{paragraphs}<div class="pair">{plots}{table}</div>'
    return f"<h2>{title}</h2>{paragraphs}{plots}{table}"


def _html_table(grid: Grid, title: str) -> str:
    """A simple table names its columns in a head of its own; one with spans over several rows has none."""
    if not grid:
        return ""
    simple = all(cell.heading and cell.down == cell.across == 1 for cell in grid[0])
    rows = ["".join(_html_cell(cell, simple and not at, simple) for cell in row) for at, row in enumerate(grid)]
    head = f"<thead><tr>{rows.pop(0)}</tr></thead>\n" if simple else ""
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    scroll = f'<div class="scroll" role="region" tabindex="0" aria-label="{title}">'
    return f"{scroll}<table>{head}<tbody>{body}</tbody></table></div>"


def _html_cell(cell: Cell, first: bool, simple: bool) -> str:
    tag = "th" if cell.heading else "td"
    scope = f' scope="{"col" if first else "row"}"' if simple and cell.heading else ""
    across = f' colspan="{cell.across}"' if cell.across > 1 else ""
    down = f' rowspan="{cell.down}"' if cell.down > 1 else ""
    kind = _kind(cell.text) if simple and not first else ""
    return f"<{tag}{scope}{across}{down}{kind}>{escape(cell.text)}</{tag}>"


def _kind(text: str) -> str:
    """Numbers, dates and rates stand on one line, longer texts at the left."""
    return ' class="whole"' if len(text) <= SHORT or WHOLE.fullmatch(text) else ' class="words"'


def text(layout: Layout) -> str:
    """Plain text, as a document is published with: tables row by row."""
    lines = list(layout.warnings)
    for section in layout.sections:
        lines += [section.title, *section.paragraphs]
        lines += ["　".join(filter(None, (cell.text for cell in row))) for row in section.grid]
    return "\n".join([*lines, *layout.foot]) + "\n"


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
    return f'<w:p>{align}<w:r>{strong}<w:t xml:space="preserve">{escape(CONTROL.sub("", text))}</w:t></w:r></w:p>'


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
            _sheet(book.create_sheet(section.title.partition("、")[2][:20]), section)
    for line in layout.foot:
        text.append([plain(line)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def plain(text: str) -> str:
    """A text that no spreadsheet takes for a formula, without what its format cannot hold."""
    text = CONTROL.sub("", text)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _sheet(sheet: Any, section: Section) -> None:
    for at, row in enumerate(placed(section.grid), 1):
        for column, cell, continued in row:
            if continued:
                continue
            value = plain(cell.value) if isinstance(cell.value, str) else cell.value
            sheet.cell(row=at, column=column + 1, value=value)
            if cell.across > 1 or cell.down > 1:
                sheet.merge_cells(
                    start_row=at,
                    start_column=column + 1,
                    end_row=at + cell.down - 1,
                    end_column=column + cell.across,
                )

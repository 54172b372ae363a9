"""A finished annual report read back from a file: JSON, HTML or docx, ours or another office's.

Tables are recognised by the verbatim labels of the form, wherever they stand and however the cells are merged.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

from selectolax.parser import HTMLParser, Node

from kernel.refused import Refused
from kernel.text import fold
from services.readmodel.reports.form import BLOCKS, COLUMNS, ENDS, MERGED, ROWS, TOTAL, cells

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAX_BYTES = 8 * 1024 * 1024
MAX_UNPACKED = 64 * 1024 * 1024
MAX_SPAN = 60
Lines = list[list[str]]
NUMBER = re.compile(r"-?\d+(\.\d+)?$")
NOTHING = {"", "-", "—", "/", "\\"}
_QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "(": "（", ")": "）"})


def read(name: str, content: bytes) -> dict[str, Any]:
    """The tables of a report by the ending of its file's name. Raises `Refused` for what is none."""
    if len(content) > MAX_BYTES:
        raise Refused("file_large", "文件超过8兆字节。", field="file", remedy="请确认是否为年度报告。")
    ending = name.rpartition(".")[2].lower()
    match ending:
        case "json":
            return _json(content)
        case "html" | "htm":
            return _tables(_html(content))
        case "docx":
            return _tables(_docx(content))
        case _:
            raise Refused("file_kind", "只能核对 json、html、docx 文件。", field="file", remedy="请先转换格式。")


def _json(content: bytes) -> dict[str, Any]:
    try:
        report = json.loads(content)
        known = {name: report[name] for name in ("table1", "table2", "table3") if name in report}
        rows = [row for table in known.values() for row in table.values()]
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise _none() from None
    if "table2" not in known or not all(isinstance(row, dict) for row in rows):
        raise _none()
    return dict(report)


def _none() -> Refused:
    return Refused(
        "no_report", "文件中没有找到年度报告的表格。", field="file", remedy="请确认文件是按规定格式编制的年度报告。"
    )


def _tables(tables: Sequence[Lines]) -> dict[str, Any]:
    """The three tables among all that a file holds."""
    found: dict[str, dict[str, dict[str, Any]]] = {"table1": {}, "table2": {}, "table3": {}}
    for lines in tables:
        found["table1"] |= _table1(lines)
        found["table2"] |= _table2(lines)
        found["table3"] |= _table3(lines)
    if not found["table2"]:
        raise _none()
    return dict(found)


def squeeze(text: str) -> str:
    """What two spellings of one label have in common."""
    return re.sub(r"\s+", "", fold(text)).translate(_QUOTES)


def number(text: str) -> Any:
    """The number in a cell; `None` for an empty one; the text itself where it is no number."""
    plain = squeeze(text).replace(",", "")
    if plain in NOTHING:
        return None
    if NUMBER.match(plain):
        return float(plain) if "." in plain else int(plain)
    return text


TAILS = {squeeze(label.rpartition("/")[2]): label for label in (*ROWS.values(), MERGED)}


def _table2(lines: Lines) -> dict[str, dict[str, Any]]:
    """Rows with one of the form's labels before seven cells."""
    wide = (*COLUMNS, TOTAL)
    if not any(squeeze(ROWS["r01"]) in map(squeeze, line) for line in lines):
        return {}
    table = {}
    for line in lines:
        label = TAILS.get(squeeze(line[-len(wide) - 1])) if len(line) > len(wide) else None
        if label is not None:
            values = [number(text) for text in line[-len(wide) :]]
            table[label] = dict(zip(wide, values, strict=True))
    return table


def _table3(lines: Lines) -> dict[str, dict[str, Any]]:
    """The last line of fifteen cells in the table that speaks of suits."""
    ends = (*ENDS.values(), TOTAL)
    size = len(ends) * len(BLOCKS)
    marked = any("未经复议直接起诉" in squeeze(text) for line in lines for text in line)
    rows = [line[-size:] for line in lines if marked and len(line) >= size]
    rows = [row for row in rows if not any(squeeze(text) == ends[0] for text in row)]
    if not rows:
        return {}
    values = [number(text) for text in rows[-1]]
    return {
        block: dict(zip(ends, values[at * len(ends) : (at + 1) * len(ends)], strict=True))
        for at, block in enumerate(BLOCKS.values())
    }


def _table1(lines: Lines) -> dict[str, dict[str, Any]]:
    """Rows named as in table 1, under the column names of the heading above them."""
    rows: dict[str, set[str]] = {}
    for row, column in (*cells("2021"), *cells("2019")):
        rows.setdefault(row, set()).add(column)
    table: dict[str, dict[str, Any]] = {}
    heading: list[str] = []
    for line in lines:
        name = squeeze(line[0]) if line else ""
        if name == "信息内容":
            heading = [squeeze(text) for text in line]
        known = next((row for row in rows if squeeze(row) == name), None)
        if known:
            columns = {squeeze(column): column for column in rows[known]}
            values = {
                columns[title]: number(text) for title, text in zip(heading, line, strict=False) if title in columns
            }
            table[known] = table.get(known, {}) | values
    return table


def _html(content: bytes) -> list[Lines]:
    tree = HTMLParser(content.decode("utf-8", errors="replace"))
    return [_spread(_html_rows(table)) for table in tree.css("table") if not table.css("table table")]


def _html_rows(table: Node) -> Iterator[list[tuple[str, int, int]]]:
    for row in table.css("tr"):
        yield [
            (cell.text(strip=True), _span(cell.attributes.get("colspan")), _span(cell.attributes.get("rowspan")))
            for cell in row.iter()
            if cell.tag in ("td", "th")
        ]


def _span(value: str | None) -> int:
    return min(max(int(value), 1), MAX_SPAN) if value and value.isdigit() else 1


def _spread(rows: Iterator[list[tuple[str, int, int]]]) -> Lines:
    """Each line with a text for every column: merged cells stand in all that they cover."""
    lines: Lines = []
    hanging: dict[int, tuple[int, str]] = {}
    for row in rows:
        line: list[str] = []
        waiting = list(row)
        while waiting or len(line) in hanging:
            if len(line) in hanging:
                left, text = hanging.pop(len(line))
                if left > 1:
                    hanging[len(line)] = (left - 1, text)
                line.append(text)
                continue
            text, across, down = waiting.pop(0)
            for _ in range(across):
                if down > 1:
                    hanging[len(line)] = (down - 1, text)
                line.append(text)
        lines.append(line)
    return lines


def _docx(content: bytes) -> list[Lines]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            info = package.getinfo("word/document.xml")
            if info.file_size > MAX_UNPACKED:
                raise _none()
            text = package.read(info)
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise _none()
        body = ElementTree.fromstring(text)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, RuntimeError):
        raise _none() from None
    return [_word_lines(table) for table in body.iter(f"{W}tbl")]


def _word_lines(table: ElementTree.Element) -> Lines:
    """Lines of a Word table; a vertically merged cell stands in every row that it covers."""
    lines: Lines = []
    above: dict[int, str] = {}
    for row in table.findall(f"{W}tr"):
        line: list[str] = []
        for cell in row.findall(f"{W}tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            across = _span(span.get(f"{W}val")) if span is not None else 1
            text = "".join(node.text or "" for node in cell.iter(f"{W}t"))
            if merge is not None and merge.get(f"{W}val") != "restart":
                text = above.get(len(line), "")
            for _ in range(across):
                above[len(line)] = text
                line.append(text)
        lines.append(line)
    return lines

"""Rows of tables as offices keep them, xlsx or CSV: a title above the headings, merged cells, blank rows, one or two
rows of headings. Each row is known by its number in the file; what cannot be read is refused by row and column."""

import csv
import io
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from contracts.publication.catalogue import ROWS, CatalogueType, Column
from contracts.publication.terms import Row
from kernel.refused import Refused
from kernel.text import key
from services.publication.catalogue.types import KEPT_BY

NUMBER, ITEM = "序号", "事项编号"
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED = 128 * 1024 * 1024
"""An xlsx file may unpack to a multiple of its size; 20,000 rows take about 40 MB."""
BATCH_BYTES = 400 * 1024
HEAD = 20
"""The headings stand in one of the first rows."""
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
_QUOTED = re.compile(r"'+[=+\-@＝＋－＠]")

Line = tuple[int, list[str]]
"""Number of a row in the file, and its cells."""
Numbered = tuple[int, Row]


def heading(column: Column) -> str:
    """The heading in a file with one row of headings."""
    return f"{column.group}/{column.label}" if column.group else column.label


def read(path: Path) -> list[Row]:
    """The rows of any table, each cell under its heading. Raises `Refused` for a file that cannot be read."""
    return [row for _, row in _under_headings(next(_tables(path), []), None)]


def read_catalogue(path: Path, kind: CatalogueType, *, whole: bool = True) -> list[Numbered]:
    """The rows of a catalogue with their numbers in the file; the list of another office need not have the `whole` of
    its columns. Raises `Refused` for a file that cannot be read, or whose columns are not those of the catalogue."""
    known = _known(kind)
    tables = list(_tables(path))
    found = next((table for table in tables if _head(table, known) is not None), None)
    if found is None:
        if not any(tables):
            return []
        columns = "、".join(heading(each) for each in kind.columns if each.required)
        raise Refused("headings", "没有找到栏目名称所在的行。", field=path.name, remedy=f"须有栏目：{columns}。")
    if not whole:
        kind = kind.model_copy(update={"columns": tuple(_optional(each) for each in kind.columns)})
    return _under_headings(found, kind)


def _optional(column: Column) -> Column:
    return column.model_copy(update={"required": False})


def batches(rows: list[Numbered]) -> Iterator[list[Numbered]]:
    """As many rows at once as one command may carry."""
    batch: list[Numbered] = []
    room = BATCH_BYTES
    for n, row in rows:
        size = len(json.dumps(row, ensure_ascii=False).encode())
        if batch and (len(batch) == ROWS or size > room):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append((n, row))
        room -= size
    if batch:
        yield batch


def _known(kind: CatalogueType) -> frozenset[str]:
    words = (word for each in kind.columns for word in (each.label, each.group, heading(each)))
    return frozenset(key(word) for word in (NUMBER, ITEM, KEPT_BY, *words) if word)


def _tables(path: Path) -> Iterator[list[Line]]:
    """The visible sheets of a workbook, or the one table of a CSV file, without blank rows."""
    if not path.is_file():
        raise Refused("path_missing", "没有这个文件。", field=path.name, remedy="请核对路径。")
    if path.stat().st_size > MAX_BYTES:
        raise Refused("file_too_large", "文件超过 50 MB。", field=path.name, remedy="请拆分后导入。")
    match path.suffix.lower():
        case ".xlsx":
            yield from _sheets(path)
        case ".csv":
            yield _csv(path)
        case _:
            raise unknown_kind()


def unknown_kind() -> Refused:
    return Refused("file_kind", "只支持 xlsx 和 csv。", field="file", remedy="请另存为 xlsx 或 csv。")


def _csv(path: Path) -> list[Line]:
    from services.publication.reader import decode  # slow to import, and few commands read documents

    try:
        records = list(csv.reader(io.StringIO(decode(path.read_bytes()).removeprefix("\ufeff"))))
    except csv.Error as error:
        raise _damaged(path) from error
    lines = [(n, line) for n, line in enumerate(records, 1) if any(cell.strip() for cell in line)]
    return _within(lines)


def _damaged(path: Path) -> Refused:
    return Refused("file_damaged", "表格已损坏或加密，无法读取。", field=path.name, remedy="请另存后重试。")


def _within(lines: list[Line]) -> list[Line]:
    if len(lines) > MAX_ROWS + HEAD:
        raise Refused("too_many_rows", f"超过 {MAX_ROWS} 行。", remedy="请拆分后导入。")
    if any(len(line) > MAX_COLUMNS and any(line[MAX_COLUMNS:]) for _, line in lines):
        raise Refused("too_many_columns", f"超过 {MAX_COLUMNS} 列。", remedy="请删除多余的列后导入。")
    return [(n, line[:MAX_COLUMNS]) for n, line in lines]


def _sheets(path: Path) -> Iterator[list[Line]]:
    """Read as a stream: a workbook may claim a million rows, or merge as many cells."""
    with _book(path, results=False) as book:
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield _lines(path, sheet)


@contextmanager
def _book(path: Path, *, results: bool) -> Iterator[Any]:
    """A workbook with its formulas, or with their `results`."""
    from openpyxl import load_workbook  # slow to import; few commands read a workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise Refused("file_too_large", "表格解压后过大。", field=path.name, remedy="请拆分后导入。")
        book: Any = load_workbook(path, read_only=True, data_only=results)
        yield book
        book.close()
    except (InvalidFileException, BadZipFile, OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise _damaged(path) from error


def _lines(path: Path, sheet: Any) -> list[Line]:
    """A cell merged over rows stands in each of them, one of the headings also in each of its columns."""
    cells: dict[int, dict[int, str]] = {}
    formulas: list[Any] = []
    for place, cell in _filled(sheet):
        if cell.data_type == "f":
            formulas.append(cell)
        if cell.data_type == "e":
            raise _no_result(cell)
        cells.setdefault(place[0], {})[place[1]] = _text(cell.value)
        if len(cells) > MAX_ROWS + HEAD or place[1] > MAX_COLUMNS:
            return _within([(row, [""] * MAX_COLUMNS + ["×"] * (place[1] > MAX_COLUMNS)) for row in cells])
    for cell, value in _results(path, sheet.title, formulas):
        if value is None or str(value).startswith("#"):
            raise _no_result(cell)
        cells[cell.row][cell.column] = _text(value)
    _spread(cells, _merged(path, sheet))
    width = max((max(row) for row in cells.values()), default=0)
    return [(n, [row.get(column, "") for column in range(1, width + 1)]) for n, row in sorted(cells.items())]


def _filled(sheet: Any) -> Iterator[tuple[tuple[int, int], Any]]:
    """The cells with something in them."""
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None and str(cell.value).strip():
                yield (cell.row, cell.column), cell


def _results(path: Path, title: str, formulas: list[Any]) -> Iterator[tuple[Any, Any]]:
    if formulas:
        with _book(path, results=True) as book:
            found = {place: cell.value for place, cell in _filled(book[title])}
        yield from ((cell, found.get((cell.row, cell.column))) for cell in formulas)


def _merged(path: Path, sheet: Any) -> list[tuple[int, ...]]:
    """Merged ranges: first column and row, last column and row."""
    from openpyxl.utils import range_boundaries

    with ZipFile(path) as archive:
        found = _MERGED.findall(archive.read(sheet._worksheet_path.lstrip("/")))
    bounds = (range_boundaries(each.decode()) for each in found)
    return [tuple(int(each) for each in bound if each is not None) for bound in bounds]


def _spread(cells: dict[int, dict[int, str]], merged: list[tuple[int, ...]]) -> None:
    numbers = sorted(cells)
    head = frozenset(numbers[:HEAD])
    for left, top, right, bottom in merged:
        text = cells.get(top, {}).get(left, "")
        columns = range(left, min(right, MAX_COLUMNS) + 1) if top in head and bottom - top < 2 else (left,)
        for row in numbers[bisect_left(numbers, top) : bisect_right(numbers, bottom)] if text else ():
            for column in columns:
                cells[row].setdefault(column, text)


def _no_result(cell: Any) -> Refused:
    """A formula counts by its result."""
    return Refused(
        "cell_formula",
        f"第 {cell.row} 行第 {cell.column} 列的公式没有结果。",
        field="file",
        remedy="请把公式换成数值或文字后重新导入。",
    )


def _text(value: Any) -> str:
    """What the cell shows."""
    match value:
        case bool():
            return "是" if value else "否"
        case datetime():
            return value.date().isoformat() if value.time() == time() else str(value)
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def _head(table: list[Line], known: frozenset[str] | None) -> int | None:
    """Where the headings stand: half of the cells of the row are known ones; without knowledge, the first row that is
    no title of one cell."""
    first = [[key(cell) for cell in line if cell.strip()] for _, line in table[:HEAD]]
    if known is None:
        wide = [place for place, words in enumerate(first) if len(set(words)) > 1]
        return wide[0] if wide else 0 if table else None
    shares = [len(known & set(words)) / max(len(set(words)), 2) for words in first]
    return next((place for place, share in enumerate(shares) if share >= 0.5), None)


def _under_headings(table: list[Line], kind: CatalogueType | None) -> list[Numbered]:
    known = _known(kind) if kind else None
    place = _head(table, known)
    if place is None:
        return []
    (number, top), body = table[place], table[place + 1 :]
    headings = [cell.strip() for cell in top]
    if body and _goes_on(headings, body[0][1], known):
        headings, body = _joined(headings, [cell.strip() for cell in body[0][1]]), body[1:]
    if kind:
        headings = _official(number, headings, kind)
    for n, line in body:
        _require_headings(n, line, headings)
    return [
        (n, {name: _unquoted(cell) for name, cell in zip(headings, line, strict=False) if name}) for n, line in body
    ]


def _goes_on(above: list[str], below: list[str], known: frozenset[str] | None) -> bool:
    """Whether a second row of headings follows: it repeats what is merged over both, or says only headings."""
    words = [cell.strip() for cell in below]
    if known is not None:
        return all(key(word) in known for word in words if word) and words != above
    return words[:1] in (above[:1], [""]) and any(t == low for t, low in zip(above, words, strict=False) if t)


def _joined(above: list[str], below: list[str]) -> list[str]:
    """A heading over several columns stands over each of them, also where a CSV file has it once only."""
    joined, last = [], ""
    for top, low in zip(above, below, strict=False):
        last = top or last
        joined.append((top or low) if low in ("", top) else f"{last}/{low}")
    return joined


def _official(number: int, headings: list[str], kind: CatalogueType) -> list[str]:
    """The headings as the catalogue writes them; spaces, width and line breaks do not matter. 序号 and 事项编号 are
    left out; 维护机构 may stand beside the columns of the catalogue."""
    labels = [key(each.label) for each in kind.columns]
    names = {key(heading(each)): heading(each) for each in kind.columns}
    names |= {key(each.label): heading(each) for each in kind.columns if labels.count(key(each.label)) == 1}
    names |= {key(NUMBER): "", key(ITEM): "", "": "", key(KEPT_BY): KEPT_BY}
    for place, given in enumerate(headings, 1):
        if key(given) not in names:
            raise _wrong_heading(f"第 {number} 行第 {place} 列“{given[:30]}”不是本目录的栏目。")
    official = [names[key(given)] for given in headings]
    if twice := next((name for name in official if name and official.count(name) > 1), ""):
        raise _wrong_heading(f"栏目“{twice}”出现了两次。")
    if missing := [heading(each) for each in kind.columns if each.required and heading(each) not in official]:
        raise _wrong_heading(f"缺少栏目：{'、'.join(missing)}。")
    return [name or ("" if not given else NUMBER) for name, given in zip(official, headings, strict=True)]


def _wrong_heading(what: str) -> Refused:
    return Refused("headings", what, field="file", remedy="请使用规定的栏目名称（见 types --json），多余的列请删除。")


def _require_headings(n: int, line: list[str], headings: list[str]) -> None:
    for place, cell in enumerate(line, 1):
        if cell.strip() and (place > len(headings) or not headings[place - 1]):
            raise Refused(
                "no_heading",
                f"第 {n} 行第 {place} 列有内容而没有栏目名称。",
                field="file",
                remedy="请补上栏目名称，或删除该列。",
            )


def _unquoted(text: str) -> str:
    return text[1:] if _QUOTED.match(text) else text

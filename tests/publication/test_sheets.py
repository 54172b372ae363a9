"""Files of catalogues: every type out and in again, tables as offices keep them, and hostile ones."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font

from cli import catalogue_sheets, sheet_rows
from contracts.publication.terms import Row
from kernel.refused import Refused
from services.publication.catalogue.columns import FieldType
from services.publication.catalogue.types import ItemType, type_of, types
from tests.publication.test_lists import sample_cell

KINDS = [pytest.param(kind, id=kind.type) for kind in types().values()]
NEGATIVE = ["编号", "禁止或许可事项", "管理措施", "设立依据", "主管部门"]


def rows_of(kind: ItemType, path: Path) -> list[Row]:
    return [row for _, row in sheet_rows.read_catalogue(path, kind.told())]


def example(kind: ItemType, n: int = 1) -> Row:
    """A row with every column; the first one that takes any words makes it this one."""
    row = {field.heading: sample_cell(kind.type, field) for field in kind.fields}
    return row | {next(each.heading for each in kind.fields if _free(each) and each.name in kind.key): f"第{n}项"}


def _free(field: FieldType) -> bool:
    return field.kind == "text"


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_type_goes_out_and_comes_back_unchanged(tmp_path: Path, kind: ItemType, suffix: str) -> None:
    values = [kind.read_row(example(kind, n)) for n in (1, 2)]
    for trap in ("=cmd|' /C calc'!A0", "'=1", "＝1+1", "+86", "@x", "a\r\nb\x0b"):
        free = [each for each in kind.fields if _free(each) and each.name not in kind.key]
        values.append(kind.read_row(example(kind, len(values) + 1) | {each.heading: trap for each in free}))
    path = tmp_path / f"目录.{suffix}"
    catalogue_sheets.write(path, kind.told(), [kind.write_row(each) for each in values])
    assert [kind.read_row(row) for row in rows_of(kind, path)] == values


@pytest.mark.parametrize("kind", KINDS)
def test_no_exported_cell_is_a_formula(tmp_path: Path, kind: ItemType) -> None:
    row = dict.fromkeys((field.heading for field in kind.fields), "=HYPERLINK(1)")
    book, text = tmp_path / "目录.xlsx", tmp_path / "目录.csv"
    for path in (book, text):
        catalogue_sheets.write(path, kind.told(), [row])
    sheet: Any = load_workbook(book).active
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    *_, last = csv.reader(text.read_text(encoding="utf-8-sig").splitlines())
    assert all(cell.startswith("'=") for cell in last[1:])


@pytest.mark.parametrize("kind", KINDS)
def test_an_official_looking_table_is_read(tmp_path: Path, kind: ItemType) -> None:
    """A title over all columns, a line below it, spaced headings, a blank row, the second row merged down."""
    path, columns = tmp_path / "目录.xlsx", kind.told().columns
    book = Workbook()
    sheet: Any = book.active
    sheet.append([f"示例县{kind.title}"])
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(columns) + 1)
    sheet.append(["填报单位：示例县教育局", None, "填报日期：2026年3月"])
    sheet.append(["序　号", *("　".join(each.group or each.label) + "\n" for each in columns)])
    sheet.append([None, *(each.label if each.group else None for each in columns)])
    for n in (1, 2):
        sheet.append([])
        row = example(kind, n)
        sheet.append([n, *(_as_kept(each, row[each.heading]) for each in kind.fields)])
    sheet["XFD9000"].font = Font(bold=True)
    book.save(path)
    read = sheet_rows.read_catalogue(path, kind.told())
    assert [n for n, _ in read] == [6, 8]
    assert [kind.read_row(row) for _, row in read] == [kind.read_row(example(kind, n)) for n in (1, 2)]


def _as_kept(field: FieldType, cell: str) -> Any:
    """As Excel keeps it: dates as dates, numbers as numbers."""
    if field.kind == "date":
        return datetime.fromisoformat(cell)
    return float(cell) if field.kind in ("number", "year") else f"　{cell} "


def negative(path: Path, *lines: list[Any], change: Callable[[Any], None] = lambda sheet: None) -> Path:
    book = Workbook()
    sheet: Any = book.active
    for line in (NEGATIVE, *lines):
        sheet.append(line)
    change(sheet)
    book.save(path)
    return path


LINE = ["N1", "甲", "许可", "条例", "发改局"]


def _down(sheet: Any) -> None:
    sheet.merge_cells("E2:E3")


def test_a_cell_merged_over_rows_stands_in_each_of_them(tmp_path: Path) -> None:
    path = negative(tmp_path / "a.xlsx", LINE, ["N2", "乙", "许可", "条例", None], change=_down)
    assert [row["主管部门"] for row in rows_of(type_of("negative"), path)] == ["发改局", "发改局"]


def _formula(sheet: Any) -> None:
    sheet["C2"] = "=1+1"


def _beyond(sheet: Any) -> None:
    sheet["XFD1048576"] = "x"


def test_a_merge_over_a_million_rows_costs_nothing(tmp_path: Path) -> None:
    path, hostile = (
        negative(tmp_path / "a.xlsx", LINE, change=lambda sheet: sheet.merge_cells("A4:B5")),
        tmp_path / "b.xlsx",
    )
    with ZipFile(path) as known, ZipFile(hostile, "w") as archive:
        for name in known.namelist():
            archive.writestr(name, known.read(name).replace(b"A4:B5", b"A4:XFD1048576"))
    assert len(rows_of(type_of("negative"), hostile)) == 1


@pytest.mark.parametrize(
    ("lines", "change", "said"),
    [
        ([LINE], _formula, "第 2 行第 3 列的公式没有结果"),
        ([LINE], _beyond, "超过 200 列"),
        ([[*LINE, "多出的"]], None, "第 2 行第 6 列有内容而没有栏目名称"),
    ],
)
def test_what_cannot_be_read_is_refused_by_row_and_column(
    tmp_path: Path, lines: list[Any], change: Any, said: str
) -> None:
    path = negative(tmp_path / "a.xlsx", *lines, change=change or (lambda sheet: None))
    with pytest.raises(Refused, match=said):
        rows_of(type_of("negative"), path)


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        ([*NEGATIVE, "备注"], "第 1 行第 6 列“备注”不是本目录的栏目"),
        ([*NEGATIVE, "编 号"], "栏目“编号”出现了两次"),
        (NEGATIVE[:-1], "缺少栏目：主管部门"),
        (["甲", "乙"], "没有找到栏目名称所在的行"),
    ],
)
def test_wrong_headings_are_refused_once_for_the_file(tmp_path: Path, headings: list[str], said: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([headings, ["x"] * len(headings)])
    with pytest.raises(Refused, match=said):
        rows_of(type_of("negative"), path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_csv_with_groups_over_its_headings(tmp_path: Path, encoding: str) -> None:
    kind, path = type_of("standard"), tmp_path / "a.csv"
    groups, last = [], ""
    for each in kind.fields:
        groups.append("" if each.group == last and last else each.group or each.label)
        last = each.group
    row = example(kind)
    with path.open("w", encoding=encoding, newline="") as file:
        lines = [
            ["标准目录"],
            groups,
            [each.label if each.group else "" for each in kind.fields],
            [],
            list(row.values()),
        ]
        csv.writer(file).writerows(lines)
    assert sheet_rows.read_catalogue(path, kind.told()) == [(5, row)]


def test_a_file_that_unpacks_to_too_much_or_is_none_is_refused(tmp_path: Path) -> None:
    bomb, none, endless = tmp_path / "a.xlsx", tmp_path / "b.xlsx", tmp_path / "c.csv"
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (sheet_rows.MAX_UNPACKED + 1))
    none.write_bytes(b"PK\x03\x04 no book")
    endless.write_text('编号,"' + "长" * 200_000, encoding="utf-8")
    for path, code in ((bomb, "file_too_large"), (none, "file_damaged"), (endless, "file_damaged")):
        with pytest.raises(Refused) as refused:
            rows_of(type_of("negative"), path)
        assert refused.value.code == code


def test_long_rows_go_in_smaller_batches() -> None:
    short = [(n, {"编号": str(n)}) for n in range(250)]
    assert [len(each) for each in sheet_rows.batches(short)] == [100, 100, 50]
    long = [(n, {"流程": "长" * 40_000}) for n in range(8)]
    assert [[n for n, _ in each] for each in sheet_rows.batches(long)] == [[0, 1, 2], [3, 4, 5], [6, 7]]

"""Ledger files: batches that one command holds, rows that a spreadsheet reads as they are."""

import csv
import io
from pathlib import Path

from openpyxl import load_workbook

from cli.request_ledger import BATCH_BYTES, HEADINGS, batches, cells, spreadsheet, table
from contracts.requests.procedure import MAX_LEDGER_LINES
from contracts.requests.terms import Request
from services.requests.domain.kind import record
from tests.requests.story import Story
from tests.requests.test_ledger import imported, line


def rows() -> list[Request]:
    return [record(imported(line())), record(Story().accepted().case)]


def test_batches_keep_every_line_and_its_number(tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    lines = [f'{{"id": "{n}"}}' for n in range(MAX_LEDGER_LINES + 1)] + ["长" * 50_000, "末"]
    file.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    read = list(batches(file))
    assert [first for first, _, _ in read] == [1, MAX_LEDGER_LINES + 1, MAX_LEDGER_LINES + 2, MAX_LEDGER_LINES + 3]
    assert sum(len(each) for _, each, _ in read) == len(lines)
    assert read[0][1][0] == lines[0]
    assert read[-1][2] == file.stat().st_size
    assert all(sum(len(one.encode()) for one in each) <= BATCH_BYTES * 2 for _, each, _ in read)


def test_csv_and_spreadsheet_say_the_same(tmp_path: Path) -> None:
    out = tmp_path / "ledger.xlsx"
    spreadsheet(rows(), out)
    book = load_workbook(out, read_only=True)
    sheet = [["" if cell is None else str(cell) for cell in row] for row in book.active.iter_rows(values_only=True)]
    book.close()
    assert sheet == list(csv.reader(io.StringIO(table(rows()))))
    assert sheet[0] == [heading for _, heading in HEADINGS]
    assert sheet[1][1] == "SL-2026-009"


def test_no_cell_is_a_formula() -> None:
    (first, _) = rows()
    risky = first.model_copy(update={"ledger_id": "-1+1"})
    assert cells(risky)[1] == "'-1+1"

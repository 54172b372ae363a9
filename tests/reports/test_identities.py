"""Identities on real reports, on reports read back from files, and on reports with a planted error."""

import copy
import io
import json
import zipfile
from typing import Any

import pytest

from kernel.refused import Refused
from services.readmodel.reports import files, reading
from services.readmodel.reports.form import COLUMNS, MERGED, ROWS, TOTAL
from services.readmodel.reports.identities import check, check_carry, check_sum, check_valid
from services.readmodel.reports.layout import laid_out
from tests.reports.samples import NAMES, sample

WORDS = {
    "parts": {"一、总体情况": "甲\n乙", "五、存在的主要问题及改进情况": "丙", "六、其他需要报告的事项": "丁"},
    "as_of": "2026-01-31",
    "missing": [],
    "notes": [],
    "declared": [],
}


def printed(report: dict[str, Any], kind: str) -> bytes:
    layout = laid_out(report | WORDS)
    match kind:
        case "html":
            return files.html(layout).encode()
        case "docx":
            return files.docx(layout)
        case _:
            return json.dumps(report, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_real_report_says_of_itself_is_what_is_found(name: str) -> None:
    report = sample(name)
    told = check(report).told()
    assert {key: told[key] for key in ("pass", "fail", "skipped")} == report["checks"]
    assert (not told["fail"]) == report["balanced"]


def test_the_unbalanced_report_names_its_cells() -> None:
    found = check(sample("hongze_2023"))
    assert [finding.cells for finding in found.errors] == [
        ("table3/行政复议/总计",),
        ("table3/行政诉讼/复议后起诉/总计",),
    ]


@pytest.mark.parametrize("kind", ["json", "html", "docx"])
@pytest.mark.parametrize("name", NAMES)
def test_a_printed_report_is_read_back_cell_by_cell(name: str, kind: str) -> None:
    report = sample(name)
    back = reading.read(f"report.{kind}", printed(report, kind))
    for table in ("table1", "table2", "table3"):
        known = {row: values for row, values in report[table].items() if any(v is not None for v in values.values())}
        assert back[table] == known if kind != "json" else back[table] == report[table]
    assert check(back).told()["fail"] == report["checks"]["fail"]


@pytest.mark.parametrize("name", ["hongze_2024", "shuyang_county_2025"])
def test_any_changed_cell_of_a_balanced_report_is_found(name: str) -> None:
    report = sample(name)
    for table in ("table2", "table3"):
        for row, values in report[table].items():
            for column, value in values.items():
                if value is None:
                    continue
                wrong = copy.deepcopy(report)
                wrong[table][row][column] = value + 1
                assert check(wrong).errors, (row, column)


@pytest.mark.parametrize("wrong", [-1, 1.5, "十", True, float("nan"), float("inf")])
def test_what_is_no_count_is_found_and_nothing_is_added_up(wrong: Any) -> None:
    table = {ROWS["r01"]: {**dict.fromkeys(COLUMNS, 0), TOTAL: wrong}}
    found = check({"table2": table})
    assert [finding.id for finding in found.errors] == ["CELL"]
    assert found.skipped


def test_a_report_without_its_rows_is_not_said_to_hold() -> None:
    found = check({"table2": {ROWS["r01"]: dict.fromkeys((*COLUMNS, TOTAL), 0)}, "table3": {}})
    assert found.passed == 1
    assert len(found.skipped) == 4


def test_carry_between_two_years_and_the_reason_for_a_difference() -> None:
    before, after = sample("hongze_2023"), sample("hongze_2024")
    right = check(after)
    check_carry(right, after, before)
    check_valid(right, after, before)
    assert right.findings == []
    before["table2"][ROWS["r25"]]["自然人"] = 1
    before["table1"]["行政规范性文件"]["现行有效件数"] = 6
    wrong = check(after)
    check_carry(wrong, after, before)
    assert [finding.cells for finding in wrong.errors] == [(f"table2/{ROWS['r02']}/自然人",)]
    check_valid(wrong, after, before)
    assert [finding.id for finding in wrong.warnings] == ["X-VALID"]
    explained = check(after)
    check_carry(explained, after, before, "机构改革")
    assert explained.errors == []
    assert [finding.id for finding in explained.warnings] == ["X-CARRY"]


def test_the_government_report_is_the_sum_of_its_units() -> None:
    one = sample("shuyang_county_2025")
    both = copy.deepcopy(one)
    for name in ("table2", "table3"):
        for values in both[name].values():
            for column in values:
                values[column] *= 2
    right = check(both)
    check_sum(right, both, [one, one])
    assert right.errors == []
    both["table3"]["行政复议"]["结果维持"] += 1
    wrong = check(one)
    check_sum(wrong, both, [one, one])
    assert [finding.cells for finding in wrong.errors] == [("table3/行政复议/结果维持",)]


def test_the_old_format_prints_one_row_and_is_read_back() -> None:
    report = sample("hongze_2024")
    text = files.html(laid_out(report | WORDS))
    assert ">（六）其他处理</th>" in text
    assert "3.其他<" not in text
    assert reading.read("a.html", text.encode())["table2"][MERGED][TOTAL] == 0


def test_another_offices_page_with_other_brackets_spaces_and_attributes_is_read() -> None:
    report = sample("shuyang_county_2025")
    text = files.html(laid_out(report | WORDS)).replace("（", "(").replace("）", ")").replace("总计", "总 计")
    text = text.replace("<td>", '<td style="x"><p><span>').replace("</td>", " </span></p></td>")
    back = reading.read("a.htm", text.encode())
    assert back["table2"] == report["table2"]
    assert back["table3"] == report["table3"]
    assert check(back).errors == []


def bomb(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(name, '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", b"{", "no_report"),
        ("a.json", b"[]", "no_report"),
        ("a.json", b'{"table2": 5}', "no_report"),
        ("a.json", b'{"table2": {"x": 5}}', "no_report"),
        ("a.html", b"<table><tr><td>x</td></tr></table>", "no_report"),
        ("a.html", "<table>一、本年新收政府信息公开申请数量".encode(), "no_report"),
        ("a.docx", b"no archive", "no_report"),
        ("a.docx", bomb("word/document.xml"), "no_report"),
        ("a.docx", bomb("other.xml"), "no_report"),
        ("a.pdf", b"%PDF", "file_kind"),
        ("a.html", b"x" * (8 * 1024 * 1024 + 1), "file_large"),
    ],
)
def test_what_is_no_report_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        reading.read(name, content)
    assert refused.value.code == code

"""Relations between the cells of an annual report, for one that was computed and for one that was read from a file.

Source: the header note of the form (国办公开办函〔2021〕30号) for T2-COL; the other sums follow from the form.
A cell that the report does not print (null) counts as nothing; a row that is missing altogether is skipped and named.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.readmodel.terms import CheckFinding, Severity
from services.readmodel.reports.form import (
    BLOCKS,
    COLUMNS,
    DECIMALS,
    ENDS,
    MERGED,
    OTHER_HANDLING,
    RESULTS,
    ROWS,
    SIGNED,
    TOTAL,
)

Row = Mapping[str, Any]
Tables = Mapping[str, Mapping[str, Row]]
KINDS = ("规章", "行政规范性文件")
MADE, ENDED, VALID = "本年制发件数", "本年废止件数", "现行有效件数"


@dataclass
class Checks:
    """What was checked: how many relations hold, which do not, which could not be looked at."""

    passed: int = 0
    findings: list[CheckFinding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def equal(self, id: str, what: str, left: Any, right: Any, cells: Sequence[str], severity: Severity) -> None:
        """Note whether both sides agree; what only warns is not counted among what holds."""
        if left == right:
            self.passed += severity == "error"
        else:
            message = f"{id} {what}: {left} != {right}"
            self.findings.append(CheckFinding(id=id, severity=severity, cells=tuple(cells), message=message))

    @property
    def errors(self) -> list[CheckFinding]:
        return [finding for finding in self.findings if finding.severity == "error"]

    @property
    def warnings(self) -> list[CheckFinding]:
        return [finding for finding in self.findings if finding.severity == "warning"]

    def told(self) -> dict[str, Any]:
        """As a report's JSON tells it."""
        return {
            "pass": self.passed,
            "fail": [finding.message for finding in self.errors],
            "skipped": self.skipped,
            "warnings": [finding.message for finding in self.warnings],
        }


def check(report: Tables) -> Checks:
    """All relations within one report: cells, T2-COL, T2-RES, T2-ROW, T3-SUM."""
    checks = Checks()
    for finding in _bad_cells(report):
        checks.findings.append(finding)
    if any(finding.id == "CELL" for finding in checks.findings):
        checks.skipped.append("有不是数字的单元格，其余勾稽关系未核对")
        return checks
    _columns(checks, report.get("table2") or {})
    _rows(checks, report.get("table2") or {})
    _reviews(checks, report.get("table3") or {})
    return checks


def _bad_cells(report: Tables) -> Iterator[CheckFinding]:
    """Cells that are no number, negative, or not whole where a count stands."""
    for table in ("table1", "table2", "table3"):
        for row, values in (report.get(table) or {}).items():
            for column, value in values.items():
                if value is not None and not _is_count(value, column):
                    yield CheckFinding(
                        id="CELL",
                        severity="error",
                        cells=(f"{table}/{row}/{column}",),
                        message=f"CELL {row} {column}: 不是有效的数字",
                    )


def _is_count(value: Any, column: str) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return False
    if column in SIGNED:
        return value == int(value)
    return value >= 0 and (column in DECIMALS or value == int(value))


def _columns(checks: Checks, table: Mapping[str, Row]) -> None:
    """T2-COL and T2-RES: 新收加结转等于总计加结转下年; the results add up to 总计."""
    keys = ("r01", "r02", "r24", "r25")
    if any(ROWS[key] not in table for key in keys):
        checks.skipped.append("T2-COL、T2-RES：表格缺少收、办、结转中的行")
        return
    for column in (*COLUMNS, TOTAL):
        new, carried, done, left = (_value(table, ROWS[key], column) for key in keys)
        cells = [f"table2/{ROWS[key]}/{column}" for key in keys]
        checks.equal("T2-COL", column, new + carried, done + left, cells, "error")
    for column in (*COLUMNS, TOTAL):
        done = _value(table, ROWS["r24"], column)
        cells = [f"table2/{ROWS['r24']}/{column}"]
        checks.equal("T2-RES", column, sum(_results(table, column)), done, cells, "error")


def _results(table: Mapping[str, Row], column: str) -> Iterator[Any]:
    """The results of a column; （六） as one row counts only where its three parts are not printed."""
    split = any(_printed(table, ROWS[row]) for row in OTHER_HANDLING)
    for row in RESULTS:
        if row not in OTHER_HANDLING or split:
            yield _value(table, ROWS[row], column)
    if not split:
        yield _value(table, MERGED, column)


def _rows(checks: Checks, table: Mapping[str, Row]) -> None:
    for label in (*ROWS.values(), MERGED):
        if not _printed(table, label):
            continue
        total = sum(_value(table, label, column) for column in COLUMNS)
        checks.equal("T2-ROW", label, total, _value(table, label, TOTAL), [f"table2/{label}/{TOTAL}"], "error")


def _reviews(checks: Checks, table: Mapping[str, Row]) -> None:
    for block in BLOCKS.values():
        if not _printed(table, block):
            checks.skipped.append(f"T3-SUM {block}")
            continue
        total = sum(_value(table, block, end) for end in ENDS.values())
        checks.equal("T3-SUM", block, total, _value(table, block, TOTAL), [f"table3/{block}/{TOTAL}"], "error")


def _printed(table: Mapping[str, Row], label: str) -> bool:
    return any(value is not None for value in table.get(label, {}).values())


def _value(table: Mapping[str, Row], row: str, column: str) -> Any:
    return table.get(row, {}).get(column) or 0


def check_carry(checks: Checks, report: Tables, before: Tables, reason: str = "") -> None:
    """X-CARRY: 上年结转 is what the report of the year before carried on, per column. With a reason (机构改革, another
    scope) a difference is a warning."""
    here, there = ROWS["r02"], ROWS["r25"]
    for column in (*COLUMNS, TOTAL):
        checks.equal(
            "X-CARRY",
            column,
            _value(report["table2"], here, column),
            _value(before["table2"], there, column),
            [f"table2/{here}/{column}"],
            "warning" if reason else "error",
        )


def check_valid(checks: Checks, report: Tables, before: Tables) -> None:
    """X-VALID: 现行有效 is that of the year before, plus what was made, minus what was repealed."""
    for kind in KINDS:
        now, then = report["table1"].get(kind, {}), before["table1"].get(kind, {})
        if any(now.get(column) is None for column in (MADE, ENDED, VALID)) or then.get(VALID) is None:
            continue
        expected = then[VALID] + now[MADE] - now[ENDED]
        checks.equal("X-VALID", kind, expected, now[VALID], [f"table1/{kind}/{VALID}"], "warning")


def check_sum(checks: Checks, report: Tables, units: Sequence[Tables]) -> None:
    """X-AGG: the government's report is the sum of the units' reports, cell by cell of tables 2 and 3."""
    for name in ("table2", "table3"):
        for row, values in report[name].items():
            for column, value in values.items():
                if value is None:
                    continue
                total = sum(_value(unit[name], row, column) for unit in units)
                checks.equal("X-AGG", f"{row} {column}", total, value, [f"{name}/{row}/{column}"], "error")

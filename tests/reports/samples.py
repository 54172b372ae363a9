"""Real annual reports, and ledgers of cases that make them."""

import json
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.readmodel.reports.form import BLOCKS, COLUMNS, ENDS, RESULTS, ROWS
from services.requests.domain.outcomes import OUTCOMES

NAMES = ("hongze_2023", "hongze_2024", "shuyang_county_2025")
OUTCOME_OF = {each.row: outcome.value for outcome, each in OUTCOMES.items() if each.row}


def folder() -> Path | None:
    """Where the published reports are: the environment, or beside the checkout."""
    given = os.environ.get("ZWGK_DATA_REPORTS")
    path = Path(given) if given else Path(__file__).parents[3] / "shared" / "data" / "annual_reports"
    return path if path.is_dir() else None


def sample(name: str) -> dict[str, Any]:
    """A published report; the test is skipped where it is absent."""
    path = folder()
    if path is None or not (path / f"{name}.json").is_file():
        pytest.skip("published annual reports are absent: set ZWGK_DATA_REPORTS")
    report: dict[str, Any] = json.loads((path / f"{name}.json").read_text(encoding="utf-8"))
    return report


def value(report: dict[str, Any], row: str, column: str) -> int:
    return int(report["table2"][ROWS[row]][column] or 0)


def ledger(report: dict[str, Any], agency: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Lines of an old ledger that make tables 2 and 3 of a report: the carried ones were received the year before."""
    year = report["year"]
    lines: list[dict[str, Any]] = []
    for column in COLUMNS:
        received = deque([f"{year - 1}-12-30"] * value(report, "r02", column))
        received.extend([f"{year}-03-04"] * value(report, "r01", column))
        for row in RESULTS:
            for _ in range(value(report, row, column)):
                line = {"received_on": received.popleft(), "outcome": OUTCOME_OF[row], "closed_on": f"{year}-03-20"}
                lines.append(_line(line, agency, f"{prefix}-{len(lines)}", column))
        for _ in range(value(report, "r25", column)):
            line = {"received_on": received.popleft(), "outcome": None, "closed_on": None}
            lines.append(_line(line, agency, f"{prefix}-{len(lines)}", column))
        assert not received
    _bring_reviews(report, [line for line in lines if line["outcome"]])
    yield from lines


def _line(given: dict[str, Any], agency: str, id: str, column: str) -> dict[str, Any]:
    return {**given, "id": id, "agency": agency, "channel": "当面", "applicant_class": column, "reviews": []}


def _bring_reviews(report: dict[str, Any], closed: list[dict[str, Any]]) -> None:
    year, at = report["year"], 0
    for kind, block in BLOCKS.items():
        for end, label in ENDS.items():
            for _ in range(report["table3"][block][label]):
                decided = None if end == "pending" else f"{year}-08-01"
                review = {"kind": kind, "result": end, "filed_on": f"{year}-05-06", "decided_on": decided}
                closed[at % len(closed)]["reviews"].append(review)
                at += 1

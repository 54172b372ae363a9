"""Steps of an annual report, and what a person may type."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.report import declared
from contracts.readmodel.terms import Figure, ReportStage
from kernel.clock import CST
from kernel.refused import Refused
from services.readmodel import domain
from services.readmodel.domain import KIND, Case
from services.readmodel.reports.narrative import said_otherwise
from tests.reports.samples import sample

NOW = datetime(2026, 1, 30, 9, 0, tzinfo=CST)
ZERO = Figure(item="行政许可/本年处理决定数量", value=Decimal(0))


def begun() -> Case:
    return KIND.fold(None, domain.begin("999901", 2025, "czj", "示例县财政局", date(2026, 1, 31), NOW))


def test_a_report_goes_in_and_back_and_out() -> None:
    case = KIND.fold(begun(), domain.declare(begun(), [ZERO], "台账", "张三", NOW))
    assert domain.declare(case, [ZERO], "台账", "李四", NOW) == []
    case = KIND.fold(case, domain.submit(case, "c" * 64, "张三", NOW))
    assert domain.submit(case, "c" * 64, "张三", NOW) == []
    with pytest.raises(Refused):
        domain.declare(case, [ZERO], "另一台账", "张三", NOW)
    assert not domain.record(case).overdue
    case = KIND.fold(case, domain.give_back(case, "不一致", "王五", NOW))
    assert (case.stage, case.returned) == (ReportStage.RETURNED, 1)
    with pytest.raises(Refused):
        domain.give_back(case, "不一致", "王五", NOW)
    case = KIND.fold(case, domain.issue(case, "d" * 64, "c" * 64, NOW.date(), "", "王五", NOW))
    assert domain.issue(case, "d" * 64, "e" * 64, NOW.date() + timedelta(days=1), "", "王五", NOW) == []
    with pytest.raises(Refused):
        domain.issue(case, "f" * 64, "e" * 64, NOW.date(), "", "王五", NOW)
    again = KIND.fold(case, domain.issue(case, "f" * 64, "e" * 64, NOW.date(), "更正一处", "王五", NOW))
    assert [each.edition for each in domain.record(again).issues] == [1, 2]
    assert not domain.record(again).open


def test_a_report_stands_on_the_desk_until_the_end_of_31_january() -> None:
    due = domain.record(begun()).due_at
    assert due is not None
    assert due.astimezone(CST).date() == date(2026, 1, 31)


def test_a_figure_below_zero_is_refused_but_for_a_decrease() -> None:
    with pytest.raises(Refused):
        domain.declare(begun(), [Figure(item="行政许可/本年处理决定数量", value=Decimal(-1))], "台账", "张三", NOW)
    less = Figure(item="行政许可/本年增/减", value=Decimal(-1))
    assert domain.declare(begun(), [less], "台账", "张三", NOW)


def test_figures_as_typed() -> None:
    assert declared("行政许可=12") == [Figure(item="行政许可/本年处理决定数量", value=Decimal(12))]
    assert declared("渠道/微信=850余") == [Figure(item="渠道/微信", value=Decimal(850), approximate=True)]
    assert {each.item for each in declared("规章=0")} >= {"规章/本年制发件数", "规章/本年废止件数", "规章/现行有效件数"}
    for wrong in ("行政许可", "=3", "行政许可=三", "行政许可=nan", "行政许可=1.23456", "行政许可=1e99"):
        with pytest.raises(Refused):
            declared(wrong)


@pytest.mark.parametrize(("name", "code"), [("hongze_2023", 1), ("hongze_2024", 0), ("shuyang_county_2025", 0)])
def test_the_command_tells_which_cells_of_a_file_do_not_add_up(tmp_path: Path, name: str, code: int) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(sample(name), ensure_ascii=False), encoding="utf-8")
    done = CliRunner().invoke(app, ["report", "check", str(file), "--json"])
    told: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == code
    assert len(told["fail"]) == (2 if code else 0)
    assert [each["cells"] for each in told["findings"]] == (
        [["table3/行政复议/总计"], ["table3/行政诉讼/复议后起诉/总计"]] if code else []
    )


def test_numbers_in_the_text_are_compared_with_the_table() -> None:
    report = sample("shuyang_county_2025")
    text = "全县新收政府信息公开申请713件，上年结转36件，办结718件，结转下年度继续办理31件。"
    assert said_otherwise(text, report["table2"]) == []
    assert said_otherwise(text.replace("713", "712"), report["table2"]) == [("r01", 712, 713)]

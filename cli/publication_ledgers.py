"""`zwgk publication ledgers`: work ledgers of deployed tasks."""

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli import openness_sheets
from cli.documents import chosen
from cli.options import Agency, As, Json, Options, taking
from cli.publication_decisions import Secrecy, act, listed
from cli.session import guarded
from contracts.publication import ledgers as c
from kernel.refused import Refused

app = typer.Typer(help="执行公开：重大部署的工作台账、进展、成效、督查结果。", no_args_is_help=True)
LEDGER = typer.Argument(help="工作台账编号。")
SOURCES = {each.value: each for each in c.LedgerSource} | {each.name.lower(): each for each in c.LedgerSource}
GRADES = {each.value: each for each in c.InspectionGrade} | {each.name.lower(): each for each in c.InspectionGrade}
STEPS = typer.Argument(help=f"步骤表，xlsx 或 csv，栏目：{openness_sheets.STEPS}。")
PLAN: Options = {
    "title": (str, typer.Option(..., "--title", help="任务名称。")),
    "source": (
        str,
        typer.Option(..., "--source", help="政府工作报告、发展规划、政府常务会议、政府文件、民生实事项目等。"),
    ),
    "reference": (str, typer.Option(..., "--reference", help="出处：名称、文号、部分。")),
    "measure": (list[str], typer.Option(..., "--measure", help="工作措施，可多次给出。")),
    "duty": (list[str], typer.Option(..., "--duty", help="机构代码=责任分工，可多次给出。")),
    "supervision": (str, typer.Option(..., "--supervision", help="监督方式。")),
    "document": (str, typer.Option(None, "--document", help="来源文件编号。")),
    "matter": (str, typer.Option(None, "--matter", help="来源决策事项编号。")),
}
"""What a ledger is opened with, and changed to."""


def _duty(text: str) -> dict[str, str]:
    code, sign, said = text.partition("=")
    if not sign:
        raise Refused("no_sign", "责任分工应写成“机构代码=分工”。", field="duty", remedy="例：--duty jyj=统筹推进。")
    return {"agency": code.strip(), "duty": said.strip()}


def _plan(path: Path, given: dict[str, Any]) -> dict[str, Any]:
    origin = {"kind": chosen(given["source"], SOURCES, "source"), "text": given["reference"]}
    return {
        "title": given["title"],
        "source": origin | {name: given[name] for name in ("document", "matter")},
        "steps": openness_sheets.steps(path),
        "duties": guarded(lambda: [_duty(each) for each in given["duty"]]),
        "measures": given["measure"],
        "supervision": given["supervision"],
    }


@app.command("open")
@taking(PLAN)
def open_(
    *, path: Path = STEPS, given: dict[str, Any], as_: As = None, agency: Agency = "", json_: Json = False
) -> None:
    """建立工作台账。例：zwgk publication ledgers open 步骤.xlsx --title 建幼儿园 --source 政府工作报告"""
    act(c.OpenLedger, as_, agency, json_, plan=_plan(path, given))


@app.command("change")
@taking(PLAN)
def change(
    *,
    id: str = LEDGER,
    path: Path = STEPS,
    reason: str = typer.Option(..., "--reason", help="调整理由，将公开。"),
    given: dict[str, Any],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """调整台账，再次审查后公开。例：zwgk publication ledgers change 编号 步骤.xlsx --reason 汛期停工 --as 张三"""
    act(c.ChangeLedger, as_, agency, json_, id=id, reason=reason, plan=_plan(path, given))


@app.command("report")
def report(
    id: str = LEDGER,
    text: str = typer.Option(..., "--text", help="工作进展。"),
    step: int = typer.Option(None, "--step", help="由此完成的步骤序号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记进展。例：zwgk publication ledgers report 编号 --text 选址完成 --step 1 --as 张三 --agency jyj"""
    act(c.ReportStep, as_, agency, json_, id=id, text=text, step=step)


@app.command("effect")
def effect(
    id: str = LEDGER,
    text: str = typer.Option(..., "--text", help="工作成效。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记工作成效。例：zwgk publication ledgers effect 编号 --text 新增学位三百个 --as 张三 --agency jyj"""
    act(c.RecordEffect, as_, agency, json_, id=id, text=text)


@app.command("publish")
def publish(
    id: str = LEDGER, secrecy: Secrecy = False, as_: As = None, agency: Agency = "", json_: Json = False
) -> None:
    """审查后公开台账或新的进展。例：zwgk publication ledgers publish 编号 --secrecy --as 王五"""
    act(c.PublishLedger, as_, agency, json_, id=id, secrecy=secrecy)


@app.command("inspect")
def inspect(
    id: str = LEDGER,
    grade: str = typer.Argument(help="典型、正常、不作为慢作为乱作为。"),
    unit: str = typer.Option(..., "--unit", help="被督查单位代码。"),
    inspector: str = typer.Option(..., "--inspector", help="督查单位。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="督查日期。"),
    result: str = typer.Option(..., "--result", help="督查结果，将公开。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公开督查结果。例：zwgk publication ledgers inspect 编号 典型 --unit jyj --inspector 县政府督查室 --secrecy"""
    given = {"on": on.date(), "inspector": inspector, "unit": unit, "grade": chosen(grade, GRADES, "grade")}
    act(c.PublishInspection, as_, agency, json_, id=id, inspection=given | {"result": result}, secrecy=secrecy)


@app.command("finish")
def finish(
    id: str = LEDGER,
    note: str = typer.Option(..., "--note", help="核实情况。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """确认办结（由登记人以外的人）。例：zwgk publication ledgers finish 编号 --note 现场核实 --as 督查员"""
    act(c.FinishLedger, as_, agency, json_, id=id, note=note)


@app.command("list")
def list_(
    agency: Agency = "",
    state: str = typer.Option(None, "--state", help="状态：draft、running、finished。"),
    overdue: bool = typer.Option(None, "--overdue/--not-overdue", help="只看逾期或未逾期的。"),
    json_: Json = False,
) -> None:
    """列出工作台账。例：zwgk publication ledgers list --overdue"""
    listed("publication.work_ledger", agency, json_, state, overdue)

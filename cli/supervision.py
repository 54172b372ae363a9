"""`zwgk supervision`: task tables, progress, limits, confirmation."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from pydantic import ValidationError

from chassis.validation import invalid
from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from contracts import supervision as c
from contracts.base import Command, Contract, Done, Query, Reply
from kernel.refused import Refused
from services.publication.reader import text_of
from services.supervision.reader import TaskTable, read_task_table

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="任务编号，如 999901-RW-2026-000001。")]
Reason = Annotated[str, typer.Option("--reason", help="理由。")]
M = TypeVar("M", bound=Contract)
R = TypeVar("R", bound=Reply)
DONE = [("id", "编号"), ("state", "状态"), ("version", "版本")]
COUNTED = {"draft": "征求意见", "in_force": "推进中", "reported": "待确认", "completed": "已办结", "overdue": "逾期"}
REPORTS = [("agency", "单位"), ("by", "报告人"), ("at", "时间"), ("text", "进展"), ("reached", "已达到"),
           ("finished", "申报完成"), ("evidence", "佐证")]  # fmt: skip
LINES = [("id", "编号"), ("no", "序号"), ("role", "角色"), ("requirement", "具体要求"), ("state_label", "状态"),
         ("due", "完成时限"), ("overdue", "逾期"), ("reached", "已达到")]  # fmt: skip


def _made(kind: type[M], **given: Any) -> M:
    """A message from what the person gave; what is wrong is said by the name of the field."""
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        raise invalid(error) from None


def _ask(kind: type[Command] | type[Query], into: type[R], as_: str | None, agency: str, /, **given: Any) -> R:
    message = guarded(lambda: _made(kind, **given))

    async def work(session: Session) -> R:
        return await session.ask(message, into, as_=as_, agency=agency)

    return run(work)


def _done(kind: type[Command], as_: str | None, agency: str, json_: bool, **given: Any) -> None:
    show(_ask(kind, Done, as_, agency, **given), json_=json_, columns=DONE)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("date", "日期不正确。", remedy="例：2026-12-31") from None


@app.command("import")
def import_(file: Annotated[Path, typer.Argument(help="分工方案（txt、html、docx）。")],
            document: Annotated[str, typer.Option("--document", help="发文字号或文件编号。")] = "",
            issued: Annotated[str | None, typer.Option("--issued", help="印发日期；群组按这一天展开。")] = None,
            as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """识读分工方案并导入任务，列出名录中没有的单位。例：zwgk supervision import 分工方案.txt --as 张三"""
    table = guarded(lambda: _read(file))
    issued_on = guarded(lambda: _day(issued)) if issued else None
    rows = [_row(row) for row in table.tasks]
    told = _ask(c.ImportTasks, c.TableImported, as_, agency, title=table.title or file.stem[:200],
                draft=table.status == "draft", document=document, issued_on=issued_on, rows=rows)  # fmt: skip
    _show_import(table, told, json_)


def _read(file: Path) -> TaskTable:
    if not file.is_file():
        raise Refused("path_missing", "没有这个文件。", field="file", remedy="请核对路径。")
    table = read_task_table(text_of(file.name, file.read_bytes())[0])
    if len(table.tasks) > c.MAX_ROWS:
        raise Refused("too_many_tasks", f"一张表的任务超过 {c.MAX_ROWS} 项。", remedy="请拆分后分别导入。")
    return table


def _row(row: Any) -> dict[str, Any]:
    kept = ("no", "section", "requirement", "lead_names", "co_names", "each_alone", "due_on")
    return {name: getattr(row, name) for name in kept}


def _show_import(table: TaskTable, told: c.TableImported, json_: bool) -> None:
    new = sum(not task.repeated for task in told.tasks)
    notes = [note.model_dump(mode="json") for note in table.notes]
    if json_:
        status = {"title": table.title, "status": table.status, "read": len(table.tasks), "new": new, "notes": notes}
        show(status | told.model_dump(mode="json"), json_=True)
        return
    kind = "征求意见稿，任务尚未生效" if table.status == "draft" else "已生效"
    summary = {"table": told.table, "title": table.title, "kind": kind, "read": len(table.tasks), "new": new}
    show(summary, json_=False, columns=[("table", "任务表"), ("title", "标题"), ("kind", "性质"), ("read", "识读任务"),
                                        ("new", "新导入")])  # fmt: skip
    if notes:
        show(notes, json_=False, columns=[("message", "请核对")])
    if told.unknown:
        show(told.unknown, json_=False, columns=[("name", "名录中没有的单位"), ("tasks", "所在任务")],
             title="请逐个对应：zwgk supervision map 单位名称 机构代码或群组 --as 姓名")  # fmt: skip


@app.command("map")
def map_(unit: Annotated[str, typer.Argument(help="任务表中的单位名称。")],
         to: Annotated[str, typer.Argument(help="机构代码、名称或群组。")],
         as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """把名录中没有的单位名称对应到机构或群组。例：zwgk supervision map 各镇（场）政府 各镇（街道） --as 张三"""
    told = _ask(c.MapUnit, c.UnitMapped, as_, agency, unit=unit, to=to)
    show(told, json_=json_, columns=[("unit", "单位名称"), ("agencies", "对应机构"), ("tasks", "更新任务")])


@app.command("unknown")
def unknown(table: Annotated[str | None, typer.Option("--table", help="任务表编号。")] = None,
            as_: As = None, json_: Json = False) -> None:  # fmt: skip
    """尚待对应的单位名称。例：zwgk supervision unknown"""
    told = _ask(c.UnknownUnits, c.UnknownUnitList, as_, "", table=table)
    show(told.units, json_=json_, columns=[("name", "名录中没有的单位"), ("tasks", "所在任务")])


@app.command("in-force")
def in_force(table: Annotated[str, typer.Argument(help="任务表编号，如 RWB-…。")],
             document: Annotated[str, typer.Option("--document", help="正式印发的发文字号或文件编号。")],
             as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """方案正式印发，其任务生效。例：zwgk supervision in-force RWB-… --document 示政办发〔2026〕9号 --as 张三"""
    told = _ask(c.PutInForce, c.TableInForce, as_, agency, table=table, document=document)
    show(told, json_=json_, columns=[("table", "任务表"), ("tasks", "生效任务")])


@app.command("list")
def list_(unit: Annotated[str | None, typer.Option("--unit", help="责任单位的机构代码。")] = None,
          table: Annotated[str | None, typer.Option("--table", help="任务表编号。")] = None,
          state: Annotated[c.TaskState | None, typer.Option("--state", help="状态。")] = None,
          overdue: Annotated[bool | None, typer.Option("--overdue/--not-overdue", help="是否逾期。")] = None,
          after: Annotated[str | None, typer.Option("--after", help="从这个任务编号之后列起。")] = None,
          limit: Annotated[int, typer.Option("--limit", help="每页条数，至多 50。")] = 30,
          as_: As = None, json_: Json = False) -> None:  # fmt: skip
    """按单位列出任务及其计数。例：zwgk supervision list --unit fgj"""
    page = _ask(c.TasksOfUnit, c.TaskPage, as_, "", agency=unit, table=table, state=state, overdue=overdue,
                after=after, limit=limit)  # fmt: skip
    if json_:
        show(page, json_=True)
        return
    counts = "  ".join(f"{label} {page.counts[name]}" for name, label in COUNTED.items())
    more = f"  下一页：--after {page.next}" if page.next else ""
    show([_line(item) for item in page.items], json_=False, columns=LINES, title=f"共 {page.total} 项  {counts}{more}")


def _line(item: c.TaskLine) -> dict[str, Any]:
    role = "" if item.lead is None else "牵头" if item.lead else "责任"
    target = f"/{item.target.value:g}{item.target.unit}" if item.target else ""
    reached = "" if item.reached is None and not target else f"{item.reached or 0:g}{target}"
    return item.model_dump(mode="json") | {
        "role": role,
        "due": item.due_on.isoformat() if item.due_on else "无期限",
        "reached": reached,
    }


@app.command("show")
def show_(id: Id, as_: As = None, json_: Json = False) -> None:
    """一项任务及其全部进展报告。例：zwgk supervision show 999901-RW-2026-000001"""
    told = _ask(c.GetTask, c.TaskFile, as_, "", id=id)
    if json_:
        show(told, json_=True)
        return
    record = told.record
    facts = [
        ("编号", record.id), ("任务表", f"{record.table_title}（{record.table}）"), ("序号", record.no),
        ("所在部分", " / ".join(record.section)), ("具体要求", record.requirement), ("状态", record.state_label),
        ("牵头", "、".join(record.leads)), ("责任", "、".join(record.co)), ("待对应", "、".join(record.unknown)),
        ("完成时限", str(record.due_on or "无期限")), ("逾期", record.overdue), ("下一步", record.waits_for),
    ]  # fmt: skip
    show([{"item": name, "value": value} for name, value in facts], json_=False, columns=[("item", ""), ("value", "")])
    if told.reports:
        show(told.reports, json_=False, columns=REPORTS)


@app.command("progress")
def progress(id: Id, text: Annotated[str, typer.Option("--text", help="进展，200 字以内。")],
             reached: Annotated[float | None, typer.Option("--value", help="累计已达到的数值。")] = None,
             finished: Annotated[bool, typer.Option("--finished", help="本单位已完成（须附佐证）。")] = False,
             evidence: Annotated[list[str] | None, typer.Option("--evidence", help="佐证：文件编号或网址。")] = None,
             as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """责任单位报告进展。例：zwgk supervision progress 编号 --text 已公开目录 --value 1 --as 李四 --agency fgj"""
    _done(c.ReportProgress, as_, agency, json_, id=id, text=text, reached=reached, finished=finished,
          evidence=evidence or [])  # fmt: skip


@app.command("due")
def due(id: Id, reason: Reason,
        on: Annotated[str | None, typer.Option("--on", help="最后一天，如 2026-12-31。")] = None,
        lift: Annotated[bool, typer.Option("--none", help="取消时限（无期限）。")] = False,
        as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """设定、变更或取消完成时限。例：zwgk supervision due 编号 --on 2026-12-31 --reason 县长办公会议定 --as 张三"""

    def chosen() -> date | None:
        if (on is None) != lift:
            raise Refused("due", "请给出 --on 日期，或者 --none。", field="due_on", remedy="二者只能取一。")
        return _day(on) if on else None

    _done(c.SetDue, as_, agency, json_, id=id, due_on=guarded(chosen), reason=reason)


@app.command("target")
def target(id: Id, value: Annotated[float, typer.Option("--value", help="目标值。")],
           unit: Annotated[str, typer.Option("--unit", help="计量单位：次、件、%。")],
           per_unit: Annotated[bool, typer.Option("--each", help="每个责任单位都须达到。")] = False,
           note: Annotated[str, typer.Option("--note", help="说明。")] = "",
           as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """设定目标值。例：zwgk supervision target 编号 --value 2 --unit 次 --each --as 张三"""
    wanted = {"value": value, "unit": unit, "per_unit": per_unit, "note": note}
    _done(c.SetTarget, as_, agency, json_, id=id, target=wanted)


@app.command("complete")
def complete(id: Id, note: Annotated[str, typer.Option("--note", help="尚有单位未完成或未达目标时，写明理由。")] = "",
             as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """确认办结（不能由报告进展的单位确认）。例：zwgk supervision complete 编号 --as 张三 --agency zwj"""
    _done(c.Complete, as_, agency, json_, id=id, note=note)


@app.command("reopen")
def reopen(id: Id, reason: Reason, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """重新打开已办结的任务。例：zwgk supervision reopen 编号 --reason 抽查发现未落实 --as 张三"""
    _done(c.Reopen, as_, agency, json_, id=id, reason=reason)

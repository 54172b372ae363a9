"""`zwgk hotline`: tickets from the door to the archive."""

from datetime import datetime
from typing import Any

import typer

from cli import hotline_numbers as numbers
from cli import hotline_public as public
from cli import tickets
from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from cli.tickets import made
from contracts.base import Command, Done
from contracts.doubts import RaisedDoubt
from contracts.hotline import tickets as c
from contracts.hotline.reading import ListTickets, ShowTicket, TicketPage, TicketRows
from contracts.hotline.terms import Ending, Matter, Satisfaction, TicketState

app = typer.Typer(no_args_is_help=True)
app.command("emit")(tickets.emit)
app.command("import")(tickets.import_)
for name, work in (
    ("stats", numbers.stats),
    ("sheet", numbers.sheet),
    ("supervision", numbers.supervision),
    ("bulletin", numbers.bulletin),
    ("suggestions", numbers.suggestions),
    ("rating-stats", numbers.rating_stats),
    ("issue", numbers.issue),
    ("how-to-apply", public.how_to_apply),
    ("become-request", public.become_request),
    ("doubt", public.doubt),
):
    app.command(name)(work)
app.add_typer(public.entry, name="entry")
app.add_typer(public.rating, name="rating")
app.add_typer(public.signal, name="signal")
ID = typer.Argument(help="工单编号，如 999901-RX-2026-000001。")
ROWS = [
    ("id", "编号"),
    ("title", "事项"),
    ("state_label", "状态"),
    ("agency", "承办"),
    ("due_at", "期限"),
    ("overdue", "超期"),
    ("waits_for", "等待"),
]


def _do(kind: type[Command], as_: str | None, agency: str, json_: bool, **fields: Any) -> None:
    """Send a command as a person and show what became of it."""
    command = guarded(lambda: made(kind, fields))

    async def work(session: Session) -> Done:
        return await session.ask(command, Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


@app.command("list")
def list_(
    state: TicketState = typer.Option(None, "--state", help="状态。"),
    unit: str = typer.Option(None, "--unit", help="承办单位代码。"),
    open_: bool = typer.Option(None, "--open/--closed", help="未办结或已办结。"),
    limit: int = typer.Option(50, "--limit", min=1, max=200, help="条数。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出工单。例：zwgk hotline list --open --unit gongshui"""
    query = ListTickets(state=state, agency=unit, open=open_, limit=limit)

    async def work(session: Session) -> TicketRows:
        return await session.ask(query, TicketRows, as_=as_, agency=agency)

    rows = run(work).tickets
    show([row.model_dump(mode="json") for row in rows], json_=json_, columns=ROWS)


@app.command("show")
def show_(
    id: str = ID,
    purpose: str = typer.Option("办理", "--purpose", help="查阅事由（留痕）。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """查看工单及其内容（查阅留痕）。例：zwgk hotline show 999901-RX-2026-000001 --as 张三"""

    query = guarded(lambda: made(ShowTicket, {"id": id, "purpose": purpose}))

    async def work(session: Session) -> TicketPage:
        return await session.ask(query, TicketPage, as_=as_, agency=agency)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    show([page.record.model_dump(mode="json")], json_=False, columns=ROWS)
    caller = f"{page.caller.name} {page.caller.phone}" if page.caller else "（不公开或未留）"
    for label, text in (("标题", page.title), ("内容", page.content), ("地点", page.place), ("来电人", caller)):
        typer.echo(f"{label}：{text or ''}")
    similar = [f"{each.id} 文字相似{each.likeness}%{'、同一地点' if each.same_place else ''}" for each in page.similar]
    units = [f"{each.name}（{each.agency}）{each.reason}{'；应回避' if each.barred else ''}" for each in page.proposed]
    doubts = [f"{each.named}，{each.point}——{each.stage}{_link(each)}" for each in page.record.doubts]
    listed = (("提示", page.record.hints), ("建议承办", units), ("疑似重复", similar), ("政策疑问", doubts))
    for label, texts in (*listed, ("说明", page.notes)):
        for text in texts:
            typer.echo(f"{label}：{text}")
    if page.reply:
        typer.echo(f"回复：{page.reply}")
    typer.echo(
        f"用时：中心 {_spent(page.record.centre_minutes)}，单位 {_spent(page.record.unit_minutes)}（至最近一次移交）"
    )


def _link(doubt: RaisedDoubt) -> str:
    """How it was explained, and where to read it: what the caller is told."""
    where = doubt.material or doubt.document
    parts = [doubt.said, f"见 /documents/{where}" if where else ""]
    said = "；".join(part for part in parts if part)
    return f"（{said}）" if said else ""


def _spent(minutes: int) -> str:
    """Minutes of the calendar, in days and hours."""
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "天"), (hours, "小时"), (minutes, "分钟"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "不到1分钟"


@app.command()
def classify(
    id: str = ID,
    category: str = typer.Option(..., "--category", help="问题分类。"),
    matter: Matter = typer.Option(Matter.ORDINARY, "--matter", help="时限类别。"),
    accused: list[str] = typer.Option([], "--accused", help="被投诉单位代码，可多次给出。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """分类并确定时限。例：zwgk hotline classify 编号 --category 城市管理 --matter simple"""
    _do(c.ClassifyTicket, as_, agency, json_, id=id, category=category, matter=matter, accused=tuple(accused))


@app.command()
def dispatch(
    id: str = ID,
    lead: str = typer.Option(..., "--lead", help="主办单位代码。"),
    co: list[str] = typer.Option([], "--co", help="协办单位代码，可多次给出。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """派单。例：zwgk hotline dispatch 编号 --lead cgj --co yqz"""
    _do(c.DispatchTicket, as_, agency, json_, id=id, lead=lead, co=tuple(co))


@app.command()
def confirm(
    id: str = ID,
    number: str = typer.Option(..., "--number", help="已移交的紧急号码：110 119 120 122。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """确认紧急事项已电话移交。例：zwgk hotline confirm 编号 --number 119"""
    _do(c.ConfirmHandOver, as_, agency, json_, id=id, number=number)


@app.command()
def sign(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """签收。例：zwgk hotline sign 编号 --as 李四 --agency cgj"""
    _do(c.SignTicket, as_, agency, json_, id=id)


@app.command()
def contact(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """登记已联系来电人。例：zwgk hotline contact 编号 --agency cgj"""
    _do(c.RecordContact, as_, agency, json_, id=id)


@app.command("return")
def return_(
    id: str = ID,
    reason: str = typer.Option(None, "--reason", help="申请退单的理由。"),
    approve: bool = typer.Option(None, "--approve/--deny", help="派单员审核退单。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """申请或审核退单。例：zwgk hotline return 编号 --reason 不属本单位职责；zwgk hotline return 编号 --approve"""
    if approve is None:
        _do(c.RequestReturn, as_, agency, json_, id=id, reason=reason or "")
    else:
        _do(c.DecideReturn, as_, agency, json_, id=id, approve=approve)


@app.command()
def extend(
    id: str = ID,
    days: int = typer.Option(5, "--days", help="延长的工作日。"),
    reason: str = typer.Option(None, "--reason", help="申请延期的理由。"),
    approve: bool = typer.Option(None, "--approve/--deny", help="派单员审核延期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """申请或审核延期。例：zwgk hotline extend 编号 --days 5 --reason 需现场勘查"""
    if approve is None:
        _do(c.RequestExtension, as_, agency, json_, id=id, days=days, reason=reason or "")
    else:
        _do(c.DecideExtension, as_, agency, json_, id=id, approve=approve)


@app.command()
def suspend(
    id: str = ID,
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="承诺的日期。"),
    promise: str = typer.Option(..., "--promise", help="承诺的内容。"),
    caller_told: bool = typer.Option(False, "--caller-told", help="已告知来电人。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """承诺办理。例：zwgk hotline suspend 编号 --until 2026-12-31 --promise 年底前完成改造 --caller-told"""
    day = until.date()
    _do(c.SuspendTicket, as_, agency, json_, id=id, until=day, promise=promise, caller_told=caller_told)


@app.command()
def resume(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """恢复办理。例：zwgk hotline resume 编号 --agency cgj"""
    _do(c.ResumeTicket, as_, agency, json_, id=id)


@app.command()
def urge(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """催办。例：zwgk hotline urge 编号"""
    _do(c.UrgeTicket, as_, agency, json_, id=id)


@app.command()
def supervise(
    id: str = ID,
    level: int = typer.Option(1, "--level", min=1, max=3, help="督办级别。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """督办。例：zwgk hotline supervise 编号 --level 2"""
    _do(c.SuperviseTicket, as_, agency, json_, id=id, level=level)


@app.command()
def reply(
    id: str = ID,
    text: str = typer.Option(..., "--text", help="回复内容。"),
    adopted: bool = typer.Option(None, "--adopted/--not-adopted", help="建议是否采纳。"),
    adoption_reason: str = typer.Option("", "--adoption-reason", help="采纳或不采纳的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """回复。例：zwgk hotline reply 编号 --text 路灯已修复。 --as 李四 --agency cgj"""
    _do(c.ReplyTicket, as_, agency, json_, id=id, text=text, adopted=adopted, adoption_reason=adoption_reason)


@app.command()
def review(
    id: str = ID,
    approve: bool = typer.Option(..., "--approve/--send-back", help="通过或退回重办。"),
    reason: str = typer.Option("", "--reason", help="退回的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """审核回复（回复人以外的人）。例：zwgk hotline review 编号 --approve --as 王五"""
    _do(c.ReviewReply, as_, agency, json_, id=id, approve=approve, reason=reason)


@app.command()
def visit(
    id: str = ID,
    reached: bool = typer.Option(True, "--reached/--not-reached", help="是否联系上来电人。"),
    solved: bool = typer.Option(None, "--solved/--unsolved", help="是否解决。"),
    satisfaction: Satisfaction = typer.Option(Satisfaction.SILENT, "--satisfaction", help="满意度。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记回访。例：zwgk hotline visit 编号 --solved --satisfaction 满意"""
    _do(c.RecordVisit, as_, agency, json_, id=id, reached=reached, solved=solved, satisfaction=satisfaction)


@app.command()
def close(
    id: str = ID,
    ending: Ending = typer.Option(..., "--ending", help="办结方式：answered visited factual transferred refused。"),
    text: str = typer.Option("", "--text", help="答复、移交联系方式或理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """办结。例：zwgk hotline close 编号 --ending answered --text 可在窗口办理。"""
    _do(c.CloseTicket, as_, agency, json_, id=id, ending=ending, text=text)


@app.command()
def reopen(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="重新受理的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """重新受理已办结的工单。例：zwgk hotline reopen 编号 --reason 问题再次出现"""
    _do(c.ReopenTicket, as_, agency, json_, id=id, reason=reason)


@app.command()
def archive(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """归档。例：zwgk hotline archive 编号"""
    _do(c.ArchiveTicket, as_, agency, json_, id=id)


@app.command()
def merge(
    id: str = ID,
    into: str = typer.Option(None, "--into", help="主件编号；不给则恢复单独办理。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """并单，或恢复单独办理。例：zwgk hotline merge 编号 --into 999901-RX-2026-000002"""
    if into:
        _do(c.MergeTicket, as_, agency, json_, id=id, into=into)
    else:
        _do(c.UnmergeTicket, as_, agency, json_, id=id)

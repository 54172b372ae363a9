"""`zwgk publication meetings`: meetings with the openness of their items, and who sat in."""

from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from cli import openness_sheets
from cli.documents import chosen
from cli.options import Agency, As, Json
from cli.publication_decisions import Secrecy, act, listed
from cli.session import Session, guarded, run, show
from contracts.publication import meetings as c
from contracts.publication.shortfalls import ExplainShortfall
from kernel.clock import CST
from kernel.refused import Refused

app = typer.Typer(help="会议公开：议题公开意见、邀请列席、直播、五个工作日内公开结果。", no_args_is_help=True)
MEETING = typer.Argument(help="会议编号。")
TYPES = {each.value: each for each in c.MeetingType} | {each.name.lower(): each for each in c.MeetingType}
CLASSES = {each.value: each for each in c.InviteeClass} | {each.name.lower(): each for each in c.InviteeClass}
AGENDA = typer.Argument(help=f"议程表，xlsx 或 csv，栏目：{openness_sheets.AGENDA}。")
MINUTES = "%Y-%m-%dT%H:%M"


@app.command("plan")
def plan(
    path: Path = AGENDA,
    title: str = typer.Option(..., "--title", help="会议名称。"),
    type: str = typer.Option(..., "--type", help="政府常务会议、部门办公会议、政府全体会议、电视电话会议。"),
    at: datetime = typer.Option(..., "--at", formats=[MINUTES], help="会议时间。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """拟订会议方案。例：zwgk publication meetings plan 议程.xlsx --type 政府常务会议 --at 2026-12-01T09:00"""
    agenda, meets_at = openness_sheets.agenda(path), at.replace(tzinfo=CST)
    wanted = chosen(type, TYPES, "type")
    act(c.PlanMeeting, as_, agency, json_, title=title, type=wanted, meets_at=meets_at, agenda=agenda)


@app.command("revise")
def revise(
    id: str = MEETING,
    path: Path = AGENDA,
    at: datetime = typer.Option(None, "--at", formats=[MINUTES], help="新的会议时间。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """修改议程，须重新批准。例：zwgk publication meetings revise 编号 议程.xlsx --as 张三 --agency zf"""
    meets_at = at.replace(tzinfo=CST) if at else None
    act(c.ReviseAgenda, as_, agency, json_, id=id, agenda=openness_sheets.agenda(path), meets_at=meets_at)


@app.command("approve")
def approve(id: str = MEETING, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """批准会议方案和议题公开意见。例：zwgk publication meetings approve 编号 --as 李四 --agency zf"""
    act(c.ApproveMeeting, as_, agency, json_, id=id)


@app.command("live")
def live(
    id: str = MEETING,
    url: str = typer.Argument(help="直播地址，https。"),
    channel: str = typer.Option("网络", "--channel", help="电视、广播、网络、微直播。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布直播地址。例：zwgk publication meetings live 编号 https://live.example.cn/1 --secrecy --as 王五"""
    act(c.AnnounceLive, as_, agency, json_, id=id, url=url, channel=channel, secrecy=secrecy)


@app.command("held")
def held(
    id: str = MEETING,
    result: list[str] = typer.Option(..., "--result", help="序号=会议决定，可多次给出，每项议题一条。"),
    invited: list[str] = typer.Option([], "--invited", help="类别=邀请人数/到会人数，如 市民代表=5/3。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记会议结果和列席人数。例：zwgk publication meetings held 编号 --result 1=原则同意 --invited 市民代表=5/3"""
    results = [dict(zip(("no", "result"), _parted(each, "="), strict=True)) for each in result]
    attendance = [_attendance(each) for each in invited]
    act(c.HoldMeeting, as_, agency, json_, id=id, results=results, attendance=attendance)


def _attendance(text: str) -> dict[str, Any]:
    word, numbers = _parted(text, "=")
    invited, attended = _parted(numbers, "/")
    return {"invitees": chosen(word, CLASSES, "invited"), "invited": invited, "attended": attended}


def _parted(text: str, sign: str) -> tuple[str, str]:
    def work() -> tuple[str, str]:
        first, found, second = text.partition(sign)
        if not found:
            raise Refused("no_sign", f"内容中缺少“{sign}”。", remedy="例：--result 1=原则同意 --invited 市民代表=5/3。")
        return first.strip(), second.strip()

    return guarded(work)


@app.command("publish")
def publish(
    id: str = MEETING, secrecy: Secrecy = False, as_: As = None, agency: Agency = "", json_: Json = False
) -> None:
    """公开会议结果，附意见采纳情况。例：zwgk publication meetings publish 编号 --secrecy --as 王五"""
    act(c.PublishMeeting, as_, agency, json_, id=id, secrecy=secrecy)


@app.command("cancel")
def cancel(
    id: str = MEETING,
    reason: str = typer.Option(..., "--reason", help="理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """取消会议。例：zwgk publication meetings cancel 编号 --reason 改期另行通知 --as 张三 --agency zf"""
    act(c.CancelMeeting, as_, agency, json_, id=id, reason=reason)


@app.command("counts")
def counts(
    year: int = typer.Option(..., "--year", help="年度。"),
    of: str = typer.Option(None, "--of", help="只看这个机构。"),
    json_: Json = False,
) -> None:
    """常务会议、部门办公会议邀请列席的次数。例：zwgk publication meetings counts --year 2026"""

    async def work(session: Session) -> c.MeetingCounts:
        return await session.ask(c.GetMeetingCounts(year=year, agency=of), c.MeetingCounts)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    columns = [("agency_name", "机构"), ("type", "会议"), ("held", "召开"), ("with_invitees", "有人列席")]
    columns += [("required", "应达到"), ("missing", "还差")]
    show(list(found.rows), json_=False, columns=columns, title=f"{found.year} 年，依据：{found.source}")


@app.command("short")
def short(agency: Agency = "", json_: Json = False) -> None:
    """列出年终次数不足的单位：邀请列席、主要负责人带头解读。例：zwgk publication meetings short"""
    listed("publication.year_shortfall", agency, json_, None, None)


@app.command("explain-short")
def explain_short(
    id: str = typer.Argument(help="次数核查编号。"),
    reason: str = typer.Option(..., "--reason", help="次数不足的原因。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """说明次数不足的原因。例：zwgk publication meetings explain-short 编号 --reason 机构改革 --as 李四 --agency zf"""
    act(ExplainShortfall, as_, agency, json_, id=id, reason=reason)


@app.command("list")
def list_(
    agency: Agency = "",
    state: str = typer.Option(None, "--state", help="状态，如 planned、held、published。"),
    overdue: bool = typer.Option(None, "--overdue/--not-overdue", help="只看逾期或未逾期的。"),
    json_: Json = False,
) -> None:
    """列出会议。例：zwgk publication meetings list --overdue"""
    listed("publication.meeting", agency, json_, state, overdue)

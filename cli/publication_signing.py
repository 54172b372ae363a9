"""`zwgk publication approve`, `review`, `absence`, `absences`: who signs, and for whom."""

from datetime import datetime

import typer

from cli.documents import ID, NOTE, chosen, do
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts.base import Command
from contracts.publication import absences as a
from contracts.publication import documents as c


def absence(
    absent: str = typer.Argument(..., metavar="姓名", help="不在岗的负责人或审核人。"),
    deputy: str = typer.Option(..., "--deputy", help="代行人姓名，须是同单位的有权人员。"),
    since: datetime = typer.Option(..., "--since", formats=["%Y-%m-%d"], help="缺岗第一天。"),
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="缺岗最后一天。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记缺岗和代行。例：zwgk publication absence 孙局长 --deputy 李四 --since 2026-11-23 --until 2026-11-27"""
    said = a.RecordAbsence(absent=absent, deputy=deputy, since=since.date(), until=until.date())
    do(said, as_, agency, json_)


def absences(
    unit: str = typer.Argument(..., metavar="单位", help="机构代码。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="此日以前已结束的不列。"),
    json_: Json = False,
) -> None:
    """列出缺岗和代行人。例：zwgk publication absences czj --on 2026-11-23"""

    async def work(session: Session) -> a.Absences:
        return await session.ask(a.GetAbsences(agency=unit, on=on.date()), a.Absences)

    found = run(work)
    columns = [("absent", "不在岗"), ("deputy", "代行人"), ("since", "自"), ("until", "至"), ("recorded_by", "登记人")]
    show(found if json_ else list(found.items), json_=json_, columns=columns, title="缺岗和代行")


def approve(
    id: str = ID,
    step: str = typer.Argument("head", help="head 单位负责人；openness 公开工作机构；withdrawal 补批撤下。"),
    deputising_for: str = typer.Option("", "--for", help="代行审批时，写明不在岗的负责人；缺岗须已登记。"),
    improper: bool = typer.Option(False, "--improper", help="补批撤下时：撤下不当，不予批准，须用 --note 说明理由。"),
    note: str = NOTE,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """审批。例：zwgk publication approve 编号 head --as 李四 --agency czj"""
    commands: dict[str, Command] = {
        "head": c.ApproveByHead(id=id, note=note, deputising_for=deputising_for),
        "openness": c.ApproveByOpenness(id=id, note=note, deputising_for=deputising_for),
        "withdrawal": c.ApproveWithdrawal(id=id, improper=improper, note=note),
    }
    do(chosen(step, commands, "step"), as_, agency, json_)


def review(
    id: str = ID,
    secrecy: bool = typer.Option(False, "--secrecy", help="保密审查通过。"),
    wording: bool = typer.Option(False, "--wording", help="文字表述审查通过。"),
    timing: bool = typer.Option(False, "--timing", help="公开时机和方式审查通过。"),
    deputising_for: str = typer.Option("", "--for", help="代行审查时，写明不在岗的审核人；缺岗须已登记。"),
    note: str = NOTE,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公开前审查，逐项签署。例：zwgk publication review 编号 --secrecy --wording --timing --as 王五"""
    points = {"secrecy": secrecy, "wording": wording, "timing": timing}
    do(c.Review(id=id, note=note, deputising_for=deputising_for, **points), as_, agency, json_)

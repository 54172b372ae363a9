"""What follows the reply: reconsideration, suits, redo, archive."""

from datetime import datetime

import typer

from cli.documents import chosen, day
from cli.options import Agency, As, Json
from cli.request_steps import DAY, KINDS, NUMBER, ON, RESULTS, REVIEW, act, said
from contracts.requests import procedure as c


def review(
    number: str = NUMBER,
    kind: str = typer.Option(..., "--kind", help="行政复议、直接起诉、复议后起诉。"),
    filed: datetime = typer.Option(..., "--filed", formats=DAY, help="申请复议或者起诉的日期。"),
    notified: datetime = typer.Option(..., "--notified", formats=DAY, help="本机关收到副本的日期。"),
    simplified: bool = typer.Option(False, "--simplified", help="适用简易程序。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记复议或者诉讼。例：zwgk requests review 编号 --kind 行政复议 --filed 2026-11-20 --notified 2026-11-23"""
    command = c.RecordReview(
        number=number,
        kind=chosen(kind, KINDS, "kind"),
        filed_on=filed.date(),
        notified_on=notified.date(),
        simplified=simplified,
    )
    act(command, as_, agency, json_)


def defend(
    number: str = NUMBER,
    case: str = REVIEW,
    on: datetime = ON,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记已提出复议答复书或者答辩状。例：zwgk requests defend 编号 V1 --as 张三"""
    act(c.AnswerReview(number=number, review=case, answered_on=day(on)), as_, agency, json_)


def decided(
    number: str = NUMBER,
    case: str = REVIEW,
    result: str = typer.Option(..., "--result", help="维持、纠正、其他。"),
    on: datetime = typer.Option(..., "--on", formats=DAY, help="决定或者裁判的日期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记复议决定或者裁判。例：zwgk requests decided 编号 V1 --result 维持 --on 2026-12-20 --as 张三"""
    command = c.RecordDecision(
        number=number, review=case, result=chosen(result, RESULTS, "result"), decided_on=on.date()
    )
    act(command, as_, agency, json_)


def redo(
    number: str = NUMBER,
    case: str = REVIEW,
    notified: datetime = typer.Option(..., "--notified", formats=DAY, help="收到决定的日期。"),
    until: datetime = typer.Option(None, "--until", formats=DAY, help="决定确定的期限。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """责令重新答复，重新办理。例：zwgk requests redo 编号 V1 --notified 2026-12-21 --as 张三"""
    command = c.Redo(number=number, review=case, notified_on=notified.date(), until=day(until))
    act(command, as_, agency, json_)


def archive(
    number: str = NUMBER,
    archive_no: str = typer.Option(..., "--archive-no", help="档号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """归档。例：zwgk requests archive 编号 --archive-no 2026-永久-001 --as 张三"""
    act(c.Archive(number=number, archive_no=archive_no), as_, agency, json_)


def erase(
    number: str = NUMBER,
    handed_over: datetime = typer.Option(..., "--handed-over", formats=DAY, help="移交档案馆的日期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """移交档案后销毁申请人材料。例：zwgk requests erase 编号 --handed-over 2027-03-01 --as 周档案"""
    act(c.EraseApplicantData(number=number, handed_over_on=handed_over.date()), as_, agency, json_)


def add_to(app: typer.Typer) -> None:
    for step in (review, defend, decided, redo, archive, erase):
        app.command(step.__name__)(said(step))

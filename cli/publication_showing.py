"""`zwgk publication deliver`, `source`, `notice`, `objection`, `answer`, `conclude`: how a document is shown."""

from datetime import datetime

import typer

from cli.documents import ID, do
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts.publication import showing as c
from contracts.publication.record import Source
from kernel.clock import CST


def deliver(
    id: str = ID,
    channel: str = typer.Argument(help="渠道：微信、报刊、查阅点、公告栏……"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="推送日期。"),
    place: str = typer.Option("", "--place", help="查阅点、公告栏的地点。"),
    target: str = typer.Option("", "--target", help="精准推送的地区或群体。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记一次渠道推送。例：zwgk publication deliver 编号 查阅点 --on 2026-11-23 --place 县图书馆 --as 张三"""
    command = c.RecordDelivery(id=id, channel=channel, on=on.date(), place=place, target=target)
    do(command, as_, agency, json_)


def deliveries(
    year: int = typer.Option(..., "--year", min=2008, max=2100, help="年度。"),
    unit: str = typer.Option(None, "--unit", help="只统计这个机构的文件。"),
    json_: Json = False,
) -> None:
    """逐次登记的推送，按渠道、地点、对象统计。例：zwgk publication deliveries --year 2026"""

    async def work(session: Session) -> c.DeliveryCounts:
        return await session.ask(c.CountDeliveries(year=year, agency=unit), c.DeliveryCounts)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    columns = [("channel", "渠道"), ("place", "地点"), ("target", "对象"), ("deliveries", "次数")]
    show(list(found.rows), json_=False, columns=columns, title=f"{year}年共推送 {found.total} 次")


def source(
    id: str = ID,
    issuer: str = typer.Option(..., "--issuer", help="来源机关。"),
    published_at: datetime = typer.Option(..., "--at", formats=["%Y-%m-%dT%H:%M"], help="来源的发布时间。"),
    doc_no: str = typer.Option(None, "--doc-no", help="原发文字号。"),
    url: str = typer.Option("", "--url", help="原文链接。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记转载来源，时限从来源发布起算。例：zwgk publication source 编号 --issuer 市政府 --at 2026-11-23T08:00"""
    given = Source(issuer=issuer, doc_no=doc_no, url=url, published_at=published_at.replace(tzinfo=CST))
    do(c.SetSource(id=id, source=given), as_, agency, json_)


def notice(
    id: str = ID,
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="公示截止日。"),
    contact: str = typer.Option(..., "--contact", help="异议受理的机构电话、地址。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """设定公示期。例：zwgk publication notice 编号 --until 2026-12-01 --contact 县财政局办公室 --as 张三"""
    do(c.SetNotice(id=id, until=until.date(), contact=contact), as_, agency, json_)


def objection(
    id: str = ID,
    objector: str = typer.Option(..., "--from", help="异议人。"),
    text: str = typer.Option(..., "--text", help="异议内容。"),
    contact: str = typer.Option("", "--contact", help="异议人联系方式。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记对公示的异议；内容加密保存。例：zwgk publication objection 编号 --from 某人 --text 分数有误 --as 张三"""
    command = c.RecordObjection(id=id, objector=objector, text=text, contact=contact)

    async def work(session: Session) -> c.ObjectionKept:
        return await session.ask(command, c.ObjectionKept, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("no", "异议序号")])


def answer(
    id: str = ID,
    no: int = typer.Argument(help="异议序号。"),
    text: str = typer.Option(..., "--text", help="答复。"),
    accepted: bool = typer.Option(False, "--accepted", help="异议成立。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """答复异议。例：zwgk publication answer 编号 1 --text 经复核无误 --as 张三 --agency czj"""
    do(c.AnswerObjection(id=id, no=no, accepted=accepted, answer=text), as_, agency, json_)


def conclude(
    id: str = ID,
    result: str = typer.Option(..., "--result", help="公示结果，将公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公示期满后登记结果。例：zwgk publication conclude 编号 --result 公示期内无异议 --as 王五"""
    do(c.ConcludeNotice(id=id, result=result), as_, agency, json_)

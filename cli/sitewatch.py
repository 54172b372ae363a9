"""`zwgk sitewatch`: the register of sites and accounts, probes, findings."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts import sitewatch as c
from contracts.base import Command, Done, Query, Reply
from contracts.readmodel.answers import ListViews, ViewPage
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)
SiteId = Annotated[str, typer.Argument(help="网站编号，如 999901-ZD-9999010001。")]
FindingId = Annotated[str, typer.Argument(help="问题编号，如 999901-WZ-2026-000001。")]
DONE = [("id", "编号"), ("state", "状态"), ("version", "版本")]


def _send(
    message: Command | Query, into: type[Reply], as_: str | None, agency: str, json_: bool, columns: Any = DONE
) -> None:
    async def work(session: Session) -> Reply:
        return await session.ask(message, into, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=columns)


def _read(file: Path) -> str:
    if not file.is_file():
        raise Refused("path_missing", "没有这个文件。", remedy="请核对路径。")
    return file.read_text(encoding="utf-8")


def _details(file: Path) -> c.SiteDetails:
    try:
        return c.SiteDetails.model_validate_json(_read(file))
    except ValueError:
        raise Refused(
            "bad_site", "网站信息不符合要求。", remedy="请按 zwgk contracts 中 SiteDetails 的字段更正。"
        ) from None


@app.command("register")
def register(
    file: Annotated[Path, typer.Argument(help="网站信息 JSON 文件。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记网站。例：zwgk sitewatch register site.json --as 张三"""

    async def work(session: Session) -> Done:
        return await session.ask(c.RegisterSite(site=_details(file)), Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=DONE)


@app.command("correct")
def correct(
    id: SiteId,
    file: Annotated[Path, typer.Argument(help="网站信息 JSON 文件。")],
    reason: Annotated[str, typer.Option(help="更正理由。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """更正网站信息和栏目。例：zwgk sitewatch correct 编号 site.json --reason 新增栏目 --as 张三"""

    async def work(session: Session) -> Done:
        message = c.CorrectSite(id=id, site=_details(file), reason=reason)
        return await session.ask(message, Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=DONE)


@app.command("status")
def status(
    id: SiteId,
    status: Annotated[c.SiteStatus, typer.Argument(help="运行状态。")],
    reason: Annotated[str, typer.Option(help="理由。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """变更网站运行状态。例：zwgk sitewatch status 编号 临时下线 --reason 改版 --as 张三"""
    _send(c.SetSiteStatus(id=id, status=status, reason=reason), Done, as_, agency, json_)


@app.command("sites")
def sites(as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """列出网站。例：zwgk sitewatch sites --json"""

    async def work(session: Session) -> list[dict[str, Any]]:
        page = await session.ask(ListViews(type="sitewatch.site"), ViewPage, as_=as_, agency=agency)
        return [{**view.record["details"], **view.record} for view in page.items]

    columns = [("id", "编号"), ("site_name", "网站"), ("home_url", "首页"), ("owner", "主办"), ("status", "状态")]
    show(run(work), json_=json_, columns=columns)


@app.command("probe")
def probe(id: SiteId, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """立即探测首页。例：zwgk sitewatch probe 999901-ZD-9999010001"""
    columns = [("id", "编号"), ("outcome", "结果"), ("status", "状态码"), ("milliseconds", "毫秒"), ("detail", "说明")]
    _send(c.ProbeNow(id=id), c.Probed, as_, agency, json_, columns)


@app.command("inspect")
def inspect(id: SiteId, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """数秒内开始检查栏目、链接、标识和标签。例：zwgk sitewatch inspect 999901-ZD-9999010001"""
    _send(c.InspectNow(id=id), c.Scheduled, as_, agency, json_, [("id", "编号"), ("at", "安排时间")])


@app.command("availability")
def availability(id: SiteId, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """近七日可用性。例：zwgk sitewatch availability 999901-ZD-9999010001"""
    columns = [("probes", "探测"), ("fails", "打不开"), ("share", "比例"), ("complete", "样本充足"),
               ("veto", "单项否决"), ("last", "最近结果")]  # fmt: skip
    _send(c.ShowAvailability(id=id), c.Availability, as_, agency, json_, columns)


@app.command("checks")
def checks(
    year: Annotated[int, typer.Option("--year", min=2008, max=2100, help="年度。")],
    quarter: Annotated[int, typer.Option("--quarter", min=1, max=4, help="季度，1 至 4。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """一个季度检查过的网站和账号。例：zwgk sitewatch checks --year 2026 --quarter 4"""

    async def work(session: Session) -> list[c.Looked]:
        query = c.CountChecks(year=year, quarter=quarter)
        return list((await session.ask(query, c.Checked, as_=as_, agency=agency)).looked)

    columns = [("id", "编号"), ("times", "次数"), ("first_on", "首次"), ("last_on", "最近")]
    show(run(work), json_=json_, columns=columns)


@app.command("findings")
def findings(
    all_: Annotated[bool, typer.Option("--all", help="含已办结。")] = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出问题；给出 --agency 时只列该机构的。例：zwgk sitewatch findings --json"""

    async def work(session: Session) -> list[dict[str, Any]]:
        query = ListViews(type="sitewatch.finding", agency=agency or None, open=None if all_ else True)
        page = await session.ask(query, ViewPage, as_=as_, agency=agency)
        return [view.record for view in page.items]

    columns = [("id", "编号"), ("indicator", "指标"), ("title", "问题"), ("severity", "性质"), ("state_label", "状态"),
               ("agency", "责任单位"), ("due_at", "期限")]  # fmt: skip
    show(run(work), json_=json_, columns=columns)


@app.command("confirm")
def confirm(
    id: FindingId,
    note: Annotated[str, typer.Option(help="说明。")] = "",
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """确认疑似问题。例：zwgk sitewatch confirm 999901-WZ-2026-000001 --as 张三"""
    _send(c.Confirm(id=id, note=note), Done, as_, agency, json_)


@app.command("reject")
def reject(
    id: FindingId,
    reason: Annotated[str, typer.Option(help="理由。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """驳回问题。例：zwgk sitewatch reject 999901-WZ-2026-000001 --reason 误报 --as 张三"""
    _send(c.Reject(id=id, reason=reason), Done, as_, agency, json_)


@app.command("fixed")
def fixed(
    id: FindingId,
    note: Annotated[str, typer.Option(help="整改情况。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """报告整改完成。例：zwgk sitewatch fixed 999901-WZ-2026-000001 --note 已补充内容 --as 李四 --agency bgs"""
    _send(c.ReportFixed(id=id, note=note), Done, as_, agency, json_)


@app.command("verify")
def verify(
    id: FindingId,
    note: Annotated[str, typer.Option(help="复核意见。")],
    fixed: Annotated[bool, typer.Option("--fixed/--not-fixed", help="是否已整改。")] = True,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """复核整改。例：zwgk sitewatch verify 999901-WZ-2026-000001 --fixed --note 已核 --as 王五"""
    _send(c.Verify(id=id, fixed=fixed, note=note), Done, as_, agency, json_)


@app.command("account")
def account(
    file: Annotated[Path, typer.Argument(help="账号信息 JSON 文件。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记或更新政务新媒体账号。例：zwgk sitewatch account account.json --as 张三"""

    async def work(session: Session) -> Done:
        try:
            details = c.AccountDetails.model_validate_json(_read(file))
        except ValueError:
            raise Refused(
                "bad_account", "账号信息不符合要求。", remedy="请按 zwgk contracts 中 AccountDetails 的字段更正。"
            ) from None
        return await session.ask(c.RegisterAccount(account=details), Done, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=DONE)


@app.command("seen")
def seen(
    id: Annotated[str, typer.Argument(help="账号编号，如 999901-ZH-000001。")],
    last_post_on: Annotated[datetime, typer.Option("--last-post-on", formats=["%Y-%m-%d"], help="最后更新日期。")],
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """记录账号最后更新日期。例：zwgk sitewatch seen 999901-ZH-000001 --last-post-on 2026-11-20"""
    _send(c.SeeAccount(id=id, last_post_on=last_post_on.date()), Done, as_, agency, json_)

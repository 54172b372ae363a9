"""`zwgk report quarterly`, `hotline`, … `clocks`: reports of the offices, and their way to publication."""

import base64
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.documents import chosen, day
from cli.options import REQUIRED, As, Json, taking
from cli.publication_files import send
from cli.session import Session, guarded, run, show
from contracts.base import Done
from contracts.publication import documents
from contracts.publication.record import Changes
from contracts.readmodel.answers import GetAnnualReport
from contracts.readmodel.reports import GetReport, ReportFile, ReportFormat, ReportName
from contracts.readmodel.terms import ReportReply
from kernel.refused import Refused

WAIT = 120.0
FORMATS: dict[str, ReportFormat] = {
    "text": "text", "json": "json", "html": "html", "xlsx": "xlsx", "docx": "docx",
}  # fmt: skip
ENDINGS = {".txt": "text", ".json": "json", ".html": "html", ".xlsx": "xlsx", ".docx": "docx"}
Year = Annotated[int, typer.Option("--year", min=2008, max=2100, help="年度。")]
Quarter = Annotated[int, typer.Option("--quarter", min=1, max=4, help="季度，1 至 4。")]
AnyQuarter = Annotated[int | None, typer.Option("--quarter", min=1, max=4, help="季度，1 至 4。")]
Month = Annotated[int | None, typer.Option("--month", min=1, max=12, help="月份。")]
Scope = Annotated[str, typer.Option("--agency", help="单位的机构代码；不填为全区域。")]
Site = Annotated[str, typer.Option("--site", help="网站编号或标识码；只有一个门户网站时可不填。")]
AsOf = Annotated[
    datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="截至哪一天的状况；默认今天。"),
]
Public = Annotated[bool, typer.Option("--public", help="公开版：不列事项，不列可能指向个人的小数。")]
Format = Annotated[str, typer.Option("--format", help="text、json、html、xlsx、docx；默认按文件后缀，否则 text。")]
Out = Annotated[Path | None, typer.Option("-o", "--out", help="写入文件；xlsx、docx 必填。")]
PUBLISHABLE = ("quarterly", "hotline", "opinion", "site", "site-year", "scoreboard", "progress", "annual")


TABLES: dict[str, tuple[Any, Any]] = {
    "agency": (Scope, ""),
    "as_of": (AsOf, None),
    "month": (Month, None),
    "public": (Public, False),
    "quarter": (AnyQuarter, None),
    "quarter!": (Quarter, REQUIRED),
    "site": (Site, ""),
    "table": (Annotated[str, typer.Option("--table", help="只看一张任务分工表的编号。")], ""),
    "type": (Annotated[str, typer.Option("--type", help="记录类型，如 supervision.task。")], "supervision.task"),
    "working_days": (
        Annotated[int, typer.Option("--working-days", min=1, max=60, help="今后多少个工作日。")],
        10,
    ),
    "year": (Year, REQUIRED),
}
"""Options of the reports; `!` marks one that the report cannot do without."""
REPORTS: tuple[tuple[ReportName, str, str], ...] = (
    (
        "quarterly",
        "year quarter! agency as_of public",
        "依申请公开季度分析。例：zwgk report quarterly --year 2026 --quarter 3 -o 分析.docx",
    ),
    (
        "hotline",
        "year month quarter agency as_of public",
        "热线通报。例：zwgk report hotline --year 2026 --month 10 -o 通报.html",
    ),
    (
        "opinion",
        "year month quarter as_of public",
        "政务舆情通报。例：zwgk report opinion --year 2026 --quarter 3 -o 舆情.docx",
    ),
    (
        "site",
        "year quarter! agency as_of public",
        "网站与政务新媒体检查通报。例：zwgk report site --year 2026 --quarter 3 -o 检查.html",
    ),
    (
        "scoreboard",
        "year quarter month agency as_of",
        "各单位情况表。例：zwgk report scoreboard --year 2026 --quarter 3 -o 情况表.xlsx",
    ),
    ("overdue", "agency as_of", "各单位逾期事项清单。例：zwgk report overdue --agency jtj -o 逾期.docx"),
    ("progress", "agency as_of type table", "工作台账进展。例：zwgk report progress -o 进展.html"),
    (
        "clocks",
        "agency as_of working_days",
        "时限看板：各类工作在今后十个工作日内到期的时限。例：zwgk report clocks -o 看板.html",
    ),
)
SITE_YEAR: tuple[ReportName, str, str] = (
    "site-year",
    "year site as_of",
    "政府网站工作年度报表；其余各项用 zwgk report figures 申报。例：zwgk report site-year --year 2026",
)


def _command(name: ReportName, options: str, said: str) -> Callable[..., None]:
    """The command that makes one report."""

    @taking({each.rstrip("!"): TABLES[each] for each in options.split()})
    def command(given: dict[str, Any], format_: Format = "", out: Out = None, json_: Json = False) -> None:
        until = {"as_of": day(given.pop("as_of"))} if "as_of" in given else {}
        _made(name, format_, out, json_, **given, **until)

    command.__doc__ = said
    return command


def _made(name: ReportName, format_: str, out: Path | None, json_: bool, **options: Any) -> None:
    ending = ENDINGS.get(out.suffix.lower(), "text") if out else "text"
    kind = chosen("json" if json_ else format_ or ending, FORMATS, "format")
    query = GetReport(report=name, format=kind, **options)

    async def work(session: Session) -> ReportFile:
        return await session.ask(query, ReportFile, timeout=WAIT)

    reply = run(work)
    content = content_of(reply)
    guarded(lambda: write(f"{reply.title}\n".encode() + content if kind == "text" else content, kind, out))
    for each in reply.incomplete:
        sys.stderr.write(f"! {each}\n")


def content_of(reply: ReportFile) -> bytes:
    """The file, or the report as JSON."""
    return base64.b64decode(reply.file) if reply.file else as_json(reply.data)


def as_json(report: Mapping[str, Any]) -> bytes:
    return (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode()


def write(content: bytes, kind: str, out: Path | None) -> None:
    """To a file, or text to the screen."""
    if out is not None:
        try:
            out.write_bytes(content)
        except OSError:
            raise Refused("out_unwritable", "无法写入该文件。", field="out", remedy="请核对路径和权限。") from None
        typer.echo(f"✓ 已写入 {out.name}")
    elif kind in ("docx", "xlsx"):
        raise Refused("out_missing", "该格式需要指定文件。", field="out", remedy=f"请加 -o 报表.{kind}。")
    else:
        sys.stdout.write(content.decode())


def publish(
    name: str = typer.Argument(help=f"报表：{'、'.join(PUBLISHABLE)}。"),
    issuer: str = typer.Option(..., "--issuer", help="发布机构代码，也是起草人所在机构。"),
    year: int = typer.Option(None, "--year", min=2008, max=2100, help="年度。"),
    quarter: AnyQuarter = None,
    month: Month = None,
    of: str = typer.Option("", "--of", help="报表只看这个单位，机构代码。"),
    site: Site = "",
    edition: int = typer.Option(None, "--edition", min=1, help="annual：已定稿的第几版；默认最后一版。"),
    as_: As = None,
    json_: Json = False,
) -> None:
    """以报表起草文件，之后仍由人审批。例：zwgk report publish quarterly --year 2026 --quarter 3 --issuer bgs"""
    kind = chosen(name, {each: each for each in PUBLISHABLE}, "name")

    async def work(session: Session) -> Done:
        if kind == "annual":
            made = await _annual(session, year, of, edition)
        else:
            given = {"year": year, "quarter": quarter, "month": month, "agency": of, "site": site}
            made = await _bulletin(session, kind, given)
        return await _drafted(session, made, issuer, as_, json_)

    show(run(work), json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


@dataclass(frozen=True)
class Draft:
    """What is drafted: a title, a text, a category, the report itself as a file."""

    title: str
    text: str
    category: str
    docx: bytes


async def _bulletin(session: Session, name: Any, given: dict[str, Any]) -> Draft:
    """The public edition of a report whose time is over."""

    async def asked(format_: ReportFormat) -> ReportFile:
        query = GetReport(report=name, format=format_, public=True, **given)
        return await session.ask(query, ReportFile, timeout=WAIT)

    text = await asked("text")
    if text.incomplete:
        raise Refused(
            "report_incomplete", f"报表尚不完整，不能公开：{''.join(text.incomplete)}", remedy="请补齐，或待期间结束。"
        )
    return Draft(text.title, content_of(text).decode(), "工作动态", content_of(await asked("docx")))


async def _annual(session: Session, year: int | None, of: str, edition: int | None) -> Draft:
    """An issued edition of the annual report, as it was frozen; a draft of one is refused."""
    if year is None:
        raise Refused("year_missing", "没有说明年度。", field="year", remedy="请加 --year。")
    query = GetAnnualReport(year=year, agency=of, edition=edition, issued=True, format="docx")
    reply = await session.ask(query, ReportReply, timeout=WAIT)
    report = reply.report
    title = f"{report['agency']}{year}年政府信息公开工作年度报告"
    parts = [f"{name}\n{words}" for name, words in report["parts"].items()]
    text = "\n".join([*parts, "表格见附件。"])
    return Draft(title, text, "计划总结", base64.b64decode(reply.file or ""))


async def _drafted(session: Session, made: Draft, issuer: str, as_: str | None, quiet: bool) -> Done:
    """Draft by publication's own commands, with the report attached. The same report again is the same draft."""
    command = documents.Draft(
        title=made.title,
        issuers=(issuer,),
        text=made.text,
        details=Changes(category=made.category, genre="报告"),
    )
    key = f"report:{issuer}:{hashlib.sha256((made.title + made.text).encode()).hexdigest()}"
    done = await session.ask(command, Done, as_=as_, agency=issuer, key=key)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{made.title[:60]}.docx"
        path.write_bytes(made.docx)
        return await send(session, done.id, path, len(made.docx), as_, issuer, quiet)


def register(app: typer.Typer) -> None:
    """Add the commands to those of `zwgk report`."""
    for name, options, said in REPORTS:
        app.command(name)(_command(name, options, said))
    app.command()(publish)
    app.command("site-year")(_command(*SITE_YEAR))

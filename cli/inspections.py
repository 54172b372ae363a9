"""`zwgk publication inspection`: random draws that anyone can repeat, and the results of inspections."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from cli.documents import do
from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from contracts.publication import inspection as c
from kernel.refused import Refused
from services.publication.inspection.drawing import Lists, commit, digest_of, draw

app = typer.Typer(help="双随机、一公开：确定名单、随机抽取、公布结果、核验。", no_args_is_help=True)
DRAW = typer.Argument(help="抽取编号。")
LIST = [
    ("id", "编号"),
    ("title", "抽查"),
    ("agency", "机构"),
    ("state", "状态"),
    ("wanted", "抽取数"),
    ("subjects", "对象数"),
]


class Proof(BaseModel):
    """All that one needs to repeat a draw: the record as it was published, and the lists."""

    model_config = ConfigDict(extra="forbid")
    draw: c.Draw
    lists: tuple[str, ...]


@app.command("open")
def open_(
    matter: str = typer.Argument(help="随机抽查事项清单中的事项编号。"),
    title: str = typer.Option(..., "--title", help="本次抽查的名称。"),
    agencies: list[str] = typer.Option(..., "--from", help="使用名录库的机构，首个为牵头；多个为联合抽查。"),
    inspect_by: datetime = typer.Option(..., "--inspect-by", formats=["%Y-%m-%d"], help="检查完成日期。"),
    percent: float = typer.Option(None, "--percent", help="抽查比例（%）。"),
    count: int = typer.Option(None, "--count", min=1, max=c.MAX_DRAWN, help="抽查数量；与比例填一项。"),
    categories: list[str] = typer.Option([], "--category", help="行业类别；不填为全部。"),
    per_subject: int = typer.Option(2, "--per-subject", min=1, max=5, help="每个对象的检查人员数。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """确定名单和种子，公布其摘要。例：zwgk publication inspection open 事项编号 --title 抽查 --from scj --percent 5"""
    command = c.OpenDraw(
        matter=matter,
        title=title,
        agencies=tuple(agencies),
        categories=tuple(categories),
        percent=percent,
        count=count,
        per_subject=per_subject,
        inspect_by=inspect_by.date(),
    )
    do(command, as_, agency, json_)


@app.command("draw")
def draw_(
    id: str = DRAW,
    value: str = typer.Option("", "--public-value", help="确定名单时尚不可知的公共数值，如当日彩票开奖号码。"),
    source: str = typer.Option("", "--public-source", help="公共数值的出处。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """由另一人执行抽取，同时公布种子。例：zwgk publication inspection draw 抽取编号 --as 王监督 --agency scj"""
    do(c.CarryOutDraw(id=id, public_value=value, public_source=source), as_, agency, json_)


@app.command("void")
def void(
    id: str = DRAW,
    reason: str = typer.Option(..., "--reason", help="理由，将公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """抽取之前作废，理由和种子一并公开。例：zwgk publication inspection void 抽取编号 --reason 名录库有误"""
    do(c.VoidDraw(id=id, reason=reason), as_, agency, json_)


@app.command("result")
def result(
    id: str = DRAW,
    subject: str = typer.Argument(help="对象编号。"),
    outcome: str = typer.Argument(help="未发现问题、发现问题已责令改正、发现问题待后续处理、未能检查。"),
    inspected_on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="检查日期。"),
    found: str = typer.Option("", "--found", help="发现的问题或未能检查的原因。"),
    penalty: str = typer.Option(None, "--penalty", help="行政处罚公示事项编号。"),
    credit: str = typer.Option(None, "--credit", help="失信惩戒信息公示事项编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布检查结果。例：zwgk publication inspection result 抽取编号 对象编号 未发现问题 --on 2026-12-01"""
    given = {"subject": subject, "inspected_on": inspected_on.date(), "outcome": outcome, "found": found}
    read = guarded(lambda: _result(given | {"penalty": penalty, "credit": credit}))
    do(c.RecordResults(id=id, results=(read,)), as_, agency, json_)


def _result(given: dict[str, Any]) -> c.InspectionResult:
    try:
        return c.InspectionResult.model_validate(given)
    except ValidationError:
        words = "未发现问题、发现问题已责令改正、发现问题待后续处理、未能检查"
        raise Refused("unknown_word", "检查结果不认识。", field="outcome", remedy=f"可用：{words}。") from None


@app.command("list")
def list_(of: str = typer.Option(None, "--of", help="牵头机构代码。"), json_: Json = False) -> None:
    """历次抽取。例：zwgk publication inspection list"""
    found = run(lambda session: session.ask(c.ListDraws(agency=of), c.DrawPage))
    show(found if json_ else list(found.draws), json_=json_, columns=LIST)


@app.command("show")
def show_(id: str = DRAW, json_: Json = False) -> None:
    """查看一次抽取及结果。例：zwgk publication inspection show 999901-CC-2026-000001"""
    found = run(lambda session: session.ask(c.GetDraw(id=id), c.DrawFound)).record
    if json_:
        show(found, json_=True)
        return
    rows = [each.model_dump() | {"outcome": each.result.outcome if each.result else "待公布"} for each in found.drawn]
    columns = [("subject", "对象编号"), ("name", "名称"), ("inspectors", "检查人员"), ("outcome", "结果")]
    show(rows, json_=False, columns=columns, title=f"{found.title}（{found.state}）承诺值 {found.commitment}")


@app.command("export")
def export(id: str = DRAW, path: Path = typer.Argument(help="写到这个文件（JSON）。")) -> None:
    """下载核验所需的全部内容。例：zwgk publication inspection export 抽取编号 抽取.json"""

    async def work(session: Session) -> Proof:
        record = (await session.ask(c.GetDraw(id=id), c.DrawFound)).record
        lines: list[str] = []
        after: int | None = 0
        while after is not None:
            page = await session.ask(c.GetDrawList(id=id, after=after), c.DrawListPage)
            lines += page.lines
            after = page.next
        return Proof(draw=record, lists=tuple(lines))

    proof = run(work)
    path.write_text(proof.model_dump_json(indent=1), encoding="utf-8")
    typer.echo(f"✓ 已写入 {path.name}")


@app.command("verify")
def verify(path: Path = typer.Argument(help="export 下载的文件。"), json_: Json = False) -> None:
    """离线核验：名单、种子与公布的摘要一致，结果可以重现。例：zwgk publication inspection verify 抽取.json"""
    checks = verified(guarded(lambda: _proof(path)))
    show(
        [{"check": name, "holds": holds} for name, holds in checks],
        json_=json_,
        columns=[("check", "核验"), ("holds", "相符")],
    )
    if not all(holds for _, holds in checks):
        raise typer.Exit(1)


def verified(proof: Proof) -> list[tuple[str, bool]]:
    """What was checked, and whether it holds; needs nothing but the publication."""
    record = proof.draw
    if record.seed is None:
        return [("名单与公布的摘要相符", digest_of(proof.lists) == record.lists_sha256), ("种子已公布", False)]
    lists = guarded(lambda: Lists.read(proof.lists))
    again = draw(lists, record.seed, record.public_value, record.wanted, record.per_subject)
    drawn = [(each.subject, each.inspectors) for each in record.drawn]
    return [
        ("名单与公布的摘要相符", digest_of(proof.lists) == record.lists_sha256),
        ("种子与抽取前公布的承诺值相符", commit(record.seed) == record.commitment),
        ("抽取结果可以重现", record.state == "voided" or [(each.subject, each.inspectors) for each in again] == drawn),
    ]


def _proof(path: Path) -> Proof:
    try:
        return Proof.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        raise Refused(
            "no_proof", "文件不能读取。", field=path.name, remedy="请用 inspection export 重新下载。"
        ) from None

"""`zwgk publication explain`, `question`, `decline`, `doubted`, `explanations`, `compare`: 政策解读, versions."""

from datetime import datetime

import typer

from cli.documents import ID, chosen, do
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts.publication import doubts
from contracts.publication import explaining as c
from contracts.publication.comparing import CompareVersions, Comparison
from contracts.publication.record import Explanation, Raised

RAISED = {each.value: each for each in Raised} | {each.name.lower(): each for each in Raised}
MARKS = {"same": "  ", "removed": "- ", "added": "+ "}


def explain(
    id: str = ID,
    form: str = typer.Option(..., "--form", help="形式：图解、音视频、问答、新闻发布会……"),
    interpreter: str = typer.Option(..., "--interpreter", help="解读人的公务身份，如 县财政局局长。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="解读日期。"),
    lead: bool = typer.Option(False, "--lead", help="单位主要负责人（第一解读人）本人解读。"),
    unit: str = typer.Option("", "--unit", help="解读单位的机构代码，默认为主办单位。"),
    element: list[str] = typer.Option([], "--element", help="解读内容：背景依据、目标任务……可多次给出。"),
    material: str = typer.Option(None, "--material", help="解读材料的文件编号。"),
    answers: list[int] = typer.Option([], "--answers", help="所回应疑问的序号，可多次给出。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记一次解读。例：zwgk publication explain 编号 --form 问答 --interpreter 县财政局局长 --on 2026-11-23 --lead"""
    explanation = Explanation(
        on=on.date(),
        form=form,
        interpreter=interpreter,
        lead=lead,
        agency=unit,
        elements=tuple(element),
        material=material,
        answers=tuple(answers),
    )
    do(c.RecordExplanation(id=id, explanation=explanation), as_, agency, json_)


def question(
    id: str = ID,
    source: str = typer.Option(..., "--source", help="征求意见、热线、网络、其他。"),
    point: str = typer.Option(..., "--point", help="不理解的地方，不写个人信息。"),
    reference: str = typer.Option("", "--reference", help="工单、舆情或征求意见的编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记对政策的疑问，等待二次解读。例：zwgk publication question 编号 --source 热线 --point 补贴标准看不懂"""
    said = chosen(source, RAISED, "source")
    do(c.RaiseQuestion(id=id, source=said, reference=reference, point=point), as_, agency, json_)


def decline(
    id: str = ID,
    no: int = typer.Option(..., "--no", min=1, help="疑问的序号。"),
    reason: str = typer.Option(..., "--reason", help="不再解读的理由，将告知提出疑问的单位。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """说明不再解读的理由。例：zwgk publication decline 编号 --no 1 --reason 原解读第三问已经说明"""
    do(doubts.DeclineQuestion(id=id, no=no, reason=reason), as_, agency, json_)


def doubted(
    unit: str = typer.Option("", "--unit", help="只列这个主办单位的文件。"),
    json_: Json = False,
) -> None:
    """列出有疑问待解读的文件，按疑问多少排列。例：zwgk publication doubted --unit czj"""

    async def work(session: Session) -> doubts.DoubtedDocuments:
        return await session.ask(doubts.ListDoubted(agency=unit), doubts.DoubtedDocuments)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    rows = [
        {**each.model_dump(), "sources": "、".join(f"{source}{count}" for source, count in each.by_source.items())}
        for each in found.documents
    ]
    columns = [("id", "编号"), ("title", "文件"), ("agency", "主办单位"), ("doubts", "疑问"), ("sources", "来源")]
    show(rows, json_=False, columns=[*columns, ("unread", "未查看的网上提问"), ("since", "最早")])


def explanations(
    year: int = typer.Option(..., "--year", help="年度。"),
    json_: Json = False,
) -> None:
    """各单位的解读次数，主要负责人还应解读几次。例：zwgk publication explanations --year 2026"""

    async def work(session: Session) -> c.ExplanationCounts:
        return await session.ask(c.CountExplanations(year=year), c.ExplanationCounts)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    columns = [
        ("name", "单位"),
        ("explanations", "解读"),
        ("by_lead", "主要负责人"),
        ("owed", "每年应"),
        ("left", "还欠"),
    ]
    show(list(found.units), json_=False, columns=columns, title=f"{year}年，截至 {found.as_of}")


def compare(
    id: str = ID,
    version: int = typer.Option(1, "--version", min=1, help="第几个更正前的版本，从 1 起，最早的在前。"),
    json_: Json = False,
) -> None:
    """比较更正前后的正文：- 为删去，+ 为新增。例：zwgk publication compare 编号 --version 1"""

    async def work(session: Session) -> Comparison:
        return await session.ask(CompareVersions(id=id, version=version), Comparison)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    typer.echo(f"更正理由：{found.reason}")
    for line in found.lines:
        typer.echo(MARKS[line.change] + line.text)
    if not found.complete:
        typer.echo("（过长，只列出前面部分；请分别下载两个版本比较。）")

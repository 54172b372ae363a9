"""`zwgk publication comments`: opinions of the public on matters of decision and work ledgers."""

from datetime import datetime

import typer

from cli.documents import chosen, do
from cli.options import Agency, As, Json
from cli.publication_decisions import FORMS, Secrecy, act
from cli.session import Session, guarded, run, show
from cli.tickets import made
from contracts.publication import comments as c
from contracts.publication.doubts import RaiseCommentDoubt
from kernel.refused import Refused

app = typer.Typer(help="公众意见：登记、查阅、答复采纳与否、公布采纳情况。", no_args_is_help=True)
TARGET = typer.Argument(help="决策事项或工作台账的编号。")
MAX_RANGE = 20_000
"""Opinions of one range."""
ADOPTIONS = {each.value: each for each in c.Adoption}


@app.command("add")
def add(
    id: str = TARGET,
    form: str = typer.Argument(help="书面征求意见、听证会、座谈会、新媒体……"),
    text: str = typer.Option(..., "--text", help="意见原文，加密保存。"),
    name: str = typer.Option("", "--name", help="提出人，可不填。"),
    contact: str = typer.Option("", "--contact", help="联系方式，可不填。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记以其他方式收到的意见。例：zwgk publication comments add 编号 座谈会 --text 建议扩大范围 --as 张三"""
    given = {"id": id, "form": chosen(form, FORMS, "form"), "text": text, "name": name, "contact": contact}
    command = guarded(lambda: made(c.RecordComment, given))

    async def work(session: Session) -> c.CommentKept:
        return await session.ask(command, c.CommentKept, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("id", "编号"), ("no", "意见序号")])


@app.command("doubt")
def doubt(
    id: str = TARGET,
    no: int = typer.Argument(help="意见序号。"),
    point: str = typer.Option(..., "--point", help="不理解的地方，用自己的话写，不写个人信息。"),
    document: str = typer.Option("", "--document", help="文件编号、发文字号或者索引号；征求意见的，默认为决策草案。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """意见是看不懂文件的，转为政策疑问。例：zwgk publication comments doubt 编号 3 --point 第五条的面积怎样计算"""
    given = {"id": id, "no": no, "document": document, "point": point}
    do(guarded(lambda: made(RaiseCommentDoubt, given)), as_, agency, json_)


@app.command("answer")
def answer(
    id: str = TARGET,
    adoption: str = typer.Argument(help="采纳、部分采纳、不采纳。"),
    nos: list[str] = typer.Argument(help="意见序号，同样的意见一并答复；连续的可写 3-500。"),
    summary: str = typer.Option(..., "--summary", help="意见概要，将公开，不写姓名。"),
    reason: str = typer.Option("", "--reason", help="未采纳或部分采纳的理由，将公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """提出采纳结论。例：zwgk publication comments answer 编号 不采纳 2 5-300 --summary 提高标准 --reason 财力不足"""
    wanted = chosen(adoption, ADOPTIONS, "adoption")
    given = {"id": id, "summary": summary, "adoption": wanted, "reason": reason}
    listed = guarded(lambda: _numbers(nos))
    parts = [listed[first : first + c.COMMENTS] for first in range(0, len(listed), c.COMMENTS)]
    commands = guarded(lambda: [made(c.AnswerComments, given | {"nos": part}) for part in parts])

    async def work(session: Session) -> c.CommentsAnswered:
        done = 0
        for command in commands:
            try:
                reply = await session.ask(command, c.CommentsAnswered, as_=as_, agency=agency)
            except Refused as refused:
                raise _after(done, command.nos[0], refused) from refused
            done += reply.answered
        return reply.model_copy(update={"answered": done})

    show(run(work), json_=json_, columns=[("id", "编号"), ("answered", "已答复"), ("left", "还没有结论")])


def _numbers(given: list[str]) -> list[int]:
    """`2 5-7` is 2, 5, 6, 7."""
    numbers: dict[int, None] = {}
    for word in given:
        first, dash, last = word.partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True)):
            raise Refused("not_a_number", "意见序号须是数字。", field="nos", remedy="请写成 2 5 9 或者 3-500。")
        begin, end = int(first), int(last or first)
        if not begin <= end < begin + MAX_RANGE:
            remedy = f"请由小到大填写，一段不超过 {MAX_RANGE} 条。"
            raise Refused("not_a_range", "意见序号的起止不对。", field="nos", remedy=remedy)
        numbers |= dict.fromkeys(range(begin, end + 1))
    return list(numbers)


def _after(done: int, first: int, refused: Refused) -> Refused:
    """What of a long list was answered before the refusal; to say it again does no harm."""
    if not done:
        return refused
    remedy = f"{refused.remedy}前面的 {done} 条已经答复，从第 {first} 条起重新填写。"
    return Refused(refused.code, refused.message, field=refused.field, remedy=remedy)


@app.command("publish")
def publish(
    id: str = TARGET,
    note: str = typer.Option("", "--note", help="采纳情况的说明，将公开。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布意见采纳情况。例：zwgk publication comments publish 编号 --secrecy --as 王五"""
    act(c.PublishFeedback, as_, agency, json_, id=id, note=note, secrecy=secrecy)


@app.command("erase")
def erase(
    id: str = TARGET,
    on: datetime = typer.Option(..., "--handed-over", formats=["%Y-%m-%d"], help="移交档案的日期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """满保存期后销毁公众意见、公示异议和撤下封存的原件。

    例：zwgk publication comments erase 编号 --handed-over 2028-01-10"""
    command = guarded(lambda: made(c.EraseComments, {"id": id, "handed_over_on": on.date()}))

    async def work(session: Session) -> c.CommentsErasedReply:
        return await session.ask(command, c.CommentsErasedReply, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=[("id", "编号"), ("papers", "已销毁份数")])


@app.command("list")
def list_(
    id: str = TARGET,
    unanswered: bool = typer.Option(False, "--unanswered", help="只看还没有结论的。"),
    after: int = typer.Option(0, "--after", help="从哪个序号之后列起。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出意见和结论，不含原文。例：zwgk publication comments list 编号 --unanswered"""

    async def work(session: Session) -> c.CommentPage:
        query = c.ListComments(id=id, unanswered=unanswered, after=after)
        return await session.ask(query, c.CommentPage, as_=as_, agency=agency)

    page = run(work)
    if json_:
        show(page, json_=True)
        return
    columns = [("no", "序号"), ("form", "方式"), ("received_on", "收到"), ("adoption", "结论"), ("summary", "概要")]
    title = f"共 {page.total} 条，{page.left} 条没有结论{f'；下一页加 --after {page.next}' if page.next else ''}"
    show(list(page.items), json_=False, columns=[*columns, ("reason", "理由")], title=title)


@app.command("read")
def read(
    id: str = TARGET,
    no: int = typer.Argument(help="意见序号。"),
    purpose: str = typer.Option(..., "--purpose", help="查阅事由，将留痕。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """查阅一条意见原文。例：zwgk publication comments read 编号 1 --purpose 整理意见 --as 张三 --agency zrzyj"""
    query = guarded(lambda: made(c.ReadComment, {"id": id, "no": no, "purpose": purpose}))

    async def work(session: Session) -> c.CommentContent:
        return await session.ask(query, c.CommentContent, as_=as_, agency=agency)

    columns = [("no", "序号"), ("form", "方式"), ("name", "提出人"), ("contact", "联系方式"), ("text", "意见")]
    show(run(work), json_=json_, columns=columns)

"""`zwgk opinion`: posts in, events handled."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts import opinion as c
from contracts.base import Done, Reply
from contracts.readmodel.answers import ListViews, ViewPage
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)
Id = Annotated[str, typer.Argument(help="事件编号，如 999901-YQ-2026-000001。")]
Reason = Annotated[str, typer.Option("--reason", help="理由，不含个人信息。")]
BATCH_BYTES = 120_000


def _send(message: Any, into: type[Reply], as_: str | None, agency: str, json_: bool, columns: Any = ()) -> None:
    async def work(session: Session) -> Reply:
        return await session.ask(message, into, as_=as_, agency=agency)

    show(run(work), json_=json_, columns=columns or [("id", "编号"), ("state", "状态"), ("version", "版本")])


def _batches(path: Path) -> list[tuple[c.Post, ...]]:
    """Posts of a JSON-lines file, in batches that the bus carries."""
    batches: list[list[c.Post]] = [[]]
    size = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            post = c.Post.model_validate_json(line)
        except ValueError:
            raise Refused(
                "bad_line", f"第 {number} 行不是有效的帖文。", remedy="请按 zwgk contracts 中 Post 的字段更正。"
            ) from None
        size += len(line.encode())
        if size > BATCH_BYTES or len(batches[-1]) == 200:
            batches.append([])
            size = len(line.encode())
        batches[-1].append(post)
    return [tuple(batch) for batch in batches if batch]


@app.command("ingest")
def ingest(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON Lines 文件，一行一帖。")],
           as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """导入帖文。例：zwgk opinion ingest posts.jsonl --as 张三"""

    async def work(session: Session) -> dict[str, Any]:
        replies = [await session.ask(c.IngestPosts(posts=batch), c.Ingested, as_=as_, agency=agency)
                   for batch in _batches(file)]  # fmt: skip
        refused = [one.model_dump() for reply in replies for one in reply.refused]
        taken, known = (sum(getattr(reply, name) for reply in replies) for name in ("taken", "known"))
        return {"taken": taken, "known": known, "refused": refused}

    show([run(work)], json_=json_, columns=[("taken", "新增"), ("known", "已有"), ("refused", "未收")])


@app.command("list")
def list_events(agency: Agency = "", all_: Annotated[bool, typer.Option("--all", help="含已办结。")] = False,
                as_: As = None, json_: Json = False) -> None:  # fmt: skip
    """列出舆情事件。例：zwgk opinion list --json"""

    async def work(session: Session) -> list[dict[str, Any]]:
        query = ListViews(type="opinion.event", agency=agency or None, open=None if all_ else True)
        page = await session.ask(query, ViewPage, as_=as_, agency=agency)
        return [view.record for view in page.items]

    columns = [("id", "编号"), ("title", "事件"), ("level", "级别"), ("posts", "帖文"), ("heat", "热度"),
               ("state_label", "状态"), ("agency", "回应主体"), ("due_at", "期限")]  # fmt: skip
    show(run(work), json_=json_, columns=columns)


@app.command("heat")
def heat(id: Id, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """事件此刻的热度。例：zwgk opinion heat 999901-YQ-2026-000001"""
    columns = [("id", "编号"), ("posts", "帖文"), ("texts", "去重后"), ("heat", "热度"), ("level", "级别")]
    _send(c.ShowHeat(id=id), c.HeatState, as_, agency, json_, columns)


@app.command("posts")
def posts(id: Id, purpose: Annotated[str, typer.Option(help="查看目的，记入审计。")],
          as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """查看事件的帖文，留痕。例：zwgk opinion posts 999901-YQ-2026-000001 --purpose 研判"""

    async def work(session: Session) -> list[dict[str, Any]]:
        read = await session.ask(c.ReadPosts(id=id, purpose=purpose), c.PostList, as_=as_, agency=agency)
        return [post.model_dump(mode="json") for post in read.posts]

    columns = [("source", "来源"), ("posted_at", "时间"), ("copies", "同文"), ("text", "内容")]
    show(run(work), json_=json_, columns=columns)


@app.command("open")
def open_event(title: Annotated[str, typer.Option(help="标题，不含个人信息。")],
               place: Annotated[str, typer.Option(help="地点。")] = "",
               subject: Annotated[str, typer.Option(help="主题代码，如 water。")] = "",
               as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """人工立为事件。例：zwgk opinion open --title 样桥镇停水情况 --place 样桥镇 --subject water --as 张三"""
    _send(c.OpenEvent(title=title, place=place, subject=subject), Done, as_, agency, json_)


@app.command("assess")
def assess(id: Id, handling: Annotated[c.Handling, typer.Option(help="处置类别。")], reason: Reason,
           focus: Annotated[c.Focus | None, typer.Option(help="监测重点。")] = None,
           as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """研判。例：zwgk opinion assess 999901-YQ-2026-000001 --handling 实际困难 --reason 群众反映供水 --as 张三"""
    _send(c.Assess(id=id, handling=handling, focus=focus, reason=reason), Done, as_, agency, json_)


@app.command("declare")
def declare(id: Id, emergency: Annotated[c.Emergency, typer.Option(help="突发事件级别。")], reason: Reason,
            as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """认定突发事件，起算5小时和24小时。例：zwgk opinion declare 编号 --emergency 重大突发事件 --reason 塌方"""
    _send(c.Declare(id=id, emergency=emergency, reason=reason), Done, as_, agency, json_)


@app.command("assign")
def assign(id: Id, lead: Annotated[str, typer.Option(help="回应主体的机构代码。")], reason: Reason,
           co: Annotated[list[str] | None, typer.Option(help="配合单位，可多次。")] = None,
           as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """明确回应主体。例：zwgk opinion assign 999901-YQ-2026-000001 --lead zjj --co yqz --reason 主管部门"""
    _send(c.Assign(id=id, lead=lead, co_agencies=tuple(co or ()), reason=reason), Done, as_, agency, json_)


@app.command("level")
def level(id: Id, level: Annotated[c.Level, typer.Option(help="预警级别。")], reason: Reason,
          as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """人工定级。例：zwgk opinion level 999901-YQ-2026-000001 --level 较大 --reason 研判意见"""
    _send(c.SetLevel(id=id, level=level, reason=reason), Done, as_, agency, json_)


@app.command("respond")
def respond(id: Id, speaker: Annotated[str, typer.Option(help="发言人。")],
            causes: Annotated[str, typer.Option(help="成因。")],
            solution: Annotated[str, typer.Option(help="解决方案。")],
            constraints: Annotated[str, typer.Option(help="制约因素。")],
            duty: Annotated[c.Duty, typer.Option(help="回应任务。")] = c.Duty.ANSWER,
            document: Annotated[str | None, typer.Option(help="已发布信息的编号。")] = None,
            url: Annotated[str, typer.Option(help="已发布信息的网址。")] = "",
            as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """记录已公开的回应。例：zwgk opinion respond 编号 --speaker 局长 --causes … --solution … --constraints … --url …"""
    message = c.Respond(id=id, duty=duty, document=document, url=url, speaker=speaker, causes=causes,
                        solution=solution, constraints=constraints)  # fmt: skip
    _send(message, Done, as_, agency, json_)


@app.command("doubt")
def doubt(id: Id, document: Annotated[str, typer.Option(help="文件编号、发文字号或者索引号。")],
          point: Annotated[str, typer.Option(help="网民不理解的地方，用自己的话写，不写个人信息。")],
          as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """认识模糊或者错误看法涉及政策的，转请二次解读。例：zwgk opinion doubt 编号 --document 文号 --point 补贴对象"""
    _send(c.RaiseEventDoubt(id=id, document=document, point=point), Done, as_, agency, json_)


@app.command("dismiss")
def dismiss(id: Id, reason: Reason, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """不予处置。例：zwgk opinion dismiss 999901-YQ-2026-000001 --reason 与本地无关"""
    _send(c.Dismiss(id=id, reason=reason), Done, as_, agency, json_)


@app.command("close")
def close(id: Id, result: Annotated[str, typer.Option(help="办结情况。")],
          as_: As = None, agency: Agency = "", json_: Json = False) -> None:  # fmt: skip
    """办结。例：zwgk opinion close 999901-YQ-2026-000001 --result 已回应并整改"""
    _send(c.Close(id=id, result=result), Done, as_, agency, json_)

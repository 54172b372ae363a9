"""Tickets that come by a file: emitted as an outside system would, or taken in from a table."""

import asyncio
import csv
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import nats
import nats.errors
import typer
from pydantic import BaseModel, ValidationError

from chassis.credentials import Credentials
from chassis.rpc import invalid
from cli import place
from cli.session import DATA, Session, guarded, run, show
from contracts import hotline as c
from kernel.clock import CST
from kernel.refused import Refused

M = TypeVar("M", bound=BaseModel)
ANSWER_SECONDS = 10
WORDS = ("ticket_no", "received_at", "occurred_at", "channel", "kind", "title", "content", "category", "place")
COLUMNS = {
    "信件编号": "ticket_no",
    "工单编号": "ticket_no",
    "受理时间": "received_at",
    "登记时间": "received_at",
    "来源": "channel",
    "工单类型": "kind",
    "诉求类型": "kind",
    "主题": "title",
    "标题": "title",
    "内容": "content",
    "问题分类": "category",
    "区域": "place",
    "问题发生地": "place",
}
"""Columns that published exports use; `--map 列=字段` adds or replaces."""


def made(kind: type[M], fields: Mapping[str, Any]) -> M:
    """A message of what was typed; raises `Refused` naming the field for what cannot be one."""
    try:
        return kind(**fields)
    except ValidationError as error:
        raise invalid(error) from None


def emit(
    file: Path = typer.Argument(help="工单 JSON 文件：一张工单或一组工单。"),
    party: str = typer.Option("hotline", "--party", help="以哪个外部系统的凭证发出。"),
    json_: bool = typer.Option(False, "--json", help="输出 JSON。"),
) -> None:
    """以外部系统的身份发出工单并读取答复，用于测试接口。例：zwgk hotline emit ticket.json"""
    answers = guarded(lambda: asyncio.run(_emitted(_tickets(file), party)))
    columns = [("emission", "工单"), ("outcome", "结果"), ("case", "编号"), ("due_at", "期限"), ("reason", "理由")]
    show(answers, json_=json_, columns=columns)


def _tickets(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Refused("file", "文件不存在或不是 JSON。", field=file.name, remedy="请核对文件。") from None
    return found if isinstance(found, list) else [found]


async def _emitted(tickets: list[dict[str, Any]], party: str) -> list[dict[str, Any]]:
    given = _credentials(party)
    client = await nats.connect(**given.connection(), allow_reconnect=False)
    try:
        js = client.jetstream(timeout=5)
        subject = next((each for each in given.publish if ".in.hotline.ticket." in each), None)
        if subject is None:
            raise Refused("not_an_emitter", "该外部系统不发送工单。", field="party", remedy="请核对名称。")
        for ticket in tickets:
            await js.publish(subject, json.dumps(ticket).encode(), stream="INTAKE")
        answers = await js.pull_subscribe_bind(given.durable or "", given.stream or "")
        found: list[dict[str, Any]] = []
        while len(found) < len(tickets):
            for message in await answers.fetch(len(tickets) - len(found), timeout=ANSWER_SECONDS):
                found.append(json.loads(message.data))
                await message.ack_sync()
        return found
    except TimeoutError:
        raise Refused("unanswered", "没有及时收到答复。", remedy="工单已发出，答复稍后可再读取。") from None
    finally:
        await client.close()


def _credentials(party: str) -> Credentials:
    where = place.running(DATA.get())
    path = where.credentials.get(party)
    if path is None:
        raise Refused("unknown_party", "没有这个外部系统的凭证。", field="party", remedy="请核对名称。")
    return Credentials.read(Path(path))


def import_(
    file: Path = typer.Argument(help="CSV 文件（UTF-8，首行为列名）。"),
    source: str = typer.Option("import", "--source", help="来源名称；与工单编号一起识别同一工单。"),
    kind: c.TicketKind = typer.Option(c.TicketKind.CONSULT, "--kind", help="没有类型列时的诉求类型。"),
    columns: list[str] = typer.Option([], "--map", help="列=字段，可多次给出。字段：" + " ".join(WORDS)),
    as_: str = typer.Option(None, "--as", help="经办人姓名。"),
    agency: str = typer.Option("", "--agency", help="经办人所在机构的代码。"),
    json_: bool = typer.Option(False, "--json", help="输出 JSON。"),
) -> None:
    """从表格受理工单，重复导入不会重复受理。例：zwgk hotline import 信件.csv --source 领导信箱 --map 事项=title"""
    rows = guarded(lambda: _rows(file, columns))

    async def work(session: Session) -> list[dict[str, Any]]:
        return [await _taken(session, number, row, source, kind, as_, agency) for number, row in enumerate(rows, 2)]

    heads = [("line", "行"), ("outcome", "结果"), ("id", "编号"), ("field", "字段"), ("reason", "理由")]
    show(run(work), json_=json_, columns=heads)


def _rows(file: Path, columns: list[str]) -> list[dict[str, str]]:
    """Rows with the names of our fields; unknown columns are left out."""
    named = COLUMNS | dict(pair.split("=", 1) for pair in columns if "=" in pair)
    try:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            table = list(csv.DictReader(opened))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Refused("file", "文件不存在或不是 UTF-8 编码的 CSV。", field=file.name, remedy="请核对文件。") from None
    return [{named[key]: value for key, value in row.items() if named.get(key) in WORDS and value} for row in table]


async def _taken(
    session: Session, line: int, row: dict[str, str], source: str, kind: c.TicketKind, as_: str | None, agency: str
) -> dict[str, Any]:
    try:
        fields = {"source": source, "kind": kind, "channel": "其他"} | row | _moments(row)
        command = made(c.TakeTicket, fields)
        done = await session.ask(command, c.TicketTaken, as_=as_, agency=agency)
    except Refused as refused:
        return {"line": line, "outcome": "rejected", "field": refused.field, "reason": refused.message}
    return {"line": line, "outcome": done.outcome, "id": done.id}


def _moments(row: dict[str, str]) -> dict[str, datetime]:
    """Times of a table carry no zone; they are China Standard Time."""
    found: dict[str, datetime] = {}
    for name in ("received_at", "occurred_at"):
        if name in row:
            try:
                moment = datetime.fromisoformat(row[name].strip().replace("/", "-"))
            except ValueError:
                raise Refused("invalid", "时间格式不正确。", field=name, remedy="请用 2026-01-31 09:00。") from None
            found[name] = moment if moment.tzinfo else moment.replace(tzinfo=CST)
    return found

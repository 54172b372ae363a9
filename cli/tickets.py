"""Tickets that come by a file: emitted as an outside system would, or taken in from a table."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError

from chassis.credentials import Credentials
from chassis.validation import invalid
from cli import place
from cli.options import Agency, As, Json
from cli.place import DATA
from cli.session import Session, guarded, run, show
from cli.ticket_tables import FIELDS, closed, rows, taken
from contracts.hotline import figures as c
from contracts.hotline.terms import TicketKind
from contracts.hotline.tickets import TakeTicket, TicketTaken
from kernel.refused import Refused

M = TypeVar("M", bound=BaseModel)
ANSWER_SECONDS = 10
BATCH, BATCH_BYTES = 100, 400_000
HISTORY = [("imported", "导入"), ("known", "已有"), ("refused", "未导入")]


def made(kind: type[M], fields: Mapping[str, Any]) -> M:
    """A message of what was typed; raises `Refused` naming the field for what cannot be one."""
    try:
        return kind(**fields)
    except ValidationError as error:
        raise invalid(error) from None


def emit(
    file: Path = typer.Argument(help="工单 JSON 文件：一张工单或一组工单。"),
    party: str = typer.Option("hotline", "--party", help="以哪个外部系统的凭证发出。"),
    json_: Json = False,
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
    import nats  # slow to import; few commands emit

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
    file: Path = typer.Argument(help="CSV（UTF-8）或 Excel（xlsx）文件，首行为列名。"),
    source: str = typer.Option("import", "--source", help="来源名称；与工单编号一起识别同一工单。"),
    kind: TicketKind = typer.Option(TicketKind.CONSULT, "--kind", help="没有类型列时的诉求类型。"),
    columns: list[str] = typer.Option([], "--map", help="列=字段，可多次给出。字段：" + " ".join(FIELDS)),
    history: bool = typer.Option(False, "--history", help="作为已办结的历史工单导入，不再派办。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """从表格受理工单，或导入历史工单，可重复导入。例：zwgk hotline import 信件.xlsx --source 领导信箱 --history"""
    table = guarded(lambda: list(rows(file, columns)))
    if history:
        show(run(lambda session: _history(session, table, source, as_, agency)), json_=json_, columns=HISTORY)
        return

    async def work(session: Session) -> list[dict[str, Any]]:
        return [await _taken(session, line, row, source, kind, as_, agency) for line, row in table]

    heads = [("line", "行"), ("outcome", "结果"), ("id", "编号"), ("field", "字段"), ("reason", "理由")]
    show(run(work), json_=json_, columns=heads)


async def _taken(
    session: Session, line: int, row: dict[str, str], source: str, kind: TicketKind, as_: str | None, agency: str
) -> dict[str, Any]:
    try:
        command = made(TakeTicket, taken(row, source, kind))
        done = await session.ask(command, TicketTaken, as_=as_, agency=agency)
    except Refused as refused:
        return {"line": line, "outcome": "rejected", "field": refused.field, "reason": refused.message}
    return {"line": line, "outcome": done.outcome, "id": done.id}


async def _history(
    session: Session, table: list[tuple[int, dict[str, str]]], source: str, as_: str | None, agency: str
) -> dict[str, Any]:
    """Closed tickets by the hundred; a line that cannot be read is refused by itself."""
    read: list[c.HistoryRow] = []
    bad: list[dict[str, Any]] = []
    for line, row in table:
        try:
            read.append(made(c.HistoryRow, closed(line, row, source)))
        except Refused as refused:
            bad.append({"line": line, "code": refused.code, "field": refused.field, "reason": refused.message})
    imported = known = 0
    for batch in batched(read):
        command = c.ImportTickets(rows=tuple(batch))
        done = await session.ask(command, c.HistoryTaken, as_=as_, agency=agency, timeout=120)
        imported, known = imported + done.imported, known + done.known
        bad += [each.model_dump() for each in done.refused]
    return {"imported": imported, "known": known, "refused": sorted(bad, key=lambda each: each["line"])}


def batched(read: list[c.HistoryRow]) -> Iterator[list[c.HistoryRow]]:
    """Batches that one message holds: a hundred lines, or fewer where they are long."""
    batch: list[c.HistoryRow] = []
    size = 0
    for row in read:
        long = len(row.model_dump_json().encode())
        if batch and (len(batch) == BATCH or size + long > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += long
    if batch:
        yield batch

"""The import of closed tickets by the batch: one query, one block of numbers, one write each of papers and tickets."""

from collections.abc import Sequence

from chassis.actors import Cause
from chassis.cases import Opening
from chassis.marks import refuse_marked
from chassis.papers import Paper
from contracts.hotline import figures as c
from kernel.facts import Fact
from kernel.refused import Refused
from services.hotline.domain import history
from services.hotline.domain.intake import dossier_of
from services.hotline.papers import Sheet, Words
from services.hotline.service import Hotline, on


@on.command(c.ImportTickets)
async def import_tickets(service: Hotline, command: c.ImportTickets, cause: Cause) -> c.HistoryTaken:
    """New lines are taken in, known ones left alone; one that differs from what is known is refused, as is one that
    cannot have been."""
    refused: list[c.HistoryBad] = []
    rows: dict[str, c.HistoryRow] = {}
    for row in command.rows:
        try:
            refuse_marked(row)
            history.check(row, cause.now)
            _once(rows, row)
        except Refused as error:
            refused.append(c.HistoryBad(line=row.line, code=error.code, field=error.field, reason=error.message))
    known = await service.cases.by_origin(list(rows))
    refused += [
        _other(rows[origin])
        for origin, held in known.items()
        if held.state.revisions[1] != history.digests(rows[origin], service.digest)
    ]
    imported = await _open(service, [row for origin, row in rows.items() if origin not in known], cause)
    return c.HistoryTaken(
        imported=imported,
        known=len(command.rows) - imported - len(refused),
        refused=tuple(sorted(refused, key=lambda bad: bad.line)),
    )


def _once(rows: dict[str, c.HistoryRow], row: c.HistoryRow) -> None:
    """The same line twice in a batch is one; two lines of one number that differ are not."""
    first = rows.setdefault(history.origin(row), row)
    if first.model_copy(update={"line": row.line}) != row:
        raise Refused("other_content", "同一编号在文件中出现多次且内容不同。", field="ticket_no", remedy="请核对。")


def _other(row: c.HistoryRow) -> c.HistoryBad:
    return c.HistoryBad(line=row.line, code="other_content", field="ticket_no", reason="该编号此前已导入，内容不同。")


async def _open(service: Hotline, rows: Sequence[c.HistoryRow], cause: Cause) -> int:
    """The number of tickets opened now."""
    if not rows:
        return 0
    numbers = await service.new_numbers(cause.now, len(rows))
    papers = [paper for row in rows for paper in _papers(service, row)]
    await service.papers.put(papers, cause.now)
    openings = [
        Opening(number, _facts(service, row, number, cause), cause, history.origin(row))
        for number, row in zip(numbers, rows, strict=True)
    ]
    return sum(held is not None for held in await service.cases.open_many(openings))


def _facts(service: Hotline, row: c.HistoryRow, number: str, cause: Cause) -> list[Fact]:
    sheet, *reply = (paper.id for paper in _papers(service, row))
    return history.imported(
        row, number, _unit(service, row.unit), sheet, reply[0] if reply else None, service.digest, cause.now
    )


def _papers(service: Hotline, row: c.HistoryRow) -> list[Paper]:
    """The caller's words and, where there is one, the reply; their ids are the same in any retry."""
    origin = history.origin(row)
    id, dossier = service.digest(f"{origin}:1")[:32], dossier_of(origin, service.digest)
    sheet = Sheet(
        title=row.title,
        content=row.content,
        place=row.area or None,
        location=None,
        caller=None,
        occurred_at=row.received_at.isoformat(),
        attachments=(),
    )
    found = [Paper(f"t-{id}", dossier, "sheet", sheet)]
    return [*found, Paper(f"w-{id}", dossier, "words", Words(text=row.reply))] if row.reply else found


def _unit(service: Hotline, name: str) -> str:
    """The code of a unit by code or name; empty where the register does not know it."""
    agency = service.register.by_code(name) or (service.register.find(name) if name else None)
    return agency.code if agency else ""

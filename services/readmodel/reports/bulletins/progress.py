"""Progress of work ledgers: tasks and every other kind of work, from the fields that all work records share."""

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from contracts.titles import title
from kernel.clock import CST
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import Record, last_day
from services.readmodel.reports.bulletins.sheet import Sheet, counted, fitting, heads, rate, said, table
from services.readmodel.work import LISTED_TO_THE_END, Counted, Piece

FAR = datetime(9999, 1, 1, tzinfo=CST)
LISTED = 300
FINISHED = 100
"""So many of what is done are listed, of a kind that is only counted then."""
SEVERAL = "分别负责或未定"


def progress(
    sheet: Sheet,
    work: Counted,
    finished: Sequence[Piece],
    overview: Sequence[Record],
    wanted: str,
    table_id: str,
    now: datetime,
    names: Callable[[str], str],
) -> None:
    """Fill the sheet: one kind of work in full, and an overview of every kind. Of what is only counted when it is done
    the newest are given, as `finished`."""
    mine = [pair for pair in work if table_id in ("", pair[0].table)]
    binding = [pair for pair in mine if not pair[0].draft]
    total = sum(count for _, count in binding)
    listed = [each for each, _ in mine if each.id] if not sheet.public or wanted in LISTED_TO_THE_END else []
    states: Counter[str] = Counter()
    for each, count in mine:
        states[each.state_label] += count
    sheet.data |= {
        "type": wanted,
        "type_label": title(wanted),
        "table": table_id,
        "total": total,
        "drafts": sum(count for _, count in mine) - total,
        **figures(binding, now),
        "by_state": dict(sorted(states.items())),
        "by_unit": _units(binding, now, names),
        "items": fitting((_line(each, now, names) for each in heapq.nsmallest(LISTED, listed, _order)), LISTED),
        "finished": fitting((_line(each, now, names) for each in finished), FINISHED),
        "all_types": [_type(row) for row in overview],
    }
    _lay_out(sheet, len(listed))


def figures(work: Counted, now: datetime) -> dict[str, Any]:
    """Open, done and late work; the share that is done, and of what had a limit the share done within it, where the
    records say so."""
    total = open_ = late = judged = in_time = without = 0
    for each, count in work:
        total += count
        if each.open:
            open_ += count
            late += count * each.late(now)
            without += count * (each.due_at is None)
        if each.on_time is not None:
            judged += count
            in_time += count * each.on_time
    return {
        "open": open_,
        "done": total - open_,
        "overdue": late,
        "without_limit": without,
        "completion": rate(total - open_, total),
        "on_time": rate(in_time, judged + late) if any(each.judged for each, _ in work) else rate(0, 0),
    }


def _units(work: Counted, now: datetime, names: Callable[[str], str]) -> list[dict[str, Any]]:
    parts: dict[str, Counted] = {}
    for pair in work:
        parts.setdefault(pair[0].agency, []).append(pair)
    rows = [
        {"agency": code, "name": names(code) or SEVERAL, "total": sum(count for _, count in mine), **figures(mine, now)}
        for code, mine in parts.items()
    ]
    return sorted(rows, key=lambda row: (-row["total"], row["agency"]))


def _type(row: Record) -> dict[str, Any]:
    done = row["total"] - row["open"]
    return {
        "type": row["type"],
        "label": title(row["type"]),
        "total": row["total"],
        "done": done,
        "open": row["open"],
        "overdue": row["overdue"],
        "completion": rate(done, row["total"]),
    }


def _order(piece: Piece) -> tuple[bool, datetime, int, str]:
    """Open work first, by limit; rows of a table in their order."""
    return not piece.open, piece.due_at or FAR, piece.row.no if piece.row else 0, piece.id


def _line(piece: Piece, now: datetime, names: Callable[[str], str]) -> dict[str, Any]:
    row = piece.row
    due = (row and row.due_on) or last_day(piece.due_at)
    return {
        "id": piece.id,
        "title": piece.title,
        "agency": piece.agency,
        "agency_name": names(piece.agency) or SEVERAL,
        "state": piece.state,
        "state_label": piece.state_label,
        "due_on": str(due) if due else None,
        "overdue": piece.late(now),
        "target": row and row.target,
        "reached": row and row.reached,
        "reports": row and row.reports,
    }


def _lay_out(sheet: Sheet, count: int) -> None:
    data = sheet.data
    words = [
        f"截至{sheet.as_of.isoformat()}，{data['type_label']}共{data['total']}项，已办结{data['done']}项，"
        f"在办{data['open']}项，其中逾期{data['overdue']}项、无期限{data['without_limit']}项；"
        f"征求意见、尚未生效的{data['drafts']}项不计入。",
        f"办结率{said(data['completion'])}，按期率{said(data['on_time'])}（分母为已办结且有期限的与逾期未办结的）。",
    ]
    rows = [(name, number) for name, number in data["by_state"].items() if number]
    plot = plots.bars("按状态", rows, "项")
    sheet.part("总体进展", words, counted("状态", data["by_state"], "项数"), [plot])
    units = [
        (sheet.short(row["name"]), [row["done"], row["open"] - row["overdue"], row["overdue"]])
        for row in data["by_unit"]
    ]
    plot = plots.stacked("各牵头单位进展", ["已办结", "在办", "逾期"], units, "项")
    columns = heads("name=牵头单位 total=合计 done=已办结 open=在办 overdue=逾期 completion=办结率 on_time=按期率")
    sheet.part("各单位进展", grid=table(columns, data["by_unit"]), plots=[plot])
    items = heads(
        "id=编号 title=事项 agency_name=牵头单位 state_label=状态 due_on=期限 target=目标 "
        "reached=已达到 reports=进展报告"
    )
    shown = [{**row, "due_on": row["due_on"] or "无期限"} for row in data["items"]]
    more = [f"只列前{len(shown)}项。"] if count > len(shown) else ([] if shown else ["没有。"])
    if not sheet.public or data["type"] in LISTED_TO_THE_END:
        sheet.part("事项", more, table(items, shown))
    if data["finished"]:
        words = [f"已办结{data['done']}项，列编号在后的{len(data['finished'])}项。"]
        sheet.part("已办结事项", words, table(items, data["finished"]))
    kinds = heads("label=类别 total=合计 done=已办结 open=在办 overdue=逾期 completion=办结率")
    sheet.part("各类工作总览", grid=table(kinds, data["all_types"]))

"""Progress of work ledgers: tasks and every other kind of work, from the fields that all work records share."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from contracts.titles import title
from services.readmodel.reports.bulletins import plots
from services.readmodel.reports.bulletins.gather import DRAFT, Record, count_by, last_day
from services.readmodel.reports.bulletins.sheet import Sheet, counted, fitting, heads, rate, said, table

LISTED = 300
OPEN = ("supervision.task", "publication.work_ledger")
"""Work of which a public edition lists the items: tasks of units, never cases of persons."""
SEVERAL = "分别负责或未定"


def progress(
    sheet: Sheet,
    views: Sequence[Record],
    overview: Sequence[Record],
    wanted: str,
    table_id: str,
    now: datetime,
    names: Callable[[str], str],
) -> None:
    """Fill the sheet: one kind of work in full, and an overview of every kind."""
    mine = [view for view in views if table_id in ("", view["record"].get("table"))]
    binding = [view for view in mine if not is_draft(view)]
    listed = mine if not sheet.public or wanted in OPEN else []
    sheet.data |= {
        "type": wanted,
        "type_label": title(wanted),
        "table": table_id,
        "total": len(binding),
        "drafts": len(mine) - len(binding),
        **figures(binding, now),
        "by_state": count_by([view["record"] for view in mine], "state_label"),
        "by_unit": _units(binding, now, names),
        "items": fitting((_line(view, now, names) for view in sorted(listed, key=_order)), LISTED),
        "all_types": [_type(row) for row in overview],
    }
    _lay_out(sheet, len(listed))


def is_draft(view: Record) -> bool:
    """It binds nobody yet."""
    return bool(view["record"]["state"] == DRAFT and not view["work"]["open"])


def figures(views: Sequence[Record], now: datetime) -> dict[str, Any]:
    """Open, done and late work; the share that is done, and of what had a limit the share done within it, where the
    records say so."""
    done = [view for view in views if not view["work"]["open"]]
    judged = [view["record"]["on_time"] for view in views if view["record"].get("on_time") is not None]
    late = sum(is_late(view, now) for view in views)
    told = any("on_time" in view["record"] for view in views)
    return {
        "open": len(views) - len(done),
        "done": len(done),
        "overdue": late,
        "without_limit": sum(view["work"]["due_at"] is None and view["work"]["open"] for view in views),
        "completion": rate(len(done), len(views)),
        "on_time": rate(sum(judged), len(judged) + late) if told else rate(0, 0),
    }


def is_late(view: Record, now: datetime) -> bool:
    work = view["work"]
    return bool(work["open"] and work["due_at"] and work["due_at"] < now)


def _units(views: Sequence[Record], now: datetime, names: Callable[[str], str]) -> list[dict[str, Any]]:
    rows = []
    for code in sorted({view["work"]["agency"] for view in views}):
        mine = [view for view in views if view["work"]["agency"] == code]
        rows.append({"agency": code, "name": names(code) or SEVERAL, "total": len(mine), **figures(mine, now)})
    return sorted(rows, key=lambda row: (-row["total"], row["agency"]))


def _type(row: Record) -> dict[str, Any]:
    done = row["total"] - row["open"]
    return {
        "type": row["_id"],
        "label": title(row["_id"]),
        "total": row["total"],
        "done": done,
        "open": row["open"],
        "overdue": row["overdue"],
        "completion": rate(done, row["total"]),
    }


def _order(view: Record) -> tuple[bool, str, int, str]:
    """Open work first, by limit; rows of a table in their order."""
    due = view["work"]["due_at"]
    return not view["work"]["open"], due.isoformat() if due else "9", view["record"].get("no") or 0, view["id"]


def _line(view: Record, now: datetime, names: Callable[[str], str]) -> dict[str, Any]:
    record = view["record"]
    target = record.get("target")
    due = record.get("due_on") or last_day(view["work"]["due_at"])
    return {
        "id": view["id"],
        "title": record["title"],
        "agency": view["work"]["agency"],
        "agency_name": names(view["work"]["agency"]) or SEVERAL,
        "state": record["state"],
        "state_label": record["state_label"],
        "due_on": str(due) if due else None,
        "overdue": is_late(view, now),
        "target": f"{target['value']:g}{target['unit']}" if target else None,
        "reached": record.get("reached"),
        "reports": record.get("reports"),
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
    if not sheet.public or data["type"] in OPEN:
        sheet.part("事项", more, table(items, shown))
    kinds = heads("label=类别 total=合计 done=已办结 open=在办 overdue=逾期 completion=办结率")
    sheet.part("各类工作总览", grid=table(kinds, data["all_types"]))

"""Tables of tickets, CSV or Excel: the columns that published exports use, and what their cells mean."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from contracts.hotline import terms as c
from kernel.clock import CST
from kernel.refused import Refused

LETTERS = {
    "信件编号": "ticket_no",
    "受理时间": "received_at",
    "来源": "channel",
    "主题": "title",
    "内容": "content",
    "办理单位": "unit",
    "答复内容": "reply",
    "区域": "area",
}
"""Columns of a city's published letters."""
ORDERS = {
    "工单编号": "ticket_no",
    "工单ID": "ticket_no",
    "12345编号": "ticket_no",
    "标题": "title",
    "内容": "content",
    "来电人": "caller_name",
    "联系电话": "caller_phone",
    "来电号码": "caller_phone",
    "是否保密": "secret",
    "工单类型": "kind",
    "诉求类型": "kind",
    "来源": "channel",
    "问题分类": "category",
    "问题分类名": "category",
    "中心问题分类": "category",
    "问题发生地": "place",
    "区域": "area",
    "紧急度": "urgency",
    "区级承办": "unit",
    "街道承办": "unit",
    "登记时间": "received_at",
    "结案时间": "closed_at",
    "公开答复内容": "reply",
    "办理情况": "reply",
    "是否解决": "solved",
    "处理结果满意度": "satisfaction",
}
"""Columns of a hotline platform's work orders."""
COLUMNS = ORDERS | LETTERS
FIELDS = tuple(dict.fromkeys((*COLUMNS.values(), "occurred_at")))
MOMENTS = ("received_at", "occurred_at", "closed_at")
YES = frozenset({"是", "1", "true", "已解决", "保密"})
SAID = {
    "满意": "满意",
    "非常满意": "满意",
    "基本满意": "满意",
    "不满意": "不满意",
    "非常不满意": "不满意",
    "未表态": "未表态",
}
KINDS = {kind.value for kind in c.TicketKind}
MAX_ROWS = 200_000


def rows(file: Path, columns: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line of a table by our field names, with its number in the file; unknown columns are left out. Where two
    columns mean one field, the first that is filled in counts. Raises `Refused` for a table that nothing can be
    read from."""
    mapped = _mapped(columns)
    named, line = COLUMNS | mapped, 0
    try:
        table = _excel(file) if file.suffix.lower() == ".xlsx" else _csv(file)
        for line, row in enumerate(table, 2):
            if line == 2:
                _recognise(list(row), named, mapped)
            found: dict[str, str] = {}
            for column, value in row.items():
                if named.get(column) in FIELDS and value:
                    found.setdefault(named[column], value)
            if found:
                yield line, found
        if not line:
            raise Refused("empty", "表格中没有数据行。", field=file.name, remedy="首行为列名，其后每行一件。")
    except (OSError, UnicodeDecodeError, csv.Error, BadZipFile, KeyError, ValueError):
        raise Refused(
            "file", "文件不存在，或不是 UTF-8 编码的 CSV、Excel（xlsx）表格。", field=file.name, remedy="请核对文件。"
        ) from None


def _mapped(columns: list[str]) -> dict[str, str]:
    """Columns that the person has named, to our fields."""
    pairs = [pair.partition("=") for pair in columns]
    if any(field not in FIELDS for _, _, field in pairs):
        known = " ".join(FIELDS)
        raise Refused("map", "列的对应应写作“列=字段”，字段须是已有的。", field="map", remedy=f"可用的字段：{known}")
    return {column.strip(): field for column, _, field in pairs}


def _recognise(heads: list[str], named: Mapping[str, str], mapped: Mapping[str, str]) -> None:
    if not set(mapped) <= set(heads):
        raise Refused("map", "表头中没有所指明的列。", field="map", remedy="请核对首行的列名。")
    if not {named.get(head) for head in heads} & {"title", "content"}:
        raise Refused(
            "columns", "表头中没有可识别的标题或内容列。", field="map", remedy="请指明列的对应，如 --map 事由=title。"
        )


def _csv(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        for row in csv.DictReader(opened):
            yield {str(key).strip(): (value or "").strip() for key, value in row.items() if isinstance(value, str)}


def _excel(file: Path) -> Iterator[dict[str, str]]:
    from openpyxl import load_workbook  # slow to import; few commands read a workbook

    book = load_workbook(file, read_only=True, data_only=True)
    try:
        lines = book.worksheets[0].iter_rows(values_only=True, max_row=MAX_ROWS)
        heads = [_text(cell) for cell in next(lines, ())]
        for line in lines:
            yield {head: _text(cell) for head, cell in zip(heads, line, strict=False) if head}
    finally:
        book.close()


def _text(cell: Any) -> str:
    """A cell as the person sees it; whole numbers without a decimal point."""
    match cell:
        case None:
            return ""
        case datetime() | date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip()


def taken(row: Mapping[str, str], source: str, kind: c.TicketKind) -> dict[str, Any]:
    """A line as a ticket that is to be worked on."""
    names = ("ticket_no", "title", "content", "category", "urgency")
    fields: dict[str, Any] = {name: row[name] for name in names if name in row}
    fields |= {"source": source, "channel": row.get("channel", "其他"), "kind": kind_of(row, kind) or row["kind"]}
    if place := row.get("place") or row.get("area"):
        fields["place"] = place
    if "caller_name" in row or "caller_phone" in row or "secret" in row:
        secret = row.get("secret", "") in YES
        name, phone = row.get("caller_name", ""), row.get("caller_phone", "")
        fields["caller"] = {"name": name, "phone": phone, "wants_secrecy": secret}
    return fields | _moments(row, MOMENTS[:2])


def closed(line: int, row: Mapping[str, str], source: str) -> dict[str, Any]:
    """A line as a closed ticket of another system. Nothing is made up for what it leaves out."""
    names = ("ticket_no", "channel", "category", "unit", "area", "title", "content", "reply")
    fields: dict[str, Any] = {name: row[name] for name in names if name in row}
    fields |= {"line": line, "source": source, "kind": kind_of(row, None)}
    if row.get("solved") in ("0", "1", "是", "否", "已解决", "未解决"):
        fields["solved"] = row["solved"] in YES
    if row.get("satisfaction") in SAID:
        fields["satisfaction"] = SAID[row["satisfaction"]]
    return fields | _moments(row, ("received_at", "closed_at"))


def kind_of(row: Mapping[str, str], default: c.TicketKind | None) -> c.TicketKind | None:
    """What the line says it is; `default` where it says nothing. 诉求 and 追办 ask for help."""
    said = row.get("kind", "")
    if said in ("诉求", "追办"):
        return c.TicketKind.HELP
    return c.TicketKind(said) if said in KINDS else None if said else default


def _moments(row: Mapping[str, str], names: tuple[str, ...]) -> dict[str, datetime]:
    """Times of a table carry no zone; they are China Standard Time."""
    found: dict[str, datetime] = {}
    for name in names:
        if name in row:
            try:
                moment = datetime.fromisoformat(row[name].replace("/", "-"))
            except ValueError:
                raise Refused("invalid", "时间格式不正确。", field=name, remedy="请用 2026-01-31 09:00。") from None
            found[name] = moment if moment.tzinfo else moment.replace(tzinfo=CST)
    return found

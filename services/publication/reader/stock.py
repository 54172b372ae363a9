"""Stock documents as JSON lines: one object per line, its keys the document's fields."""

import json
from datetime import date
from typing import Any

from kernel.agencies import Register
from kernel.dates import parse_date
from kernel.refused import Refused
from services.publication.reader.document import ATTRIBUTES, finish, gather
from services.publication.reader.gathering import Gathering
from services.publication.reader.issuers import issuers_named
from services.publication.reader.numbering import document_number, index_number
from services.publication.reader.reading import FIELD_LABELS, Reading

MAX_LINE_CHARS = 1_200_000
VALIDITIES = ("有效", "失效", "废止", "修改")
_REQUIRED = ("title", "body", "issuer")
_TEXTS = {"title": 300, "body": 1_000_000, "issuer": 400, "category": 100, "theme": 200}
_DATES = ("formed_on", "published_on", "repealed_on")
KEYS = (*_REQUIRED, "doc_no", "index_no", "category", "theme", *_DATES, "channels", "attribute", "validity")
"""The keys of a line. The first three are required; a key that is null counts as absent."""

_LABELS = FIELD_LABELS | {"issuer": "发布机构", "body": "正文"}


def read_jsonl_line(line: str, name: str = "", register: Register | None = None) -> Reading:
    """The document of one line. What the line says counts; what it leaves out is read from its body, and where both
    say different things both are kept as a conflict.

    `issuer` is a name or a code of the register. Raises `Refused` naming the field that is absent or wrong.
    """
    record = _record(line)
    values = {key: _checked(key, value) for key, value in record.items() if value is not None}
    for key in _REQUIRED:
        if not values.get(key):
            raise _refused("field_missing", key, f"缺少“{_LABELS[key]}”。", "必填：title、body、issuer。")
    gathering = gather(name, values["body"])
    _offer(gathering, values, register)
    return finish(gathering, register)


def _record(line: str) -> dict[str, Any]:
    if len(line) > MAX_LINE_CHARS:
        raise Refused("line_too_long", "这一行过长，无法导入。", remedy="单件正文不超过一百万字；请拆分。")
    try:
        record = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise Refused(
            "line_not_json", "这一行不是合法的 JSON。", remedy="每行写一个 JSON 对象，编码用 UTF-8。"
        ) from error
    if not isinstance(record, dict):
        raise Refused("line_not_object", "这一行不是 JSON 对象。", remedy="每行写一个 JSON 对象。")
    unknown = [place for place, key in enumerate(record, 1) if key not in KEYS]
    if unknown:
        which = "、".join(map(str, unknown[:10]))
        raise Refused("field_unknown", f"这一行的第 {which} 个字段不认识。", remedy=f"可用的字段：{'、'.join(KEYS)}。")
    return record


def _checked(key: str, value: object) -> Any:
    if key == "channels":
        return _channels(value)
    if not isinstance(value, str):
        raise _refused("field_type", key, f"“{_LABELS[key]}”应是文字。", "请写成带引号的字符串。")
    if key in _DATES:
        return _date(key, value)
    if key == "attribute":
        return _one_of(key, ATTRIBUTES.get(value), ATTRIBUTES.values())
    if key == "validity":
        return _one_of(key, value if value in VALIDITIES else None, VALIDITIES)
    if key == "doc_no":
        return _number(key, document_number(value), value)
    if key == "index_no":
        return _number(key, index_number(value), value)
    if len(value) > _TEXTS[key]:
        raise _refused("field_too_long", key, f"“{_LABELS[key]}”超过 {_TEXTS[key]} 字。", "请缩短后重新导入。")
    return value.strip()


def _date(key: str, value: str) -> date:
    day = parse_date(value)
    if day is None:
        raise _refused("field_date", key, f"“{_LABELS[key]}”不是存在的日期。", "请写成 2024-03-01 的形式。")
    return day


def _one_of(key: str, value: str | None, allowed: Any) -> str:
    if value is None:
        choices = "、".join(dict.fromkeys(allowed))
        raise _refused("field_choice", key, f"“{_LABELS[key]}”不在允许的取值之中。", f"可用：{choices}。")
    return value


def _number(key: str, number: str | None, written: str) -> str | None:
    if number is None and written.strip():
        raise _refused("field_number", key, f"“{_LABELS[key]}”的格式不对。", "没有编号时请省去这一项。")
    return number


def _channels(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > 50 or not all(isinstance(v, str) and len(v) <= 50 for v in value):
        raise _refused("field_type", "channels", "“公开渠道”应是渠道名称的列表。", '例如 ["网站", "公报"]。')
    return tuple(dict.fromkeys(channel.strip() for channel in value if channel.strip()))


def _offer(gathering: Gathering, values: dict[str, Any], register: Register | None) -> None:
    for key, value in values.items():
        if key == "issuer":
            gathering.offer("issuers", issuers_named(value, register), "导入行“issuer”")
        elif key != "body" and value:
            gathering.offer(key, value, f"导入行“{key}”")


def _refused(code: str, key: str, message: str, remedy: str) -> Refused:
    return Refused(code, message, field=key, remedy=remedy)

"""What a failed validation says to a person: which field, what is wrong with it, never its value."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from kernel.refused import Refused

MOMENT = "2026-01-31T09:00:00+08:00"
SAID = {
    "missing": "缺少",
    "extra_forbidden": "含有约定之外的字段",
    "json_invalid": "不是有效的 JSON",
    "enum": "只能取：{expected}",
    "literal_error": "只能取：{expected}",
    "string_type": "应为文字",
    "string_too_short": "不能少于 {min_length} 个字",
    "string_too_long": "不能多于 {max_length} 个字",
    "string_pattern_mismatch": "格式不正确",
    "too_short": "不能少于 {min_length} 项",
    "too_long": "不能多于 {max_length} 项",
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "timezone_aware": f"须带时区，如 {MOMENT}",
    "date_from_datetime_inexact": "只能是日期，如 2026-01-31",
}
"""By pydantic's type of error; what stands in braces comes from the schema."""
KINDS = {
    "datetime": f"不是有效的时间，应如 {MOMENT}",
    "date": "不是有效的日期，应如 2026-01-31",
    "int": "应为整数",
    "float": "应为数字",
    "model": "应为对象",
    "dict": "应为对象",
    "tuple": "应为列表",
    "list": "应为列表",
}
"""Errors that only say that something is not of a kind, by the first word of their type."""


def invalid(error: ValidationError) -> Refused:
    """A refusal that names the first field that is wrong and never its value."""
    path, said = first_wrong(error)
    return Refused("invalid", said, field=path, remedy="请更正后重新提交。")


def first_wrong(error: ValidationError) -> tuple[str, str]:
    """The first field that is wrong (empty: the whole) and a sentence about it."""
    first = error.errors(include_input=False, include_url=False)[0]
    return sentence(first["type"], first["loc"], first.get("ctx", {}))


def sentence(kind: str, where: Sequence[int | str], limits: Mapping[str, Any]) -> tuple[str, str]:
    """The same of pydantic's type of error, the place, and what the schema demands. The name of a field that is none
    is what somebody wrote, too: only where it stands is told."""
    known = () if kind == "json_invalid" else where[:-1] if kind == "extra_forbidden" else where
    path = ".".join(str(part) for part in known)
    words = SAID.get(kind) or KINDS.get(kind.split("_")[0]) or "不符合要求"
    demanded = {name: _plain(str(value)) for name, value in limits.items()}
    return path, f"{f'字段 {path} ' if path else '内容'}{words.format_map(demanded)}。"


def _plain(listed: str) -> str:
    """A list of values without pydantic's English."""
    return listed.replace("'", "").replace(" or ", "、").replace(", ", "、")

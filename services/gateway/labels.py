"""Chinese names of record types and fields, for the page of any record."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.base import Record
from contracts.registry import REGISTRY
from services.gateway.fields import NAMES
from services.gateway.render import limit, moment

WORK = {
    "id": "编号",
    "title": "事项",
    "state_label": "状态",
    "agency": "承办机构",
    "opened_at": "开始时间",
    "due_at": "期限",
    "overdue": "已超期",
    "provisional": "期限暂定",
    "waits_for": "等待",
    "open": "在办",
}
HIDDEN = frozenset({"state"})
_CHINESE = re.compile(r"[一-龥][一-龥（）、]{1,19}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
MAX_SHOWN = 2000


def chinese(description: str | None) -> str:
    """The Chinese that begins a field's description, where one does."""
    found = _CHINESE.match(description or "")
    return found.group() if found else ""


def rows(type_name: str, record: Mapping[str, Any], agencies: Mapping[str, str]) -> list[tuple[str, str]]:
    """A record as (label, value), what is common to all work first; empty fields are left out.

    `agencies` are names by code: a code that stands alone as a value is shown as the name.
    """
    names = _labels(type_name)
    order = [*(name for name in WORK if name in record), *(name for name in record if name not in WORK)]
    shown = ((names.get(name, name), _field(name, record[name], agencies)) for name in order if name not in HIDDEN)
    return [(label, value) for label, value in shown if value]


def _labels(type_name: str) -> dict[str, str]:
    """Labels of a type's fields: the Chinese that begins a field's description, where one does."""
    kind = next((k for k in REGISTRY.events() if f"{k.service()}.{k.record_name}" == type_name), None)
    record: Any = kind.model_fields["record"].annotation if kind else None
    found: dict[str, str] = {}
    if isinstance(record, type) and issubclass(record, Record):
        for name, field in record.model_fields.items():
            found[name] = chinese(field.description) or NAMES.get(name, name)
    return found | WORK


def _field(name: str, value: Any, agencies: Mapping[str, str]) -> str:
    if name.endswith("due_at") and isinstance(value, str):
        return limit(value)
    return _shown(value, agencies)


def _shown(value: Any, agencies: Mapping[str, str]) -> str:
    match value:
        case None | "" | [] | {}:
            return ""
        case bool():
            return "是" if value else "否"
        case str() if _TIME.match(value):
            return _time(value)
        case str():
            return agencies.get(value, value)[:MAX_SHOWN]
        case list():
            return "、".join(filter(None, (_shown(each, agencies) for each in value)))[:MAX_SHOWN]
        case dict():
            parts = ((NAMES.get(name, name), _shown(each, agencies)) for name, each in value.items())
            return "；".join(f"{name}：{said}" for name, said in parts if said)[:MAX_SHOWN]
        case _:
            return str(value)


def _time(value: str) -> str:
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return value

"""Chinese names of record types and fields, for the page of any record."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from contracts.base import Record
from contracts.registry import REGISTRY
from services.gateway.fields import NAMES
from services.gateway.inputs_words import LABELS as WORDS
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
LISTED = frozenset({"questions", "explanations", "doubts", "mismatches"})
"""Fields that are lists of entries, each shown with all that it consists of."""
DIFFERENCES = {"missing": "漏领", "extra": "多领", "different": "错领"}
GROUNDS = {
    "EX14-SECRET": "国家秘密",
    "EX14-LAW": "法律、行政法规禁止公开",
    "EX14-SAFETY": "危及“三安全一稳定”",
    "EX15-THIRD": "保护第三方合法权益",
    "EX16-INTERNAL": "三类内部事务信息",
    "EX16-PROCESS": "四类过程性信息",
    "EX16-CASEFILE": "行政执法案卷",
    "EX36-QUERY": "专门查询规定",
}
"""Grounds of non-disclosure, as the publication service names them."""
PAPERS = {
    "caller": "来电人",
    "code": "代码",
    "comment": "评价内容",
    "consultations": "未结束的征求意见",
    "content": "内容",
    "draft": "答复草稿",
    "named": "诉求中提到的单位",
    "notes": "办理说明",
    "number": "编号",
    "phone": "电话",
    "proposed": "建议承办单位",
    "rater": "评价人",
    "reply": "答复内容",
    "secret": "身份保密",
    "similar": "相近事项",
    "words": "材料内容",
}
"""Words of papers, where they mean something else than on a form."""
NOT_PAPERS = frozenset({"record", "version", "history"})
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


def told(reply: BaseModel, agencies: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was read of a record's papers, as (label, value); the record itself is shown already."""
    said = reply.model_dump(mode="json")
    names = {name: paper(name, field) for name, field in type(reply).model_fields.items() if name not in NOT_PAPERS}
    shown = ((label, _paper(said[name], agencies)) for name, label in names.items())
    return [(label, value) for label, value in shown if value]


def _paper(value: Any, agencies: Mapping[str, str]) -> str:
    """A value of papers with all that it consists of, a line for each entry; a text is never cut."""
    match value:
        case list():
            return "\n".join(filter(None, (_paper(each, agencies) for each in value)))
        case dict():
            parts = ((_word(name), _paper(each, agencies)) for name, each in value.items())
            return "；".join(f"{name}：{said}" for name, said in parts if said)
        case str() if not _TIME.match(value):
            return agencies.get(value, value)
        case _:
            return _shown(value, agencies)


def _word(name: str) -> str:
    return NAMES.get(name) or WORDS.get(name) or PAPERS.get(name, name)


def paper(name: str, field: FieldInfo) -> str:
    """What a field of papers is called."""
    return PAPERS.get(name) or chinese(field.description) or WORDS.get(name) or NAMES.get(name, name)


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
    if name in LISTED:
        return _paper(value, agencies)
    if name == "differences":
        return "\n".join(_difference(each) for each in value)
    return _shown(value, agencies)


def _difference(said: Mapping[str, str]) -> str:
    """One line for each way in which a list does not agree with the one from above, with what its keeper explained."""
    where = f"（{said['column']}）" if said["column"] else ""
    explained = f"；说明：{said['reason']}" if said["reason"] else ""
    return f"{DIFFERENCES[said['kind']]}：{'、'.join(said['key'].splitlines())}{where}{explained}"


def _shown(value: Any, agencies: Mapping[str, str]) -> str:
    match value:
        case None | "" | dict():
            return ""
        case bool():
            return "是" if value else "否"
        case str() if _TIME.match(value):
            return _time(value)
        case str():
            return agencies.get(value, value)[:MAX_SHOWN]
        case list():
            return "、".join(filter(None, (_shown(each, agencies) for each in value)))[:MAX_SHOWN]
        case _:
            return str(value)


def _time(value: str) -> str:
    try:
        return moment(datetime.fromisoformat(value))
    except ValueError:
        return value

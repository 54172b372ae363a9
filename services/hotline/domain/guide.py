"""A matter of the service guide (办事指南) as the hotline has heard it, and the one text that both show of it."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.hotline.public import GuideShown

MAX_TEXT = 8000
SHOWN = {
    "conditions": "受理条件",
    "materials": "申请材料",
    "process": "办理流程",
    "promised_days": "承诺办结时限",
    "legal_days": "法定办结时限",
    "fee": "收费标准及依据",
    "place": "办理地点和时间",
    "phone": "咨询方式",
    "result": "办理结果",
    "link": "网上办理地址",
}
"""What somebody who asks wants to know of it, in this order."""


class Guide(BaseModel):
    """An edition of a matter. `item` is its number in the catalogue, `code` the 事项编码."""

    model_config = ConfigDict(frozen=True)

    item: str
    code: str
    agency: str
    title: str
    edition: int
    removed: bool
    taken_down: bool = False
    values: dict[str, Any]

    @property
    def text(self) -> str:
        """The guide's own words, one line for each field that is filled in; empty for one that is gone."""
        if self.removed:
            return ""
        lines = (f"{label}：{said}" for name, label in SHOWN.items() if (said := _said(self.values.get(name))))
        return "\n".join(lines)[:MAX_TEXT]

    @property
    def question(self) -> str:
        return f"怎样办理“{self.title}”？"

    def shown(self) -> GuideShown:
        return GuideShown(
            item=self.item,
            code=self.code,
            agency=self.agency,
            title=self.title,
            edition=self.edition,
            removed=self.removed,
            text=self.text,
        )


def _said(value: Any) -> str:
    """A cell, or the rows of a table by number."""
    if isinstance(value, str):
        return value.strip()
    rows = [_row(row) for row in value or ()]
    return "；".join(f"{n}. {row}" for n, row in enumerate(filter(None, rows), start=1))


def _row(row: Mapping[str, str]) -> str:
    first, *rest = [cell.strip() for cell in row.values() if cell.strip()] or [""]
    return f"{first}（{'，'.join(rest)}）" if rest else first

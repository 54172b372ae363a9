"""Columns of catalogues: what may stand in a cell, how it is read, how it is written."""

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from contracts.publication.catalogue import Value
from kernel.dates import parse_date
from kernel.numbers import is_credit_code
from kernel.refused import Refused
from kernel.text import plain

MAX_CELL = 500
YES = "√"
_CHECKED = re.compile(r"[■☑√]\s*([^■□☑☐√\n;；]+)")
_BETWEEN = re.compile(r"[、,，;；\n]+")
_CELLS = "｜"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Inner(Part):
    """A column of a table inside a cell. `refused`: words that say nothing, e.g. 无 for a basis."""

    name: str
    label: str
    refused: tuple[str, ...] = ()
    optional: bool = False
    count: bool = False
    """A whole number that is not negative."""
    choices: tuple[str, ...] = ()

    def wrong(self, cell: str) -> str:
        """What is wrong with a cell, empty for nothing."""
        if not cell:
            return "" if self.optional else "须填写"
        if self.count and not re.fullmatch(r"[0-9]{1,9}", cell):
            return "应为非负整数"
        return f"应为其中之一：{'、'.join(self.choices)}" if self.choices and cell not in self.choices else ""


class FieldType(Part):
    """A column: its heading (and the one above it), and what may stand in its cells. An `internal` one is for the
    offices only; `refused` are words that say nothing."""

    name: str
    label: str
    group: str = ""
    kind: Literal["text", "date", "year", "number", "choice", "choices", "flag", "url", "table", "credit_code"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    columns: tuple[Inner, ...] = ()
    refused: tuple[str, ...] = ()
    internal: bool = False
    max: int = MAX_CELL

    @property
    def heading(self) -> str:
        """The heading in a file with one row of headings."""
        return f"{self.group}/{self.label}" if self.group else self.label

    def read(self, given: Value) -> Value:
        """What a cell says, in one form. Raises `Refused` naming the column."""
        if self.kind == "table":
            return self._table(given)
        if not isinstance(given, str):
            raise self._wrong("应为文字")
        text = plain(given)
        if self.required and not text:
            raise self._wrong("不能为空")
        if text in self.refused:
            raise self._wrong("须写明具体内容")
        if len(text) > self.max:
            raise self._wrong(f"不能超过 {self.max} 字")
        return self._in_form(text) if text else ""

    def _in_form(self, text: str) -> str:
        match self.kind:
            case "date":
                return self._date(text)
            case "year":
                if not re.fullmatch(r"(?:19|20)\d{2}", text):
                    raise self._wrong("应为年份，如 2026")
            case "number":
                if not re.fullmatch(r"-?\d{1,15}(?:\.\d{1,6})?", text):
                    raise self._wrong("应为数字")
            case "choice":
                if text not in self.choices:
                    raise self._wrong(f"应为其中之一：{'、'.join(self.choices)}")
            case "choices":
                return self._several(text)
            case "flag":
                return YES if text not in ("否", "□", "×", "0") else ""
            case "url":
                if not re.fullmatch(r"https?://[^\s<>\"']{3,480}", text):
                    raise self._wrong("应为网址")
            case "credit_code":
                if not is_credit_code(text):
                    raise self._wrong("不是有效的统一社会信用代码")
        return text

    def _date(self, text: str) -> str:
        found = parse_date(text)
        if found is None:
            raise self._wrong("应为日期，如 2026-11-23")
        return found.isoformat()

    def _several(self, text: str) -> str:
        """■ marks what is chosen; without marks the words themselves are."""
        words = _CHECKED.findall(text) if re.search(r"[■□☑☐√]", text) else _BETWEEN.split(text)
        chosen = [word.strip() for word in words if word.strip()]
        if any(word not in self.choices for word in chosen):
            raise self._wrong(f"可选：{'、'.join(self.choices)}")
        if self.required and not chosen:
            raise self._wrong("不能为空")
        return "、".join(word for word in self.choices if word in chosen)

    def _table(self, given: Value) -> Value:
        """Lines with `｜` between their cells, or rows; every cell is needed."""
        names = [column.name for column in self.columns]
        if isinstance(given, str):
            lines = [line.split(_CELLS) for line in plain(given).splitlines() if line.strip()]
            if any(len(line) != len(names) for line in lines):
                raise self._wrong(f"每行应为：{_CELLS.join(column.label for column in self.columns)}")
            rows = [dict(zip(names, (cell.strip() for cell in line), strict=True)) for line in lines]
        else:
            rows = [dict(row) for row in given]
        if (self.required and not rows) or any(set(row) != set(names) for row in rows):
            raise self._wrong(f"每行须填：{'、'.join(column.label for column in self.columns)}")
        for column in self.columns:
            if wrong := next(filter(None, (column.wrong(row[column.name]) for row in rows)), ""):
                raise self._wrong(f"每行的“{column.label}”{wrong}")
        if any(row[column.name] in column.refused for row in rows for column in self.columns):
            raise self._wrong("每行须写明具体内容，没有依据的应予取消")
        return tuple(rows)

    def write(self, value: Value) -> str:
        """The cell as it is exported."""
        if isinstance(value, str):
            if self.kind == "choices":
                chosen = value.split("、")
                return " ".join(f"{'■' if word in chosen else '□'}{word}" for word in self.choices)
            return value
        return "\n".join(_CELLS.join(row.get(column.name, "") for column in self.columns) for row in value)

    def _wrong(self, what: str) -> Refused:
        return Refused("cell_wrong", f"“{self.label}”{what}。", field=self.name, remedy="请更正后重新提交。")

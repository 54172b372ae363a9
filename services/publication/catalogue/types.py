"""Types of catalogues: data, with their source. A type says which columns there are, what makes two rows the same item,
which limit runs, and what is masked."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.publication import CatalogueType, Column, Row, Value
from kernel.numbers import is_credit_code
from kernel.refused import Refused

MAX_CELL = 500
YES = "√"
_CHECKED = re.compile(r"[■☑√]\s*([^■□☑☐√\n;；]+)")
_BETWEEN = re.compile(r"[、,，;；\n]+")
_CELLS = "｜"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Inner(Part):
    """A column of a table inside a cell."""

    name: str
    label: str


class FieldType(Part):
    """A column: its heading (and the one above it), and what may stand in its cells."""

    name: str
    label: str
    group: str = ""
    kind: Literal["text", "date", "number", "choice", "choices", "flag", "url", "table", "credit_code"] = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    columns: tuple[Inner, ...] = ()
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
        text = given.strip()
        if self.required and not text:
            raise self._wrong("不能为空")
        if len(text) > self.max:
            raise self._wrong(f"不能超过 {self.max} 字")
        return self._in_form(text) if text else ""

    def _in_form(self, text: str) -> str:
        match self.kind:
            case "date":
                return self._date(text)
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
        try:
            return date.fromisoformat(text[:10].replace("/", "-")).isoformat()
        except ValueError:
            raise self._wrong("应为日期，如 2026-11-23") from None

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
            lines = [line.split(_CELLS) for line in given.splitlines() if line.strip()]
            if any(len(line) != len(names) for line in lines):
                raise self._wrong(f"每行应为：{_CELLS.join(column.label for column in self.columns)}")
            rows = [dict(zip(names, (cell.strip() for cell in line), strict=True)) for line in lines]
        else:
            rows = [dict(row) for row in given]
        if (self.required and not rows) or any(set(row) != set(names) or not all(row.values()) for row in rows):
            raise self._wrong(f"每行须填：{'、'.join(column.label for column in self.columns)}")
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


class Limit(Part):
    """So many days after the date in a field an item must be public."""

    field: str
    days: int
    unit: Literal["workdays", "days"]


class Mask(Part):
    """Names of natural persons are masked, and what identifies them is left out."""

    field: str
    when: str
    equals: str
    drop: tuple[str, ...] = ()


class ItemType(Part):
    """A type of catalogue."""

    type: str
    title: str
    keeper: str
    source: str
    grade: str
    unverified: tuple[str, ...] = ()
    key: tuple[str, ...]
    headline: str
    fields: tuple[FieldType, ...]
    clock: Limit | None = None
    change_workdays: int | None = None
    removal_workdays: int | None = None
    mask: Mask | None = None
    ends_by: str | None = None
    vague: tuple[str, ...] = ()
    vague_fields: tuple[str, ...] = ()

    def read(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """The values of an item in one form, masked where the type says so. Raises `Refused` for a wrong one."""
        known = {field.name for field in self.fields}
        if unknown := sorted(set(given) - known):
            raise Refused("unknown_field", "目录没有这一栏。", field=unknown[0][:40], remedy="请核对目录的栏目。")
        values = {field.name: field.read(given.get(field.name, "")) for field in self.fields}
        if self.mask and values[self.mask.when] == self.mask.equals:
            values |= {self.mask.field: _masked(str(values[self.mask.field]))} | dict.fromkeys(self.mask.drop, "")
        return {name: value for name, value in values.items() if value}

    def read_row(self, row: Row) -> dict[str, Value]:
        """The values of a row with the official headings. Columns that are not of the type are refused, 序号 is not."""
        names = {field.heading: field.name for field in self.fields}
        names |= {field.label: field.name for field in self.fields if self._alone(field)}
        given = {heading.strip(): cell for heading, cell in row.items() if heading.strip() not in ("", "序号")}
        if unknown := [heading for heading in given if heading not in names]:
            raise Refused("unknown_column", f"目录没有“{unknown[0][:30]}”这一栏。", remedy="请使用规定的栏目名称。")
        return self.read({names[heading]: cell for heading, cell in given.items()})

    def write_row(self, values: Mapping[str, Value]) -> Row:
        return {field.heading: field.write(values.get(field.name, "")) for field in self.fields}

    def key_of(self, values: Mapping[str, Value]) -> str:
        """What makes it the same item, however often it is sent."""
        return "\n".join(str(values.get(name, "")) for name in self.key)

    def remarks(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """Vague words in what is demanded of people (001 第32、34条): for a person to look at."""
        labels = {field.name: field.label for field in self.fields}
        return tuple(
            f"“{labels[name]}”含有模糊表述“{word}”"
            for name in self.vague_fields
            for word in self.vague
            if word in str(values.get(name, ""))
        )

    def told(self) -> CatalogueType:
        columns = tuple(
            Column(
                name=field.name,
                label=field.label,
                group=field.group,
                kind=field.kind,
                required=field.required,
                choices=field.choices,
            )
            for field in self.fields
        )
        return CatalogueType(
            type=self.type,
            title=self.title,
            keeper=self.keeper,
            source=self.source,
            grade=self.grade,
            headline=self.headline,
            columns=columns,
        )

    def _alone(self, field: FieldType) -> bool:
        return sum(other.label == field.label for other in self.fields) == 1


def _masked(name: str) -> str:
    """张三 → 张*."""
    return name[:1] + "*" * max(len(name) - 1, 1)


@cache
def types() -> Mapping[str, ItemType]:
    """The shipped types by name."""
    text = (files("services.publication.catalogue") / "types.json").read_bytes()
    shipped: list[Any] = TypeAdapter(list[ItemType]).validate_json(text)
    return {each.type: each for each in shipped}


def type_of(name: str) -> ItemType:
    """Raises `Refused` for a type that there is not."""
    found = types().get(name)
    if found is None:
        raise Refused("unknown_type", "没有这种目录。", field="type", remedy=f"可用：{'、'.join(types())}。")
    return found

"""What bulletins are made of: rates, counted rows, tables, and the report around them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from services.readmodel.reports.bulletins.period import Period
from services.readmodel.reports.layout import Cell, Grid, Layout, Section, heading

NUMERALS = (*"一二三四五六七八九十", *(f"十{digit}" for digit in "一二三四五六七八九"))
WITHHELD = "未列示"
LIST_BYTES = 80 * 1024
Item = TypeVar("Item", bound=Mapping[str, Any])


def rate(part: int, of: int) -> dict[str, Any]:
    """A rate with what it is made of: per cent with two decimals, none of nothing."""
    return {"part": part, "of": of, "value": round(100 * part / of, 2) if of else None}


def said(value: Any) -> str | int | float:
    """How a table shows a value: rates with numerator and denominator, what is not known as a dash."""
    match value:
        case None:
            return "—"
        case {"part": None}:
            return WITHHELD
        case {"part": part, "of": of, "value": None}:
            return f"—（{part}/{of}）"
        case {"part": part, "of": of, "value": percent}:
            return f"{percent:.2f}%（{part}/{of}）"
        case bool():
            return "是" if value else "否"
        case int() | float() | str():
            return value
        case _:
            return str(value)


def fitting(items: Iterable[Item], most: int) -> list[Item]:
    """The first items, so many that a report with them fits into one message."""
    found: list[Item] = []
    left = LIST_BYTES
    for item in islice(items, most):
        left -= len(json.dumps(item, ensure_ascii=False).encode())
        if left < 0:
            break
        found.append(item)
    return found


def heads(words: str) -> list[tuple[str, str]]:
    """Columns of a table by `key=heading`, with spaces between them."""
    return [(key, label) for key, _, label in (word.partition("=") for word in words.split())]


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Mapping[str, Any]]) -> Grid:
    """A table by (key, heading); the first column names the row. Without rows there is none."""
    head = tuple(heading(label) for _, label in columns)
    (first, _), *rest = columns
    body = ((heading(str(said(row.get(first)))), *(Cell(said(row.get(key))) for key, _ in rest)) for row in rows)
    lines = tuple(body)
    return (head, *lines) if lines else ()


def counted(label: str, counts: Mapping[str, int | None], unit: str = "件数") -> Grid:
    """A table of one dimension; a withheld cell says so."""
    rows = ((heading(name), Cell(WITHHELD if count is None else count)) for name, count in counts.items())
    return ((heading(label), heading(unit)), *rows)


@dataclass
class Sheet:
    """A report on its way: its data for programs, its parts for people, in the same order."""

    name: str
    title: str
    as_of: date
    period: Period | None = None
    scope: str = ""
    scope_name: str = ""
    region: str = ""
    public: bool = False
    data: dict[str, Any] = field(default_factory=dict)
    sections: list[Section] = field(default_factory=list)
    incomplete: list[str] = field(default_factory=list)
    """Why it is not whole yet."""
    notes: list[str] = field(default_factory=list)

    def part(self, title: str, paragraphs: Sequence[str] = (), grid: Grid = (), plots: Sequence[str] = ()) -> None:
        """Add a part; parts are numbered in their order."""
        numbered = f"{NUMERALS[len(self.sections)]}、{title}"
        self.sections.append(Section(numbered, tuple(paragraphs), grid, tuple(filter(None, plots))))

    def told(self) -> dict[str, Any]:
        """The report as JSON."""
        return {
            "report": self.name,
            "title": self.title,
            "agency": self.scope,
            "agency_name": self.scope_name,
            "period": self.period.told(self.as_of) if self.period else None,
            "as_of": self.as_of.isoformat(),
            "public": self.public,
            "incomplete": self.incomplete,
            "notes": self.notes,
            **self.data,
        }

    def short(self, name: str) -> str:
        """The name of a unit without the region's before it, for plots."""
        return name.removeprefix(self.region) or name

    @property
    def layout(self) -> Layout:
        return Layout(self.title, tuple(self.incomplete), tuple(self.sections), tuple(self.notes))


def change(now: int, before: int) -> float | None:
    """Change in per cent with two decimals; none where there was nothing before."""
    return round(100 * (now - before) / before, 2) if before else None


def compared(label: str, now: int, before: int) -> str:
    """`比上期（8件）上升12.50%`; where nothing was there before nothing can be compared."""
    percent = change(now, before)
    if percent is None:
        return f"{label}0件，不作比较"
    course = "持平" if not percent else f"{'上升' if percent > 0 else '下降'}{abs(percent):.2f}%"
    return f"比{label}（{before}件）{course}"

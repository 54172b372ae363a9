"""The annual report laid out in its six parts: headings, paragraphs and grids, for every kind of file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from services.readmodel.reports.form import BLOCKS, COLUMNS, ENDS, MERGED, PARTS, RELATION, ROWS, TOTAL, Block, blocks


@dataclass(frozen=True)
class Cell:
    """A cell of a grid: its text or number, how many columns and rows it spans, whether it is a heading."""

    value: str | int | float | None
    across: int = 1
    down: int = 1
    heading: bool = False

    @property
    def text(self) -> str:
        return "" if self.value is None else str(self.value)


Grid = tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Section:
    """One part of the report. What a plot shows stands in the grid as well."""

    title: str
    paragraphs: tuple[str, ...] = ()
    grid: Grid = ()
    plots: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A whole report: title, what a reader must know first, the parts."""

    title: str
    warnings: tuple[str, ...]
    sections: tuple[Section, ...]
    foot: tuple[str, ...]


def laid_out(report: Mapping[str, Any]) -> Layout:
    """The report in its six parts. One that is not whole or does not balance says so before anything else."""
    parts = report["parts"]

    def part(name: str) -> Section:
        title = PARTS[name]
        return Section(title, tuple(parts[title].splitlines()))

    return Layout(
        title=f"{report['agency']}{report['year']}年政府信息公开工作年度报告",
        warnings=tuple(_warnings(report)),
        sections=(
            part("overview"),
            Section(PARTS["table1"], grid=_grid1(report["table1"])),
            Section(PARTS["table2"], (RELATION,), _grid2(report["table2"])),
            Section(PARTS["table3"], grid=_grid3(report["table3"])),
            part("problems"),
            part("other"),
        ),
        foot=tuple(_foot(report)),
    )


def _warnings(report: Mapping[str, Any]) -> Iterator[str]:
    if report.get("issue") is None:
        yield f"草稿，未定稿；数据截至{report['as_of']}。"
    yield from report["missing"]
    for failure in report["checks"]["fail"]:
        yield f"勾稽关系不成立：{failure}"


def _foot(report: Mapping[str, Any]) -> Iterator[str]:
    yield from report["notes"]
    for each in report["declared"]:
        number = f"{each['value']}余" if each["approximate"] else each["value"]
        yield f"申报数：{each['item']} {number}，来源：{each['source']}（{each['by']}，{each['on']}）"
    if issue := report.get("issue"):
        yield f"第{issue['edition']}版，{issue['issued_on']}定稿，数据摘要 {issue['digest']}"


def heading(text: str, across: int = 1, down: int = 1) -> Cell:
    return Cell(text, across, down, heading=True)


def _grid1(table: Mapping[str, Mapping[str, Any]]) -> Grid:
    form = "2021" if "行政规范性文件" in table else "2019"
    width = 1 + max(len(block.columns) for block in blocks(form))  # type: ignore[arg-type]
    return tuple(row for block in blocks(form) for row in _block1(block, table, width))  # type: ignore[arg-type]


def _block1(block: Block, table: Mapping[str, Mapping[str, Any]], width: int) -> Iterator[tuple[Cell, ...]]:
    yield (heading(block.article, width),)
    spans = [1] * len(block.columns)
    spans[-1] += width - 1 - len(block.columns)
    names = [heading(column, span) for column, span in zip(block.columns, spans, strict=True)]
    yield (heading("信息内容"), *names)
    for row in block.rows:
        values = table.get(row, {})
        cells = [Cell(values.get(column), span) for column, span in zip(block.columns, spans, strict=True)]
        yield (heading(row), *cells)


def _grid2(table: Mapping[str, Mapping[str, Any]]) -> Grid:
    split = MERGED not in table
    labels = [label for label in ROWS.values() if split or not label.startswith(f"{MERGED}/")]
    if not split:
        labels.insert(labels.index(ROWS["r24"]), MERGED)
    columns = [*COLUMNS, TOTAL]
    organs = len(COLUMNS) - 1
    head = (
        (heading("", 3, 3), heading("申请人情况", len(columns))),
        (heading(COLUMNS[0], down=2), heading("法人或其他组织", organs), heading(TOTAL, down=2)),
        tuple(heading(name) for name in COLUMNS[1:]),
    )
    return (*head, *_rows2(labels, table, columns))


def _rows2(
    labels: Sequence[str], table: Mapping[str, Mapping[str, Any]], columns: Sequence[str]
) -> Iterator[tuple[Cell, ...]]:
    """Rows with their labels in up to three columns; the first two span the rows that they hold."""
    paths = [label.split("/") for label in labels]
    for _, group in groupby(paths, key=lambda path: path[0]):
        members = list(group)
        for place, path in enumerate(members):
            cells: list[Cell] = []
            if place == 0 or len(path) == 1:
                cells.append(heading(path[0], 3 if len(path) == 1 else 1, len(members)))
            if len(path) == 2:
                cells.append(heading(path[1], 2))
            if len(path) == 3:
                same = [each for each in members if len(each) == 3 and each[1] == path[1]]
                cells += [heading(path[1], 1, len(same))] if same[0] is path else []
                cells.append(heading(path[2]))
            values = table.get("/".join(path), {})
            yield (*cells, *(Cell(values.get(column)) for column in columns))


def _grid3(table: Mapping[str, Mapping[str, Any]]) -> Grid:
    ends = [*ENDS.values(), TOTAL]
    names = [label.split("/")[-1] for label in BLOCKS.values()]
    return (
        (heading(names[0], len(ends), 2), heading("行政诉讼", 2 * len(ends))),
        (heading(names[1], len(ends)), heading(names[2], len(ends))),
        tuple(heading(end) for _ in names for end in ends),
        tuple(Cell(table.get(label, {}).get(end)) for label in BLOCKS.values() for end in ends),
    )

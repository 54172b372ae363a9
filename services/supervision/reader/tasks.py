"""Reads the table of a division of tasks: 工作任务 | 具体要求 | 牵头落实单位."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from kernel.refused import Refused
from services.supervision.reader.due import due_date, is_due
from services.supervision.reader.table import Remark, TaskRow, TaskTable
from services.supervision.reader.units import read_units

MAX_CHARS = 1_000_000
MAX_TASKS = 2_000
_MAX_TITLE = 120

_DRAFT = re.compile(r"[（(【\[]?(?:公开)?(?:征求意见稿|送审稿|讨论稿|草案|草稿|初稿)[）)】\]]?")
_DRAFT_END = re.compile(r"[（(【\[](?:公开)?(?:征求意见稿|送审稿|讨论稿|草案|草稿|初稿)[）)】\]]$")
_PART = re.compile(r"[一二三四五六七八九十]{1,3}、\S")
_CHAPTER = re.compile(r"[（(][一二三四五六七八九十]{1,3}[）)]\S")
_NUMBERED = re.compile(r"(\d{1,4})(?!\d|\.\d|[年月日%％])([.．、,，]?)\s*(?=\S)", re.ASCII)
_NUMBER_ALONE = re.compile(r"\d{1,4}[.．、]?", re.ASCII)
_HEADINGS = frozenset(
    {"序号", "工作任务", "重点任务", "任务", "具体要求", "工作要求", "工作内容", "牵头落实单位", "责任单位", "牵头单位"}
)


@dataclass
class _Row:
    no: int
    section: tuple[str, ...]
    requirement: str
    units: list[str] = field(default_factory=list)
    due_on: date | None = None


@dataclass
class _Progress:
    """What has been read so far, while going down the cells."""

    part: str = ""
    chapter: str = ""
    sections: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[_Row] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def path(self) -> tuple[str, ...]:
        return tuple(heading for heading in (self.part, self.chapter) if heading)


def read_task_table(text: str) -> TaskTable:
    """The tasks of the table with their sections and units, in the order of the text.

    Cells are what stands between tabs; a line without a tab goes on with the cell above it. A number may lack its dot
    where it is the next in order. Raises `Refused` where the text has no task or is longer than `MAX_CHARS`.
    """
    if len(text) > MAX_CHARS:
        raise Refused(
            "text_too_long", f"文本超过 {MAX_CHARS} 字，无法识读。", field="body", remedy="请拆分后分别导入。"
        )
    title, draft, cells = _parted(text)
    progress = _Progress()
    for cell in cells:
        _take(progress, cell)
    if not progress.rows:
        raise Refused(
            "no_task_table",
            "文中没有读到任务分工表。",
            field="body",
            remedy="任务应逐项编号，每项写明具体要求和责任单位，各栏之间用制表符分开。",
        )
    tasks = tuple(_task(row) for row in progress.rows)
    notes = (*progress.notes, *_doubts(tasks))
    return TaskTable(
        title=title,
        status="draft" if draft else "in_force",
        sections=tuple(progress.sections),
        tasks=tasks,
        notes=notes,
    )


def _parted(text: str) -> tuple[str, bool, list[str]]:
    """Title, whether the title says that this is a draft, and the cells of the table."""
    lines = re.sub(r"[\xa0\u3000\u2000-\u200a]", " ", re.sub(r"[\ufeff\u200b\x00]", "", text)).splitlines()
    first = next((n for n, line in enumerate(lines) if "\t" in line), len(lines))
    above = [line.strip() for line in lines[:first] if line.strip()][:8]
    marks = [line for line in above if _DRAFT.fullmatch(line)]
    title = next((line for line in above if line not in marks and len(line) <= _MAX_TITLE), "")
    bare = _DRAFT_END.sub("", title)
    return bare, bool(marks) or bare != title, list(_cells(lines[first:]))


def _cells(lines: list[str]) -> Iterator[str]:
    cell: list[str] = []
    for line in lines:
        if "\t" not in line:
            cell.append(line.strip())
            continue
        for start in line.split("\t"):
            yield "".join(cell)
            cell = [start.strip()]
    yield "".join(cell)


def _take(progress: _Progress, cell: str) -> None:
    if not cell or cell in _HEADINGS:
        return
    last = progress.rows[-1].no if progress.rows else 0
    if _PART.match(cell):
        progress.part, progress.chapter = cell, ""
    elif _CHAPTER.match(cell):
        progress.chapter = cell
        progress.sections.append(progress.path())
    elif _NUMBER_ALONE.fullmatch(cell) and int(cell.rstrip(".．、")) == last + 1:
        _begin(progress, last + 1, "", dotted=True)
    elif (found := _NUMBERED.match(cell)) and (found[2] or int(found[1]) == last + 1):
        _begin(progress, int(found[1]), cell[found.end() :].strip(), dotted=bool(found[2]))
    elif progress.rows:
        _add(progress.rows[-1], cell)


def _begin(progress: _Progress, no: int, requirement: str, dotted: bool) -> None:
    if len(progress.rows) >= MAX_TASKS:
        raise Refused("too_many_tasks", f"任务超过 {MAX_TASKS} 项。", field="body", remedy="请拆分后分别导入。")
    if progress.part and progress.path() not in progress.sections[-1:]:
        progress.sections.append(progress.path())
    if not dotted:
        progress.notes.append(Remark(code="number_without_dot", message=f"第{no}项的编号后没有点号。", task=no))
    progress.rows.append(_Row(no, progress.path(), requirement))


def _add(row: _Row, cell: str) -> None:
    if not row.requirement:
        row.requirement = cell
        return
    if is_due(cell):
        row.due_on = due_date(cell)
        return
    row.units.append(cell)


def _task(row: _Row) -> TaskRow:
    written = "、".join(row.units)
    units = read_units(written)
    return TaskRow(
        no=row.no,
        section=row.section,
        requirement=row.requirement,
        lead_names=units.lead,
        co_names=units.co,
        each_alone=units.each_alone,
        raw_units=written,
        due_on=row.due_on,
    )


def _doubts(tasks: tuple[TaskRow, ...]) -> Iterator[Remark]:
    """What a person should look at: numbers out of order, a task without units, a unit named twice, no lead."""
    for before, task in zip((0, *(task.no for task in tasks)), tasks, strict=False):
        if task.no != before + 1:
            yield Remark(
                code="number_out_of_order", message=f"第{before}项之后是第{task.no}项，编号不连续。", task=task.no
            )
        names = (*task.lead_names, *task.co_names)
        if not names:
            yield Remark(code="no_unit", message=f"第{task.no}项没有责任单位。", task=task.no)
        for name in [name for name, times in Counter(names).items() if times > 1]:
            yield Remark(code="unit_repeated", message=f"第{task.no}项把“{name}”写了不止一次。", task=task.no)

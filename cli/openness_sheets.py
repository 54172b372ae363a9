"""Tables that people keep anyway, as xlsx or CSV: matters of a year, the agenda of a meeting, the steps of a ledger."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from cli.session import guarded
from cli.sheet_rows import read
from cli.tickets import made
from contracts.publication import decision_catalogue as c
from contracts.publication.ledgers import LedgerStep
from contracts.publication.meetings import AgendaItem
from contracts.publication.terms import Row
from kernel.refused import Refused

T = TypeVar("T")
YES = ("是", "√", "有", "需要", "1")
NO = ("", "否", "×", "无", "不需要", "0")
MATTERS = "序号、决策事项名称、承办单位、决策依据、公众参与、不公开征求意见的理由、专家论证、风险评估、计划完成时间"
AGENDA = "序号、议题、民生领域、公开属性、不公开依据、理由、公开方式、邀请列席、决策事项"
STEPS = "序号、步骤、责任单位、完成期限"


def entries(path: Path) -> tuple[c.DecisionEntry, ...]:
    """Matters of a yearly catalogue, with the headings of `MATTERS`."""
    return _all(path, "决策事项名称", MATTERS, _entry)


def agenda(path: Path) -> tuple[AgendaItem, ...]:
    """Items of a meeting, with the headings of `AGENDA`."""
    return _all(path, "议题", AGENDA, _item)


def steps(path: Path) -> tuple[LedgerStep, ...]:
    """Steps of a ledger, with the headings of `STEPS`."""
    return _all(path, "步骤", STEPS, _step)


def _all(path: Path, needed: str, headings: str, make: Callable[[int, Row], T]) -> tuple[T, ...]:
    def work() -> tuple[T, ...]:
        rows = read(path)
        if not rows or needed not in rows[0]:
            raise Refused("headings", "表格没有规定的栏目。", field=path.name, remedy=f"栏目：{headings}。")
        return tuple(make(n, row) for n, row in enumerate(rows, 1))

    return guarded(work)


def _entry(n: int, row: Row) -> c.DecisionEntry:
    needs = {
        "participation": _yes(row, "公众参与", True),
        "exempt_reason": _cell(row, "不公开征求意见的理由"),
        "experts": _yes(row, "专家论证", False),
        "risk": _yes(row, "风险评估", False),
    }
    given = {
        "no": _number(row, n),
        "title": _cell(row, "决策事项名称"),
        "agency": _cell(row, "承办单位"),
        "basis": _cell(row, "决策依据"),
        "planned_on": _cell(row, "计划完成时间")[:10] or None,
        "needs": needs,
    }
    return made(c.DecisionEntry, given)


def _item(n: int, row: Row) -> AgendaItem:
    attribute = _cell(row, "公开属性")
    proposal: dict[str, Any] | None = None
    if attribute:
        proposal = {
            "attribute": attribute,
            "ground": _cell(row, "不公开依据") or None,
            "reason": _cell(row, "理由") or None,
            "ways": _words(row, "公开方式"),
            "invite": _words(row, "邀请列席"),
        }
    given = {
        "no": _number(row, n),
        "title": _cell(row, "议题"),
        "field": _cell(row, "民生领域") or None,
        "matter": _cell(row, "决策事项") or None,
        "proposal": proposal,
    }
    return made(AgendaItem, given)


def _step(n: int, row: Row) -> LedgerStep:
    given = {
        "no": _number(row, n),
        "what": _cell(row, "步骤"),
        "agency": _cell(row, "责任单位"),
        "due_on": _cell(row, "完成期限")[:10],
    }
    return made(LedgerStep, given)


def _cell(row: Row, heading: str) -> str:
    return row.get(heading, "").strip()


def _number(row: Row, n: int) -> str | int:
    return _cell(row, "序号").removesuffix(".0") or n


def _words(row: Row, heading: str) -> list[str]:
    return [
        word for word in _cell(row, heading).replace("、", " ").replace("，", " ").replace(",", " ").split() if word
    ]


def _yes(row: Row, heading: str, otherwise: bool) -> bool:
    text = _cell(row, heading)
    if text in YES:
        return True
    if text not in NO:
        raise Refused("yes_or_no", "该栏只能填是或者否。", field=heading, remedy="请更正后重试。")
    return otherwise if text == "" else False

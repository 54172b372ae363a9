"""The state of a task, and how facts make it."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.supervision import Target, TaskState, TaskUnit
from kernel.facts import Fact
from services.supervision.domain import facts as f


class Task(BaseModel):
    """A task as its facts make it."""

    model_config = ConfigDict(frozen=True)

    number: str
    table: str
    table_title: str
    document: str
    no: int
    section: tuple[str, ...]
    requirement: str
    units: tuple[TaskUnit, ...]
    each_alone: bool
    target: Target | None
    due_on: date | None
    warn_on: date | None
    draft: bool
    as_of: date
    at: datetime
    reports: tuple[f.Progressed, ...] = ()
    latest: dict[str, f.Progressed] = {}
    """The last report of each agency since the task was last opened."""
    warned: bool = False
    overdue: bool = False
    completed_on: date | None = None
    on_time: bool | None = None

    @property
    def leads(self) -> tuple[str, ...]:
        """Codes of the leading agencies, groups expanded."""
        return _codes(unit for unit in self.units if unit.lead)

    @property
    def co(self) -> tuple[str, ...]:
        """Codes of the co-operating agencies, without those that lead."""
        return tuple(code for code in _codes(unit for unit in self.units if not unit.lead) if code not in self.leads)

    @property
    def agencies(self) -> tuple[str, ...]:
        return (*self.leads, *self.co)

    @property
    def answerable(self) -> tuple[str, ...]:
        """Who has to report it finished: those that lead; all where nobody does or each acts alone (分别负责)."""
        alone = self.each_alone or (self.target is not None and self.target.per_unit)
        return self.agencies if alone or not self.leads else self.leads

    @property
    def unknown(self) -> tuple[str, ...]:
        """Names that a person must still map."""
        return tuple(dict.fromkeys(unit.name for unit in self.units if not unit.codes))

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Who has not reported it finished."""
        return tuple(code for code in self.answerable if code not in self.latest or not self.latest[code].finished)

    @property
    def reached(self) -> float | None:
        """The value reached: what a leading unit reported last; without a lead the sum of all; the lowest of all
        where every unit has to reach the target by itself. None before anybody named a value."""
        named = {code: report.reached for code, report in self.latest.items() if report.reached is not None}
        if not named:
            return None
        if self.target is not None and self.target.per_unit:
            return min(named.get(code, 0.0) for code in self.answerable) if self.answerable else None
        if self.leads and not self.each_alone:
            leading = [report for code, report in self.latest.items() if code in self.leads and code in named]
            return max(leading, key=lambda report: report.at).reached if leading else None
        return sum(named.values())

    @property
    def state(self) -> TaskState:
        if self.completed_on is not None:
            return TaskState.COMPLETED
        if self.draft:
            return TaskState.DRAFT
        return TaskState.REPORTED if self.answerable and not self.unfinished else TaskState.IN_FORCE

    @property
    def running(self) -> bool:
        """It binds and is not done."""
        return not self.draft and self.completed_on is None


def _codes(units: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for unit in units for code in unit.codes))


def evolve(task: Task | None, fact: Fact) -> Task:
    """The state after one fact; raises `TypeError` for a fact that cannot stand there."""
    if task is None:
        if isinstance(fact, f.Imported):
            return Task(**dict(fact))
        raise TypeError(f"{fact.kind} does not begin a task")
    return task.model_copy(update=_change(task, fact))


def _change(task: Task, fact: Fact) -> dict[str, Any]:
    match fact:
        case f.UnitMapped():
            return {"units": tuple(_mapped(unit, fact) for unit in task.units)}
        case f.TookForce():
            return {"draft": False, "document": fact.document}
        case f.Progressed():
            return {"reports": (*task.reports, fact), "latest": {**task.latest, fact.agency: fact}}
        case f.DueSet():
            return {"due_on": fact.due_on, "warn_on": fact.warn_on, "warned": False, "overdue": False}
        case f.TargetSet():
            return {"target": fact.target}
        case f.WarningRecomputed():
            return {"warn_on": fact.warn_on}
        case f.Warned():
            return {"warned": True}
        case f.FellOverdue():
            return {"overdue": True}
        case f.Completed():
            return {"completed_on": fact.on, "on_time": fact.on_time}
        case f.Reopened():
            return {"completed_on": None, "on_time": None, "latest": {}, "warned": False, "overdue": False}
        case _:
            raise TypeError(f"{fact.kind} does not continue a task")


def _mapped(unit: TaskUnit, fact: f.UnitMapped) -> TaskUnit:
    if unit.name != fact.name:
        return unit
    return unit.model_copy(update={"codes": fact.codes, "is_group": fact.is_group})

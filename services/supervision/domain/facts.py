"""What a task remembers."""

from datetime import date, datetime

from contracts.supervision import Target, TaskUnit
from kernel.facts import Fact


class Imported(Fact):
    """It was taken from a table. `as_of` is the day on which groups were expanded; `warn_on` the day of the warning."""

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


class UnitMapped(Fact):
    """A person said for whom a name stands."""

    name: str
    codes: tuple[str, ...]
    is_group: bool


class TookForce(Fact):
    """The table was issued by this document."""

    on: date
    document: str


class Progressed(Fact):
    """A unit reported."""

    agency: str
    by: str
    by_id: str
    at: datetime
    text: str
    reached: float | None
    finished: bool
    evidence: tuple[str, ...]


class DueSet(Fact):
    """The last day was set, moved or lifted."""

    due_on: date | None
    warn_on: date | None
    reason: str


class TargetSet(Fact):
    """What has to be reached was set, changed or lifted."""

    target: Target | None


class WarningRecomputed(Fact):
    """A holiday notice moved the day of the warning."""

    warn_on: date
    calendar: str


class Warned(Fact):
    """The last day is near."""

    due_on: date


class FellOverdue(Fact):
    """The last day passed."""

    due_on: date


class Completed(Fact):
    """A supervisor confirmed that it is done; `on_time` is None without a last day."""

    on: date
    by: str
    agency: str
    note: str
    on_time: bool | None


class Reopened(Fact):
    """It is to be worked on again."""

    on: date
    reason: str


FACTS: tuple[type[Fact], ...] = (
    Imported,
    UnitMapped,
    TookForce,
    Progressed,
    DueSet,
    TargetSet,
    WarningRecomputed,
    Warned,
    FellOverdue,
    Completed,
    Reopened,
)

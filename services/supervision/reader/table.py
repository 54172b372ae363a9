"""The table of a division of tasks (分工方案) as read: what stands there, nothing mapped, nothing supplied."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of the reader's values: immutable, nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskRow(Frozen):
    """One task.

    `section` is the path of headings above it. Names stand as written, in their order, repeated where the text repeats
    them. Units lead only where the text says 牵头. `each_alone` where it says 分别负责: every unit answers for its own
    share. `due_on` is None (无期限) unless the table gives a date.
    """

    no: int
    section: tuple[str, ...]
    requirement: str
    lead_names: tuple[str, ...] = ()
    co_names: tuple[str, ...] = ()
    each_alone: bool = False
    raw_units: str = ""
    due_on: date | None = None


class Remark(Frozen):
    """A Chinese sentence for the person, with a stable code and the number of the task that it is about."""

    code: str
    message: str
    task: int | None = None


class TaskTable(Frozen):
    """The whole table. `draft`: a 征求意见稿, whose tasks bind nobody yet. `sections` are all paths in their order."""

    title: str
    status: Literal["draft", "in_force"]
    sections: tuple[tuple[str, ...], ...]
    tasks: tuple[TaskRow, ...]
    notes: tuple[Remark, ...] = ()

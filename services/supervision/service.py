"""The supervision service: what its handlers share."""

import hashlib
import json
from dataclasses import dataclass

from chassis.actors import Cause
from chassis.calendars import Calendars
from chassis.cases import Cases, Held
from chassis.numbers import Numbers
from chassis.runtime import Runtime
from contracts.base import Done
from contracts.supervision import ImportTasks
from kernel.agencies import Register
from kernel.refused import Refused
from services.supervision.domain import NOTICE, TASK
from services.supervision.domain.decisions import Decide, Official
from services.supervision.domain.notice import Loaded
from services.supervision.domain.task import Task
from services.supervision.storage import Names


@dataclass(frozen=True)
class Supervision:
    """Its tasks and notices, the names that persons mapped, calendar and register."""

    region: str
    tasks: Cases[Task]
    notices: Cases[Loaded]
    names: Names
    numbers: Numbers
    calendars: Calendars
    register: Register

    @classmethod
    def of(cls, runtime: Runtime) -> "Supervision":
        return cls(
            region=runtime.region,
            tasks=runtime.cases(TASK),
            notices=runtime.cases(NOTICE),
            names=Names(runtime.collection("unit_names")),
            numbers=runtime.numbers,
            calendars=runtime.calendars,
            register=runtime.register,
        )

    async def new_ids(self, year: int, size: int) -> list[str]:
        """Numbers of new tasks: 999901-RW-2026-000123."""
        first = await self.numbers.block(f"RW/{year}", size) if size else 0
        return [f"{self.region}-RW-{year}-{n:06d}" for n in range(first, first + size)]

    async def decide(self, id: str, decision: Decide, cause: Cause) -> Done:
        return done(await self.tasks.execute(id, decision, cause))


def official(cause: Cause) -> Official:
    """The person of a cause. Raises `Refused` when a program acts: here decides a named person."""
    actor = cause.actor
    if actor.kind != "person":
        raise Refused("person_needed", "须由具名人员办理。", remedy="请以个人身份登录后办理。")
    return Official(id=actor.id, name=actor.name or actor.id, agency=actor.agency)


def done(held: Held[Task]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.state.value, repeated=held.repeated)


def table_id(command: ImportTasks) -> str:
    """The same title and rows make the same table, be it the draft or what was issued."""
    rows = [row.model_dump(mode="json") for row in command.rows]
    text = json.dumps([command.title, rows], ensure_ascii=False, sort_keys=True)
    return f"RWB-{hashlib.sha256(text.encode()).hexdigest()[:20]}"

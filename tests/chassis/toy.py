"""A domain as small as possible: a jar that coins are put into. It speaks as the hotline, whose user may tell."""

from datetime import datetime, timedelta
from typing import assert_never

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Event, Record
from kernel.calendar import Calendar
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused


class JarRecord(Record):
    coins: int
    note: str = ""


class JarChanged(Event, record="ticket", name="changed"):
    """Sent when a jar changes."""

    __module__ = "contracts.hotline"
    record: JarRecord


class JarRestated(Event, record="ticket", name="restated"):
    """Sent when a jar is told again."""

    __module__ = "contracts.hotline"
    record: JarRecord


class Opened(Fact):
    id: str
    wakes_at: datetime | None = None


class Put(Fact):
    coins: int = Field(gt=0)
    note: str = ""


class Rang(Fact):
    pass


class Jar(BaseModel):
    model_config = ConfigDict(frozen=True)
    id: str
    coins: int = 0
    note: str = ""
    rings: int = 0
    wakes_at: datetime | None = None


def evolve(state: Jar | None, fact: Fact) -> Jar:
    if isinstance(fact, Opened):
        return Jar(id=fact.id, wakes_at=fact.wakes_at)
    assert state is not None
    match fact:
        case Put():
            return state.model_copy(update={"coins": state.coins + fact.coins, "note": fact.note})
        case Rang():
            return state.model_copy(update={"rings": state.rings + 1, "wakes_at": None})
        case _:
            assert_never(fact)  # type: ignore[arg-type]


def put(jar: Jar, coins: int, note: str = "") -> list[Fact]:
    if jar.coins + coins > 1000:
        raise Refused("jar_full", "罐子满了。", field="coins", remedy="请换一个。")
    return [Put(coins=coins, note=note)]


def record(jar: Jar) -> JarRecord:
    return JarRecord(id=jar.id, coins=jar.coins, note=jar.note)


def tick(jar: Jar, now: datetime, calendar: Calendar) -> list[Fact]:
    return [Rang()]


KIND = CaseKind[Jar](
    name="jar",
    title="罐子",
    facts=(Opened, Put, Rang),
    evolve=evolve,
    tell=lambda jar, facts: [JarChanged(record=record(jar)) for _ in facts],
    retell=lambda jar: [JarRestated(record=record(jar))],
    index=lambda jar: {"coins": jar.coins},
    alarm=lambda jar: jar.wakes_at,
    tick=tick,
)
LATER = timedelta(days=1)

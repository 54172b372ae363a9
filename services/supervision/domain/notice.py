"""Holiday notices loaded at run time: one case per year, its last notice rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.supervision import CalendarNotice, CalendarNoticeLoaded
from kernel.calendar import Notice
from kernel.cases import CaseKind
from kernel.facts import Fact


class NoticeLoaded(Fact):
    """A person loaded the notice of a year, or its correction. `text` is the notice as JSON, kept as it was loaded."""

    year: int
    number: str
    text: str


class Loaded(BaseModel):
    """The notice that rules its year."""

    model_config = ConfigDict(frozen=True)
    year: int
    number: str
    text: str

    @property
    def notice(self) -> Notice:
        return Notice.read(self.text)


def notice_id(year: int) -> str:
    return f"notice-{year}"


def load(held: Loaded | None, notice: Notice) -> list[Fact]:
    """The notice rules its year from now on; nothing for the one that does already (国务院办公厅的年度通知)."""
    if held is not None and held.notice == notice:
        return []
    return [NoticeLoaded(year=notice.year, number=notice.number, text=notice.model_dump_json())]


def evolve(held: Loaded | None, fact: Fact) -> Loaded:
    match fact:
        case NoticeLoaded():
            return Loaded(year=fact.year, number=fact.number, text=fact.text)
        case _:
            raise TypeError(f"{fact.kind} is no fact of a notice")


def tell(held: Loaded, facts: Sequence[Fact] = ()) -> list[CalendarNoticeLoaded]:
    record = CalendarNotice(id=notice_id(held.year), year=held.year, number=held.number, notice_json=held.text)
    return [CalendarNoticeLoaded(record=record)]


def index(held: Loaded) -> Mapping[str, Any]:
    return {"year": held.year}


NOTICE: CaseKind[Loaded] = CaseKind(
    name="calendar_notice",
    title="节假日通知",
    facts=(NoticeLoaded,),
    evolve=evolve,
    tell=tell,
    retell=tell,  # told again as loaded: a service that begins later must take it up as well
    index=index,
)

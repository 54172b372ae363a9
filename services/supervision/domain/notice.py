"""Holiday notices loaded at run time: one case per year, its last notice rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from contracts.supervision import CalendarNotice, CalendarNoticeLoaded
from kernel.calendar import Notice
from kernel.cases import CaseKind
from kernel.facts import Fact


class NoticeLoaded(Fact):
    """A person loaded the notice of a year, or its correction."""

    notice: Notice


class Loaded(BaseModel):
    """The notice that rules its year."""

    model_config = ConfigDict(frozen=True)
    notice: Notice


def notice_id(year: int) -> str:
    return f"notice-{year}"


def load(held: Loaded | None, notice: Notice) -> list[Fact]:
    """The notice rules its year from now on; nothing for the one that does already (国务院办公厅的年度通知)."""
    return [] if held is not None and held.notice == notice else [NoticeLoaded(notice=notice)]


def evolve(held: Loaded | None, fact: Fact) -> Loaded:
    match fact:
        case NoticeLoaded():
            return Loaded(notice=fact.notice)
        case _:
            raise TypeError(f"{fact.kind} is no fact of a notice")


def tell(held: Loaded, facts: Sequence[Fact] = ()) -> list[CalendarNoticeLoaded]:
    notice = held.notice
    record = CalendarNotice(
        id=notice_id(notice.year), year=notice.year, number=notice.number, notice_json=notice.model_dump_json()
    )
    return [CalendarNoticeLoaded(record=record)]


def index(held: Loaded) -> Mapping[str, Any]:
    return {"year": held.notice.year}


NOTICE: CaseKind[Loaded] = CaseKind(
    name="calendar_notice",
    title="节假日通知",
    facts=(NoticeLoaded,),
    evolve=evolve,
    tell=tell,
    retell=tell,  # told again as loaded: a service that begins later must take it up as well
    index=index,
)

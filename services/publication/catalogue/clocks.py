"""A time limit of a catalogue: from a decision on until its publication, its change or its withdrawal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from contracts.base import Event
from contracts.publication.catalogue_clocks import Act, CatalogueClock, ClockChanged, ClockOverdue, ClockRestated
from contracts.publication.takedown import ClockWithdrawn
from kernel.calendar import Calendar, end_of_day
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue.types import ItemType, Limit, type_of
from services.publication.domain.facts import Official
from services.publication.domain.withdrawing import Sealable, Tombstones, sealable

ACTS: dict[Act, str] = {"publish": "公开", "change": "公开变更", "withdraw": "撤回"}


class ClockStarted(Fact):
    """`key` is what makes the item the same; with a change or a withdrawal the item is known."""

    id: str
    type: str
    agency: str
    act: Act
    key: str
    title: str
    item: str | None
    begun_on: date
    due_on: date
    warn_on: date | None
    provisional: bool
    by: Official
    at: datetime


class ClockMoved(Fact):
    """Counted anew by another calendar."""

    due_on: date
    warn_on: date | None
    provisional: bool


class ClockWarned(Fact):
    pass


class ClockRanOut(Fact):
    pass


class DisclosureDecided(Fact):
    """行政处罚法第四十八条: 具有一定社会影响的行政处罚决定应当依法公开."""

    public: bool
    reason: str
    by: Official
    at: datetime


class ClockMet(Fact):
    item: str
    on: date
    days_late: int


class ClockDropped(Fact):
    reason: str
    by: Official
    at: datetime


class CatalogueTimer(Sealable):
    """A time limit as its facts make it."""

    type: str
    act: Act
    key: str
    title: str
    item: str | None
    begun_on: date
    due_on: date
    warn_on: date | None
    provisional: bool
    started_by: str
    warned: bool = False
    overdue: bool = False
    disclosed: bool | None = None
    reason: str = ""
    done_on: date | None = None
    days_late: int | None = None
    dropped: bool = False

    @property
    def kind(self) -> ItemType:
        return type_of(self.type)

    @property
    def limit(self) -> Limit:
        found = self.kind.limit(self.act)
        if found is None:
            raise ValueError(f"{self.type} has no limit for {self.act}")
        return found

    @property
    def open(self) -> bool:
        return self.done_on is None and not self.dropped and self.disclosed is not False

    @property
    def undecided(self) -> bool:
        """Whether a person must decide first."""
        return self.kind.judged is not None and self.act == "publish" and self.disclosed is None


def limit_of(kind: ItemType, act: Act) -> Limit:
    """Raises `Refused` where the type has no limit for the act."""
    found = kind.limit(act)
    if found is None:
        raise Refused("no_limit", "这种目录没有该项期限。", field="act", remedy="请核对目录类型和事由。")
    return found


def start(
    id: str,
    kind: ItemType,
    agency: str,
    act: Act,
    key: str,
    title: str,
    item: str | None,
    begun_on: date,
    by: Official,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """The limit runs from the day after `begun_on` (民法典第201条)."""
    if begun_on > now.date():
        raise Refused("in_future", "日期还没有到。", field="begun_on", remedy="请核对日期。")
    due, warn, provisional = _counted(limit_of(kind, act), begun_on, calendar)
    return [
        ClockStarted(
            id=id,
            type=kind.type,
            agency=agency,
            act=act,
            key=key,
            title=title[:200],
            item=item,
            begun_on=begun_on,
            due_on=due,
            warn_on=warn,
            provisional=provisional,
            by=by,
            at=now,
        )
    ]


def _counted(limit: Limit, begun_on: date, calendar: Calendar) -> tuple[date, date | None, bool]:
    due = limit.due(begun_on, calendar)
    if not limit.warn:
        warn = None
    elif limit.unit == "workdays":
        warn = calendar.workdays_before(due, limit.warn)
    else:
        warn = due - timedelta(days=limit.warn)
    return due, warn, calendar.provisional(begun_on, due)


def recount(timer: CatalogueTimer, calendar: Calendar) -> list[Fact]:
    """The limit by another calendar; what ran out stays so."""
    if not timer.open or timer.overdue:
        return []
    due, warn, provisional = _counted(timer.limit, timer.begun_on, calendar)
    same = (due, warn, provisional) == (timer.due_on, timer.warn_on, timer.provisional)
    return [] if same else [ClockMoved(due_on=due, warn_on=warn, provisional=provisional)]


def decide(timer: CatalogueTimer, public: bool, reason: str, by: Official, now: datetime) -> list[Fact]:
    judged = timer.kind.judged
    if judged is None or timer.act != "publish":
        raise Refused("nothing_to_decide", "这种目录无须逐件认定是否公开。", remedy="请核对编号。")
    if timer.done_on or timer.dropped:
        raise Refused("clock_over", "该期限已经办结。", remedy="请核对编号。")
    if timer.started_by == by.id:
        raise Refused("same_person", "认定须由登记人以外的人员作出。", remedy="请由单位负责人认定。")
    if (timer.disclosed, timer.reason) == (public, reason):
        return []
    return [DisclosureDecided(public=public, reason=reason, by=by, at=now)]


def meet(timer: CatalogueTimer, item: str, on: date) -> list[Fact]:
    """What was due was done; `on` is the day."""
    late = max((on - timer.due_on).days, 0)
    return [ClockMet(item=item, on=on, days_late=late)] if timer.open else []


def drop(timer: CatalogueTimer, reason: str, by: Official, now: datetime) -> list[Fact]:
    return [ClockDropped(reason=reason, by=by, at=now)] if timer.open else []


def evolve(timer: CatalogueTimer | None, fact: Fact) -> CatalogueTimer:
    if isinstance(fact, ClockStarted):
        return CatalogueTimer(**fact.model_dump(exclude={"by", "at"}), opened_at=fact.at, started_by=fact.by.id)
    if timer is None:
        raise ValueError("the first fact starts a limit")
    match fact:
        case ClockMoved():
            return timer.model_copy(update=fact.model_dump() | {"warned": False})
        case ClockWarned():
            return timer.model_copy(update={"warned": True})
        case ClockRanOut():
            return timer.model_copy(update={"overdue": True})
        case DisclosureDecided():
            return timer.model_copy(update={"disclosed": fact.public, "reason": fact.reason})
        case ClockMet():
            return timer.model_copy(update={"item": fact.item, "done_on": fact.on, "days_late": fact.days_late})
        case ClockDropped():
            return timer.model_copy(update={"dropped": True, "reason": fact.reason})
    raise TypeError(f"unknown fact {fact.kind}")


def _state(timer: CatalogueTimer) -> tuple[str, str]:
    if timer.dropped:
        return "dropped", "已撤销"
    if timer.done_on:
        return ("late", "逾期办结") if timer.days_late else ("done", "按期办结")
    if timer.disclosed is False:
        return "withheld", "认定不公开"
    if timer.overdue:
        return "overdue", "逾期"
    return ("warned", "即将到期") if timer.warned else ("running", "办理中")


def record(timer: CatalogueTimer) -> CatalogueClock:
    state, label = _state(timer)
    waits = f"认定是否{timer.kind.judged.question}" if timer.kind.judged and timer.undecided else ACTS[timer.act]
    return CatalogueClock(
        id=timer.id,
        title=f"{timer.kind.title}：{timer.title}"[:300],
        state=state,
        state_label=label,
        open=timer.open,
        agency=timer.agency,
        opened_at=timer.opened_at,
        due_at=end_of_day(timer.due_on) if timer.open else None,
        overdue=timer.overdue and timer.open,
        provisional=timer.provisional and timer.open,
        waits_for=waits if timer.open else "",
        type=timer.type,
        limit=timer.limit.told(),
        warned=timer.warned and timer.open,
        begun_on=timer.begun_on,
        item=timer.item,
        disclosed=timer.disclosed,
        done_on=timer.done_on,
        days_late=timer.days_late,
    )


def tell(timer: CatalogueTimer, facts: Sequence[Fact]) -> list[Event]:
    overdue = any(isinstance(fact, ClockRanOut) for fact in facts)
    return [ClockOverdue(record=record(timer)) if overdue else ClockChanged(record=record(timer))]


def _waiting(timer: CatalogueTimer) -> list[tuple[datetime, Fact]]:
    if not timer.open or timer.overdue:
        return []
    warn = [(end_of_day(timer.warn_on), ClockWarned())] if timer.warn_on and not timer.warned else []
    return [*warn, (end_of_day(timer.due_on), ClockRanOut())]


def alarm(timer: CatalogueTimer) -> datetime | None:
    return min((moment for moment, _ in _waiting(timer)), default=None)


def tick(timer: CatalogueTimer, now: datetime, calendar: Calendar) -> list[Fact]:
    """What has come, each once; a warning that was missed is passed over."""
    passed: list[Fact] = [fact for moment, fact in _waiting(timer) if moment <= now]
    return passed[-1:]


def index(timer: CatalogueTimer) -> Mapping[str, Any]:
    plain: dict[str, Any] = {
        "type": timer.type,
        "agency": timer.agency,
        "act": timer.act,
        "open": timer.open,
        "year": timer.due_on.year,
        "late": bool(timer.days_late) or (timer.overdue and timer.open),
        "marks": [f"key:{timer.key}"],
    }
    if timer.item:
        plain["marks"].append(f"item:{timer.item}")
    return plain


_KIND: CaseKind[CatalogueTimer] = CaseKind(
    name="catalogue_clock",
    title="目录期限",
    facts=(ClockStarted, ClockMoved, ClockWarned, ClockRanOut, DisclosureDecided, ClockMet, ClockDropped),
    evolve=evolve,
    tell=tell,
    retell=lambda timer: [ClockRestated(record=record(timer))],
    index=index,
    alarm=alarm,
    tick=tick,
)
KIND = sealable(_KIND, Tombstones(ClockWithdrawn))

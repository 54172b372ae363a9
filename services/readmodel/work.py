"""What lists, desks and boards need of a work record: pure functions from its view."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from sys import intern
from typing import Any, NamedTuple

from contracts.base import WorkRecord
from contracts.registry import REGISTRY
from kernel.calendar import end_of_day
from services.readmodel.views import record_class

MAIN = "办理期限"
DRAFT = "draft"
LIMITS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "hotline.ticket": (
        ("sign_due_at", "签收", "signed_at"),
        ("contact_due_at", "首次联系", "contacted_at"),
        ("visit_due_at", "回访", "closed_at"),
    ),
    "requests.request": (("internal_due_on", "内部时限", "closed_on"), ("correct_by", "发出补正通知", "corrected_on")),
    "requests.complaint": (("rectify_by", "整改", "rectified_on"),),
}
"""Limits beside `due_at`, by type: field of the end, what is due, field that says it is done."""
LISTED_TO_THE_END = ("supervision.task", "publication.work_ledger")
"""Work whose items are listed when they are done too; of all other kinds what is done is counted alone."""
TYPES = tuple(
    sorted({f"{e.service()}.{e.record_name}" for e in REGISTRY.events() if issubclass(record_class(e), WorkRecord)})
)
READ = (
    *("title", "state_label", "waits_for", "overdue", "warned", "limit", "provisional", "on_time", "duties", "reviews"),
    *("table", "no", "target", "reached", "reports", "due_on", "leads", "co", "each_alone"),
    *(field for fields in LIMITS.values() for end, _, done in fields for field in (end, done)),
)
FIELDS = {"type": 1, "id": 1, "work": 1, "removed": 1, "change": 1, **{f"record.{field}": 1 for field in READ}}
"""What is read of a view."""


class Row(NamedTuple):
    """A row of a table of tasks."""

    no: int
    due_on: str | None
    target: str | None
    reached: float | None
    reports: int | None


class Piece(NamedTuple):
    """One piece of work."""

    type: str
    agency: str
    """In charge; empty where several answer or none is known yet."""
    units: tuple[str, ...]
    """Who answers for it."""
    state: str
    state_label: str
    open: bool
    judged: bool
    """Whether its kind says if it was done in time."""
    on_time: bool | None
    table: str
    overdue: bool
    id: str = ""
    title: str = ""
    due_at: datetime | None = None
    provisional: bool = False
    waits_for: str = ""
    limits: tuple[tuple[datetime, str], ...] = ()
    """Ends of all limits that run, with what is due."""
    warned: bool = False
    basis: str = ""
    """Title and source of the main limit."""
    row: Row | None = None

    @property
    def draft(self) -> bool:
        """It binds nobody yet."""
        return self.state == DRAFT and not self.open

    def late(self, now: datetime) -> bool:
        return self.open and self.due_at is not None and self.due_at < now

    def alike(self) -> "Piece":
        """The same without what tells it from others: what is done is counted by it."""
        return Piece(*self[:10])


Counted = list[tuple[Piece, int]]
"""Pieces of work, and how many of each: those alike are counted together."""


def piece(view: Mapping[str, Any]) -> Piece:
    """The piece of work of a view."""
    record, work = view["record"], view["work"]
    agency = intern(work["agency"])
    ends = tuple(_limits(view)) if work["open"] else ()
    return Piece(
        type=intern(view["type"]),
        agency=agency,
        units=_units(tuple(answering(record)) or (agency,)),
        state=intern(work["state"]),
        state_label=intern(record["state_label"]),
        open=work["open"],
        judged="on_time" in record,
        on_time=record.get("on_time"),
        table=intern(record.get("table") or ""),
        overdue=record.get("overdue", False),
        id=view["id"],
        title=record["title"],
        due_at=work["due_at"],
        provisional=record.get("provisional", False),
        waits_for=intern(record.get("waits_for") or ""),
        limits=ends,
        warned=record.get("warned", False),
        basis=_basis(record.get("limit")),
        row=_row(record) if record.get("no") is not None else None,
    )


def _basis(limit: Mapping[str, Any] | None) -> str:
    return intern("：".join(limit[name] for name in ("title", "source") if limit.get(name))) if limit else ""


def answering(record: Mapping[str, Any]) -> list[str]:
    """Who answers for a task of several units: those that lead; all where nobody does or each acts alone, by its table
    or its target. Nobody for other work."""
    leads, co = record.get("leads") or (), record.get("co") or ()
    alone = record.get("each_alone") or (record.get("target") or {}).get("per_unit")
    return list(dict.fromkeys((*leads, *co) if alone or not leads else leads))


def of_unit(pieces: Iterable[Piece], code: str) -> list[Piece]:
    """The work that a unit answers for; all without a unit."""
    return [each for each in pieces if code in each.units] if code else list(pieces)


def overview(counted: Counted, now: datetime) -> list[dict[str, Any]]:
    """How much work of each type there is, is open, and is late. Drafts bind nobody yet."""
    total: Counter[str] = Counter()
    open_: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for each, count in counted:
        if not each.draft:
            total[each.type] += count
            open_[each.type] += count * each.open
            late[each.type] += count * each.late(now)
    return [{"type": name, "total": total[name], "open": open_[name], "overdue": late[name]} for name in sorted(total)]


def _row(record: Mapping[str, Any]) -> Row:
    target = record.get("target")
    shown = f"{target['value']:g}{target['unit']}" if target else None
    return Row(record["no"], record.get("due_on"), shown, record.get("reached"), record.get("reports"))


def _limits(view: Mapping[str, Any]) -> Iterator[tuple[datetime, str]]:
    """Every limit that runs: the main one, and those beside it that end at another time."""
    record, due = view["record"], view["work"]["due_at"]
    ends: dict[datetime, str] = {due: MAIN} if due else {}
    for field, what, done in LIMITS.get(view["type"], ()):
        if record.get(field) and not record.get(done):
            ends.setdefault(_end(record[field]), what)
    for duty in record.get("duties") or ():
        if not duty.get("done_at"):
            ends[_end(duty["due_at"])] = intern(duty["duty"])
    for review in record.get("reviews") or ():
        if review.get("answer_by") and not review.get("answered_on"):
            ends.setdefault(_end(review["answer_by"]), "复议诉讼答复")
    yield from ends.items()


@lru_cache(20_000)
def _end(value: str) -> datetime:
    """A moment, or the end of a day."""
    return datetime.fromisoformat(value) if "T" in value else end_of_day(date.fromisoformat(value))


@lru_cache(5_000)
def _units(codes: tuple[str, ...]) -> tuple[str, ...]:
    """The same units are the same object."""
    return codes

"""Records that bulletins are made of, as the views hold them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kernel.clock import CST
from services.readmodel.storage import Generation

Record = Mapping[str, Any]
NO_TEXT = {"record.text": 0, "record.attachments": 0, "record.versions": 0}
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
READ = (
    *("id", "title", "state", "state_label", "waits_for", "on_time", "duties", "reviews"),
    *("table", "no", "target", "reached", "reports", "due_on"),
    *(field for fields in LIMITS.values() for end, _, done in fields for field in (end, done)),
)
WORK = {"type": 1, "id": 1, "work": 1, **{f"record.{field}": 1 for field in READ}}
"""What lists of work need of a view."""
FAR = datetime(9999, 1, 1, tzinfo=CST)
DRAFT, MOST_TYPES = "draft", 200


async def records(generation: Generation, type_name: str, *fields: str) -> list[Record]:
    """All records of a type that are there, by number: of a numerous kind the named fields alone."""
    wanted = {f"record.{field}": 1 for field in fields} or NO_TEXT
    found = await generation.views.find({"type": type_name, "removed": False}, wanted, sort=[("_id", 1)])
    return [document["record"] for document in found]


async def work(generation: Generation, **where: Any) -> list[Record]:
    """Views of work records, the earliest limit first."""
    asked = {"removed": False, "work": {"$exists": True}, **where}
    found = await generation.views.find(asked, WORK)
    return sorted(found, key=lambda view: (view["work"]["due_at"] or FAR, view["_id"]))


async def overview(generation: Generation, now: datetime, where: Record) -> list[Record]:
    """How much work of each type there is, is open, and is late; counted by the database. Drafts bind nobody yet."""
    late = {"$and": ["$work.open", {"$gt": ["$work.due_at", None]}, {"$lt": ["$work.due_at", now]}]}
    found = await generation.views.aggregate(
        [
            {"$match": {"removed": False, "work": {"$exists": True}, **where}},
            {"$match": {"$or": [{"work.open": True}, {"work.state": {"$ne": DRAFT}}]}},
            {
                "$group": {
                    "_id": "$type",
                    "total": {"$sum": 1},
                    "open": {"$sum": {"$cond": ["$work.open", 1, 0]}},
                    "overdue": {"$sum": {"$cond": [late, 1, 0]}},
                }
            },
            {"$limit": MOST_TYPES},
        ]
    )
    return sorted(found, key=lambda row: str(row["_id"]))


def day_of(moment: str | datetime | None) -> date | None:
    """The day of a moment in China Standard Time."""
    if not moment:
        return None
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(CST).date()


def last_day(due: str | datetime | None) -> date | None:
    """The last day of a limit: one that ends with a day ends at 00:00 of the next."""
    if not due:
        return None
    at = datetime.fromisoformat(due) if isinstance(due, str) else due
    return day_of(at - timedelta(microseconds=1))


def count_by(records: Iterable[Record], key: str, labels: Iterable[str] = (), empty: str = "未注明") -> dict[str, int]:
    """How many of each value, zeros of known ones too; known ones first, then the others by name."""
    counts: dict[str, int] = dict.fromkeys(labels, 0)
    others: dict[str, int] = {}
    for record in records:
        value = str(record.get(key) or empty)
        into = counts if value in counts else others
        into[value] = into.get(value, 0) + 1
    return counts | dict(sorted(others.items()))

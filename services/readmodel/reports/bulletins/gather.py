"""Records that bulletins are made of, as the views hold them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from kernel.clock import CST
from services.readmodel.storage import Generation

Record = Mapping[str, Any]
NO_TEXT = {"record.text": 0, "record.attachments": 0, "record.versions": 0}


async def records(generation: Generation, type_name: str, *fields: str) -> list[Record]:
    """All records of a type that are there, by number: of a numerous kind the named fields alone."""
    wanted = {f"record.{field}": 1 for field in fields} or NO_TEXT
    found = await generation.views.find({"type": type_name, "removed": False}, wanted, sort=[("_id", 1)])
    return [document["record"] for document in found]


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

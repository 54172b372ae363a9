"""What reports count of a record: pure functions from records as they are told."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from contracts.requests.terms import ApplicantClass, ApplicationKind
from services.readmodel.reports.form import data

REQUEST = "requests.request"
DOCUMENT = "publication.public_document"
CLASSES = tuple(each.value for each in ApplicantClass)
NORMATIVE = data()["normative"]


class ReviewCount(NamedTuple):
    """行政复议 or 行政诉讼. Dates are ISO texts, which order as dates do; empty: not decided."""

    kind: str
    filed: str
    result: str
    decided: str


class RequestCount(NamedTuple):
    """A request as the annual report counts it. Dates are ISO texts; empty: not yet."""

    agency: str
    column: int
    """Place of the applicant's class among the six columns."""
    received: str
    closed: str
    row: str
    fee: int
    """Yuan collected."""
    noticed: bool
    """A fee notice existed."""
    ledger: bool
    """Taken over from an old ledger: known to the office before the platform heard of it."""
    late: bool
    """The first result came after its limit."""
    timed: bool
    """It is known whether the first result came in time."""
    channel: str
    extended: bool
    corrected: bool
    """The applicant was asked to correct the application and did."""
    reviews: tuple[ReviewCount, ...]


class DocumentCount(NamedTuple):
    """A published document as reports count it. Dates are ISO texts; empty: none."""

    agency: str
    category: str
    published: str
    channels: tuple[str, ...]
    normative: str
    """Row of table 1, or empty."""
    issued: str
    ended: str
    days_late: int | None
    """Days from its issue to its publication."""
    delay: int | None
    """Minutes from its publication at the source to ours, where it re-issues another (转载)."""
    delivered: tuple[tuple[str, str], ...] = ()
    """Day and channel of each delivery after those of its publication."""


Count = RequestCount | DocumentCount


class Edition(NamedTuple):
    """A dated state: how a record stood at the end of a day, as far as reports count it."""

    type: str
    id: str
    day: str
    stamp: int
    told_at: str
    counted: Count


def count_of(type_name: str, record: Mapping[str, Any]) -> Count | None:
    """What reports count of a record; `None` for one that no report counts."""
    if type_name == REQUEST:
        return _request(record)
    if type_name == DOCUMENT:
        return _document(record)
    return None


def revived(type_name: str, values: Sequence[Any]) -> Count:
    """The count behind a stored list."""
    if type_name == REQUEST:
        *plain, reviews = values
        return RequestCount._make([*plain, tuple(map(ReviewCount._make, reviews))])
    agency, category, published, channels, *rest, delivered = values
    later = tuple((day, channel) for day, channel in delivered)
    return DocumentCount._make([agency, category, published, tuple(channels), *rest, later])


def _request(record: Mapping[str, Any]) -> RequestCount | None:
    """The first result counts for its year; of several on that day 部分公开 comes before a refusal (row r04)."""
    if record.get("kind", ApplicationKind.DISCLOSURE.value) != ApplicationKind.DISCLOSURE.value:
        return None
    results = record.get("results") or ()
    closed = min((result["closed_on"] for result in results), default="")
    rows = [result["row"] for result in results if result["closed_on"] == closed]
    row = "r04" if "r04" in rows else (rows[0] if rows else "")
    imported = record.get("ledger_id") is not None
    collected = record.get("fee_paid") or (imported and closed and row != "r22")
    in_time = [result["on_time"] for result in results if result["closed_on"] == closed]
    return RequestCount(
        agency=record.get("agency") or "",
        column=CLASSES.index(record["applicant_class"]),
        received=record.get("received_on") or "",
        closed=closed,
        row=row,
        fee=(record.get("fee") or 0) if collected else 0,
        noticed=bool(record.get("fee")),
        ledger=imported,
        late=False in in_time,
        timed=bool(in_time) and None not in in_time,
        channel=record.get("channel") or "",
        extended=bool(record.get("extended_days")),
        corrected=bool(record.get("corrected_on")),
        reviews=tuple(
            ReviewCount(each["kind"], each["filed_on"], each["result"], each.get("decided_on") or "")
            for each in record.get("reviews") or ()
        ),
    )


def _document(record: Mapping[str, Any]) -> DocumentCount:
    metadata = record["metadata"]
    published = record["published_at"][:10]
    counts = not (record.get("withdrawn") or metadata.get("party"))
    ends = [metadata.get("ended_on") or "", metadata.get("valid_until") or ""]
    lasting = metadata.get("validity") in ("有效", "修改")
    return DocumentCount(
        agency=(metadata.get("issuers") or [""])[0] if counts else "",
        category=(metadata.get("category") or "其他") if counts else "",
        published=published,
        channels=tuple(metadata.get("channels") or ()),
        normative=_normative(metadata) if counts else "",
        issued=metadata.get("issued_on") or metadata.get("formed_on") or published,
        ended=(ends[1] if lasting else min(filter(None, ends), default=published)),
        days_late=record.get("days_late"),
        delay=_delay(record),
        delivered=tuple((each["on"], each["channel"]) for each in record.get("deliveries") or ()),
    )


def _delay(record: Mapping[str, Any]) -> int | None:
    """A part of a minute counts as a whole one, so that what is late is late."""
    if not record.get("source"):
        return None
    ours, theirs = (datetime.fromisoformat(each["published_at"]) for each in (record, record["source"]))
    return max(math.ceil((ours - theirs).total_seconds() / 60), 0)


def _normative(metadata: Mapping[str, Any]) -> str:
    """规章 or 行政规范性文件, by what the directory, the genre or a keyword says; never by the title."""
    if metadata.get("category") != NORMATIVE["category"]:
        return ""
    said = {metadata.get("genre"), *(metadata.get("keywords") or ()), *(metadata.get("group") or "").split("/")}
    for row in ("规章", "行政规范性文件"):
        if said & set(NORMATIVE[row]):
            return row
    return ""

"""Closed tickets of another system: what their export says is taken as it is, what it leaves out stays empty."""

from datetime import datetime

from contracts.hotline.figures import HistoryRow
from contracts.hotline.terms import TicketKind
from kernel.clock import CST
from kernel.facts import Fact
from kernel.personal import scan
from kernel.refused import Refused
from services.hotline.domain import facts as f
from services.hotline.domain.intake import FIRST_DAY, Digest
from services.hotline.domain.triage import RULES, area

EMITTER = "import"
FIELDS = ("received_at", "closed_at", "channel", "kind", "category", "unit", "area", "title", "content", "reply")


def origin(row: HistoryRow) -> str:
    """What makes it the same ticket however often it is imported."""
    return f"{EMITTER}:{row.source}:{row.ticket_no}"


def digests(row: HistoryRow, digest: Digest) -> dict[str, str]:
    """A short keyed digest of each field that is filled in."""
    given = {name: getattr(row, name) for name in FIELDS}
    return {name: digest(f"{name}\0{value}")[:12] for name, value in given.items() if value}


def imported(
    row: HistoryRow, number: str, unit: str, paper: str, reply: str | None, digest: Digest, now: datetime
) -> list[Fact]:
    """The one fact of it. `unit` is the code of its unit where the register knows that."""
    received_at, closed_at = row.received_at.astimezone(CST), row.closed_at and row.closed_at.astimezone(CST)
    return [
        f.Imported(
            number=number,
            at=now,
            source=row.source,
            ticket_no=row.ticket_no,
            received_at=received_at,
            closed_at=closed_at,
            channel=row.channel if row.channel in RULES.channels else "其他",
            ticket_kind=row.kind or TicketKind.CONSULT,
            category=row.category or None,
            area=area(row.area) or (row.area if _is_plain(row.area) else None),
            lead=unit,
            digests=digests(row, digest),
            paper=paper,
            reply=reply,
            solved=row.solved,
            satisfaction=row.satisfaction,
        )
    ]


def check(row: HistoryRow, now: datetime) -> None:
    """Raises `Refused` naming the field for what cannot have been."""
    if not FIRST_DAY <= row.received_at <= now:
        raise Refused("impossible_date", "受理时间不在合理范围。", field="received_at", remedy="请更正该行。")
    if row.closed_at is not None and not row.received_at <= row.closed_at <= now:
        raise Refused("impossible_date", "办结时间早于受理时间或在未来。", field="closed_at", remedy="请更正该行。")
    for name in ("source", "channel", "category", "unit"):
        if scan(getattr(row, name)):
            raise Refused("personal_data", "该列含有个人信息。", field=name, remedy="请核对列的对应关系。")


def _is_plain(place: str) -> bool:
    """A name of a district, without numbers; never an address."""
    return 2 <= len(place) <= 8 and place.isalpha() and not scan(place)

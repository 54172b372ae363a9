"""What becomes of an emission: a new ticket, an update, a note, nothing, or a rejection that names the field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel

from contracts.hotline.terms import Matter
from contracts.hotline.tickets import TicketEmitted, Told
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from kernel.personal import scan
from kernel.refused import Refused
from kernel.secrecy import classified_mark
from services.hotline.domain import facts as f
from services.hotline.domain.limit import PROFILE, Limit, limit_for, workdays_after
from services.hotline.domain.ticket import ENDED, Case, S
from services.hotline.domain.triage import RULES, area, emergencies, hints, matter_of, named

Outcome = Literal["accepted", "updated", "noted", "merged", "repeated", "ignored"]
Digest = Callable[[str], str]
FUTURE = timedelta(days=1)
FIRST_DAY = datetime(2004, 1, 1, tzinfo=CST)
"""The calendar of working days begins here."""
FIELDS = (*Told.model_fields, "occurred_at", "received_at")
RESEND = "请更正该字段后以相同编号重新发送。"


@dataclass(frozen=True)
class Arrival:
    """An emission that passed the checks, with what the rules propose and where its paper is kept."""

    ticket: TicketEmitted
    emitter: str
    digests: dict[str, str]
    paper: str
    text: str
    named: tuple[str, ...]
    emergency: tuple[str, ...]
    at: datetime

    @property
    def origin(self) -> str:
        return origin_of(self.emitter, self.ticket.source, self.ticket.ticket_no)

    @property
    def cause(self) -> str:
        """What makes it the same emission, at whatever distance the repeat comes."""
        return f"{self.origin}:{self.ticket.revision}"


def origin_of(emitter: str, source: str, ticket_no: str) -> str:
    """What makes it the same ticket however often it comes."""
    return f"{emitter}:{source}:{ticket_no}"


def dossier_of(origin: str, digest: Digest) -> str:
    """Under what the papers of a ticket are kept together, known before it has a number and the same in any retry."""
    return f"d-{digest(origin)[:32]}"


def dossier(case: Case, digest: Digest) -> str:
    return dossier_of(origin_of(case.emitter, case.source, case.ticket_no), digest)


def arrive(ticket: TicketEmitted, emitter: str, now: datetime, digest: Digest, names: Mapping[str, str]) -> Arrival:
    """Check an emission; `names` maps names of agencies to their codes. Raises `Refused` naming the field."""
    _check_words(ticket)
    _check_dates(ticket, now)
    text = f"{ticket.title}\n{ticket.content}"
    arrival = Arrival(
        ticket,
        emitter,
        _digests(ticket, digest),
        paper="",
        text=text,
        named=named(ticket.kind, text, dict(names)),
        emergency=emergencies(text),
        at=now,
    )
    return replace(arrival, paper=f"t-{digest(arrival.cause)[:32]}")


def open_case(arrival: Arrival, number: str, now: datetime, calendar: Calendar) -> list[Fact]:
    """The first facts of a ticket."""
    ticket = arrival.ticket
    matter = matter_of(ticket.kind, ticket.urgency, arrival.text)
    received_at = ticket.received_at.astimezone(CST)
    return [
        f.Received(
            number=number,
            at=now,
            emitter=arrival.emitter,
            source=ticket.source,
            ticket_no=ticket.ticket_no,
            revision=ticket.revision,
            received_at=received_at,
            channel=ticket.channel,
            ticket_kind=ticket.kind,
            category=ticket.category,
            area=area(ticket.place),
            urgency=ticket.urgency,
            matter=matter,
            secret=_secret(ticket),
            digests=arrival.digests,
            paper=arrival.paper,
            named=arrival.named,
            hints=hints(ticket.kind, ticket.category, arrival.text),
            emergency=arrival.emergency,
            cap=ticket.reply_by,
            limit=limit_for(matter, received_at, calendar, ticket.reply_by),
            contact_due_at=_contact_due(received_at, calendar),
        )
    ]


def take(case: Case, arrival: Arrival, calendar: Calendar) -> tuple[Outcome, list[Fact]]:
    """What an emission does to the ticket that it belongs to. Raises `Refused` where a known revision comes
    with other content."""
    revision = arrival.ticket.revision
    if known := case.revisions.get(revision):
        _same_content(known, arrival.digests)
        return "repeated", []
    if revision < case.revision:
        return "ignored", [*_predated(case, arrival, calendar), *_alarm(case, arrival)]
    if case.state in ENDED:
        noted = f.Noted(revision=revision, digests=arrival.digests, paper=arrival.paper)
        return "noted", [noted, *_alarm(case, arrival)]
    outcome: Outcome = "merged" if case.state is S.MERGED else "updated"
    return outcome, [_revised(case, arrival, calendar), *_alarm(case, arrival)]


def _revised(case: Case, arrival: Arrival, calendar: Calendar) -> f.Revised:
    """What a person has decided (category, limit, extension) stays; the earliest receipt starts the caller's clock."""
    ticket = arrival.ticket
    matter = case.matter if case.classified else matter_of(ticket.kind, ticket.urgency, arrival.text)
    received_at = min(case.received_at, ticket.received_at.astimezone(CST))
    return f.Revised(
        revision=ticket.revision,
        received_at=received_at,
        channel=ticket.channel,
        ticket_kind=ticket.kind,
        category=case.category if case.classified else ticket.category,
        area=area(ticket.place),
        urgency=ticket.urgency,
        matter=matter,
        secret=_secret(ticket),
        digests=arrival.digests,
        paper=arrival.paper,
        named=arrival.named,
        hints=hints(ticket.kind, ticket.category, arrival.text),
        cap=ticket.reply_by,
        limit=_limit(case, matter, received_at, ticket.reply_by, calendar),
        contact_due_at=_contact_due(received_at, calendar),
    )


def _predated(case: Case, arrival: Arrival, calendar: Calendar) -> list[Fact]:
    received_at = arrival.ticket.received_at.astimezone(CST)
    if received_at >= case.received_at or not case.open:
        return []
    limit = _limit(case, case.matter, received_at, case.cap, calendar)
    due = _contact_due(received_at, calendar)
    return [f.Predated(received_at=received_at, limit=limit, contact_due_at=due)]


def _alarm(case: Case, arrival: Arrival) -> list[Fact]:
    """An emergency is raised by whatever revision tells of it, and is taken back by none."""
    new = tuple(number for number in arrival.emergency if number not in case.emergency)
    return [f.EmergencyRaised(numbers=new, at=arrival.at)] if new else []


def _limit(case: Case, matter: Matter, start: datetime, cap: datetime | None, calendar: Calendar) -> Limit:
    if case.extended or case.promised_on or case.reopened:
        return case.limit
    return limit_for(matter, start, calendar, cap)


def _contact_due(received_at: datetime, calendar: Calendar) -> datetime:
    return workdays_after(received_at, PROFILE.first_contact_workdays.value, calendar)


def _check_words(ticket: TicketEmitted) -> None:
    if ticket.category is not None and ticket.category not in RULES.categories:
        raise Refused(
            "unknown_category", "没有这个问题分类。", field="category", remedy="请使用已发布的一级分类，或不填。"
        )
    if ticket.channel not in RULES.channels:
        raise Refused(
            "unknown_channel", "没有这个渠道。", field="channel", remedy="请使用已发布的渠道名称，或填“其他”。"
        )

    for field in ("title", "content"):
        if classified_mark(getattr(ticket, field)):
            raise Refused("classified", "文本带有密级标志，不得进入本系统。", field=field, remedy="请在系统外办理。")
    if scan(ticket.source):
        raise Refused("personal_source", "来源名称不得含个人信息。", field="source", remedy="请填写来源系统的名称。")


def _check_dates(ticket: TicketEmitted, now: datetime) -> None:
    """A back-dated ticket is taken; one that cannot have happened is not."""
    if ticket.received_at < FIRST_DAY:
        raise Refused("impossible_date", "受理时间过早。", field="received_at", remedy=RESEND)
    if ticket.received_at > now + FUTURE:
        raise Refused("impossible_date", "受理时间在未来。", field="received_at", remedy=RESEND)
    if ticket.occurred_at > ticket.received_at:
        raise Refused("impossible_date", "发生时间晚于受理时间。", field="occurred_at", remedy=RESEND)
    if ticket.reply_by is not None and ticket.reply_by < ticket.received_at:
        raise Refused("impossible_date", "答复期限早于受理时间。", field="reply_by", remedy=RESEND)


def _digests(ticket: TicketEmitted, digest: Digest) -> dict[str, str]:
    """A short keyed digest of each field that is filled in."""
    return {name: digest(f"{name}\0{_plain(value)}")[:12] for name in FIELDS if (value := getattr(ticket, name))}


def _plain(value: object) -> str:
    """The same text for the same value, whatever its time zone was written in or whichever defaults were spelt out."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case BaseModel():
            return value.model_dump_json(exclude_defaults=True)
        case tuple():
            return "\0".join(_plain(each) for each in value)
        case _:
            return str(value)


def _same_content(known: Mapping[str, str], given: Mapping[str, str]) -> None:
    for name in FIELDS:
        if known.get(name) != given.get(name):
            raise Refused(
                "other_content",
                "同一来源、工单编号和版本此前已收到，该字段内容不同。",
                field=name,
                remedy="请以更高的版本号发送更正。",
            )


def _secret(ticket: TicketEmitted) -> bool:
    return bool(ticket.caller and ticket.caller.wants_secrecy)

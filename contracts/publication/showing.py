"""How a document is shown: where it was delivered, from where it was re-issued, and the period of a notice.
Published from `contracts.publication`."""

from datetime import date

from pydantic import Field

from contracts.base import CaseId, Command, Contract, Personal, Query, Reply, Role
from contracts.publication.record import Source
from contracts.publication.terms import HOUSE, OFFICE

DELIVERERS = (Role.CLERK, Role.WEBMASTER, Role.OPENNESS, Role.REVIEWER, Role.ARCHIVIST)


class RecordDelivery(Command, by=DELIVERERS):
    """A published document was delivered by a channel: each delivery counts, also a second one by the same channel."""

    id: CaseId
    channel: str = Field(min_length=1, max_length=20, description="One of the known channels.")
    on: date = Field(description="Day of the delivery.")
    place: str = Field(default="", max_length=100, description="查阅点, 公告栏 or 触摸屏: where.")
    target: str = Field(default="", max_length=100, description="精准推送: the place or group that it was meant for.")


class DeliveriesCounted(Contract):
    """Deliveries of a year by one channel, to one place, for one group."""

    channel: str
    place: str
    target: str
    deliveries: int


class DeliveryCounts(Reply):
    year: int
    total: int
    rows: tuple[DeliveriesCounted, ...] = Field(max_length=1000, description="Most deliveries first.")


class CountDeliveries(Query, by=(*HOUSE, Role.OPERATOR), reply=DeliveryCounts):
    """Deliveries of a year that were recorded one by one: by channel, place and group (精准推送)."""

    year: int = Field(ge=2008, le=2100)
    agency: str | None = Field(default=None, max_length=40, description="Of documents of this one only.")


class SetSource(Command, by=(Role.CLERK, Role.OPENNESS)):
    """转载: the document re-issues one from above; the delay is measured from its publication there."""

    id: CaseId
    source: Source


class SetNotice(Command, by=(Role.CLERK,)):
    """公告公示: until when the notice stands, and where to object. Before publication."""

    id: CaseId
    until: date = Field(description="公示截止日")
    contact: str = Field(min_length=4, max_length=100, description="异议受理联系方式（机构电话、地址）")


class ObjectionKept(Reply):
    no: int = Field(description="Number of the objection to this notice.")


class RecordObjection(Command, by=(Role.CITIZEN, Role.CLERK, Role.OPENNESS), reply=ObjectionKept):
    """An objection to a notice was received by an office, or brought by a citizen through the web while the notice
    runs. Its words and who objects are papers."""

    id: CaseId
    objector: Personal[str] = Field(min_length=1, max_length=100)
    contact: Personal[str] = Field(default="", max_length=100)
    text: Personal[str] = Field(min_length=1, max_length=5000)


class AnswerObjection(Command, by=(Role.CLERK, Role.OPENNESS)):
    """An objection was answered."""

    id: CaseId
    no: int = Field(ge=1)
    accepted: bool = Field(description="The objection was found right.")
    answer: Personal[str] = Field(min_length=2, max_length=5000)


class ConcludeNotice(Command, by=OFFICE):
    """The result of a notice whose period is over and whose objections are answered; it is public."""

    id: CaseId
    result: str = Field(min_length=2, max_length=500)


class ObjectionContent(Reply):
    """An objection, opened for who works on it."""

    no: int
    objector: Personal[str]
    contact: Personal[str]
    text: Personal[str]
    answer: Personal[str] = ""


class ReadObjection(Query, by=(Role.CLERK, Role.HEAD, Role.OPENNESS), reply=ObjectionContent):
    """Read an objection; who read it and why is kept."""

    id: CaseId
    no: int = Field(ge=1)
    purpose: str = Field(min_length=2, max_length=200)

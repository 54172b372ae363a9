"""What the case of a document of the stock remembers until it is public: how it was taken in, who stood for it."""

from datetime import date, datetime

from contracts.publication.record import Attribute, Metadata
from kernel.facts import Fact
from services.publication.domain.facts import Doubt, InField, Kept, Official


class Imported(Fact):
    id: str
    agency: str
    metadata: Metadata
    text: Kept
    attribute: Attribute | None
    ground: str | None
    reason: str | None
    published_on: date | None
    doubts: tuple[Doubt, ...]
    in_fields: tuple[InField, ...] = ()
    by: Official
    at: datetime


class Confirmed(Fact):
    """A named person stands for what was read."""

    attribute: Attribute
    ground: str | None
    reason: str | None
    by: Official
    at: datetime


class AttributeAssigned(Fact):
    """The attribute of a document of the stock, which never had one."""

    attribute: Attribute
    ground: str | None
    reason: str | None
    by: Official
    at: datetime


FACTS: tuple[type[Fact], ...] = (Imported, Confirmed, AttributeAssigned)

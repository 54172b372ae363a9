"""What registers tell together: counts by a field, and who owes an entry. Published from `contracts.publication`."""

from pydantic import AwareDatetime, Field

from contracts.base import Contract, Query, Reply
from contracts.publication.terms import ANYONE


class Counted(Contract):
    """Items with one value of a field."""

    value: str
    items: int
    sums: dict[str, int] = Field(
        default_factory=dict,
        description="By heading of each column of numbers; of a column of yes and no how many say yes.",
    )


class Counts(Reply):
    total: int
    by: tuple[Counted, ...]


class CountItems(Query, by=ANYONE, reply=Counts):
    """Items of a catalogue counted by a field, such as interactions of a year by their kind."""

    type: str = Field(max_length=30)
    by: str = Field(max_length=30, description="Name or heading of the field.")
    year: int | None = Field(default=None, ge=2008, le=2100, description="By the first date of the item.")


class Owing(Contract):
    """A unit that has no entry, or none that is current."""

    agency: str
    name: str
    since: AwareDatetime | None = Field(default=None, description="Its last entry; empty: it never had one.")


class Owed(Reply):
    units: tuple[Owing, ...]


class UnitsOwing(Query, by=ANYONE, reply=Owed):
    """Units that have no item of a type, or have not renewed it for so long (公开指南, 政务公开负责人)."""

    type: str = Field(max_length=30)
    months: int = Field(default=12, ge=1, le=60)

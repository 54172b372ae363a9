"""缺岗和代行: who signs instead of somebody who is absent. Published from `contracts.publication`."""

from datetime import date

from pydantic import Field

from contracts.base import Command, Contract, Query, Reply, Role
from contracts.publication.terms import HOUSE


class Absence(Contract):
    """Somebody who signs is absent from the first to the last day; the deputy of the same agency signs instead."""

    agency: str = Field(max_length=40)
    absent: str = Field(max_length=60, description="Name of who is absent.")
    deputy: str = Field(max_length=60, description="Name of who signs instead.")
    since: date
    until: date = Field(description="The last day.")
    recorded_by: str


class RecordAbsence(Command, by=(Role.HEAD, Role.OPENNESS, Role.REVIEWER)):
    """Record that somebody of the own agency is absent, and who signs instead; the deputy cannot record it."""

    absent: str = Field(min_length=2, max_length=60, description="Name of who is absent.")
    deputy: str = Field(min_length=2, max_length=60, description="Name of who signs instead.")
    since: date
    until: date = Field(description="The last day.")


class Absences(Reply):
    items: tuple[Absence, ...]


class GetAbsences(Query, by=HOUSE, reply=Absences):
    """Absences of an agency that last at least until a day, with deputies and who recorded them."""

    agency: str = Field(min_length=1, max_length=40)
    on: date = Field(description="What ended before is left out.")

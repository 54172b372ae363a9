"""Words that several modules of the publication contracts share."""

from pydantic import Field

from contracts.base import Contract, Role

OFFICE = (Role.REVIEWER, Role.OPENNESS)
HOUSE = (Role.CLERK, Role.HEAD, Role.OPENNESS, Role.REVIEWER, Role.SUPERVISOR, Role.ARCHIVIST)
KEEPERS = (Role.CLERK, Role.OPENNESS, Role.REVIEWER)
"""Who keeps the items of catalogues."""
WORKERS = (Role.CLERK, Role.OPENNESS)
"""Who prepares in a unit."""
SECRECY = Field(default=False, description="保密审查 signed by who publishes.")
ANYONE = (Role.CITIZEN, Role.SERVICE, Role.OPERATOR, *HOUSE)
TypeName = str
Row = dict[str, str]
"""A line of a list: column heading to what the cell says."""


class Remark(Contract):
    """A sentence for a person, with a stable code for programs."""

    code: str
    message: str

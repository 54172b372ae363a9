"""Words that several modules of the publication contracts share."""

from contracts.base import Contract, Role

OFFICE = (Role.REVIEWER, Role.OPENNESS)
HOUSE = (Role.CLERK, Role.HEAD, Role.OPENNESS, Role.REVIEWER, Role.SUPERVISOR, Role.ARCHIVIST)
ANYONE = (Role.CITIZEN, Role.SERVICE, Role.OPERATOR, *HOUSE)


class Remark(Contract):
    """A sentence for a person, with a stable code for programs."""

    code: str
    message: str

"""A year that ended with less than an agency owes: meetings in which others sat in, explanations by the leader.
Published from `contracts.publication`."""

from enum import StrEnum

from pydantic import Field

from contracts.base import CaseId, Command, Event, Role, WorkRecord


class YearDuty(StrEnum):
    """What is owed a number of times a year."""

    STANDING = "政府常务会议"
    UNIT = "部门办公会议"
    LEAD = "主要负责人解读"


class YearShortfall(WorkRecord):
    """年度次数不足: what an agency did of one duty in a year that is over."""

    year: int
    duty: YearDuty
    held: int = Field(description="Meetings held, or explanations given.")
    counted: int = Field(description="Of them those with invited people, or by the principal leader in person.")
    required: int
    source: str = Field(description="Where the number stands.")
    grade: str
    explanation: str = Field(default="", max_length=300)


class ShortfallFound(Event, record="year_shortfall", name="overdue"):
    """Sent once on 1 January when an agency had done less than it owed in the year before."""

    record: YearShortfall


class ShortfallChanged(Event, record="year_shortfall", name="changed"):
    """Sent when a shortfall was explained, or what was done in its year was entered later."""

    record: YearShortfall


class ShortfallRestated(Event, record="year_shortfall", name="restated"):
    """Sent when all shortfalls are told again."""

    record: YearShortfall


class ExplainShortfall(Command, by=(Role.HEAD, Role.OPENNESS)):
    """Why there was too little; somebody of the agency, or the openness office, closes the record with it."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)

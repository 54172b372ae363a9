"""A year that ended with too few meetings in which others sat in. Published from `contracts.publication`."""

from pydantic import Field

from contracts.base import CaseId, Command, Event, Role, WorkRecord
from contracts.publication.meetings import MeetingType


class MeetingShortfall(WorkRecord):
    """列席会议次数不足: an agency's meetings of one type in a year that is over."""

    year: int
    type: MeetingType
    held: int = Field(description="Meetings held.")
    with_invitees: int = Field(description="Of them those in which invited people sat in.")
    required: int
    source: str = Field(description="Where the number stands.")
    grade: str
    explanation: str = Field(default="", max_length=300)


class ShortfallFound(Event, record="meeting_shortfall", name="overdue"):
    """Sent once on 1 January when an agency had too few meetings with invited people in the year before."""

    record: MeetingShortfall


class ShortfallChanged(Event, record="meeting_shortfall", name="changed"):
    """Sent when a shortfall was explained, or meetings of its year were entered later."""

    record: MeetingShortfall


class ShortfallRestated(Event, record="meeting_shortfall", name="restated"):
    """Sent when all shortfalls are told again."""

    record: MeetingShortfall


class ExplainShortfall(Command, by=(Role.HEAD, Role.OPENNESS)):
    """Why there were too few; somebody of the agency, or the openness office, closes the record with it."""

    id: CaseId
    reason: str = Field(min_length=4, max_length=300)
